package btyd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"cbv/valuation/btyd/likelihood/likelihoodtest"
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

// Neither the number of workers nor the order of the rows nor how they are
// cut changes a digit of a fit.
func TestAgreementWorkersAndOrder(t *testing.T) {
	t.Parallel()
	counts := simulated(cdnow, 60_000, 300, true, 3)
	fits := map[string]Fit{}
	for _, family := range Families {
		fit, err := fitted(family.Key, counts, 1)
		if err != nil {
			t.Fatal(err)
		}
		fits[family.Key] = fit
	}
	among := []int{2, 3, 8}
	if testing.Short() {
		among = []int{3}
	}
	for _, workers := range among {
		draw := rand.New(rand.NewPCG(uint64(workers), 0))
		draw.Shuffle(len(counts), func(i, j int) { counts[i], counts[j] = counts[j], counts[i] })
		for _, family := range Families {
			if again, err := fitted(family.Key, counts, workers); err != nil || !reflect.DeepEqual(again, fits[family.Key]) {
				t.Errorf("%d workers: %+v, %v\nwant %+v", workers, again, err, fits[family.Key])
			}
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
			likelihoodtest.Near(t, "standard error of "+e.Name, inDays.Parameters[i].StandardError, unit*e.StandardError, 1e-5)
		}
		likelihoodtest.Near(t, "ln L", inDays.LogLikelihood, inWeeks.LogLikelihood-float64(inWeeks.Repeats)*math.Log(7), 1e-12)
		total := 0.0
		for _, c := range weeks {
			total += float64(c.Customers) * inWeeks.Model.LogLikelihood(c.History)
		}
		likelihoodtest.Near(t, "ln L by the model", inWeeks.LogLikelihood, total, 1e-12)
	}
}

func TestAgreementDiscounting(t *testing.T) {
	for _, unitsPerYear := range []float64{365, 52, 1} {
		delta := Discounting(0.10, unitsPerYear)
		likelihoodtest.Near(t, fmt.Sprintf("a year of %g units", unitsPerYear), math.Exp(delta*unitsPerYear), 1.10, 1e-14)
	}
}
