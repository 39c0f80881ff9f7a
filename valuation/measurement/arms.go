package measurement

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"time"

	"cbv/valuation/calendar"
	"cbv/valuation/engine"
	"cbv/valuation/experiment"
	"cbv/valuation/failure"
	"cbv/valuation/publication"
	"cbv/valuation/source"
)

type outcomeValue struct{ RevenueMinor, Customers int64 }

type winsoriseCap struct{ CapMinor int64 }

// makeCap finds the amount at which revenue is cut off.
func (m *Measurement) makeCap(ctx context.Context) error {
	people := map[int64]int64{}
	for value, err := range engine.Select[outcomeValue](ctx, m.Engine, "outcome_values") {
		if err != nil {
			return err
		}
		people[value.RevenueMinor] = value.Customers
	}
	m.capMinor = experiment.Cap(m.Config.Measure.WinsorisePercentile, people)
	return engine.Insert(ctx, m.Engine, "winsorise_cap", []winsoriseCap{{m.capMinor}})
}

// armSums is a row of arm_sums. Sums are whole numbers of any size, as text.
type armSums struct {
	Arm                                               experiment.Arm
	Customers                                         int64
	WithoutPriorOrder                                 int64 // up to their assignment
	FirstAssignedOn, LastAssignedOn                   time.Time
	Covariate, CovariateSquared                       string
	Conversion, ConversionSquared, ConversionProducts string
	Revenue, RevenueSquared, RevenueProducts          string
	Winsorised, WinsorisedSquared, WinsorisedProducts string
	Margin, MarginSquared, MarginProducts             string
}

// outcomes returns the sums as the statistics take them.
func (a armSums) outcomes() (outcomes experiment.Outcomes, err error) {
	for _, of := range []struct {
		sample                     *experiment.Sample
		outcome, squared, products string
	}{
		{&outcomes.Converted, a.Conversion, a.ConversionSquared, a.ConversionProducts},
		{&outcomes.Revenue, a.Revenue, a.RevenueSquared, a.RevenueProducts},
		{&outcomes.Winsorised, a.Winsorised, a.WinsorisedSquared, a.WinsorisedProducts},
		{&outcomes.Margin, a.Margin, a.MarginSquared, a.MarginProducts},
	} {
		sums := experiment.Sums{People: a.Customers}
		for _, sum := range []struct {
			number *big.Int
			text   string
		}{
			{&sums.Covariate, a.Covariate}, {&sums.CovariateSquared, a.CovariateSquared},
			{&sums.Outcome, of.outcome}, {&sums.OutcomeSquared, of.squared}, {&sums.Products, of.products},
		} {
			if err := sum.number.UnmarshalText([]byte(sum.text)); err != nil {
				return outcomes, fmt.Errorf("arm_sums: arm %s: %w", a.Arm, err)
			}
		}
		*of.sample = experiment.SampleOf(sums)
	}
	return outcomes, nil
}

// readArms reads the sums of every arm with people.
func (m *Measurement) readArms(ctx context.Context) (map[experiment.Arm]armSums, error) {
	arms := map[experiment.Arm]armSums{}
	for sums, err := range engine.Select[armSums](ctx, m.Engine, "arm_sums") {
		if err != nil {
			return nil, err
		}
		arms[sums.Arm] = sums
	}
	return arms, nil
}

// measureArms makes the document and its table of figures.
func (m *Measurement) measureArms(ctx context.Context) error {
	arms, err := m.readArms(ctx)
	if err != nil {
		return err
	}
	if err := m.refuseUnknownCustomers(arms); err != nil {
		return err
	}
	merged, err := engine.One[mergedAssignments](ctx, m.Engine, "merged_assignments")
	if err != nil {
		return err
	}
	contacts, err := m.readContacts(ctx)
	if err != nil {
		return err
	}
	compared, err := m.compared(arms, contacts)
	if err != nil {
		return err
	}
	report, err := experiment.Measure(compared)
	if err != nil {
		return failure.Inputf("campaign %s: %w", m.name(), err)
	}
	m.document = New(Facts{
		Terms: m.campaign.Terms, AsOf: m.asOf(), Currency: m.Config.Value.Currency, MinorPerUnit: m.Minor, MoneyBasis: m.Config.MoneyBasis(),
		WinsorisePercentile: m.Config.Measure.WinsorisePercentile, CapMinor: m.capMinor,
		Report: report, Contacts: contacts, Columns: m.Config.Contacts.Columns, GlobalHoldout: arms[experiment.GlobalHoldout].Customers,
	})
	m.document.SchemaVersion = publication.SchemaVersion
	m.document.ContactRows = m.contactRowCounts()
	m.document.AssignedLater = source.Rows(m.parts) - merged.Repeated
	for _, sums := range arms {
		m.document.AssignedLater -= sums.Customers
	}
	m.document.Stand(m.earlier)
	m.warnOfMerged(merged)
	m.warn(contacts)
	return m.makeFigures(ctx)
}

// campaignArms are the arms that a campaign compares.
var campaignArms = []experiment.Arm{experiment.None, experiment.Champion, experiment.Challenger}

// compared returns the campaign as the statistics see it.
func (m *Measurement) compared(arms map[experiment.Arm]armSums, contacts map[string]Contacts) (experiment.Campaign, error) {
	terms := m.campaign.Terms
	compared := experiment.Campaign{Shares: terms.Design.Shares, HasCovariate: true, RevenueStandsIn: !m.Config.HasMargin()}
	var days []time.Time
	for _, arm := range campaignArms {
		sums, assigned := arms[arm]
		if !assigned {
			continue
		}
		days = append(days, sums.FirstAssignedOn, sums.LastAssignedOn)
		outcomes, err := sums.outcomes()
		if err != nil {
			return compared, err
		}
		outcome := experiment.ArmOutcome{Arm: arm, Outcomes: outcomes}
		if contacts != nil {
			outcome.Contacts = m.knownOf(contacts[string(arm)])
		}
		compared.Arms = append(compared.Arms, outcome)
	}
	if len(days) == 0 {
		return compared, failure.Inputf("campaign %s: nobody is assigned to an arm by %s, so nothing can be measured", m.name(), m.asOf())
	}
	look := terms.Look(calendar.DaysBetween(m.started, m.Days.AsOf))
	compared.Timing = experiment.Timing{
		Look: look, FirstLook: m.Days.AsOf.AddDate(0, 0, 1-look), PlannedLooks: terms.Looks, WindowDays: terms.WindowDays,
		LeastDays: calendar.DaysBetween(slices.MaxFunc(days, time.Time.Compare), m.Days.AsOf),
		MostDays:  calendar.DaysBetween(slices.MinFunc(days, time.Time.Compare), m.Days.AsOf),
	}
	return compared, nil
}

// figureRow is a row of measured_figures.
type figureRow struct {
	Arm                           string
	Versus                        *string
	Metric                        string
	Estimate                      *string
	Unit                          string
	Reason                        *string
	Value, Low, High              *float64
	SequentialLow, SequentialHigh *float64
	StandardError, PValue         *float64
	N                             int64
}

// makeFigures makes measured_figures of the document.
func (m *Measurement) makeFigures(ctx context.Context) error {
	known := func(text string) *string {
		if text == "" {
			return nil
		}
		return &text
	}
	var rows []figureRow
	for _, f := range m.document.Figures {
		rows = append(rows, figureRow{
			Arm: f.Arm, Versus: known(f.Versus), Metric: f.Metric, Estimate: known(f.Estimate), Unit: f.Unit, Reason: known(f.Reason),
			Value: f.Value, Low: f.Low, High: f.High, SequentialLow: f.SequentialLow, SequentialHigh: f.SequentialHigh,
			StandardError: f.StandardError, PValue: f.PValue, N: f.N,
		})
	}
	return engine.Insert(ctx, m.Engine, "measured_figures", rows)
}
