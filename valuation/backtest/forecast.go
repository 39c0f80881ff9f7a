package backtest

import (
	"cbv/valuation/btyd"
	"cbv/valuation/btyd/likelihood"
)

// forecast is what is predicted of each customer's holdout, in their order.
type forecast struct {
	purchases []float64
	margin    []float64 // of a model, set once spend is fitted

	// Of a model's distribution of the number of purchases; nil of a baseline.
	pPurchase []float64 // probability of at least one
	pit       []float64 // F(y⁻) + U·P(y) at the actual y
	covered   []bool    // y lies within the central 80 % interval
	coverage  []float64 // probability that it does
}

// meanWeight is the weight of the base's mean rate in the baseline recent_rate:
// without it a customer who was silent lately would be predicted to purchase
// nothing, which no deviance forgives.
const meanWeight = 0.2

// baselines returns the forecasts that know no model: the mean rate, and the recent one.
func (t *test) baselines() (mean, recent forecast) {
	var repeats, spend, exposure float64
	for _, c := range t.customers {
		repeats += float64(c.History.Repeats)
		spend += c.RepeatSpend
		exposure += c.History.Age
	}
	holdout := float64(t.terms.HoldoutDays)
	rate, value := 0.0, 0.0 // repeats in the holdout, money a repeat
	if exposure > 0 {
		rate = repeats / exposure * holdout
	}
	if repeats > 0 {
		value = spend / repeats
	}
	n := len(t.customers)
	mean = forecast{purchases: make([]float64, n), margin: make([]float64, n)}
	recent = forecast{purchases: make([]float64, n), margin: make([]float64, n)}
	for i, c := range t.customers {
		purchases, margin := rate, rate*value*c.MarginShare
		mean.purchases[i], mean.margin[i] = purchases, margin
		if c.History.Age > 0 {
			// Whoever was acquired half-way through those days showed what half as
			// many would.
			scale := holdout / min(holdout, c.History.Age)
			purchases = meanWeight*purchases + (1-meanWeight)*scale*float64(c.RecentPurchases)
			margin = meanWeight*margin + (1-meanWeight)*scale*max(0, c.RecentMargin)
		}
		recent.purchases[i], recent.margin[i] = purchases, margin
	}
	return mean, recent
}

// run is neighbours who share (x, T).
type run []int

// runs returns the customers in the runs that are forecast at once: of everybody,
// or of each group apart; the old ones, where they have fits of their own, in both.
func (t *test) runs(byGroup bool) map[int][]run {
	runs := map[int][]run{}
	for i, c := range t.customers {
		group := everybody
		if byGroup || c.apart {
			group = c.group()
		}
		of := runs[group]
		if last := len(of) - 1; last >= 0 {
			if h := t.customers[of[last][0]].History; h.Repeats == c.History.Repeats && h.Age == c.History.Age {
				of[last] = append(of[last], i)
				continue
			}
		}
		runs[group] = append(of, run{i})
	}
	return runs
}

// chunkRuns is how many runs a worker takes at a time.
const chunkRuns = 64

// forecastOf returns a family's forecast, but for margins. Each group has its own fit
// where it has one.
func (t *test) forecastOf(family int, runs map[int][]run) forecast {
	f := newForecast(len(t.customers))
	for group, of := range runs {
		model := t.modelOf(group, family)
		likelihood.EachChunk((len(of)+chunkRuns-1)/chunkRuns, t.terms.Workers, func(chunk int) {
			var counts btyd.Counts
			for _, run := range of[chunk*chunkRuns : min((chunk+1)*chunkRuns, len(of))] {
				t.forecastRun(&f, run, model, &counts)
			}
		})
	}
	return f
}

// margins returns the margins that are expected of the holdout, by the purchases that
// are. Each group has its own spend where it has a model of it.
func (t *test) margins(models spends, purchases []float64, byGroup bool) []float64 {
	margins := make([]float64, len(purchases))
	for i, c := range t.customers {
		group := everybody
		if byGroup || c.apart {
			group = c.group()
		}
		margins[i] = purchases[i] * c.worth(models.of(group))
	}
	return margins
}

// forecastRun forecasts neighbours who share (x, T), and so the future that
// they have if they are alive. counts is scratch space.
func (t *test) forecastRun(f *forecast, run run, model btyd.Model, counts *btyd.Counts) {
	most := 0
	for _, i := range run {
		most = max(most, t.customers[i].Purchases)
	}
	h := t.customers[run[0]].History
	holdout := float64(t.terms.HoldoutDays)
	future := model.Future(h.Repeats, h.Age)
	expected, pPurchase := future.Expected(holdout), future.PPurchase(holdout)
	counts.Set(future, holdout, expected, most)

	var pAlive float64
	var middle btyd.Interval
	for place, i := range run {
		c := t.customers[i]
		if place == 0 || c.History != h {
			h = c.History
			pAlive = model.PAlive(h)
			middle = counts.Middle(pAlive)
		}
		f.purchases[i] = pAlive * expected
		f.pPurchase[i] = pAlive * pPurchase
		f.place(i, c, counts, pAlive, middle)
	}
}

// newForecast returns an empty forecast of so many customers by a distribution.
func newForecast(n int) forecast {
	return forecast{
		purchases: make([]float64, n), pPurchase: make([]float64, n),
		pit: make([]float64, n), covered: make([]bool, n), coverage: make([]float64, n),
	}
}

// place sets where a customer's purchases lie in their distribution.
func (f *forecast) place(customer int, c Customer, counts *btyd.Counts, pAlive float64, middle btyd.Interval) {
	below := counts.UpTo(pAlive, c.Purchases-1)
	f.pit[customer] = below + c.U*(counts.UpTo(pAlive, c.Purchases)-below)
	f.covered[customer] = middle.Low <= c.Purchases && c.Purchases <= middle.High
	f.coverage[customer] = middle.Coverage
}
