package pool

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/btyd/likelihood/likelihoodtest"
)

func windowOf(customers int, seed uint64) Window {
	return Window{Customers: simulated(wandering, customers, 700, 90, seed), Models: steady(wandering)}
}

func TestAgreementOfTheGradientOfThePool(t *testing.T) {
	r := newRegression([]Window{windowOf(9000, 1)}, 90, 9000, 2)
	objective := likelihood.Objective{Customers: 9000, Evaluate: func(at, gradient []float64) float64 {
		s := r.sums(at)
		copy(gradient, s.gradient[:])
		return s.value
	}}
	likelihoodtest.Gradient(t, objective, []float64{-0.5, 0.6, 0.1, 0.2, 0.1, -0.1, 0.05, 0.02, -0.1, 0.3}, 1e5)
}

// At the optimum nothing is left to gain, and what is expected of the window is what
// came, for the ridge leaves the intercept free.
func TestAgreementOfThePoolAndItsWindows(t *testing.T) {
	windows := []Window{windowOf(9000, 1), windowOf(4000, 2)}
	r := newRegression(windows, 90, 13_000, 2)
	if err := r.solve(); err != nil {
		t.Fatal(err)
	}
	for j, g := range r.sums(r.at).gradient {
		if !(math.Abs(g) <= 1e-5) { // of thousands of purchases
			t.Errorf("gradient %d is %g", j, g)
		}
	}
	p, err := Fit(windows, 90, 2)
	if err != nil {
		t.Fatal(err)
	}
	var came, expected float64
	for _, w := range windows {
		for _, c := range w.Customers {
			came, expected = came+float64(c.Purchases), expected+p.Expected(w.Models, c.Customer)
		}
	}
	likelihoodtest.Near(t, "Σ m", expected, came, 1e-9)
	if one, _ := Fit(windows, 90, 1); one != p {
		t.Errorf("%+v with one worker, %+v with two", one, p)
	}
}

// The covariance is that of what other draws of the window's purchases would give, with
// the ridge for what is known beforehand: coefficients vary as it says, or less.
func TestAgreementOfTheCovarianceOfThePool(t *testing.T) {
	const draws = 60
	window := windowOf(3000, 5)
	of, err := Fit([]Window{window}, 90, 2)
	if err != nil {
		t.Fatal(err)
	}
	means := make([]float64, len(window.Customers))
	for i, c := range window.Customers {
		means[i] = of.Expected(window.Models, c.Customer)
	}
	source := rand.NewPCG(6, 0)
	var fits [draws]Pool
	for n := range fits {
		for i := range window.Customers {
			window.Customers[i].Purchases = int(distuv.Poisson{Lambda: means[i], Src: source}.Rand())
		}
		if fits[n], err = Fit([]Window{window}, 90, 2); err != nil {
			t.Fatal(err)
		}
	}
	for j, name := range FeatureNames {
		mean, squares := 0., 0.
		for _, p := range fits {
			mean += p.Coefficients[j] / draws
		}
		for _, p := range fits {
			squares += (p.Coefficients[j] - mean) * (p.Coefficients[j] - mean) / (draws - 1)
		}
		if ratio := math.Sqrt(squares / of.Covariance[j][j]); !(0.4 <= ratio && ratio <= 1.25) {
			t.Errorf("%s varies by %.2f of what the covariance says", name, ratio)
		}
		if of.Covariance[j][0] != of.Covariance[0][j] {
			t.Errorf("%s: the covariance is not symmetric", name)
		}
	}
}

// Of customers whose purchases follow one of the features the pool finds that one, and
// with few of them it stays near what it is held to.
func TestRecoveryOfThePool(t *testing.T) {
	many := windowOf(60_000, 3)
	p, err := Fit([]Window{many}, 90, 2)
	if err != nil {
		t.Fatal(err)
	}
	off := 0.
	for _, c := range many.Customers[:1000] {
		off += math.Abs(math.Log(p.Expected(many.Models, c.Customer)/wandering.Expected(c.Customer, 90))) / 1000
	}
	if !(off <= 0.05) {
		t.Errorf("expectations are off by %.3f on average: %+v", off, p)
	}
	few, err := Fit([]Window{windowOf(150, 4)}, 90, 2)
	if err != nil {
		t.Fatal(err)
	}
	if b := few.Coefficients[0]; !(0.5 <= b && b <= 1.5) {
		t.Errorf("the first coefficient of few customers is %.3f, held to 1", b)
	}
}

func TestSurvivalOfWindowsThatDetermineNoPool(t *testing.T) {
	quiet := windowOf(1000, 1)
	for i := range quiet.Customers {
		quiet.Customers[i].Purchases = 0
	}
	for name, windows := range map[string][]Window{"none": nil, "quiet": {quiet}, "few": {windowOf(149, 1)}} {
		_, err := Fit(windows, 90, 2)
		var none *likelihood.NoFitError
		if !errors.As(err, &none) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Who is beyond all that the pool was fitted to is expected to purchase as who is at the
// end of it, however far beyond, and one of those it was fitted to as the features say.
func TestThePoolKnowsNothingBeyondItsCustomers(t *testing.T) {
	w := windowOf(3000, 1)
	p, err := Fit([]Window{w}, 90, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range w.Customers {
		of := p.Features(w.Models, c.Customer)
		if of != featuresOf(w.Models, c.Customer, 90, w.Models.Expect(c.History.Repeats, c.History.Age, 90)) {
			t.Fatalf("%+v has other features: %v", c, of)
		}
	}
	daily := func(days int) Customer {
		o := Observed{Customer: Customer{History: btyd.History{Age: float64(days)}}}
		for day := 1; day <= days; day++ {
			o.addPurchase(float64(day), 90)
		}
		return o.Customer
	}
	often, always := p.Features(w.Models, daily(5000)), p.Features(w.Models, daily(50_000))
	for j, f := range often {
		if f != always[j] || !(p.Ranges[j].Least <= f && f <= p.Ranges[j].Most) {
			t.Errorf("%s is %g, of ten times as many %g, in %+v", FeatureNames[j], f, always[j], p.Ranges[j])
		}
	}
}

// What a history says and what the purchases add to it is all that the pool says.
func TestAgreementOfThePoolAndItsParts(t *testing.T) {
	w := windowOf(9000, 4)
	p, err := Fit([]Window{w}, 90, 2)
	if err != nil {
		t.Fatal(err)
	}
	by := p.Purchasing()
	every := Customer{History: btyd.History{Repeats: 900, LastPurchase: 899, Age: 900}, Recent: 90, RecentHalf: 45}
	for i := range every.Faded {
		every.Faded[i] = 80
	}
	for _, c := range append(w.Customers[:500:500], Observed{Customer: every}) {
		of := w.Models.Expect(c.History.Repeats, c.History.Age, 90)
		got := p.OfHistory(w.Models, c.History, of)
		for _, of := range []struct {
			term  Term
			value float64
		}{
			{by.Memory, w.Models.Memory.Expected(c.Customer, 90)}, {by.Recent, 1 + float64(c.Recent)}, {by.RecentHalf, 1 + float64(c.RecentHalf)},
		} {
			got += of.term.Coefficient * math.Log(of.term.Range.Nearest(of.value))
		}
		likelihoodtest.Near(t, "ln m", got, math.Log(p.Expected(w.Models, c.Customer)), 1e-12)
	}
}
