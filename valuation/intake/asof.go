package intake

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"cbv/valuation/calendar"
	"cbv/valuation/engine"
	"cbv/valuation/failure"
)

// setAsOf sets the day from which the plan looks, and makes the tables of
// months and of compared periods.
func (in *Intake) setAsOf(ctx context.Context) error {
	days, err := engine.All[struct{ OrderDay time.Time }](ctx, in.Engine, "order_days")
	if err != nil {
		return err
	}
	for _, day := range days {
		in.Days.Orders = append(in.Days.Orders, day.OrderDay)
	}
	slices.SortFunc(in.Days.Orders, time.Time.Compare)
	switch day := in.Config.Time.AsOf; {
	case day != nil:
		in.Days.AsOf = day.Time
	case len(days) > 0:
		in.Days.AsOf = in.Days.Orders[len(days)-1]
		if err := in.checkLastOrderDay(ctx); err != nil {
			return err
		}
	default: // no row is usable: the contract step says why, for any day
		in.Days.AsOf = time.Unix(0, 0).UTC()
	}
	if err := in.refuseStale(); err != nil {
		return err
	}
	if err := in.makeMonths(ctx); err != nil {
		return err
	}
	return in.makeComparedPeriods(ctx)
}

type orderPlace struct {
	File      string
	FirstRow  int64
	OrderRows int64
}

// checkLastOrderDay refuses to take the as-of day from an order that lies so
// far behind the others that its date is more likely wrong: from there every
// customer would look long gone.
func (in *Intake) checkLastOrderDay(ctx context.Context) error {
	days := in.Days.Orders
	if len(days) < 3 {
		return nil // no gap to compare the last one with
	}
	gaps, median := calendar.Gaps(days), calendar.MedianGap(days)
	last := gaps[len(gaps)-1]
	longest := slices.Index(gaps, slices.Max(gaps))
	// Two wrong dates in a row hide from the rule below.
	if gap := gaps[longest]; longest != len(gaps)-1 && isLongGap(gap, median) {
		in.Warn("gap_in_orders", "the order day %s is %d days after the one before (usual: %d): files may be missing, or the dates from then on wrong",
			days[longest+1].Format(time.DateOnly), gap, median)
	}
	if !isLateLastDay(last, median) {
		return nil
	}
	found, err := engine.All[orderPlace](ctx, in.Engine, "last_order_places")
	if err != nil {
		return err
	}
	var places []string
	for _, place := range found {
		places = append(places, fmt.Sprintf("%s row %d (rows on that day: %d)", place.File, place.FirstRow, place.OrderRows))
	}
	slices.Sort(places)
	return failure.Inputf("orders.columns.ordered_at: the latest order day is %s, %d days after the one before, where %d are usual: %s: if the date is wrong, correct it or exclude it with orders.keep; if it is right, set time.as_of",
		in.Days.AsOf.Format(time.DateOnly), last, median, strings.Join(places[:min(3, len(places))], "; "))
}

// The gaps between order days that nobody need wonder at, in days, or in usual gaps
// where those are longer.
const (
	mostGapDays       = 30 // inside the orders: a shop may close for a month
	mostUsualGaps     = 10
	mostLastGapDays   = 7 // before the last order day, from which everything is counted
	mostUsualLastGaps = 5
)

// isLongGap reports whether a gap inside the orders is one to wonder at.
func isLongGap(gap, median int) bool { return gap > max(mostGapDays, mostUsualGaps*median) }

// isLateLastDay reports whether the last order day follows so long a gap that its
// date is more likely wrong.
func isLateLastDay(gap, median int) bool { return gap > max(mostLastGapDays, mostUsualLastGaps*median) }
