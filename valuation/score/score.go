// Package score says how well customers' purchases and money were predicted.
package score

import (
	"cmp"
	"math"
	"slices"

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
	Spearman  float64       // rank correlation of prediction and outcome; 0 where all are equal
	Deciles   []stat.Decile // by rank of prediction, lowest first
}

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

	Brier   float64       // mean squared error of the probability to purchase
	Deciles []stat.Decile // by that probability, lowest first: predicted and observed share
}

// Outcome is what customers did, and the ranks of it.
type Outcome struct {
	Actual []float64
	Ranks  []float64 // centred mid-ranks
	Least  float64   // smallest prediction that enters a deviance
}

// Deviances returns the deviance of each customer.
func (o Outcome) Deviances(predicted []float64) []float64 {
	deviances := make([]float64, len(predicted))
	for i, mu := range predicted {
		deviances[i] = stat.Deviance(o.Actual[i], mu, o.Least)
	}
	return deviances
}

// Order returns the customers by value. Equal ones are in the order of U, which
// knows nothing of what they did.
func Order(values []float64, u func(customer int) float64) []stat.Placed {
	order := placed(values, u)
	byU := func(a, b stat.Placed) int { return cmp.Or(cmp.Compare(a.U, b.U), cmp.Compare(a.Customer, b.Customer)) }
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && order[to].Value == order[from].Value {
			to++
		}
		// Those who share a history have one prediction, and come in this order.
		if !slices.IsSortedFunc(order[from:to], byU) {
			slices.SortFunc(order[from:to], byU)
		}
		from = to
	}
	return order
}

// Ranks returns the centred mid-ranks of values.
func Ranks(values []float64) []float64 {
	return stat.MidRanks(placed(values, func(int) float64 { return 0 }))
}

// placed returns the customers by value, equal ones as they come.
func placed(values []float64, u func(customer int) float64) []stat.Placed {
	order := make([]stat.Placed, len(values))
	for place, i := range likelihood.ByValue(values) {
		order[place] = stat.Placed{Value: values[i], U: u(int(i)), Customer: int(i)}
	}
	return order
}

// Of scores predictions whose deviances are given.
func Of(predicted []float64, o Outcome, deviances []float64, u func(customer int) float64) Score {
	n := float64(len(predicted))
	var s Score
	squares := 0.0
	for i, mu := range predicted {
		s.Deviance += deviances[i]
		s.Expected += mu
		s.Actual += o.Actual[i]
		s.MAE += math.Abs(mu - o.Actual[i])
		squares += (mu - o.Actual[i]) * (mu - o.Actual[i])
	}
	s.Deviance /= n
	s.MAE /= n
	s.RMSE = math.Sqrt(squares / n)
	s.Error, s.ErrorLow, s.ErrorHigh = stat.TotalError(predicted, o.Actual, s.Expected, s.Actual)
	order := Order(predicted, u)
	s.Spearman = stat.Correlation(stat.MidRanks(order), o.Ranks)
	s.Deciles = stat.Deciles(order, func(customer int) float64 { return o.Actual[customer] })
	return s
}
