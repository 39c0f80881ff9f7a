package backtest

import (
	"errors"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/pool"
	"cbv/valuation/contest"
	"cbv/valuation/stat"
)

// PoolName is the pool's name among the models.
const PoolName = "pool"

// Pooling is the pool beside the family of a Rolling: what it would have been at the
// cutoffs, each fitted on windows that end by it, and what it is as of as_of.
type Pooling struct {
	// Contest is of the family and the pool at its totals, a customer's differences summed
	// over the cutoffs at which the pool could be fitted and they are known; nil where
	// there are none.
	Contest   *Contest
	Customers int // of the contest
	Cutoffs   []PoolCutoff

	Scores *Candidate // at the nearest cutoff; nil where the pool could not be fitted at it
	Today  *Pooled    // nil where it could not be fitted as of as_of
	Why    string     // it could not
}

// Pooled is a pool that was fitted as of a day.
type Pooled struct {
	Pool    pool.Pool
	Models  pool.Models // of its features, as of the day
	Windows []int       // days before as_of on which the windows begin that it was fitted on

	atWindows []pool.Models // as of the days on which they begin
}

// PoolCutoff is the pool at a cutoff, beside the family at the same totals.
type PoolCutoff struct {
	Pooled
	Before    int
	Customers int

	// Mean Poisson deviances of the purchases in the holdout.
	Deviance, FamilyDeviance float64

	hindcast *hindcast
}

// Won reports whether the pool is to distribute the totals of the family: it won the
// contest, and could be fitted as of as_of.
func (p Pooling) Won() bool { return p.Contest != nil && p.Contest.Won() && p.Today != nil }

// Deviances returns the mean deviances over all cutoffs, of the pool and of the family: a
// customer counts at each cutoff at which they are known.
func (p Pooling) Deviances() (own, family float64) {
	customers := 0.
	for _, c := range p.Cutoffs {
		n := float64(c.Customers)
		own, family, customers = own+n*c.Deviance, family+n*c.FamilyDeviance, customers+n
	}
	return own / customers, family / customers
}

// Pool fits the pool at every cutoff where it can be, and as of as_of, of which today are
// the families' fits to everybody; and holds the contest. The Rolling is of the family.
func (r Rolling) Pool(past Past, today []btyd.Fit, terms Terms) (Pooling, error) {
	days := poolDays{past: past, terms: terms, made: map[int]*poolDay{}}
	var p Pooling
	var deviances [][2][]float64 // of the family and of the pool
	var customers [][]Customer
	for _, c := range r.Cutoffs {
		day, err := days.at(c.Before)
		if err != nil {
			return p, err
		}
		fitted, err := days.fit(c.Before, day.fits)
		if isNoFit(err) {
			continue
		}
		if err != nil {
			return p, err
		}
		cutoff := PoolCutoff{Pooled: fitted, Before: c.Before, Customers: c.Customers}
		made := *c.hindcast
		purchasing := newPoolPurchasing(c.hindcast, past.Lookback, fitted, day.observed(c.Before, past.Lookback))
		made.purchasing = purchasing
		cutoff.hindcast = &made
		if c.Before == past.HoldoutDays {
			p.Scores = made.scores(purchasing)
		}
		held, own := c.hindcast.purchaseDeviances(purchasing.holdout), made.purchaseDeviances(purchasing.holdout)
		cutoff.FamilyDeviance, cutoff.Deviance = stat.Mean(held), stat.Mean(own)
		deviances = append(deviances, [2][]float64{held, own})
		customers = append(customers, made.customers)
		p.Cutoffs = append(p.Cutoffs, cutoff)
	}
	if len(p.Cutoffs) > 0 {
		p.Contest, p.Customers = contestOver(Contest{Target: Purchases, Holder: r.name(), Challenger: PoolName}, customers, deviances)
	}
	fitted, err := days.fit(0, today)
	switch {
	case isNoFit(err):
		p.Why = err.Error()
	case err != nil:
		return p, err
	default:
		p.Today = &fitted
	}
	return p, nil
}

// WithPool returns the Rolling of the procedure in which the pool distributes the totals
// of the family. Ratios are those of the family.
func (r Rolling) WithPool(p Pooling) Rolling {
	r.Pooled = true
	r.instead, r.pooledOn = map[int]*hindcast{}, nil
	for _, c := range p.Cutoffs {
		r.instead[c.Before] = c.hindcast
		r.pooledOn = append(r.pooledOn, c.Before)
	}
	r.Cutoffs = nil
	r.makeCutoffs()
	return r
}

// contestOver holds a contest by the deviances of the holder and of the challenger at each
// cutoff, and returns between how many customers.
func contestOver(c Contest, customers [][]Customer, deviances [][2][]float64) (*Contest, int) {
	sums := newSums(customers...)
	for cutoff, of := range deviances {
		for i, held := range of[0] {
			sums.Add(cutoff, i, held-of[1][i])
		}
	}
	gains := sums.Touched()
	contest := contest.New(c, len(gains), func(i int) float64 { return gains[i] }, func(int) float64 { return 1 })
	return &contest, len(gains)
}

// name names what distributes purchases over customers, as users know it.
func (p Procedure) name() string {
	switch {
	case p.Pooled:
		return PoolName
	case p.ByGroup:
		return nameByGroup(p.Family)
	}
	return p.Family
}

// purchaseDeviances returns those of each customer's purchases in the holdout.
func (h *hindcast) purchaseDeviances(holdout int) []float64 {
	expected := h.purchases(holdout)
	deviances := make([]float64, len(expected))
	for i, mu := range expected {
		deviances[i] = stat.Deviance(float64(h.customers[i].Purchases), mu, leastPurchases)
	}
	return deviances
}

// scores are those of the pool at the nearest cutoff.
func (h *hindcast) scores(q *poolPurchasing) *Candidate {
	purchases, margin := h.outcomes()
	c := Candidate{Name: PoolName, Family: h.familyName(), ByGroup: h.byGroup, Purchasing: h.distribution(q.forecast(h.customers))}
	_, c.Purchases = h.scored(q.purchases(q.holdout), purchases)
	predicted := make([]float64, len(h.customers))
	for i := range predicted {
		predicted[i] = h.expected(Margin, q.holdout, i)
	}
	_, c.Margin = h.scored(predicted, margin)
	return &c
}

// isNoFit reports whether an error says that something could not be fitted.
func isNoFit(err error) bool {
	var none *btyd.NoFitError
	return errors.As(err, &none)
}
