package intake

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// How a day is held against the days before it.
const (
	// usualWeeks are the weeks before whose days of the same weekday say what is
	// usual, leastUsualWeeks of them at the least.
	usualWeeks, leastUsualWeeks = 8, 4
	// leastRatios is how many days must be known before one can be called short, and
	// mostRatios of them, the latest, are looked at: two years.
	leastRatios, mostRatios = 60, 730
	// A short day has at most half of the usual rows, and lies so many of the shop's
	// own deviations below: by the lower tenth of its days, which one holiday in ten
	// does not move.
	shortShare, shortDeviations = 0.5, 5
	// So few of the days known are as low: a shop of many low days, such as holidays,
	// has none that is short.
	mostAsLow = 0.01
	// A weekday that is short is so this many times in a row, each by half the
	// deviations that one day needs.
	shortWeeks = 4
)

// normalTenth is how many standard deviations the lower tenth of a normal
// distribution lies below its middle.
const normalTenth = 1.2816

// shortDay is a day, or a weekday, with far fewer rows than usual.
type shortDay struct {
	day       time.Time // the last one
	rows      float64
	low, high float64 // of the usual days
	usual     float64 // their median
	weeks     int     // how many of this weekday in a row; 1: the last order day alone
}

func (s shortDay) message() string {
	weekday := s.day.Weekday().String()
	if s.weeks == 1 {
		return fmt.Sprintf("%s, the last order day, has %.0f rows, and the %ss before it had %.0f to %.0f: it may have been exported before it was over, or in part; set time.as_of to the day before, or run again when it is whole",
			s.day.Format(time.DateOnly), s.rows, weekday, s.low, s.high)
	}
	return fmt.Sprintf("each of the last %d %ss up to %s has half of the usual rows or less (%.0f, usual %.0f), and other days have not: see whether an export of that weekday is missing or cut off",
		s.weeks, weekday, s.day.Format(time.DateOnly), s.rows, s.usual)
}

// usual returns the rows of the same weekday in the weeks before the one that many
// weeks back, sorted; nil where too few are known.
func (d dayRows) usual(i, back int) []float64 {
	var rows []float64
	for week := back + 1; week <= back+usualWeeks; week++ {
		if j := i - week*weekdays; j >= 0 {
			rows = append(rows, d.rows[j])
		}
	}
	if len(rows) < leastUsualWeeks {
		return nil
	}
	slices.Sort(rows)
	return rows
}

// logRatio compares the rows of a day with usual ones, so that twice and half are
// equally far; half a row keeps days without any finite.
func logRatio(rows float64, usual []float64) float64 {
	return math.Log((rows + 0.5) / (usual[len(usual)/2] + 0.5))
}

// ratios returns the logarithm of each day's rows over the usual ones, less that of
// the week before it where that week was low as well: a season that ends is no short
// day. NaN where too little is known.
func (d dayRows) ratios() []float64 {
	plain, ratios := make([]float64, len(d.rows)), make([]float64, len(d.rows))
	for i := range d.rows {
		plain[i], ratios[i] = math.NaN(), math.NaN()
		usual := d.usual(i, 0)
		if usual == nil {
			continue
		}
		plain[i] = logRatio(d.rows[i], usual)
		week := slices.DeleteFunc(slices.Clone(plain[i-weekdays:i]), math.IsNaN)
		if len(week) < weekdays {
			continue
		}
		slices.Sort(week)
		ratios[i] = plain[i] - min(0, week[weekdays/2])
	}
	return ratios
}

// spread is what is usual of ratios: their middle, and the deviation of the lower half.
type spread struct {
	ratios            []float64 // sorted
	middle, deviation float64
}

// findShortDay returns the last order day where it is short, else a weekday that has
// become so.
func findShortDay(d dayRows) (shortDay, bool) {
	ratios := d.ratios()
	last := len(ratios) - 1
	var known []float64 // of days with orders: a closing is no short day
	for i := max(0, last-mostRatios); i < last; i++ {
		if d.rows[i] > 0 && !math.IsNaN(ratios[i]) {
			known = append(known, ratios[i])
		}
	}
	if len(known) < leastRatios || math.IsNaN(ratios[last]) {
		return shortDay{}, false
	}
	slices.Sort(known)
	s := spread{known, known[len(known)/2], 0}
	s.deviation = (s.middle - known[len(known)/10]) / normalTenth
	if s.isShort(ratios[last]) && !isTurnOfYear(d.date(last)) && !d.wasLow(ratios, last, s) {
		usual := d.usual(last, 0)
		return shortDay{d.date(last), d.rows[last], usual[0], usual[len(usual)-1], usual[len(usual)/2], 1}, true
	}
	return d.findShortWeekday(s)
}

// isShort reports whether a ratio is far below the others.
func (s spread) isShort(ratio float64) bool {
	asLow, _ := slices.BinarySearch(s.ratios, math.Nextafter(ratio, 1))
	return ratio <= s.middle+math.Log(shortShare) && ratio < s.middle-shortDeviations*s.deviation &&
		float64(asLow) <= mostAsLow*float64(len(s.ratios))
}

// wasLow reports whether the same date was low in an earlier year, as a holiday is.
func (d dayRows) wasLow(ratios []float64, i int, s spread) bool {
	for years := 1; ; years++ {
		then := d.date(i).AddDate(-years, 0, 0)
		j := int(math.Round(then.Sub(d.first).Hours() / 24))
		if j < 1 {
			return false
		}
		for _, ratio := range ratios[j-1 : j+2] {
			if ratio <= s.middle+math.Log(shortShare) {
				return true
			}
		}
	}
}

// findShortWeekday returns a weekday of which the last ones are short while other
// days are as usual.
func (d dayRows) findShortWeekday(s spread) (shortDay, bool) {
	const span = shortWeeks * weekdays
	recent := make([]float64, span) // the last days, against those before the span
	for back := range span {
		i := len(d.rows) - 1 - back
		if i < 0 || d.usual(i, shortWeeks-1) == nil {
			return shortDay{}, false
		}
		recent[back] = logRatio(d.rows[i], d.usual(i, shortWeeks-1-back/weekdays))
	}
	middle := slices.Sorted(slices.Values(recent))[span/2]
	bound := min(middle, 0) + min(math.Log(shortShare), -shortDeviations/2*s.deviation)
	for weekday := range weekdays {
		isShort := true
		for week := range shortWeeks {
			isShort = isShort && recent[week*weekdays+weekday] <= bound
		}
		i := len(d.rows) - 1 - weekday
		if year := i - 52*weekdays; isShort && !(year >= 0 && d.rows[year] <= shortShare*d.usual(i, shortWeeks-1)[0]) {
			usual := d.usual(i, shortWeeks-1)
			return shortDay{d.date(i), d.rows[i], usual[0], usual[len(usual)-1], usual[len(usual)/2], shortWeeks}, true
		}
	}
	return shortDay{}, false
}
