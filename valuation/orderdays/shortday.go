package orderdays

import (
	"fmt"
	"math"
	"slices"
	"time"

	"cbv/valuation/calendar"
)

// How a day is held against the days before it.
const (
	// usualWeeks are the weeks before whose days of the same weekday say what is
	// usual: half of them at the least.
	usualWeeks = 8
	// A day is held against the shop's own days of the year before, leastKnownDays of
	// them at the least, where a usual one has leastUsualRows.
	knownDays, leastKnownDays, leastUsualRows = 364, 60, 20
	// lowestPart is the part of those days that may be out of the ordinary, as holidays
	// are. A last day is short below shortOfLowest times what the others reach. A day
	// cut to a third cannot be told from a poor one without false alarms.
	lowestPart, shortOfLowest = 0.03, 0.5
	// Of the many inner days some are low by chance. One of the last two years is
	// short below innerShare of the usual rows, innerOfLowest of the third lowest, and
	// innerDeviations below by the shop's own dispersion.
	innerShare, innerOfLowest, innerDeviations = 0.1, 0.15, 5
	// A weekday is short so many times in a row, each with half of the usual rows or
	// less and lower than all but weekdayPart of the days.
	shortWeeks, weekdayPart = 4, 0.05
	// holidayDays is how far a holiday may lie from its date in another year.
	holidayDays = 3
)

// shortDay is a day, or a weekday, with far fewer rows than usual.
type shortDay struct {
	day   time.Time // the last one
	rows  float64
	usual float64 // rows of such a day
	weeks int     // how many of this weekday in a row; 1: this day alone
	last  bool    // it is the last order day
}

func (s shortDay) message() string {
	weekday, date := s.day.Weekday().String(), s.day.Format(time.DateOnly)
	switch {
	case s.weeks > 1:
		return fmt.Sprintf("each of the last %d %ss up to %s has half of the usual rows or less (%.0f, usual %.0f), and other days have not: see whether an export of that weekday is missing or cut off",
			s.weeks, weekday, date, s.rows, s.usual)
	case s.last:
		return fmt.Sprintf("%s, the last order day, has %.0f rows, where a %s has %.0f: it may have been exported before it was over, or in part; set time.as_of to the day before, or run again when it is whole",
			date, s.rows, weekday, s.usual)
	}
	return fmt.Sprintf("%s has %.0f rows, where a %s about then has %.0f: its export may have been cut off", date, s.rows, weekday, s.usual)
}

// Short says which day, or weekday, has far fewer rows than usual, if one has.
func (d Rows) Short() (says string, found bool) {
	short, found := d.findShort()
	if !found {
		return "", false
	}
	return short.message(), true
}

// usual returns the median rows of the same weekday at so many weeks from a day, and
// whether enough of them are known.
func (d Rows) usual(i int, weeks ...int) (rows float64, known bool) {
	var found []float64
	for _, week := range weeks {
		if j := i + week*weekdays; j >= 0 && j < len(d.rows) {
			found = append(found, d.rows[j])
		}
	}
	if 2*len(found) < len(weeks) {
		return 0, false
	}
	slices.Sort(found)
	return found[len(found)/2], true
}

// weeksBefore are the weeks before a day, from the one that many weeks back.
func weeksBefore(back int) (weeks []int) {
	for week := range usualWeeks {
		weeks = append(weeks, -back-week)
	}
	return weeks
}

// aroundWeeks are as many weeks on both sides of a day.
var aroundWeeks = []int{-4, -3, -2, -1, 1, 2, 3, 4}

// ratio returns the rows of a day per usual row, less by as much as the days of the
// week before were low as well: a season that ends is no short day. Known only where
// there are enough usual rows.
func (d Rows) ratio(i int) (ratio float64, known bool) {
	usual, known := d.usual(i, weeksBefore(1)...)
	if !known || usual < leastUsualRows {
		return 0, false
	}
	var week []float64
	for j := i - weekdays; j < i; j++ {
		if before, known := d.usual(j, weeksBefore(1)...); known && before > 0 {
			week = append(week, d.rows[j]/before)
		}
	}
	level := 1.0
	if len(week) > 0 {
		slices.Sort(week)
		level = min(1, week[len(week)/2])
	}
	return d.rows[i] / usual / max(level, innerShare), true
}

// findShort returns the last order day where it is short, else a weekday that has
// become so, else the latest inner day.
func (d Rows) findShort() (shortDay, bool) {
	last := len(d.rows) - 1
	var known []float64 // of days with orders: a closing is no short day
	for i := max(0, last-knownDays); i < last; i++ {
		if ratio, isKnown := d.ratio(i); isKnown && d.rows[i] > 0 {
			known = append(known, ratio)
		}
	}
	if len(known) < leastKnownDays {
		return shortDay{}, false
	}
	slices.Sort(known)
	lowest := known[int(lowestPart*float64(len(known)))]
	if ratio, isKnown := d.ratio(last); isKnown && ratio < shortOfLowest*lowest && !d.wasLow(last) {
		usual, _ := d.usual(last, weeksBefore(1)...)
		return shortDay{d.date(last), d.rows[last], usual, 1, true}, true
	}
	if short, found := d.findShortWeekday(known[int(weekdayPart*float64(len(known)))]); found {
		return short, true
	}
	return d.findShortInnerDay()
}

// findShortInnerDay returns the latest day before the last one that has next to
// nothing of what the weeks around it have, and far less than all but two others.
func (d Rows) findShortInnerDay() (shortDay, bool) {
	last := len(d.rows) - 1
	ratios := make([]float64, last)
	var known []float64
	for i := max(0, last-2*knownDays); i < last; i++ {
		ratios[i] = 1
		if usual, isKnown := d.usual(i, aroundWeeks...); isKnown && usual >= leastUsualRows && d.rows[i] > 0 {
			ratios[i] = d.rows[i] / usual
			known = append(known, ratios[i])
		}
	}
	if len(known) < leastKnownDays {
		return shortDay{}, false
	}
	slices.Sort(known)
	bound, dispersion := min(innerShare, innerOfLowest*known[2]), d.dispersion()
	for i := last - 1; i >= max(0, last-2*knownDays); i-- {
		usual, _ := d.usual(i, aroundWeeks...)
		isFar := usual-d.rows[i] > innerDeviations*math.Sqrt(usual*dispersion)
		if ratios[i] < bound && isFar && !d.wasLow(i) {
			return shortDay{d.date(i), d.rows[i], usual, 1, false}, true
		}
	}
	return shortDay{}, false
}

// wasLow reports whether a day about the same date of another year was about as low,
// as a holiday is, or the day is one about which shops close.
func (d Rows) wasLow(i int) bool {
	if isTurnOfYear(d.date(i)) {
		return true
	}
	low := 0.5
	if usual, known := d.usual(i, aroundWeeks...); known && usual > 0 {
		low = min(low, 2*d.rows[i]/usual)
	}
	for _, years := range []int{-2, -1, 1, 2} {
		then := calendar.DaysBetween(d.first, d.date(i).AddDate(years, 0, 0))
		for j := max(0, then-holidayDays); j <= then+holidayDays && j < len(d.rows); j++ {
			if usual, known := d.usual(j, aroundWeeks...); known && d.isOpen(j) && d.rows[j] <= low*usual {
				return true
			}
		}
	}
	return false
}

// findShortWeekday returns a weekday of which the last ones are short, lower than most
// days of the shop, while its other days are as usual.
func (d Rows) findShortWeekday(lowest float64) (shortDay, bool) {
	const span = shortWeeks * weekdays
	var recent, levels []float64 // the days of the last weeks, by those before the span
	for back := range span {
		i := len(d.rows) - 1 - back
		usual, known := d.usual(i, weeksBefore(shortWeeks-back/weekdays)...)
		if !known {
			return shortDay{}, false
		}
		ratio := 1.0
		if usual >= leastUsualRows {
			ratio = d.rows[i] / usual
			levels = append(levels, ratio)
		}
		recent = append(recent, ratio)
	}
	if len(levels) == 0 {
		return shortDay{}, false
	}
	slices.Sort(levels)
	// A shop that was closed: whether it should have been, the missing days say.
	if levels[len(levels)/2] == 0 {
		return shortDay{}, false
	}
	bound := min(1, levels[len(levels)/2]) * min(0.5, lowest)
	for weekday := range weekdays {
		i := len(d.rows) - 1 - weekday
		usual, _ := d.usual(i, weeksBefore(shortWeeks)...)
		isShort := true
		for week := range shortWeeks {
			isShort = isShort && recent[week*weekdays+weekday] <= bound
		}
		if isShort && !d.wasShort(i-52*weekdays) {
			return shortDay{d.date(i), d.rows[i], usual, shortWeeks, false}, true
		}
	}
	return shortDay{}, false
}

// wasShort reports whether a day, a year ago, had half of what the same weekday had
// some weeks before: a weekday on which a shop closes in winter.
func (d Rows) wasShort(i int) bool {
	if i < 0 {
		return false
	}
	usual, known := d.usual(i, weeksBefore(shortWeeks)...)
	return known && 2*d.rows[i] <= usual
}
