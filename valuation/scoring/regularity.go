package scoring

import (
	"context"
	"fmt"
	"math"

	"cbv/valuation/backtest"
	"cbv/valuation/engine"
)

// gapShares is the row of gap_shares.
type gapShares struct {
	Customers           int64
	DeviationMillionths int64
}

// warnOfRegularity warns where customers buy as evenly as by a contract.
func (s *Scoring) warnOfRegularity(ctx context.Context) error {
	shares, err := engine.One[gapShares](ctx, s.Engine, "gap_shares")
	if err != nil || shares.Customers < backtest.LeastRegular || !s.HasModel() {
		return err
	}
	regularity := backtest.Regularity(shares.Customers, float64(shares.DeviationMillionths)/1e6)
	how := "all alike"
	if !math.IsInf(regularity, 1) {
		s.regularity = &regularity
		how = fmt.Sprintf("alike (k̂ %.1f, where 1 is a purchase at any time and groceries have about 2)", regularity)
	}
	if regularity >= backtest.RegularFrom {
		s.Warn("regular_purchases", "the gaps between a customer's purchases are %s, as those of contracts and subscriptions: the models take purchases to come at random, and take a customer who has missed one for a customer still", how)
	}
	return nil
}
