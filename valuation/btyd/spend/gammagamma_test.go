package spend

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/btyd/likelihood/likelihoodtest"
)

// The objective that is maximised is the sum of the likelihoods of the model of
// means, and its gradient that of central differences.
func TestAgreementGradientOfMeans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := GammaGamma{
			P:     logUniform(0.01, 1e3).Draw(t, "p"),
			Q:     logUniform(0.01, 1e3).Draw(t, "q"),
			Gamma: logUniform(1e-3, 1e5).Draw(t, "gamma"),
		}
		sample := Sample{Form: OnMeans}
		for range rapid.IntRange(1, 6).Draw(t, "counts") {
			x := rapid.SampledFrom([]int{1, 2, 9, 4000}).Draw(t, "x")
			mean := logUniform(0.01, 1e4).Draw(t, "mean")
			sample.Counts = append(sample.Counts, Count{x, x, float64(x) * mean, rapid.Int64Range(1, 1000).Draw(t, "customers")})
		}
		counts := sample.seen(1)
		scale := 100.0
		s := newSpendBase(counts, sample.Form, 0, scale, func(int) int { return 0 }, 1).objective(1)
		logs := []float64{math.Log(m.P), math.Log(m.Q), math.Log(m.Gamma / scale)}
		want, size := 0.0, 0.0
		for _, c := range counts {
			one := m.LogLikelihood(c.Repeats, c.Total/float64(c.Repeats)) + math.Log(scale)
			want += float64(c.Customers) / s.Customers * one
			size += float64(c.Customers) / s.Customers * (math.Abs(one) + m.P*float64(c.Repeats) + m.Q)
		}
		if got := s.Evaluate(logs, make([]float64, len(logs))); !(math.Abs(got-want) <= 1e-11*(1+size)) {
			t.Fatalf("mean log-likelihood %.16g, want %.16g", got, want)
		}
		likelihoodtest.Gradient(t, s, logs, size)
	})
}

// lnDensity is ln of the density of a customer's single values, ν integrated out:
// Π z^(p-1)/Γ(p) · γ^q Γ(pn+q)/Γ(q) · (γ+S)^-(pn+q).
func lnDensity(m GammaGamma, values []float64) float64 {
	lnGamma := func(z float64) float64 { v, _ := math.Lgamma(z); return v }
	n, total, sum := float64(len(values)), 0.0, 0.0
	for _, z := range values {
		total += z
		sum += (m.P-1)*math.Log(z) - lnGamma(m.P)
	}
	return sum + lnGamma(m.P*n+m.Q) - lnGamma(m.Q) + m.Q*math.Log(m.Gamma) - (m.P*n+m.Q)*math.Log(m.Gamma+total)
}

// The objective on purchases is the sum of the densities of customers' single
// values, with a γ for each band, though it sees (n, S) and Σ ln z alone.
func TestAgreementGradientOfPurchases(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, q := logUniform(0.05, 300).Draw(t, "p"), logUniform(0.05, 300).Draw(t, "q")
		bands := []Range{everyRepeat}
		if rapid.Bool().Draw(t, "by band") {
			bands = []Range{{0, 1}, {2, 3}, {4, MostRepeats}}
		}
		const scale = 100.0
		logs := []float64{math.Log(p), math.Log(q)}
		var models []GammaGamma
		for range bands {
			m := GammaGamma{p, q, logUniform(1e-2, 1e5).Draw(t, "gamma")}
			models, logs = append(models, m), append(logs, math.Log(m.Gamma/scale))
		}
		sample := Sample{Form: OnPurchases}
		want, size := 0.0, 0.0
		for range rapid.IntRange(1, 6).Draw(t, "customers") {
			values := rapid.SliceOfN(logUniform(0.01, 1e4), 1, 12).Draw(t, "values")
			total := 0.0
			for _, z := range values {
				total += z
				sample.LnValues += math.Log(z)
			}
			repeats := len(values) - 1 + rapid.IntRange(0, 1).Draw(t, "zeros")
			sample.Counts = append(sample.Counts, Count{repeats, len(values), total, 1})
			one := lnDensity(models[bandAt(bands, repeats)], values) + float64(len(values))*math.Log(scale)
			want += one
			size += math.Abs(one) + float64(len(values))*(1+p*(1+math.Abs(math.Log(p)))) + q
		}
		base := newSpendBase(sample.seen(1), sample.Form, sample.LnValues, scale, func(x int) int { return bandAt(bands, x) }, len(bands))
		s := base.objective(1)
		want, size = want/s.Customers, size/s.Customers
		tolerance := 1e-11 * (1 + size)
		if base.lnSpread == 0 { // values that hardly differ are taken for equal
			tolerance += (1 + p) * leastSpread * base.purchases / s.Customers
		}
		if got := s.Evaluate(logs, make([]float64, len(logs))); !(math.Abs(got-want) <= tolerance) {
			t.Fatalf("mean log-likelihood %.16g, want %.16g", got, want)
		}
		likelihoodtest.Gradient(t, s, logs, size)
	})
}

func TestAgreementSensitivity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := GammaGamma{
			P:     logUniform(0.1, 50).Draw(t, "p"),
			Q:     logUniform(1.1, 20).Draw(t, "q"),
			Gamma: logUniform(0.1, 1e3).Draw(t, "gamma"),
		}
		n, total := rapid.IntRange(0, 300).Draw(t, "n"), logUniform(0.1, 1e5).Draw(t, "total")
		const step = 1e-5
		for i, got := range m.Sensitivity(n, total) {
			at := func(step float64) float64 {
				moved := m
				*[]*float64{&moved.P, &moved.Q, &moved.Gamma}[i] *= math.Exp(step)
				return math.Log(moved.ExpectedSpend(n, total))
			}
			if want := (at(step) - at(-step)) / (2 * step); !(math.Abs(got-want) <= 1e-6*(1+math.Abs(want))) {
				t.Fatalf("%+v, n %d, total %g: derivative %d is %g, want %g", m, n, total, i, got, want)
			}
		}
	})
}

func TestSurvivalBadInput(t *testing.T) {
	good := Count{1, 2, 5, 1}
	for _, bad := range []Count{{-1, 1, 5, 1}, {1, 3, 5, 1}, {1, -1, 5, 1}, {1, 2, math.NaN(), 1}, {1, 2, 5, 0}} {
		_, err := FitGammaGamma(Sample{Form: OnPurchases, Counts: []Count{good, bad}}, nil, 1)
		if err == nil || !strings.Contains(err.Error(), "spend 1") {
			t.Errorf("%+v: error %v", bad, err)
		}
	}
	for _, bad := range []Sample{{LnValues: math.Inf(-1)}, {PositiveShare: 1.1}, {PositiveShare: math.NaN()}} {
		bad.Counts = []Count{good}
		if _, err := FitGammaGamma(bad, nil, 1); err == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
}

func TestSurvivalInfiniteMean(t *testing.T) {
	m := GammaGamma{P: 6.25, Q: 0.9, Gamma: 15.44}
	if got := m.Mean(); !math.IsInf(got, 1) {
		t.Errorf("population mean at q = .9 is %g, want +Inf", got)
	}
	if got := m.ExpectedSpend(1, 20); !(got > 0 && likelihood.Finite(got)) {
		t.Errorf("E[M] at q = .9 is %g", got)
	}
	if got := m.Sensitivity(0, 0); got != [3]float64{} {
		t.Errorf("sensitivity of an infinite mean is %v", got)
	}
	if got := m.LogLikelihood(0, 0); got != 0 {
		t.Errorf("ln L of no repeats = %g", got)
	}
}

// onePrice are customers who always pay the same: 20 a purchase, 300 of them for
// each number.
func onePrice(form Form) Sample {
	sample := Sample{Form: form}
	for x := 1; x <= 9; x++ {
		n := form.Purchases(x)
		sample.Counts = append(sample.Counts, Count{x, n, 20 * float64(n), 300})
		sample.LnValues += 300 * float64(n) * math.Log(20)
	}
	return sample
}

func TestSurvivalGammaGamma(t *testing.T) {
	for _, form := range []Form{OnMeans, OnPurchases} {
		base := simulatedSpend(GammaGamma{P: 6.25, Q: 3.74, Gamma: 15.44}, form, 2_000, true, 4)
		large := Sample{Form: form, LnValues: base.LnValues}
		for _, c := range base.Counts {
			c.Total *= 1e6
			large.Counts = append(large.Counts, c)
			large.LnValues += float64(c.Purchases) * math.Log(1e6)
		}
		// counted makes a sample of (x, total, customers), their values equal but for
		// a tenth.
		counted := func(counts ...[3]float64) Sample {
			sample := Sample{Form: form}
			for _, c := range counts {
				n := float64(form.Purchases(int(c[0])))
				sample.Counts = append(sample.Counts, Count{int(c[0]), int(n), c[1], int64(c[2])})
				if c[1] > 0 {
					sample.LnValues += c[2] * (n*math.Log(c[1]/n) - (n-1)*0.05)
				}
			}
			return sample
		}
		for _, c := range []struct {
			what   string
			sample Sample
			reason likelihood.Reason
		}{
			{"nobody", Sample{Form: form}, likelihood.NoRepeats},
			{"only zeros", Sample{Form: form, Counts: []Count{{0, 0, 0, 5}, {2, 2, 0, 3}, {3, 3, -4, 1}}}, likelihood.NoRepeats},
			{"two totals", counted([3]float64{1, 10, 5}, [3]float64{2, 30, 3}), likelihood.TooFewHistories},
			{"three totals", counted([3]float64{1, 10, 5}, [3]float64{2, 30, 3}, [3]float64{2, 50, 3}), 0},
			{"one price", onePrice(form), 0},
			{"a large unit", large, 0},
			{"x in the thousands", counted([3]float64{9000, 1e6, 1}, [3]float64{4000, 7e5, 1}, [3]float64{1, 20, 9}, [3]float64{2, 90, 4}, [3]float64{1, 300, 2}), 0},
		} {
			fit, err := FitGammaGamma(c.sample, nil, 2)
			var none *likelihood.NoFitError
			if err != nil && !errors.As(err, &none) {
				t.Errorf("%s: %v", c.what, err)
			}
			if c.reason != 0 && (none == nil || none.Reason != c.reason) {
				t.Errorf("%s: %+v, error %v, want reason %d", c.what, fit, err, c.reason)
			}
			for _, e := range fit.Parameters {
				if !(e.Value > 0 && (e.StandardError > 0 || fit.Boundary != "") && likelihood.Finite(e.Value) && likelihood.Finite(e.StandardError)) {
					t.Errorf("%s: %s = %g ± %g", c.what, e.Name, e.Value, e.StandardError)
				}
			}
			t.Logf("%s, %s: %+v %q %v", form.Name(), c.what, fit.Parameters, fit.Boundary, err)
		}
		// Parameters of a large unit are those of the small one.
		one, err := FitGammaGamma(base, nil, 1)
		if err != nil {
			t.Fatal(err)
		}
		million, err := FitGammaGamma(large, nil, 1)
		if err != nil {
			t.Fatal(err)
		}
		likelihoodtest.Near(t, "gamma of a large unit", million.Models[0].Gamma, 1e6*one.Models[0].Gamma, 1e-6)
		densities := float64(one.Customers)
		if form.FirstCounts {
			densities = float64(one.Purchases)
		}
		likelihoodtest.Near(t, "ln L of a large unit", million.LogLikelihood, one.LogLikelihood-densities*math.Log(1e6), 1e-9)
	}
}

func TestRecoveryGammaGamma(t *testing.T) {
	for i, truth := range []GammaGamma{
		{P: 6.25, Q: 3.74, Gamma: 15.44},
		{P: 1.5, Q: 6, Gamma: 2_000},
		{P: 3, Q: 0.9, Gamma: 40},
	} {
		for _, form := range []Form{OnMeans, OnPurchases} {
			fit, err := FitGammaGamma(simulatedSpend(truth, form, 200_000, false, uint64(i)), nil, 2)
			if err != nil {
				t.Fatalf("%+v: %v", truth, err)
			}
			likelihoodtest.Recovered(t, fit.Parameters, truth.Parameters())
			if warned := fit.Warning == InfiniteMean; warned != (truth.Q <= 1) {
				t.Errorf("q = %.3f: warning %v", fit.Models[0].Q, fit.Warning)
			}
		}
	}
}

// Neither the number of workers nor the order of the rows nor how they are
// cut changes a digit of a fit.
func TestAgreementWorkersAndOrder(t *testing.T) {
	for _, form := range []Form{OnMeans, OnPurchases} {
		sample := simulatedSpend(cdnow, form, 50_000, false, 3)
		fit, err := FitGammaGamma(sample, nil, 1)
		if err != nil {
			t.Fatal(err)
		}
		correlation, counts := Spearman(sample), sample.Counts
		for _, workers := range []int{2, 3, 8} {
			draw := rand.New(rand.NewPCG(uint64(workers), 0))
			draw.Shuffle(len(counts), func(i, j int) { counts[i], counts[j] = counts[j], counts[i] })
			if again, err := FitGammaGamma(sample, nil, workers); err != nil || !reflect.DeepEqual(again, fit) {
				t.Errorf("%d workers: %+v, %v\nwant %+v", workers, again, err, fit)
			}
			if again := Spearman(sample); again != correlation {
				t.Errorf("Spearman %g, want %g", again, correlation)
			}
		}
	}
}
