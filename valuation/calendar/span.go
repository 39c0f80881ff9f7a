// Package calendar knows whole days, the spans between them, and the local days of
// a time zone. A day is its midnight in UTC.
package calendar

import (
	"math"
	"slices"
	"time"

	"github.com/dustin/go-humanize"
)

// Span is a number of days in a row, the last one included.
type Span struct{ From, To time.Time }

// Days is how many days a span has; none or less where it ends before it begins.
func (s Span) Days() int { return DaysBetween(s.From, s.To) + 1 }

// Within returns the part of a span that lies in another, which has days only if
// they meet.
func (s Span) Within(other Span) Span {
	if other.From.After(s.From) {
		s.From = other.From
	}
	if other.To.Before(s.To) {
		s.To = other.To
	}
	return s
}

// DaysBetween counts the days from one midnight to a later one.
func DaysBetween(from, to time.Time) int {
	return int(math.Round(to.Sub(from).Hours() / 24))
}

// DaysText writes a number of days: 1 day, 2 days.
func DaysText(n int) string {
	if n == 1 {
		return "1 day"
	}
	return humanize.Comma(int64(n)) + " days"
}

// YearTo returns the 12 months that end on a day.
func YearTo(day time.Time) Span { return Span{day.AddDate(0, 0, 1).AddDate(-1, 0, 0), day} }

// YearBefore returns the same a year before. It ends on the eve of what follows, so
// that February does not lose its 29th.
func YearBefore(s Span) Span {
	return Span{s.From.AddDate(-1, 0, 0), s.To.AddDate(0, 0, 1).AddDate(-1, 0, -1)}
}

// WholeBefore returns the last whole calendar month (months 1) or quarter (3)
// that is over when next begins.
func WholeBefore(next time.Time, months int) Span {
	start := StartOf(next, months)
	return Span{start.AddDate(0, -months, 0), start.AddDate(0, 0, -1)}
}

// StartOf returns the first day of the month (1), quarter (3) or year (12) of a
// day.
func StartOf(day time.Time, months int) time.Time {
	month := int(day.Month()) - 1
	return time.Date(day.Year(), time.Month(month-month%months+1), 1, 0, 0, 0, 0, time.UTC)
}

// Gaps returns the days from each day to the next.
func Gaps(days []time.Time) []int {
	var gaps []int
	for i := 1; i < len(days); i++ {
		gaps = append(gaps, DaysBetween(days[i-1], days[i]))
	}
	return gaps
}

// MedianGap returns the usual gap between days, 1 where there is none.
func MedianGap(days []time.Time) int {
	gaps := slices.Sorted(slices.Values(Gaps(days)))
	if len(gaps) == 0 {
		return 1
	}
	return gaps[(len(gaps)-1)/2]
}
