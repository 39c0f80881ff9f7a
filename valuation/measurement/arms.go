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
	Arm                                                  experiment.Arm
	IsMature                                             bool // the window of these people has closed
	Customers                                            int64
	WithoutPriorOrder                                    int64 // up to their assignment
	FirstAssignedOn, LastAssignedOn                      time.Time
	MoneyCubeUnits, CovariateCubeUnits                   int64
	NetUnits, NetCubeUnits                               int64
	Covariate, CovariateSquared, CovariateCubed          string
	Conversion, ConversionProducts                       string
	ConversionSquaredProducts, ConversionProductsSquared string
	Revenue, RevenueSquared, RevenueCubed                string
	RevenueProducts                                      string
	RevenueSquaredProducts, RevenueProductsSquared       string
	Winsorised, WinsorisedSquared, WinsorisedCubed       string
	WinsorisedProducts                                   string
	WinsorisedSquaredProducts, WinsorisedProductsSquared string
	Margin, MarginSquared, MarginCubed                   string
	MarginProducts                                       string
	MarginSquaredProducts, MarginProductsSquared         string
	Net, NetSquared, NetCubed                            string
	NetProducts                                          string
	NetSquaredProducts, NetProductsSquared               string
}

// outcomes returns the sums as the statistics take them.
func (a armSums) outcomes() (outcomes experiment.Outcomes, err error) {
	for _, of := range []struct {
		sample                                                            *experiment.Sample
		outcome, squared, cubed, products, squaredProducts, productSquare string
		units, cubeUnits                                                  int64
	}{
		{&outcomes.Converted, a.Conversion, a.Conversion, a.Conversion, a.ConversionProducts, a.ConversionSquaredProducts, a.ConversionProductsSquared, 1, 1},
		{&outcomes.Revenue, a.Revenue, a.RevenueSquared, a.RevenueCubed, a.RevenueProducts, a.RevenueSquaredProducts, a.RevenueProductsSquared, 1, a.MoneyCubeUnits},
		{&outcomes.Winsorised, a.Winsorised, a.WinsorisedSquared, a.WinsorisedCubed, a.WinsorisedProducts, a.WinsorisedSquaredProducts, a.WinsorisedProductsSquared, 1, a.MoneyCubeUnits},
		{&outcomes.Margin, a.Margin, a.MarginSquared, a.MarginCubed, a.MarginProducts, a.MarginSquaredProducts, a.MarginProductsSquared, 1, a.MoneyCubeUnits},
		{&outcomes.Net, a.Net, a.NetSquared, a.NetCubed, a.NetProducts, a.NetSquaredProducts, a.NetProductsSquared, a.NetUnits, a.NetCubeUnits},
	} {
		sums := experiment.Sums{People: a.Customers, OutcomeUnits: of.cubeUnits, CovariateUnits: a.CovariateCubeUnits}
		for _, sum := range []struct {
			number *big.Int
			text   string
			units  int64 // of the outcome, as often as it is a factor
		}{
			{&sums.Covariate, a.Covariate, 1}, {&sums.CovariateSquared, a.CovariateSquared, 1}, {&sums.CovariateCubed, a.CovariateCubed, 1},
			{&sums.Outcome, of.outcome, of.units}, {&sums.OutcomeSquared, of.squared, of.units * of.units}, {&sums.Products, of.products, of.units},
			{&sums.OutcomeCubed, of.cubed, 1}, {&sums.SquaredProducts, of.squaredProducts, 1}, {&sums.ProductsSquared, of.productSquare, 1},
		} {
			if err := sum.number.UnmarshalText([]byte(sum.text)); err != nil {
				return outcomes, fmt.Errorf("arm_sums: arm %s: %w", a.Arm, err)
			}
			sum.number.Mul(sum.number, big.NewInt(sum.units))
		}
		*of.sample = experiment.SampleOf(sums)
	}
	return outcomes, nil
}

// readArms reads the sums of all arms with people.
func (m *Measurement) readArms(ctx context.Context) ([]armSums, error) {
	return engine.All[armSums](ctx, m.Engine, "arm_sums")
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
	nights, err := m.readContactNights(ctx)
	if err != nil {
		return err
	}
	m.missing = missingContacts(nights)
	compared, err := m.compared(ctx, arms, contacts)
	if err != nil {
		return err
	}
	report, err := experiment.Measure(compared)
	if err != nil {
		return failure.Inputf("campaign %s: %w", m.name(), err)
	}
	facts := Facts{
		Terms: m.campaign.Terms, AsOf: m.asOf(), Currency: m.Config.Value.Currency, MinorPerUnit: m.Minor, MoneyBasis: m.Config.MoneyBasis(),
		WinsorisePercentile: m.Config.Measure.WinsorisePercentile, CapMinor: m.capMinor,
		Report: report, Contacts: contacts, Columns: m.Config.Contacts.Columns, GlobalHoldout: peopleOf(arms, experiment.GlobalHoldout),
	}
	m.document = New(facts)
	m.document.EndedOn = m.endedOn()
	m.document.SchemaVersion = publication.SchemaVersion
	m.document.ContactRows = m.contactRowCounts()
	m.document.AssignedLater = source.Rows(m.parts) - merged.Repeated
	for _, sums := range arms {
		m.document.AssignedLater -= sums.Customers
	}
	m.document.Stand(m.earlier)
	m.document.Conclude(facts, m.earlier)
	m.warnOfMerged(merged)
	m.warn(contacts, report.Money)
	m.warnOfLate()
	m.warnOfUnfilledPlan(report.Timing.Information.People, peopleOf(arms, experiment.None)+peopleOf(arms, experiment.Champion)+peopleOf(arms, experiment.Challenger), report.Timing.Information.Planned)
	return m.makeFigures(ctx)
}

// peopleOf counts the people of an arm.
func peopleOf(arms []armSums, arm experiment.Arm) (people int64) {
	for _, sums := range arms {
		if sums.Arm == arm {
			people += sums.Customers
		}
	}
	return people
}

// campaignArms are the arms that a campaign compares.
var campaignArms = []experiment.Arm{experiment.None, experiment.Champion, experiment.Challenger}

// compared returns the campaign as the statistics see it.
func (m *Measurement) compared(ctx context.Context, arms []armSums, contacts map[string]Contacts) (experiment.Campaign, error) {
	terms := m.campaign.Terms
	compared := experiment.Campaign{Shares: terms.Design.Shares, HasCovariate: true, Money: m.money(contacts, arms)}
	var days []time.Time
	var mature int64
	for _, arm := range campaignArms {
		outcome := experiment.ArmOutcome{Arm: arm}
		for _, sums := range arms {
			if sums.Arm != arm {
				continue
			}
			days = append(days, sums.FirstAssignedOn, sums.LastAssignedOn)
			outcomes, err := sums.outcomes()
			if err != nil {
				return compared, err
			}
			outcome.Outcomes.Merge(outcomes)
			if sums.IsMature {
				outcome.Mature = outcomes
				mature += sums.Customers
			}
		}
		if outcome.Outcomes.Converted.People() == 0 {
			continue
		}
		if of, known := armContacts(contacts, arm); known {
			outcome.Contacts = m.knownOf(of)
		}
		compared.Arms = append(compared.Arms, outcome)
	}
	if len(days) == 0 {
		return compared, failure.Inputf("campaign %s: nobody is assigned to an arm by %s, so nothing can be measured", m.name(), m.asOf())
	}
	if err := m.refuseEarlyEnd(slices.MaxFunc(days, time.Time.Compare)); err != nil {
		return compared, err
	}
	compared.Timing = experiment.Timing{
		WindowDays: terms.WindowDays,
		LeastDays:  calendar.DaysBetween(slices.MaxFunc(days, time.Time.Compare), m.Days.AsOf),
		MostDays:   calendar.DaysBetween(slices.MinFunc(days, time.Time.Compare), m.Days.AsOf),
	}
	assigned, err := m.readAssignedDays(ctx)
	if err != nil {
		return compared, err
	}
	m.countLate(assigned)
	compared.Timing.Information = terms.Information(mature, assigned, calendar.DaysBetween(m.started, m.Days.AsOf), m.hasEnded())
	compared.Timing.Information.Earlier = looksOf(m.earlier)
	return compared, nil
}

type assignedDay struct {
	AssignedOn time.Time
	Customers  int64
}

// readAssignedDays reads how many people came into the campaign's arms so many days
// after it began.
func (m *Measurement) readAssignedDays(ctx context.Context) (map[int]int64, error) {
	assigned := map[int]int64{}
	for day, err := range engine.Select[assignedDay](ctx, m.Engine, "assigned_days") {
		if err != nil {
			return nil, err
		}
		assigned[calendar.DaysBetween(m.started, day.AssignedOn)] = day.Customers
	}
	return assigned, nil
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
