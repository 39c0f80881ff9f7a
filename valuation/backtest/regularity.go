package backtest

import "math"

const (
	// RegularFrom is the regularity from which on the gaps look like those of contracts
	// rather than of a shop.
	RegularFrom = 3

	// LeastRegular is how many customers say what the gaps are like: of 50 who buy at
	// random RegularFrom is four standard errors away.
	LeastRegular = 50
)

// Regularity returns k̂, the shape of the gaps between a customer's purchases, from the
// two of each customer who has as many: 1 for a Poisson process, about 2 for
// groceries, far above for contracts. deviations is the sum over customers of
// (first / (first + second) - ½)², a share that is Beta(k, k) for gaps of shape k. It is
// 0 without customers, and infinite where all gaps are equal.
//
// Wheat & Morrison (1990), "Estimating Purchase Regularity with Two Interpurchase
// Times", Journal of Marketing Research 27.
func Regularity(customers int64, deviations float64) float64 {
	if customers == 0 {
		return 0
	}
	if deviations <= 0 {
		return math.Inf(1)
	}
	variance := deviations / float64(customers)
	return max(0, (1-4*variance)/(8*variance))
}
