package btyd

import (
	"math"
	"testing"

	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/btyd/likelihood/likelihoodtest"
)

// The gradient of a base's value against differences of the value itself, at
// another step.
func TestAgreementValueGradient(t *testing.T) {
	m := BGNBD{R: 0.45, Alpha: 80, A: 0.7, B: 2.5}
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
		likelihoodtest.Near(t, "derivative by ln "+p.Name, got[i], want, 1e-5)
	}
}

// The derivatives of P(alive) that a model knows are those of differences.
func TestAgreementLeftSlopes(t *testing.T) {
	for _, m := range []Model{BGNBD{R: 0.45, Alpha: 80, A: 0.7, B: 2.5}, MBGNBD{R: 0.45, Alpha: 80, A: 0.7, B: 2.5}} {
		known, err := NewShifts(m)
		if err != nil {
			t.Fatal(err)
		}
		differences := known
		differences.leaving = nil
		for _, h := range []History{{0, 0, 0}, {0, 0, 400}, {1, 0, 30}, {3, 200, 200}, {3, 200, 650}, {40, 300, 900}, {40, 10, 900}, {7299, 100, 7300}} {
			got, want := make([]float64, 4), make([]float64, 4)
			known.PAlive(h, got)
			differences.PAlive(h, want)
			for i, p := range m.Parameters() {
				if !(math.Abs(got[i]-want[i]) <= 1e-4*math.Abs(want[i])+1e-11) {
					t.Errorf("%s, %+v: derivative by ln %s %.9g, want %.9g", m.Name(), h, p.Name, got[i], want[i])
				}
			}
		}
	}
}

func TestAgreementTotalInterval(t *testing.T) {
	// Of a large base it is the normal interval: 1.2816 deviations either way.
	low, high := Total{Expected: 1000, Parameters: 3, Customers: 1}.Interval(0.8)
	likelihoodtest.Near(t, "low", low, 1000-1.2815516*2, 1e-5)
	likelihoodtest.Near(t, "high", high, 1000+1.2815516*2, 1e-5)
	// By hand: parameters only, of 50 %.
	low, high = Total{Expected: 10, Parameters: 25, Customers: 0}.Interval(0.9)
	likelihoodtest.Near(t, "low", low, 10*math.Exp(-1.6448536*0.5), 1e-7)
	likelihoodtest.Near(t, "high", high, 10*math.Exp(1.6448536*0.5), 1e-7)
	// 4 - 2·2 + 4·9
	likelihoodtest.Near(t, "variance", ParameterVariance([]float64{1, 2}, [][]float64{{4, -1}, {-1, 9}}), 36, 1e-15)
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
	values := []historyValue{
		{History{0, 0, 0}, 5}, {History{7299, 100, 7300}, 0}, {History{5000, 31, 31}, 5e5}, {History{1, 0, 7300}, 1e-3},
	}
	for _, horizon := range []float64{0, 1e-6, 365, 1e6} {
		gradient, err := valueGradient(cdnow, values, horizon, 1e-4)
		if err != nil {
			t.Fatal(err)
		}
		for i, g := range gradient {
			if !likelihood.Finite(g) {
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
	likelihoodtest.Near(t, "low", low, -100-1.2815515655*5, 1e-9)
	likelihoodtest.Near(t, "high", high, -100+1.2815515655*5, 1e-9)
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

// historyValue is what the customers with a history are worth together: the sum
// of their P(alive)·Discounted·(value of a purchase).
type historyValue struct {
	History
	Value float64
}

// valueGradient returns the derivatives of the values' sum by the logarithms of
// the parameters of m, a model of one of the Families. Discounted is evaluated
// once for each (x, T) and shift.
func valueGradient(m Model, values []historyValue, t, delta float64) ([]float64, error) {
	shifts, err := NewShifts(m)
	if err != nil {
		return nil, err
	}
	parameters := len(shifts.above)
	survivors, of := survivorsOf(values)
	ofFuture := make([]float64, parameters*len(survivors))
	for i, survivor := range survivors {
		shifts.Discounted(survivor, t, delta, ofFuture[i*parameters:(i+1)*parameters])
	}
	gradient, alive := make([]float64, parameters), make([]float64, parameters)
	for row, v := range values {
		shifts.PAlive(v.History, alive)
		for i := range gradient {
			gradient[i] += v.Value * (alive[i] + ofFuture[of[row]*parameters+i])
		}
	}
	return gradient, nil
}

// survivorsOf returns the distinct (x, T) of the values and the index there of
// each value's.
func survivorsOf(values []historyValue) (survivors []Survivor, of []int) {
	index := map[Survivor]int{}
	of = make([]int, len(values))
	for row, v := range values {
		key := Survivor{v.Repeats, v.Age}
		i, known := index[key]
		if !known {
			i = len(survivors)
			index[key] = i
			survivors = append(survivors, key)
		}
		of[row] = i
	}
	return survivors, of
}
