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

// orderDay is a day with orders, and their usable rows.
type orderDay struct {
	OrderDay  time.Time
	OrderRows int64
}

// setAsOf sets the day from which the plan looks, and makes the tables of
// months and of compared periods.
func (in *Intake) setAsOf(ctx context.Context) error {
	days, err := engine.All[orderDay](ctx, in.Engine, "order_days")
	if err != nil {
		return err
	}
	slices.SortFunc(days, func(a, b orderDay) int { return a.OrderDay.Compare(b.OrderDay) })
	for _, day := range days {
		in.Days.Orders = append(in.Days.Orders, day.OrderDay)
	}
	switch day := in.Config.Time.AsOf; {
	case day != nil:
		in.Days.AsOf = day.Time
	case len(days) > 0:
		in.Days.AsOf = in.Days.Orders[len(days)-1]
		if err := in.refuseLateLastDay(ctx); err != nil {
			return err
		}
	default: // no row is usable: the contract step says why, for any day
		in.Days.AsOf = time.Unix(0, 0).UTC()
	}
	if err := in.refuseStale(); err != nil {
		return err
	}
	if err := in.checkOrderDays(days[:in.Days.Counted()]); err != nil {
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

// refuseLateLastDay refuses to take the as-of day from an order that lies so
// far behind the others that its date is more likely wrong: from there every
// customer would look long gone.
func (in *Intake) refuseLateLastDay(ctx context.Context) error {
	days := in.Days.Orders
	if len(days) < 3 {
		return nil // no gap to compare the last one with
	}
	gaps, median := calendar.Gaps(days), calendar.MedianGap(days)
	last := gaps[len(gaps)-1]
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

// checkOrderDays warns of days without orders and of days with too few, among those
// that count, and refuses a day beyond the horizon, from which everybody would look
// gone.
func (in *Intake) checkOrderDays(days []orderDay) error {
	if len(days) == 0 {
		return nil
	}
	median := calendar.MedianGap(in.Days.Orders[:len(days)])
	rows := newDayRows(days)
	if missing := missingDays(rows, median); len(missing) > 0 {
		in.Warn("missing_days", "%s", rows.describe(missing, median))
	}
	if short, found := findShortDay(rows); found {
		in.Warn("short_day", "%s", short.message())
	}
	last := days[len(days)-1].OrderDay
	behind := calendar.DaysBetween(last, in.Days.AsOf)
	if horizon := in.Config.Value.HorizonDays; behind > horizon {
		return failure.Inputf("time.as_of: %s is %s after %s, the day of the latest order that counts, and the horizon is %s: everybody would look gone; set an earlier day, or see whether order files are missing",
			in.Days.AsOf.Format(time.DateOnly), countDays(behind), last.Format(time.DateOnly), countDays(horizon))
	}
	if in.IsBeyondOrders() {
		in.Warn("trailing_gap", "no order from %s to %s, %s up to time.as_of, where a usual gap is %s: order files may be missing, and every customer looks that much longer gone; out/latest stays on a day within the orders",
			last.AddDate(0, 0, 1).Format(time.DateOnly), in.Days.AsOf.Format(time.DateOnly), countDays(behind), countDays(median))
	}
	return nil
}

// IsBeyondOrders reports whether the as-of day lies so far behind the last order that
// counts that orders are more likely missing.
func (in *Intake) IsBeyondOrders() bool {
	days := in.Days.Orders[:in.Days.Counted()]
	return len(days) > 0 && isLateLastDay(calendar.DaysBetween(days[len(days)-1], in.Days.AsOf), calendar.MedianGap(days))
}

// describe says which days are missing.
func (d dayRows) describe(missing []hole, median int) string {
	longest, more := missing[0], ""
	if others := missing[1:]; len(others) > 0 {
		days := 0
		for _, other := range others {
			days += other.days()
		}
		more = fmt.Sprintf(", and %s more in %d other gaps", countDays(days), len(others))
		if len(others) == 1 {
			more = fmt.Sprintf(", and %s more from %s on", countDays(days), d.date(others[0].from).Format(time.DateOnly))
		}
	}
	return fmt.Sprintf("no order from %s to %s, %s, where a usual gap is %s%s: files may be missing, or the dates from then on wrong; if the shop was closed, accept it",
		d.date(longest.from).Format(time.DateOnly), d.date(longest.to).Format(time.DateOnly), countDays(longest.days()), countDays(median), more)
}

// The gap before a last order day, or before the as-of day, that nobody need wonder
// at, in days, or in usual gaps where those are longer.
const (
	mostLastGapDays   = 7
	mostUsualLastGaps = 5
)

// isLateLastDay reports whether a day follows so long a gap that its date is more
// likely wrong, or orders are missing.
func isLateLastDay(gap, median int) bool { return gap > max(mostLastGapDays, mostUsualLastGaps*median) }
