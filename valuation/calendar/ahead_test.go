package calendar

import (
	"testing"
	"time"
)

func TestMonthsAhead(t *testing.T) {
	for _, c := range []struct {
		asOf        string
		horizon     int
		first       string // month, "" where there is none
		months      int
		days, lasts int64 // ahead: of the first month and of the last
	}{
		{"2023-12-31", 365, "2024-01-01", 11, 31, 335}, // a leap year's last day is 366 ahead
		{"2022-12-31", 365, "2023-01-01", 12, 31, 365},
		{"2023-12-30", 31, "2023-12-01", 1, 1, 1}, // the month that as_of does not complete
		{"2023-12-31", 31, "2024-01-01", 1, 31, 31},
		{"2023-12-31", 30, "", 0, 0, 0},
		{"2023-12-31", 3650, "2024-01-01", 36, 31, 1096},
	} {
		asOf, err := time.Parse(time.DateOnly, c.asOf)
		if err != nil {
			t.Fatal(err)
		}
		months := MonthsAhead(asOf, c.horizon, 36)
		if len(months) != c.months {
			t.Errorf("%s, %d days: %d months, want %d", c.asOf, c.horizon, len(months), c.months)
			continue
		}
		if c.months == 0 {
			continue
		}
		first, last := months[0], months[len(months)-1]
		if first.Month.Format(time.DateOnly) != c.first || first.DaysAhead != c.days || last.DaysAhead != c.lasts || last.Place != int64(c.months-1) {
			t.Errorf("%s, %d days: %+v to %+v, want %s, %d to %d days ahead", c.asOf, c.horizon, first, last, c.first, c.days, c.lasts)
		}
	}
}
