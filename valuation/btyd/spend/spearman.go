package spend

import (
	"cmp"
	"math"
	"slices"
)

// Spearman returns the rank correlation, over customers with a repeat purchase,
// of their number x and the mean value of their purchases: what Gamma-Gamma
// takes to be 0. Equal values share the middle of their ranks. It is 0 where
// there is nothing to correlate, all x or all means being equal, and does not
// depend on the order of the counts.
func Spearman(sample Sample) float64 {
	counts := within(sample.seen(1), Range{1, MostRepeats})
	means := make([]float64, len(counts))
	order := make([]int, len(counts))
	for i, c := range counts {
		means[i] = c.Total / float64(c.Purchases)
		order[i] = i
	}
	repeatRanks := midRanks(counts, order, func(a, b int) int {
		return cmp.Compare(counts[a].Repeats, counts[b].Repeats)
	})
	byMean := func(a, b int) int {
		switch {
		case means[a] < means[b]:
			return -1
		case means[a] > means[b]:
			return 1
		}
		return 0
	}
	slices.SortFunc(order, func(a, b int) int {
		if c := byMean(a, b); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	})
	meanRanks := midRanks(counts, order, byMean)

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

// midRanks returns for each count the mid-rank of its customers in the sorted
// order, less the mean rank.
func midRanks(counts []Count, order []int, compare func(a, b int) int) []float64 {
	var all int64
	for _, c := range counts {
		all += c.Customers
	}
	ranks := make([]float64, len(counts))
	var below int64
	for from := 0; from < len(order); {
		to, tied := from, int64(0)
		for to < len(order) && compare(order[from], order[to]) == 0 {
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
