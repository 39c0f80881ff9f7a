package btyd

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/btyd/likelihood/likelihoodtest"
)

// fitsOrSays reports an error unless the fit is of finite numbers or the
// error typed.
func fitsOrSays(t *testing.T, what, key string, counts []HistoryCount) (Fit, *NoFitError) {
	t.Helper()
	fit, err := fitted(key, counts, 2)
	var none *NoFitError
	what = key + ", " + what
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
		if !likelihood.Finite(e.Value) || !likelihood.Finite(e.StandardError) || !(e.Value > 0 && (e.StandardError > 0 || fit.Boundary != "")) {
			t.Errorf("%s: %s = %g ± %g", what, e.Name, e.Value, e.StandardError)
		}
	}
	if !likelihood.Finite(fit.LogLikelihood) {
		t.Errorf("%s: ln L = %g", what, fit.LogLikelihood)
	}
	t.Logf("%s: %v, ln L %.6g, %d evaluations", what, fit.Parameters, fit.LogLikelihood, fit.Evaluations)
	return fit, nil
}

func TestSurvivalFits(t *testing.T) {
	t.Parallel()
	customers := 3_000
	if testing.Short() {
		customers = 1_000
	}
	base := simulated(cdnow, customers, 78, false, 11)
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
		for _, family := range Families {
			_, none := fitsOrSays(t, c.what, family.Key, c.counts)
			if c.reason != 0 && (none == nil || none.Reason != c.reason) && !(c.reason == TooFewHistories && family.Key == "nbd") {
				t.Errorf("%s, %s: error %v, want reason %d", family.Key, c.what, none, c.reason)
			}
		}
	}
}

// Bases drawn from the models that others turn into: no dropout, one rate for
// all, one dropout probability or rate for all. An optimum that is accepted there
// has to be one, and where there is none the reason says which boundary it was.
func TestSurvivalBoundaries(t *testing.T) {
	t.Parallel()
	stays := map[string]int{}
	same := map[string]int{}
	seeds := uint64(8)
	if testing.Short() {
		seeds = 4
	}
	for seed := range seeds {
		source := rand.NewPCG(seed, 7)
		draw := rand.New(source)
		rates := distuv.Gamma{Alpha: 0.8, Beta: 12, Src: source}
		var none, sameRate, sameRateStays, sameDropout []HistoryCount
		for range 2_000 {
			h := History{Age: math.Floor(5 + 70*draw.Float64())}
			for _, c := range []struct {
				base         *[]HistoryCount
				rate, leaves float64
			}{
				{&none, rates.Rand(), 0},
				{&sameRate, 0.07, distuv.Beta{Alpha: 1, Beta: 3, Src: source}.Rand()},
				{&sameRateStays, 0.07, 0},
				{&sameDropout, rates.Rand(), 0.2},
			} {
				bought := drawn(draw, h, c.rate, c.leaves)
				bought.LastPurchase = math.Floor(bought.LastPurchase)
				*c.base = append(*c.base, HistoryCount{bought, 1})
			}
		}
		for _, family := range Families {
			_, e := fitsOrSays(t, "no dropout", family.Key, none)
			// A sample may as well look as if a few had left at once.
			switch {
			case e != nil && e.Reason == NoDropout:
				stays[family.Key]++
			case e != nil && e.Reason != Boundary:
				t.Errorf("%s of a base without dropout: %v (reason %d)", family.Key, e, e.Reason)
			}
			fitsOrSays(t, "one rate", family.Key, sameRate)
			if fit, e := fitsOrSays(t, "one rate and no dropout", family.Key, sameRateStays); fit.Boundary != "" || e != nil && (e.Reason == Boundary || e.Reason == NoDropout) {
				same[family.Key]++
			}
			fitsOrSays(t, "one dropout probability", family.Key, sameDropout)
		}
	}
	t.Logf("of %d bases without dropout at that boundary: %v; of those with one rate too, at a boundary: %v", seeds, stays, same)
	for _, family := range Families {
		if family.Key != "nbd" && stays[family.Key] == 0 {
			t.Errorf("%s: no base without dropout was found to be at the boundary", family.Key)
		}
	}
	if stays["nbd"] > 0 || same["nbd"] == 0 {
		t.Errorf("NBD: %d bases without dropout, %d with one rate at a boundary", stays["nbd"], same["nbd"])
	}
}

// A base's objective and its gradient are finite, and the gradient that of
// differences, where codes have broken: x in the thousands, no gap, age 0, a
// or s of 1, α = β, β ≫ α, 20 years of days, one history, one age for all.
func TestSurvivalObjectives(t *testing.T) {
	t.Parallel()
	bases := map[string][]HistoryCount{
		"thousands":   {{History{7299, 7300, 7300}, 1}, {History{7299, 100, 7300}, 1}, {History{3000, 0, 0}, 2}, {History{0, 0, 7300}, 9}},
		"no gap":      {{History{1, 1, 1}, 5}, {History{2, 50, 50}, 5}, {History{40, 50, 50}, 1}},
		"age 0":       {{History{0, 0, 0}, 5}, {History{1, 0, 0}, 2}, {History{3, 0, 1}, 1}},
		"one history": {{History{2, 10, 20}, 500}},
		"one age":     {{History{0, 0, 30}, 500}, {History{1, 3, 30}, 50}, {History{2, 29, 30}, 50}, {History{5, 30, 30}, 3}},
	}
	for day := range 7300 {
		bases["20 years"] = append(bases["20 years"], HistoryCount{History{day % 4, float64(min(day%4, 1) * day / 2), float64(day)}, 1})
	}
	models := map[string][]Model{}
	for _, m := range []BGNBD{{0.3, 60, 1, 2}, {0.3, 60, 1e-6, 2}, {5, 0.01, 0.5, 1e-2}, {300, 1e4, 300, 900}} {
		models["bgnbd"] = append(models["bgnbd"], m)
		models["mbgnbd"] = append(models["mbgnbd"], MBGNBD(m))
		models["nbd"] = append(models["nbd"], NBD{m.R, m.Alpha})
	}
	for _, m := range []ParetoNBD{
		{0.5, 60, 1, 100}, {0.5, 60, 1, 60}, {1, 10, 1e-6, 10}, {0.5, 0.01, 0.5, 1e6}, {0.5, 1e5, 0.5, 0.01}, {300, 1e4, 300, 900}, {0.01, 0.01, 20, 0.1},
	} {
		models["paretonbd"] = append(models["paretonbd"], m)
	}
	for what, counts := range bases {
		counts, err := canonical(counts, 1)
		if err != nil {
			t.Fatal(err)
		}
		scale := 1.0
		for _, c := range counts {
			scale = max(scale, c.Age)
		}
		base := newPurchaseBase(counts, scale)
		for key, ms := range models {
			family, _ := familyOf(key)
			s := family.objective(base, 1)
			for _, m := range ms {
				logs := logsOf(m, family, scale)
				lnL := s.Evaluate(logs, make([]float64, len(logs)))
				if !likelihood.Finite(lnL) {
					t.Errorf("%s, %+v: ln L is %g", what, m, lnL)
					continue
				}
				likelihoodtest.Gradient(t, s, logs, math.Abs(lnL))
			}
		}
	}
}
