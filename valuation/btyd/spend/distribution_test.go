package spend

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/btyd/likelihood/likelihoodtest"
)

// The parameters of CDNOW in Fader, Hardie & Lee (2005), Table 2, in weeks.
var cdnowPurchases = btyd.BGNBD{R: 0.243, Alpha: 4.414, A: 0.793, B: 2.426}

// distributionOf returns the Distribution of one (x, T).
func distributionOf(m btyd.Model, spend *GammaGamma, c btyd.Survivor, horizon float64) Distribution {
	return Distributions(m, after(spend), []btyd.Survivor{c}, horizon, 1e6, 1)[0]
}

// exceedsBySum returns P(W > w | alive) by the sum over all counts.
func exceedsBySum(spend *GammaGamma, x int, counts []float64, w float64) float64 {
	sum := 0.0
	for n := 1; n < len(counts); n++ {
		switch {
		case spend == nil && float64(n) > w:
			sum += counts[n]
		case spend != nil && counts[n] > 1e-9:
			sum += counts[n] * exceedsBeta(spend.P*float64(n), spend.P*float64(x+1)+spend.Q, w)
		}
	}
	return sum
}

// exceedsBeta returns P(W > w) where W/(1+W) is Beta(a, b).
func exceedsBeta(a, b, w float64) float64 {
	if w < 1 {
		return 1 - mathext.RegIncBeta(a, b, w/(1+w)) // 1/(1+w) rounds to 1
	}
	return mathext.RegIncBeta(b, a, 1/(1+w))
}

// countsOf returns the counts of purchases as far as they are of any size.
func countsOf(f btyd.Future, horizon float64) []float64 {
	counts := make([]float64, 16)
	for {
		f.Counts(horizon, counts)
		rest := 1.0
		for _, p := range counts {
			rest -= p
		}
		if rest < 1e-9 || len(counts) > 1e5 {
			return counts
		}
		counts = make([]float64, 2*len(counts))
	}
}

// The table against the sum, on and halfway between the knots and beyond them,
// over the parameters that shops have.
func TestAgreementDistribution(t *testing.T) {
	t.Parallel()
	m := ordinaryShop.model
	purchases := []float64{0.01, 0.5, 6, 40, 200}
	if testing.Short() {
		purchases = []float64{0.01, 6, 40}
	}
	worst, worstAt := 0.0, ""
	for _, p := range []float64{0.5, 1.5, 20} {
		for _, q := range []float64{1.1, 10} {
			for _, c := range []btyd.Survivor{at(0, 0), at(0, 200), at(1, 10), at(8, 200), at(100, 700), at(1000, 700)} {
				for _, expected := range purchases {
					spend := &GammaGamma{P: p, Q: q, Gamma: 1}
					f := m.Future(c.Repeats, c.Age)
					horizon := expected / f.Rate()
					counts := countsOf(f, horizon)
					d := distributionOf(m, spend, c, horizon)
					error, at := 0.0, 0.0
					for i := -3.0; i < Knots+3; i += 0.5 {
						w := math.Pow(max(0, d.First+i*d.Step), 1/d.Power)
						if off := math.Abs(d.PExceeds(1, w) - exceedsBySum(spend, c.Repeats, counts, w)); !(off <= error) {
							error, at = off, i
						}
					}
					where := fmt.Sprintf("p %g, q %g, %+v, expected %g: off by %.5f at knot %g (power %.3g)", p, q, c, expected, error, at, d.Power)
					if !(error <= worst) {
						worst, worstAt = error, where
					}
					if !(error <= 0.0035) {
						t.Error(where)
					}
				}
			}
		}
	}
	t.Logf("worst: %s", worstAt)
}

// With only a mean the steps of the counts are between the same two knots in
// the table, and W's moments those of the counts.
func TestAgreementDistributionOfMean(t *testing.T) {
	m := ordinaryShop.model
	for _, c := range []btyd.Survivor{at(0, 0), at(0, 300), at(3, 200), at(40, 300)} {
		f := m.Future(c.Repeats, c.Age)
		counts := countsOf(f, 365)
		d := distributionOf(m, nil, c, 365)
		for i := range Knots {
			w := d.at(float64(i)) * (1 + 1e-9) // a knot may be at a whole number
			if got, want := d.PExceeds(1, w), exceedsBySum(nil, c.Repeats, counts, w); !(math.Abs(got-want) <= 1e-3) {
				t.Errorf("%+v: P(W > %g) = %.5f, want %.5f", c, w, got, want)
			}
		}
		square := 0.0
		for n, p := range counts {
			square += float64(n) * float64(n) * p
		}
		likelihoodtest.Near(t, "E[N²]", d.SecondMoment, square, 1e-3)
		if got := d.PExceeds(1, 0); !(math.Abs(got-(1-counts[0])) <= 1e-12) {
			t.Errorf("P(W > 0) = %g, want %g", got, 1-counts[0])
		}
		if d.Power == 0 {
			t.Error("no power")
		}
	}
}

// Distributions drawn one by one.
func TestAgreementDistributionDrawn(t *testing.T) {
	const draws = 1_000_000
	m := ordinaryShop.model
	source := rand.NewPCG(1, 2)
	draw := rand.New(source)
	for _, c := range []btyd.Survivor{at(0, 100), at(5, 300)} {
		spend := &GammaGamma{P: 2, Q: 6, Gamma: 15}
		d := distributionOf(m, spend, c, 365)
		var square float64
		exceeding := [3]float64{}
		levels := [3]float64{d.Quantile(1, 0.5), d.Quantile(1, 0.9), d.Quantile(1, 0.99)}
		for range draws {
			rate := distuv.Gamma{Alpha: m.R + float64(c.Repeats), Beta: m.Alpha + c.Age, Src: source}.Rand()
			leaves := distuv.Beta{Alpha: m.A, Beta: m.B + float64(c.Repeats), Src: source}.Rand()
			n := 0.0
			for now := draw.ExpFloat64() / rate; now <= 365; now += draw.ExpFloat64() / rate {
				n++
				if draw.Float64() < leaves {
					break
				}
			}
			if n == 0 {
				continue
			}
			w := distuv.Gamma{Alpha: spend.P * n, Beta: 1, Src: source}.Rand() /
				distuv.Gamma{Alpha: spend.P*float64(c.Repeats+1) + spend.Q, Beta: 1, Src: source}.Rand()
			square += w * w / draws
			for i, level := range levels {
				if w > level {
					exceeding[i] += 1. / draws
				}
			}
		}
		likelihoodtest.Near(t, "E[W²]", d.SecondMoment, square, 0.03) // sampling: .01
		for i, level := range levels {
			got := d.PExceeds(1, level)
			if !(math.Abs(got-exceeding[i]) <= 0.003+3*math.Sqrt(got/draws)) {
				t.Errorf("%+v: P(W > %g) = %.4f, drawn %.4f", c, level, got, exceeding[i])
			}
		}
	}
}

// Quantile inverts PExceeds, and neither turns back.
func TestAgreementDistributionQuantile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spend := &GammaGamma{
			P:     logUniform(0.05, 100).Draw(t, "p"),
			Q:     logUniform(0.2, 30).Draw(t, "q"),
			Gamma: 1,
		}
		if rapid.IntRange(0, 5).Draw(t, "only a mean") == 0 {
			spend = nil
		}
		drawn := btyd.BGNBD{
			R:     logUniform(1e-3, 100).Draw(t, "r"),
			Alpha: logUniform(1e-2, 1e4).Draw(t, "alpha"),
			A:     logUniform(1e-3, 50).Draw(t, "a"),
			B:     logUniform(1e-3, 1e3).Draw(t, "b"),
		}
		c := at(rapid.IntRange(0, 60).Draw(t, "x"), rapid.Float64Range(0, 800).Draw(t, "T"))
		d := distributionOf(drawn, spend, c, logUniform(1, 2000).Draw(t, "horizon"))
		pAlive := rapid.Float64Range(0, 1).Draw(t, "P(alive)")
		last := 0.0
		for level := 0.01; level < 1; level += 0.01 {
			w := d.Quantile(pAlive, level)
			if !(w >= last) {
				t.Fatalf("quantile %g is %g, the one before %g", level, w, last)
			}
			last = w
			inside := d.Exceeds[0] > (1-level)/pAlive && (1-level)/pAlive > d.Exceeds[Knots-1]
			if got := d.PExceeds(pAlive, w); inside && !(math.Abs(got-(1-level)) <= 1e-9) {
				t.Fatalf("P(W > %g) = %.12g at level %g", w, got, level)
			}
			if w == 0 && pAlive*(1-d.None) > 1-level {
				t.Fatalf("quantile %g is 0, though P(W > 0) = %g", level, pAlive*(1-d.None))
			}
		}
		last = 1
		for w := 0.0; w < 1e6; w = 1.3*w + 1e-6 {
			p := d.PExceeds(pAlive, w)
			if !(0 <= p && p <= last) {
				t.Fatalf("P(W > %g) = %g, %g before", w, p, last)
			}
			last = p
		}
	})
}

// Neither the number of workers nor the order of the survivors changes a digit.
func TestAgreementDistributionWorkers(t *testing.T) {
	var survivors []btyd.Survivor
	for x := range 12 {
		for age := range 700 {
			survivors = append(survivors, at(x, float64(age)))
		}
	}
	spend := func(x int) Shape {
		if x == 3 {
			return Shape{}
		}
		return GammaGamma{P: 6, Q: 3.5, Gamma: 15}.Shape(x + 1)
	}
	want := Distributions(cdnowPurchases, spend, survivors, 52, 1e6, 1)
	if got := Distributions(cdnowPurchases, spend, survivors, 52, 1e6, 3); !reflect.DeepEqual(got, want) {
		t.Error("three workers make other distributions than one")
	}
	draw := rand.New(rand.NewPCG(1, 0))
	order := draw.Perm(len(survivors))
	shuffled := make([]btyd.Survivor, len(survivors))
	for i, from := range order {
		shuffled[i] = survivors[from]
	}
	for i, d := range Distributions(cdnowPurchases, spend, shuffled, 52, 1e6, 2) {
		if d != want[order[i]] {
			t.Fatalf("%+v differs in another order", shuffled[i])
		}
	}
}

// Whatever the parameters, probabilities are probabilities.
func TestSurvivalDistribution(t *testing.T) {
	t.Parallel()
	models := []btyd.BGNBD{
		cdnowPurchases,
		{R: 0.01, Alpha: 0.001, A: 1e-6, B: 1e-3},
		{R: 0.5, Alpha: 10, A: 1e-9, B: 1}, // no dropout
		{R: 200, Alpha: 1e4, A: 300, B: 900},
	}
	spends := []*GammaGamma{
		nil, {6, 3.7, 15}, {6, 1 + 1e-9, 15}, {6, 1 - 1e-9, 15}, {6, 1e-3, 15}, {6, 2, 15},
		{1e4, 3.7, 15}, {1e-3, 3.7, 15}, {1e-3, 1e3, 15}, {1e3, 1e3, 15}, {1e-3, 1e-3, 15},
	}
	horizons := []float64{0, 1e-6, 365, 1e4}
	if testing.Short() {
		horizons = []float64{0, 365}
	}
	for _, m := range models {
		for _, spend := range spends {
			for _, c := range []btyd.Survivor{at(0, 0), at(0, 7300), at(5000, 31), at(7299, 7300)} {
				for _, horizon := range horizons {
					d := distributionOf(m, spend, c, horizon)
					last := 1 - d.None + 1e-12
					for i, p := range d.Exceeds {
						if !(0 <= p && p <= last) {
							t.Fatalf("%+v, %+v, %+v, t %g: P(W > knot %d) = %g after %g", m, spend, c, horizon, i, p, last)
						}
						last = p
					}
					if !(d.SecondMoment >= 0) || d.Power == 0 || d.Step == 0 || math.IsNaN(d.First/d.Step) || math.IsInf(d.First, 0) {
						t.Fatalf("%+v, %+v, %+v, t %g: %+v", m, spend, c, horizon, d)
					}
					for _, pAlive := range []float64{0, 1e-300, 0.5, 1} {
						low, high := d.Quantile(pAlive, 0.1), d.Quantile(pAlive, 0.9)
						if !(0 <= low && low <= high) || pAlive < 0.1 && high != 0 {
							t.Fatalf("%+v, %+v, %+v, t %g, P(alive) %g: interval from %g to %g", m, spend, c, horizon, pAlive, low, high)
						}
						if got := d.PExceeds(pAlive, -1); got != 1 {
							t.Fatalf("P(W > -1) = %g", got)
						}
						if got := d.PExceeds(pAlive, math.MaxFloat64); !(0 <= got && got <= pAlive) {
							t.Fatalf("P(W > greatest) = %g", got)
						}
					}
				}
			}
		}
	}
}

// The rule at the ends, which SQL has too.
func TestSurvivalDistributionEnds(t *testing.T) {
	d := distributionOf(cdnowPurchases, &GammaGamma{6, 3.7, 15}, at(2, 20), 52)
	first, last := d.at(0), d.at(Knots-1)
	for _, c := range []struct{ w, want float64 }{
		{-1e-300, 1}, {0, 0.5 * (1 - d.None)},
		{1e-300, 0.5 * d.Exceeds[0]}, {first / 2, 0.5 * d.Exceeds[0]}, {first, 0.5 * d.Exceeds[0]},
		{last, 0.5 * d.Exceeds[Knots-1]}, {2 * last, 0.5 * d.Exceeds[Knots-1]}, {math.Inf(1), 0.5 * d.Exceeds[Knots-1]},
	} {
		if got := d.PExceeds(0.5, c.w); !(math.Abs(got-c.want) <= 1e-12) {
			t.Errorf("P(W > %g) = %g, want %g", c.w, got, c.want)
		}
	}
}

// Rows of the table against the incomplete beta function, from shapes that the
// grid resolves well to ones that it hardly does.
func TestAgreementDistributionRow(t *testing.T) {
	worst := [2]float64{}
	for _, p := range []float64{0.05, 0.5, 6, 20, 300} {
		for _, q := range []float64{0.3, 1.1, 10, 200} {
			for _, x := range []int{0, 3, 1000} {
				table := newWorthTable(GammaGamma{P: p, Q: q, Gamma: 1}.Shape(x))
				for size := 0; sizes[size] <= mostCounted; size += 1 + size/4 {
					a := p * sizes[size]
					narrow := 0
					if math.Sqrt(likelihood.Trigamma(a)+likelihood.Trigamma(table.b)) < 2*table.step {
						narrow = 1
					}
					row := table.row(size)
					for i := 0; i < len(row.exceeds); i += 1 + len(row.exceeds)/20 {
						w := math.Exp(float64(row.first+i) * table.step)
						want := exceedsBeta(a, table.b, w)
						if off := math.Abs(row.exceeds[i] - want); !(off <= worst[narrow]) {
							worst[narrow] = off
						}
					}
				}
			}
		}
	}
	t.Logf("off by %.2g at most, narrow rows by %.2g", worst[0], worst[1])
	if !(worst[0] <= 5e-5 && worst[1] <= 5e-4) {
		t.Errorf("off by %g, narrow rows by %g", worst[0], worst[1])
	}
}

// Counts that are not distinguished: beyond the exact sizes, and beyond what is
// counted, where only their mean is right.
func TestAgreementDistributionOfMany(t *testing.T) {
	spend := &GammaGamma{P: 6, Q: 3.7, Gamma: 15}
	m := btyd.BGNBD{R: 3, Alpha: 20, A: 0.02, B: 20}
	c := at(900, 300)
	f := m.Future(c.Repeats, c.Age)
	for _, expected := range []float64{300, 1000, 3000} {
		horizon := expected / f.Rate()
		counts := countsOf(f, horizon)
		d := distributionOf(m, spend, c, horizon)
		worst := 0.0
		for i := range Knots {
			w := d.at(float64(i))
			worst = max(worst, math.Abs(d.PExceeds(1, w)-exceedsBySum(spend, c.Repeats, counts, w)))
		}
		t.Logf("expected %g: off by %.5f at the knots", expected, worst)
		if !(worst <= 0.0025) {
			t.Errorf("expected %g: off by %.5f at the knots", expected, worst)
		}
	}
	horizon := 30_000 / f.Rate()
	d := distributionOf(m, spend, c, horizon)
	p, b := spend.P, spend.P*float64(c.Repeats+1)+spend.Q
	likelihoodtest.Near(t, "the median of many", d.Quantile(1, 0.5), f.Expected(horizon)*p/(b-1), 0.1)
}
