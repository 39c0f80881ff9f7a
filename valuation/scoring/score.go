package scoring

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/engine"
	"cbv/valuation/failure"
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
	spending spend.Distribution
	shifted  []float64 // derivatives of ln of the discounted purchases by ln of each parameter
}

// score makes scores (what depends on the whole history), conditional_forecasts
// (what depends on x and T, given alive), forecast_months, parameter_places and
// spend_correlation. Without a model the first three are empty.
func (s *Scoring) score(ctx context.Context, histories []history) error {
	if len(s.models.groups) == 0 {
		histories = nil
	} else if !hasFirstDay(histories) {
		// A customer on the first day is scored too: the mark compares with a new one.
		histories = append(histories, history{group: wholeBase})
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
	err = s.parallel(ctx, len(forecasts), func(i int) {
		o := &forecasts[i]
		o.shifted = make([]float64, places)
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

// hasFirstDay reports whether a customer on the first day is among the histories.
func hasFirstDay(histories []history) bool {
	return slices.ContainsFunc(histories, func(h history) bool { return h.group == wholeBase && h.History == (btyd.History{}) })
}

// forecasts returns the distinct (group, x, T) of histories with the distributions
// of their spend, and for each history the place of its own.
func (s *Scoring) forecasts(ctx context.Context, histories []history) (forecasts []forecast, of []int, err error) {
	type key struct {
		group, repeats int
		age            float64
	}
	places := map[key]int{}
	of = make([]int, len(histories))
	survivors := make([][]btyd.Survivor, len(s.models.groups))
	members := make([][]int, len(s.models.groups)) // places of each group's survivors
	for i, h := range histories {
		k := key{h.group, h.Repeats, h.Age}
		place, known := places[k]
		if !known {
			place = len(forecasts)
			places[k] = place
			survivor := btyd.Survivor{Repeats: h.Repeats, Age: h.Age}
			forecasts = append(forecasts, forecast{group: h.group, Survivor: survivor})
			survivors[h.group] = append(survivors[h.group], survivor)
			members[h.group] = append(members[h.group], place)
		}
		of[i] = place
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
			forecasts[place].spending = found[i]
		}
	}
	return forecasts, of, nil
}

func (s *Scoring) scoreTable(ctx context.Context, histories []history, forecasts []forecast, of []int, shifts []btyd.Shifts) error {
	rows := make([][]any, len(histories))
	err := s.parallel(ctx, len(histories), func(i int) {
		h, spending := histories[i], &forecasts[of[i]].spending
		model := s.models.groups[h.group].Purchase.Model
		pAlive := model.PAlive(h.History)
		var low, high any
		if !s.pooled.Chosen {
			low, high = spending.Quantile(pAlive, lowLevel), spending.Quantile(pAlive, highLevel)
		}
		rows[i] = []any{
			int64(h.group), int64(h.Repeats), int64(h.LastPurchase), int64(h.Age), pAlive,
			daysToNext(model, h.History), low, high,
		}
		shifted := forecasts[of[i]].shifted
		sensitivities := make([]float64, len(shifted))
		shifts[h.group].PAlive(h.History, sensitivities)
		for j := range sensitivities {
			sensitivities[j] += shifted[j]
		}
		rows[i] = append(rows[i], sensitivities)
	})
	if err != nil {
		return err
	}
	columns := []engine.Column{
		{Name: "fit_group", Type: engine.Bigint}, {Name: "repeat_purchases", Type: engine.Bigint}, {Name: "age_at_last_purchase_days", Type: engine.Bigint},
		{Name: "customer_age_days", Type: engine.Bigint}, {Name: "p_alive", Type: engine.Double}, {Name: "days_to_next_purchase", Type: engine.Double},
		{Name: "spend_low", Type: engine.Double}, {Name: "spend_high", Type: engine.Double}, {Name: "sensitivities", Type: engine.Doubles},
	}
	return s.Engine.Insert(ctx, "scores", columns, slices.Values(rows))
}

// A wait of more than a century is none that a date can stand for.
const longestWaitDays = 36_500

// daysToNext returns how many days after the last purchase half of the customers with
// the history who stay have made the next one; nil without a repeat, where no gap of the
// customer's own is known, and beyond longestWaitDays.
func daysToNext(model btyd.Model, h btyd.History) any {
	if h.Repeats == 0 {
		return nil
	}
	// On the day of the last purchase T was t_x.
	days := model.Future(h.Repeats, h.LastPurchase).MedianWait()
	if days > longestWaitDays {
		return nil
	}
	return days
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

func (s *Scoring) forecastTable(ctx context.Context, forecasts []forecast) error {
	rows := make([][]any, len(forecasts))
	horizon, delta := s.horizon()
	focus := float64(intake.Rules.FocusDays)
	// Over the horizon the number of purchases carries its own ratio, and the value of one
	// the rest (season_terms); over a year the number carries both but for that rest.
	season := s.multiplier(backtest.Purchases, horizon)
	ofFocus := s.multiplier(backtest.Margin, focus) / s.valueRatio(horizon)
	err := s.parallel(ctx, len(forecasts), func(i int) {
		o := &forecasts[i]
		f := s.models.groups[o.group].Purchase.Model.Future(o.Repeats, o.Age)
		discounted, inFocus := f.Discounted(horizon, delta), f.Discounted(focus, delta)
		ifKept, inFocusIfKept := max(discounted, f.Rate()*btyd.Annuity(horizon, delta)), max(inFocus, f.Rate()*btyd.Annuity(focus, delta))
		rows[i] = []any{
			int64(o.group), int64(o.Repeats), int64(o.Age),
			365 * f.Rate(), f.PPurchase(s.seasonal[30]), f.PPurchase(s.seasonal[90]), f.PPurchase(s.seasonal[365]),
			season * f.Expected(horizon), season * discounted,
			f.Survival(30), f.Survival(90), f.Survival(180), f.Survival(365), season * ifKept,
			ofFocus * inFocus, ofFocus * inFocusIfKept,
			s.growthByMonth(f, discounted),
		}
		spending := &o.spending
		if s.pooled.Chosen {
			spending = nil
		}
		rows[i] = append(rows[i], spendColumns(spending)...)
		rows[i] = append(rows[i], spendValues(s.models.groups[o.group].Spend, o.Repeats)...)
	})
	if err != nil {
		return err
	}
	columns := []engine.Column{
		{Name: "fit_group", Type: engine.Bigint}, {Name: "repeat_purchases", Type: engine.Bigint}, {Name: "customer_age_days", Type: engine.Bigint},
		{Name: "purchases_per_year", Type: engine.Double}, {Name: "p_purchase_30d", Type: engine.Double}, {Name: "p_purchase_90d", Type: engine.Double},
		{Name: "p_purchase_365d", Type: engine.Double}, {Name: "expected_purchases", Type: engine.Double}, {Name: "discounted_purchases", Type: engine.Double},
		{Name: "survival_30d", Type: engine.Double}, {Name: "survival_90d", Type: engine.Double}, {Name: "survival_180d", Type: engine.Double}, {Name: "survival_365d", Type: engine.Double},
		{Name: "discounted_purchases_if_kept", Type: engine.Double},
		{Name: "discounted_purchases_365d", Type: engine.Double}, {Name: "discounted_purchases_if_kept_365d", Type: engine.Double},
		{Name: "growth_by_month", Type: engine.Doubles},
	}
	columns = append(columns, spendingColumns...)
	columns = append(columns, []engine.Column{
		{Name: "spend_band", Type: engine.Bigint}, {Name: "spend_mean", Type: engine.Double}, {Name: "is_spend_mean_fitted", Type: engine.Boolean},
		{Name: "p", Type: engine.Double}, {Name: "q", Type: engine.Double}, {Name: "gamma", Type: engine.Double},
	}...)
	return s.Engine.Insert(ctx, "conditional_forecasts", columns, slices.Values(rows))
}

// spendingColumns are the columns of a distribution of spend.
var spendingColumns = []engine.Column{
	{Name: "spend_none", Type: engine.Double}, {Name: "spend_power", Type: engine.Double},
	{Name: "spend_first", Type: engine.Double}, {Name: "spend_step", Type: engine.Double},
	{Name: "spend_exceeds", Type: engine.Doubles}, {Name: "spend_second_moment", Type: engine.Double},
}

// spendColumns are their values, nulls of no distribution.
func spendColumns(d *spend.Distribution) []any {
	if d == nil {
		return make([]any, len(spendingColumns))
	}
	return []any{d.None, d.Power, d.First, d.Step, d.Exceeds[:], d.SecondMoment}
}

// spendValues are a spend model's columns of conditional_forecasts, its parameters
// null where only the mean is known.
func spendValues(model spend.Model, repeats int) []any {
	band := model.Band(repeats)
	mean := model.Expected(repeats, 0, 0)
	if !band.HasModel() {
		return []any{int64(band.From), mean, false, nil, nil, nil}
	}
	return []any{int64(band.From), mean, band.IsMeanFitted(), band.Model.P, band.Model.Q, band.Model.Gamma}
}

// parallel calls do for 0 to n-1 on all workers. Each call writes to its own
// place, so the order of calls does not show.
func (s *Scoring) parallel(ctx context.Context, n int, do func(i int)) error {
	const chunk = 4096
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(s.workers())
	for start := 0; start < n; start += chunk {
		group.Go(failure.Guard(func() error {
			for i := start; i < min(start+chunk, n); i++ {
				do(i)
			}
			return ctx.Err()
		}))
	}
	return group.Wait()
}
