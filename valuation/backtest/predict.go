package backtest

import (
	"slices"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/likelihood"
)

// scored is a forecast's deviances, kept for the contests.
type scored struct {
	name              string
	purchases, margin []float64
}

// deviances returns the deviance of each customer.
func (s scored) deviances(target Target) []float64 {
	if target == Margin {
		return s.margin
	}
	return s.purchases
}

// predict makes the forecasts, one at a time since each is as large as the
// sample, scores them and holds the contests.
func (t *test) predict(result *Result) {
	purchases, margin := t.outcomes()
	// score scores a forecast, side by side since each sorts the sample.
	score := func(s *scored, f forecast, distribution *Distribution) (byPurchases, byMargin Score) {
		parts := []func(){
			func() {
				s.purchases = purchases.deviances(f.purchases)
				byPurchases = t.score(f.purchases, purchases, s.purchases)
			},
			func() {
				s.margin = margin.deviances(f.margin)
				byMargin = t.score(f.margin, margin, s.margin)
			},
			func() {
				if distribution != nil {
					*distribution = t.distribution(f)
				}
			},
		}
		likelihood.EachChunk(len(parts), t.terms.Workers, func(i int) { parts[i]() })
		return byPurchases, byMargin
	}

	var candidates, baselines []scored
	mean, recent := t.baselines()
	for i, f := range []forecast{mean, recent} {
		s := scored{name: []string{meanRate, recentRate}[i]}
		b := Baseline{Name: s.name}
		b.Purchases, b.Margin = score(&s, f, nil)
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
			s := scored{name: c.Name}
			c.Purchases, c.Margin = score(&s, t.forecastOf(fit.family, runs), &c.Purchasing)
			candidates = append(candidates, s)
			result.Candidates = append(result.Candidates, c)
		}
	}
	result.Contests = contests(candidates, baselines, t.terms.Workers)
}

// anyGroupFits reports whether a family has a fit to any group.
func (t *test) anyGroupFits(family int) bool {
	return slices.ContainsFunc(t.groups, func(group int) bool {
		_, own := t.fitOf(group, family)
		return own
	})
}
