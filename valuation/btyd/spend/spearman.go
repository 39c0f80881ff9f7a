package spend

import (
	"math"

	"cbv/valuation/btyd/likelihood"
)

// Spearman returns the rank correlation, over customers with a repeat purchase,
// of their number x and the mean value of their purchases: what Gamma-Gamma
// takes to be 0. Equal values share the middle of their ranks. It is 0 where
// there is nothing to correlate, all x or all means being equal, and does not
// depend on the order of the counts.
func Spearman(sample Sample) float64 {
	counts := within(sample.seen(1), Range{1, MostRepeats})
	means, repeats := make([]float64, len(counts)), make([]float64, len(counts))
	for i, c := range counts {
		means[i], repeats[i] = c.Total/float64(c.Purchases), float64(c.Repeats)
	}
	repeatRanks, meanRanks := midRanks(counts, repeats), midRanks(counts, means)

	var xx, xm, mm float64
	for i, c := range counts {
		weight := float64(c.Customers)
		xx += weight * repeatRanks[i] * repeatRanks[i]
		xm += weight * repeatRanks[i] * meanRanks[i]
		mm += weight * meanRanks[i] * meanRanks[i]
	}
	if xx == 0 || mm == 0 {
		return 0
	}
	return xm / math.Sqrt(xx*mm)
}

// midRanks returns for each count the mid-rank of its customers by values, less the mean
// rank.
func midRanks(counts []Count, values []float64) []float64 {
	var all int64
	for _, c := range counts {
		all += c.Customers
	}
	ranks, order := make([]float64, len(counts)), likelihood.ByValue(values)
	var below int64
	for from := 0; from < len(order); {
		to, tied := from, int64(0)
		for to < len(order) && values[order[to]] == values[order[from]] {
			tied += counts[order[to]].Customers
			to++
		}
		// Twice the centred mid-rank is an integer, so equal ranks of both
		// variables are exactly equal.
		rank := float64(2*below+tied-all) / 2
		for _, i := range order[from:to] {
			ranks[i] = rank
		}
		below += tied
		from = to
	}
	return ranks
}
