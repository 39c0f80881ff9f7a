package backtest

import "math"

const (
	// errorPrior is how many cutoffs the prior of a forecast error counts for.
	errorPrior = 4

	// The prior standard deviations of the logarithm of a total, of what neither
	// customers nor parameters explain: with a same-season ratio, and without.
	seasonalError   = 0.15
	unseasonalError = 0.21
)

// Miss is by how much the forecast of a total missed at a cutoff.
type Miss struct {
	Log      float64 // ln(came / forecast)
	Variance float64 // of it: of customers, of parameters and of the ratio
}

// newMiss returns the miss of a total, false where nothing came or nothing was
// expected, which has no logarithm.
func newMiss(total Total, ratio Ratio) (Miss, bool) {
	if !(total.Actual > 0) || !(total.Expected > 0) {
		return Miss{}, false
	}
	return Miss{Log: math.Log(total.Actual / total.Expected), Variance: total.Customers + total.Parameters + ratio.LogVariance()}, true
}

// priorError returns the variance that a forecast error has before anything was seen.
func priorError(seasonTested bool) float64 {
	if seasonTested {
		return seasonalError * seasonalError
	}
	return unseasonalError * unseasonalError
}

// ErrorVariance returns the variance of the logarithm of a total that comes on top of
// that of customers and parameters: what the misses show beyond their own, shrunk
// towards a prior. That of a segment has the base's for prior.
func ErrorVariance(misses []Miss, prior float64) float64 {
	sum := errorPrior * prior
	for _, miss := range misses {
		sum += max(0, miss.Log*miss.Log-miss.Variance)
	}
	return sum / (errorPrior + float64(len(misses)))
}
