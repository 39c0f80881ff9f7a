package batch

import (
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"cbv/valuation/calendar"
	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/publication"
	"cbv/valuation/rfm"
	"cbv/valuation/source"
)

// goSteps are the steps of the plan that Go carries out, by name.
var goSteps = map[string]func(context.Context, *run) error{
	"inputs":                inputs,
	"as_of":                 asOf,
	"contract":              contract,
	"base":                  base,
	"candidate_groups":      candidateGroups,
	"backtest_fits":         backtestFits,
	"value_intervals":       valueIntervals,
	"fit":                   fit,
	"rfm_cuts":              rfmCuts,
	"repeat_rates":          repeatRates,
	"repeat_probabilities":  repeatProbabilities,
	"revenue_concentration": revenueConcentration,
	"retention_rates":       retentionRates,
	"periods":               periods,
	"paybacks":              paybacks,
	"newcomer_curve":        newcomerCurve,
	"campaign":              campaignInputs,
	"winsorise_cap":         winsoriseCap,
	"measurement":           measureArms,
}

// repeatWindowDays are the windows in which a second purchase is counted.
var repeatWindowDays = []int64{30, 60, 90, 180, 365}

// inputs makes the views over the files and the small tables that no file
// gives.
func inputs(ctx context.Context, r *run) error {
	var err error
	if r.orders, err = source.MapOrders(ctx, r.engine, r.files, r.Config.Orders, r.minor); err != nil {
		return err
	}
	for _, pair := range source.Copies(r.files) {
		r.warn("copied_file", "%s and %s have the same bytes, so every order in them counts twice: leave one out of orders.files", pair[0].Path, pair[1].Path)
	}
	var rows [][]driver.Value
	for i, file := range r.files {
		rows = append(rows, []driver.Value{int64(i), file.Name, file.Rows})
	}
	columns := []engine.Column{{Name: "file_number", Type: "bigint"}, {Name: "file", Type: "varchar"}, {Name: "order_rows", Type: "bigint"}}
	if err := r.engine.Rows(ctx, "order_files", columns, rows); err != nil {
		return err
	}
	if err := r.mapSides(ctx); err != nil {
		return err
	}
	if err := r.calendar(ctx); err != nil {
		return err
	}
	limitColumns, limits := businessRules.table()
	if err := r.engine.Rows(ctx, "input_limits", limitColumns, [][]driver.Value{limits}); err != nil {
		return err
	}
	rows = nil
	for _, days := range repeatWindowDays {
		rows = append(rows, []driver.Value{days})
	}
	if err := r.engine.Rows(ctx, "windows", []engine.Column{{Name: "window_days", Type: "bigint"}}, rows); err != nil {
		return err
	}
	cells, err := rfm.Map(r.Config.RFM.Map)
	if err != nil {
		return err
	}
	rows = nil
	for _, cell := range cells {
		rows = append(rows, []driver.Value{int64(cell.R), int64(cell.F), int64(cell.M), cell.Segment})
	}
	err = r.engine.Rows(ctx, "rfm_map", []engine.Column{
		{Name: "r_score", Type: "bigint"}, {Name: "f_score", Type: "bigint"}, {Name: "m_score", Type: "bigint"}, {Name: "segment", Type: "varchar"},
	}, rows)
	if err != nil {
		return err
	}
	rows = nil
	segments, err := rfm.Segments(r.Config.RFM.Map)
	if err != nil {
		return err
	}
	for _, segment := range segments {
		rows = append(rows, []driver.Value{segment, config.SegmentList(segment)})
	}
	return r.engine.Rows(ctx, "segment_lists", []engine.Column{{Name: "segment", Type: "varchar"}, {Name: "list", Type: "varchar"}}, rows)
}

// calendar makes the table of local days, which is empty for local times.
func (r *run) calendar(ctx context.Context) error {
	zone, err := r.Config.Time.Location()
	if err != nil {
		return err
	}
	var rows [][]driver.Value
	if r.orders.Zoned && zone != time.UTC {
		for _, day := range calendar.Days(zone, businessRules.ReadableFrom, businessRules.ReadableBefore) {
			rows = append(rows, []driver.Value{day.UTC, day.LocalMidnight, day.Before, day.After})
		}
	}
	return r.engine.Rows(ctx, "calendar", []engine.Column{
		{Name: "utc_day", Type: "date"}, {Name: "local_midnight", Type: "timestamp"}, {Name: "day_before", Type: "date"}, {Name: "day_after", Type: "date"},
	}, rows)
}

// asOf settles the day from which the run looks, and makes params. A run that
// is published already ends here.
func asOf(ctx context.Context, r *run) error {
	err := r.engine.Each(ctx, "order_days", []string{"order_day"}, func(v []driver.Value) error {
		r.orderDays = append(r.orderDays, v[0].(time.Time))
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(r.orderDays, time.Time.Compare)
	switch day := r.Config.Time.AsOf; {
	case day != nil:
		r.asOf = day.Time
	case len(r.orderDays) > 0:
		r.asOf = r.orderDays[len(r.orderDays)-1]
		if err := r.checkLastOrderDay(ctx); err != nil {
			return err
		}
	default: // no row is usable: the contract step says why, for any day
		r.asOf = time.Unix(0, 0).UTC()
	}
	if err := r.refuseStale(); err != nil {
		return err
	}
	if err := r.refuseOldModel(); err != nil {
		return err
	}
	if r.store != nil && r.measuring == nil { // which has no identity before the earlier ones are known
		if err := r.stopIfPublished(ctx); err != nil {
			return err
		}
	}
	if err := r.months(ctx); err != nil {
		return err
	}
	if err := r.comparedPeriods(ctx); err != nil {
		return err
	}
	return r.params(ctx)
}

// stopIfPublished returns errPublished where the run stands already.
func (r *run) stopIfPublished(ctx context.Context) error {
	published, err := r.shelf.Verify(ctx, publication.RunID(r.asOf, r.identity), r.identity)
	if err == nil && published {
		return errPublished
	}
	return err
}

// months makes the table of calendar months from the first order to as_of. A
// month is whole when as_of is its last day or later.
func (r *run) months(ctx context.Context) error {
	first := r.asOf
	if len(r.orderDays) > 0 && r.orderDays[0].Before(first) {
		first = r.orderDays[0]
	}
	var rows [][]driver.Value
	for month := first.AddDate(0, 0, 1-first.Day()); !month.After(r.asOf); month = month.AddDate(0, 1, 0) {
		number := int64(month.Year())*12 + int64(month.Month()) - 1
		lastDay := month.AddDate(0, 1, -1)
		rows = append(rows, []driver.Value{month, number, lastDay, !lastDay.After(r.asOf)})
	}
	return r.engine.Rows(ctx, "months", []engine.Column{
		{Name: "month", Type: "date"}, {Name: "month_number", Type: "bigint"}, {Name: "last_day", Type: "date"}, {Name: "is_whole", Type: "boolean"},
	}, rows)
}

// params makes the one-row table of everything SQL takes from the configuration,
// and of the rules.
func (r *run) params(ctx context.Context) error {
	c := r.Config
	var marginRate, cac driver.Value
	fitFrom := businessRules.ReadableFrom // everybody is fitted
	if err := r.setHoldout(); err != nil {
		return err
	}
	if c.Orders.FitFrom != nil {
		fitFrom = c.Orders.FitFrom.Time
	}
	if c.Value.MarginRate != nil {
		marginRate = *c.Value.MarginRate
	}
	if c.Value.CAC != nil {
		cac = *c.Value.CAC
	}
	_, delta := r.horizon()
	columns := []engine.Column{
		{Name: "as_of", Type: "date"},
		{Name: "minor_per_unit", Type: "bigint"},
		{Name: "is_order_grain", Type: "boolean"},
		{Name: "zero_is_purchase", Type: "boolean"},
		{Name: "fit_from", Type: "date"},
		{Name: "has_margin", Type: "boolean"}, // a margin column
		{Name: "has_channel", Type: "boolean"},
		{Name: "margin_rate", Type: "double"},
		{Name: "retention_cost", Type: "double"},
		{Name: "cac", Type: "double"},
		{Name: "min_keep_share", Type: "double"},
		{Name: "active_from", Type: "double"},
		{Name: "cooling_from", Type: "double"},
		{Name: "backtest_days", Type: "bigint"},
		{Name: "backtest_cutoff", Type: "date"},
		{Name: "backtest_recent_from", Type: "date"}, // as long before the cutoff
		{Name: "horizon_days", Type: "bigint"},
		{Name: "discount_per_day", Type: "double"},
		{Name: "has_spend", Type: "boolean"},
		{Name: "has_spend_currency", Type: "boolean"}, // of each row
		{Name: "currency", Type: "varchar"},
		{Name: "target_ltv_cac", Type: "double"},
		{Name: "trailing_from", Type: "date"},
	}
	row := []driver.Value{
		r.asOf, r.minor, c.Orders.Grain == "order", c.Orders.ZeroIsPurchase, fitFrom, c.Orders.Columns.Margin != "", c.Orders.Columns.Channel != "", marginRate,
		c.Value.RetentionCost, cac, c.Value.MinKeepShare, c.Lifecycle.Active, c.Lifecycle.Cooling,
		int64(r.holdout.days), r.cutoff(), r.cutoff().AddDate(0, 0, -r.holdout.days),
		int64(c.Value.HorizonDays), delta, c.HasSpend(), c.Spend.Columns.Currency != "", c.Value.Currency, c.Value.TargetLTVCAC, r.trailingFrom(),
	}
	ruleColumns, ruleValues := businessRules.params()
	return r.engine.Rows(ctx, "params", append(columns, ruleColumns...), [][]driver.Value{append(row, ruleValues...)})
}

// checkLastOrderDay refuses to take the as-of day from an order that lies so
// far behind the others that its date is more likely wrong: from there every
// customer would look long gone.
func (r *run) checkLastOrderDay(ctx context.Context) error {
	days := r.orderDays
	if len(days) < 3 {
		return nil // no gap to compare the last one with
	}
	gaps := gapsBetween(days)
	last := gaps[len(gaps)-1]
	longest := slices.Index(gaps, slices.Max(gaps))
	median := medianGap(days)
	// Two wrong dates in a row hide from the rule below.
	if gap := gaps[longest]; longest != len(gaps)-1 && gap > max(30, 10*median) {
		r.warn("gap_in_orders", "no order for %d days before %s, where %d are usual: files may be missing, or the dates from then on wrong",
			gap, days[longest+1].Format(time.DateOnly), median)
	}
	if last <= max(7, 5*median) {
		return nil
	}
	var places []string
	err := r.engine.Each(ctx, "last_order_places", []string{"file", "first_row", "order_rows"}, func(v []driver.Value) error {
		places = append(places, fmt.Sprintf("%s row %d (rows on that day: %d)", v[0], v[1], v[2]))
		return nil
	})
	if err != nil {
		return err
	}
	slices.Sort(places)
	return failure.Inputf("orders.columns.ordered_at: the latest order day is %s, %d days after the one before, where %d are usual: %s: if the date is wrong, correct it or exclude it with orders.keep; if it is right, set time.as_of",
		r.asOf.Format(time.DateOnly), last, median, strings.Join(places[:min(3, len(places))], "; "))
}

// gapsBetween returns the days from each day to the next.
func gapsBetween(days []time.Time) []int {
	var gaps []int
	for i := 1; i < len(days); i++ {
		gaps = append(gaps, daysBetween(days[i-1], days[i]))
	}
	return gaps
}

// medianGap returns the usual gap between days, 1 where there is none.
func medianGap(days []time.Time) int {
	gaps := slices.Sorted(slices.Values(gapsBetween(days)))
	if len(gaps) == 0 {
		return 1
	}
	return gaps[(len(gaps)-1)/2]
}

// Report says what became of the input rows.
type Report struct {
	AsOf     time.Time
	Files    int
	Reasons  []ReasonCount // used first, then by reason
	Places   []Place       // where to look, most rows first
	Sides    []SideReport  // those that are configured
	Warnings []publication.Warning
}

// ReasonCount is the number of rows of one reason and their money in minor
// units.
type ReasonCount struct {
	Reason string
	Rows   int64
	Minor  int64
}

// The reasons that are not a quarantine.
const (
	Used     = "used"     // the row counts
	Filtered = "filtered" // orders.keep excludes it
)

// Place is where rows of one reason stand in one file.
type Place struct {
	Reason   string
	File     string
	FirstRow int64
	Rows     int64
}

// Rows returns the number of rows of a reason.
func (r Report) Rows(reason string) int64 {
	for _, count := range r.Reasons {
		if count.Reason == reason {
			return count.Rows
		}
	}
	return 0
}

// contract reads how the rows were classified and stops a run that has nothing
// to value.
func contract(ctx context.Context, r *run) error {
	r.report.Files = len(r.files)
	err := r.engine.Each(ctx, "row_counts", []string{"reason", "order_rows", "amount_minor"}, func(v []driver.Value) error {
		r.report.Reasons = append(r.report.Reasons, ReasonCount{v[0].(string), v[1].(int64), v[2].(int64)})
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(r.report.Reasons, byReason)
	err = r.engine.Each(ctx, "quarantine_places", []string{"reason", "file", "first_row", "order_rows"}, func(v []driver.Value) error {
		r.report.Places = append(r.report.Places, Place{v[0].(string), v[1].(string), v[2].(int64), v[3].(int64)})
		return nil
	})
	if err != nil {
		return err
	}
	if err := r.sideContract(ctx); err != nil {
		return err
	}
	slices.SortFunc(r.report.Places, byPlace)
	if r.report.Rows(Used) > 0 {
		return nil
	}
	var reasons []string
	for _, count := range r.report.Reasons {
		reasons = append(reasons, fmt.Sprintf("%s %s", humanize.Comma(count.Rows), count.Reason))
	}
	span := ""
	if n := len(r.orderDays); n > 0 {
		span = fmt.Sprintf(" as of %s, and orders run from %s to %s", r.asOf.Format(time.DateOnly),
			r.orderDays[0].Format(time.DateOnly), r.orderDays[n-1].Format(time.DateOnly))
	}
	return failure.Inputf("%s: no order is left of %s rows%s: %s: check time.as_of, orders.columns and orders.keep",
		r.files[0].Path, humanize.Comma(source.Rows(r.files)), span, strings.Join(reasons, ", "))
}
