package scoring

import (
	"cmp"
	"context"
	"slices"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/engine"
	"cbv/valuation/intake"
)

// The points of what a customer will have brought that stand in customers as
// clv_low and clv_high.
const (
	lowLevel  = 0.1
	highLevel = 0.9
)

// forecast is what is expected of the customers of one fit group with one (x, T),
// given that they are alive.
type forecast struct {
	group int
	btyd.Survivor
	spending *spend.Distribution // nil where the pool forecasts
	shifted  []float64           // derivatives of ln of the discounted purchases by ln of each parameter
}

// score makes scores (what depends on the whole history), conditional_forecasts
// (what depends on x and T, given alive), forecast_months, parameter_places and
// spend_correlation. Without a model the first three are empty.
func (s *Scoring) score(ctx context.Context, histories []history) error {
	if len(s.models.groups) == 0 {
		histories = nil
	} else if first := (history{group: wholeBase}); len(histories) == 0 || histories[0].group != first.group || histories[0].History != first.History {
		// A customer on the first day is scored too: the mark compares with a new one.
		histories = slices.Insert(histories, 0, first)
	}
	shifts := make([]btyd.Shifts, len(s.models.groups))
	for number, group := range s.models.groups {
		var err error
		if shifts[number], err = btyd.NewShifts(group.Purchase.Model); err != nil {
			return err
		}
	}
	if err := s.makeForecastMonths(ctx); err != nil {
		return err
	}
	if err := s.makeSeasonTerms(ctx); err != nil {
		return err
	}
	forecasts, of, err := s.forecasts(ctx, histories)
	if err != nil {
		return err
	}
	horizon, delta := s.horizon()
	places := s.models.places()
	shifted := make([]float64, places*len(forecasts))
	err = s.parallel(ctx, len(forecasts), func(i int) {
		o := &forecasts[i]
		o.shifted = shifted[i*places : (i+1)*places]
		shifts[o.group].Discounted(o.Survivor, horizon, delta, o.shifted)
	})
	if err != nil {
		return err
	}
	if err := s.scoreTable(ctx, histories, forecasts, of, shifts); err != nil {
		return err
	}
	if err := s.makePool(ctx, histories, forecasts, of); err != nil {
		return err
	}
	if err := s.started.InsertLessons(ctx, s.Engine, s.startLessons(), s.startShop()); err != nil {
		return err
	}
	if err := s.makePlaces(ctx); err != nil {
		return err
	}
	if err := s.makeSpendCorrelation(ctx); err != nil {
		return err
	}
	return s.forecastTable(ctx, forecasts)
}

// forecasts returns the distinct (group, x, T) of sorted histories with the distributions
// of their spend, and for each history the place of its own.
func (s *Scoring) forecasts(ctx context.Context, histories []history) (forecasts []forecast, of []int, err error) {
	of = make([]int, len(histories))
	survivors := make([][]btyd.Survivor, len(s.models.groups))
	members := make([][]int, len(s.models.groups)) // places of each group's survivors
	for i, h := range histories {
		if survivor := (btyd.Survivor{Repeats: h.Repeats, Age: h.Age}); i == 0 || h.group != histories[i-1].group || survivor != forecasts[len(forecasts)-1].Survivor {
			survivors[h.group] = append(survivors[h.group], survivor)
			members[h.group] = append(members[h.group], len(forecasts))
			forecasts = append(forecasts, forecast{group: h.group, Survivor: survivor})
		}
		of[i] = len(forecasts) - 1
	}
	horizon, _ := s.horizon()
	s.seasonal = map[float64]float64{}
	weights := s.aliveByForecast(histories, of, len(forecasts))
	// Ratios are of single windows: a month of great purchases before two of none may
	// seem to bring more than all three together. A longer time brings as much at the least.
	least := 0.
	windows := []float64{30, 90, 365, horizon}
	slices.Sort(windows)
	for _, days := range windows {
		of, err := s.seasonalDays(ctx, days, forecasts, weights)
		if err != nil {
			return nil, nil, err
		}
		least = max(least, of)
		s.seasonal[days] = least
	}
	if s.pooled.Chosen {
		return forecasts, of, nil // what customers spend is distributed by their own counts
	}
	for number, group := range s.models.groups {
		found := spend.Distributions(group.Purchase.Model, group.Spend.Shape, survivors[number], s.seasonal[horizon], s.intake.Base.Customers, s.workers())
		for i, place := range members[number] {
			forecasts[place].spending = &found[i]
		}
	}
	return forecasts, of, nil
}

// scoreRow is a row of scores.
type scoreRow struct {
	FitGroup, RepeatPurchases, AgeAtLastPurchaseDays, CustomerAgeDays int

	PAlive              float64
	DaysToNextPurchase  *float64
	SpendLow, SpendHigh *float64 // nil where the pool forecasts
	Sensitivities       []float64
}

func (s *Scoring) scoreTable(ctx context.Context, histories []history, forecasts []forecast, of []int, shifts []btyd.Shifts) error {
	return insertMade(ctx, s, "scores", len(histories), func(i int) scoreRow {
		h, o := histories[i], &forecasts[of[i]]
		model := s.models.groups[h.group].Purchase.Model
		row := scoreRow{
			FitGroup: h.group, RepeatPurchases: h.Repeats, AgeAtLastPurchaseDays: int(h.LastPurchase), CustomerAgeDays: int(h.Age),
			PAlive: model.PAlive(h.History), DaysToNextPurchase: daysToNext(model, h.History), Sensitivities: make([]float64, len(o.shifted)),
		}
		if o.spending != nil {
			low, high := o.spending.Quantile(row.PAlive, lowLevel), o.spending.Quantile(row.PAlive, highLevel)
			row.SpendLow, row.SpendHigh = &low, &high
		}
		shifts[h.group].PAlive(h.History, row.Sensitivities)
		for j := range row.Sensitivities {
			row.Sensitivities[j] += o.shifted[j]
		}
		return row
	})
}

// A wait of more than a century is none that a date can stand for.
const longestWaitDays = 36_500

// daysToNext returns how many days after the last purchase half of the customers with
// the history who stay have made the next one; nil without a repeat, where no gap of the
// customer's own is known, and beyond longestWaitDays.
func daysToNext(model btyd.Model, h btyd.History) *float64 {
	if h.Repeats == 0 {
		return nil
	}
	// On the day of the last purchase T was t_x.
	days := model.Future(h.Repeats, h.LastPurchase).MedianWait()
	if days > longestWaitDays {
		return nil
	}
	return &days
}

// parameterPlace is a row of parameter_places.
type parameterPlace struct{ Parameter int }

// makePlaces makes parameter_places: those of parameters in their models, from 0.
func (s *Scoring) makePlaces(ctx context.Context) error {
	var rows []parameterPlace
	for place := range s.models.places() {
		rows = append(rows, parameterPlace{place})
	}
	return engine.Insert(ctx, s.Engine, "parameter_places", rows)
}

// forecastRow is a row of conditional_forecasts.
type forecastRow struct {
	FitGroup, RepeatPurchases, CustomerAgeDays int

	PurchasesPerYear                                       float64
	PPurchase30d, PPurchase90d, PPurchase365d              float64
	ExpectedPurchases, DiscountedPurchases                 float64
	Survival30d, Survival90d, Survival180d, Survival365d   float64
	DiscountedPurchasesIfKept                              float64
	DiscountedPurchases365d, DiscountedPurchasesIfKept365d float64
	GrowthByMonth                                          []float64
	spendingRow
	spendModelRow
}

func (s *Scoring) forecastTable(ctx context.Context, forecasts []forecast) error {
	horizon, delta := s.horizon()
	focus := float64(intake.Rules.FocusDays)
	// Over the horizon the number of purchases carries its own ratio, and the value of one
	// the rest (season_terms); over a year the number carries both but for that rest.
	season := s.multiplier(backtest.Purchases, horizon)
	ofFocus := s.multiplier(backtest.Margin, focus) / s.valueRatio(horizon)
	return insertMade(ctx, s, "conditional_forecasts", len(forecasts), func(i int) forecastRow {
		o := &forecasts[i]
		f := s.models.groups[o.group].Purchase.Model.Future(o.Repeats, o.Age)
		discounted, inFocus := f.Discounted(horizon, delta), f.Discounted(focus, delta)
		ifKept, inFocusIfKept := max(discounted, f.Rate()*btyd.Annuity(horizon, delta)), max(inFocus, f.Rate()*btyd.Annuity(focus, delta))
		return forecastRow{
			FitGroup: o.group, RepeatPurchases: o.Repeats, CustomerAgeDays: int(o.Age), PurchasesPerYear: 365 * f.Rate(),
			PPurchase30d: f.PPurchase(s.seasonal[30]), PPurchase90d: f.PPurchase(s.seasonal[90]), PPurchase365d: f.PPurchase(s.seasonal[365]),
			ExpectedPurchases: season * f.Expected(horizon), DiscountedPurchases: season * discounted, DiscountedPurchasesIfKept: season * ifKept,
			Survival30d: f.Survival(30), Survival90d: f.Survival(90), Survival180d: f.Survival(180), Survival365d: f.Survival(365),
			DiscountedPurchases365d: ofFocus * inFocus, DiscountedPurchasesIfKept365d: ofFocus * inFocusIfKept,
			GrowthByMonth: s.growthByMonth(f, discounted),
			spendingRow:   spendingOf(o.spending), spendModelRow: modelOfSpend(s.models.groups[o.group].Spend, o.Repeats),
		}
	})
}

// spendingRow is how spend is distributed, nil where that is not by forecast.
type spendingRow struct {
	SpendNone, SpendPower, SpendFirst, SpendStep *float64
	SpendExceeds                                 *[]float64
	SpendSecondMoment                            *float64
}

func spendingOf(d *spend.Distribution) spendingRow {
	if d == nil {
		return spendingRow{}
	}
	exceeds := d.Exceeds[:]
	return spendingRow{&d.None, &d.Power, &d.First, &d.Step, &exceeds, &d.SecondMoment}
}

// spendModelRow is a spend model of conditional_forecasts, its parameters nil where only
// the mean is known.
type spendModelRow struct {
	SpendBand         int
	SpendMean         float64
	IsSpendMeanFitted bool
	P, Q, Gamma       *float64
}

func modelOfSpend(model spend.Model, repeats int) spendModelRow {
	band := model.Band(repeats)
	row := spendModelRow{SpendBand: band.From, SpendMean: model.Expected(repeats, 0, 0)}
	if band.HasModel() {
		row.IsSpendMeanFitted = band.IsMeanFitted()
		row.P, row.Q, row.Gamma = &band.Model.P, &band.Model.Q, &band.Model.Gamma
	}
	return row
}

// insertMade makes a table of n rows that all workers make, of which few are held at a time.
func insertMade[T any](ctx context.Context, s *Scoring, table string, n int, row func(i int) T) error {
	const held = 1 << 16
	rows := make([]T, min(held, n))
	var failed error
	err := engine.InsertEach(ctx, s.Engine, table, func(yield func(T) bool) {
		for from := 0; from < n; from += held {
			rows = rows[:min(held, n-from)]
			if failed = s.parallel(ctx, len(rows), func(i int) { rows[i] = row(from + i) }); failed != nil {
				return
			}
			for _, row := range rows {
				if !yield(row) {
					return
				}
			}
		}
	})
	return cmp.Or(failed, err)
}

// parallel calls do for 0 to n-1 on all workers. Each call writes to its own
// place, so the order of calls does not show.
func (s *Scoring) parallel(ctx context.Context, n int, do func(i int)) error {
	const chunk = 4096
	likelihood.EachChunk((n+chunk-1)/chunk, s.workers(), func(at int) {
		for i := at * chunk; i < min((at+1)*chunk, n) && ctx.Err() == nil; i++ {
			do(i)
		}
	})
	return ctx.Err()
}
