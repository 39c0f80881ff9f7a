package contest

import (
	"cbv/valuation/btyd"
	"cbv/valuation/btyd/likelihood"
)

// Prefer chooses among fits to a whole base where there is no backtest: the
// first, unless one after it is better, by more than two standard errors of ln
// L per customer, than the one held so far. It returns the place of the chosen
// one, -1 where there is no fit, and the contests in order.
//
// Vuong (1989), "Likelihood Ratio Tests for Model Selection and Non-nested
// Hypotheses", Econometrica 57.
func Prefer(base *btyd.Base, fits []btyd.Fit, workers int) (chosen int, contests []Contest) {
	if len(fits) == 0 {
		return -1, nil
	}
	histories := base.Counts()
	weight := func(i int) float64 { return float64(histories[i].Customers) }
	held := likelihoods(base, fits[0], workers)
	for i, challenger := range fits[1:] {
		own := likelihoods(base, challenger, workers)
		contest := New(Contest{Holder: fits[chosen].Model.Name(), Challenger: challenger.Model.Name()}, len(histories),
			func(i int) float64 { return own[i] - held[i] }, weight)
		contests = append(contests, contest)
		if contest.Won() {
			chosen, held = i+1, own
		}
	}
	return chosen, contests
}

// likelihoods returns ln L of each history of a base.
func likelihoods(base *btyd.Base, fit btyd.Fit, workers int) []float64 {
	const chunk = 4096
	histories := base.Counts()
	lnL := make([]float64, len(histories))
	likelihood.EachChunk((len(histories)+chunk-1)/chunk, workers, func(c int) {
		for i := c * chunk; i < min((c+1)*chunk, len(histories)); i++ {
			lnL[i] = fit.Model.LogLikelihood(histories[i].History)
		}
	})
	return lnL
}
