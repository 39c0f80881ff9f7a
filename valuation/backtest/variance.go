package backtest

import (
	"cbv/valuation/btyd"
	"cbv/valuation/btyd/likelihood"
)

// momentPrecision is the share of the mean that the distribution of counts has to hold
// before its second moment is taken from it.
const momentPrecision = 1e-3

// countVariances returns the variance of each customer's number of purchases in a
// window, by the model alone, where the mean is multiplied by a ratio: what a Poisson
// process has of it grows with the ratio, what customers differ in with its square.
func (h *hindcast) countVariances(window int, ratio float64) []float64 {
	variances := make([]float64, len(h.customers))
	for _, runs := range h.runs(h.byGroup) {
		fit, _ := h.fitOf(h.modelGroup(h.customers[runs[0][0]]), h.family)
		likelihood.EachChunk((len(runs)+chunkRuns-1)/chunkRuns, h.terms.Workers, func(chunk int) {
			var p []float64
			for _, run := range runs[chunk*chunkRuns : min((chunk+1)*chunkRuns, len(runs))] {
				of := h.customers[run[0]].History
				future := fit.Model.Future(of.Repeats, of.Age)
				days := float64(h.terms.HoldoutDays)
				expected := future.Expected(days)
				var square float64
				square, p = secondMoment(future, days, expected, p)
				for _, i := range run {
					mean := h.purchases[window][i]
					pAlive := 0.
					if expected > 0 {
						pAlive = mean / expected
					}
					beyond := max(0, pAlive*square-mean*mean-mean)
					variances[i] = ratio*mean + ratio*ratio*beyond
				}
			}
		})
	}
	return variances
}

// secondMoment returns the expected square of the number of purchases of a customer who
// is alive. p is scratch space, which it returns grown.
func secondMoment(future btyd.Future, t, expected float64, p []float64) (square float64, grown []float64) {
	for size := max(8, int(min(3*expected, mostCounts))); ; size *= 2 {
		p = resized(p, size)
		future.Counts(t, p)
		mean := 0.
		square = 0
		for n, chance := range p {
			mean += float64(n) * chance
			square += float64(n) * float64(n) * chance
		}
		if mean >= (1-momentPrecision)*expected || size >= mostCounts {
			return square, p
		}
	}
}
