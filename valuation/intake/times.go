package intake

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/dustin/go-humanize"

	"cbv/valuation/calendar"
	"cbv/valuation/orderdays"
)

// shopDay is the first day of an order that is plausible: a count of seconds in another
// unit, and what stands for a missing time, lie before.
var shopDay = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// blankDays are what programs write for a missing time, as far behind other orders as any
// day that stands alone; beside them the days before and after, for another zone.
var blankDays = []time.Time{time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)}

const (
	// fewBlank is how many rows of such a day may be chance, and fewBlankShare which
	// share of all rows they are at least.
	fewBlank      = 5
	fewBlankShare = 0.001
	// blankYears is how far behind them all other orders lie.
	blankYears = 10
)

// suspectDays warns where the days of the orders, which are sorted, are those of no shop.
func (in *Intake) suspectDays(ctx context.Context, all []orderdays.Day) error {
	days := slices.DeleteFunc(slices.Clone(all), func(day orderdays.Day) bool { return day.OrderRows == 0 })
	if len(days) == 0 {
		return nil
	}
	if last := days[len(days)-1].OrderDay; last.Before(shopDay) {
		remedy, err := in.Orders.LaterTimes(ctx, in.Engine, in.Inputs.Orders)
		if err != nil {
			return err
		}
		if remedy == "" {
			remedy = "map orders.columns.ordered_at to the time of the order"
		}
		in.Warn("implausible_days", "all orders are of days before 1990, the first of %s and the last of %s: their times are probably counts in another unit: %s",
			days[0].OrderDay.Format(time.DateOnly), last.Format(time.DateOnly), remedy)
		return nil
	}
	var rows int64
	for _, day := range days {
		rows += day.OrderRows
	}
	for _, blank := range slices.Concat(blankDays, aloneDays(days)) {
		in.suspectBlankDay(days, blank, rows)
	}
	return nil
}

// aloneDays are the days at the beginning that are as far as blankYears from all others,
// but for blankDays and what belongs to them.
func aloneDays(days []orderdays.Day) []time.Time {
	var alone []time.Time
	for i, day := range days {
		isBeside := func(other time.Time) bool {
			after := calendar.DaysBetween(other, day.OrderDay)
			return -1 <= after && after <= 1
		}
		if slices.ContainsFunc(slices.Concat(blankDays, alone), isBeside) {
			continue
		}
		next := slices.IndexFunc(days[i:], func(later orderdays.Day) bool { return calendar.DaysBetween(day.OrderDay, later.OrderDay) > 1 })
		if next < 0 || days[i+next].OrderDay.Before(day.OrderDay.AddDate(blankYears, 0, 0)) {
			break
		}
		alone = append(alone, day.OrderDay)
	}
	return alone
}

// suspectZones warns where times are written with a zone that an expression drops.
func (in *Intake) suspectZones(ctx context.Context) error {
	dropped, values, way, err := in.Orders.DroppedZones(ctx, in.Engine, in.Inputs.Orders, in.Config.Time.Zone)
	if err == nil {
		in.warnOfZones(dropped, values, way)
	}
	return err
}

// warnOfZones says how many of the first times have a zone that is dropped, and what to
// map instead: without that there is nothing to be done.
func (in *Intake) warnOfZones(dropped, values int64, way string) {
	if dropped == 0 || way == "" {
		return
	}
	in.Warn("zone_dropped", "%s of the first %s in orders.columns.ordered_at are written in UTC and read as local ones, which are of another day in %s: %s",
		humanize.Comma(dropped), CountOf(values, "time"), in.Config.Time.Zone, way)
}

// suspectVersions warns where versions are mapped as numbers that are times.
func (in *Intake) suspectVersions(ctx context.Context) error {
	way, err := in.Orders.CountedVersions(ctx, in.Engine, in.Inputs.Orders)
	if err == nil {
		in.warnOfVersions(way)
	}
	return err
}

// warnOfVersions says what to map for versions that are times as numbers, "" where they
// are none.
func (in *Intake) warnOfVersions(way string) {
	if way != "" {
		in.Warn("version_without_day", "orders.columns.version is a number that is a time: a number has no day, so that a version counts as known from the day of its row, and the backtest sees what only came later: %s", way)
	}
}

// suspectBlankDay warns where orders are of a day that stands for none, and all others
// are of much later ones.
func (in *Intake) suspectBlankDay(days []orderdays.Day, blank time.Time, rows int64) {
	var found int64
	var next time.Time
	for _, day := range days {
		switch after := calendar.DaysBetween(blank, day.OrderDay); {
		case -1 <= after && after <= 1:
			found += day.OrderRows
		case after > 1 && next.IsZero():
			next = day.OrderDay
		}
	}
	if found < fewBlank || ShareOf(found, rows) < fewBlankShare || next.Before(blank.AddDate(blankYears, 0, 0)) {
		return
	}
	in.Warn("implausible_days", "%s (%s of all) are of %s, and all others of %s or later: that day probably stands for a missing time; leave them out with orders.keep",
		CountOf(found, "row"), ShareText(ShareOf(found, rows)), blank.Format(time.DateOnly), next.Format(time.DateOnly))
}

// suspectUnreadableTimes warns of times that no calendar of a shop has, which are in
// quarantine, where they may be as few as to be said nowhere else.
func (in *Intake) suspectUnreadableTimes(rows int64) {
	if found := in.Report.Rows("unreadable_time"); found >= fewBlank && ShareOf(found, rows) >= fewBlankShare {
		in.Warn("implausible_days", "%s (%s of all) are of a time outside 1900 to 2199 and in quarantine (unreadable_time), as 0001-01-01 and 1899-12-30 are, which stand for a missing time: cbv check shows where they are",
			CountOf(found, "row"), ShareText(ShareOf(found, rows)))
	}
}

// nullHint says what to map in place of an expression that is null for every row.
func (in *Intake) nullHint(ctx context.Context, rows int64) (string, error) {
	for _, column := range []string{"time", "amount"} {
		if in.Report.Rows("null_"+column) < rows {
			continue
		}
		key := map[string]string{"time": "orders.columns.ordered_at", "amount": "orders.columns.amount"}[column]
		remedy, err := in.Orders.Reread(ctx, in.Engine, in.Inputs.Orders, key)
		if err != nil || remedy == "" {
			return "", err
		}
		return fmt.Sprintf("%s is null for every row: %s", key, remedy), nil
	}
	return "", nil
}
