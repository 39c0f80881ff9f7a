// Package pool forecasts how many purchases customers will make from more than their
// history: fading memory, in which older purchases count for less, and the pool, a
// Poisson regression on what the models expect and on how much was bought lately.
// Both are fitted on a window of the shop's own past, on what was known of each
// customer at its start and on what they then purchased. What the purchases will be
// worth is package spend's.
//
// Nothing here reads a clock, prints, or depends on the number of workers. Times are in
// days.
package pool

import (
	"math"

	"cbv/valuation/btyd"
)

// HalfLives are the half-lives that fading memory chooses from, in days.
var HalfLives = [...]int{30, 60, 120, 240, 480, 960}

// Customer is what is known of a customer on a day.
type Customer struct {
	History btyd.History

	// Recent is the repeat purchases in the last days before the day, as many as the
	// window has that is forecast, and RecentHalf those in HalfWindow of them.
	Recent, RecentHalf int

	// Faded is, for each half-life, the repeat purchases, each with a weight that halves
	// as often as the half-life has passed since.
	Faded [len(HalfLives)]float64
}

// Observed is a customer of a window: what was known at its start, and what came.
type Observed struct {
	Customer
	Purchases int
}

// leastHalfDays is the least that half a window is taken for: a few days say nothing.
const leastHalfDays = 14

// HalfWindow returns over how many days RecentHalf is counted for a window.
func HalfWindow(days int) int { return max(leastHalfDays, days/2) }

// Billionth is the unit that weights are summed in, as whole numbers.
const Billionth = 1e-9

// Weight returns what a purchase counts for, so many days after, by a half-life.
func Weight(ageDays, halfLife int) float64 {
	return math.Exp2(-float64(ageDays) / float64(halfLife))
}
