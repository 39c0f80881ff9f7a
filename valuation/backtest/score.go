package backtest

import (
	"cbv/valuation/btyd"
	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/score"
	"cbv/valuation/stat"
)

// Score is how well one thing was predicted, and Distribution how well the number of
// purchases was.
type (
	Score        = score.Score
	Distribution = score.Distribution
)

// leastPurchases is the smallest prediction that enters a deviance: one
// purchase of a customer whose P(alive) underflowed would make it infinite.
const leastPurchases = 1e-9

// outcomes returns what the customers did.
func (t *test) outcomes() (purchases, margin score.Outcome) {
	n := len(t.customers)
	purchases = score.Outcome{Actual: make([]float64, n), Least: leastPurchases}
	margin = score.Outcome{Actual: make([]float64, n), Least: leastPurchases}
	repeats, spend := 0.0, 0.0
	for i, c := range t.customers {
		purchases.Actual[i], margin.Actual[i] = float64(c.Purchases), c.Margin
		repeats += float64(c.History.Repeats)
		spend += c.RepeatSpend
	}
	if spend > 0 {
		margin.Least *= spend / repeats // the same in any unit of money
	}
	likelihood.EachChunk(2, t.terms.Workers, func(i int) {
		o := []*score.Outcome{&purchases, &margin}[i]
		o.Ranks = score.Ranks(o.Actual)
	})
	return purchases, margin
}

// order returns the customers by value.
func (t *test) order(values []float64) []stat.Placed {
	return score.Order(values, t.u)
}

func (t *test) u(customer int) float64 { return t.customers[customer].U }

// distribution scores a forecast of the number of purchases.
func (t *test) distribution(f forecast) Distribution {
	var d Distribution
	var inside, insideRepeaters, repeaters, covered int
	for i, c := range t.customers {
		d.PIT[min(int(f.pit[i]*10), 9)]++
		within := f.pit[i] >= btyd.Tail && f.pit[i] <= 1-btyd.Tail
		if within {
			inside++
		}
		if c.History.Repeats > 0 {
			repeaters++
			if within {
				insideRepeaters++
			}
		}
		if f.covered[i] {
			covered++
		}
		d.ExpectedCoverage += f.coverage[i]
		off := f.pPurchase[i] - t.purchased(i)
		d.Brier += off * off
	}
	n := float64(len(t.customers))
	d.PITShare = float64(inside) / n
	d.PITShareRepeaters = float64(insideRepeaters) / float64(repeaters)
	d.Coverage = float64(covered) / n
	d.ExpectedCoverage /= n
	d.Brier /= n
	d.Deciles = stat.Deciles(t.order(f.pPurchase), t.purchased)
	return d
}

// purchased returns 1 for a customer who purchased in the holdout, else 0.
func (t *test) purchased(customer int) float64 {
	if t.customers[customer].Purchases > 0 {
		return 1
	}
	return 0
}
