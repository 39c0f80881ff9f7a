package scoring

import (
	"context"

	"cbv/valuation/backtest"
	"cbv/valuation/engine"
	"cbv/valuation/scores"
)

// makeBacktestScores makes backtest_scores. Without a backtest it is empty.
func (s *Scoring) makeBacktestScores(ctx context.Context) error {
	t := scores.Table{HoldoutDays: s.intake.Holdout.Days}
	if result := s.holdout.result; result != nil {
		chosen := s.holdout.choice.Candidate
		for i := range result.Candidates {
			c := &result.Candidates[i]
			isChosen := c == chosen && s.HasModel() && c.Name == s.modelName() && !s.pooled.Chosen
			t.Candidate(*c, isChosen, result.Customers, s.holdout.repeaters)
		}
		for _, b := range result.Baselines {
			t.Baseline(b)
		}
	}
	if s.HasModel() {
		t.Pool(s.pooling, s.pooled.Chosen, int(s.holdout.sampled), s.holdout.repeaters)
		t.Starts(backtest.Purchases, s.starting, s.started.Purchases.Chosen)
		t.Starts(backtest.Margin, s.starting, s.started.Spend.Chosen)
		t.Procedure(s.rolling, s.judged.Tests)
	}
	return engine.Insert(ctx, s.Engine, "backtest_scores", t.Rows)
}
