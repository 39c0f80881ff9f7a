package backtest

import "slices"

const (
	yearDays = 365

	// mostYears is how many earlier years a season is compared with.
	mostYears = 3

	// leastHistoryDays of files before a past day are enough for a season to be
	// compared on it.
	leastHistoryDays = 60

	mostCutoffs = 4
)

// conditionalDays are the days of a customer's forecasts beside the horizon.
var conditionalDays = [...]int{30, 90, 365}

// Lookback says from which past days a shop's forecasts are tested, and on which its
// season is compared. Past days are counted back from as_of, which is 0.
type Lookback struct {
	SpanDays    int   // of files before as_of
	HorizonDays int   // of value, at most a year: longer ones have the season of one
	HoldoutDays int   // what is forecast at a cutoff
	Cutoffs     []int // the same season a year ago first, then the nearest; at most four
}

// NewLookback returns the past days of a shop. A holdout of 0 days is as long as the
// horizon, and at most a third of the span. Without enough days there are no cutoffs.
func NewLookback(spanDays, horizonDays, holdoutDays int) Lookback {
	l := Lookback{SpanDays: spanDays, HorizonDays: min(horizonDays, yearDays), HoldoutDays: holdoutDays}
	if l.HoldoutDays == 0 {
		l.HoldoutDays = min(l.HorizonDays, spanDays/3)
	}
	if l.HoldoutDays < 1 {
		return l
	}
	if l.HoldoutDays <= yearDays && spanDays-yearDays >= leastHistoryDays {
		l.Cutoffs = append(l.Cutoffs, yearDays)
	}
	for before := l.HoldoutDays; len(l.Cutoffs) < mostCutoffs; before += l.HoldoutDays {
		// The nearest has what a run of that day would have had; those before it need
		// as much as they forecast.
		if left := spanDays - before; left < 1 || before > l.HoldoutDays && left < l.HoldoutDays {
			break
		}
		if !slices.Contains(l.Cutoffs, before) {
			l.Cutoffs = append(l.Cutoffs, before)
		}
	}
	return l
}

// SameSeason returns the past days from which the days after a past day are compared
// with those of one, two and three years before, where there are enough files.
func (l Lookback) SameSeason(before int) (days []int) {
	for year := 1; year <= mostYears; year++ {
		if day := before + year*yearDays; l.SpanDays-day >= leastHistoryDays {
			days = append(days, day)
		}
	}
	return days
}

// Days returns all past days, the latest first: the cutoffs, and the earlier years of
// these and of as_of; the day before the last RecentDays, and a year before it.
func (l Lookback) Days() []int {
	days := append(slices.Clone(l.Cutoffs), l.SameSeason(0)...)
	for _, cutoff := range l.Cutoffs {
		days = append(days, l.SameSeason(cutoff)...)
	}
	if l.HasRecent() {
		days = append(days, RecentDays)
	}
	if earlier := l.SameSeason(RecentDays); len(earlier) > 0 {
		days = append(days, earlier[0])
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// HasRecent reports whether there are enough files before the last RecentDays to hold
// the purchases of these against the models of the day before.
func (l Lookback) HasRecent() bool { return l.SpanDays-RecentDays >= leastHistoryDays }

// Windows returns, ascending, over how many days after a past day it is asked what came.
func (l Lookback) Windows() []int {
	days := append(conditionalDays[:], l.HorizonDays)
	if l.HoldoutDays > 0 {
		days = append(days, l.HoldoutDays)
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// window returns the place of a window.
func (l Lookback) window(days int) int { return slices.Index(l.Windows(), days) }

// overlap returns the share of the holdout of one cutoff that lies in that of another.
func (l Lookback) overlap(one, other int) float64 {
	apart := one - other
	if apart < 0 {
		apart = -apart
	}
	return float64(max(0, l.HoldoutDays-apart)) / float64(l.HoldoutDays)
}
