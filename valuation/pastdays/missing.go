package pastdays

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cbv/valuation/calendar"
	"cbv/valuation/orderdays"
)

// Calendar gives past days their dates. Without AsOf no day has one, and none is missing.
type Calendar struct {
	AsOf    time.Time
	Missing []orderdays.Stretch // days of which orders are missing
}

// Day is the date of a past day.
func (c Calendar) Day(before int) string {
	return c.AsOf.AddDate(0, 0, -before).Format(time.DateOnly)
}

// After says that something is of so many days after past days, each or together, "" without
// dates.
func (c Calendar) After(days int, befores ...int) string {
	if c.AsOf.IsZero() {
		return ""
	}
	var dates []string
	for _, before := range befores {
		dates = append(dates, c.Day(before))
	}
	slices.Sort(dates)
	last := len(dates) - 1
	if last == 0 {
		return fmt.Sprintf("over the %s after %s, ", calendar.DaysText(days), dates[0])
	}
	return fmt.Sprintf("over the %s after each of %s and %s, together ", calendar.DaysText(days), strings.Join(dates[:last], ", "), dates[last])
}

// Lacking returns the missing days that are among so many days after past days.
func (c Calendar) Lacking(days int, befores ...int) (lacking []orderdays.Stretch) {
	for _, missing := range c.Missing {
		if slices.ContainsFunc(befores, func(before int) bool {
			last := c.AsOf.AddDate(0, 0, -before)
			return missing.To.After(last) && !missing.From.After(last.AddDate(0, 0, days))
		}) {
			lacking = append(lacking, missing)
		}
	}
	return lacking
}

// MayBeWhy says that missing days lie in those on which forecasts were tested, "" for none.
func MayBeWhy(missing []orderdays.Stretch) string {
	var tested []string
	for _, m := range missing {
		tested = append(tested, fmt.Sprintf("from %s to %s", m.From.Format(time.DateOnly), m.To.Format(time.DateOnly)))
	}
	if len(tested) == 0 {
		return ""
	}
	return fmt.Sprintf("the days without orders %s lie in those on which the forecast was tested: a run with their files shows it", strings.Join(tested, ", "))
}
