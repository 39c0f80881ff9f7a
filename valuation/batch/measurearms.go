package batch

import (
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/experiment"
	"cbv/valuation/failure"
	"cbv/valuation/measurement"
	"cbv/valuation/publication"
	"cbv/valuation/source"
)

// The covariates that a campaign can be adjusted by.
const (
	byPriorSpend = "prior_spend"
	byCLV        = "clv"
)

// campaignInputs settles whether the campaign can be measured as of the day, and
// makes the views over its assignments and contacts. A measurement that is
// published already ends here.
func campaignInputs(ctx context.Context, r *run) error {
	m := r.measuring
	if err := r.refuseTooEarly(); err != nil {
		return err
	}
	if err := r.refuseMissingDays(); err != nil {
		return err
	}
	if c := m.campaign.Terms.Covariate; c != byPriorSpend && c != byCLV {
		return failure.Inputf("campaign %s: its covariate %q is neither %s nor %s: campaign.json was changed by hand", m.name(), c, byPriorSpend, byCLV)
	}
	// The day is settled: named or taken from the orders, it is the same measurement.
	r.Config.Time.AsOf = &config.Day{Time: r.asOf}
	if err := r.readEarlier(ctx); err != nil {
		return err
	}
	standing := measurement.Document{AsOf: r.asOf.Format(time.DateOnly), Currency: r.Config.Value.Currency, MoneyBasis: MoneyBasis(r.Config)}
	standing.Stand(m.earlier)
	var err error
	if r.identity, err = r.identifyMeasurement(standing.Decision); err != nil {
		return err
	}
	if err := r.stopIfPublished(ctx); err != nil {
		return err
	}
	return r.mapCampaign(ctx)
}

// started is the day of the first assignment.
func (m *measuring) started() (time.Time, error) {
	day, err := time.Parse(time.DateOnly, m.campaign.Terms.Started)
	if err != nil {
		return day, failure.Inputf("campaign %s: started: %q is not a day: campaign.json was changed by hand", m.name(), m.campaign.Terms.Started)
	}
	return day, nil
}

// refuseTooEarly refuses a day on which nobody has been watched for one yet.
func (r *run) refuseTooEarly() error {
	m := r.measuring
	started, err := m.started()
	if err != nil {
		return err
	}
	if !r.asOf.After(started) {
		return failure.Inputf("campaign %s began on %s, and the orders are read as of %s: nothing can be measured yet; measure it when there are orders of a later day",
			m.name(), m.campaign.Terms.Started, r.asOf.Format(time.DateOnly))
	}
	return nil
}

// refuseMissingDays refuses to take days for days without a purchase of which
// the files may know nothing yet. A shop that is closed now and then has gaps,
// so twice the usual one is let pass.
func (r *run) refuseMissingDays() error {
	last := r.orderDays[len(r.orderDays)-1]
	behind := daysBetween(last, r.asOf)
	if behind <= r.usualGap() {
		return nil
	}
	return failure.Inputf("time.as_of: it is %s, and the last order is of %s: the days between would count as days on which nobody bought; add the files that are missing, or leave time.as_of out",
		r.asOf.Format(time.DateOnly), last.Format(time.DateOnly))
}

// usualGap is the longest gap between order days that nobody need wonder at.
func (r *run) usualGap() int { return 2 * medianGap(r.orderDays) }

// doubtHoles warns of days without an order inside the watched time, which count as
// days on which nobody bought, as those after the last order would.
func (r *run) doubtHoles() error {
	started, err := r.measuring.started()
	if err != nil {
		return err
	}
	var holes []string
	for i := 1; i < len(r.orderDays); i++ {
		before, next := r.orderDays[i-1], r.orderDays[i]
		first, last := before.AddDate(0, 0, 1), next.AddDate(0, 0, -1)
		if last.After(started) && !next.After(r.asOf) && daysBetween(before, next) > r.usualGap() {
			holes = append(holes, first.Format(time.DateOnly)+" to "+last.Format(time.DateOnly))
		}
	}
	if len(holes) == 0 {
		return nil
	}
	const shown = 3
	text := strings.Join(holes[:min(shown, len(holes))], ", ")
	if more := len(holes) - shown; more > 0 {
		text += fmt.Sprintf(" and %d more times", more)
	}
	r.warn("hole_in_orders", "there is no order from %s, where order days are usually %d apart: these count as days on which nobody bought; add the files that are missing, if any", text, medianGap(r.orderDays))
	return nil
}

// mapCampaign makes the tables and views of the campaign.
func (r *run) mapCampaign(ctx context.Context) error {
	m := r.measuring
	started, err := m.started()
	if err != nil {
		return err
	}
	terms := m.campaign.Terms
	design := terms.Design
	err = r.engine.Rows(ctx, "campaign_terms", []engine.Column{
		{Name: "campaign", Type: "varchar"}, {Name: "started_on", Type: "date"}, {Name: "window_days", Type: "bigint"},
		{Name: "is_covariate_clv", Type: "boolean"}, {Name: "has_cost", Type: "boolean"},
		{Name: "salt", Type: "varchar"}, {Name: "none_share", Type: "bigint"}, {Name: "champion_share", Type: "bigint"},
		{Name: "global_salt", Type: "varchar"}, {Name: "global_holdout", Type: "bigint"},
	}, [][]driver.Value{{
		m.name(), started, int64(terms.WindowDays), terms.Covariate == byCLV, r.Config.Contacts.Columns.Cost != "",
		design.Salt, int64(design.Shares.None), int64(design.Shares.Champion), design.GlobalSalt, int64(design.GlobalHoldout),
	}})
	if err != nil {
		return err
	}
	var rows [][]driver.Value
	parts := engine.Input{Name: "assignment_parts"}
	for i, file := range m.parts {
		rows = append(rows, []driver.Value{"assignments", int64(i), file.Name, file.Rows})
		parts.Files = append(parts.Files, file.Resolved)
	}
	for i, file := range m.contacts.Files {
		rows = append(rows, []driver.Value{"contacts", int64(i), file.Name, file.Rows})
	}
	err = r.engine.Rows(ctx, "campaign_files", []engine.Column{
		{Name: "input", Type: "varchar"}, {Name: "file_number", Type: "bigint"}, {Name: "file", Type: "varchar"}, {Name: "input_rows", Type: "bigint"},
	}, rows)
	if err != nil {
		return err
	}
	for _, column := range []engine.InputColumn{{Name: "campaign", Type: "varchar"}, {Name: "customer_id", Type: "varchar"}, {Name: "arm", Type: "varchar"}, {Name: "clv", Type: "double"}, {Name: "as_of", Type: "date"}} {
		column.Expression = column.Name
		parts.Columns = append(parts.Columns, column)
	}
	if err := r.engine.Input(ctx, parts); err != nil {
		return failure.Inputf("campaign %s: its assignments cannot be read: %w: put the files back as they were written", m.name(), engine.Cause(err))
	}
	for _, pair := range source.Copies(m.contacts.Files) {
		r.warn("copied_file", "%s and %s have the same bytes, so every contact in them counts twice: leave one out of contacts.files", pair[0].Path, pair[1].Path)
	}
	return m.contacts.Map(ctx, r.engine)
}

// winsoriseCap finds the amount at which revenue is cut off.
func winsoriseCap(ctx context.Context, r *run) error {
	people := map[int64]int64{}
	err := r.engine.Each(ctx, "outcome_values", []string{"revenue_minor", "customers"}, func(v []driver.Value) error {
		people[v[0].(int64)] = v[1].(int64)
		return nil
	})
	if err != nil {
		return err
	}
	r.measuring.capMinor = experiment.Cap(r.Config.Measure.WinsorisePercentile, people)
	return r.engine.Rows(ctx, "winsorise_cap", []engine.Column{{Name: "cap_minor", Type: "bigint"}}, [][]driver.Value{{r.measuring.capMinor}})
}

// armSums is a row of arm_sums.
type armSums struct {
	people      int64
	strangers   int64     // of the people, without an order up to their assignment
	first, last time.Time // days of assignment
	outcomes    experiment.Outcomes
}

// readArms reads the sums of every arm with people.
func (r *run) readArms(ctx context.Context) (map[experiment.Arm]armSums, error) {
	columns := []string{"arm", "customers", "strangers", "first_assigned_on", "last_assigned_on", "covariate", "covariate_squared"}
	const before = 7 // the columns of the outcomes
	outcomes := []string{"conversion", "revenue", "winsorised", "margin"}
	for _, outcome := range outcomes {
		columns = append(columns, outcome, outcome+"_squared", outcome+"_products")
	}
	arms := map[experiment.Arm]armSums{}
	err := r.engine.Each(ctx, "arm_sums", columns, func(v []driver.Value) error {
		sums := armSums{people: v[1].(int64), strangers: v[2].(int64), first: v[3].(time.Time), last: v[4].(time.Time)}
		for i, sample := range []*experiment.Sample{&sums.outcomes.Converted, &sums.outcomes.Revenue, &sums.outcomes.Winsorised, &sums.outcomes.Margin} {
			of := v[before+3*i : before+3*i+3]
			added := experiment.Sums{People: sums.people}
			for j, text := range []driver.Value{v[5], v[6], of[0], of[1], of[2]} {
				into := []interface{ UnmarshalText([]byte) error }{&added.Covariate, &added.CovariateSquared, &added.Outcome, &added.OutcomeSquared, &added.Products}[j]
				if err := into.UnmarshalText([]byte(text.(string))); err != nil {
					return fmt.Errorf("%s: %w", columns[before+3*i], err)
				}
			}
			*sample = experiment.SampleOf(added)
		}
		arms[experiment.Arm(v[0].(string))] = sums
		return nil
	})
	return arms, err
}

// campaignArms are the arms that a campaign compares.
var campaignArms = []experiment.Arm{experiment.None, experiment.Champion, experiment.Challenger}

// measureArms makes the report and its table of figures.
func measureArms(ctx context.Context, r *run) error {
	m := r.measuring
	arms, err := r.readArms(ctx)
	if err != nil {
		return err
	}
	if err := r.doubtStrangers(arms); err != nil {
		return err
	}
	contacts, err := r.readContacts(ctx)
	if err != nil {
		return err
	}
	compared, err := r.compared(arms, contacts)
	if err != nil {
		return err
	}
	report, err := experiment.Measure(compared)
	if err != nil {
		return failure.Inputf("campaign %s: %w", m.name(), err)
	}
	m.moneyBasis = MoneyBasis(r.Config)
	m.document = measurement.New(measurement.Facts{
		Terms: m.campaign.Terms, AsOf: r.asOf.Format(time.DateOnly), Currency: r.Config.Value.Currency, MinorPerUnit: r.minor, MoneyBasis: m.moneyBasis,
		WinsorisePercentile: r.Config.Measure.WinsorisePercentile, CapMinor: m.capMinor,
		Report: report, Contacts: contacts, Told: r.told(), GlobalHoldout: arms[experiment.GlobalHoldout].people,
	})
	m.document.SchemaVersion = publication.SchemaVersion
	m.document.ContactRows = r.contactRowCounts()
	m.document.AssignedLater = source.Rows(m.parts)
	for _, sums := range arms {
		m.document.AssignedLater -= sums.people
	}
	m.document.Stand(m.earlier)
	if err := r.doubtHoles(); err != nil {
		return err
	}
	r.doubtMeasurement(contacts)
	return r.figureTable(ctx)
}

// doubtStrangers looks for people whom these orders do not know. An export assigns
// customers, so everyone had an order by then: who has none now is written
// otherwise, and would be measured as someone who buys nothing.
func (r *run) doubtStrangers(arms map[experiment.Arm]armSums) error {
	var people, strangers int64
	for _, sums := range arms {
		people += sums.people
		strangers += sums.strangers
	}
	const remedy = "customers may be written otherwise than when they were assigned, or files be missing"
	switch {
	case 2*strangers > people:
		return failure.Inputf("campaign %s: %s of %s assigned customers have no order up to the day of their assignment, and each had one: %s: check orders.columns.customer_id, then orders.files and orders.keep",
			r.measuring.name(), humanize.Comma(strangers), humanize.Comma(people), remedy)
	case strangers > 0:
		r.warn("unknown_customers", "%s of %s assigned customers have no order up to the day of their assignment, and each had one; they count as people who buy nothing: %s: check orders.columns.customer_id, orders.files and orders.keep",
			humanize.Comma(strangers), humanize.Comma(people), remedy)
	}
	return nil
}

// compared returns the campaign as the statistics see it.
func (r *run) compared(arms map[experiment.Arm]armSums, contacts map[string]measurement.Contacts) (experiment.Campaign, error) {
	terms := r.measuring.campaign.Terms
	compared := experiment.Campaign{Shares: terms.Design.Shares, HasCovariate: true, RevenueStandsIn: !r.Config.HasMargin()}
	var days []time.Time
	for _, arm := range campaignArms {
		sums, assigned := arms[arm]
		if !assigned {
			continue
		}
		days = append(days, sums.first, sums.last)
		outcome := experiment.ArmOutcome{Arm: arm, Outcomes: sums.outcomes}
		if contacts != nil {
			outcome.Contacts = r.contactsOf(contacts[string(arm)])
		}
		compared.Arms = append(compared.Arms, outcome)
	}
	if len(days) == 0 {
		return compared, failure.Inputf("campaign %s: nobody is assigned to an arm by %s, so nothing can be measured", r.measuring.name(), r.asOf.Format(time.DateOnly))
	}
	started, err := r.measuring.started()
	night := terms.Night(daysBetween(started, r.asOf))
	compared.Timing = experiment.Timing{
		Night: night, FirstNight: r.asOf.AddDate(0, 0, 1-night), PlannedNights: terms.Nights, WindowDays: terms.WindowDays,
		LeastDays: daysBetween(slices.MaxFunc(days, time.Time.Compare), r.asOf),
		MostDays:  daysBetween(slices.MinFunc(days, time.Time.Compare), r.asOf),
	}
	return compared, err
}

// figureTable makes measured_figures of the document.
func (r *run) figureTable(ctx context.Context) error {
	text := func(s string) driver.Value {
		if s == "" {
			return nil
		}
		return s
	}
	number := func(f *float64) driver.Value {
		if f == nil {
			return nil
		}
		return *f
	}
	var columns []engine.Column
	for _, column := range []string{"arm", "versus", "metric", "estimate", "unit", "reason"} {
		columns = append(columns, engine.Column{Name: column, Type: "varchar"})
	}
	for _, column := range []string{"value", "low", "high", "sequential_low", "sequential_high", "standard_error", "p_value"} {
		columns = append(columns, engine.Column{Name: column, Type: "double"})
	}
	columns = append(columns, engine.Column{Name: "n", Type: "bigint"})
	var rows [][]driver.Value
	for _, f := range r.measuring.document.Figures {
		rows = append(rows, []driver.Value{
			f.Arm, text(f.Versus), f.Metric, text(f.Estimate), f.Unit, text(f.Reason),
			number(f.Value), number(f.Low), number(f.High), number(f.SequentialLow), number(f.SequentialHigh), number(f.StandardError), number(f.PValue), f.N,
		})
	}
	return r.engine.Rows(ctx, "measured_figures", columns, rows)
}
