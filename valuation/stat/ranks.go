package stat

import "math"

// Placed is a customer in an order by value.
type Placed struct {
	Value, U float64
	Customer int
}

// MidRanks returns the mid-rank of each customer, less the mean rank.
func MidRanks(order []Placed) []float64 {
	ranks := make([]float64, len(order))
	for from := 0; from < len(order); {
		to := from
		for to < len(order) && order[to].Value == order[from].Value {
			to++
		}
		for _, p := range order[from:to] {
			ranks[p.Customer] = float64(from+to-len(order)) / 2
		}
		from = to
	}
	return ranks
}

// Correlation returns the correlation of centred ranks, 0 where one of them is
// constant.
func Correlation(a, b []float64) float64 {
	var aa, ab, bb float64
	for i := range a {
		aa += a[i] * a[i]
		ab += a[i] * b[i]
		bb += b[i] * b[i]
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}

// Decile is a tenth of the customers, and the means of what was predicted of
// them and of what they did.
type Decile struct {
	Customers         int
	Predicted, Actual float64
}

// Deciles returns tenths of the order, fewer where there are fewer customers.
func Deciles(order []Placed, actual func(customer int) float64) []Decile {
	const tenths = 10
	var list []Decile
	for tenth := range tenths {
		part := order[tenth*len(order)/tenths : (tenth+1)*len(order)/tenths]
		if len(part) == 0 {
			continue
		}
		d := Decile{Customers: len(part)}
		for _, p := range part {
			d.Predicted += p.Value
			d.Actual += actual(p.Customer)
		}
		d.Predicted /= float64(len(part))
		d.Actual /= float64(len(part))
		list = append(list, d)
	}
	return list
}
