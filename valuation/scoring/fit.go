package scoring

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"time"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/engine"
)

// fit fits the models on the distinct histories and scores each of them once.
func (s *Scoring) fit(ctx context.Context) error {
	histories, err := s.readHistories(ctx)
	if err != nil {
		return err
	}
	candidates := len(s.groups)
	if s.reused.IsSet() {
		s.reuse()
	} else if err := s.fitModels(ctx, histories); err != nil {
		return err
	}
	if err := s.warnOfRegularity(ctx); err != nil {
		return err
	}
	s.groups = s.models.ownGroups()
	if err := s.makeGroups(ctx, "fit_groups"); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.roll(); err != nil {
		return err
	}
	// Read anew: beside the past days that the forecasts are held to they would be in the way.
	if histories, err = s.readHistories(ctx); err != nil {
		return err
	}
	if len(s.groups) < candidates {
		histories = regrouped(histories, len(s.groups), s.workers())
	}
	if err := s.makeRepeatDistribution(ctx, histories); err != nil {
		return err
	}
	if err := s.makeBacktestScores(ctx); err != nil {
		return err
	}
	return s.score(ctx, histories)
}

// fitModels fits every family to the whole base, chooses one, and fits it to
// the channels that have parameters of their own.
func (s *Scoring) fitModels(ctx context.Context, histories []history) error {
	counts := make([][]btyd.HistoryCount, 1+len(s.groups)) // [0]: everybody's but the old
	counts[0] = make([]btyd.HistoryCount, 0, len(histories))
	for _, h := range histories {
		if h.Age > s.oldestFittedDays() {
			continue
		}
		if !s.isOld(h.group) {
			counts[0] = append(counts[0], h.HistoryCount)
		}
		if h.group > 0 {
			counts[h.group] = append(counts[h.group], h.HistoryCount)
		}
	}
	if len(counts[0]) == 0 {
		s.models.why = fmt.Sprintf("no customer first purchased on %s (orders.fit_from) or later", s.Config.Orders.FitFrom)
		s.Warn("no_model", "nobody has a value, a lifecycle or a mark: %s", s.models.why)
		return nil
	}
	base, err := btyd.NewBase(counts[0], s.workers())
	if err != nil {
		return err
	}
	counts[0] = nil // the base's memory, free once a family is chosen
	s.models.fingerprint = fingerprint(base.Counts())
	for _, family := range btyd.Families {
		c := candidate{family: family.Name()}
		fitted, err := family.Fit(base, s.workers())
		switch {
		case errors.As(err, &c.none):
		case err != nil:
			return err
		default:
			c.fit = &fitted
		}
		s.models.candidates = append(s.models.candidates, c)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	if len(s.groups) > 0 && s.groups[0].IsOld && !slices.ContainsFunc(s.models.candidates, candidate.hasFit) {
		// The new customers determine no model: nobody is to go without one for that.
		s.groups, s.models = nil, models{}
		return s.fitModels(ctx, regrouped(histories, 0, s.workers()))
	}
	chosen, byChannel := s.choose(base)
	if chosen == nil {
		return nil
	}
	spending, err := s.readSpend(ctx)
	if err != nil {
		return err
	}
	if s.isOld(1) {
		s.models.why += "; " + s.oldText() + " have parameters of their own"
	}
	used := 1 // groups
	switch {
	case byChannel:
		used = len(counts)
	case s.isOld(1):
		used = 2
	}
	for number, counts := range counts[:used] {
		group := Group{Purchase: *chosen}
		if number > 0 {
			group.Old, group.Channel = s.groups[number-1].IsOld, s.groups[number-1].FirstChannel
			if group.Purchase, err = s.fitGroup(counts, group, *chosen); err != nil {
				return err
			}
		}
		if group.Spend, err = spend.FitModel(spending[number], s.workers()); err != nil {
			return err
		}
		s.warnOfSpend(group)
		s.models.groups = append(s.models.groups, group)
	}
	return nil
}

// fitGroup fits the chosen family to a group. Where that is impossible the parameters of
// the base stand in; but of old customers, who are unlike the others, those of the next
// family in order that has a fit.
func (s *Scoring) fitGroup(counts []btyd.HistoryCount, group Group, chosen btyd.Fit) (btyd.Fit, error) {
	base, err := btyd.NewBase(counts, s.workers())
	if err != nil {
		return chosen, err
	}
	family := slices.IndexFunc(btyd.Families, func(f btyd.Family) bool { return f.Name() == chosen.Model.Name() })
	fitted, err := btyd.Families[family].Fit(base, s.workers())
	var none *btyd.NoFitError
	if !errors.As(err, &none) {
		return fitted, err
	}
	if !group.Old {
		s.Warn("channel_without_model", "channel %q takes the parameters of the whole base: %s", group.Channel, none)
		return chosen, nil
	}
	for next := 1; next < len(btyd.Families); next++ {
		if fitted, err := btyd.Families[(family+next)%len(btyd.Families)].Fit(base, s.workers()); err == nil {
			s.Warn("old_without_model", "%s are valued by %s: %s", s.oldText(), fitted.Model.Name(), none)
			return fitted, nil
		}
	}
	s.Warn("old_without_model", "%s take the parameters of the others: %s", s.oldText(), none)
	return chosen, nil
}

// oldText names the old customers.
func (s *Scoring) oldText() string {
	return fmt.Sprintf("customers first seen before %s", s.intake.NewFrom().Format(time.DateOnly))
}

// regrouped puts histories of groups beyond the first ones, which have no models of their
// own, into that of the whole base.
func regrouped(histories []history, first, workers int) []history {
	histories = slices.Clone(histories)
	for i := range histories {
		if h := &histories[i]; h.group > first {
			h.group = wholeBase
		}
	}
	return sorted(histories, workers)
}

// sorted sorts histories in place by group, x, T and t_x, and merges equal ones.
func sorted(histories []history, workers int) []history {
	compare := func(a, b history) int { return cmp.Or(a.group-b.group, a.Compare(b.History)) }
	return likelihood.SortAndMerge(histories, workers, compare, func(into *history, from history) { into.Customers += from.Customers })
}

// oldestFittedDays is the age of a customer who first purchased on
// orders.fit_from.
func (s *Scoring) oldestFittedDays() float64 {
	if s.Config.Orders.FitFrom == nil {
		return math.Inf(1)
	}
	return s.Days.AsOf.Sub(s.Config.Orders.FitFrom.Time).Hours() / 24
}

func (s *Scoring) workers() int {
	if s.Config.Engine.Threads > 0 {
		return s.Config.Engine.Threads
	}
	return runtime.NumCPU()
}

// historyRow is a row of histories.
type historyRow struct {
	FitGroup              int
	RepeatPurchases       int
	AgeAtLastPurchaseDays int64
	CustomerAgeDays       int64
	Customers             int64
}

// readHistories returns the histories in the order of sorted.
func (s *Scoring) readHistories(ctx context.Context) ([]history, error) {
	rows, err := s.Engine.Count(ctx, "histories")
	if err != nil {
		return nil, err
	}
	histories := make([]history, 0, rows)
	for row, err := range engine.Select[historyRow](ctx, s.Engine, "histories") {
		if err != nil {
			return nil, err
		}
		histories = append(histories, history{row.FitGroup, btyd.HistoryCount{
			History:   btyd.History{Repeats: row.RepeatPurchases, LastPurchase: float64(row.AgeAtLastPurchaseDays), Age: float64(row.CustomerAgeDays)},
			Customers: row.Customers,
		}})
	}
	return sorted(histories, s.workers()), nil
}
