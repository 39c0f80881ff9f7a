package scoring

import (
	"cbv/valuation/backtest"
	"cbv/valuation/btyd/pool"
)

// pooled is the pool beside the family of purchase models: whether it forecasts who
// purchases in the family's place, by what, and what decided that. Totals stay the
// family's.
type pooled struct {
	// Chosen reports that the pool won its contest and could be fitted as of as_of. What
	// follows but for Why and Contests is empty where it could not be fitted.
	Chosen bool

	// Pool is fitted on windows that end by as_of. Its Days, the window h, are those over
	// which it expects purchases.
	Pool pool.Pool

	// Memory gives the negative binomial distribution of a customer's purchases its size
	// R + S, by its half-life.
	Memory pool.FadingMemory

	// Models are what the pool's features of expectation are of as of as_of: MBG/NBD, or
	// NBD in its place, and NBD, both of the whole base (its old customers left out where
	// they have parameters of their own), and Memory.
	Models pool.Models

	Windows  []int              // days before as_of on which the windows of Pool begin
	Why      string             // it was chosen, or not
	Contests []backtest.Contest // family against pool, over the cutoffs at which it was fitted; none: there were none
}
