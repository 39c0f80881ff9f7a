package backtest

import (
	"cbv/valuation/btyd"
	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/btyd/pool"
	"cbv/valuation/pastdays"
)

// poolPurchasing is what the pool expects on a past day, at the totals of the family: of
// each group that this has a fit of its own for, over each window.
type poolPurchasing struct {
	holdout   int         // its window
	means     [][]float64 // by window
	gradients [][]float64 // by parameter of the family
	sizes     []float64   // of the negative binomial distribution of each customer's purchases

	// leanings are the derivatives of the logarithm of what is expected of each customer
	// by the pool's coefficients, at a given total of their group.
	leanings   [][coefficients]float64
	covariance [coefficients][coefficients]float64

	workers int
}

// coefficients are so many.
const coefficients = len(pool.FeatureNames)

// newPoolPurchasing distributes what a family expects. observed are the customers of the
// hindcast, in its order.
func newPoolPurchasing(h *hindcast, look pastdays.Lookback, fitted Pooled, observed []pool.Observed) *poolPurchasing {
	n := len(observed)
	q := &poolPurchasing{
		holdout: look.Place(look.HoldoutDays), sizes: make([]float64, n), leanings: make([][coefficients]float64, n),
		covariance: fitted.Pool.Covariance, workers: h.terms.Workers,
	}
	expected := make([]float64, n) // in the holdout
	likelihood.EachChunk((n+likelihood.ChunkRows-1)/likelihood.ChunkRows, q.workers, func(chunk int) {
		expecter := pool.Expecter{Models: fitted.Models, Days: fitted.Pool.Days}
		for i := chunk * likelihood.ChunkRows; i < min((chunk+1)*likelihood.ChunkRows, n); i++ {
			q.leanings[i] = fitted.Pool.FeaturesBy(&expecter, observed[i].Customer)
			expected[i] = fitted.Pool.ExpectedOf(q.leanings[i])
			q.sizes[i] = fitted.Models.Memory.Size(observed[i].Customer)
		}
	})
	groups := make([]int, n)
	for i, c := range h.customers {
		groups[i] = h.modelGroup(c)
	}
	held := h.purchases(q.holdout)
	for w, days := range look.Windows() {
		means, family := make([]float64, n), h.purchases(w)
		for i := range means {
			// over other times customers purchase more by as much as the family says
			more := float64(days) / float64(look.HoldoutDays)
			if held[i] > 0 {
				more = family[i] / held[i]
			}
			means[i] = min(float64(days), expected[i]*more) // on a day once
		}
		scaleTo(means, family, groups)
		q.means = append(q.means, means)
	}
	for _, slopes := range h.slopes() {
		q.gradients = append(q.gradients, meansOf(slopes, held, groups))
	}
	for j := range coefficients {
		of := make([]float64, n)
		for i := range of {
			of[i] = q.leanings[i][j]
		}
		for i, mean := range meansOf(of, q.means[q.holdout], groups) {
			q.leanings[i][j] -= mean
		}
	}
	return q
}

// scaleTo multiplies the values of each group so that their total is that of others.
func scaleTo(values, others []float64, groups []int) {
	own, want := map[int]float64{}, map[int]float64{}
	for i, group := range groups {
		own[group] += values[i]
		want[group] += others[i]
	}
	for i, group := range groups {
		if own[group] > 0 {
			values[i] *= want[group] / own[group]
		}
	}
}

// meansOf returns, for each customer, the weighted mean of their group: a total that is
// another's depends on parameters as that does, whoever it is distributed to.
func meansOf(values, weights []float64, groups []int) []float64 {
	sums, totals := map[int]float64{}, map[int]float64{}
	for i, group := range groups {
		sums[group] += weights[i] * values[i]
		totals[group] += weights[i]
	}
	means := make([]float64, len(values))
	for i, group := range groups {
		if totals[group] > 0 {
			means[i] = sums[group] / totals[group]
		}
	}
	return means
}

func (q *poolPurchasing) purchases(window int) []float64 { return q.means[window] }

func (q *poolPurchasing) slopes() [][]float64 { return q.gradients }

func (q *poolPurchasing) shareVariance(members []int, amounts []float64) float64 {
	var gradient [coefficients]float64
	for place, i := range members {
		for j := range gradient {
			gradient[j] += amounts[place] * q.leanings[i][j]
		}
	}
	variance := 0.
	for j, one := range gradient {
		for k, other := range gradient {
			variance += one * other * q.covariance[j][k]
		}
	}
	return variance
}

func (q *poolPurchasing) variances(ratio float64) []float64 {
	variances := make([]float64, len(q.sizes))
	for i, mean := range q.means[q.holdout] {
		mean *= ratio
		variances[i] = mean + mean*mean/q.sizes[i]
	}
	return variances
}

// forecast returns the distributions of the numbers of purchases in the holdout.
func (q *poolPurchasing) forecast(customers []Customer) forecast {
	n := len(customers)
	f := newForecast(n)
	copy(f.purchases, q.means[q.holdout])
	likelihood.EachChunk((n+likelihood.ChunkRows-1)/likelihood.ChunkRows, q.workers, func(chunk int) {
		var counts btyd.Counts
		for i := chunk * likelihood.ChunkRows; i < min((chunk+1)*likelihood.ChunkRows, n); i++ {
			// NBD of a customer about whom the rate is all that is known
			mean := max(f.purchases[i], leastPurchases)
			future := btyd.NBD{R: q.sizes[i], Alpha: q.sizes[i] / mean}.Future(0, 0)
			counts.Set(future, 1, mean, customers[i].Purchases)
			f.pPurchase[i] = future.PPurchase(1)
			f.place(i, customers[i], &counts, 1, counts.Middle(1))
		}
	})
	return f
}
