package backtest

import (
	"slices"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/contest"
	"cbv/valuation/score"
)

// scored is a forecast's deviances, kept for the contests.
type scored struct {
	name              string
	purchases, margin []float64
	earlier           [][]float64 // of purchases, at the other cutoffs
}

// deviances returns the deviance of each customer, by cutoff: at one alone for what is
// not forecast at the others.
func (s scored) deviances(target Target) [][]float64 {
	if target == Margin {
		return [][]float64{s.margin}
	}
	return append([][]float64{s.purchases}, s.earlier...)
}

// predict makes the forecasts, scores them and holds the contests. The form of the
// spend model is chosen with the purchases of the family that forecasts these best, so
// margins come last.
func (t *test) predict(result *Result) error {
	purchases, margin := t.outcomes()
	var candidates, baselines []scored
	var expected [][]float64 // purchases, by candidate
	mean, recent := t.baselines()
	for i, f := range []forecast{mean, recent} {
		s := scored{name: []string{meanRate, recentRate}[i]}
		b := Baseline{Name: s.name}
		likelihood.EachChunk(2, t.terms.Workers, func(i int) {
			if i == 0 {
				s.purchases, b.Purchases = t.scored(f.purchases, purchases)
			} else {
				s.margin, b.Margin = t.scored(f.margin, margin)
			}
		})
		baselines = append(baselines, s)
		result.Baselines = append(result.Baselines, b)
	}
	for _, byGroup := range []bool{false, true} {
		if byGroup && t.groups == nil {
			break
		}
		runs := t.runs(byGroup)
		for _, fit := range t.fits[everybody] {
			c := Candidate{Family: btyd.Families[fit.family].Name(), ByGroup: byGroup, Fit: fit.Fit}
			c.Name = c.Family
			if byGroup {
				c.Name = nameByGroup(c.Family)
				if !t.anyGroupFits(fit.family) {
					continue
				}
			}
			s, f := scored{name: c.Name}, t.forecastOf(fit.family, runs)
			likelihood.EachChunk(2, t.terms.Workers, func(i int) {
				if i == 0 {
					s.purchases, c.Purchases = t.scored(f.purchases, purchases)
				} else {
					c.Purchasing = t.distribution(f)
				}
			})
			for _, e := range t.earlier {
				s.earlier = append(s.earlier, e.scored[c.Name])
			}
			candidates = append(candidates, s)
			expected = append(expected, f.purchases)
			result.Candidates = append(result.Candidates, c)
		}
	}
	result.Contests = t.contests(Purchases, among(candidates))
	family := result.preferred()
	if err := t.fitSpending(result, result.Candidates[family].Family, expected[family], margin); err != nil {
		return err
	}
	likelihood.EachChunk(len(candidates), t.terms.Workers, func(i int) {
		c := &result.Candidates[i]
		candidates[i].margin, c.Margin = t.scored(t.margins(t.spend, expected[i], c.ByGroup), margin)
	})
	for i := range candidates {
		candidates[i].earlier = nil // baselines are held against them at the cutoff that is reported
	}
	for _, target := range []Target{Purchases, Margin} {
		result.Contests = append(result.Contests, t.contests(target, against(candidates, baselines))...)
	}
	return nil
}

// scored returns the deviances of a forecast, and its score.
func (t *test) scored(predicted []float64, o score.Outcome) ([]float64, Score) {
	deviances := o.Deviances(predicted)
	return deviances, score.Of(predicted, o, deviances, t.u)
}

// preferred returns the place of the candidate of everybody that forecasts purchases
// best: of those that dropout at the cutoff allows, or of all where it allows none.
func (r Result) preferred() int {
	allowed := contest.ByDropout(r.fits(), r.Unfitted)
	var choice, all []*Candidate
	for i := range r.Candidates {
		if c := &r.Candidates[i]; !c.ByGroup {
			all = append(all, c)
			if allowed(c.Family) {
				choice = append(choice, c)
			}
		}
	}
	if len(choice) == 0 {
		choice = all
	}
	held, _ := r.best(choice)
	return slices.IndexFunc(r.Candidates, func(c Candidate) bool { return c.Name == held.Name })
}

// anyGroupFits reports whether a family has a fit to any group.
func (t *test) anyGroupFits(family int) bool {
	return slices.ContainsFunc(t.groups, func(group int) bool {
		_, own := t.fitOf(group, family)
		return own
	})
}
