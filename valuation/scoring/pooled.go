package scoring

import (
	"fmt"
	"time"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/btyd/pool"
	"cbv/valuation/contest"
	"cbv/valuation/publication"
)

// pooled is the pool beside the family of purchase models: whether it forecasts who
// purchases in the family's place, by what, and what decided that. Totals stay the
// family's.
type pooled struct {
	// Chosen reports that the pool won its contest and could be fitted as of as_of. What
	// follows but for Why and Contest is empty where it could not be fitted.
	Chosen bool

	// Pool is fitted on windows that end by as_of. Its Days, the window h, are those over
	// which it expects purchases.
	Pool pool.Pool

	// Memory gives the negative binomial distribution of a customer's purchases its size
	// R + S, by its half-life.
	Memory pool.FadingMemory

	// Models are what the pool's features of expectation are of as of as_of: MBG/NBD, or
	// NBD in its place, and NBD, both of the whole base (its old customers left out where
	// they have parameters of their own), and Memory.
	Models pool.Models

	Windows []time.Time       // the days after which the windows of Pool begin
	Why     string            // it was chosen, or not; "" where nothing could be tested
	Contest *backtest.Contest // family against pool, over the cutoffs at which it was fitted; nil: there were none
	Cutoffs int               // these

	// Mean deviances of purchases at these cutoffs.
	Deviance, FamilyDeviance float64
}

// forHoldout returns a reused pool as a run has it whose backtest forecasts so many days: a
// pool of other days is not the one that this holds to the past, and is not used. The
// holdout of a short history grows with it, by no more than the days since the fit.
func (p pooled) forHoldout(days, sinceFit int) pooled {
	if off := days - p.Pool.Days; p.Chosen && max(off, -off) > sinceFit {
		p.Chosen = false
		p.Why = fmt.Sprintf("it forecasts windows of %d days, and the backtest of this run is of %d: fit anew with --model ''", p.Pool.Days, days)
	}
	return p
}

// isFitted reports whether there is a pool as of as_of.
func (p pooled) isFitted() bool { return p.Pool.Days > 0 }

// testPool holds the pool against the family that the rolling backtest is of. What decided,
// and the pool of as_of, are kept, unless those of another run are reused.
func (s *Scoring) testPool(rolling backtest.Rolling) error {
	var today []btyd.Fit
	for _, c := range s.models.candidates {
		if c.hasFit() {
			today = append(today, *c.fit)
		}
	}
	pooling, err := rolling.Pool(s.holdout.past, today, s.terms())
	if err != nil {
		return err
	}
	s.pooling = pooling
	if !s.reused.IsSet() {
		s.pooled = newPooled(pooling, s.Days.AsOf)
	}
	return nil
}

// newPooled returns what a backtest says of the pool.
func newPooled(of backtest.Pooling, asOf time.Time) pooled {
	p := pooled{Chosen: of.Won(), Contest: of.Contest, Cutoffs: len(of.Cutoffs)}
	if p.Cutoffs > 0 {
		p.Deviance, p.FamilyDeviance = of.Deviances()
	}
	if of.Today != nil {
		p.Pool, p.Models, p.Memory = of.Today.Pool, of.Today.Models, of.Today.Models.Memory
		for _, before := range of.Today.Windows {
			p.Windows = append(p.Windows, asOf.AddDate(0, 0, -before))
		}
	}
	switch {
	case of.Contest == nil && of.Today == nil:
		p.Why = of.Why
	case of.Contest == nil:
		p.Why = "it could be fitted at no cutoff"
	default:
		p.Why = contest.Text([]backtest.Contest{*of.Contest}, "deviance "+contest.PerCustomer(p.Cutoffs), backtest.PoolName)
		if of.Today == nil {
			p.Why += "; as of as_of there is none: " + of.Why
		}
	}
	return p
}

// published returns the short form of it, nil where it could be fitted at no cutoff.
func (p pooled) published() *publication.Pool {
	if p.Contest == nil {
		return nil
	}
	return &publication.Pool{Chosen: p.Chosen, Deviance: p.Deviance, FamilyDeviance: p.FamilyDeviance}
}
