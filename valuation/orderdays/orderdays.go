// Package orderdays judges the days of order files by their rows: which are missing,
// which have too few, and what is a closing of the shop.
package orderdays

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"cbv/valuation/calendar"
)

// Day is a day of the order files that has rows.
type Day struct {
	OrderDay  time.Time
	OrderRows int64 // that can be used
	AllRows   int64
}

// Rows are the rows of every day from the first one that has any to the last one,
// days without rows included.
type Rows struct {
	first time.Time
	rows  []float64
	open  [weekdays]bool // whether half of the dates of a weekday have rows, by date modulo 7
}

const weekdays = 7

// New returns the rows of days in order, of which there is one at least.
func New(days []Day) Rows {
	d := Rows{first: days[0].OrderDay}
	d.rows = make([]float64, calendar.DaysBetween(d.first, days[len(days)-1].OrderDay)+1)
	for _, day := range days {
		d.rows[calendar.DaysBetween(d.first, day.OrderDay)] = float64(day.AllRows)
	}
	for weekday := range min(weekdays, len(d.rows)) {
		dates, open := 0, 0
		for i := weekday; i < len(d.rows); i += weekdays {
			dates++
			if d.rows[i] > 0 {
				open++
			}
		}
		d.open[weekday] = 2*open >= dates
	}
	return d
}

func (d Rows) date(i int) time.Time { return d.first.AddDate(0, 0, i) }

// isOpen reports whether the shop usually has orders on such a day. About the turn of
// the year shops close that never do otherwise.
func (d Rows) isOpen(i int) bool {
	return d.open[i%weekdays] && !isTurnOfYear(d.date(i))
}

func isTurnOfYear(day time.Time) bool {
	return day.Month() == time.December && day.Day() >= 24 || day.Month() == time.January && day.Day() <= 2
}

// gap is a run of days without rows, from the one index to the other.
type gap struct {
	from, to int
	open     int     // days of them on which the shop is usually open
	worth    float64 // rows that it would have had
}

func (g gap) days() int { return g.to - g.from + 1 }

// What a run of days without rows is held against.
const (
	// aroundDays before and after a run say what its days would have had, if so many
	// of them have rows.
	aroundDays, leastOpenAround = 28, 7
	// leastWorth is how many rows a run must lack where these come by themselves, and
	// as many times more as they come together, in orders or in waves; and
	// leastOpenDays on how many days.
	leastWorth, leastOpenDays = 15, 2
	// A run must lack three times what the fourth largest does: closings are alike,
	// and up to three runs that are missing do not hide each other. Long closings that
	// recur are left out of these.
	timesUsual, usualPlace, longClosingDays = 3, 3, 5
	// A closing recurs when another year has one of half its days within so many days
	// of it.
	recursWithinDays = 10
)

// Missing says which days without rows are no closings, beside the usual gap in days,
// if there are any.
func (d Rows) Missing(usualGap int) (says string, found bool) {
	missing := d.missing()
	if len(missing) == 0 {
		return "", false
	}
	return d.describe(missing, usualGap), true
}

// Stretch is a run of days, both ends included.
type Stretch struct{ From, To time.Time }

// MissingDays returns the days without rows that are no closings, the earliest first.
func (d Rows) MissingDays() (missing []Stretch) {
	for _, g := range d.missing() {
		missing = append(missing, Stretch{d.date(g.from), d.date(g.to)})
	}
	slices.SortFunc(missing, func(a, b Stretch) int { return a.From.Compare(b.From) })
	return missing
}

// missing returns the runs of days without rows that are no closings, longest first.
func (d Rows) missing() []gap {
	runs := d.runs()
	worths, dispersion := []float64{}, d.dispersion()
	for _, run := range runs {
		if run.days() < longClosingDays || !d.recurs(run, runs) {
			worths = append(worths, run.worth)
		}
	}
	slices.SortFunc(worths, func(a, b float64) int { return cmp.Compare(b, a) })
	usual := 0.0
	if len(worths) > usualPlace {
		usual = worths[usualPlace]
	}
	missing := slices.DeleteFunc(slices.Clone(runs), func(g gap) bool {
		return g.worth < leastWorth*dispersion || g.open < leastOpenDays || g.worth < timesUsual*usual || d.recurs(g, runs)
	})
	slices.SortStableFunc(missing, func(a, b gap) int { return b.days() - a.days() })
	return missing
}

// runs returns the runs of days without rows.
func (d Rows) runs() (runs []gap) {
	for i, last := 1, 0; i < len(d.rows); i++ {
		if d.rows[i] == 0 {
			continue
		}
		if i-last > 1 {
			runs = append(runs, d.run(last+1, i-1))
		}
		last = i
	}
	return runs
}

// run says what days without rows would have had.
func (d Rows) run(from, to int) gap {
	g := gap{from: from, to: to}
	days := 0
	for i := from; i <= to; i++ {
		if !isTurnOfYear(d.date(i)) {
			days++
		}
		if d.isOpen(i) {
			g.open++
		}
	}
	worth := d.around(from-aroundDays, from)
	// Near the end of the files the days after a run are too few to say anything.
	if to+aroundDays < len(d.rows) {
		worth = min(worth, d.around(to+1, to+1+aroundDays))
	}
	g.worth = float64(days) * worth
	return g
}

// around returns the mean rows of the days from one to another, 0 where so few of
// them have any that they are the beginning of the files, or its end.
func (d Rows) around(from, to int) float64 {
	sum, open := 0.0, 0
	for i := max(0, from); i < min(to, len(d.rows)); i++ {
		sum += d.rows[i]
		if d.rows[i] > 0 {
			open++
		}
	}
	if open < leastOpenAround {
		return 0
	}
	return sum / aroundDays
}

// dispersion is how many times further the rows of days lie from the usual ones, by
// weekday, than if each came by itself. The median keeps holidays out of it.
func (d Rows) dispersion() float64 {
	var squares []float64
	for i, rows := range d.rows {
		if usual, known := d.usual(i, aroundWeeks...); known && usual > 0 {
			squares = append(squares, (rows-usual)*(rows-usual)/usual)
		}
	}
	if len(squares) == 0 {
		return 1
	}
	slices.Sort(squares)
	return max(1, squares[len(squares)/2]/medianSquare)
}

// medianSquare is the median square of a standard normal deviate.
const medianSquare = 0.4549

// recurs reports whether another year has a run about the same dates with half as
// many open days or more.
func (d Rows) recurs(g gap, runs []gap) bool {
	for _, other := range runs {
		isSame := other.from <= g.to && other.to >= g.from // years long, it meets itself in another
		if isSame || 2*other.open < g.open || 2*other.days() < g.days() {
			continue
		}
		for _, years := range []int{-1, 1, -2, 2} {
			from, to := d.date(g.from).AddDate(years, 0, -recursWithinDays), d.date(g.to).AddDate(years, 0, recursWithinDays)
			if !d.date(other.to).Before(from) && !d.date(other.from).After(to) {
				return true
			}
		}
	}
	return false
}

// IsClosing reports whether days after the first, one of them the last or beyond, are
// a closing that other years had, too.
func (d Rows) IsClosing(from, to time.Time) bool {
	g := gap{from: calendar.DaysBetween(d.first, from), to: calendar.DaysBetween(d.first, to)}
	for i := g.from; i <= g.to; i++ {
		if d.isOpen(i) {
			g.open++
		}
	}
	return d.recurs(g, d.runs())
}

// describe says which days are missing.
func (d Rows) describe(missing []gap, median int) string {
	longest, more := missing[0], ""
	if others := missing[1:]; len(others) > 0 {
		days := 0
		for _, other := range others {
			days += other.days()
		}
		more = fmt.Sprintf(", and %s more in %d other gaps", calendar.DaysText(days), len(others))
		if len(others) == 1 {
			more = fmt.Sprintf(", and %s more from %s on", calendar.DaysText(days), d.date(others[0].from).Format(time.DateOnly))
		}
	}
	return fmt.Sprintf("no order from %s to %s, %s, where a usual gap is %s%s: files may be missing, or the dates from then on wrong; if the shop was closed, accept it (run: {accept: [missing_days]}); either way, run again",
		d.date(longest.from).Format(time.DateOnly), d.date(longest.to).Format(time.DateOnly), calendar.DaysText(longest.days()), calendar.DaysText(median), more)
}

// The gap before a last order day, or before the as-of day, that nobody need wonder
// at, in days, or in usual gaps where those are longer.
const (
	mostLastGapDays   = 7
	mostUsualLastGaps = 5
)

// IsLate reports whether a day follows so long a gap that its date is more likely
// wrong, or orders are missing.
func IsLate(gap, usualGap int) bool { return gap > max(mostLastGapDays, mostUsualLastGaps*usualGap) }
