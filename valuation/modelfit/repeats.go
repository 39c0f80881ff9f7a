// Package modelfit holds what models of purchases expect of customers of whom it is known
// only when they first purchased against what these did: repeat purchases by number, and
// week by week.
package modelfit

import (
	"cmp"
	"slices"

	"cbv/valuation/btyd"
)

// mostRepeats is the number of repeat purchases from which customers are counted together:
// what lies beyond is the tail that every model draws alike.
const mostRepeats = 10

// RepeatCount is how many customers have made so many repeat purchases, and how many the
// model expects, nil without one.
type RepeatCount struct {
	RepeatPurchases   int
	IsAndMore         bool
	Customers         int64
	ExpectedCustomers *float64
}

// Cohort are customers of a fit group of one age in days.
type Cohort struct {
	Group int
	Age   float64
}

// Counts are customers by their repeat purchases, and by what a model sees of them on their
// first day.
type Counts struct {
	byRepeats [mostRepeats + 1]int64
	byCohort  map[Cohort]int64
}

// Add adds customers who have made so many repeat purchases.
func (c *Counts) Add(cohort Cohort, repeats int, customers int64) {
	if c.byCohort == nil {
		c.byCohort = map[Cohort]int64{}
	}
	c.byRepeats[min(repeats, mostRepeats)] += customers
	c.byCohort[cohort] += customers
}

// Repeats returns a row for each number of repeat purchases. modelOf gives the model of a
// fit group, nil without one; each calls do for 0 to n - 1, in whatever order.
func (c *Counts) Repeats(modelOf func(group int) btyd.Model, each func(n int, do func(i int)) error) ([]RepeatCount, error) {
	rows := make([]RepeatCount, mostRepeats+1)
	for repeats := range rows {
		rows[repeats] = RepeatCount{RepeatPurchases: repeats, IsAndMore: repeats == mostRepeats, Customers: c.byRepeats[repeats]}
	}
	if modelOf == nil {
		return rows, nil
	}
	cohorts := make([]Cohort, 0, len(c.byCohort))
	for cohort := range c.byCohort {
		cohorts = append(cohorts, cohort)
	}
	slices.SortFunc(cohorts, func(a, b Cohort) int { return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Age, b.Age)) })
	chances := make([][mostRepeats]float64, len(cohorts))
	err := each(len(cohorts), func(i int) { newcomerCounts(modelOf(cohorts[i].Group), cohorts[i].Age, chances[i][:]) })
	if err != nil {
		return nil, err
	}
	expected := make([]float64, mostRepeats+1)
	for i, cohort := range cohorts {
		customers, rest := float64(c.byCohort[cohort]), 1.
		for repeats, chance := range chances[i] {
			expected[repeats] += customers * chance
			rest -= chance
		}
		expected[mostRepeats] += customers * max(0, rest)
	}
	for repeats := range rows {
		rows[repeats].ExpectedCustomers = &expected[repeats]
	}
	return rows, nil
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
