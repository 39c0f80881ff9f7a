package pool

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/btyd/likelihood/likelihoodtest"
)

var wandering = FadingMemory{R: 0.3, Alpha: 40, Growth: 0.8, HalfLife: 120}

func TestAgreementOfTheGradientOfFadingMemory(t *testing.T) {
	customers := simulated(wandering, 9000, 700, 90, 1) // two chunks
	for place := range HalfLives {
		objective := newMemoryBase(customers, place, 90, 700, 2).objective(2)
		for _, logs := range [][]float64{{-1, -2, 0}, {0.5, 1, -1}, {-4, -6, 2}} {
			likelihoodtest.Gradient(t, objective, logs, 100)
		}
	}
}

// A few factors are the closed form, of one customer whose are multiplied with those of
// others as of several, also where they are beyond what is multiplied.
func TestAgreementOfWays(t *testing.T) {
	for _, k := range []float64{1e-3, 0.4, 7, 900} {
		for _, z := range []float64{1e-9, 0.3, 1} {
			for y := 1.; y <= mostFactors+2; y++ {
				want := likelihood.LnGammaRise(k, y) - likelihood.LnGamma(y+1) + y*math.Log(z)
				for _, customers := range []float64{1, 3} {
					sums := memorySums{product: 1}
					for range 3 {
						likelihoodtest.Near(t, "slope of ln ways", sums.multiply(customers, k, z, y), likelihood.DigammaRise(k, y), 1e-12)
					}
					likelihoodtest.Near(t, "ln ways", sums.lnL+math.Log(sums.product), 3*customers*want, 1e-11)
				}
			}
		}
	}
}

// The likelihood is that of the negative binomial distribution: it adds up to 1 and has
// the mean that Expected says.
func TestAgreementOfTheLikelihoodOfFadingMemory(t *testing.T) {
	c := Observed{Customer: simulated(wandering, 1, 700, 90, 3)[0].Customer}
	c.Faded[wandering.place()] = 1.7
	logs := []float64{math.Log(wandering.R), math.Log(wandering.Alpha / 700), math.Log(wandering.Growth)}
	sum, mean := 0., 0.
	for c.Purchases = range 400 {
		p := math.Exp(newMemoryBase([]Observed{c}, wandering.place(), 90, 700, 1).objective(1).Evaluate(logs, make([]float64, 3)))
		sum, mean = sum+p, mean+p*float64(c.Purchases)
	}
	likelihoodtest.Near(t, "Σ p", sum, 1, 1e-12)
	likelihoodtest.Near(t, "Σ n p", mean, wandering.Expected(c.Customer, 90), 1e-12)
}

// Over days that are few beside the half-life nothing fades, and what is left is NBD.
func TestAgreementOfFadingMemoryAndNBD(t *testing.T) {
	c := Customer{History: btyd.History{Repeats: 3, LastPurchase: 0.5, Age: 1}}
	c.Faded[len(HalfLives)-1] = 3
	got := FadingMemory{R: 0.4, Alpha: 30, Growth: 1, HalfLife: 960}.Expected(c, 90)
	likelihoodtest.Near(t, "E", got, btyd.ExpectedPurchases(btyd.NBD{R: 0.4, Alpha: 30}, c.History, 90), 1e-4)
}

func TestRecoveryOfFadingMemory(t *testing.T) {
	for _, truth := range []FadingMemory{wandering, {R: 0.2, Alpha: 15, Growth: 1.4, HalfLife: 30}, {R: 0.8, Alpha: 300, Growth: 0.6, HalfLife: 480}} {
		t.Run(fmt.Sprint(truth.HalfLife), func(t *testing.T) {
			fit, err := FitMemory(simulated(truth, 40_000, 1500, 120, 5), 120, 2)
			if err != nil {
				t.Fatal(err)
			}
			m := fit.Model
			if m.HalfLife != truth.HalfLife {
				t.Errorf("half-life %d, drawn from %d", m.HalfLife, truth.HalfLife)
			}
			// Rates of the past are none that the window was drawn with, so that ages
			// alone tell alpha from growth: what they make together is known better.
			likelihoodtest.Near(t, "r", m.R, truth.R, 0.06)
			likelihoodtest.Near(t, "alpha", m.Alpha, truth.Alpha, 0.25)
			c := Customer{History: btyd.History{Age: 365}}
			likelihoodtest.Near(t, "E of a one-timer", m.Expected(c, 120), truth.Expected(c, 120), 0.04)
		})
	}
}

func TestFadingMemoryDoesNotDependOnWorkers(t *testing.T) {
	customers := simulated(wandering, 20_000, 700, 90, 1)
	one, err := FitMemory(customers, 90, 1)
	if err != nil {
		t.Fatal(err)
	}
	if two, _ := FitMemory(customers, 90, 2); one != two {
		t.Errorf("%+v with one worker, %+v with two", one, two)
	}
}

func TestSurvivalOfWindowsThatDetermineNoFadingMemory(t *testing.T) {
	quiet := simulated(wandering, 500, 700, 90, 1)
	for i := range quiet {
		quiet[i].Purchases = 0
	}
	young := simulated(wandering, 500, 700, 90, 1)
	for i := range young {
		young[i].Customer = Customer{}
	}
	for name, customers := range map[string][]Observed{"nobody": nil, "quiet": quiet, "young": young} {
		_, err := FitMemory(customers, 90, 2)
		var none *likelihood.NoFitError
		if !errors.As(err, &none) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Where what customers did lately says all of what they will do, alpha runs to 0.
func TestSurvivalOfCustomersOfWhomADayTellsAll(t *testing.T) {
	customers := simulated(FadingMemory{R: 0.05, Alpha: 1e-9, Growth: 0.7, HalfLife: 30}, 3000, 700, 90, 1)
	fit, err := FitMemory(customers, 90, 2)
	if err != nil {
		t.Fatal(err)
	}
	if !(fit.Model.Alpha >= leastAlpha-1e-9) || !(fit.Model.Alpha < 5) {
		t.Errorf("%+v, drawn with an alpha of 0", fit.Model)
	}
}
