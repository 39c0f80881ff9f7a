package scoring

import (
	"context"
	"math"

	"cbv/valuation/btyd"
	"cbv/valuation/engine"
)

// aliveYearAgo is the one row of alive_year_ago.
type aliveYearAgo struct {
	Customers int64
	Alive     *int64 // expected, in thousandths of a millionth; null without a model
}

// countAliveYearAgo makes the table of how many customers there were a year ago, and how
// many of them were expected to be alive then: by the model that values customers
// now, at the histories of then.
func (s *Scoring) countAliveYearAgo(ctx context.Context) error {
	var then aliveYearAgo
	var alive int64
	for row, err := range engine.Select[historyRow](ctx, s.Engine, "histories_year_ago") {
		if err != nil {
			return err
		}
		then.Customers += row.Customers
		if !s.HasModel() {
			continue
		}
		group := s.models.groups[wholeBase]
		if row.FitGroup < len(s.models.groups) {
			group = s.models.groups[row.FitGroup]
		}
		pAlive := group.Purchase.Model.PAlive(btyd.History{
			Repeats: row.RepeatPurchases, LastPurchase: float64(row.AgeAtLastPurchaseDays), Age: float64(row.CustomerAgeDays),
		})
		alive += row.Customers * int64(math.Round(pAlive*1e9))
	}
	if s.HasModel() {
		then.Alive = &alive
	}
	return engine.Insert(ctx, s.Engine, "alive_year_ago", []aliveYearAgo{then})
}
