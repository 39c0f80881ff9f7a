package scoring

import (
	"cmp"
	"context"
	"slices"
	"time"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/engine"
	"cbv/valuation/modelfit"
)

// makeRepeatDistribution makes repeat_distribution of the customers whom the models are
// fitted to.
func (s *Scoring) makeRepeatDistribution(ctx context.Context, histories []history) error {
	var counts modelfit.Counts
	for _, h := range histories {
		if h.Age <= s.oldestFittedDays() && h.Customers > 0 {
			counts.Add(modelfit.Cohort{Group: h.group, Age: h.Age}, h.Repeats, h.Customers)
		}
	}
	modelOf := s.modelOf
	if !s.HasModel() {
		modelOf = nil
	}
	rows, err := counts.Repeats(modelOf, func(n int, do func(i int)) error { return s.parallel(ctx, n, do) })
	if err != nil {
		return err
	}
	return engine.Insert(ctx, s.Engine, "repeat_distribution", rows)
}

// modelOf returns the model that values the customers of a fit group, that of the whole
// base where the group has none of its own.
func (s *Scoring) modelOf(group int) btyd.Model {
	if group >= len(s.models.groups) {
		group = wholeBase
	}
	return s.models.groups[group].Purchase.Model
}

// trackWeeks makes tracked_weeks.
func (s *Scoring) trackWeeks(ctx context.Context) error {
	newcomers, err := engine.All[modelfit.Newcomers](ctx, s.Engine, "tracked_newcomers")
	if err != nil {
		return err
	}
	slices.SortFunc(newcomers, func(a, b modelfit.Newcomers) int {
		return cmp.Or(a.FirstPurchaseDate.Compare(b.FirstPurchaseDate), cmp.Compare(a.FitGroup, b.FitGroup))
	})
	purchases := map[time.Time]int64{}
	for row, err := range engine.Select[struct {
		OrderDay  time.Time
		Purchases int64
	}](ctx, s.Engine, "tracked_purchases") {
		if err != nil {
			return err
		}
		purchases[modelfit.MondayOf(row.OrderDay)] += row.Purchases
	}
	return engine.Insert(ctx, s.Engine, "tracked_weeks", s.tracking().Weeks(newcomers, purchases))
}

// tracking is what is known of the weeks.
func (s *Scoring) tracking() modelfit.Tracking {
	t := modelfit.Tracking{AsOf: s.Days.AsOf, HoldoutDays: s.intake.Holdout.Days}
	if !s.HasModel() {
		return t
	}
	t.Of = s.modelOf
	at := slices.IndexFunc(s.rolling.Cutoffs, func(c backtest.Cutoff) bool { return c.Before == t.HoldoutDays })
	if at >= 0 {
		known := s.rolling.Cutoffs[at]
		t.Cutoff, t.Season = s.intake.Cutoff(), known.Ratios[0]
		t.Of = func(group int) btyd.Model { return known.ModelOf(group, s.isOld(group)) }
	}
	return t
}
