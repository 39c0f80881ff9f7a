// Package effects says by how much what customers do differs by the values of some
// attributes from what a model expects of each: by the category or the coupon of their
// first order, say. It is fitted on windows of the shop's own past, on what was expected
// of each customer at the start and on what came. Effects are shrunk by how much the
// values of an attribute differ beyond chance, so that an attribute that means nothing has
// none. They say what went with a value and not what caused it.
//
// Nothing here reads a clock or prints, and sums are added in the order of the customers.
package effects

import (
	"math"
	"math/bits"
	"slices"
)

// rounds is how often every attribute is fitted in turn, given the others.
const rounds = 5

// leastErrors is by how many standard errors the values of an attribute have to differ
// beyond chance, all of them together, for it to have effects: where the moments alone
// decide, half of all attributes that mean nothing have some, which are noise.
const leastErrors = 2

// Bands is how many bands of repeats there are.
const Bands = 5

// Band returns the band of a number of repeats: none, 1 or 2, 3 to 6, 7 to 14, more. A model
// that knows nothing of first orders knows of each history that those who have it are a
// mixture. One-timers, say, are those above all whose kind leaves early, so that their total
// by everybody's model is right and with effects would be too low. Effects therefore tell
// those of a like history apart, and leave the total of these.
func Band(repeats int) int { return min(bits.Len(uint(repeats+1)), Bands) - 1 }

// A Subject is a customer in a window.
type Subject struct {
	// Customer is the same number in all windows, from 0: what comes in windows that overlap
	// is in part the same, and what one customer does in any of them goes together.
	Customer int

	// Values are the places of what the customer has of the values of all attributes,
	// ascending; of several values of one attribute the mean effect counts.
	Values []int

	Observed, Expected float64 // what came and what a model expected, of neither below 0 the latter
}

// Effect is what a value does to the logarithm of what is expected.
type Effect struct {
	Log      float64 // γ
	Variance float64 // of it

	// What came and what was expected but for the attribute, at the level of the window:
	// of a customer with several values of the attribute, each has its part.
	Observed, Expected float64

	Dispersion float64 // φ of its attribute, see Fit; 0 where nothing came
}

// Effects are those of every value, by its place.
type Effects []Effect

// Of returns the logarithm of what those with some values do beyond what is expected of
// them. attributes says of which attribute each value is.
func (e Effects) Of(values, attributes []int) float64 { return e.without(none, values, attributes) }

// none is no attribute.
const none = -1

// without returns Of, but for one attribute.
func (e Effects) without(attribute int, values, attributes []int) (sum float64) {
	if len(e) == 0 {
		return 0
	}
	for from := 0; from < len(values); {
		of := attributes[values[from]]
		to, logs := from, 0.
		for ; to < len(values) && attributes[values[to]] == of; to++ {
			logs += e[values[to]].Log
		}
		if of != attribute {
			sum += logs / float64(to-from)
		}
		from = to
	}
	return sum
}

// Fit fits the effects of values to windows, or the bands of repeats in these, each at its
// own level: that more came than was expected of everybody is no effect. attributes says of which attribute each value is, and
// the values of one are neighbours.
//
// γ = ln((O + κ)/(E + κ)), κ by the method of moments: with Var O = φE the ratios of the
// values of an attribute vary by τ² = Σ((O - E)² - φE(1 - E/ΣE)) / ΣE², and κ = φ/τ². φ is
// Pearson's, of all customers, each with what came of them in all windows. Where the values do not differ beyond chance, by Σ(O - E)² /
// Var(O - E) and two standard errors of it, κ is infinite.
func Fit(windows [][]Subject, attributes []int) Effects {
	effects := make(Effects, len(attributes))
	for range rounds {
		before := slices.Clone(effects)
		for from := 0; from < len(attributes); {
			to := from
			for to < len(attributes) && attributes[to] == attributes[from] {
				to++
			}
			effects.fitAttribute(windows, attributes, from, to)
			from = to
		}
		// what a round does depends on the effects before it alone
		if slices.Equal(before, effects) {
			break
		}
	}
	return effects
}

// valueSums are those of one value over the windows: of what came, of what was expected, and
// of the latter by the squares of the customers' parts.
type valueSums struct{ observed, expected, spread float64 }

// fitAttribute fits the effects of the values from one place to another, which are those of
// an attribute, given the effects of the other attributes.
func (e Effects) fitAttribute(windows [][]Subject, attributes []int, from, to int) {
	sums := make([]valueSums, to-from)
	customers := 0
	for _, subjects := range windows {
		for _, s := range subjects {
			customers = max(customers, s.Customer+1)
		}
	}
	off := make([]float64, customers) // of all windows
	expected := 0.
	for _, subjects := range windows {
		given := make([]float64, len(subjects))
		var came, want float64
		for i, s := range subjects {
			given[i] = s.Expected * math.Exp(e.without(attributes[from], s.Values, attributes))
			came, want = came+s.Observed, want+given[i]
		}
		if !(came > 0 && want > 0) {
			continue
		}
		for i, s := range subjects {
			given[i] *= came / want
			off[s.Customer] += s.Observed - given[i]
			expected += given[i]
			addTo(sums, s, given[i], from, to)
		}
	}
	squares := 0.
	for _, sum := range off {
		squares += sum * sum
	}
	if !(squares > 0 && expected > 0) {
		return
	}
	e.shrink(sums, squares/expected, from)
}

// addTo adds a customer to the sums of the values that they have between two places.
func addTo(sums []valueSums, s Subject, expected float64, from, to int) {
	held := 0
	for _, value := range s.Values {
		if value >= from && value < to {
			held++
		}
	}
	part := 1 / float64(held)
	for _, value := range s.Values {
		if value >= from && value < to {
			sum := &sums[value-from]
			sum.observed += part * s.Observed
			sum.expected += part * expected
			sum.spread += part * part * expected
		}
	}
}

// shrink sets the effects of an attribute's values by their sums.
func (e Effects) shrink(sums []valueSums, dispersion float64, from int) {
	var total, squares, beyond, chiSquare, free float64
	for _, sum := range sums {
		total += sum.expected
	}
	for _, sum := range sums {
		off, variance := sum.observed-sum.expected, dispersion*sum.spread*(1-sum.expected/total)
		beyond += off*off - variance
		squares += sum.expected * sum.expected
		if variance > 0 {
			chiSquare, free = chiSquare+off*off/variance, free+1
		}
	}
	differ := free > 1 && chiSquare > free+leastErrors*math.Sqrt(2*free)
	for i, sum := range sums {
		effect := &e[from+i]
		*effect = Effect{Observed: sum.observed, Expected: sum.expected, Dispersion: dispersion}
		if !(differ && beyond > 0 && sum.expected > 0) {
			continue
		}
		// of a part of a customer's purchases less is known than of as many of their own
		own := dispersion * sum.spread / sum.expected
		kappa := own * squares / beyond
		observed := max(0, sum.observed) + kappa
		effect.Log, effect.Variance = math.Log(observed/(sum.expected+kappa)), own/observed
	}
}
