package run

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
)

// poolSplit is a cutoff at which the pool is held against a family at equal totals.
type poolSplit struct {
	set, family string
	shop        string // among those of the set, where it has several
	cutoff      time.Time
	horizon     int
	split       split
}

// BenchmarkPool prints what the pool does to forecasts at cutoffs that know only their
// past: real order histories, and simulated bases for which a family is right.
func BenchmarkPool(b *testing.B) {
	for _, set := range []string{"cdnow", "debruyn", "git_ansible"} {
		b.Run(set, func(b *testing.B) {
			for b.Loop() {
				var splits []poolSplit
				for _, row := range truthRows(b, set, "at 2d0978a") {
					if s := splitOf(b, set, row.cutoff, row.horizon); len(s.past[row.horizon]) > 0 {
						splits = append(splits, poolSplit{set, row.family, "", row.cutoff, row.horizon, s})
					}
				}
				printPool(b, splits)
			}
		})
	}
	for _, of := range []struct {
		family            string
		r, alpha, s, beta float64
	}{{"Pareto/NBD", 0.6, 60, 0.6, 120}, {"NBD", 0.6, 60, 0, 0}} {
		for _, customers := range []int{1000, 10_000} {
			b.Run(fmt.Sprintf("simulated %s, %d", of.family, customers), func(b *testing.B) {
				for b.Loop() {
					var splits []poolSplit
					for seed := range uint64(4) {
						c := shopOf(b, seed, customers, never, gammas(of.r, of.alpha, of.s, of.beta, "all"))
						splits = append(splits, poolSplit{b.Name()[len("BenchmarkPool/"):], of.family, fmt.Sprint(seed), simulatedCutoff, simulatedHorizon, splitOrders(b, c, simulatedCutoff, simulatedHorizon)})
					}
					printPool(b, splits)
				}
			})
		}
	}
}

// Simulated shops have orders of two years, to the end of 2023.
const simulatedHorizon = 180

var simulatedCutoff = time.Date(2023, 12, 31, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -simulatedHorizon)

// poolFigures are those of one forecast: the deviance of purchases, the Gini of money,
// and the share of the probability integral transform within [.1, .9], .8 if the
// distribution is right.
type poolFigures struct{ deviance, gini, pit float64 }

// printPool prints the figures of splits, and the contests of what each customer gains
// over all of them: by the pool of the last holdout, and by that of the same season a
// year ago as well, where this ends in time.
func printPool(b *testing.B, splits []poolSplit) {
	b.Helper()
	const year = 365
	var gains [2]map[string]float64
	for i := range gains {
		gains[i] = map[string]float64{}
	}
	for _, p := range splits {
		s := p.split
		byFamily, _ := s.forecastBy(b, p.family, p.horizon, func(testedCustomer) float64 { return 0 })
		held := s.figures(b, byFamily, s.countsBy(p.family, p.horizon))
		line := fmt.Sprintf("%-28s %s %3d %-10s family: deviance %.4f gini %.4f PIT %.3f", p.set, p.cutoff.Format(time.DateOnly), p.horizon, p.family, held.deviance, held.gini, held.pit)
		windows := [][]int{{p.horizon}, {p.horizon, year}}
		if len(s.past[year]) == 0 || p.horizon >= year {
			windows[1] = windows[0]
		}
		for i, of := range windows {
			made := s.pooled(b, p.horizon, of...)
			forecasts := scaledTo(made.forecasts, floats.Sum(byFamily))
			f := s.figures(b, forecasts, func(j int) (btyd.Future, float64, float64) {
				return btyd.NBD{R: made.size[j], Alpha: made.size[j] / forecasts[j]}.Future(0, 0), 1, 1
			})
			line += fmt.Sprintf("; pool of %d: %+.1f %%, gini %+.4f, PIT %.3f", len(of), 100*(f.deviance/held.deviance-1), f.gini-held.gini, f.pit)
			for j, c := range s.customers {
				y := float64(c.HoldoutPurchases)
				gains[i][p.shop+c.CustomerID] += devianceOf(y, byFamily[j]) - devianceOf(y, forecasts[j])
			}
		}
		fmt.Println(line)
	}
	for i, of := range gains {
		mean, variance := stat.MeanVariance(slices.Collect(maps.Values(of)), nil)
		fmt.Printf("%-28s pool of up to %d: a customer gains %.4f, %.1f standard errors\n", splits[0].set, i+1, mean, mean/math.Sqrt(variance/float64(len(of))))
	}
}

// figures are those of a forecast of purchases, money by the spend model that the split
// chose. counts gives a customer's distribution: of a future over some time, given that
// they are alive, and the probability of that.
func (s split) figures(b *testing.B, forecasts []float64, counts func(customer int) (future btyd.Future, t, pAlive float64)) poolFigures {
	b.Helper()
	purchases, money := s.came()
	f := poolFigures{
		deviance: measure(forecasts, purchases).deviance,
		gini:     measure(s.moneyOf(forecasts, worthBy(s.spendingOf(b, s.report.Result.Form))), money).gini,
	}
	for i, c := range s.customers {
		future, t, pAlive := counts(i)
		p := make([]float64, c.HoldoutPurchases+1)
		future.Counts(t, p)
		below := pAlive*floats.Sum(p[:c.HoldoutPurchases]) + 1 - pAlive
		if c.HoldoutPurchases == 0 {
			below, p[0] = 0, p[0]+(1-pAlive)/pAlive
		}
		if v := below + c.IDFraction*pAlive*p[c.HoldoutPurchases]; 0.1 <= v && v <= 0.9 {
			f.pit += 1 / float64(len(s.customers))
		}
	}
	return f
}

// countsBy are the distributions of purchases by a family.
func (s split) countsBy(family string, horizon int) func(customer int) (btyd.Future, float64, float64) {
	at := slices.IndexFunc(s.report.Result.Candidates, func(c backtest.Candidate) bool { return c.Name == family })
	model := s.report.Result.Candidates[at].Fit.Model
	return func(i int) (btyd.Future, float64, float64) {
		h := s.customers[i].history()
		return model.Future(h.Repeats, h.Age), float64(horizon), model.PAlive(h)
	}
}

// devianceOf is the Poisson deviance of one customer.
func devianceOf(y, expected float64) float64 {
	if y == 0 {
		return 2 * expected
	}
	return 2 * (y*math.Log(y/expected) - (y - expected))
}
