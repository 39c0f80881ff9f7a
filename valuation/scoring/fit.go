package scoring

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/engine"
)

// fit fits the models on the distinct histories and scores each of them once.
func (s *Scoring) fit(ctx context.Context) error {
	histories, err := s.readHistories(ctx)
	if err != nil {
		return err
	}
	if s.reused.IsSet() {
		s.reuse()
	} else if err := s.fitModels(ctx, histories); err != nil {
		return err
	}
	if channels := s.models.channels(); len(channels) < len(s.channels) {
		s.channels, histories = channels, ofWholeBase(histories)
	}
	if err := s.makeGroups(ctx, "fit_groups", s.channels); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.drift, err = s.measureDrift(ctx, histories); err != nil {
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
	counts := make([][]btyd.HistoryCount, 1+len(s.channels)) // [0]: everybody's
	for _, h := range histories {
		if h.Age > s.oldestFittedDays() {
			continue
		}
		counts[0] = append(counts[0], h.HistoryCount)
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
	chosen, byChannel := s.choose(base)
	if chosen == nil {
		return nil
	}
	spending, err := s.readSpend(ctx)
	if err != nil {
		return err
	}
	if !byChannel {
		counts = counts[:1]
	}
	for number := range counts {
		group := Group{Purchase: *chosen}
		if number > 0 {
			group.Channel = s.channels[number-1]
			if group.Purchase, err = s.fitGroup(counts[number], group.Channel, *chosen); err != nil {
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

// fitGroup fits the chosen family to a channel. Where that is impossible the
// parameters of the base stand in.
func (s *Scoring) fitGroup(counts []btyd.HistoryCount, channel string, chosen btyd.Fit) (btyd.Fit, error) {
	base, err := btyd.NewBase(counts, s.workers())
	if err != nil {
		return chosen, err
	}
	family := slices.IndexFunc(btyd.Families, func(f btyd.Family) bool { return f.Name() == chosen.Model.Name() })
	fitted, err := btyd.Families[family].Fit(base, s.workers())
	var none *btyd.NoFitError
	if errors.As(err, &none) {
		s.Warn("channel_without_model", "channel %q takes the parameters of the whole base: %s", channel, none)
		return chosen, nil
	}
	return fitted, err
}

// ofWholeBase puts histories of all groups into that of the whole base.
func ofWholeBase(histories []history) []history {
	customers := map[btyd.History]int64{}
	for _, h := range histories {
		customers[h.History] += h.Customers
	}
	merged := make([]history, 0, len(customers))
	for _, h := range histories {
		if n, left := customers[h.History]; left {
			merged = append(merged, history{wholeBase, btyd.HistoryCount{History: h.History, Customers: n}})
			delete(customers, h.History)
		}
	}
	return merged
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

func (s *Scoring) readHistories(ctx context.Context) ([]history, error) {
	var histories []history
	for row, err := range engine.Select[historyRow](ctx, s.Engine, "histories") {
		if err != nil {
			return nil, err
		}
		histories = append(histories, history{row.FitGroup, btyd.HistoryCount{
			History:   btyd.History{Repeats: row.RepeatPurchases, LastPurchase: float64(row.AgeAtLastPurchaseDays), Age: float64(row.CustomerAgeDays)},
			Customers: row.Customers,
		}})
	}
	return histories, nil
}
