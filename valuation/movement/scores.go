package movement

import (
	"context"
	"runtime"

	"golang.org/x/sync/errgroup"

	"cbv/valuation/btyd"
	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/scoring"
)

// Group are the models of customers.
type Group = scoring.Group

// movedHistory is a row of moved_histories.
type movedHistory struct {
	FitGroup              int64
	RepeatPurchases       int64
	AgeAtLastPurchaseDays int64
	CustomerAgeDays       int64
}

// movedScore is a row of moved_scores: by the models of each run, the discounted purchases
// that a history lets expect within the horizon of the earlier one, and the chance of one
// within a year, both in a year without a season. Null where the run has no model.
type movedScore struct {
	movedHistory
	PurchasesBefore, ChanceBefore *float64
	PurchasesAfter, ChanceAfter   *float64
}

const chanceDays = 365

// makeScores makes moved_scores.
func (m *Movement) makeScores(ctx context.Context) error {
	histories, err := engine.All[movedHistory](ctx, m.Engine, "moved_histories")
	if err != nil {
		return err
	}
	channels := append([]string{""}, m.channels()...)
	models := func(groups []Group) []btyd.Model {
		found := make([]btyd.Model, len(channels))
		for i, channel := range channels {
			found[i] = modelOf(groups, channel)
		}
		return found
	}
	before, after := m.scorer(models(m.before.Groups)), m.scorer(models(m.after.Groups))
	rows := make([]movedScore, len(histories))
	workers := m.Config.Engine.Threads
	if workers <= 0 {
		workers = runtime.NumCPU()
	}
	group, ctx := errgroup.WithContext(ctx)
	for worker := range workers {
		group.Go(failure.Guard(func() error {
			before, after := before.fresh(), after.fresh()
			for i := worker; i < len(histories) && ctx.Err() == nil; i += workers {
				row := movedScore{movedHistory: histories[i]}
				row.PurchasesBefore, row.ChanceBefore = before.score(histories[i])
				row.PurchasesAfter, row.ChanceAfter = after.score(histories[i])
				rows[i] = row
			}
			return ctx.Err()
		}))
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return engine.Insert(context.WithoutCancel(ctx), m.Engine, "moved_scores", rows)
}

// modelOf returns the purchase model of a channel, that of the whole base where it has none
// of its own, nil without any.
func modelOf(groups []Group, channel string) btyd.Model {
	var found btyd.Model
	for _, group := range groups {
		if group.Old {
			continue // who is old the published customers do not say
		}
		if found == nil || group.Channel == channel {
			found = group.Purchase.Model
		}
	}
	return found
}

// scorer scores histories by the models of a run, by fit group. What depends on (x, T)
// alone is kept.
type scorer struct {
	models         []btyd.Model
	horizon, delta float64
	known          map[survivor]ahead
}

type survivor struct{ group, repeats, age int64 }

type ahead struct{ purchases, chance float64 }

func (m *Movement) scorer(models []btyd.Model) scorer {
	value := m.before.Settings.Value
	return scorer{models: models, horizon: float64(value.HorizonDays), delta: btyd.Discounting(value.DiscountRate, chanceDays)}
}

func (s scorer) fresh() scorer {
	s.known = map[survivor]ahead{}
	return s
}

// score returns the discounted purchases of a history and its chance of one, nil without a
// model.
func (s scorer) score(h movedHistory) (purchases, chance *float64) {
	model := s.models[h.FitGroup]
	if model == nil {
		return nil, nil
	}
	key := survivor{h.FitGroup, h.RepeatPurchases, h.CustomerAgeDays}
	next, known := s.known[key]
	if !known {
		future := model.Future(int(h.RepeatPurchases), float64(h.CustomerAgeDays))
		next = ahead{future.Discounted(s.horizon, s.delta), future.PPurchase(chanceDays)}
		s.known[key] = next
	}
	alive := model.PAlive(btyd.History{Repeats: int(h.RepeatPurchases), LastPurchase: float64(h.AgeAtLastPurchaseDays), Age: float64(h.CustomerAgeDays)})
	of, at := alive*next.purchases, alive*next.chance
	return &of, &at
}
