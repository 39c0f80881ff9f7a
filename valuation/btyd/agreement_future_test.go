package btyd

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"pgregory.net/rapid"
)

// The cut and the panels of a decay, against a thousand panels without a cut.
func TestAgreementDecay(t *testing.T) {
	var x, w [16]float64
	quad.Legendre{}.FixedLocations(x[:], w[:], 0, 1)
	rapid.Check(t, func(t *rapid.T) {
		d := decay{
			p: logUniform(1e-3, 5e3).Draw(t, "p"), alpha: logUniform(1e-4, 1e5).Draw(t, "alpha"),
			q: logUniform(1e-3, 1e3).Draw(t, "q"), beta: logUniform(1e-4, 1e5).Draw(t, "beta"),
		}
		if rapid.Bool().Draw(t, "equal") {
			d.beta = d.alpha
		}
		upTo := logUniform(1e-6, 1e5).Draw(t, "t")
		c := min(d.alpha, d.beta)
		const panels = 1000
		width, want := math.Log1p(upTo/c), 0.0
		for panel := range panels {
			for i := range x {
				// Panels are narrow near 0, where a steep decay is over at once.
				y := (float64(panel) + x[i]) / panels
				v := width * y * y * y
				u := c * math.Expm1(v)
				f := math.Exp(v - d.p*math.Log1p(u/d.alpha) - d.q*math.Log1p(u/d.beta))
				want += w[i] / panels * 3 * width * y * y * c * f
			}
		}
		if got := d.integral(upTo); !(math.Abs(got-want) <= 1e-11*want) {
			t.Fatalf("%+v up to %g: %.16g, by many panels %.16g: %g", d, upTo, got, want, got/want-1)
		}
	})
}

// No purchase in t is the ratio of the likelihoods of two ages.
func TestAgreementNoPurchase(t *testing.T) {
	eachFamily(t, func(t *rapid.T, family Family) {
		m, h := drawOf(t, family.Key), drawHistory(t)
		later := h
		horizon := rapid.Float64Range(0.1, 1000).Draw(t, "t")
		later.Age += horizon
		got := 1 - PPurchase(m, h, horizon)
		want := math.Exp(m.LogLikelihood(later) - m.LogLikelihood(h))
		if !(math.Abs(got-want) <= 1e-10) {
			t.Fatalf("%+v, %+v: P(none) = %.15g, likelihoods say %.15g", m, h, got, want)
		}
		if got := PMF(m, h, horizon, 0); !(math.Abs(got-want) <= 1e-10) {
			t.Fatalf("%+v, %+v: PMF(0) = %.15g, likelihoods say %.15g", m, h, got, want)
		}
	})
}

// Who cannot leave has purchased by the median wait with a chance of a half, whichever
// family the rate is of.
func TestAgreementMedianWait(t *testing.T) {
	eachFamily(t, func(t *rapid.T, family Family) {
		m, h := drawOf(t, family.Key), drawHistory(t)
		parameters := m.Parameters()
		stays := NBD{R: parameters[0].Value, Alpha: parameters[1].Value}.Future(h.Repeats, h.Age)
		wait := m.Future(h.Repeats, h.Age).MedianWait()
		if got := stays.PPurchase(wait); !(math.Abs(got-0.5) <= 1e-12) {
			t.Fatalf("%+v, %+v: within %g a chance of %.15g, want a half", m, h, wait, got)
		}
	})
}

// The count distribution adds up to 1, has the expectation for its mean, and
// its P(0) is PPurchase's complement.
func TestAgreementCounts(t *testing.T) {
	eachFamily(t, func(t *rapid.T, family Family) {
		bg := BGNBD{
			R:     logUniform(0.05, 5).Draw(t, "r"),
			Alpha: logUniform(1, 100).Draw(t, "alpha"),
			A:     logUniform(0.05, 5).Draw(t, "a"),
			B:     logUniform(0.05, 20).Draw(t, "b"),
		}
		var m Model = bg
		switch family.Key {
		case "mbgnbd":
			m = MBGNBD(bg)
		case "nbd":
			m = NBD{R: bg.R, Alpha: bg.Alpha}
		case "paretonbd":
			m = ParetoNBD{R: bg.R, Alpha: bg.Alpha, S: bg.A, Beta: logUniform(0.1, 1e4).Draw(t, "beta")}
		}
		x := rapid.IntRange(0, 40).Draw(t, "x")
		if rapid.IntRange(0, 4).Draw(t, "many") == 0 {
			x *= 50
		}
		f := m.Future(x, rapid.Float64Range(0, 500).Draw(t, "T"))
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
		// Pareto/NBD's counts are a quadrature, which is good to 5e-11 in all cases
		// tried against 40-digit arithmetic; its P(purchase) is closed.
		if got := counts[0] + f.PPurchase(horizon); !(math.Abs(got-1) <= 5e-11) {
			t.Fatalf("%+v: P(0) + P(purchase) = %.17g", f, got)
		}
	})
}

// Counts of customers with x in the thousands, over horizons in which they buy
// thousands of times: P adds up to 1 and has the expectation for its mean.
func TestAgreementManyCounts(t *testing.T) {
	for _, m := range []Model{
		cdnow, MBGNBD(cdnow), NBD{R: 0.4, Alpha: 12},
		ParetoNBD{R: 0.55, Alpha: 10.58, S: 0.606, Beta: 11.67},
		ParetoNBD{R: 0.55, Alpha: 10.58, S: 1, Beta: 1e5},
		ParetoNBD{R: 0.55, Alpha: 100, S: 0.5, Beta: 0.01},
	} {
		for _, x := range []int{300, 3000} {
			f := m.Future(x, 100)
			counts := make([]float64, 30_000)
			horizon := 1.5 * float64(x) / f.Rate()
			f.Counts(horizon, counts)
			var sum, mean float64
			for n, p := range counts {
				sum += p
				mean += float64(n) * p
			}
			expected := f.Expected(horizon)
			if !(math.Abs(sum-1) <= 1e-9 && math.Abs(mean-expected) <= 1e-9*expected) {
				t.Errorf("%+v, t %g: P adds up to %.15g, its mean is %.15g, want 1 and %.15g", f, horizon, sum, mean, expected)
			}
		}
	}
}

// Without discounting Discounted is Expected, which for Pareto/NBD is the closed
// form against quadrature; at any δ it is what partial integration of Expected
// makes of it, and for δ t ≫ 1 it is what it is over all time.
func TestAgreementDiscountedOfAll(t *testing.T) {
	eachFamily(t, func(t *rapid.T, family Family) {
		f := drawOf(t, family.Key).Future(rapid.IntRange(0, 30).Draw(t, "x"), rapid.Float64Range(0, 400).Draw(t, "T"))
		horizon := logUniform(0.01, 1e4).Draw(t, "t")
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
		// By parts: e^(-δt) E(t) + ∫ e^-y E(y/δ) dy by Simpson's rule in ln(1+y/ε).
		const n, epsilon = 4000, 1e-6
		step, integral := math.Log1p(delta*horizon/epsilon)/n, 0.0
		for i := 0; i <= n; i++ {
			y := epsilon * math.Expm1(float64(i)*step)
			weight := 2.0 + 2*float64(i%2)
			if i == 0 || i == n {
				weight = 1
			}
			integral += weight * step / 3 * math.Exp(-y) * f.Expected(y/delta) * (epsilon + y)
		}
		if byParts := far + integral; !(math.Abs(whole-byParts) <= 1e-6*whole) {
			t.Fatalf("%+v: discounted(%g, %g) = %.12g, by parts %.12g", f, horizon, delta, whole, byParts)
		}
		always := f.Discounted(math.Inf(1), delta)
		if !(always >= whole*(1-1e-12)) {
			t.Fatalf("%+v: δ %g, over all time %g, until %g %g", f, delta, always, horizon, whole)
		}
		if got := f.Discounted(40/delta, delta); !(math.Abs(got-always) <= 1e-12*always) {
			t.Fatalf("%+v: δ %g, over all time %.16g, until 40/δ %.16g", f, delta, always, got)
		}
	})
}

// Where nobody leaves, the models are NBD: BG/NBD and MBG/NBD at a → 0,
// Pareto/NBD at s/β → 0.
func TestAgreementNoDropout(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nbd := drawOf(t, "nbd").(NBD)
		h := drawHistory(t)
		horizon := rapid.Float64Range(0.1, 1000).Draw(t, "t")
		delta := 1 / (horizon * rapid.Float64Range(0.1, 100).Draw(t, "1/δt"))
		if -nbd.LogLikelihood(h)+nbd.LogLikelihood(History{h.Repeats, h.LastPurchase, h.LastPurchase}) > 10 {
			t.Skip("silent for so long that the slightest dropout shows")
		}
		for _, m := range []Model{
			BGNBD{R: nbd.R, Alpha: nbd.Alpha, A: 1e-14, B: 1},
			MBGNBD{R: nbd.R, Alpha: nbd.Alpha, A: 1e-14, B: 1},
			ParetoNBD{R: nbd.R, Alpha: nbd.Alpha, S: 1e-15, Beta: 10},
			ParetoNBD{R: nbd.R, Alpha: nbd.Alpha, S: 0.5, Beta: 1e18},
		} {
			f, want := m.Future(h.Repeats, h.Age), nbd.Future(h.Repeats, h.Age)
			counts, wantCounts := make([]float64, 9), make([]float64, 9)
			f.Counts(horizon, counts)
			want.Counts(horizon, wantCounts)
			pairs := [][2]float64{
				{m.LogLikelihood(h), nbd.LogLikelihood(h)}, {m.PAlive(h), 1}, {f.Rate(), want.Rate()},
				{f.Expected(horizon), want.Expected(horizon)}, {f.Discounted(horizon, delta), want.Discounted(horizon, delta)},
				{f.PPurchase(horizon), want.PPurchase(horizon)}, {f.Survival(horizon), 1},
			}
			for n := range counts {
				pairs = append(pairs, [2]float64{counts[n], wantCounts[n]})
			}
			for i, pair := range pairs {
				if !(math.Abs(pair[0]-pair[1]) <= 1e-8*math.Abs(pair[1])+1e-11) {
					t.Fatalf("%+v, %+v, t %g: quantity %d is %.15g, NBD's %.15g", m, h, horizon, i, pair[0], pair[1])
				}
			}
		}
	})
}
