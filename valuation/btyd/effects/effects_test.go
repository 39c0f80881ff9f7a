package effects_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"cbv/valuation/btyd/effects"
)

// drawn returns customers of whom one attribute has 5 values and another 40, and a third
// several of 30 values each. Factors multiply what comes of the first's.
func drawn(customers int, factors [5]float64, seed uint64) (subjects []effects.Subject, attributes []int) {
	source := rand.NewPCG(seed, 0)
	random := rand.New(source)
	for place := range 5 + 40 + 30 {
		switch {
		case place < 5:
			attributes = append(attributes, 0)
		case place < 45:
			attributes = append(attributes, 2)
		default:
			attributes = append(attributes, 3)
		}
	}
	for i := range customers {
		first := random.IntN(5)
		s := effects.Subject{Customer: i, Values: []int{first, 5 + (first*8+random.IntN(12))%40}, Expected: 0.2 + random.Float64()}
		more := 45 + random.IntN(29)
		s.Values = append(s.Values, more)
		if random.IntN(2) == 0 {
			s.Values = append(s.Values, more+1)
		}
		rate := distuv.Gamma{Alpha: 1, Beta: 1 / (1.7 * s.Expected * factors[first]), Src: source}.Rand()
		s.Observed = distuv.Poisson{Lambda: rate, Src: source}.Rand()
		subjects = append(subjects, s)
	}
	return subjects, attributes
}

// The factors of one attribute come back, at any level, and those of others that go with it
// do not take a part of them.
func TestRecoveryOfEffects(t *testing.T) {
	factors := [5]float64{0.6, 1, 1, 1, 1.5}
	const customers = 20_000
	subjects, attributes := drawn(customers, factors, 1)
	fitted := effects.Fit([][]effects.Subject{subjects[:customers/2], subjects[customers/2:]}, attributes)
	for value, factor := range factors {
		got, want := fitted[value].Log-fitted[1].Log, math.Log(factor)
		off := math.Sqrt(fitted[value].Variance + fitted[1].Variance)
		if !(math.Abs(got-want) <= 3*off) || !(off < 0.06) {
			t.Errorf("value %d has the effect %.3f beside another's, want %.3f, with a standard error of %.3f", value, got, want, off)
		}
	}
	for place, effect := range fitted[5:] {
		if !(math.Abs(effect.Log) < 0.1) {
			t.Errorf("value %d, which means nothing, has the effect %.3f", 5+place, effect.Log)
		}
	}
}

// Values that mean nothing have effects that are small beside their chance, most often
// none.
func TestAttributesThatMeanNothingHaveNoEffect(t *testing.T) {
	unshrunk := 0
	const shops = 100
	for seed := range uint64(shops) {
		subjects, attributes := drawn(2_000, [5]float64{1, 1, 1, 1, 1}, seed)
		fitted := effects.Fit([][]effects.Subject{subjects}, attributes)
		if fitted[0].Log != 0 {
			unshrunk++
		}
		for place, effect := range fitted {
			if !(math.Abs(effect.Log) < 0.3) {
				t.Errorf("shop %d: value %d has the effect %.3f", seed, place, effect.Log)
			}
		}
	}
	// a chi-square of 5 is above 5 + 2 √10 in 4 of 100
	if unshrunk > shops/10 {
		t.Errorf("in %d of %d shops an attribute that means nothing has effects", unshrunk, shops)
	}
}

// A window that is there twice says no more: effects are the same, and as uncertain.
func TestSurvivalOfWindowsThatOverlap(t *testing.T) {
	subjects, attributes := drawn(5_000, [5]float64{0.6, 1, 1, 1, 1.5}, 2)
	once, twice := effects.Fit([][]effects.Subject{subjects}, attributes), effects.Fit([][]effects.Subject{subjects, subjects}, attributes)
	for place, effect := range once {
		if got := twice[place]; !(math.Abs(got.Log-effect.Log) < 1e-12) || !(math.Abs(got.Variance-effect.Variance) < 1e-12) {
			t.Errorf("value %d has the effect %+v, twice %+v", place, effect, got)
		}
	}
}

// A customer's effect is the sum over attributes of the mean over values; a value that was
// never seen has none.
func TestAgreementOfAnEffectWithItsParts(t *testing.T) {
	attributes := []int{0, 0, 1, 1, 1}
	of := effects.Effects{{Log: 0.5}, {Log: -0.25}, {Log: 0.125}, {Log: 0.375}, {}}
	for _, c := range []struct {
		values []int
		want   float64
	}{
		{nil, 0}, {[]int{0}, 0.5}, {[]int{1, 2}, -0.125}, {[]int{0, 2, 3}, 0.75}, {[]int{4}, 0}, {[]int{0, 3, 4}, 0.6875},
	} {
		if got := of.Of(c.values, attributes); got != c.want {
			t.Errorf("values %v have the effect %g, want %g", c.values, got, c.want)
		}
	}
	if got := (effects.Effects)(nil).Of([]int{3}, attributes); got != 0 {
		t.Errorf("without effects there is one of %g", got)
	}
	unseen := effects.Fit([][]effects.Subject{{
		{Values: []int{0}, Observed: 90, Expected: 50}, {Customer: 1, Values: []int{1}, Observed: 10, Expected: 50}, {Customer: 2},
	}}, []int{0, 0, 0})
	if unseen[2].Log != 0 || unseen[2].Expected != 0 {
		t.Errorf("a value that was never seen has the effect %+v", unseen[2])
	}
}

// By sums of the same customers, given the effects of the other attributes, an attribute has
// the effects that the customers one by one show.
func TestEffectsOfSums(t *testing.T) {
	const customers, split = 20_000, 8_000
	subjects, attributes := drawn(customers, [5]float64{0.6, 1, 1, 1, 1.5}, 2)
	windows := [][]effects.Subject{subjects[:split], subjects[split:]}
	fitted := effects.Fit(windows, attributes)
	from := 0
	for from < len(attributes) {
		to := from
		for to < len(attributes) && attributes[to] == attributes[from] {
			to++
		}
		sums := make([][]effects.Sums, len(windows))
		others := slices.Clone(fitted)
		clear(others[from:to])
		for w, window := range windows {
			sums[w] = make([]effects.Sums, to-from)
			for _, s := range window {
				var held []int
				for _, value := range s.Values {
					if value >= from && value < to {
						held = append(held, value)
					}
				}
				part, given := 1/float64(len(held)), s.Expected*math.Exp(others.Of(s.Values, attributes))
				for _, value := range held {
					sum := &sums[w][value-from]
					sum.Observed, sum.Expected, sum.Spread = sum.Observed+part*s.Observed, sum.Expected+part*given, sum.Spread+part*part*given
				}
			}
		}
		for i, got := range effects.OfSums(sums, to-from, fitted[from].Dispersion) {
			if want := fitted[from+i]; !(math.Abs(got.Log-want.Log) < 1e-3) || !(math.Abs(got.Variance-want.Variance) < 1e-5) {
				t.Errorf("value %d has by sums %+v, and by customers %+v", from+i, got, want)
			}
		}
		from = to
	}
	for _, effect := range effects.OfSums([][]effects.Sums{{{Observed: 5}, {}}, {{Expected: 3}, {}}}, 2, 1) {
		if effect.Log != 0 {
			t.Errorf("where nothing was expected, or nothing came, a value has the effect %.3f", effect.Log)
		}
	}
}
