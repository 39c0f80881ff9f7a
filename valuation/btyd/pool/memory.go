package pool

import (
	"cmp"
	"math"
	"slices"

	"cbv/valuation/btyd/likelihood"
)

// memoryName is fading memory's name in errors.
const memoryName = "fading memory"

// FadingMemory is the negative binomial model of customers whose purchase rate wanders:
// a purchase of long ago says less of the rate of today than one of last week. With
// S = Σ 2^(-age/half-life) over the repeat purchases and W the same integral over the
// days since the first, the purchases of the next t days are negative binomial of size
// R + S and of mean Growth·t·(R + S)/(Alpha + W). NBD is its limit at an endless
// half-life and Growth 1.
type FadingMemory struct {
	R        float64 // shape of the purchase rates
	Alpha    float64 // rate of the purchase rates, in days
	Growth   float64 // what comes over what the rates say, dropout included
	HalfLife int     // days, one of HalfLives
}

// MemoryFit is a fitted FadingMemory and what the fit knows about it.
type MemoryFit struct {
	Model         FadingMemory
	LogLikelihood float64 // of the purchases in the window
	Evaluations   int     // of the log-likelihood and its gradient, over all half-lives
	Customers     int
}

// Size returns the size of the negative binomial distribution of a customer's purchases.
func (m FadingMemory) Size(c Customer) float64 { return m.R + c.Faded[m.place()] }

// Expected returns the mean of a customer's purchases in the next days.
func (m FadingMemory) Expected(c Customer, days float64) float64 {
	return m.rate(c.History.Age, days) * m.Size(c)
}

// rate is the mean of the purchases of customers of an age, for each of their size.
func (m FadingMemory) rate(ageDays, days float64) float64 {
	return m.Growth * days / (m.Alpha + Exposure(ageDays, m.HalfLife))
}

// place returns the place of the half-life among HalfLives.
func (m FadingMemory) place() int { return slices.Index(HalfLives[:], m.HalfLife) }

// Exposure returns W: the days since the first purchase, each with the weight that a
// purchase on it has.
func Exposure(ageDays float64, halfLife int) float64 {
	phi := math.Ln2 / float64(halfLife)
	return -math.Expm1(-phi*ageDays) / phi
}

// FitMemory fits fading memory to a window of so many days by maximum likelihood, at the
// half-life that explains it best: the shortest of those that do equally well. A
// *likelihood.NoFitError says that the window determines none.
func FitMemory(customers []Observed, days, workers int) (MemoryFit, error) {
	best := MemoryFit{Customers: len(customers)}
	purchases, oldest := 0, 0.
	for _, c := range customers {
		purchases += c.Purchases
		oldest = max(oldest, c.History.Age)
	}
	switch {
	case purchases == 0:
		return best, &likelihood.NoFitError{Model: memoryName, Reason: likelihood.NoRepeats, Detail: "nobody purchased in the window"}
	case oldest == 0:
		return best, &likelihood.NoFitError{Model: memoryName, Reason: likelihood.TooFewHistories, Detail: "every customer is of age 0"}
	}
	found, evaluations := false, 0
	var refused error
	var near *likelihood.Optimum // of the half-life before, which is not far
	for place, halfLife := range HalfLives {
		base := newMemoryBase(customers, place, days, oldest, workers)
		model := func(logs []float64) FadingMemory {
			return FadingMemory{R: math.Exp(logs[0]), Alpha: math.Exp(logs[1]) * oldest, Growth: math.Exp(logs[2]), HalfLife: halfLife}
		}
		limits := func(logs []float64) []likelihood.Limit { return model(logs).limits(oldest) }
		search := likelihood.Search{Objective: base.objective(workers), Near: near, Starts: base.starts(), Repeaters: int64(len(customers)), Limits: limits}
		if some := likelihood.Subsample(base.rows); some != nil {
			objective := base.of(some).objective(workers)
			search.Subsample = &objective
		}
		o, err := search.Maximise()
		evaluations += o.Evaluations
		lnL := o.Mean * float64(len(customers))
		if err != nil {
			m := model(o.Logs)
			refused = likelihood.NoFit(memoryName, m.parameters(), limits(o.Logs), lnL, err)
			near = nil
			continue
		}
		near = &o
		if !found || lnL > best.LogLikelihood {
			found, best.Model, best.LogLikelihood = true, model(o.Logs), lnL
		}
	}
	best.Evaluations = evaluations
	if !found {
		return best, refused
	}
	return best, nil
}

// parameters returns those that a search fits, under their names in errors.
func (m FadingMemory) parameters() []likelihood.Parameter {
	return []likelihood.Parameter{{Name: "r", Value: m.R}, {Name: "alpha", Value: m.Alpha}, {Name: "growth", Value: m.Growth}}
}

// leastAlpha is a day, below which alpha says nothing that days can tell.
const leastAlpha = 1

// limits returns the simpler models that fading memory turns into.
func (m FadingMemory) limits(oldest float64) []likelihood.Limit {
	return []likelihood.Limit{
		likelihood.NoVariation("one purchase rate for all customers", "r", m.R, 0),
		likelihood.Toward(likelihood.Boundary, "customers who make purchases only if they have made some", "r", m.R, m.R < likelihood.SmallShape),
		likelihood.Negligible("customers of whom a day tells all", "alpha", m.Alpha, leastAlpha, 1, math.Log(leastAlpha/oldest)),
	}
}

// memoryRow is customers whom the likelihood of one half-life sees as the same, times in
// units of the oldest age.
type memoryRow struct{ faded, exposure, purchases, customers float64 }

// memoryBase is the customers of a window as the likelihood of one half-life sees them.
type memoryBase struct {
	rows      []memoryRow // sorted
	customers float64
	window    float64
}

// newMemoryBase counts customers: those without a repeat differ by their age alone.
func newMemoryBase(customers []Observed, place, days int, oldest float64, workers int) memoryBase {
	rows := make([]memoryRow, len(customers))
	for i, c := range customers {
		rows[i] = memoryRow{c.Faded[place], Exposure(c.History.Age, HalfLives[place]) / oldest, float64(c.Purchases), 1}
	}
	byAll := func(a, b memoryRow) int {
		if a.faded != b.faded { // most
			return cmp.Compare(a.faded, b.faded)
		}
		return cmp.Or(cmp.Compare(a.exposure, b.exposure), cmp.Compare(a.purchases, b.purchases))
	}
	rows = likelihood.SortAndMerge(rows, workers, byAll, func(into *memoryRow, from memoryRow) { into.customers += from.customers })
	return memoryBase{rows: rows, customers: float64(len(customers)), window: float64(days) / oldest}
}

// of returns a base of some of the rows.
func (base memoryBase) of(rows []memoryRow) memoryBase {
	some := memoryBase{rows: rows, window: base.window}
	for _, row := range rows {
		some.customers += row.customers
	}
	return some
}

// starts returns the log-parameters that searches start from: the purchases of the
// window as many as came, with more and less spread.
func (base memoryBase) starts() [][]float64 {
	var faded, exposure, purchases float64
	for _, row := range base.rows {
		faded += row.customers * row.faded
		exposure += row.customers * row.exposure
		purchases += row.customers * row.purchases
	}
	n := base.customers
	var starts [][]float64
	for _, r := range []float64{0.1, 1} {
		alpha := exposure / n
		expected := base.window * (n*r + faded) / (n*alpha + exposure)
		starts = append(starts, []float64{math.Log(r), math.Log(alpha), math.Log(purchases / n / expected)})
	}
	return starts
}

// memorySums are sums over customers of ln L and of its derivatives. Of rows of one customer
// the logarithm of a product of factors spares some for each.
type memorySums struct{ lnL, r, alpha, growth, product float64 }

// The product becomes part of ln L beyond this, and factors beyond it do at once: a product
// of two is finite, and so is its inverse.
const largeFactor = 1e100

// objective returns the mean log-likelihood in ln r, ln α and ln g. With A = α + W,
// G = g·t and k = r + S, a customer who made y purchases has
//
//	ln L = lnΓ(k+y) - lnΓ(k) - lnΓ(y+1) - k ln(1+G/A) + y ln(G/(A+G))
func (base memoryBase) objective(workers int) likelihood.Objective {
	n := len(base.rows)
	chunks := (n + likelihood.ChunkRows - 1) / likelihood.ChunkRows
	sums := make([]memorySums, chunks)
	evaluate := func(logs, gradient []float64) float64 {
		r, alpha, growth := math.Exp(logs[0]), math.Exp(logs[1]), math.Exp(logs[2])
		likelihood.EachChunk(chunks, workers, func(chunk int) {
			s := memorySums{product: 1}
			for i := chunk * likelihood.ChunkRows; i < min((chunk+1)*likelihood.ChunkRows, n); i++ {
				row := base.rows[i]
				s.add(row.customers, r+row.faded, alpha+row.exposure, growth*base.window, row.purchases)
			}
			s.lnL += math.Log(s.product)
			sums[chunk] = s
		})
		var total memorySums
		for _, s := range sums {
			total.lnL, total.r, total.alpha, total.growth = total.lnL+s.lnL, total.r+s.r, total.alpha+s.alpha, total.growth+s.growth
		}
		gradient[0] = r * total.r / base.customers
		gradient[1] = alpha * total.alpha / base.customers
		gradient[2] = total.growth / base.customers
		return total.lnL / base.customers
	}
	return likelihood.Objective{Evaluate: evaluate, Customers: base.customers}
}

// add adds n customers of size k, whose rates have the rate a, in a window of g days by
// growth. The derivative by g is that by its logarithm.
func (s *memorySums) add(n, k, a, g, y float64) {
	lnNone := math.Log1p(g / a)
	s.lnL -= n * k * lnNone
	s.r -= n * lnNone
	s.alpha += n * (k*g/a - y) / (a + g)
	s.growth += n * (y*a - k*g) / (a + g)
	if y > 0 {
		s.r += n * s.multiply(n, k, g/(a+g), y)
	}
}

// mostFactors is how many factors of a product are as good as its closed form.
const mostFactors = 32

// multiply adds ln of Γ(k+y)/(Γ(k) y!) z^y of n customers to ln L, and returns its
// derivative by k. Most customers purchase a few times, and a few factors are several times
// faster than gamma functions.
func (s *memorySums) multiply(n, k, z, y float64) (slope float64) {
	if y > mostFactors {
		s.lnL += n * (likelihood.LnGammaRise(k, y) - likelihood.LnGamma(y+1) + y*math.Log(z))
		return likelihood.DigammaRise(k, y)
	}
	factor := 1.
	for j := range int(y) {
		factor *= (k + float64(j)) / float64(j+1) * z
		slope += 1 / (k + float64(j))
	}
	if n != 1 || !(factor < largeFactor && factor > 1/largeFactor) {
		s.lnL += n * math.Log(factor)
		return slope
	}
	if s.product *= factor; s.product > largeFactor || s.product < 1/largeFactor {
		s.lnL += math.Log(s.product)
		s.product = 1
	}
	return slope
}
