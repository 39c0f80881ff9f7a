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
	return BGNBD{
		R:     logUniform(1e-3, 100).Draw(t, "r"),
		Alpha: logUniform(1e-2, 1e4).Draw(t, "alpha"),
		A:     nearOne(t, "a", logUniform(1e-3, 50)),
		B:     logUniform(1e-3, 1e3).Draw(t, "b"),
	}
}

// nearOne draws a number that is a power law's edge case every fifth time.
func nearOne(t *rapid.T, name string, g *rapid.Generator[float64]) float64 {
	value := g.Draw(t, name)
	if rapid.IntRange(0, 4).Draw(t, name+" near 1") == 0 {
		value = 1 + rapid.SampledFrom([]float64{0, 1e-16, 1e-12, -1e-9, 1e-5}).Draw(t, name+"-1")
	}
	return value
}

// drawOf draws a model of the family of a key, as wide as drawModel does.
func drawOf(t *rapid.T, key string) Model {
	bg := drawModel(t)
	switch key {
	case "mbgnbd":
		return MBGNBD(bg)
	case "nbd":
		return NBD{R: bg.R, Alpha: bg.Alpha}
	case "paretonbd":
		m := ParetoNBD{R: bg.R, Alpha: bg.Alpha, Beta: logUniform(1e-2, 1e6).Draw(t, "beta")}
		m.S = nearOne(t, "s", logUniform(1e-3, 100))
		if rapid.IntRange(0, 4).Draw(t, "alpha = beta") == 0 {
			m.Beta = m.Alpha
		}
		return m
	}
	return bg
}

// eachFamily checks a property of each family.
func eachFamily(t *testing.T, property func(t *rapid.T, family Family)) {
	for _, family := range Families {
		t.Run(family.Key, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { property(t, family) })
		})
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

func drawHistory(t *rapid.T) History {
	h := History{Age: rapid.SampledFrom([]float64{0, 1, 37.5, 400, 7300}).Draw(t, "T")}
	if x := rapid.SampledFrom([]int{0, 0, 1, 2, 7, 40, 3000}).Draw(t, "x"); x > 0 {
		h.Repeats = x
		h.LastPurchase = h.Age * rapid.SampledFrom([]float64{0, 0.01, 0.5, 0.999999, 1}).Draw(t, "t_x/T")
	}
	return h
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

// Neither the number of workers nor the order of the rows nor how they are
// cut changes a digit of a fit.
func TestAgreementWorkersAndOrder(t *testing.T) {
	counts := simulated(cdnow, 60_000, 300, true, 3)
	spend := simulatedSpend(GammaGamma{P: 6.25, Q: 3.74, Gamma: 15.44}, 50_000, false, 3)
	fits := map[string]Fit{}
	for _, family := range Families {
		fit, err := fitted(family.Key, counts, 1)
		if err != nil {
			t.Fatal(err)
		}
		fits[family.Key] = fit
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
		for _, family := range Families {
			if again, err := fitted(family.Key, counts, workers); err != nil || !reflect.DeepEqual(again, fits[family.Key]) {
				t.Errorf("%d workers: %+v, %v\nwant %+v", workers, again, err, fits[family.Key])
			}
		}
		if again, err := FitGammaGamma(spend, workers); err != nil || !reflect.DeepEqual(again, spendFit) {
			t.Errorf("%d workers: %+v, %v\nwant %+v", workers, again, err, spendFit)
		}
		if again := Spearman(spend); again != correlation {
			t.Errorf("Spearman %g, want %g", again, correlation)
		}
	}
}

// Days in place of weeks: α and β times 7, ln L less Σx ln 7, nothing else.
func TestAgreementUnits(t *testing.T) {
	weeks := simulated(cdnow, 2_000, 80, false, 5)
	days := slices.Clone(weeks)
	for i := range days {
		days[i].Age *= 7
		days[i].LastPurchase *= 7
	}
	for _, family := range Families {
		inWeeks, err := fitted(family.Key, weeks, 2)
		if err != nil {
			t.Fatal(err)
		}
		inDays, err := fitted(family.Key, days, 2)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range inWeeks.Parameters {
			unit := 1.0
			if e.Name == "alpha" || e.Name == "beta" {
				unit = 7
			}
			// A search ends within 1e-6 standard errors of the optimum.
			if got, want := inDays.Parameters[i].Value, unit*e.Value; !(math.Abs(got-want) <= 3e-6*unit*e.StandardError) {
				t.Errorf("%s: %s is %.12g in days, want %.12g", family.Name(), e.Name, got, want)
			}
			near(t, "standard error of "+e.Name, inDays.Parameters[i].StandardError, unit*e.StandardError, 1e-5)
		}
		near(t, "ln L", inDays.LogLikelihood, inWeeks.LogLikelihood-float64(inWeeks.Repeats)*math.Log(7), 1e-12)
		total := 0.0
		for _, c := range weeks {
			total += float64(c.Customers) * inWeeks.Model.LogLikelihood(c.History)
		}
		near(t, "ln L by the model", inWeeks.LogLikelihood, total, 1e-12)
	}
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
