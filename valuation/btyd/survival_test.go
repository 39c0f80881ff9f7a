package btyd

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// survives reports an error unless every quantity of a history is a number
// where it has to be.
func survives(t *testing.T, m BGNBD, h History, horizon float64) {
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
		{"PMF(3)", PMF(m, h, horizon, 3), 0, 1},
		{"PMF(5000)", PMF(m, h, horizon, 5000), 0, 1},
	} {
		if !(c.low <= c.got && c.got <= c.high) {
			t.Errorf("%+v, %+v, t %g: %s = %g, want within [%g, %g]", m, h, horizon, c.what, c.got, c.low, c.high)
		}
	}
}

func TestSurvivalHistories(t *testing.T) {
	models := []BGNBD{
		cdnow,
		{R: 0.243, Alpha: 4.414 * 7, A: 0.793, B: 2.426}, // in days
		{R: 0.243, Alpha: 4.414, A: 1, B: 2.426},         // ε = 0
		{R: 0.243, Alpha: 4.414, A: 1 + 1e-15, B: 2.426},
		{R: 0.01, Alpha: 0.001, A: 1e-6, B: 1e-3},
		{R: 0.5, Alpha: 10, A: 1e-9, B: 1}, // no dropout
		{R: 200, Alpha: 1e4, A: 300, B: 900},
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
	for _, m := range models {
		for _, h := range histories {
			for _, horizon := range []float64{1e-6, 1, 365, 1e6} {
				survives(t, m, h, horizon)
			}
		}
	}
	f := cdnow.Future(3, 20)
	if f.Expected(0) != 0 || f.Discounted(0, 0.1) != 0 || f.PPurchase(0) != 0 || countOf(f, 0, 0) != 1 || countOf(f, 0, 2) != 0 || PMF(cdnow, History{}, 5, -1) != 0 {
		t.Error("a horizon of 0 holds purchases")
	}
}

// a = 1 lies between its neighbours.
func TestSurvivalEpsilon(t *testing.T) {
	at := func(a float64) float64 {
		return BGNBD{R: 0.243, Alpha: 4.414, A: a, B: 2.426}.Future(2, 38.86).Expected(520)
	}
	for _, off := range []float64{1e-15, 1e-12, 1e-9, 1e-7} {
		near(t, "E[Y] beside a = 1", at(1+off), at(1), 10*off+1e-14)
		near(t, "E[Y] beside a = 1", at(1-off), at(1), 10*off+1e-14)
	}
}

// fitsOrSays reports an error unless the fit is of finite numbers or the
// error typed.
func fitsOrSays(t *testing.T, what string, counts []HistoryCount) (Fit, *NoFitError) {
	t.Helper()
	fit, err := fitted("bgnbd", counts, 2)
	var none *NoFitError
	if errors.As(err, &none) {
		if none.Detail == "" || strings.Contains(none.Error(), "NaN") {
			t.Errorf("%s: %q says nothing", what, none.Error())
		}
		t.Logf("%s: %v", what, none)
		return fit, none
	}
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return fit, nil
	}
	for _, e := range fit.Parameters {
		if !finite(e.Value) || !finite(e.StandardError) || !(e.Value > 0 && e.StandardError > 0) {
			t.Errorf("%s: %s = %g ± %g", what, e.Name, e.Value, e.StandardError)
		}
	}
	if !finite(fit.LogLikelihood) {
		t.Errorf("%s: ln L = %g", what, fit.LogLikelihood)
	}
	t.Logf("%s: %v, ln L %.6g, %d evaluations", what, fit.Parameters, fit.LogLikelihood, fit.Evaluations)
	return fit, nil
}

func TestSurvivalFits(t *testing.T) {
	base := simulated(cdnow, 3_000, 78, false, 11)
	change := func(f func(*HistoryCount) bool) []HistoryCount {
		var changed []HistoryCount
		for _, c := range base {
			if f(&c) {
				changed = append(changed, c)
			}
		}
		return changed
	}
	for _, c := range []struct {
		what   string
		counts []HistoryCount
		reason Reason // 0: either a fit or an error
	}{
		{"nobody", nil, NoRepeats},
		{"no repeats", change(func(c *HistoryCount) bool { return c.Repeats == 0 }), NoRepeats},
		{"one history", []HistoryCount{{History{2, 10, 20}, 500}}, TooFewHistories},
		{"three histories", []HistoryCount{{History{0, 0, 20}, 500}, {History{1, 5, 20}, 50}, {History{2, 10, 20}, 5}}, TooFewHistories},
		{"all of age 0", []HistoryCount{{History{0, 0, 0}, 9}, {History{1, 0, 0}, 3}, {History{2, 0, 0}, 2}, {History{3, 0, 0}, 1}}, TooFewHistories},
		{"four histories", []HistoryCount{{History{0, 0, 20}, 500}, {History{1, 5, 20}, 50}, {History{2, 10, 20}, 5}, {History{5, 19, 20}, 9}}, 0},
		{"one repeat", []HistoryCount{{History{0, 0, 20}, 500}, {History{0, 0, 30}, 50}, {History{0, 0, 40}, 5}, {History{1, 19, 20}, 1}}, 0},
		{"equal ages", change(func(c *HistoryCount) bool {
			c.Age = 78
			return true
		}), 0},
		{"all repeaters", change(func(c *HistoryCount) bool { return c.Repeats > 0 }), 0},
		{"all just now", change(func(c *HistoryCount) bool {
			if c.Repeats > 0 {
				c.LastPurchase = c.Age
			}
			return true
		}), 0},
		{"all long ago", change(func(c *HistoryCount) bool {
			c.LastPurchase = 0
			return true
		}), 0},
		{"x in the thousands", change(func(c *HistoryCount) bool {
			c.Repeats *= 300
			return true
		}), 0},
		{"huge unit of time", change(func(c *HistoryCount) bool {
			c.Age *= 1e-9
			c.LastPurchase *= 1e-9
			return true
		}), 0},
		{"20 years of days", simulated(BGNBD{R: 0.3, Alpha: 60, A: 0.6, B: 3}, 5_000, 7300, true, 12), 0},
	} {
		_, none := fitsOrSays(t, c.what, c.counts)
		if c.reason != 0 && (none == nil || none.Reason != c.reason) {
			t.Errorf("%s: error %v, want reason %d", c.what, none, c.reason)
		}
	}
}

// Bases drawn from the models that BG/NBD turns into: no dropout, one rate
// for all, one dropout probability for all. An optimum that is accepted there
// has to be one.
func TestSurvivalBoundaries(t *testing.T) {
	stays := 0
	for seed := range uint64(12) {
		source := rand.NewPCG(seed, 7)
		draw := rand.New(source)
		rates := distuv.Gamma{Alpha: 0.8, Beta: 12, Src: source}
		var none, sameRate, sameDropout []HistoryCount
		for range 2_000 {
			h := History{Age: 5 + 70*draw.Float64()}
			none = append(none, HistoryCount{drawn(draw, h, rates.Rand(), 0), 1})
			sameRate = append(sameRate, HistoryCount{drawn(draw, h, 0.07, distuv.Beta{Alpha: 1, Beta: 3, Src: source}.Rand()), 1})
			sameDropout = append(sameDropout, HistoryCount{drawn(draw, h, rates.Rand(), 0.2), 1})
		}
		if _, e := fitsOrSays(t, "no dropout", none); e != nil && e.Reason == Boundary && strings.Contains(e.Detail, "no dropout") {
			stays++
		}
		fitsOrSays(t, "one rate", sameRate)
		fitsOrSays(t, "one dropout probability", sameDropout)
	}
	if stays == 0 {
		t.Error("no base without dropout was found to be at the boundary")
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
	for _, bad := range []SpendCount{{-1, 5, 1}, {1, math.NaN(), 1}, {1, 5, 0}} {
		if _, err := FitGammaGamma([]SpendCount{{1, 5, 1}, bad}, 1); err == nil || !strings.Contains(err.Error(), "spend 1") {
			t.Errorf("%+v: error %v", bad, err)
		}
	}
}

func TestSurvivalSpend(t *testing.T) {
	m := GammaGamma{P: 6.25, Q: 0.9, Gamma: 15.44}
	if got := m.Mean(); !math.IsInf(got, 1) {
		t.Errorf("population mean at q = .9 is %g, want +Inf", got)
	}
	if got := m.ExpectedSpend(3, 20); !(got > 0 && finite(got)) {
		t.Errorf("E[M] at q = .9 is %g", got)
	}
	if got := m.LogLikelihood(0, 0); got != 0 {
		t.Errorf("ln L of no repeats = %g", got)
	}
	base := simulatedSpend(GammaGamma{P: 6.25, Q: 3.74, Gamma: 15.44}, 2_000, true, 4)
	scaled := slices.Clone(base)
	equal := slices.Clone(base)
	for i := range base {
		scaled[i].Total *= 1e6
		equal[i].Total = 20 * float64(base[i].Repeats)
	}
	for _, c := range []struct {
		what   string
		counts []SpendCount
		reason Reason
	}{
		{"nobody", nil, NoRepeats},
		{"only zeros", []SpendCount{{0, 0, 5}, {2, 0, 3}, {3, -4, 1}}, NoRepeats},
		{"two totals", []SpendCount{{1, 10, 5}, {2, 30, 3}}, TooFewHistories},
		{"three totals", []SpendCount{{1, 10, 5}, {2, 30, 3}, {2, 50, 3}}, 0},
		{"one price", equal, Boundary},
		{"a large unit", scaled, 0},
		{"x in the thousands", []SpendCount{{9000, 1e6, 1}, {4000, 7e5, 1}, {1, 20, 9}, {2, 90, 4}, {1, 300, 2}}, 0},
	} {
		fit, err := FitGammaGamma(c.counts, 2)
		var none *NoFitError
		if err != nil && !errors.As(err, &none) {
			t.Errorf("%s: %v", c.what, err)
		}
		if c.reason != 0 && (none == nil || none.Reason != c.reason) {
			t.Errorf("%s: %+v, error %v, want reason %d", c.what, fit, err, c.reason)
		}
		for _, e := range fit.Parameters {
			if !(e.Value > 0 && e.StandardError > 0 && finite(e.Value) && finite(e.StandardError)) {
				t.Errorf("%s: %s = %g ± %g", c.what, e.Name, e.Value, e.StandardError)
			}
		}
		t.Logf("%s: %+v %v", c.what, fit.Parameters, err)
	}
}

// countOf returns the probability of exactly n purchases in (0, t].
func countOf(f Future, t float64, n int) float64 {
	p := make([]float64, n+1)
	f.Counts(t, p)
	return p[n]
}
