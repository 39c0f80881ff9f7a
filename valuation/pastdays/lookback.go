// Package pastdays says from which days of a shop's past its forecasts are tested, on which
// its season is compared, and on which windows what is fitted to a window is. Days are
// counted back from as_of.
package pastdays

import "slices"

const (
	// YearDays are a year, in which the season comes back.
	YearDays = 365

	// RecentDays are the days at the end of the history whose purchases are held
	// against what the spend model of the day before them expects of each.
	RecentDays = 90

	// mostYears is how many earlier years a season is compared with.
	mostYears = 3

	// leastHistoryDays of files before a past day are enough for a season to be
	// compared on it.
	leastHistoryDays = 60

	mostCutoffs = 4

	// mostOverlap is the share of their holdouts that two cutoffs have in common beyond
	// which one says what the other does. That of a shop of two years and the nearest one
	// have a half in common, and are to be told apart.
	mostOverlap = 0.75

	// leastPoolDays of files before a window are enough for a pool to be fitted on it,
	// or half as many as the window has, where these are more.
	leastPoolDays = 28
)

// conditionalDays are the days of a customer's forecasts beside the horizon.
var conditionalDays = [...]int{30, 90, 365}

// Lookback says from which past days a shop's forecasts are tested, and on which its
// season is compared. Past days are counted back from as_of, which is 0.
type Lookback struct {
	SpanDays    int   // of files before as_of
	HorizonDays int   // of value, at most a year: longer ones have the season of one
	HoldoutDays int   // what is forecast at a cutoff
	Cutoffs     []int // the same season a year ago first, then the nearest; at most four, none but the nearest nearly the first
}

// New returns the past days of a shop. A holdout of 0 days is as long as the
// horizon, and at most a third of the span. Without enough days there are no cutoffs.
func New(spanDays, horizonDays, holdoutDays int) Lookback {
	l := Lookback{SpanDays: spanDays, HorizonDays: min(horizonDays, YearDays), HoldoutDays: holdoutDays}
	if l.HoldoutDays == 0 {
		l.HoldoutDays = min(l.HorizonDays, spanDays/3)
	}
	if l.HoldoutDays < 1 {
		return l
	}
	if l.HoldoutDays <= YearDays && spanDays-YearDays >= leastHistoryDays {
		l.Cutoffs = append(l.Cutoffs, YearDays)
	}
	for before := l.HoldoutDays; len(l.Cutoffs) < mostCutoffs; before += l.HoldoutDays {
		// The nearest has what a run of that day would have had; those before it need
		// as much as they forecast.
		if left := spanDays - before; left < 1 || before > l.HoldoutDays && left < l.HoldoutDays {
			break
		}
		if before == l.HoldoutDays && before != YearDays || !l.IsNearlyYearOld(before) {
			l.Cutoffs = append(l.Cutoffs, before)
		}
	}
	return l
}

// SameSeason returns the past days from which the days after a past day are compared
// with those of one, two and three years before, where there are enough files.
func (l Lookback) SameSeason(before int) (days []int) {
	for year := 1; year <= mostYears; year++ {
		if day := before + year*YearDays; l.SpanDays-day >= leastHistoryDays {
			days = append(days, day)
		}
	}
	return days
}

// PoolWindows returns the past days on which the windows begin that a pool of a day is
// fitted on, all of them as long as the holdout: the one that ends with the day, and that
// of the same season a year before it, where it ends in time. Without enough files before
// the first there are none.
func (l Lookback) PoolWindows(before int) []int {
	last := before + l.HoldoutDays
	if l.HoldoutDays < 1 || l.SpanDays-last < max(leastPoolDays, l.HoldoutDays/2) {
		return nil
	}
	days := []int{last}
	if year := before + YearDays; l.HoldoutDays < YearDays && l.SpanDays-year >= leastHistoryDays {
		days = append(days, year)
	}
	return days
}

// Days returns all past days, the latest first: those that are forecast from, and those on
// which the windows begin that the pools of the cutoffs and of as_of are fitted on.
func (l Lookback) Days() []int {
	days := append(l.ForecastDays(), l.PoolWindows(0)...)
	for _, cutoff := range l.Cutoffs {
		days = append(days, l.PoolWindows(cutoff)...)
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// ForecastDays returns the past days that are forecast from, the latest first: the
// cutoffs, and the earlier years of these and of as_of; the day before the last
// RecentDays, and a year before it.
func (l Lookback) ForecastDays() []int {
	days := append(slices.Clone(l.Cutoffs), l.SameSeason(0)...)
	for _, cutoff := range l.Cutoffs {
		days = append(days, l.SameSeason(cutoff)...)
	}
	days = append(days, l.TestedQuarters()...)
	slices.Sort(days)
	return slices.Compact(days)
}

// TestedQuarters returns the days after whose next RecentDays the purchases of these are
// held to the models of the day: the day before the last ones and, to compare with, a year
// before it, where there are enough files before them.
func (l Lookback) TestedQuarters() (days []int) {
	if l.SpanDays-RecentDays >= leastHistoryDays {
		days = append(days, RecentDays)
	}
	if earlier := l.SameSeason(RecentDays); len(earlier) > 0 {
		days = append(days, earlier[0])
	}
	return days
}

// Windows returns, ascending, over how many days after a past day it is asked what came.
func (l Lookback) Windows() []int {
	days := append(conditionalDays[:], l.HorizonDays)
	if l.HoldoutDays > 0 {
		days = append(days, l.HoldoutDays)
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// Place returns the place of a window among Windows.
func (l Lookback) Place(days int) int { return slices.Index(l.Windows(), days) }

// IsNearlyYearOld reports whether a day is the cutoff of a year ago, or has so much of its
// holdout in common with it that both show the same days. Where there is no such cutoff
// none is.
func (l Lookback) IsNearlyYearOld(before int) bool {
	return slices.Contains(l.Cutoffs, YearDays) && l.Overlap(before, YearDays) > mostOverlap
}

// Overlap returns the share of the holdout of one cutoff that lies in that of another.
func (l Lookback) Overlap(one, other int) float64 {
	apart := one - other
	if apart < 0 {
		apart = -apart
	}
	return float64(max(0, l.HoldoutDays-apart)) / float64(l.HoldoutDays)
}
