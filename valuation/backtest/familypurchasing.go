package backtest

import (
	"cbv/valuation/btyd"
	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/pastdays"
)

// familyPurchasing is what a family expects on a past day.
type familyPurchasing struct {
	*hindcast
	holdout   int         // its window
	isLesson  bool        // it alone is asked, and no derivative
	means     [][]float64 // by window
	gradients [][]float64 // by parameter
}

// newFamilyPurchasing forecasts every window, or the holdout alone where nothing else is
// learned from a day.
func newFamilyPurchasing(h *hindcast, look pastdays.Lookback, isLesson bool) (*familyPurchasing, error) {
	windows, n := look.Windows(), len(h.customers)
	f := &familyPurchasing{hindcast: h, holdout: look.Place(look.HoldoutDays), isLesson: isLesson, means: make([][]float64, len(windows))}
	for w := range windows {
		f.means[w] = make([]float64, n)
	}
	for _, runs := range h.runs(h.byGroup) {
		fit, _ := h.fitOf(h.modelGroup(h.customers[runs[0][0]]), h.family)
		shifts, err := btyd.NewShifts(fit.Model)
		if err != nil {
			return nil, err
		}
		if f.gradients == nil && !isLesson {
			for range fit.Parameters {
				f.gradients = append(f.gradients, make([]float64, n))
			}
		}
		likelihood.EachChunk((len(runs)+chunkRuns-1)/chunkRuns, h.terms.Workers, func(chunk int) {
			for _, run := range runs[chunk*chunkRuns : min((chunk+1)*chunkRuns, len(runs))] {
				f.expectRun(run, fit.Model, shifts, windows)
			}
		})
	}
	return f, nil
}

// expectRun forecasts neighbours who share (x, T), in every window.
func (f *familyPurchasing) expectRun(run run, model btyd.Model, shifts btyd.Shifts, windows []int) {
	of := f.customers[run[0]].History
	future := model.Future(of.Repeats, of.Age)
	expected := make([]float64, len(windows))
	for w, days := range windows {
		if !f.isLesson || w == f.holdout {
			expected[w] = future.Expected(float64(days))
		}
	}
	bySurvivor, byHistory := make([]float64, len(f.gradients)), make([]float64, len(f.gradients))
	if !f.isLesson {
		shifts.Expected(btyd.Survivor{Repeats: of.Repeats, Age: of.Age}, pastdays.YearDays, bySurvivor)
	}
	pAlive := 0.
	for place, i := range run {
		if c := f.customers[i]; place == 0 || c.History != of {
			of = c.History
			pAlive = model.PAlive(of)
			if !f.isLesson {
				shifts.PAlive(of, byHistory)
			}
		}
		for w := range windows {
			f.means[w][i] = pAlive * expected[w]
		}
		for j := range f.gradients {
			f.gradients[j][i] = bySurvivor[j] + byHistory[j]
		}
	}
}

func (f *familyPurchasing) purchases(window int) []float64 { return f.means[window] }

func (f *familyPurchasing) slopes() [][]float64 { return f.gradients }

// shareVariance is 0: what the parameters leave is one of each customer's purchases.
func (f *familyPurchasing) shareVariance([]int, []float64) float64 { return 0 }

func (f *familyPurchasing) variances(ratio float64) []float64 {
	variances := make([]float64, len(f.customers))
	for _, runs := range f.runs(f.byGroup) {
		fit, _ := f.fitOf(f.modelGroup(f.customers[runs[0][0]]), f.family)
		likelihood.EachChunk((len(runs)+chunkRuns-1)/chunkRuns, f.terms.Workers, func(chunk int) {
			var p []float64
			for _, run := range runs[chunk*chunkRuns : min((chunk+1)*chunkRuns, len(runs))] {
				of := f.customers[run[0]].History
				future := fit.Model.Future(of.Repeats, of.Age)
				days := float64(f.terms.HoldoutDays)
				expected := future.Expected(days)
				var square float64
				square, p = btyd.SecondMoment(future, days, expected, p)
				for _, i := range run {
					mean := f.means[f.holdout][i]
					pAlive := 0.
					if expected > 0 {
						pAlive = mean / expected
					}
					beyond := max(0, pAlive*square-mean*mean-mean)
					variances[i] = ratio*mean + ratio*ratio*beyond
				}
			}
		})
	}
	return variances
}
