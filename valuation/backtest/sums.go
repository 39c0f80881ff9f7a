package backtest

import "slices"

// sums adds up what customers have on several cutoffs, each customer's own. A customer
// is known by U.
type sums struct {
	places [][]int // by cutoff and customer: place in sums
	sums   []float64
}

func newSums(cutoffs []Cutoff) *sums {
	var all []float64
	for _, c := range cutoffs {
		for _, customer := range c.hindcast.customers {
			all = append(all, customer.U)
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	s := &sums{sums: make([]float64, len(all))}
	for _, c := range cutoffs {
		places := make([]int, len(c.hindcast.customers))
		for i, customer := range c.hindcast.customers {
			places[i], _ = slices.BinarySearch(all, customer.U)
		}
		s.places = append(s.places, places)
	}
	return s
}

func (s *sums) add(cutoff, customer int, value float64) {
	s.sums[s.places[cutoff][customer]] += value
}
