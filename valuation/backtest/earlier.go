package backtest

import (
	"slices"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/score"
)

// earlierTest is a test at another cutoff than the one that is reported: it takes part in
// the choices, and in nothing else.
type earlierTest struct {
	*test
	expected map[string][]float64 // purchases, by candidate; those without a fit at the cutoff are missing
	scored   map[string][]float64 // deviances of these
	margin   score.Outcome
}

// newEarlierTest fits every family at a cutoff, and forecasts with each. It is nil where
// none has a fit.
func newEarlierTest(customers []Customer, terms Terms) (*earlierTest, error) {
	customers = slices.Clone(customers)
	slices.SortFunc(customers, func(a, b Customer) int { return a.compare(&b) })
	e := &earlierTest{test: newTest(customers, terms), expected: map[string][]float64{}, scored: map[string][]float64{}}
	if err := e.fit(allFamilies()...); err != nil {
		return nil, err
	}
	if len(e.fits[everybody]) == 0 && e.hasOld {
		e.keepOldApart(false)
		if err := e.fit(allFamilies()...); err != nil {
			return nil, err
		}
	}
	if len(e.fits[everybody]) == 0 {
		return nil, nil
	}
	purchases, margin := e.outcomes()
	e.margin = margin
	for _, byGroup := range []bool{false, true} {
		if byGroup && e.groups == nil {
			break
		}
		runs := e.runs(byGroup)
		for _, fit := range e.fits[everybody] {
			name := btyd.Families[fit.family].Name()
			if byGroup {
				if !e.anyGroupFits(fit.family) {
					continue
				}
				name = nameByGroup(name)
			}
			e.expected[name] = e.expectations(fit.family, runs)
			e.scored[name] = purchases.Deviances(e.expected[name])
		}
	}
	return e, nil
}

// expectations returns the purchases that a family expects of each customer.
func (t *test) expectations(family int, runs map[int][]run) []float64 {
	purchases := make([]float64, len(t.customers))
	for group, of := range runs {
		model := t.modelOf(group, family)
		likelihood.EachChunk((len(of)+chunkRuns-1)/chunkRuns, t.terms.Workers, func(chunk int) {
			for _, run := range of[chunk*chunkRuns : min((chunk+1)*chunkRuns, len(of))] {
				h := t.customers[run[0]].History
				expected := model.Future(h.Repeats, h.Age).Expected(float64(t.terms.HoldoutDays))
				pAlive := model.PAlive(h)
				for _, i := range run {
					if c := t.customers[i]; c.History != h {
						h = c.History
						pAlive = model.PAlive(h)
					}
					purchases[i] = pAlive * expected
				}
			}
		})
	}
	return purchases
}

// formDeviances returns, by the name of each form that has a model at the cutoff, the
// deviances of the margins that it expects, with the purchases that a candidate does. It
// is nil where the candidate has no fit.
func (e *earlierTest) formDeviances(candidate string) (map[string][]float64, error) {
	purchases, fitted := e.expected[candidate]
	if !fitted {
		return nil, nil
	}
	byForm := map[string][]float64{}
	for _, form := range e.forms() {
		models, err := e.fitForm(form, e.pooled())
		if err != nil {
			return nil, err
		}
		if models[everybody].Fit != nil {
			byForm[form.Name()] = e.margin.Deviances(e.margins(models, purchases, false))
		}
	}
	return byForm, nil
}

// gains are by how much a challenger's deviances are smaller than a holder's, each
// customer's over all cutoffs at which both have some; deviances are by cutoff, nil where
// there are none.
func (t *test) gains(held, challenged [][]float64) []float64 {
	if len(held) == 1 {
		gains := make([]float64, len(held[0]))
		for i := range gains {
			gains[i] = held[0][i] - challenged[0][i]
		}
		return gains
	}
	sums := t.sums.Empty()
	for cutoff := range held {
		if held[cutoff] == nil || challenged[cutoff] == nil {
			continue
		}
		for i := range held[cutoff] {
			sums.Add(cutoff, i, held[cutoff][i]-challenged[cutoff][i])
		}
	}
	return sums.Touched()
}
