package btyd

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/btyd/likelihood/likelihoodtest"
)

// Staying on is the mean of (1+pt/α)^-k over the leaving probability p, for any
// x, and of e^(-μt) over the dropout rate μ: the midpoint rule in the quantiles'
// logistic scale, with nothing in common with the series.
func TestAgreementSurvival(t *testing.T) {
	t.Parallel()
	for _, family := range []string{"bgnbd", "mbgnbd", "paretonbd"} {
		t.Run(family, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				x := rapid.IntRange(0, 40).Draw(t, "x")
				if rapid.IntRange(0, 4).Draw(t, "many") == 0 {
					x *= 200
				}
				f := drawOf(t, family).Future(x, rapid.Float64Range(0, 500).Draw(t, "T"))
				horizon := logUniform(1e-6, 1e6).Draw(t, "t")
				got, want := f.Survival(horizon), survivalByMidpoints(f, horizon)
				if !(math.Abs(got-want) <= 1e-9*want+1e-12) {
					t.Fatalf("%+v: alive after %g with %.15g, by midpoints %.15g", f, horizon, got, want)
				}
				if later := f.Survival(1.5 * horizon); !(later <= got) {
					t.Fatalf("%+v: alive after %g with %g, and later with %g", f, horizon, got, later)
				}
			})
		})
	}
}

// survivalByMidpoints integrates over 200,000 midpoints of s = ln(p/(1-p)), or of
// s = ln μ.
func survivalByMidpoints(f Future, horizon float64) float64 {
	const steps = 200_000
	var from, to float64
	var lnDensity, lnStays func(s float64) float64
	switch f := f.(type) {
	case bgFuture:
		mode := math.Log(f.a / f.b)
		from, to = mode-45/min(1, f.a)-5, mode+45/min(1, f.b)+5
		lnDensity = func(s float64) float64 { return -f.a*likelihood.Softplus(-s) - f.b*likelihood.Softplus(s) }
		lnStays = func(s float64) float64 { return -f.k * math.Log1p(math.Exp(-likelihood.Softplus(-s))*horizon/f.alpha) }
	case paretoFuture:
		from, to = math.Log(f.s/f.beta)-45/min(1, f.s)-5, math.Log((2*f.s+150)/f.beta)
		lnDensity = func(s float64) float64 { return f.s*s - f.beta*math.Exp(s) }
		lnStays = func(s float64) float64 { return -math.Exp(s) * horizon }
	}
	top := math.Inf(-1)
	for i := range 1000 {
		top = max(top, lnDensity(from+(to-from)*float64(i)/1000))
	}
	var whole, stays float64
	for i := range steps {
		s := from + (to-from)*(float64(i)+0.5)/steps
		density := math.Exp(lnDensity(s) - top)
		whole += density
		stays += density * math.Exp(lnStays(s))
	}
	return stays / whole
}

// Purchases of Pareto/NBD are its rate times the time that customers stay.
func TestAgreementSurvivalAndPurchases(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawOf(t, "paretonbd").Future(rapid.IntRange(0, 30).Draw(t, "x"), rapid.Float64Range(0, 400).Draw(t, "T")).(paretoFuture)
		horizon := logUniform(0.01, 1e4).Draw(t, "t")
		integral, width := 0.0, math.Log1p(horizon/f.beta)/50
		for panel := range 50 {
			for i, x := range panelX {
				u := f.beta * math.Expm1((float64(panel)+x)*width)
				integral += panelW[i] * width * (f.beta + u) * f.Survival(u)
			}
		}
		if want := f.Expected(horizon); !(math.Abs(f.Rate()*integral-want) <= 1e-10*want) {
			t.Fatalf("%+v: rate times time alive %.15g, expected %.15g", f, f.Rate()*integral, want)
		}
	})
}

// Beside s = 1 and a = 1 nothing happens, small times take next to nobody, and
// thousands of purchases leave a number.
func TestSurvivalOfCustomers(t *testing.T) {
	likelihoodtest.Near(t, "s = 1", ParetoNBD{R: 1, Alpha: 10, S: 1, Beta: 10}.Future(3, 20).Survival(30), 0.5, 1e-15)
	for _, m := range []Model{BGNBD{R: 0.243, Alpha: 4.414, A: 1, B: 2.426}, MBGNBD(cdnow), ParetoNBD{R: 0.553, Alpha: 10.578, S: 0.606, Beta: 11.669}} {
		for _, x := range []int{0, 1, 30, 7299} {
			f := m.Future(x, 7300)
			if got := f.Survival(1e-12); !(1-1e-9 <= got && got <= 1) {
				t.Errorf("%+v, x %d: alive after an instant with %.17g", m, x, got)
			}
			before := 1.0
			for horizon := 1e-3; horizon < 1e15; horizon *= 10 {
				got := f.Survival(horizon)
				if !(0 <= got && got <= before) {
					t.Errorf("%+v, x %d: alive after %g with %g, and before with %g", m, x, horizon, got, before)
				}
				before = got
			}
			if before > 0.01 { // as t^-k at k = .243
				t.Errorf("%+v, x %d: alive after ages with %g", m, x, before)
			}
		}
	}
}

// Of customers whose dropout is known, as many leave within 90 days as the model
// expects of those it takes for alive.
func TestRecoveryChurn(t *testing.T) {
	const customers, age, ahead = 60_000, 365.0, 90.0
	for _, m := range []Model{
		BGNBD{R: 0.6, Alpha: 25, A: 0.9, B: 3}, MBGNBD{R: 0.6, Alpha: 25, A: 0.9, B: 3}, ParetoNBD{R: 0.6, Alpha: 25, S: 0.6, Beta: 120},
	} {
		source := rand.NewPCG(11, 0)
		draw := rand.New(source)
		purchase := lifeOf(m, draw, source)
		var alive, gone, expectedAlive, expectedGone, variance float64
		counts := map[History]int64{}
		for range customers {
			h := History{Age: age * (0.2 + 0.8*draw.Float64())}
			leaves := purchase(&h)
			if leaves > h.Age {
				alive++
				if leaves <= h.Age+ahead {
					gone++
				}
			}
			counts[h]++
			pAlive, stays := m.PAlive(h), m.Future(h.Repeats, h.Age).Survival(ahead)
			pGone := pAlive * (1 - stays)
			expectedAlive += pAlive
			expectedGone += pGone
			variance += pGone * (1 - pGone)
		}
		if !(math.Abs(gone-expectedGone) <= 4*math.Sqrt(variance)) {
			t.Errorf("%s: %.0f of %.0f alive left in %g days, expected %.1f of %.1f, standard error %.1f", m.Name(), gone, alive, ahead, expectedGone, expectedAlive, math.Sqrt(variance))
		}
		t.Logf("%s: share gone %.4f, expected %.4f", m.Name(), gone/alive, expectedGone/expectedAlive)
	}
}

// lifeOf returns a function that lets a customer drawn from m purchase until
// their age, and returns when they leave.
func lifeOf(m Model, draw *rand.Rand, source rand.Source) func(h *History) float64 {
	gamma := func(shape, rate float64) distuv.Gamma { return distuv.Gamma{Alpha: shape, Beta: rate, Src: source} }
	const forever = 1e6
	atPurchases := func(h *History, rate, leaving float64, atFirst bool) float64 {
		if atFirst && draw.Float64() < leaving {
			return 0
		}
		for now := draw.ExpFloat64() / rate; now < forever; now += draw.ExpFloat64() / rate {
			if now <= h.Age {
				h.Repeats++
				h.LastPurchase = now
			}
			if draw.Float64() < leaving || now > h.Age+1000 {
				return now
			}
		}
		return forever
	}
	switch m := m.(type) {
	case BGNBD:
		rates, leaving := gamma(m.R, m.Alpha), distuv.Beta{Alpha: m.A, Beta: m.B, Src: source}
		return func(h *History) float64 { return atPurchases(h, rates.Rand(), leaving.Rand(), false) }
	case MBGNBD:
		rates, leaving := gamma(m.R, m.Alpha), distuv.Beta{Alpha: m.A, Beta: m.B, Src: source}
		return func(h *History) float64 { return atPurchases(h, rates.Rand(), leaving.Rand(), true) }
	case ParetoNBD:
		rates, dropouts := gamma(m.R, m.Alpha), gamma(m.S, m.Beta)
		return func(h *History) float64 {
			lifetime := draw.ExpFloat64() / dropouts.Rand()
			lived := drawn(draw, History{Age: min(h.Age, lifetime)}, rates.Rand(), 0)
			h.Repeats, h.LastPurchase = lived.Repeats, lived.LastPurchase
			return lifetime
		}
	}
	panic("no such model")
}

// Where nobody leaves, dropout takes nothing, to the last digit; elsewhere it takes
// something.
func TestAgreementAnnuity(t *testing.T) {
	eachFamily(t, func(t *rapid.T, family Family) {
		f := drawOf(t, family.Key).Future(rapid.IntRange(0, 30).Draw(t, "x"), rapid.Float64Range(0, 400).Draw(t, "T"))
		horizon, delta := logUniform(1, 1000).Draw(t, "t"), logUniform(1e-6, 1e-2).Draw(t, "delta")
		kept, discounted := f.Rate()*Annuity(horizon, delta), f.Discounted(horizon, delta)
		if family.Key == "nbd" && kept != discounted || !(kept >= discounted*(1-1e-9)) {
			t.Fatalf("%+v: %.17g if nobody left, expected %.17g", f, kept, discounted)
		}
	})
}
