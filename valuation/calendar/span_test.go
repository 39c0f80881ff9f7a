package calendar

import (
	"testing"
	"time"
)

// Whatever the day, years follow each other without a gap and last 365 or 366
// days, and whole months and quarters are over.
func TestPeriodsOfEveryDay(t *testing.T) {
	for day := time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2029; day = day.AddDate(0, 0, 1) {
		year := YearTo(day)
		if length := DaysBetween(year.From, year.To) + 1; length < 365 || length > 366 {
			t.Errorf("the 12 months to %s have %d days", day.Format(time.DateOnly), length)
		}
		if before := YearBefore(year); DaysBetween(before.To, year.From) != 1 {
			t.Errorf("the 12 months before those to %s end on %s, these begin on %s", day.Format(time.DateOnly), before.To, year.From)
		}
		for _, months := range []int{1, 3} {
			whole := WholeBefore(day.AddDate(0, 0, 1), months)
			next := whole.To.AddDate(0, 0, 1)
			if whole.To.After(day) || !whole.From.AddDate(0, months, 0).Equal(next) || !next.AddDate(0, months, 0).After(day.AddDate(0, 0, 1)) {
				t.Errorf("%d whole months by %s: %s to %s", months, day.Format(time.DateOnly), whole.From, whole.To)
			}
			before := YearBefore(whole)
			if before.From.Month() != whole.From.Month() || before.To.AddDate(0, 0, 1).Month() != next.Month() || before.To.Year() != whole.To.Year()-1 {
				t.Errorf("a year before %s to %s: %s to %s", whole.From, whole.To, before.From, before.To)
			}
		}
	}
}
