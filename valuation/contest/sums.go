package contest

import (
	"slices"

	"cbv/valuation/btyd/likelihood"
)

// Sums adds up what customers have on several cutoffs, each customer's own. A customer
// is known by a number.
type Sums struct {
	places [][]int   // by cutoff and customer: place in sums
	Sums   []float64 // by customer, in the order of their numbers
	isIn   []bool    // something was added
}

// NewSums returns sums of the customers of some cutoffs, with nothing added.
func NewSums(cutoffs ...[]float64) *Sums {
	numbers := slices.Concat(cutoffs...)
	places := make([]int, len(numbers))
	customers, before := 0, int32(0)
	for i, at := range likelihood.ByValue(numbers) {
		if i == 0 || numbers[at] != numbers[before] {
			customers++
		}
		places[at], before = customers-1, at
	}
	s := &Sums{Sums: make([]float64, customers), isIn: make([]bool, customers)}
	for _, of := range cutoffs {
		s.places = append(s.places, places[:len(of)])
		places = places[len(of):]
	}
	return s
}

// Empty returns sums of the same customers, with nothing added.
func (s *Sums) Empty() *Sums {
	return &Sums{places: s.places, Sums: make([]float64, len(s.Sums)), isIn: make([]bool, len(s.Sums))}
}

// Add adds to the sum of a customer, by their place on a cutoff.
func (s *Sums) Add(cutoff, customer int, value float64) {
	place := s.places[cutoff][customer]
	s.Sums[place] += value
	s.isIn[place] = true
}

// Touched returns the sums of the customers to whom something was added.
func (s *Sums) Touched() []float64 {
	var list []float64
	for place, sum := range s.Sums {
		if s.isIn[place] {
			list = append(list, sum)
		}
	}
	return list
}
