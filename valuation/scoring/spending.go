package scoring

import (
	"context"
	"math"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/contest"
	"cbv/valuation/engine"
)

// spendTerms is the one row of spend_terms: which purchases the spend model sees, and
// how many of all are worth anything.
type spendTerms struct {
	FirstCounts   int64 // 1: the first purchase is one of them; 0: the repeats alone are
	FirstDivisor  float64
	PositiveShare float64
}

// spendLevels is the row of spend_levels.
type spendLevels struct {
	ComparedCustomers int64
	FirstToLater      *float64
	PositiveShare     float64
}

// makeSpendTerms makes spend_terms, by the form that predicted margins best in the
// backtest, or by that of reused models. A ratio of first to later purchases is that of
// the histories to as_of.
func (s *Scoring) makeSpendTerms(ctx context.Context) error {
	levels, err := engine.One[spendLevels](ctx, s.Engine, "spend_levels")
	if err != nil {
		return err
	}
	form, share := spend.OnPurchases, levels.PositiveShare
	switch result := s.holdout.result; {
	case s.reused.IsSet():
		model := s.reused.models.groups[wholeBase].Spend
		form, share = model.Form, model.PositiveShare
	case result != nil && len(result.Spendings) > 0:
		form = result.Form
		if form.FirstCounts && form.FirstDivisor != 1 && levels.FirstToLater != nil {
			form.FirstDivisor = *levels.FirstToLater
		}
	}
	terms := spendTerms{FirstDivisor: form.FirstDivisor, PositiveShare: 1}
	if form.FirstCounts {
		terms.FirstCounts, terms.PositiveShare = 1, share
	}
	s.form, s.levels = form, levels
	return engine.Insert(ctx, s.Engine, "spend_terms", []spendTerms{terms})
}

// spendRow is a row of spend_histories.
type spendRow struct {
	FitGroup        int
	RepeatPurchases int
	SpendPurchases  int
	SpendMinor      int64
	Customers       int64
	LogMillionths   int64
}

// lnValues returns Σ ln z in money, of as many purchases, from logarithms of minor
// units that were rounded down to a millionth, and so miss half of one on average.
func (s *Scoring) lnValues(logMillionths, purchases int64) float64 {
	return (float64(logMillionths)+float64(purchases)/2)/1e6 - float64(purchases)*math.Log(float64(s.Minor))
}

// readSpend reads what the spend model sees by fit group, that of the whole base but the
// old first.
func (s *Scoring) readSpend(ctx context.Context) ([]spend.Sample, error) {
	samples := make([]spend.Sample, 1+len(s.groups))
	logs, purchases := make([]int64, len(samples)), make([]int64, len(samples))
	for row, err := range engine.Select[spendRow](ctx, s.Engine, "spend_histories") {
		if err != nil {
			return nil, err
		}
		count := spend.Count{
			Repeats: row.RepeatPurchases, Purchases: row.SpendPurchases, Total: float64(row.SpendMinor) / float64(s.Minor), Customers: row.Customers,
		}
		var groups []int
		if !s.isOld(row.FitGroup) {
			groups = append(groups, wholeBase)
		}
		if row.FitGroup != wholeBase && row.FitGroup <= len(s.groups) {
			groups = append(groups, row.FitGroup)
		}
		for _, group := range groups {
			samples[group].Counts = append(samples[group].Counts, count)
			logs[group] += row.LogMillionths
			purchases[group] += row.Customers * int64(row.SpendPurchases)
		}
	}
	for group := range samples {
		samples[group].Form = s.form
		if s.form.FirstCounts {
			samples[group].LnValues = s.lnValues(logs[group], purchases[group])
			samples[group].PositiveShare = s.levels.PositiveShare
		}
	}
	return samples, nil
}

// whySpend says how the form of the spend model was chosen.
func (s *Scoring) whySpend() string {
	result := s.holdout.result
	if result == nil || len(result.SpendContests) == 0 {
		return "without a backtest it is the first of the forms"
	}
	return result.At() + contest.Text(result.SpendContests, "mean deviance of margin", s.form.Name())
}

// spendCorrelation is the row of spend_correlation.
type spendCorrelation struct{ Spearman *float64 }

// makeSpendCorrelation makes spend_correlation: how much what repeat customers spend on
// a purchase goes with how often they buy. Its row is null without a model.
func (s *Scoring) makeSpendCorrelation(ctx context.Context) error {
	var row spendCorrelation
	if s.HasModel() {
		row.Spearman = &s.models.groups[wholeBase].Spend.Spearman
	}
	return engine.Insert(ctx, s.Engine, "spend_correlation", []spendCorrelation{row})
}

// formOfBacktest is the form that a backtest has to use: that of reused models, nil where
// it chooses.
func (s *Scoring) formOfBacktest() *spend.Form {
	if !s.reused.IsSet() {
		return nil
	}
	return &s.reused.models.groups[wholeBase].Spend.Form
}

// spendOf sets what the spend model sees of a customer on a past day.
func (s *Scoring) spendOf(row *pastCustomer, c *backtest.Customer) {
	perUnit := float64(s.Minor)
	c.FirstSpend, c.RepeatSpend = float64(row.FirstPurchaseMinor)/perUnit, float64(row.RepeatRevenueMinor)/perUnit
	c.Positive = row.PositivePurchases
	c.LnSpend = s.lnValues(row.PurchaseLogMillionths, int64(row.PositivePurchases))
}
