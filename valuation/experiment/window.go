package experiment

import (
	"math"

	"gonum.org/v1/gonum/interp"
)

// RateWithin returns the share of people who buy within some days, given the shares within
// windows of days, two or more, in rising order. Between the windows the logarithm of the
// cumulative hazard follows that of the days, on a monotone cubic through all of them:
// Fritsch & Butland (1984). Customers who buy soon buy first, so that its slope falls.
// Before the first window and beyond the last each day is alike.
func RateWithin(windows []int, rates []float64, days int) float64 {
	last := len(windows) - 1
	logDays, logHazards := make([]float64, len(windows)), make([]float64, len(windows))
	for i, window := range windows {
		if window == days {
			return rates[i]
		}
		rate := min(max(rates[i], 1e-12), 1-1e-12) // logarithms of none and of all are infinite
		logDays[i], logHazards[i] = math.Log(float64(window)), math.Log(-math.Log1p(-rate))
	}
	next := 0
	for next < last && windows[next] < days {
		next++
	}
	if rates[next] == 0 {
		return 0 // nor does anybody buy sooner
	}
	alike := func(i int) float64 { return -math.Expm1(math.Log1p(-rates[i]) * float64(days) / float64(windows[i])) }
	switch {
	case days < windows[0]:
		return alike(0)
	case days > windows[last]:
		return alike(last)
	}
	var curve interp.FritschButland
	if err := curve.Fit(logDays, logHazards); err != nil {
		panic(err) // it has none to give
	}
	return -math.Expm1(-math.Exp(curve.Predict(math.Log(float64(days)))))
}
