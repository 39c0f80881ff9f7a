package scoring

import (
	"context"

	"cbv/valuation/btyd"
	"cbv/valuation/calendar"
	"cbv/valuation/engine"
)

// mostForecastMonths is how many months the margin curve goes beyond as_of at the most.
const mostForecastMonths = 36

// makeForecastMonths makes the table forecast_months. Without a model there is no
// forecast, and none of them.
func (s *Scoring) makeForecastMonths(ctx context.Context) error {
	s.curve = nil
	if len(s.models.groups) > 0 {
		s.curve = calendar.MonthsAhead(s.Days.AsOf, s.Config.Value.HorizonDays, mostForecastMonths)
	}
	return engine.Insert(ctx, s.Engine, "forecast_months", s.curve)
}

// growthByMonth returns the purchases expected until the end of each forecast month per
// discounted purchase expected over the horizon: what turns a clv into the margin
// expected by then, which is not discounted.
func (s *Scoring) growthByMonth(f btyd.Future, discounted float64) []float64 {
	growth := make([]float64, len(s.curve))
	for i, month := range s.curve {
		if discounted > 0 {
			growth[i] = f.Expected(float64(month.DaysAhead)) / discounted
		}
	}
	return growth
}
