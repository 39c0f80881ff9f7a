package scoring

import (
	"context"
	"time"

	"cbv/valuation/btyd"
	"cbv/valuation/calendar"
	"cbv/valuation/engine"
)

// mostForecastMonths is how many months the margin curve goes beyond as_of at the most.
const mostForecastMonths = 36

// forecastMonth is a row of forecast_months: a month that ends after as_of, and by the
// horizon.
type forecastMonth struct {
	Place       int64 // from 0
	Month       time.Time
	MonthNumber int64
	DaysAhead   int64 // from as_of to the last day of the month
}

// forecastMonths returns the months that as_of does not complete and that end within
// the days of the horizon.
func forecastMonths(asOf time.Time, horizonDays int) []forecastMonth {
	var months []forecastMonth
	for month := calendar.StartOf(asOf.AddDate(0, 0, 1), 1); len(months) < mostForecastMonths; month = month.AddDate(0, 1, 0) {
		days := calendar.DaysBetween(asOf, month.AddDate(0, 1, -1))
		if days > horizonDays {
			break
		}
		months = append(months, forecastMonth{int64(len(months)), month, int64(month.Year())*12 + int64(month.Month()) - 1, int64(days)})
	}
	return months
}

// makeForecastMonths makes the table forecast_months. Without a model there is no
// forecast, and none of them.
func (s *Scoring) makeForecastMonths(ctx context.Context) error {
	s.curve = nil
	if len(s.models.groups) > 0 {
		s.curve = forecastMonths(s.Days.AsOf, s.Config.Value.HorizonDays)
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
