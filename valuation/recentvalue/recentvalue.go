// Package recentvalue holds what the purchases of a quarter were worth to what the spend
// model of the day before it expected of them: whether prices, or what is sold, have
// changed since.
package recentvalue

import (
	"cmp"
	"math"
	"slices"

	"cbv/valuation/btyd/spend"
)

// leastPurchases is how many of them a test of their value takes.
const leastPurchases = 30

// Customer is what a customer had bought by the day before a quarter and bought
// in it. Purchases are the days on which more came than went back; values are
// what moved on the day, before later returns, which have not come yet of the latest.
type Customer struct {
	Old          bool // was one before the files begin: the first purchase known of them is a later one
	Purchases    int  // by the day; 0: acquired in the quarter
	First, Value float64
	LnValues     float64 // Σ ln of their values

	RecentPurchases          int     // in the quarter
	RecentFirst, RecentValue float64 // the first one of who had none before, and all together
}

// Value is what a purchase of a quarter was worth, beside what was expected of each
// by its customer's earlier ones: of a customer's first, the mean of first purchases.
type Value struct {
	Purchases        int
	Expected, Actual float64 // mean value
	StandardError    float64 // of the difference, by what customers brought

	YearAgo *Value // the same of the same days a year before; nil: nothing is known of them
}

// Of compares what the purchases of a quarter were worth with what was expected
// of them; nil where there are too few of them, or no spend model before them. First
// purchases have a level of their own, whatever form the procedure's spend model has:
// else a shop with other newcomers than a year ago would seem to have other prices.
func Of(customers []Customer, workers int) (*Value, error) {
	customers = slices.Clone(customers)
	slices.SortFunc(customers, Customer.compare) // sums do not depend on the order of the rows
	first, form := firstPurchases(customers)
	model, err := spend.FitModel(sampleOf(customers, form), workers)
	if err != nil || model.Fit == nil {
		return nil, err
	}
	var v Value
	var squares float64
	for _, c := range customers {
		if c.RecentPurchases == 0 {
			continue
		}
		expected := c.expected(model, first)
		v.Purchases += c.RecentPurchases
		v.Expected += expected
		v.Actual += c.RecentValue
		squares += (c.RecentValue - expected) * (c.RecentValue - expected)
	}
	if v.Purchases < leastPurchases || !(v.Expected > 0) {
		return nil, nil
	}
	n := float64(v.Purchases)
	v.Expected, v.Actual, v.StandardError = v.Expected/n, v.Actual/n, math.Sqrt(squares)/n
	return &v, nil
}

// firstPurchases returns the mean value of first purchases by the day, and the form that
// divides them by what they are worth beside later ones of the same customers.
func firstPurchases(customers []Customer) (mean float64, form spend.Form) {
	var compared spend.FirstToLater
	firsts := 0
	for _, c := range customers {
		if c.Purchases > 0 && !c.Old {
			compared.Add(c.Purchases-1, c.First, c.Value-c.First)
			mean += c.First
			firsts++
		}
	}
	form = spend.OnPurchases
	if ratio := compared.Ratio(); ratio > 0 {
		form.FirstDivisor = ratio
	}
	return mean / float64(max(1, firsts)), form
}

// sampleOf returns what the spend model of the day sees.
func sampleOf(customers []Customer, form spend.Form) spend.Sample {
	sample := spend.Sample{Form: form, PositiveShare: 1}
	for _, c := range customers {
		if c.Purchases == 0 {
			continue
		}
		divisor := c.divisor(form)
		sample.Counts = append(sample.Counts, spend.Count{
			Repeats: c.Purchases - 1, Purchases: c.Purchases, Total: c.Value - c.First + c.First/divisor, Customers: 1,
		})
		sample.LnValues += c.LnValues - math.Log(divisor)
	}
	return sample
}

// divisor is what the first purchase of a customer is divided by.
func (c Customer) divisor(form spend.Form) float64 {
	if c.Old {
		return 1
	}
	return form.FirstDivisor
}

// expected returns what the purchases of the quarter were expected to be worth: of who is
// new the first as others' first ones, and those after it by it.
func (c Customer) expected(model spend.Model, first float64) float64 {
	if c.Purchases > 0 {
		total := c.Value - c.First + c.First/c.divisor(model.Form)
		return float64(c.RecentPurchases) * model.Expected(c.Purchases-1, c.Purchases, total)
	}
	later := float64(c.RecentPurchases-1) * model.Expected(0, 1, c.RecentFirst/model.Form.FirstDivisor)
	return first + later
}

// compare is a total order.
func (c Customer) compare(d Customer) int {
	if c.Old != d.Old {
		if c.Old {
			return 1
		}
		return -1
	}
	return cmp.Or(
		cmp.Compare(c.Purchases, d.Purchases),
		cmp.Compare(c.First, d.First),
		cmp.Compare(c.Value, d.Value),
		cmp.Compare(c.LnValues, d.LnValues),
		cmp.Compare(c.RecentPurchases, d.RecentPurchases),
		cmp.Compare(c.RecentFirst, d.RecentFirst),
		cmp.Compare(c.RecentValue, d.RecentValue),
	)
}
