package scoring

import (
	"context"
	"math"

	"cbv/valuation/btyd"
	"cbv/valuation/engine"
	"cbv/valuation/intake"
)

// curvePoint is a row of newcomer_curve.
type curvePoint struct {
	FitGroup            int
	AgeDays             int
	PurchasesMillionths int64
	SeasonalMillionths  int64 // with the season of the days to come, as a multiple of a whole year's
}

// makeNewcomerCurve makes the table of how many discounted repeat purchases the model
// of each fit group, but that of old customers, expects of a new customer by each age up
// to the horizon, or to FocusDays where that is longer, in millionths, so that sums do
// not depend on their order.
func (s *Scoring) makeNewcomerCurve(ctx context.Context) error {
	horizon, delta := s.horizon()
	var rows []curvePoint
	for number, group := range s.models.groups {
		model := group.Purchase.Model
		pAlive, future := model.PAlive(btyd.History{}), model.Future(0, 0)
		for age := 0; !group.Old && age <= max(int(horizon), int(intake.Rules.FocusDays)); age++ {
			purchases := 0.0
			if age > 0 {
				purchases = pAlive * future.Discounted(float64(age), delta)
			}
			seasonal := purchases
			if age == int(horizon) {
				seasonal *= s.newcomerRatio()
			}
			rows = append(rows, curvePoint{number, age, int64(math.Round(purchases * 1e6)), int64(math.Round(seasonal * 1e6))})
		}
	}
	return engine.Insert(ctx, s.Engine, "newcomer_curve", rows)
}
