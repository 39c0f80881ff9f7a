package intake

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"cbv/valuation/calendar"
	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/orderdays"
)

// setAsOf sets the day from which the plan looks, and makes the tables of
// months and of compared periods.
func (in *Intake) setAsOf(ctx context.Context) error {
	days, err := engine.All[orderdays.Day](ctx, in.Engine, "order_days")
	if err != nil {
		return err
	}
	slices.SortFunc(days, func(a, b orderdays.Day) int { return a.OrderDay.Compare(b.OrderDay) })
	for _, day := range days {
		if day.OrderRows > 0 {
			in.Days.Orders = append(in.Days.Orders, day.OrderDay)
		}
	}
	switch day := in.Config.Time.AsOf; {
	case day != nil:
		in.Days.AsOf = day.Time
	case len(in.Days.Orders) > 0:
		in.Days.AsOf = in.Days.Orders[len(in.Days.Orders)-1]
		if err := in.refuseLateLastDay(ctx, days); err != nil {
			return err
		}
	default: // no row is usable: the contract step says why, for any day
		in.Days.AsOf = time.Unix(0, 0).UTC()
	}
	if err := in.refuseStale(); err != nil {
		return err
	}
	if err := in.suspectZones(ctx); err != nil {
		return err
	}
	if err := in.suspectVersions(ctx); err != nil {
		return err
	}
	if err := in.suspectDays(ctx, days); err != nil {
		return err
	}
	if err := in.checkOrderDays(days); err != nil {
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
func (in *Intake) refuseLateLastDay(ctx context.Context, all []orderdays.Day) error {
	days := in.Days.Orders
	if len(days) < 3 {
		return nil // no gap to compare the last one with
	}
	eve, last, median := days[len(days)-2], calendar.DaysBetween(days[len(days)-2], in.Days.AsOf), calendar.MedianGap(days)
	if !orderdays.IsLate(last, median) || orderdays.New(all).IsClosing(eve.AddDate(0, 0, 1), in.Days.AsOf.AddDate(0, 0, -1)) {
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
// up to the as-of day, and refuses a day beyond the horizon, from which everybody
// would look gone.
func (in *Intake) checkOrderDays(all []orderdays.Day) error {
	counted := in.Days.Orders[:in.Days.Counted()]
	if len(counted) == 0 {
		return nil
	}
	known := all[:sort.Search(len(all), func(i int) bool { return all[i].OrderDay.After(in.Days.AsOf) })]
	rows, median := orderdays.New(known), calendar.MedianGap(counted)
	if says, found := rows.Missing(median); found {
		in.Warn("missing_days", "%s", says)
		if !slices.Contains(in.Config.Run.Accept, "missing_days") { // a closing that somebody knows of
			in.MissingDays = rows.MissingDays()
		}
	}
	if says, found := rows.Short(); found {
		in.Warn("short_day", "%s", says)
	}
	last, asOf := counted[len(counted)-1], in.Days.AsOf.Format(time.DateOnly)
	if behind, horizon := calendar.DaysBetween(last, in.Days.AsOf), in.Config.Value.HorizonDays; behind > horizon {
		return failure.Inputf("time.as_of: %s is %s after %s, the day of the latest order that counts, and the horizon is %s: everybody would look gone; set an earlier day, or see whether order files are missing",
			asOf, calendar.DaysText(behind), last.Format(time.DateOnly), calendar.DaysText(horizon))
	}
	// Rows that keep excludes show all the same that the files are there.
	last = known[len(known)-1].OrderDay
	behind := calendar.DaysBetween(last, in.Days.AsOf)
	if from := last.AddDate(0, 0, 1); orderdays.IsLate(behind, median) && !rows.IsClosing(from, in.Days.AsOf) {
		in.BeyondOrders = true
		in.Warn("trailing_gap", "no order from %s to %s, %s up to time.as_of, where a usual gap is %s: order files may be missing, and every customer looks that much longer gone; the link latest is not moved to it",
			from.Format(time.DateOnly), asOf, calendar.DaysText(behind), calendar.DaysText(median))
	}
	return nil
}
