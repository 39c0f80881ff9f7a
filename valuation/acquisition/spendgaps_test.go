package acquisition

import (
	"slices"
	"strings"
	"testing"
	"time"

	"cbv/valuation/calendar"
)

func parseDay(t *testing.T, text string) time.Time {
	t.Helper()
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return day
}

// every returns the days from one to another, with a step of so many months or days,
// except those that without names.
func every(t *testing.T, from, to string, months, days int, without func(time.Time) bool) []time.Time {
	t.Helper()
	var found []time.Time
	end := parseDay(t, to)
	for day := parseDay(t, from); !day.After(end); day = day.AddDate(0, months, days) {
		if without == nil || !without(day) {
			found = append(found, day)
		}
	}
	return found
}

func months(numbers ...time.Month) func(time.Time) bool {
	return func(day time.Time) bool { return slices.Contains(numbers, day.Month()) }
}

// What a practitioner would take for missing spend in a year in which every day
// had new customers.
func TestGapsInSpend(t *testing.T) {
	lateInMonth := func(day time.Time) bool { return day.Day() > 20 }
	weekend := func(day time.Time) bool { return day.Weekday()%6 == 0 }
	for name, c := range map[string]struct {
		days []time.Time
		want string
	}{
		"every day":                                   {every(t, "2025-01-01", "2025-12-31", 0, 1, nil), ""},
		"on weekdays":                                 {every(t, "2025-01-01", "2025-12-31", 0, 1, weekend), ""},
		"every day but for April":                     {every(t, "2025-01-01", "2025-12-31", 0, 1, months(4)), "2025-04-01 to 2025-04-30"},
		"every day but for two weeks":                 {every(t, "2025-01-01", "2025-12-31", 0, 1, func(day time.Time) bool { return day.Month() == 6 && day.Day() <= 14 }), "2025-06-01 to 2025-06-14"},
		"every day, each budget gone by the 20th":     {every(t, "2025-01-01", "2025-12-31", 0, 1, lateInMonth), ""},
		"by the month":                                {every(t, "2025-01-15", "2025-12-31", 1, 0, nil), ""},
		"at the end of each month":                    {every(t, "2025-01-28", "2025-12-31", 1, 0, nil), ""},
		"by the month, but for April":                 {every(t, "2025-01-15", "2025-12-31", 1, 0, months(4)), "2025-03-16 to 2025-05-14"},
		"by the month from July on":                   {every(t, "2025-07-01", "2025-12-31", 1, 0, nil), "2025-01-01 to 2025-06-30"},
		"by the month up to June":                     {every(t, "2025-01-01", "2025-06-30", 1, 0, nil), "2025-06-02 to 2025-12-31"},
		"by the quarter":                              {every(t, "2025-01-01", "2025-12-31", 3, 0, nil), ""},
		"by the quarter, but for the last second one": {every(t, "2023-01-01", "2025-12-31", 3, 0, func(day time.Time) bool { return day.Year() == 2025 && day.Month() == 4 }), "2025-01-02 to 2025-06-30"},
		"once": {every(t, "2025-01-01", "2025-01-01", 0, 1, nil), "2025-01-02 to 2025-12-31"},
	} {
		year := calendar.Span{From: parseDay(t, "2025-01-01"), To: parseDay(t, "2025-12-31")}
		s := spendCalendar{open: year, all: c.days, byChannel: map[string][]time.Time{"search": c.days}, acquired: map[string][]dayCustomers{}}
		for _, day := range every(t, "2025-01-01", "2025-12-31", 0, 1, nil) {
			s.acquisitionDays = append(s.acquisitionDays, day)
			s.acquired["search"] = append(s.acquired["search"], dayCustomers{day, 3})
		}
		var got []string
		for _, gap := range s.gaps(s.all, year, leastGapDays) {
			got = append(got, gap.From.Format(time.DateOnly)+" to "+gap.To.Format(time.DateOnly))
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: %v, want %s (usual gap %d)", name, got, c.want, usualGap(c.days))
		}
		if name == "every day but for April" && len(s.gapsOf("search", year)) != 0 {
			t.Error("a channel may pause for a month")
		}
	}
}
