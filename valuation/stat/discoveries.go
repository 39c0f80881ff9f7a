package stat

import (
	"cmp"
	"slices"
)

// Discoveries says of each of many tests, by their p-values, whether it is one of those of
// which no more than a share of rate are expected to be chance: with the k smallest
// p-values, for the largest k whose last is at most k/m of rate.
//
// Benjamini & Hochberg (1995), "Controlling the False Discovery Rate".
func Discoveries(pValues []float64, rate float64) []bool {
	order := make([]int, len(pValues))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(pValues[a], pValues[b]) })
	discovered := make([]bool, len(pValues))
	for k := len(order); k > 0; k-- {
		if pValues[order[k-1]] <= rate*float64(k)/float64(len(order)) {
			for _, i := range order[:k] {
				discovered[i] = true
			}
			break
		}
	}
	return discovered
}
