package scoring

import (
	"context"
	"maps"
	"math"
	"slices"

	"cbv/valuation/backtest"
	"cbv/valuation/engine"
	"cbv/valuation/intake"
)

// seasonTerms is the one row of season_terms: what the same-season ratios do to the value
// of a purchase, beside what the number of purchases carries of them.
type seasonTerms struct {
	PurchaseValueRatio float64 // of margin over that of purchases, over the horizon
}

// SeasonFile is a part of model.json: what forecasts are multiplied by, and how far a total
// is off beside customers and parameters.
type SeasonFile struct {
	Ratios        []RatioFile     `json:"ratios"`
	Forecasts     []SeasonedDays  `json:"forecasts"`
	Twelfths      []float64       `json:"twelfths,omitempty"`                   // of the trailing 12 months, the last first: buying beside their mean, by which the level of a channel's new customers is measured, and of those who start alike; absent without spend and without first orders
	ForecastError float64         `json:"forecast_error"`                       // standard deviation of the logarithm of the base's total
	Narrow        *NarrowInterval `json:"clv_without_forecast_error,omitempty"` // of the base's clv
}

// RatioFile is a part of model.json.
type RatioFile struct {
	Target        backtest.Target `json:"target"`
	Days          int             `json:"days"`
	Years         []float64       `json:"years"` // ratios of single years, the nearest first; none: the season is untested
	Raw           float64         `json:"raw"`
	StandardError float64         `json:"standard_error_of_log"`
	Multiplier    float64         `json:"multiplier"` // after shrinking
}

// SeasonedDays is a part of model.json: what the ratios do to a customer's forecast of
// some days, those of a year where it is of more.
type SeasonedDays struct {
	Days        int     `json:"days"`
	Years       int     `json:"years"`               // that the ratio of purchases rests on; 0: the season is untested
	Purchases   float64 `json:"purchases"`           // multiplies their number
	Margin      float64 `json:"margin"`              // multiplies what they bring
	WithoutDays float64 `json:"days_without_season"` // that bring the base as many purchases: chances and counts are theirs
}

// NarrowInterval is a part of model.json: an interval that counts customers and
// parameters alone.
type NarrowInterval struct {
	Level float64 `json:"level"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// seasonFile describes the ratios, nil where there are none.
func (s *Scoring) seasonFile() *SeasonFile {
	if !s.HasModel() || len(s.rolling.Ratios) == 0 {
		return nil
	}
	file := SeasonFile{ForecastError: math.Sqrt(s.rolling.ErrorVariance(backtest.Margin)), Narrow: s.narrow}
	for _, ratio := range s.rolling.Ratios {
		entry := RatioFile{
			Target: ratio.Target, Days: ratio.WindowDays, Years: []float64{}, Raw: ratio.Raw, StandardError: ratio.StandardError, Multiplier: ratio.Multiplier,
		}
		for _, year := range ratio.Years {
			entry.Years = append(entry.Years, year.Ratio)
		}
		file.Ratios = append(file.Ratios, entry)
	}
	if s.twelfths.Days > 0 {
		file.Twelfths = s.twelfths.Ratios[:]
	}
	for _, days := range slices.Sorted(maps.Keys(s.seasonal)) {
		file.Forecasts = append(file.Forecasts, SeasonedDays{
			Days: int(days), Years: len(s.ratio(backtest.Purchases, days).Years),
			Purchases: s.multiplier(backtest.Purchases, days), Margin: s.multiplier(backtest.Margin, days), WithoutDays: s.seasonal[days],
		})
	}
	return &file
}

// ratio returns the same-season ratio of a target over some days: of a longer time that
// of a year.
func (s *Scoring) ratio(target backtest.Target, days float64) backtest.Ratio {
	return s.rolling.Ratio(target, min(int(days), int(intake.Rules.FocusDays)))
}

// multiplier returns that ratio after shrinking, 1 where no year shows it.
func (s *Scoring) multiplier(target backtest.Target, days float64) float64 {
	return s.ratio(target, days).Multiplier
}

// valueRatio returns by how much a purchase of some days is worth more than at other
// times of the year, as the ratios have it.
func (s *Scoring) valueRatio(days float64) float64 {
	return s.multiplier(backtest.Margin, days) / s.multiplier(backtest.Purchases, days)
}

// makeSeasonTerms makes season_terms.
func (s *Scoring) makeSeasonTerms(ctx context.Context) error {
	horizon, _ := s.horizon()
	return engine.Insert(ctx, s.Engine, "season_terms", []seasonTerms{{PurchaseValueRatio: s.valueRatio(horizon)}})
}

// newcomerRatio returns by how much the days of the horizon bring more margin than as many
// of a whole year: of new customers a year has shown the level. It is 1 where either is
// not known.
func (s *Scoring) newcomerRatio() float64 {
	horizon, _ := s.horizon()
	ofHorizon, ofYear := s.ratio(backtest.Margin, horizon), s.ratio(backtest.Margin, float64(intake.Rules.FocusDays))
	if !ofHorizon.Tested() || !ofYear.Tested() {
		return 1
	}
	return ofHorizon.Multiplier / ofYear.Multiplier
}

const (
	// seasonalPrecision is how closely the base's expectation is met.
	seasonalPrecision = 1e-8
	// A base of which most have left buys no more however long one waits.
	mostSeasonalDays = 20
	seasonalSteps    = 50
)

// seasonalDays returns how many days of a year without a season bring the base the
// purchases that some days of this one do: of them probabilities and counts are those of
// these. weights are aliveByForecast.
func (s *Scoring) seasonalDays(ctx context.Context, days float64, forecasts []forecast, weights []int64) (float64, error) {
	ratio := s.multiplier(backtest.Purchases, days)
	if ratio == 1 || len(forecasts) == 0 {
		return days, nil
	}
	whole, err := s.baseExpectation(ctx, days, forecasts, weights)
	if err != nil || !(whole > 0) {
		return days, err
	}
	low, high := 0., mostSeasonalDays*days
	at := ratio * days
	for range seasonalSteps {
		expected, err := s.baseExpectation(ctx, at, forecasts, weights)
		if err != nil {
			return days, err
		}
		if expected < ratio*whole {
			low = at
		} else {
			high = at
		}
		if math.Abs(expected/whole/ratio-1) <= seasonalPrecision {
			break
		}
		// The expectation is concave from 0 on, so that a chord from there falls short
		// of what is missing, and one that passes it is halved.
		if at *= ratio * whole / expected; !(at > low && at < high) {
			at = (low + high) / 2
		}
	}
	return at, nil
}

// baseExpectation returns the purchases that the base is expected to make in some days.
func (s *Scoring) baseExpectation(ctx context.Context, days float64, forecasts []forecast, weights []int64) (float64, error) {
	millionths := make([]int64, len(forecasts))
	err := s.parallel(ctx, len(forecasts), func(i int) {
		o := &forecasts[i]
		purchases := s.models.groups[o.group].Purchase.Model.Future(o.Repeats, o.Age).Expected(days)
		millionths[i] = int64(math.Round(float64(weights[i]) / aliveScale * purchases * 1e6))
	})
	var sum int64
	for _, purchases := range millionths {
		sum += purchases
	}
	return float64(sum) / 1e6, err
}

// aliveScale makes a number of customers alive whole, so that sums do not depend on the
// order of the histories.
const aliveScale = 1e9

// aliveByForecast returns how many customers with each forecast are expected alive, in
// parts of 1/aliveScale.
func (s *Scoring) aliveByForecast(histories []history, of []int, forecasts int) []int64 {
	alive := make([]int64, forecasts)
	for i, h := range histories {
		pAlive := s.models.groups[h.group].Purchase.Model.PAlive(h.History)
		alive[of[i]] += h.Customers * int64(math.Round(pAlive*aliveScale))
	}
	return alive
}
