package scoring

import (
	"cmp"
	"context"
	"slices"

	"cbv/valuation/btyd"
	"cbv/valuation/engine"
)

// mostRepeats is the number of repeat purchases from which customers are counted together
// in model_fit: what lies beyond is the tail that every model draws alike.
const mostRepeats = 10

// repeatCount is a row of repeat_distribution: how many customers have made so many repeat
// purchases, and how many the model expects.
type repeatCount struct {
	RepeatPurchases   int
	IsAndMore         bool
	Customers         int64
	ExpectedCustomers *float64
}

// makeRepeatDistribution makes repeat_distribution of the customers whom the models are
// fitted to.
func (s *Scoring) makeRepeatDistribution(ctx context.Context, histories []history) error {
	type key struct {
		group int
		age   float64
	}
	rows := make([]repeatCount, mostRepeats+1)
	for repeats := range rows {
		rows[repeats].RepeatPurchases, rows[repeats].IsAndMore = repeats, repeats == mostRepeats
	}
	ages := map[key]int64{}
	for _, h := range histories {
		if h.Age > s.oldestFittedDays() || h.Customers == 0 {
			continue
		}
		rows[min(h.Repeats, mostRepeats)].Customers += h.Customers
		ages[key{h.group, h.Age}] += h.Customers
	}
	if s.HasModel() {
		keys := make([]key, 0, len(ages))
		for k := range ages {
			keys = append(keys, k)
		}
		slices.SortFunc(keys, func(a, b key) int { return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.age, b.age)) })
		chances := make([][mostRepeats]float64, len(keys))
		err := s.parallel(ctx, len(keys), func(i int) { newcomerCounts(s.modelOf(keys[i].group), keys[i].age, chances[i][:]) })
		if err != nil {
			return err
		}
		expected := make([]float64, mostRepeats+1)
		for i, k := range keys {
			customers, rest := float64(ages[k]), 1.
			for repeats, chance := range chances[i] {
				expected[repeats] += customers * chance
				rest -= chance
			}
			expected[mostRepeats] += customers * max(0, rest)
		}
		for repeats := range rows {
			rows[repeats].ExpectedCustomers = &expected[repeats]
		}
	}
	return engine.Insert(ctx, s.Engine, "repeat_distribution", rows)
}

// newcomerCounts sets p[n] to the probability that a customer makes exactly n repeat
// purchases within so many days of the first purchase.
func newcomerCounts(model btyd.Model, days float64, p []float64) {
	pAlive := model.PAlive(btyd.History{})
	model.Future(0, 0).Counts(days, p)
	for n := range p {
		p[n] *= pAlive
	}
	p[0] += 1 - pAlive
}

// modelOf returns the model that values the customers of a fit group, that of the whole
// base where the group has none of its own.
func (s *Scoring) modelOf(group int) btyd.Model {
	if group >= len(s.models.groups) {
		group = wholeBase
	}
	return s.models.groups[group].Purchase.Model
}
