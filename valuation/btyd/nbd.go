package btyd

import (
	"math"

	"cbv/valuation/btyd/likelihood"
)

var nbd = Family{
	Key:        "nbd",
	Dropout:    false,
	parameters: []declared{{"r", false}, {"alpha", true}},
	of:         func(v []float64) fittedModel { return NBD{R: v[0], Alpha: v[1]} },
	objective:  (*purchaseBase).nbdObjective,
	starts:     (*purchaseBase).nbdStarts,
}

// NBD is the negative binomial model: each customer purchases at random at
// their own constant rate for ever. Rates are Gamma(R, Alpha) over customers.
// Both parameters are positive. It is what the models with dropout turn into
// where nobody leaves.
//
// Ehrenberg (1959), "The Pattern of Consumer Purchases", Applied Statistics 8;
// Greene (1982), "Consumer Behavior Models for Non-Statisticians", has the
// conditional expectation.
type NBD struct {
	R     float64 // shape of the purchase rates
	Alpha float64 // rate of the purchase rates, in units of time
}

// Name returns "NBD".
func (m NBD) Name() string { return "NBD" }

// Parameters returns r, alpha.
func (m NBD) Parameters() []Parameter {
	return nbd.named(m.R, m.Alpha)
}

// LogLikelihood returns ln L of one customer with history h, for times in the
// model's unit: that of purchases at the times they happened, as in the other
// models, so that likelihoods can be compared. It is BG/NBD's at a = 0.
func (m NBD) LogLikelihood(h History) float64 {
	x := float64(h.Repeats)
	return likelihood.LnGammaRise(m.R, x) - x*math.Log(m.Alpha) - (m.R+x)*math.Log1p(h.Age/m.Alpha)
}

// PAlive returns 1: nobody leaves.
func (m NBD) PAlive(History) float64 { return 1 }

// Future returns what a customer with x = repeats and T = age will do: a new
// customer of NBD (r+x, α+T).
func (m NBD) Future(repeats int, age float64) Future {
	return nbdFuture{k: m.R + float64(repeats), alpha: m.Alpha + age}
}

// nbdFuture is the future of a customer who never leaves and whose rate is
// Gamma(k, alpha).
type nbdFuture struct {
	k, alpha float64
}

// Rate returns k/α per unit of time.
func (f nbdFuture) Rate() float64 { return f.k / f.alpha }

// MedianWait returns α (2^(1/k) - 1).
func (f nbdFuture) MedianWait() float64 { return medianWait(f.k, f.alpha) }

// Expected returns kt/α.
func (f nbdFuture) Expected(t float64) float64 { return f.Rate() * max(t, 0) }

// Discounted returns (k/α) (1-e^(-δt))/δ, which is k/(αδ) at t = +Inf.
func (f nbdFuture) Discounted(t, delta float64) float64 {
	return f.Rate() * shrinkage(delta, max(t, 0))
}

// PPurchase returns the probability of a purchase in (0, t].
func (f nbdFuture) PPurchase(t float64) float64 {
	return -math.Expm1(-f.k * math.Log1p(max(t, 0)/f.alpha))
}

// Survival returns 1: nobody leaves.
func (f nbdFuture) Survival(float64) float64 { return 1 }

// Counts sets p[n] to the negative binomial probability of exactly n purchases
// in (0, t].
func (f nbdFuture) Counts(t float64, p []float64) {
	mixture := []countNode{newCountNode(t, f.k, f.alpha, 1)}
	sweepCounts(mixture, f.k, p)
}

// limits returns the simpler models that NBD turns into.
func (m NBD) limits(float64) []likelihood.Limit {
	return []likelihood.Limit{
		likelihood.NoVariation("one purchase rate for all customers", "r", m.R, 0),
		likelihood.Toward(Boundary, "a few customers who make all purchases", "r", m.R, m.R < likelihood.SmallShape),
	}
}

// nbdStarts returns the log-parameters that searches start from: the base's
// mean rate with more and less spread.
func (base *purchaseBase) nbdStarts() [][]float64 {
	rate := base.meanRate()
	var starts [][]float64
	for _, r := range []float64{0.3, 2} {
		starts = append(starts, []float64{math.Log(r), math.Log(r / rate)})
	}
	return starts
}

// nbdObjective returns the mean log-likelihood of NBD over the base, in ln r and
// ln α. workers bounds the goroutines of one evaluation. Its rows are those of
// customers of BG/NBD who are alive for certain.
func (base *purchaseBase) nbdObjective(workers int) likelihood.Objective {
	var (
		times = make([]ofTime, len(base.times))
		sums  = make([]bgSums, len(base.chunks))
	)
	evaluate := func(parameters, gradient []float64) float64 {
		m := NBD{R: math.Exp(parameters[0]), Alpha: math.Exp(parameters[1])}
		base.ofTimes(m.Alpha, times, workers)
		likelihood.EachChunk(len(base.chunks), workers, func(chunk int) {
			sums[chunk] = bgSums{}
			for _, s := range base.chunks[chunk] {
				base.addAlive(&sums[chunk], m.R+base.repeats[s.Repeats], s, times)
			}
		})
		var total bgSums
		for i, x := range base.repeats {
			total.add(base.sharing[i], bgSums{lnL: likelihood.LnGammaRise(m.R, x) - x*math.Log(m.Alpha), r: likelihood.DigammaRise(m.R, x), alpha: -x})
		}
		for _, s := range sums {
			total.add(1, s)
		}
		gradient[0] = m.R * total.r / base.customers
		gradient[1] = total.alpha / base.customers
		return total.lnL / base.customers
	}
	return likelihood.Objective{Evaluate: evaluate, Customers: base.customers}
}
