package btyd

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"

	"cbv/valuation/btyd/likelihood/likelihoodtest"
)

// atOnce is what MBG/NBD (first = 1) and BG/NBD (first = 0) turn into as a and b
// fall to 0 together, written down by itself: a share of the customers, a/(a+b),
// leaves at the first chance, and the others never do, so that they are customers of
// NBD.
type atOnce struct {
	NBD
	share float64
	first int
}

// at returns the limit and the model that a fit at its boundary has.
func (l atOnce) at(r, alpha float64) (atOnce, Model) {
	l.NBD = NBD{R: r, Alpha: alpha}
	const b = 1e-9
	m := MBGNBD{R: r, Alpha: alpha, A: b * l.share / (1 - l.share), B: b}
	if l.first == 0 {
		return l, BGNBD(m)
	}
	return l, m
}

// chances is how often a customer could have left.
func (l atOnce) chances(h History) int { return h.Repeats + l.first }

// left is the likelihood of a history of somebody who left at the first chance: they
// purchase until then, 0 for a history that goes on.
func (l atOnce) left(h History) float64 {
	if l.chances(h) != 1 {
		return 0
	}
	until := h
	until.Age = h.LastPurchase
	return math.Exp(l.NBD.LogLikelihood(until))
}

func (l atOnce) stayed(h History) float64 { return math.Exp(l.NBD.LogLikelihood(h)) }

func (l atOnce) likelihood(h History) float64 {
	if l.chances(h) == 0 {
		return l.stayed(h)
	}
	return l.share*l.left(h) + (1-l.share)*l.stayed(h)
}

func (l atOnce) pAlive(h History) float64 {
	if l.chances(h) == 0 {
		return 1
	}
	return (1 - l.share) * l.stayed(h) / l.likelihood(h)
}

// leaving is the chance of somebody who is alive to leave at their next purchase.
func (l atOnce) leaving(h History) float64 {
	if l.chances(h) == 0 {
		return l.share
	}
	return 0
}

func TestAgreementAtOnceOrNever(t *testing.T) {
	// The billionth at which b is held leaves somebody who has stayed once a chance to
	// leave later, which a long silence raises: up to ten thousandfold in these histories.
	near := func(what string, got, want float64) {
		t.Helper()
		if !(math.Abs(got-want) <= 2e-5*math.Abs(want)+1e-7) {
			t.Errorf("%s: %.16g, the limit has %.16g", what, got, want)
		}
	}
	histories := []History{{0, 0, 0}, {0, 0, 40}, {0, 0, 700}, {1, 30, 45}, {1, 3, 700}, {2, 100, 120}, {2, 100, 700}, {30, 690, 700}, {100, 695, 700}}
	for _, l := range []atOnce{{share: 0.25, first: 1}, {share: 0.9, first: 1}, {share: 0.25}, {share: 0.02}} {
		for _, of := range []NBD{{2, 60}, {0.3, 20}, {8, 900}} {
			l, m := l.at(of.R, of.Alpha)
			for _, h := range histories {
				what := m.Name()
				near(what+" ln L", m.LogLikelihood(h), math.Log(l.likelihood(h)))
				near(what+" P(alive)", m.PAlive(h), l.pAlive(h))
				future, stays, leaves := m.Future(h.Repeats, h.Age), l.NBD.Future(h.Repeats, h.Age), l.leaving(h)
				for _, days := range []float64{7, 365, 3000} {
					once := stays.PPurchase(days) // of those who leave at their next purchase
					near(what+" P(purchase)", future.PPurchase(days), once)
					near(what+" E[Y]", future.Expected(days), leaves*once+(1-leaves)*stays.Expected(days))
					near(what+" survival", future.Survival(days), 1-leaves*once)
					got, want := make([]float64, 12), make([]float64, 12)
					future.Counts(days, got)
					stays.Counts(days, want)
					for n := range want {
						switch n {
						case 0:
						case 1:
							want[n] = leaves*once + (1-leaves)*want[n]
						default:
							want[n] *= 1 - leaves
						}
						if want[n] > 1e-12 {
							near(what+" P(n)", got[n], want[n])
						}
					}
					const delta = 3e-4
					discounted := (1 - leaves) * stays.Discounted(days, delta)
					discounted += leaves * quad.Fixed(func(u float64) float64 {
						rate := stays.Rate()
						return rate * math.Exp(-delta*u-(rate*(of.Alpha+h.Age)+1)*math.Log1p(u/(of.Alpha+h.Age)))
					}, 0, days, 2000, nil, 0)
					near(what+" DECT", future.Discounted(days, delta), discounted)
				}
			}
		}
	}
}

// A base of which a quarter never return and the rest never leave has a model at that
// boundary: the optimum of the limit's own likelihood. Its forecast of a year is right.
func TestRecoveryAtOnceOrNever(t *testing.T) {
	t.Parallel()
	const share, year = 0.25, 365.0
	for seed := range uint64(3) {
		source := rand.NewPCG(seed, 3)
		draw := rand.New(source)
		rates := distuv.Gamma{Alpha: 2, Beta: 60, Src: source}
		var counts []HistoryCount
		var came []float64
		for range 3_000 {
			h, purchases := History{Age: float64(1 + draw.IntN(730))}, 0.0
			if rate := rates.Rand(); draw.Float64() >= share {
				h = drawn(draw, h, rate, 0)
				h.LastPurchase = math.Floor(h.LastPurchase)
				purchases = distuv.Poisson{Lambda: rate * year, Src: source}.Rand()
			}
			counts, came = append(counts, HistoryCount{h, 1}), append(came, purchases)
		}
		fit, err := fitted("mbgnbd", counts, 2)
		if err != nil {
			t.Fatal(err)
		}
		if want := "dropout after the first purchase or never"; fit.Boundary != want {
			t.Errorf("at the boundary of %q, want %q", fit.Boundary, want)
		}
		m := fit.Model.(MBGNBD)
		odds := fit.Parameters[2]
		odds.Name, odds.Value, odds.StandardError = "a/b", odds.Value/m.B, odds.StandardError/m.B
		likelihoodtest.Recovered(t, []Estimate{fit.Parameters[0], fit.Parameters[1], odds},
			[]Parameter{{Name: "r", Value: 2}, {Name: "alpha", Value: 60}, {Name: "a/b", Value: share / (1 - share)}})

		lnL := func(r, alpha, odds float64) float64 {
			l, _ := atOnce{share: odds / (1 + odds), first: 1}.at(r, alpha)
			sum := 0.0
			for _, c := range counts {
				sum += math.Log(l.likelihood(c.History))
			}
			return sum
		}
		best := lnL(m.R, m.Alpha, odds.Value)
		if !(math.Abs(fit.LogLikelihood-best) <= 1e-4) {
			t.Errorf("ln L %.10g, the limit has %.10g", fit.LogLikelihood, best)
		}
		for _, step := range []float64{math.Exp(1e-3), math.Exp(-1e-3)} {
			if other := max(lnL(m.R*step, m.Alpha, odds.Value), lnL(m.R, m.Alpha*step, odds.Value), lnL(m.R, m.Alpha, odds.Value*step)); other >= best {
				t.Errorf("ln L %.10g is no maximum of the limit: %.10g is close", best, other)
			}
		}

		var forecast, total float64
		for i, c := range counts {
			forecast += ExpectedPurchases(m, c.History, year)
			total += came[i]
		}
		if !(math.Abs(forecast/total-1) <= 0.05) {
			t.Errorf("%.0f purchases are expected of a year, %.0f were made", forecast, total)
		}
		t.Logf("%v: a year %+.1f %%", fit.Parameters, 100*(forecast/total-1))
	}
}

// A b far below the last digit of 1 takes no part of the likelihood with it: a search
// that comes by there once found better than the best there is.
func TestAgreementOfLikelihoodsNextToNoB(t *testing.T) {
	counts := []HistoryCount{
		{History{0, 0, 90}, 40}, {History{0, 0, 400}, 30}, {History{1, 60, 300}, 9}, {History{2, 200, 410}, 5}, {History{5, 380, 400}, 2},
	}
	base, err := NewBase(counts, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, first := range []float64{0, 1} {
		evaluate := base.all.bgObjective(first, 1).Evaluate
		mean := func(b float64) float64 {
			return evaluate([]float64{math.Log(.8), math.Log(.5), math.Log(b / 9), math.Log(b)}, make([]float64, 4))
		}
		for _, b := range []float64{5e-15, 5e-16, 1e-17} {
			if got, want := mean(b), mean(1e-9); !(math.Abs(got-want) <= 1e-7) {
				t.Errorf("%g chances at first, b = %g: mean ln L %.9f, at 1e-9 it is %.9f", first, b, got, want)
			}
		}
	}
}
