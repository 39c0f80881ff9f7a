package backtest

import (
	"cmp"
	"math"
	"slices"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/stat"
)

// Score is how well one thing was predicted, customer by customer.
type Score struct {
	// Deviance is the mean Poisson deviance; negative margins count as 0 in
	// it, and only there.
	Deviance float64

	Expected, Actual float64 // totals

	// Error is Expected/Actual - 1, with its 95 % interval over samples of
	// customers. NaN where Actual is not above 0.
	Error, ErrorLow, ErrorHigh float64

	MAE, RMSE float64
	Spearman  float64  // rank correlation of prediction and outcome; 0 where all are equal
	Deciles   []Decile // by rank of prediction, lowest first
}

// Decile is a tenth of the customers.
type Decile = stat.Decile

// Distribution is how well the distribution of the number of purchases was
// predicted.
type Distribution struct {
	// PIT counts customers by the probability integral transform
	// V = F(y⁻) + U·P(y) of their purchases y, in tenths. If the model is right
	// the tenths are equal.
	PIT               [10]int
	PITShare          float64 // share of V within [.1, .9]: .8 if the model is right
	PITShareRepeaters float64 // that of customers with a repeat at the cutoff; NaN without any

	// Coverage is the share of customers within their central 80 % interval,
	// and ExpectedCoverage what the model expects of it: .9 rather than .8,
	// since most intervals begin at no purchase, which is likelier than .1.
	Coverage, ExpectedCoverage float64

	Brier   float64  // mean squared error of the probability to purchase
	Deciles []Decile // by that probability, lowest first: predicted and observed share
}

// outcome is what customers did, and the ranks of it.
type outcome struct {
	actual []float64
	ranks  []float64 // centred mid-ranks
	least  float64   // smallest prediction that enters a deviance
}

// deviances returns the deviance of each customer.
func (o outcome) deviances(predicted []float64) []float64 {
	deviances := make([]float64, len(predicted))
	for i, mu := range predicted {
		deviances[i] = stat.Deviance(o.actual[i], mu, o.least)
	}
	return deviances
}

// leastPurchases is the smallest prediction that enters a deviance: one
// purchase of a customer whose P(alive) underflowed would make it infinite.
const leastPurchases = 1e-9

// outcomes returns what the customers did.
func (t *test) outcomes() (purchases, margin outcome) {
	n := len(t.customers)
	purchases = outcome{actual: make([]float64, n), least: leastPurchases}
	margin = outcome{actual: make([]float64, n), least: leastPurchases}
	repeats, spend := 0.0, 0.0
	for i, c := range t.customers {
		purchases.actual[i], margin.actual[i] = float64(c.Purchases), c.Margin
		repeats += float64(c.History.Repeats)
		spend += c.RepeatSpend
	}
	if spend > 0 {
		margin.least *= spend / repeats // the same in any unit of money
	}
	likelihood.EachChunk(2, t.terms.Workers, func(i int) {
		o := []*outcome{&purchases, &margin}[i]
		o.ranks = stat.MidRanks(t.order(o.actual))
	})
	return purchases, margin
}

// order returns the customers by value. Equal ones are in the order of U, which
// knows nothing of what they did.
func (t *test) order(values []float64) []stat.Placed {
	order := make([]stat.Placed, len(values))
	for i, v := range values {
		order[i] = stat.Placed{Value: v, U: t.customers[i].U, Customer: i}
	}
	slices.SortFunc(order, func(a, b stat.Placed) int {
		switch {
		case a.Value < b.Value:
			return -1
		case a.Value > b.Value:
			return 1
		}
		return cmp.Or(cmp.Compare(a.U, b.U), cmp.Compare(a.Customer, b.Customer))
	})
	return order
}

// score scores predictions whose deviances are given.
func (t *test) score(predicted []float64, o outcome, deviances []float64) Score {
	n := float64(len(predicted))
	var s Score
	squares := 0.0
	for i, mu := range predicted {
		s.Deviance += deviances[i]
		s.Expected += mu
		s.Actual += o.actual[i]
		s.MAE += math.Abs(mu - o.actual[i])
		squares += (mu - o.actual[i]) * (mu - o.actual[i])
	}
	s.Deviance /= n
	s.MAE /= n
	s.RMSE = math.Sqrt(squares / n)
	s.Error, s.ErrorLow, s.ErrorHigh = stat.TotalError(predicted, o.actual, s.Expected, s.Actual)
	order := t.order(predicted)
	s.Spearman = stat.Correlation(stat.MidRanks(order), o.ranks)
	s.Deciles = stat.Deciles(order, func(customer int) float64 { return o.actual[customer] })
	return s
}

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
