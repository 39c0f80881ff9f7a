package intake

import (
	"math"
	"slices"
	"time"

	"cbv/valuation/calendar"
)

// dayRows are the rows of every day from the first order day to the last one that
// counts, days without orders included.
type dayRows struct {
	first time.Time
	rows  []float64
}

// newDayRows returns the rows of days in order.
func newDayRows(days []orderDay) dayRows {
	d := dayRows{first: days[0].OrderDay}
	d.rows = make([]float64, calendar.DaysBetween(d.first, days[len(days)-1].OrderDay)+1)
	for _, day := range days {
		d.rows[calendar.DaysBetween(d.first, day.OrderDay)] = float64(day.OrderRows)
	}
	return d
}

func (d dayRows) date(i int) time.Time { return d.first.AddDate(0, 0, i) }

// weekdays is how many days later the same weekday comes again.
const weekdays = 7

// hole is a run of days without an order, from the one index to the other.
type hole struct {
	from, to int
	// expected is on how many of these days the shop usually has orders, by weekday.
	expected float64
	// surprise is how unlikely the run is: minus the logarithm of its probability were
	// days independent.
	surprise float64
	known    bool // enough days around it say how often the shop has orders
	steady   bool // the days around it never come near to none
}

func (h hole) days() int { return h.to - h.from + 1 }

// What a run of days without an order is held against.
const (
	// mostGapDays is the gap between order days that nobody need wonder at where
	// little is known of the shop, or mostUsualGaps usual ones: it may close for a
	// month.
	mostGapDays   = 30
	mostUsualGaps = 10
	// windowDays before and after a run say how often each weekday has orders there;
	// of fewer than leastWindowDays nothing is said.
	windowDays      = 8 * weekdays
	leastWindowDays = 4 * weekdays
	// A shop may close for a few days without a word. Beyond so many expected order
	// days it is more than that.
	leastExpectedDays = 4
	// leastOdds is how many times less likely than one in all its order days a run
	// must be; leastLongOdds, where it is long as well.
	leastOdds, leastLongOdds = 1000, 20
	// mostClosings is how often a shop that has been watched for steadyDays closes
	// while one says that it never does: then each of those days is missing.
	mostClosings, steadyDays = 2, 365
	// A steady shop has so many rows on a usual day, and at least this part of them on
	// each day around.
	steadyRows  = 20
	steadyShare = 0.5
	// A closing recurs when another year has one of half its days within so many
	// days of it, or within as many as it has.
	recursWithinDays = 10
	// Of a longer run the other's days are enough: it is a season without orders.
	longClosingDays = 14
)

// missingDays returns the runs of days without an order that are hard to explain by
// how often the shop has orders, longest first. What recurs in another year, and the
// days about the turn of the year, are closings.
func missingDays(d dayRows, median int) []hole {
	var runs []hole
	var gaps []int
	for i, last := 1, 0; i < len(d.rows); i++ {
		if d.rows[i] == 0 {
			continue
		}
		gaps = append(gaps, i-last)
		if i-last > 1 {
			runs = append(runs, d.judge(last+1, i-1))
		}
		last = i
	}
	slices.Sort(gaps)
	closings := 0
	for _, run := range runs {
		if run.expected >= 0.5 {
			closings++
		}
	}
	isSteady := len(d.rows) >= steadyDays && closings <= mostClosings
	var missing []hole
	for _, run := range runs {
		gap, odds := run.days()+1, run.surprise-math.Log(float64(len(gaps)+1))
		isLong := gap > max(mostGapDays, mostUsualGaps*median) && (!run.known || odds >= math.Log(leastLongOdds))
		isUnlikely := run.expected >= leastExpectedDays && odds >= math.Log(leastOdds) && gap > 2*gaps[(len(gaps)-1)*98/100]
		isLone := isSteady && run.steady && run.expected >= 0.5
		if (isLong || isUnlikely || isLone) && !d.recurs(run, runs) {
			missing = append(missing, run)
		}
	}
	slices.SortStableFunc(missing, func(a, b hole) int { return b.days() - a.days() })
	return missing
}

// judge says how far a run of days without an order is to be wondered at.
func (d dayRows) judge(from, to int) hole {
	h := hole{from: from, to: to}
	windows := [][2]int{{max(0, from-windowDays), from}, {to + 1, min(len(d.rows), to+1+windowDays)}}
	windows = slices.DeleteFunc(windows, func(w [2]int) bool { return w[1]-w[0] < leastWindowDays })
	if len(windows) == 0 {
		return h
	}
	h.known, h.steady = true, true
	for i := from; i <= to; i++ {
		chance := 1.0
		for _, w := range windows {
			open, days, rows := 0, 0, []float64(nil)
			for j := w[0]; j < w[1]; j++ {
				if (j-i)%weekdays != 0 {
					continue
				}
				days++
				if d.rows[j] > 0 {
					open++
				}
				rows = append(rows, d.rows[j])
			}
			chance = min(chance, (float64(open)+0.5)/float64(days+1))
			h.steady = h.steady && isSteady(rows)
		}
		if isTurnOfYear(d.date(i)) {
			continue
		}
		h.expected += chance
		h.surprise -= math.Log(1 - chance)
	}
	return h
}

// isSteady reports whether days of one weekday hold together well enough for none of
// them to be empty by chance.
func isSteady(rows []float64) bool {
	slices.Sort(rows)
	usual := rows[len(rows)/2]
	return usual >= steadyRows && rows[0] >= steadyShare*usual
}

// isTurnOfYear reports whether a day is one on which shops close that never do
// otherwise.
func isTurnOfYear(day time.Time) bool {
	return day.Month() == time.December && day.Day() >= 24 || day.Month() == time.January && day.Day() <= 2
}

// recurs reports whether another year has a run about the same dates that costs half
// as many order days or more.
func (d dayRows) recurs(h hole, runs []hole) bool {
	for _, other := range runs {
		years := int(math.Round(float64(other.from+other.to-h.from-h.to) / 2 / 365.25))
		isAsLong := other.expected >= h.expected/2 || h.days() > longClosingDays && other.days() >= h.days()/2
		if years == 0 || !isAsLong {
			continue
		}
		within := max(recursWithinDays, h.days())
		from, to := d.date(h.from).AddDate(years, 0, -within), d.date(h.to).AddDate(years, 0, within)
		if !d.date(other.to).Before(from) && !d.date(other.from).After(to) {
			return true
		}
	}
	return false
}
