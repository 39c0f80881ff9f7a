package backtest

import (
	"math"

	"gonum.org/v1/gonum/mathext"

	"cbv/valuation/btyd"
	"cbv/valuation/pastdays"
)

// Forecast is what the procedure forecasts on a day whose future is known, with
// same-season ratios.
type Forecast struct {
	Totals    [2]btyd.Total // of purchases and of margin over the horizon, by the model's own variances
	Came      [2]float64
	PITs      []float64
	Keep      []float64 // chance that a customer of a sample brings more than Threshold
	Kept      []bool
	Threshold float64 // margin of a customer
}

// Forecasts are the purchases of the holdout that the pool expects at a cutoff, by U of the
// customer.
func (c PoolCutoff) Forecasts() map[float64]float64 {
	forecasts := map[float64]float64{}
	q := c.hindcast.purchasing.(*poolPurchasing)
	for i, customer := range c.hindcast.customers {
		forecasts[customer.U] = q.purchases(q.holdout)[i]
	}
	return forecasts
}

// Forecasts are the purchases of the holdout, and their margin, that effects expect at a
// cutoff, by U of the customer.
func (c StartCutoff) Forecasts(r Rolling) (purchases, margin map[float64]float64) {
	purchases, margin = map[float64]float64{}, map[float64]float64{}
	for _, cutoff := range r.Cutoffs {
		if cutoff.Before != c.Before {
			continue
		}
		for i, customer := range cutoff.hindcast.customers {
			purchases[customer.U] = c.purchasing.purchases(r.Place(r.HoldoutDays))[i]
			margin[customer.U] = purchases[customer.U] * c.worth[i]
		}
	}
	return purchases, margin
}

// NewForecast forecasts the days after day, of which Came has all.
func NewForecast(day PastDay, look pastdays.Lookback, procedure Procedure, ratios [2]Ratio, mostKept int) (*Forecast, error) {
	multipliers := [2]float64{ratios[0].Multiplier, ratios[1].Multiplier}
	h, err := newHindcast(day, look, procedure, Terms{Workers: 1}, false)
	if err != nil || h == nil {
		return nil, err
	}
	window := look.Place(look.HorizonDays)
	f := &Forecast{}
	all := make([]int, len(h.customers))
	for i := range all {
		all[i] = i
	}
	variances := h.variances(multipliers[0])
	for k, target := range targets {
		total := h.total(target, window, nil)
		f.Came[k] = total.Actual
		f.Totals[k].Expected = multipliers[k] * total.Expected
		f.Totals[k].Parameters = multipliers[k] * multipliers[k] * h.parameterVariance(target, window, all)
		f.Totals[k].Parameters += ratios[k].LogVariance() * f.Totals[k].Expected * f.Totals[k].Expected
	}
	value := multipliers[1] / multipliers[0] // of a purchase
	for i, c := range h.customers {
		f.Totals[0].Customers += variances[i]
		mean := multipliers[0] * h.purchases(window)[i]
		f.Totals[1].Customers += c.MarginShare * c.MarginShare * value * value * h.valueVariance(i, mean, variances[i])
	}
	f.chances(h, look, multipliers, value, mostKept)
	return f, nil
}

// valueVariance is the variance of what a customer spends, of whose purchases mean and
// variance are given.
func (h *hindcast) valueVariance(i int, mean, variance float64) float64 {
	c := h.customers[i]
	model := h.spend[h.spendGroup(c)]
	worth := h.worth[i] / c.MarginShare
	g := model.Bands[model.Place(c.History.Repeats)].Model
	if g == nil {
		return worth*worth*variance + mean*worth*worth
	}
	shape := g.P*float64(c.counted(model.Form)) + g.Q
	scale := g.Gamma + model.Form.Total(c.FirstSpend, c.RepeatSpend)
	if shape <= 2 {
		return math.Inf(1)
	}
	inverse := scale / (shape - 1)
	inverseSquare := scale * scale / ((shape - 1) * (shape - 2))
	return mean*g.P*inverseSquare + (variance+mean*mean)*g.P*g.P*inverseSquare - mean*mean*g.P*g.P*inverse*inverse
}

// chances sets what a customer's distribution says, at the days in which the base's
// expectation is the ratio times that of the horizon.
func (f *Forecast) chances(h *hindcast, look pastdays.Lookback, multipliers [2]float64, value float64, mostKept int) {
	runs := h.runs(h.byGroup)
	model := h.modelOf(everybody, h.family)
	expected := func(days float64) (sum float64) {
		for _, run := range runs[everybody] {
			of := h.customers[run[0]].History
			future := model.Future(of.Repeats, of.Age).Expected(days)
			for _, i := range run {
				sum += model.PAlive(h.customers[i].History) * future
			}
		}
		return sum
	}
	days := float64(look.HorizonDays)
	want := multipliers[0] * expected(days)
	low, high := 0.3*days, 4*days
	for range 12 {
		if days = (low + high) / 2; expected(days) < want {
			low = days
		} else {
			high = days
		}
	}
	h.terms.HoldoutDays = int(math.Round(days))
	f.PITs = h.forecastOf(h.family, runs).pit
	of := h.spend[everybody]
	f.Threshold = f.Totals[1].Expected / float64(len(h.customers))
	step := max(1, len(h.customers)/mostKept)
	var counts btyd.Counts
	for i := 0; i < len(h.customers); i += step {
		c := h.customers[i]
		g := of.Bands[of.Place(c.History.Repeats)].Model
		if g == nil {
			continue
		}
		future := model.Future(c.History.Repeats, c.History.Age)
		counts.Set(future, days, future.Expected(days), 0)
		shape := g.P*float64(c.counted(of.Form)) + g.Q
		scale := g.Gamma + of.Form.Total(c.FirstSpend, c.RepeatSpend)
		spent := f.Threshold / (c.MarginShare * value)
		chance, left := 0., 1-counts.P[0]
		for m := 1; m < len(counts.P); m++ {
			chance += counts.P[m] * (1 - mathext.RegIncBeta(g.P*float64(m), shape, spent/(spent+scale)))
			left -= counts.P[m]
		}
		chance += max(0, left) // whoever purchases more often than that spends more
		f.Keep = append(f.Keep, model.PAlive(c.History)*chance)
		f.Kept = append(f.Kept, h.actual(Margin, look.Place(look.HorizonDays), i) > f.Threshold)
	}
}
