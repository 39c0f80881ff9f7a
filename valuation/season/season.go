// Package season tells what the days of a forecast are in the year: what came in the same
// days of earlier years over what was expected of them.
package season

import (
	"math"

	"cbv/valuation/contest"
)

const (
	// leastWindowPurchases is how many purchases a window has to hold for a ratio to
	// rest on it.
	leastWindowPurchases = 50

	// mostRatio is what a ratio is clipped to, and its inverse: further off, another
	// shop is compared.
	mostRatio = 3

	// The ratio of one year counts as its power ⅔, however large the base is, and one
	// whose logarithm has a standard error of ratioSpread as half as much.
	yearShrinkage = 0.5
	ratioSpread   = 0.2
)

// YearRatio is what came in the days of an earlier year, over what the model as of
// their first day expected.
type YearRatio struct {
	Before   int     // the past day from which they are counted
	Ratio    float64 // clipped to [1/3, 3]
	Variance float64 // of its logarithm: of customers and of parameters
}

// Ratio is the same-season ratio of one target over one window: what a forecast of
// those days is multiplied by.
type Ratio struct {
	Target     contest.Target
	WindowDays int
	Years      []YearRatio // the nearest first; none: the season is untested

	Raw           float64 // exp of the mean logarithm of the years; 1 without any
	StandardError float64 // of that mean
	Weight        float64 // what is left of the logarithm after shrinking
	Multiplier    float64 // 1 without any year
}

// New shrinks the ratios of earlier years.
func New(target contest.Target, windowDays int, years []YearRatio) Ratio {
	r := Ratio{Target: target, WindowDays: windowDays, Years: years, Raw: 1, Multiplier: 1}
	if len(years) == 0 {
		return r
	}
	n := float64(len(years))
	mean, variance := 0.0, 0.0
	for _, year := range years {
		mean += math.Log(year.Ratio) / n
		variance += year.Variance / (n * n)
	}
	r.Raw, r.StandardError = math.Exp(mean), math.Sqrt(variance)
	r.Weight = 1 / (1 + yearShrinkage/n + variance/(ratioSpread*ratioSpread))
	r.Multiplier = math.Exp(r.Weight * mean)
	return r
}

// Befores returns the past days from which the days of its years are counted.
func (r Ratio) Befores() (days []int) {
	for _, year := range r.Years {
		days = append(days, year.Before)
	}
	return days
}

// Tested reports whether there is a year that the season was compared with.
func (r Ratio) Tested() bool { return len(r.Years) > 0 }

// LogVariance returns the variance that the customers and the parameters of its years
// leave in the logarithm of the multiplier: it is one of every total that is multiplied.
func (r Ratio) LogVariance() float64 {
	return r.Weight * r.Weight * r.StandardError * r.StandardError
}

// NewYear returns the ratio of a window that begins so many days before as_of, and in
// which so many purchases came; variance is that of its logarithm. It is false where the
// window holds too little.
func NewYear(before int, actual, expected, variance float64, purchases int) (YearRatio, bool) {
	if purchases < leastWindowPurchases || !(actual > 0) || !(expected > 0) {
		return YearRatio{}, false
	}
	return YearRatio{Before: before, Ratio: max(1./mostRatio, min(mostRatio, actual/expected)), Variance: variance}, true
}
