package batch

import (
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"time"

	"github.com/dustin/go-humanize"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/engine"
	"cbv/valuation/failure"
)

const (
	// A shorter holdout says nothing.
	leastHoldoutDays = 7
	// The holdout takes at most this part of the history.
	mostHoldoutPart = 3
	// A channel with fewer repeat customers takes the parameters of the base.
	minGroupRepeaters = 500
)

// holdout is what the run knows of its backtest.
type holdout struct {
	days      int   // that are forecast; 0: none
	customers int64 // known at the cutoff
	newcomers int64 // who came later
	sampled   int64
	repeaters int    // of the sample, with a repeat at the cutoff
	untested  string // why there is no result
	result    *backtest.Result
	choice    backtest.Choice // of the result
}

// setHoldout settles how many days the backtest forecasts: as many as the
// horizon, a week at the least, and at most a third of the history that the
// models are fitted on.
func (r *run) setHoldout() error {
	span := 0
	if begin := r.fittedFrom(); begin.Before(r.asOf) {
		span = daysBetween(begin, r.asOf)
	}
	if days := r.Config.Backtest.HoldoutDays; days != nil {
		if int(*days) >= span {
			return failure.Usagef("backtest.holdout_days: %d days before %s leave no order to fit the models on: the first one is of %s",
				*days, r.asOf.Format(time.DateOnly), r.fittedFrom().Format(time.DateOnly))
		}
		r.holdout.days = int(*days)
		return nil
	}
	r.holdout.days = min(max(r.Config.Value.HorizonDays, leastHoldoutDays), span/mostHoldoutPart)
	if r.holdout.days < leastHoldoutDays {
		r.holdout.days = 0
		r.holdout.untested = fmt.Sprintf("%s of orders are too few for a backtest", countNoun(span, "day"))
	}
	return nil
}

// fittedFrom is the first day whose newcomers the models are fitted on.
func (r *run) fittedFrom() time.Time {
	begin := r.asOf
	if len(r.orderDays) > 0 && r.orderDays[0].Before(begin) {
		begin = r.orderDays[0]
	}
	if from := r.Config.Orders.FitFrom; from != nil && from.After(begin) {
		begin = from.Time
	}
	return begin
}

// cutoff is the last day that the backtest's models are fitted on.
func (r *run) cutoff() time.Time { return r.asOf.AddDate(0, 0, -r.holdout.days) }

// candidateGroups makes the table of the channels that could have parameters
// of their own.
func candidateGroups(ctx context.Context, r *run) error {
	var channels []string
	err := r.engine.Each(ctx, "channel_sizes", []string{"first_channel", "repeaters"}, func(v []driver.Value) error {
		if r.Config.Value.FitBy == "channel" && v[1].(int64) >= minGroupRepeaters {
			channels = append(channels, v[0].(string))
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.Sort(channels)
	if r.reused != nil {
		channels = r.reused.models.channels()
	}
	r.channels = channels
	return r.groupTable(ctx, "candidate_groups", channels)
}

// groupTable makes a table of fit groups: channel i has number i+1.
func (r *run) groupTable(ctx context.Context, name string, channels []string) error {
	var rows [][]driver.Value
	for i, channel := range channels {
		rows = append(rows, []driver.Value{channel, int64(i + 1)})
	}
	return r.engine.Rows(ctx, name, []engine.Column{{Name: "first_channel", Type: "varchar"}, {Name: "fit_group", Type: "bigint"}}, rows)
}

// backtestFits tests the models on the shop's own past, with parameters of the
// base and, where channels are large enough, of their own.
func backtestFits(ctx context.Context, r *run) error {
	h := &r.holdout
	if err := r.engine.Scan(ctx, "backtest_sample", []string{"customers", "newcomers"}, &h.customers, &h.newcomers); err != nil {
		return err
	}
	if h.days == 0 {
		return nil
	}
	customers, err := r.backtestCustomers(ctx)
	if err != nil {
		return err
	}
	h.sampled = int64(len(customers))
	for _, c := range customers {
		if c.History.Repeats > 0 {
			h.repeaters++
		}
	}
	result, err := backtest.Run(customers, backtest.Terms{
		HoldoutDays: h.days, MaxTotalError: r.Config.Backtest.MaxTotalError, Workers: r.workers(),
	})
	if err != nil {
		return err
	}
	h.result, h.untested = &result, result.Why
	return ctx.Err()
}

// backtestCustomers reads the sample. Its size is bounded, whatever the base.
func (r *run) backtestCustomers(ctx context.Context) ([]backtest.Customer, error) {
	var customers []backtest.Customer
	var channels []string
	base, ofChannel := keptMoney{}, map[string]*keptMoney{}
	perUnit := float64(r.minor)
	columns := []string{
		"fit_group", "repeat_purchases", "age_at_last_purchase_days", "customer_age_days", "repeat_revenue_minor",
		"recent_purchases", "recent_revenue_minor", "recent_margin_minor",
		"holdout_purchases", "holdout_revenue_minor", "holdout_margin_minor", "id_fraction",
		"purchase_revenue_minor", "purchase_margin_minor", "later_returns_minor", "first_channel", "repeat_margin_minor",
	}
	err := r.engine.Each(ctx, "backtest_customers", columns, func(v []driver.Value) error {
		whole := func(i int) int64 { return v[i].(int64) }
		customers = append(customers, backtest.Customer{
			Group:           int(whole(0)),
			History:         btyd.History{Repeats: int(whole(1)), LastPurchase: float64(whole(2)), Age: float64(whole(3))},
			RepeatSpend:     float64(whole(4)) / perUnit,
			RecentPurchases: int(whole(5)), RecentMargin: r.marginOf(whole(6), whole(7)) / perUnit,
			Purchases: int(whole(8)), Margin: r.marginOf(whole(9), whole(10)) / perUnit,
			U: v[11].(float64),
		})
		channel := v[15].(string)
		channels = append(channels, channel)
		if ofChannel[channel] == nil {
			ofChannel[channel] = &keptMoney{}
		}
		for _, sum := range []*keptMoney{&base, ofChannel[channel]} {
			sum.customers++
			sum.revenue += whole(12)
			sum.margin += whole(13)
			sum.returned -= whole(14)
			sum.repeatRevenue += whole(4)
			sum.repeatMargin += whole(16)
		}
		return nil
	})
	for i := range customers {
		customers[i].MarginShare = r.marginShare(base, *ofChannel[channels[i]], channels[i] != "")
	}
	return customers, err
}

// marginOf returns the margin of money, both in minor units.
func (r *run) marginOf(revenue, margin int64) float64 {
	switch {
	case r.Config.Value.MarginRate != nil:
		return *r.Config.Value.MarginRate * float64(revenue)
	case r.Config.Orders.Columns.Margin != "":
		return float64(margin)
	}
	return float64(revenue)
}

// keptMoney is what purchases brought up to the cutoff, in minor units, what of
// that repeat purchases did, and what came back.
type keptMoney struct{ customers, revenue, margin, repeatRevenue, repeatMargin, returned int64 }

// marginShare is the margin expected of a unit of revenue at the cutoff, as
// base_rates and channel_margins have it at as_of: that of the channel's repeat
// purchases, shrunk towards the base's by the revenue of MarginPriorCustomers of its
// customers, less later returns.
func (r *run) marginShare(base, channel keptMoney, hasChannel bool) float64 {
	share := 1.0
	switch {
	case r.Config.Value.MarginRate != nil:
		share = *r.Config.Value.MarginRate
	case r.Config.Orders.Columns.Margin != "" && base.revenue > 0:
		prior := businessRules.MarginPriorCustomers * float64(base.revenue) / float64(base.customers)
		shrunk := func(of keptMoney, towards float64) float64 {
			return (float64(of.repeatMargin) + towards*prior) / (float64(of.repeatRevenue) + prior)
		}
		share = shrunk(base, float64(base.margin)/float64(base.revenue))
		if hasChannel {
			share = shrunk(channel, share)
		}
	}
	if base.revenue > 0 {
		share *= 1 - min(1, float64(base.returned)/float64(base.revenue))
	}
	return share
}

// countNoun writes a number with its noun: 1 day, 2 days.
func countNoun(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return humanize.Comma(int64(n)) + " " + noun
}
