package experiment

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/integrate/quad"
)

const (
	sequentialLevel = 0.05 // the chance to err over all the looks together
	maxLooks        = 366
)

// Pocock returns how many standard errors a difference must be from 0, at any of
// so many looks, for all the looks together to err in 5 % of campaigns that do
// nothing. For 60 looks it is 2.82.
//
// The people are fixed and their outcomes accumulate, so the differences at two
// looks are correlated as the sums of independent steps are, alike from look to
// look: sqrt(j/k) of the standardised differences at looks j < k. Customers who
// differ, or who respond to a send at once, make the looks more alike, and the
// chance to err goes below 5 %. Steps that grow from look to look make them
// less alike: over 60 looks it is 7.5 % when sales rise steadily from nothing, as
// toward a season.
//
// Pocock (1977), "Group Sequential Methods in the Design and Analysis of
// Clinical Trials", Biometrika 64; Jennison & Turnbull (2000), "Group Sequential
// Methods with Applications to Clinical Trials", sections 2.4 and 19.2.
func Pocock(looks int) (float64, error) {
	if looks < 1 || looks > maxLooks {
		return 0, fmt.Errorf("%d planned looks: give 1 to %d", looks, maxLooks)
	}
	if looks == 1 {
		return normal975, nil
	}
	information := make([]float64, looks)
	for i := range information {
		information[i] = float64(i+1) / float64(looks)
	}
	// The Illinois form of regula falsi, on the logarithm: it is nearly straight.
	// Below low a single look errs by 5 %, above high independent ones would not.
	excess := func(bound float64) float64 { return math.Log(crossing(information, bound) / sequentialLevel) }
	low, high := normal975, math.Sqrt(2*math.Log(float64(looks)/sequentialLevel))+1
	atLow, atHigh := excess(low), excess(high)
	side := 0
	for range 60 {
		bound := (low*atHigh - high*atLow) / (atHigh - atLow)
		value := excess(bound)
		if math.Abs(value) < 1e-10 || high-low < 1e-12 {
			return bound, nil
		}
		if value > 0 {
			low, atLow = bound, value
			if side > 0 {
				atHigh /= 2
			}
			side = 1
		} else {
			high, atHigh = bound, value
			if side < 0 {
				atLow /= 2
			}
			side = -1
		}
	}
	panic(fmt.Sprintf("no bound for %d looks between %g and %g", looks, low, high))
}

// crossing returns the chance that the standardised difference is ever more than
// bound from 0, at looks with the given increasing information, when there is no
// difference.
//
// With S(t) = Z sqrt(t), S moves between looks by a normal step of the variance
// t_k - t_(k-1). The density of S at look k, on the paths that have not crossed
// before, is the integral of that at look k-1, over the values that do not
// cross there, times the density of the step. What is left after the last look
// never crossed.
//
// Armitage, McPherson & Rowe (1969), "Repeated Significance Tests on
// Accumulating Data", Journal of the Royal Statistical Society A 132.
func crossing(information []float64, bound float64) float64 {
	var nodes, masses []float64 // of the paths that have not crossed: weight times density
	previous := 0.0
	for k, t := range information {
		step := math.Sqrt(t - previous)
		edge := bound * math.Sqrt(t)
		// The density varies on the scale of the last step, and is read on that of
		// the next one. Six nodes to the shorter is more than enough.
		scale := step
		if k+1 < len(information) {
			scale = math.Min(scale, math.Sqrt(information[k+1]-t))
		}
		count := int(3*edge/scale) + 24 // of the half line: the density is even
		next, weights := make([]float64, count), make([]float64, count)
		quad.Legendre{}.FixedLocations(next, weights, 0, edge)
		if next[0] > next[count-1] { // gonum gives them from above, which it does not promise
			slices.Reverse(next)
			slices.Reverse(weights)
		}
		density := 1 / (step * math.Sqrt(2*math.Pi))
		for i, x := range next {
			sum := 0.0
			if k == 0 {
				sum = math.Exp(-x * x / (2 * t))
			}
			for j, u := range nodes {
				far := (x - u) / step
				if far > 8.5 {
					continue // less than 1e-15 of the density arrives
				}
				if far < -8.5 {
					break
				}
				sum += masses[j] * math.Exp(-far*far/2)
				if mirrored := (x + u) / step; mirrored < 8.5 {
					sum += masses[j] * math.Exp(-mirrored*mirrored/2)
				}
			}
			weights[i] *= density * sum
		}
		nodes, masses, previous = next, weights, t
	}
	within := 0.0
	for _, mass := range masses {
		within += 2 * mass
	}
	return 1 - within
}
