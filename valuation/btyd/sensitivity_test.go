package btyd

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// The gradient of a base's value against differences of the value itself, at
// another step.
func TestAgreementValueGradient(t *testing.T) {
	m := ordinaryShop.model
	const horizon, step = 365.0, 1e-2
	delta := Discounting(0.10, 365)
	counts := simulated(m, 20_000, 800, true, 1)
	values := make([]historyValue, len(counts))
	unit := make([]float64, len(counts)) // value of a purchase
	for i, c := range counts {
		unit[i] = float64(c.Customers) * (1 + float64(c.Repeats%3))
		values[i] = historyValue{c.History, unit[i] * DiscountedPurchases(m, c.History, horizon, delta)}
	}
	total := func(which int, step float64) float64 {
		factor := [4]float64{1, 1, 1, 1}
		factor[which] = math.Exp(step)
		moved := BGNBD{R: m.R * factor[0], Alpha: m.Alpha * factor[1], A: m.A * factor[2], B: m.B * factor[3]}
		sum := 0.0
		for i, c := range counts {
			sum += unit[i] * DiscountedPurchases(moved, c.History, horizon, delta)
		}
		return sum
	}
	got, err := valueGradient(m, values, horizon, delta)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range m.Parameters() {
		want := (8*(total(i, step)-total(i, -step)) - (total(i, 2*step) - total(i, -2*step))) / (12 * step)
		near(t, "derivative by ln "+p.Name, got[i], want, 1e-5)
	}
}

func TestAgreementSpendSensitivity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := GammaGamma{
			P:     logUniform(0.1, 50).Draw(t, "p"),
			Q:     logUniform(1.1, 20).Draw(t, "q"),
			Gamma: logUniform(0.1, 1e3).Draw(t, "gamma"),
		}
		x, mean := rapid.IntRange(0, 300).Draw(t, "x"), logUniform(0.1, 1e3).Draw(t, "mean")
		const step = 1e-5
		for i, got := range m.Sensitivity(x, mean) {
			at := func(step float64) float64 {
				moved := m
				*[]*float64{&moved.P, &moved.Q, &moved.Gamma}[i] *= math.Exp(step)
				return math.Log(moved.ExpectedSpend(x, mean))
			}
			if want := (at(step) - at(-step)) / (2 * step); !(math.Abs(got-want) <= 1e-6*(1+math.Abs(want))) {
				t.Fatalf("%+v, x %d, mean %g: derivative %d is %g, want %g", m, x, mean, i, got, want)
			}
		}
	})
}

func TestAgreementTotalInterval(t *testing.T) {
	// Of a large base it is the normal interval: 1.2816 deviations either way.
	low, high := Total{Expected: 1000, Parameters: 3, Customers: 1}.Interval(0.8)
	near(t, "low", low, 1000-1.2815516*2, 1e-5)
	near(t, "high", high, 1000+1.2815516*2, 1e-5)
	// By hand: parameters only, of 50 %.
	low, high = Total{Expected: 10, Parameters: 25, Customers: 0}.Interval(0.9)
	near(t, "low", low, 10*math.Exp(-1.6448536*0.5), 1e-7)
	near(t, "high", high, 10*math.Exp(1.6448536*0.5), 1e-7)
	// 4 - 2·2 + 4·9
	near(t, "variance", ParameterVariance([]float64{1, 2}, [][]float64{{4, -1}, {-1, 9}}), 36, 1e-15)
}

func TestSurvivalSensitivity(t *testing.T) {
	for _, own := range []float64{0, 1e-9, 1, 1e300} {
		low, high := Total{Expected: 1, Parameters: 1, Customers: own}.Interval(0.8)
		if !(0 <= low && low <= high) {
			t.Errorf("interval of a total of 1 with variance %g: %g to %g", own, low, high)
		}
	}
	if low, high := (Total{Customers: 5}).Interval(0.8); low != 0 || high != 0 {
		t.Errorf("interval of nothing: %g to %g", low, high)
	}
	if got := (GammaGamma{P: 6, Q: 0.9, Gamma: 15}).Sensitivity(0, 0); got != [3]float64{} {
		t.Errorf("sensitivity of an infinite mean is %v", got)
	}
	values := []historyValue{
		{History{0, 0, 0}, 5}, {History{7299, 100, 7300}, 0}, {History{5000, 31, 31}, 5e5}, {History{1, 0, 7300}, 1e-3},
	}
	for _, horizon := range []float64{0, 1e-6, 365, 1e6} {
		gradient, err := valueGradient(cdnow, values, horizon, 1e-4)
		if err != nil {
			t.Fatal(err)
		}
		for i, g := range gradient {
			if !finite(g) {
				t.Errorf("horizon %g: derivative %d is %g", horizon, i, g)
			}
		}
	}
	if _, err := NewShifts(unknownModel{cdnow}); err == nil {
		t.Error("shifts of a model of no family")
	}
}

// unknownModel is of none of the Families.
type unknownModel struct{ BGNBD }

func (unknownModel) Name() string { return "unknown" }

// Losses are not cut off at 0, whichever way they outweigh gains; and whoever may
// well bring nothing has an interval from 0.
func TestSurvivalTotalInterval(t *testing.T) {
	low, high := Total{Expected: -100, Customers: 25, Mixed: true}.Interval(0.8)
	near(t, "low", low, -100-1.2815515655*5, 1e-9)
	near(t, "high", high, -100+1.2815515655*5, 1e-9)
	if low, high := (Total{Expected: 1, Customers: 400, Mixed: true}).Interval(0.8); !(low < 0 && high > 1) {
		t.Errorf("gains and losses: %g to %g", low, high)
	}
	for _, c := range []struct {
		nothing   float64
		low, high bool // above 0
	}{{0.05, true, true}, {0.3, false, true}, {0.95, false, false}} {
		low, high := Total{Expected: 5, Customers: 30, Nothing: c.nothing}.Interval(0.8)
		if (low > 0) != c.low || (high > 0) != c.high {
			t.Errorf("nothing with probability %g: %g to %g", c.nothing, low, high)
		}
	}
}
