package stat

import (
	"cmp"
	"math"
	"slices"
)

// Holding is an amount, not negative, and how many hold as much each.
type Holding struct {
	Amount  int64
	Holders int64
}

// Spread is who holds how much.
type Spread struct {
	holdings []Holding // largest first
	Holders  int64
	Total    float64
}

// SpreadOf takes holdings in any order.
func SpreadOf(holdings []Holding) Spread {
	s := Spread{holdings: slices.Clone(holdings)}
	// Sums are of whole numbers, exact up to 2^53, in one order.
	slices.SortFunc(s.holdings, func(a, b Holding) int { return cmp.Compare(b.Amount, a.Amount) })
	for _, h := range s.holdings {
		s.Holders += h.Holders
		s.Total += float64(h.Amount) * float64(h.Holders)
	}
	return s
}

// Top returns how many holders are the top percent of all, rounded down but
// at least one, and the share of the total that they hold: NaN when the total
// is 0.
func (s Spread) Top(percent int64) (holders int64, share float64) {
	holders = max(1, s.Holders*percent/100)
	held, left := 0.0, holders
	for _, h := range s.holdings {
		n := min(left, h.Holders)
		held += float64(h.Amount) * float64(n)
		left -= n
		if left == 0 {
			break
		}
	}
	return holders, held / s.Total
}

// Largest returns the share of the largest holder, NaN when the total is 0.
func (s Spread) Largest() float64 {
	if s.Total == 0 {
		return math.NaN()
	}
	return float64(s.holdings[0].Amount) / s.Total
}

// Above returns how many hold more than a percentage of the total each.
func (s Spread) Above(percent int64) int64 {
	holders := int64(0)
	for _, h := range s.holdings {
		if float64(h.Amount)*100 > s.Total*float64(percent) {
			holders += h.Holders
		}
	}
	return holders
}

// Gini returns the Gini index, from 0 (all hold the same) to 1 - 1/n (one holds
// everything), NaN when the total is 0. It is the population's: not scaled by
// n / (n - 1).
//
// Sen (1973), "On Economic Inequality", section 2.2: with amounts x in falling
// order, G = 1 + 1/n - 2 Σ i x_i / (n Σ x).
func (s Spread) Gini() float64 {
	if s.Total == 0 {
		return math.NaN()
	}
	before, ranked := 0.0, 0.0 // ranked is Σ i x_i
	for _, h := range s.holdings {
		n := float64(h.Holders)
		// the ranks of n equal holders add up to n times their middle one
		ranked += float64(h.Amount) * n * (before + (n+1)/2)
		before += n
	}
	n := float64(s.Holders)
	return 1 + 1/n - 2*ranked/(n*s.Total)
}
