package pool

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/likelihood"
)

// poolName is the pool's name in errors.
const poolName = "the pool"

const (
	// leastExpected is what an expectation counts for at the least, so that its
	// logarithm is one.
	leastExpected = 1e-5

	// leastAge is the age, in days, that customers have at the least where a rate is asked
	// of a model: of a few days without a purchase in them it says next to nothing, and
	// rates that are high for it alone are learned of the newest of one season. With it
	// the deviance on debruyn as of the ends of 2012 to 2014 is .02 to .05 % lower, and as
	// of 2013 the newest, of three days or less, are expected to purchase .67 times for
	// .69; .39 came, where in the year before .53 had. A month does a little more there,
	// and costs simulated bases whose customers leave soon .4 % for .2 %. A floor under
	// the days since the last purchase raises the deviance as of 2011 by 1 to 2 %.
	leastAge = 14

	// beyond is how far the logarithms of features may be outside those of the customers
	// that a pool is fitted to: by a factor of two, for who is there today has had a
	// window more to buy, or to be silent, than these had. Without it the deviance on
	// debruyn as of 2012 is .1 % higher.
	beyond = math.Ln2

	// Ridge is what holds the coefficients to those of MBG/NBD alone: half of it times
	// the sum of squared differences, beside a sum over customers.
	Ridge = 20

	// The regression ends where a Newton step gains less than this of its objective,
	// which is convex, so that few steps get there.
	regressionDone  = 1e-15
	regressionSteps = 50
	halvings        = 30

	// Fewer customers or purchases determine no pool.
	leastCustomers = 150
	leastPurchases = 50

	features = 9
)

// FeatureNames names the features, in their order.
var FeatureNames = [features]string{
	"ln_mbgnbd", "ln_nbd", "ln_fading_memory", "ln_recent", "ln_recent_half",
	"ln_days_since_last", "ln_days_since_last_repeat", "ln_repeats", "no_repeat",
}

// Window is a window of the past on which a pool is fitted.
type Window struct {
	Customers []Observed
	Models    Models // as of its start
}

// Pool expects of a customer exp(Intercept + Σ Coefficients·(features - Centre))
// purchases in Days days. It knows nothing of totals: these are another's. Nor of who is
// far beyond all customers that it was fitted to, whose features count as the nearest in
// its ranges: of several that go together, one is no longer held by another there.
type Pool struct {
	Days         int
	Intercept    float64
	Coefficients [features]float64
	Centre       [features]float64 // means over the customers it was fitted to
	Ranges       [features]Range   // of theirs, and a factor of two beyond

	// Covariance is that of the coefficients, by the curvature of what was minimised.
	Covariance [features][features]float64
}

// Range is from the least value to the most.
type Range struct{ Least, Most float64 }

// Nearest returns the value in the range that is nearest to one.
func (r Range) Nearest(value float64) float64 { return min(max(value, r.Least), r.Most) }

// Expectations are the purchases that MBG/NBD and NBD expect of a customer who is alive.
type Expectations struct{ MBGNBD, NBD float64 }

// Expect returns those of customers with x repeats and T = age, or leastAge, in so many
// days.
func (m Models) Expect(repeats int, age float64, days int) Expectations {
	t := float64(days)
	age = max(age, leastAge)
	return Expectations{m.MBGNBD.Future(repeats, age).Expected(t), m.NBD.Future(repeats, age).Expected(t)}
}

// Expecter expects purchases in so many days of one customer after the other, of neighbours
// who share (x, T) once. It is for one goroutine.
type Expecter struct {
	Models Models
	Days   int

	last btyd.Survivor
	of   Expectations // of the last, once some are
	some bool
}

// expect returns what is expected of a customer.
func (e *Expecter) expect(c Customer) Expectations {
	if survivor := (btyd.Survivor{Repeats: c.History.Repeats, Age: c.History.Age}); !e.some || survivor != e.last {
		e.last, e.of, e.some = survivor, e.Models.Expect(survivor.Repeats, survivor.Age, e.Days), true
	}
	return e.of
}

// MemoryRate returns what fading memory expects of customers of an age, or leastAge, in so
// many days, for each of their size.
func (m Models) MemoryRate(age float64, days int) float64 {
	return m.Memory.rate(max(age, leastAge), float64(days))
}

// Features returns what the pool sees of a customer, within its ranges.
func (p Pool) Features(m Models, c Customer) [features]float64 {
	return p.FeaturesBy(&Expecter{Models: m, Days: p.Days}, c)
}

// FeaturesBy returns those of one customer after the other, by an expecter of as many days
// as the pool's.
func (p Pool) FeaturesBy(e *Expecter, c Customer) [features]float64 {
	of := featuresOf(e.Models, c, p.Days, e.expect(c))
	for j, f := range of {
		of[j] = p.Ranges[j].Nearest(f)
	}
	return of
}

// featuresOf returns what there is to see of a customer before so many days, of whom so
// much is expected.
func featuresOf(m Models, c Customer, days int, of Expectations) [features]float64 {
	h := c.History
	logOf := func(expected float64) float64 { return math.Log(max(leastExpected, expected)) }
	silent := math.Log1p(h.Age - h.LastPurchase)
	f := [features]float64{
		logOf(m.MBGNBD.PAlive(h) * of.MBGNBD),
		logOf(m.NBD.PAlive(h) * of.NBD),
		logOf(m.MemoryRate(h.Age, days) * m.Memory.Size(c)),
		math.Log1p(float64(c.Recent)),
		math.Log1p(float64(c.RecentHalf)),
		silent, 0,
		math.Log1p(float64(h.Repeats)), 1,
	}
	if h.Repeats > 0 {
		f[6], f[8] = silent, 0
	}
	return f
}

// Expected returns the purchases that are expected of a customer.
func (p Pool) Expected(m Models, c Customer) float64 { return p.ExpectedOf(p.Features(m, c)) }

// ExpectedOf returns those that are expected of a customer with some Features.
func (p Pool) ExpectedOf(of [features]float64) float64 {
	logMean := p.Intercept
	for j, f := range of {
		logMean += p.Coefficients[j] * (f - p.Centre[j])
	}
	return math.Exp(logMean)
}

// Purchasing is what the pool makes of what histories do not have: the purchases, each by
// its age.
type Purchasing struct{ Memory, Recent, RecentHalf Term }

// Term is a feature's part of ln of what is expected: the coefficient times the logarithm
// of a number within a range.
type Term struct {
	Coefficient float64
	Range       Range
}

// The places of these features.
const memoryFeature, recentFeature, recentHalfFeature = 2, 3, 4

// Purchasing returns the terms of what fading memory expects, of 1 + Recent and of 1 +
// RecentHalf.
func (p Pool) Purchasing() Purchasing {
	term := func(j int) Term {
		return Term{p.Coefficients[j], Range{math.Exp(p.Ranges[j].Least), math.Exp(p.Ranges[j].Most)}}
	}
	return Purchasing{term(memoryFeature), term(recentFeature), term(recentHalfFeature)}
}

// OfHistory returns ln of the purchases that are expected of a customer with a history,
// but for what Purchasing adds to it. Of its x and T, which many histories share, so much
// is expected.
func (p Pool) OfHistory(m Models, h btyd.History, of Expectations) float64 {
	logMean := p.Intercept
	for j, f := range featuresOf(m, Customer{History: h}, p.Days, of) {
		switch j {
		case memoryFeature, recentFeature, recentHalfFeature:
			f = 0
		default:
			f = p.Ranges[j].Nearest(f)
		}
		logMean += p.Coefficients[j] * (f - p.Centre[j])
	}
	return logMean
}

// Suffices reports by a *likelihood.NoFitError that a window's customers or their
// purchases are too few for a pool.
func Suffices(customers []Observed) error {
	purchases := 0
	for _, c := range customers {
		purchases += c.Purchases
	}
	if len(customers) >= leastCustomers && purchases >= leastPurchases {
		return nil
	}
	return &likelihood.NoFitError{
		Model: poolName, Reason: likelihood.TooFewHistories,
		Detail: fmt.Sprintf("%d customers with %d purchases in the window: want %d with %d", len(customers), purchases, leastCustomers, leastPurchases),
	}
}

// Fit fits a pool to windows of so many days, by Poisson regression with a ridge. A
// *likelihood.NoFitError says that they determine none.
func Fit(windows []Window, days, workers int) (Pool, error) {
	rows := 0
	for _, w := range windows {
		if err := Suffices(w.Customers); err != nil {
			return Pool{}, err
		}
		rows += len(w.Customers)
	}
	r := newRegression(windows, days, rows, workers)
	if err := r.solve(); err != nil {
		return Pool{}, &likelihood.NoFitError{Model: poolName, Reason: likelihood.NoOptimum, Detail: err.Error()}
	}
	p := Pool{Days: days, Intercept: r.at[0], Centre: r.centre, Ranges: r.ranges}
	copy(p.Coefficients[:], r.at[1:])
	covariance, err := r.sums(r.at).covariance()
	if err != nil {
		return Pool{}, &likelihood.NoFitError{Model: poolName, Reason: likelihood.NotConcave, Detail: err.Error()}
	}
	p.Covariance = covariance
	return p, nil
}

// regression minimises Σ (m - y ln m) + (λ/2) Σ (β - β⁰)², with m = exp(β₀ + Σ β f).
type regression struct {
	features  [][features]float64 // centred
	purchases []float64
	centre    [features]float64
	ranges    [features]Range // before centring
	workers   int
	at        []float64 // the intercept, then the coefficients
}

func newRegression(windows []Window, days, rows, workers int) *regression {
	r := &regression{workers: workers, features: make([][features]float64, 0, rows), at: make([]float64, 1+features)}
	for _, w := range windows {
		first := len(r.features)
		r.features = r.features[:first+len(w.Customers)]
		likelihood.EachChunk((len(w.Customers)+likelihood.ChunkRows-1)/likelihood.ChunkRows, workers, func(chunk int) {
			expecter := Expecter{Models: w.Models, Days: days}
			for i := chunk * likelihood.ChunkRows; i < min((chunk+1)*likelihood.ChunkRows, len(w.Customers)); i++ {
				c := w.Customers[i].Customer
				r.features[first+i] = featuresOf(w.Models, c, days, expecter.expect(c))
			}
		})
		for _, c := range w.Customers {
			r.purchases = append(r.purchases, float64(c.Purchases))
		}
	}
	for j := range r.ranges {
		r.ranges[j] = Range{math.Inf(1), math.Inf(-1)}
	}
	for _, f := range r.features {
		for j, v := range f {
			r.centre[j] += v / float64(rows)
			r.ranges[j] = Range{min(r.ranges[j].Least, v), max(r.ranges[j].Most, v)}
		}
	}
	for j := range features - 1 { // but for no_repeat they are logarithms
		r.ranges[j].Least -= beyond
		r.ranges[j].Most += beyond
	}
	came, expected := 0., 0.
	for i := range r.features {
		for j := range r.centre {
			r.features[i][j] -= r.centre[j]
		}
		came, expected = came+r.purchases[i], expected+math.Exp(r.features[i][0])
	}
	r.at[0], r.at[1] = math.Log(came/expected), 1
	return r
}

// regressionSums are a value of the objective, its gradient and its curvature.
type regressionSums struct {
	value     float64
	gradient  [1 + features]float64
	curvature [1 + features][1 + features]float64 // on and above the diagonal
}

// sums evaluates the objective at a point.
func (r *regression) sums(at []float64) regressionSums {
	chunks := make([]regressionSums, (len(r.features)+likelihood.ChunkRows-1)/likelihood.ChunkRows)
	likelihood.EachChunk(len(chunks), r.workers, func(chunk int) {
		for i := chunk * likelihood.ChunkRows; i < min((chunk+1)*likelihood.ChunkRows, len(r.features)); i++ {
			chunks[chunk].addRow(at, r.features[i], r.purchases[i])
		}
	})
	var total regressionSums
	for _, c := range chunks {
		total.value += c.value
		for j := range total.gradient {
			total.gradient[j] += c.gradient[j]
			for k := j; k <= features; k++ {
				total.curvature[j][k] += c.curvature[j][k]
			}
		}
	}
	for j := 1; j <= features; j++ {
		off := at[j]
		if j == 1 {
			off-- // MBG/NBD alone is what the ridge holds to
		}
		total.value += Ridge / 2. * off * off
		total.gradient[j] += Ridge * off
		total.curvature[j][j] += Ridge
	}
	return total
}

func (s *regressionSums) addRow(at []float64, f [features]float64, y float64) {
	x := [1 + features]float64{1}
	copy(x[1:], f[:])
	logMean := 0.
	for j, v := range x {
		logMean += at[j] * v
	}
	mean := math.Exp(logMean)
	s.value += mean - y*logMean
	for j, v := range x {
		s.gradient[j] += (mean - y) * v
		for k := j; k <= features; k++ {
			s.curvature[j][k] += mean * v * x[k]
		}
	}
}

// solve takes Newton steps, each halved until the objective falls.
func (r *regression) solve() error {
	here := r.sums(r.at)
	for range regressionSteps {
		step, fall, err := here.newton()
		if err != nil {
			return err
		}
		if fall <= regressionDone*(1+math.Abs(here.value)) {
			return nil
		}
		next, sums, ok := r.descend(here, step)
		if !ok {
			return errors.New("the objective does not fall along a Newton step")
		}
		r.at, here = next, sums
	}
	return fmt.Errorf("no optimum within %d Newton steps", regressionSteps)
}

// factors returns those of the curvature.
func (s regressionSums) factors() (*mat.Cholesky, error) {
	h := mat.NewSymDense(1+features, nil)
	for j := range s.gradient {
		for k := j; k <= features; k++ {
			h.SetSym(j, k, s.curvature[j][k])
		}
	}
	var factors mat.Cholesky
	if !factors.Factorize(h) {
		return nil, errors.New("its curvature is not positive definite")
	}
	return &factors, nil
}

// covariance returns the inverse of the curvature, but for the intercept.
func (s regressionSums) covariance() (covariance [features][features]float64, err error) {
	factors, err := s.factors()
	if err != nil {
		return covariance, err
	}
	var inverse mat.SymDense
	if err := factors.InverseTo(&inverse); err != nil {
		return covariance, fmt.Errorf("its curvature has no inverse: %w", err)
	}
	for j := range covariance {
		for k := range covariance[j] {
			covariance[j][k] = inverse.At(1+j, 1+k)
		}
	}
	return covariance, nil
}

// newton returns a step, and what it gains by the curvature.
func (s regressionSums) newton() (step []float64, fall float64, err error) {
	factors, err := s.factors()
	if err != nil {
		return nil, 0, err
	}
	var solved mat.VecDense
	if err := factors.SolveVecTo(&solved, mat.NewVecDense(1+features, s.gradient[:])); err != nil {
		return nil, 0, err
	}
	for j := range s.gradient {
		step = append(step, -solved.AtVec(j))
		fall += s.gradient[j] * solved.AtVec(j) / 2
	}
	return step, fall, nil
}

// descend goes a step, or the longest half, quarter … of it that does not raise the
// objective.
func (r *regression) descend(here regressionSums, step []float64) (next []float64, sums regressionSums, ok bool) {
	for scale, n := 1., 0; n < halvings; scale, n = scale/2, n+1 {
		next = make([]float64, len(step))
		for j := range next {
			next[j] = r.at[j] + scale*step[j]
		}
		// Beside the optimum rounding alone may raise it.
		if sums = r.sums(next); sums.value <= here.value+1e-13*math.Abs(here.value) {
			return next, sums, true
		}
	}
	return nil, sums, false
}
