package btyd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// logUniform draws a number whose order of magnitude is uniform.
func logUniform(low, high float64) *rapid.Generator[float64] {
	return rapid.Map(rapid.Float64Range(math.Log(low), math.Log(high)), math.Exp)
}

// drawModel draws parameters far wider than any shop's.
func drawModel(t *rapid.T) BGNBD {
	a := logUniform(1e-3, 50).Draw(t, "a")
	if rapid.IntRange(0, 4).Draw(t, "a near 1") == 0 {
		a = 1 + rapid.SampledFrom([]float64{0, 1e-16, 1e-12, -1e-9, 1e-5}).Draw(t, "a-1")
	}
	return BGNBD{
		R:     logUniform(1e-3, 100).Draw(t, "r"),
		Alpha: logUniform(1e-2, 1e4).Draw(t, "alpha"),
		A:     a,
		B:     logUniform(1e-3, 1e3).Draw(t, "b"),
	}
}

func drawFuture(t *rapid.T) (future bgFuture, horizon float64) {
	m := drawModel(t)
	x := rapid.IntRange(0, 30).Draw(t, "x")
	if rapid.IntRange(0, 3).Draw(t, "many") == 0 {
		x = rapid.IntRange(0, 5000).Draw(t, "x of many")
	}
	age := rapid.SampledFrom([]float64{0, 0.1, 10, 400, 7300}).Draw(t, "T")
	future = m.Future(x, age).(bgFuture)
	return future, future.alpha * logUniform(1e-4, 1e3).Draw(t, "t/(alpha+T)")
}

// The closed form and a mean of positive terms over the leaving probability.
func TestAgreementExpected(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, horizon := drawFuture(t)
		got, want := f.Expected(horizon), f.expectedByRule(horizon)
		if !(math.Abs(got-want) <= 2e-11*want) {
			t.Fatalf("%+v: E[Y(%g)] = %.16g by series, %.16g by rule: %g", f, horizon, got, want, got/want-1)
		}
	})
}

// At δ = 0 the integral of the rate is the expectation, at any δ it is
// between the expectation and its smallest discounting, and it can be split
// into a mean over leaving probabilities of one-dimensional integrals.
func TestAgreementDiscounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, horizon := drawFuture(t)
		expected := f.Expected(horizon)
		for _, delta := range []float64{0, 1e-13 / horizon} {
			if got := f.Discounted(horizon, delta); !(math.Abs(got-expected) <= 1e-10*expected) {
				t.Fatalf("%+v: discounted(%g, %g) = %.16g, expected %.16g: %g", f, horizon, delta, got, expected, got/expected-1)
			}
		}
		delta := logUniform(1e-3, 40).Draw(t, "delta t") / horizon
		whole, far := f.Discounted(horizon, delta), expected*math.Exp(-delta*horizon)
		if !(far < whole && whole < expected) {
			t.Fatalf("%+v: discounted(%g, %g) = %g outside (%g, %g)", f, horizon, delta, whole, far, expected)
		}
		// By parts: e^(-δt) E(t) + δ ∫ e^(-δu) E(u) du, the integral by
		// Simpson's rule in ln(1+u/α).
		const n = 2000
		step := math.Log1p(horizon/f.alpha) / n
		integral := 0.0
		for i := 0; i <= n; i++ {
			u := f.alpha * math.Expm1(float64(i)*step)
			weight := 2.0 + 2*float64(i%2)
			if i == 0 || i == n {
				weight = 1
			}
			integral += weight * step / 3 * math.Exp(-delta*u) * f.Expected(u) * (f.alpha + u)
		}
		if byParts := far + delta*integral; !(math.Abs(whole-byParts) <= 1e-6*whole) {
			t.Fatalf("%+v: discounted(%g, %g) = %.12g, by parts %.12g", f, horizon, delta, whole, byParts)
		}
	})
}

// The count distribution adds up to 1, has the expectation for its mean, and
// its P(0) is PPurchase's complement.
func TestAgreementCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := BGNBD{
			R:     logUniform(0.05, 5).Draw(t, "r"),
			Alpha: logUniform(1, 100).Draw(t, "alpha"),
			A:     logUniform(0.05, 5).Draw(t, "a"),
			B:     logUniform(0.05, 20).Draw(t, "b"),
		}
		f := m.Future(rapid.IntRange(0, 40).Draw(t, "x"), rapid.Float64Range(0, 500).Draw(t, "T"))
		horizon := rapid.Float64Range(0.5, 5).Draw(t, "purchases at the mean rate") / f.Rate()
		var sum, mean, last float64
		counts := make([]float64, 4000)
		f.Counts(horizon, counts)
		for n, p := range counts {
			last = p
			sum += p
			mean += float64(n) * p
		}
		if last > 1e-14 {
			t.Skip("the tail is longer than the sum")
		}
		if expected := f.Expected(horizon); !(math.Abs(sum-1) <= 1e-9 && math.Abs(mean-expected) <= 1e-9*(1+expected)) {
			t.Fatalf("%+v: P adds up to %.15g, its mean is %.15g, want 1 and %.15g", f, sum, mean, expected)
		}
		if got := counts[0] + f.PPurchase(horizon); !(math.Abs(got-1) <= 1e-14) {
			t.Fatalf("P(0) + P(purchase) = %.17g", got)
		}
	})
}

// No purchase in t is the ratio of the likelihoods of two ages.
func TestAgreementNoPurchase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, h := drawModel(t), drawHistory(t)
		later := h
		horizon := rapid.Float64Range(0.1, 1000).Draw(t, "t")
		later.Age += horizon
		got := 1 - PPurchase(m, h, horizon)
		want := math.Exp(m.LogLikelihood(later) - m.LogLikelihood(h))
		if !(math.Abs(got-want) <= 1e-10) {
			t.Fatalf("P(none) = %.15g, likelihoods say %.15g", got, want)
		}
		if got := PMF(m, h, horizon, 0); !(math.Abs(got-want) <= 1e-10) {
			t.Fatalf("PMF(0) = %.15g, likelihoods say %.15g", got, want)
		}
	})
}

func drawHistory(t *rapid.T) History {
	h := History{Age: rapid.SampledFrom([]float64{0, 1, 37.5, 400, 7300}).Draw(t, "T")}
	if x := rapid.SampledFrom([]int{0, 0, 1, 2, 7, 40, 3000}).Draw(t, "x"); x > 0 {
		h.Repeats = x
		h.LastPurchase = h.Age * rapid.SampledFrom([]float64{0, 0.01, 0.5, 0.999999, 1}).Draw(t, "t_x/T")
	}
	return h
}

// The surface that is maximised is the sum of the likelihoods of the model,
// and its gradient that of central differences.
func TestAgreementGradientBGNBD(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t)
		var counts []HistoryCount
		for range rapid.IntRange(1, 6).Draw(t, "histories") {
			counts = append(counts, HistoryCount{drawHistory(t), rapid.Int64Range(1, 1000).Draw(t, "customers")})
		}
		counts, err := canonical(counts, 1)
		if err != nil {
			t.Fatal(err)
		}
		scale := 100.0
		s := newPurchaseBase(counts, scale).bgSurface(0, 1)
		logs := []float64{math.Log(m.R), math.Log(m.Alpha / scale), math.Log(m.A), math.Log(m.B)}
		want, size := 0.0, 0.0
		for _, c := range counts {
			one := m.LogLikelihood(c.History) + float64(c.Repeats)*math.Log(scale)
			want += float64(c.Customers) / s.customers * one
			size += float64(c.Customers) / s.customers * (math.Abs(one) + float64(c.Repeats))
		}
		if got := s.at(logs).mean; !(math.Abs(got-want) <= 1e-11*(1+size)) {
			t.Fatalf("mean log-likelihood %.16g, want %.16g", got, want)
		}
		checkGradient(t, s, logs, size)
	})
}

// The gradient of Gamma-Gamma, likewise.
func TestAgreementGradientGammaGamma(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := GammaGamma{
			P:     logUniform(0.01, 1e3).Draw(t, "p"),
			Q:     logUniform(0.01, 1e3).Draw(t, "q"),
			Gamma: logUniform(1e-3, 1e5).Draw(t, "gamma"),
		}
		var counts []SpendCount
		for range rapid.IntRange(1, 6).Draw(t, "counts") {
			x := rapid.SampledFrom([]int{1, 2, 9, 4000}).Draw(t, "x")
			mean := logUniform(0.01, 1e4).Draw(t, "mean")
			counts = append(counts, SpendCount{x, float64(x) * mean, rapid.Int64Range(1, 1000).Draw(t, "customers")})
		}
		counts = repeatSpend(counts, 1)
		scale := 100.0
		s := newSpendBase(counts, scale).surface(1)
		logs := []float64{math.Log(m.P), math.Log(m.Q), math.Log(m.Gamma / scale)}
		want, size := 0.0, 0.0
		for _, c := range counts {
			one := m.LogLikelihood(c.Repeats, c.Total/float64(c.Repeats)) + math.Log(scale)
			want += float64(c.Customers) / s.customers * one
			size += float64(c.Customers) / s.customers * (math.Abs(one) + m.P*float64(c.Repeats) + m.Q)
		}
		if got := s.at(logs).mean; !(math.Abs(got-want) <= 1e-11*(1+size)) {
			t.Fatalf("mean log-likelihood %.16g, want %.16g", got, want)
		}
		checkGradient(t, s, logs, size)
	})
}

// checkGradient compares the gradient with fourth-order central differences.
// size is that of the terms of the surface, which bounds their rounding.
func checkGradient(t *rapid.T, s surface, logs []float64, size float64) {
	const step = 1e-3
	here := s.at(logs)
	for i := range logs {
		at := func(steps float64) float64 {
			moved := slices.Clone(logs)
			moved[i] += steps * step
			return s.at(moved).mean
		}
		want := (8*(at(1)-at(-1)) - (at(2) - at(-2))) / (12 * step)
		if got := here.gradient[i]; !(math.Abs(got-want) <= 1e-8*(math.Abs(want)+1)+1e-10*size) {
			t.Fatalf("gradient %d = %.12g, differences %.12g (size %g)", i, got, want, size)
		}
	}
}

// Neither the number of workers nor the order of the rows nor how they are
// cut changes a digit of a fit.
func TestAgreementWorkersAndOrder(t *testing.T) {
	counts := simulated(cdnow, 60_000, 300, false, 3)
	spend := simulatedSpend(GammaGamma{P: 6.25, Q: 3.74, Gamma: 15.44}, 50_000, false, 3)
	fit, err := fitted("bgnbd", counts, 1)
	if err != nil {
		t.Fatal(err)
	}
	spendFit, err := FitGammaGamma(spend, 1)
	if err != nil {
		t.Fatal(err)
	}
	correlation := Spearman(spend)
	for _, workers := range []int{2, 3, 8} {
		draw := rand.New(rand.NewPCG(uint64(workers), 0))
		draw.Shuffle(len(counts), func(i, j int) { counts[i], counts[j] = counts[j], counts[i] })
		draw.Shuffle(len(spend), func(i, j int) { spend[i], spend[j] = spend[j], spend[i] })
		if again, err := fitted("bgnbd", counts, workers); err != nil || !reflect.DeepEqual(again, fit) {
			t.Errorf("%d workers: %+v, %v\nwant %+v", workers, again, err, fit)
		}
		if again, err := FitGammaGamma(spend, workers); err != nil || !reflect.DeepEqual(again, spendFit) {
			t.Errorf("%d workers: %+v, %v\nwant %+v", workers, again, err, spendFit)
		}
		if again := Spearman(spend); again != correlation {
			t.Errorf("Spearman %g, want %g", again, correlation)
		}
	}
}

// Days in place of weeks: α times 7, ln L less Σx ln 7, nothing else.
func TestAgreementUnits(t *testing.T) {
	weeks := simulated(cdnow, 5_000, 80, false, 5)
	days := slices.Clone(weeks)
	for i := range days {
		days[i].Age *= 7
		days[i].LastPurchase *= 7
	}
	inWeeks, err := fitted("bgnbd", weeks, 2)
	if err != nil {
		t.Fatal(err)
	}
	inDays, err := fitted("bgnbd", days, 2)
	if err != nil {
		t.Fatal(err)
	}
	for i, unit := range []float64{1, 7, 1, 1} {
		name := inWeeks.Parameters[i].Name
		near(t, name, inDays.Parameters[i].Value, unit*inWeeks.Parameters[i].Value, 1e-8)
		near(t, "standard error of "+name, inDays.Parameters[i].StandardError, unit*inWeeks.Parameters[i].StandardError, 1e-6)
	}
	near(t, "ln L", inDays.LogLikelihood, inWeeks.LogLikelihood-float64(inWeeks.Repeats)*math.Log(7), 1e-12)
	total := 0.0
	for _, c := range weeks {
		total += float64(c.Customers) * inWeeks.Model.LogLikelihood(c.History)
	}
	near(t, "ln L by the model", inWeeks.LogLikelihood, total, 1e-12)
}

func TestAgreementSpearman(t *testing.T) {
	// By hand: x has ranks 1.5 1.5 3.5 3.5, centred -1 -1 1 1; the means
	// 5 9 4 9 have 2 3.5 1 3.5, centred -.5 1 -1.5 1.
	counts := []SpendCount{{1, 5, 1}, {1, 9, 1}, {2, 8, 1}, {2, 18, 1}, {0, 0, 50}, {3, -2, 7}}
	near(t, "rank correlation", Spearman(counts), -1/math.Sqrt(4*4.5), 1e-14)
	// A count of three is three customers.
	repeated := []SpendCount{{1, 5, 3}, {2, 8, 1}, {4, 60, 2}}
	apart := []SpendCount{{4, 60, 1}, {1, 5, 1}, {1, 5, 1}, {2, 8, 1}, {1, 5, 1}, {4, 60, 1}}
	if got, want := Spearman(repeated), Spearman(apart); got != want {
		t.Errorf("weighted %g, apart %g", got, want)
	}
	if got := Spearman([]SpendCount{{1, 5, 3}, {2, 20, 1}, {3, 60, 9}}); !(math.Abs(got-1) < 1e-15) {
		t.Errorf("both rise: %g, want 1", got)
	}
	for _, flat := range [][]SpendCount{nil, {{1, 5, 3}}, {{1, 5, 3}, {1, 6, 1}}, {{1, 5, 3}, {2, 10, 1}}} {
		if got := Spearman(flat); got != 0 {
			t.Errorf("%v: %g, want 0", flat, got)
		}
	}
}

func TestAgreementDiscounting(t *testing.T) {
	for _, unitsPerYear := range []float64{365, 52, 1} {
		delta := Discounting(0.10, unitsPerYear)
		near(t, fmt.Sprintf("a year of %g units", unitsPerYear), math.Exp(delta*unitsPerYear), 1.10, 1e-14)
	}
}
