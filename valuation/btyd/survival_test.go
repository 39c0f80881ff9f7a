package btyd

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"cbv/valuation/btyd/likelihood/likelihoodtest"
)

// survives reports an error unless every quantity of a history is a number
// where it has to be.
func survives(t *testing.T, m Model, h History, horizon float64) {
	t.Helper()
	f := m.Future(h.Repeats, h.Age)
	expected := f.Expected(horizon)
	for _, c := range []struct {
		what           string
		got, low, high float64
	}{
		{"ln L", m.LogLikelihood(h), -1e6, 1e6},
		{"P(alive)", m.PAlive(h), 0, 1},
		{"rate", f.Rate(), 0, math.MaxFloat64},
		{"E[Y]", expected, 0, f.Rate() * horizon * (1 + 1e-12)},
		{"DECT", f.Discounted(horizon, 0.1/horizon), 0.9 * expected, expected},
		{"P(purchase)", f.PPurchase(horizon), 0, 1},
		{"P(alive at T+t)", PSurvives(m, h, horizon), 0, m.PAlive(h)},
		{"PMF(3)", PMF(m, h, horizon, 3), 0, 1},
		{"PMF(5000)", PMF(m, h, horizon, 5000), 0, 1},
	} {
		if !(c.low <= c.got && c.got <= c.high) {
			t.Errorf("%+v, %+v, t %g: %s = %g, want within [%g, %g]", m, h, horizon, c.what, c.got, c.low, c.high)
		}
	}
}

func TestSurvivalHistories(t *testing.T) {
	t.Parallel()
	models := []Model{
		ParetoNBD{R: 0.553, Alpha: 10.578, S: 0.606, Beta: 11.669},
		ParetoNBD{R: 0.553, Alpha: 10.578, S: 1, Beta: 11.669},
		ParetoNBD{R: 0.553, Alpha: 10.578, S: 1 + 1e-15, Beta: 10.578},
		ParetoNBD{R: 1, Alpha: 10, S: 1, Beta: 10},
		ParetoNBD{R: 0.01, Alpha: 1e-3, S: 1e-3, Beta: 1e6},
		ParetoNBD{R: 0.01, Alpha: 1e5, S: 1e-3, Beta: 1e-6},
		ParetoNBD{R: 0.5, Alpha: 10, S: 1e-9, Beta: 1}, // no dropout
		ParetoNBD{R: 0.5, Alpha: 10, S: 900, Beta: 900},
		ParetoNBD{R: 900, Alpha: 1e4, S: 2, Beta: 20},
		NBD{R: 0.4, Alpha: 12},
		NBD{R: 900, Alpha: 1e4},
	}
	for _, m := range []BGNBD{
		cdnow,
		{R: 0.243, Alpha: 4.414, A: 1, B: 2.426}, // ε = 0
		{R: 0.243, Alpha: 4.414, A: 1 + 1e-15, B: 2.426},
		{R: 0.01, Alpha: 0.001, A: 1e-6, B: 1e-3},
		{R: 0.5, Alpha: 10, A: 1e-9, B: 1}, // no dropout
		{R: 200, Alpha: 1e4, A: 300, B: 900},
	} {
		models = append(models, m, MBGNBD(m))
	}
	histories := []History{
		{0, 0, 0},
		{0, 0, 7300}, // 20 years of days
		{7299, 7300, 7300},
		{7299, 100, 7300},
		{5000, 31, 31},
		{3000, 0, 0},
		{1, 0, 0},
		{1, 7300, 7300},
		{1000, 10, 100},
	}
	horizons := []float64{1e-6, 1, 365, 1e6}
	if testing.Short() {
		horizons = []float64{1e-6, 365}
	}
	for _, m := range models {
		for _, h := range histories {
			for _, horizon := range horizons {
				survives(t, m, h, horizon)
			}
		}
	}
}

// Over no time there are no purchases, and over all time there may be infinitely
// many, but not NaN of them, and discounted they are finite.
func TestSurvivalHorizons(t *testing.T) {
	for _, m := range []Model{
		cdnow, MBGNBD(cdnow), BGNBD{R: 0.5, Alpha: 10, A: 1, B: 2}, BGNBD{R: 0.5, Alpha: 10, A: 3, B: 2},
		ParetoNBD{R: 0.553, Alpha: 10.578, S: 0.606, Beta: 11.669}, ParetoNBD{R: 1, Alpha: 10, S: 1, Beta: 10},
		ParetoNBD{R: 1, Alpha: 10, S: 3, Beta: 1e-3}, ParetoNBD{R: 1e-3, Alpha: 10, S: 1e-3, Beta: 1e-3},
		NBD{R: 0.4, Alpha: 12},
	} {
		f := m.Future(3, 20)
		for _, none := range []float64{0, -1} {
			if f.Expected(none) != 0 || f.Discounted(none, 0.1) != 0 || f.PPurchase(none) != 0 || f.Survival(none) != 1 || countOf(f, none, 0) != 1 || countOf(f, none, 2) != 0 {
				t.Errorf("%+v: a horizon of %g holds purchases", m, none)
			}
		}
		if PMF(m, History{}, 5, -1) != 0 {
			t.Errorf("%+v: fewer than no purchases", m)
		}
		always := math.Inf(1)
		counts := make([]float64, 50)
		f.Counts(always, counts)
		for n, p := range append(counts, f.PPurchase(always)) {
			if !(0 <= p && p <= 1+1e-12) {
				t.Errorf("%+v: probability %d over all time is %g", m, n, p)
			}
		}
		if got := counts[0] + f.PPurchase(always); !(math.Abs(got-1) <= 1e-9) {
			t.Errorf("%+v: P(0) + P(purchase) over all time is %.12g", m, got)
		}
		stays := 0.0
		if (m == NBD{R: 0.4, Alpha: 12}) {
			stays = 1
		}
		if got := f.Survival(always); got != stays {
			t.Errorf("%+v: alive after all time with %g, want %g", m, got, stays)
		}
		expected := f.Expected(always)
		if far := f.Expected(1e12); !(expected >= far*(1-1e-9)) {
			t.Errorf("%+v: E[Y] over all time is %g, until 1e12 %g", m, expected, far)
		}
		if got := f.Discounted(always, 0); got != expected {
			t.Errorf("%+v: undiscounted over all time %g, expected %g", m, got, expected)
		}
		if got, most := f.Discounted(always, 0.01), f.Rate()/0.01; !(0 < got && got <= most*(1+1e-12)) {
			t.Errorf("%+v: discounted over all time %g, want within (0, %g]", m, got, most)
		}
	}
	// (a+b-1)/(a-1) purchases after a purchase survived, and k β/(α(s-1)).
	likelihoodtest.Near(t, "E[Y] of BG/NBD over all time", BGNBD{R: 0.5, Alpha: 10, A: 3, B: 2}.Future(3, 20).Expected(math.Inf(1)), 7./2, 1e-14)
	likelihoodtest.Near(t, "E[Y] of Pareto/NBD over all time", ParetoNBD{R: 1, Alpha: 10, S: 3, Beta: 5}.Future(3, 20).Expected(math.Inf(1)), 4*25./(30*2), 1e-14)
}

// a = 1 lies between its neighbours.
func TestSurvivalEpsilon(t *testing.T) {
	at := func(a float64) float64 {
		return BGNBD{R: 0.243, Alpha: 4.414, A: a, B: 2.426}.Future(2, 38.86).Expected(520)
	}
	for _, off := range []float64{1e-15, 1e-12, 1e-9, 1e-7} {
		likelihoodtest.Near(t, "E[Y] beside a = 1", at(1+off), at(1), 10*off+1e-14)
		likelihoodtest.Near(t, "E[Y] beside a = 1", at(1-off), at(1), 10*off+1e-14)
	}
}

// A mean log-likelihood near 0, where a tolerance relative to it took rounding
// for a fall: 2 of 24 simulated bases were refused.
func TestSurvivalLikelihoodOfOne(t *testing.T) {
	for seed := range uint64(8) {
		counts := simulated(BGNBD{R: 0.25, Alpha: 60, A: 0.8, B: 2.5}, 10_000, 500, true, seed)
		fit, err := fitted("bgnbd", counts, 2)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		// Times are scaled by the oldest age, and an older customer of one
		// purchase moves the scale.
		oldest := math.Exp(-fit.LogLikelihood / float64(fit.Repeats))
		if !(oldest > 500) {
			t.Fatalf("seed %d: an age of %g is not the oldest", seed, oldest)
		}
		for range 3 {
			again, err := fitted("bgnbd", append(slices.Clone(counts), HistoryCount{History{Age: oldest}, 1}), 2)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			oldest = math.Exp(-again.LogLikelihood / float64(again.Repeats))
		}
	}
}

func TestSurvivalBadInput(t *testing.T) {
	good := HistoryCount{History{1, 2, 3}, 1}
	for _, bad := range []HistoryCount{
		{History{-1, 0, 3}, 1},
		{History{1, 4, 3}, 1},
		{History{1, -1, 3}, 1},
		{History{1, math.NaN(), 3}, 1},
		{History{1, 2, math.Inf(1)}, 1},
		{History{1, 2, 3}, 0},
	} {
		_, err := fitted("bgnbd", []HistoryCount{good, bad}, 1)
		var none *NoFitError
		if err == nil || errors.As(err, &none) || !strings.Contains(err.Error(), "history 1") {
			t.Errorf("%+v: error %v", bad, err)
		}
	}
}

// countOf returns the probability of exactly n purchases in (0, t].
func countOf(f Future, t float64, n int) float64 {
	p := make([]float64, n+1)
	f.Counts(t, p)
	return p[n]
}
