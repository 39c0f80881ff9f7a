// Package btyd has the models that read from the history of a customer's
// purchases how many more they will make: MBG/NBD, Pareto/NBD, BG/NBD, NBD. What
// each will be worth is package spend's.
//
// A purchase model sees a customer only through their history (x, t_x, T), so
// customers are counted by history, the models are fitted on the counts, and
// a history is scored once for all customers who share it. Given that a
// customer is alive at the cutoff, everything about the future depends on
// (x, T) alone: Model.PAlive takes the history, Model.Future takes (x, T), and
// a quantity is the product, or the mixture, of the two.
//
// Times may be in any unit; rates, horizons and discounting use the same one.
// Nothing here reads a clock, prints, or depends on the number of workers.
package btyd

import (
	"math"

	"cbv/valuation/btyd/likelihood"
)

// History is what a purchase model sees of a customer at the cutoff.
type History struct {
	Repeats      int     // x: purchases after the first
	LastPurchase float64 // t_x: time from the first purchase to the last, 0 if x = 0
	Age          float64 // T: time from the first purchase to the cutoff, at least t_x
}

// HistoryCount is a history and the number of customers who have it.
type HistoryCount struct {
	History
	Customers int64
}

// Survivor is what the future of a customer who is alive depends on.
type Survivor struct {
	Repeats int     // x
	Age     float64 // T
}

// What every fit knows is under its name here too, for callers who fit.
type (
	Parameter  = likelihood.Parameter
	Estimate   = likelihood.Estimate
	NoFitError = likelihood.NoFitError
	Reason     = likelihood.Reason
)

// The reasons why there is no fit.
const (
	NoRepeats       = likelihood.NoRepeats
	TooFewHistories = likelihood.TooFewHistories
	NoDropout       = likelihood.NoDropout
	Boundary        = likelihood.Boundary
	Ridge           = likelihood.Ridge
	NotConcave      = likelihood.NotConcave
	NoOptimum       = likelihood.NoOptimum
)

// Model is a model of when customers buy and when they leave. Times are in
// the unit that it was fitted in.
type Model interface {
	// Name is the field's name of the model, "BG/NBD" say.
	Name() string

	// Parameters returns the parameters in the order of the paper.
	Parameters() []Parameter

	// LogLikelihood returns ln L of one customer with history h.
	LogLikelihood(h History) float64

	// PAlive returns the probability that a customer with history h is
	// still a customer at the cutoff. It underflows to 0.
	PAlive(h History) float64

	// Future returns what a customer with x = repeats and T = age will do
	// after the cutoff, given that they are alive at it.
	Future(repeats int, age float64) Future
}

// Future is what a customer who is alive at the cutoff will do after it: that
// of a new customer with updated parameters. Horizons t are measured from the
// cutoff; a horizon of 0 or less holds no purchases.
type Future interface {
	// Rate returns the expected purchases per unit of time while alive.
	Rate() float64

	// MedianWait returns the time by which half of those who do not leave have made
	// their next purchase: α (2^(1/k) - 1), the median of an exponential waiting time
	// whose rate is Gamma(k, α).
	MedianWait() float64

	// Expected returns the expected number of purchases in (0, t].
	Expected(t float64) float64

	// Discounted returns the expected number of purchases in (0, t], each
	// multiplied by e^(-delta u) at its time u (DECT). Discounting makes
	// delta.
	Discounted(t, delta float64) float64

	// PPurchase returns the probability of at least one purchase in (0, t].
	PPurchase(t float64) float64

	// Survival returns the probability that the customer is still one at t:
	// 1 for t ≤ 0, falling to 0 at t = +Inf where customers leave at all.
	Survival(t float64) float64

	// Counts sets p[n] to the probability of exactly n purchases in (0, t],
	// for each n < len(p).
	Counts(t float64, p []float64)
}

// ExpectedPurchases returns the expected number of purchases in (T, T+t] of a
// customer with history h.
func ExpectedPurchases(m Model, h History, t float64) float64 {
	return m.PAlive(h) * m.Future(h.Repeats, h.Age).Expected(t)
}

// DiscountedPurchases returns the expected number of purchases in (T, T+t] of
// a customer with history h, each discounted to T at the continuous rate
// delta per unit of time.
func DiscountedPurchases(m Model, h History, t, delta float64) float64 {
	return m.PAlive(h) * m.Future(h.Repeats, h.Age).Discounted(t, delta)
}

// PPurchase returns the probability that a customer with history h purchases
// at least once in (T, T+t].
func PPurchase(m Model, h History, t float64) float64 {
	return m.PAlive(h) * m.Future(h.Repeats, h.Age).PPurchase(t)
}

// PSurvives returns the probability that a customer with history h is still a
// customer at T+t.
func PSurvives(m Model, h History, t float64) float64 {
	return m.PAlive(h) * m.Future(h.Repeats, h.Age).Survival(t)
}

// PMF returns the probability that a customer with history h makes exactly n
// purchases in (T, T+t].
func PMF(m Model, h History, t float64, n int) float64 {
	if n < 0 {
		return 0
	}
	counts := make([]float64, n+1)
	m.Future(h.Repeats, h.Age).Counts(t, counts)
	pAlive := m.PAlive(h)
	p := pAlive * counts[n]
	if n == 0 {
		p += 1 - pAlive
	}
	return p
}

// Discounting returns the continuous discount rate δ per unit of time for an
// annual rate (0.10 for 10 % a year) and the number of those units in a year:
// 365 for a model in days, 52 for one in weeks. The unit must be the one of
// the model's times. An annual rate applied per week is the commonest fault in
// the field.
func Discounting(annualRate, unitsPerYear float64) float64 {
	return math.Log1p(annualRate) / unitsPerYear
}

// medianWait returns the median of an exponential waiting time whose rate is
// Gamma(k, alpha), which is Pareto of the second kind.
func medianWait(k, alpha float64) float64 { return alpha * math.Expm1(math.Ln2/k) }

// Annuity returns ∫_0^t e^(-δu) du: what one purchase per unit of time, for
// certain, is worth today at the continuous rate delta.
func Annuity(t, delta float64) float64 { return shrinkage(delta, max(t, 0)) }
