package scoring

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"cbv/valuation/btyd"
	"cbv/valuation/calendar"
	"cbv/valuation/engine"
	"cbv/valuation/intake"
	"cbv/valuation/stat"
)

// curvePoint is a row of newcomer_curve.
type curvePoint struct {
	FitGroup            int
	AgeDays             int
	PurchasesMillionths int64
	SeasonalMillionths  int64 // with the season of the days to come, as a multiple of a whole year's
}

// newcomerExpectation is a row of newcomer_expectations.
type newcomerExpectation struct {
	FitGroup           int
	CustomerAgeDays    int
	HorizonDays        int
	ExpectedMillionths int64
}

// acquiredDay is a row of newcomer_days.
type acquiredDay struct {
	FirstChannel      string
	FirstPurchaseDate time.Time
	Customers         int64
}

// seasonDay is a row of season_days.
type seasonDay struct {
	DaysBefore int
	Purchases  int64
}

// makeNewcomerCurve makes the table of how many discounted repeat purchases the model
// of each fit group, but that of old customers, expects of a new customer by each age up
// to the horizon, or to FocusDays where that is longer, in millionths, so that sums do
// not depend on their order. And newcomer_expectations: how many it expects so far of
// those who are of an age, of what counts for each horizon, in the season of the days
// that they have been customers.
func (s *Scoring) makeNewcomerCurve(ctx context.Context) error {
	acquired, err := engine.All[acquiredDay](ctx, s.Engine, "newcomer_days")
	if err != nil {
		return err
	}
	slices.SortFunc(acquired, func(a, b acquiredDay) int { // so that sums do not depend on the order of rows
		return cmp.Or(a.FirstPurchaseDate.Compare(b.FirstPurchaseDate), cmp.Compare(a.FirstChannel, b.FirstChannel))
	})
	oldest := 0
	for _, day := range acquired {
		oldest = max(oldest, calendar.DaysBetween(day.FirstPurchaseDate, s.Days.AsOf))
	}
	if s.twelfths, err = s.seasonOfYear(ctx, acquired, oldest); err != nil {
		return err
	}
	horizon, delta := s.horizon()
	horizons := []int{int(horizon)}
	if focus := int(intake.Rules.FocusDays); focus != horizons[0] {
		horizons = append(horizons, focus)
	}
	var rows []curvePoint
	var expectations []newcomerExpectation
	for number, group := range s.models.groups {
		if group.Old {
			continue
		}
		curve := newcomerCurve(group.Purchase.Model, max(int(horizon), int(intake.Rules.FocusDays)), delta)
		for age, purchases := range curve {
			seasonal := purchases
			if age == int(horizon) {
				seasonal *= s.newcomerRatio()
			}
			rows = append(rows, curvePoint{number, age, int64(math.Round(purchases * 1e6)), int64(math.Round(seasonal * 1e6))})
		}
		for _, days := range horizons {
			for age := range oldest + 1 {
				expectations = append(expectations, newcomerExpectation{
					number, age, days, int64(math.Round(expectedInSeason(curve, age, days, s.twelfths) * 1e6)),
				})
			}
		}
	}
	if err := engine.Insert(ctx, s.Engine, "newcomer_expectations", expectations); err != nil {
		return err
	}
	return engine.Insert(ctx, s.Engine, "newcomer_curve", rows)
}

// newcomerCurve returns how many discounted repeat purchases a model expects of a new
// customer by each age.
func newcomerCurve(model btyd.Model, days int, delta float64) []float64 {
	pAlive, future := model.PAlive(btyd.History{}), model.Future(0, 0)
	curve := make([]float64, days+1)
	for age := 1; age <= days; age++ {
		curve[age] = pAlive * future.Discounted(float64(age), delta)
	}
	return curve
}

// expectedInSeason returns how many purchases of their first days customers of an age are
// expected to have made so far, each day of theirs in its season.
func expectedInSeason(curve []float64, age, days int, season stat.Twelfths) float64 {
	sum := 0.
	for day := 1; day <= min(age, days); day++ {
		sum += (curve[day] - curve[day-1]) * season.Ratio(age-day)
	}
	return sum
}

// seasonOfYear returns the season of the trailing 12 months, as those show it who were
// acquired before: the level of new customers of a channel, or of those who start alike,
// who have not been ones for a whole year, would else be that of the part of the year that
// they have seen. Without such customers, or where nothing of the kind is measured (no
// spend, no first orders), every day counts as any other.
func (s *Scoring) seasonOfYear(ctx context.Context, acquired []acquiredDay, oldest int) (stat.Twelfths, error) {
	days := 1 + calendar.DaysBetween(s.intake.TrailingFrom(), s.Days.AsOf)
	came, expected := make([]int64, days), make([]float64, days)
	earlier := false
	for row, err := range engine.Select[seasonDay](ctx, s.Engine, "season_days") {
		if err != nil {
			return stat.Twelfths{}, err
		}
		came[row.DaysBefore] += row.Purchases
		earlier = true
	}
	if !earlier || !s.HasModel() {
		return stat.Twelfths{}, nil
	}
	numbers := map[string]int{}
	for _, group := range s.groups {
		if !group.IsOld {
			numbers[group.FirstChannel] = group.FitGroup
		}
	}
	curves := make([][]float64, len(s.models.groups))
	for number, group := range s.models.groups {
		if !group.Old {
			curves[number] = newcomerCurve(group.Purchase.Model, oldest, 0)
		}
	}
	for _, of := range acquired {
		if of.FirstPurchaseDate.Before(s.intake.NewFrom()) || !of.FirstPurchaseDate.Before(s.intake.TrailingFrom()) {
			continue
		}
		curve, age := curves[numbers[of.FirstChannel]], calendar.DaysBetween(of.FirstPurchaseDate, s.Days.AsOf)
		for before := range days {
			expected[before] += float64(of.Customers) * (curve[age-before] - curve[age-before-1])
		}
	}
	return stat.NewTwelfths(came, expected), nil
}
