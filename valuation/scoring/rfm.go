package scoring

import (
	"context"
	"slices"

	"cbv/valuation/engine"
	"cbv/valuation/money"
	"cbv/valuation/publication"
	"cbv/valuation/rfm"
)

// quintiles is the row of rfm_quintiles.
type quintiles struct {
	Recency20, Recency40, Recency60, Recency80     int64
	Monetary20, Monetary40, Monetary60, Monetary80 int64
}

// makeRFMCuts joins the quintiles of the base with the cut points that are fixed.
func (s *Scoring) makeRFMCuts(ctx context.Context) error {
	q, err := engine.One[quintiles](ctx, s.Engine, "rfm_quintiles")
	if err != nil {
		return err
	}
	cuts := rfm.Cuts{
		Recency:  [4]int64{q.Recency20, q.Recency40, q.Recency60, q.Recency80},
		Monetary: [4]int64{q.Monetary20, q.Monetary40, q.Monetary60, q.Monetary80},
	}
	for i, days := range s.Config.RFM.RecencyCuts {
		cuts.Recency[i] = int64(days)
	}
	for i, amount := range s.Config.RFM.MonetaryCuts {
		cuts.Monetary[i] = money.ToMinor(amount, s.Minor)
	}
	for i, purchases := range s.Config.RFM.FrequencyCuts {
		cuts.Frequency[i] = int64(purchases)
	}
	s.cuts = cuts
	var columns []engine.Column
	var row []any
	for name, bound := range cuts.All() {
		columns, row = append(columns, engine.Column{Name: name, Type: engine.Bigint}), append(row, bound)
	}
	return s.Engine.Insert(ctx, "rfm_cuts", columns, slices.Values([][]any{row}))
}

// RFMCuts are the cut points as a manifest has them.
func (s *Scoring) RFMCuts() publication.RFMCuts {
	cuts := publication.RFMCuts{RecencyDays: s.cuts.Recency[:], Purchases: s.cuts.Frequency[:]}
	for _, minor := range s.cuts.Monetary {
		cuts.Monetary = append(cuts.Monetary, money.Exact(minor, s.Minor))
	}
	return cuts
}
