package backtest

import "slices"

// sums adds up what customers have on several cutoffs, each customer's own. A customer
// is known by U.
type sums struct {
	places [][]int // by cutoff and customer: place in sums
	sums   []float64
	isIn   []bool // something was added
}

func newSums(cutoffs ...[]Customer) *sums {
	var all []float64
	for _, customers := range cutoffs {
		for _, customer := range customers {
			all = append(all, customer.U)
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	s := &sums{sums: make([]float64, len(all)), isIn: make([]bool, len(all))}
	for _, customers := range cutoffs {
		places := make([]int, len(customers))
		for i, customer := range customers {
			places[i], _ = slices.BinarySearch(all, customer.U)
		}
		s.places = append(s.places, places)
	}
	return s
}

// sumsOf returns the sums of the customers of cutoffs.
func sumsOf(cutoffs []Cutoff) *sums {
	var customers [][]Customer
	for _, c := range cutoffs {
		customers = append(customers, c.hindcast.customers)
	}
	return newSums(customers...)
}

// empty returns sums of the same customers, with nothing added.
func (s *sums) empty() *sums {
	return &sums{places: s.places, sums: make([]float64, len(s.sums)), isIn: make([]bool, len(s.sums))}
}

func (s *sums) add(cutoff, customer int, value float64) {
	place := s.places[cutoff][customer]
	s.sums[place] += value
	s.isIn[place] = true
}

// touched returns the sums of the customers to whom something was added.
func (s *sums) touched() []float64 {
	var list []float64
	for place, sum := range s.sums {
		if s.isIn[place] {
			list = append(list, sum)
		}
	}
	return list
}
