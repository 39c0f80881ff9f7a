package intake

import (
	"context"
	"fmt"
	"time"

	"cbv/valuation/btyd"
	"cbv/valuation/calendar"
	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/pastdays"
)

// params is the one row of what SQL takes from the configuration and the days.
type params struct {
	AsOf                                  time.Time
	MinorPerUnit                          int64
	IsOrderGrain                          bool
	HasLastAttributes, HasFirstAttributes bool // of the latest purchase, of the first
	HasFirstOrders                        bool // first orders can be told apart: by an attribute or the channel
	ZeroIsPurchase                        bool
	NetsByOrder                           bool
	FitFrom                               time.Time // everybody is fitted where it is the first readable day
	HasMargin                             bool      // a margin column
	HasChannel                            bool
	MarginRate                            *float64
	RetentionCost                         float64
	CAC                                   *float64
	MinKeepShare                          float64
	ActiveFrom                            float64
	CoolingFrom                           float64

	BacktestCutoff time.Time
	YearAgo        time.Time // the customers of which day are compared with those of as_of
	HorizonDays    int64
	DiscountPerDay float64

	HasSpend         bool
	HasSpendCurrency bool // of each row
	Currency         string
	TargetLTVCAC     float64 `col:"target_ltv_cac"`
	ReplaceScope     string  // of the row of channel_costs that says what a replacement costs
	ReplaceChannel   string

	BusinessRules
}

// makeParams makes the tables params, past_days and purchase_weights, and those of looks.
func (in *Intake) makeParams(ctx context.Context) error {
	if in.tests {
		if err := in.setHoldout(); err != nil {
			return err
		}
	}
	c := in.Config
	row := params{
		AsOf: in.Days.AsOf, MinorPerUnit: in.Minor, FitFrom: Limits.ReadableFrom, IsOrderGrain: c.Orders.Grain == "order", ZeroIsPurchase: c.Orders.ZeroIsPurchase,
		NetsByOrder: c.Orders.NetsByOrder(), HasLastAttributes: c.Orders.Attributes.Has(false), HasFirstAttributes: c.Orders.Attributes.Has(true),
		HasFirstOrders: c.Orders.Attributes.Has(true) || c.Orders.Columns.Channel != "",
		HasMargin:      c.Orders.Columns.Margin != "", HasChannel: c.Orders.Columns.Channel != "", MarginRate: c.Value.MarginRate,
		RetentionCost: c.Value.RetentionCost, CAC: c.Value.CAC, MinKeepShare: c.Value.MinKeepShare,
		ActiveFrom: c.Lifecycle.Active, CoolingFrom: c.Lifecycle.Cooling,
		BacktestCutoff: in.Cutoff(),
		YearAgo:        in.YearAgo(), HorizonDays: int64(c.Value.HorizonDays), DiscountPerDay: btyd.Discounting(c.Value.DiscountRate, 365),
		HasSpend: in.HasSpend(), HasSpendCurrency: c.Spend.Columns.Currency != "", Currency: c.Value.Currency,
		TargetLTVCAC:  c.Value.TargetLTVCAC,
		ReplaceScope:  config.ReplaceByPaid,
		BusinessRules: Rules,
	}
	if from := c.Orders.FitFrom; from != nil {
		row.FitFrom = from.Time
	}
	if c.Value.ReplaceBy != config.ReplaceByPaid {
		row.ReplaceScope, row.ReplaceChannel = "channel", c.Value.ReplaceBy
	}
	if err := engine.Insert(ctx, in.Engine, "params", []params{row}); err != nil {
		return err
	}
	if err := engine.Insert(ctx, in.Engine, "past_days", in.pastDays()); err != nil {
		return err
	}
	if err := engine.Insert(ctx, in.Engine, "purchase_weights", in.purchaseWeights()); err != nil {
		return err
	}
	return in.makeLooks(ctx)
}

// YearAgo is the day of which the number of customers is compared with that of as_of.
func (in *Intake) YearAgo() time.Time { return in.Days.AsOf.AddDate(0, 0, -int(Rules.FocusDays)) }

// leastHoldoutDays are the fewest days of a holdout: a shorter one says nothing.
const leastHoldoutDays = 7

// Holdout is the end of the history that the backtest forecasts.
type Holdout struct {
	Days    int    // 0: there is no backtest
	WhyNone string // why there is none, "" where there is one
}

// Cutoff is the last day that the backtest's models are fitted on.
func (in *Intake) Cutoff() time.Time { return in.Days.AsOf.AddDate(0, 0, -in.Holdout.Days) }

// setHoldout sets how many days the backtest forecasts, and from which past days: as many
// as the horizon, a week at the least, and at most a year and a third of the history that
// the models are fitted on.
func (in *Intake) setHoldout() error {
	span := 0
	if begin := in.FittedFrom(); begin.Before(in.Days.AsOf) {
		span = calendar.DaysBetween(begin, in.Days.AsOf)
	}
	horizon := max(in.Config.Value.HorizonDays, leastHoldoutDays)
	if days := in.Config.Backtest.HoldoutDays; days != nil {
		if int(*days) >= span {
			return failure.Usagef("backtest.holdout_days: %d days before %s leave no order to fit the models on: the first one is of %s",
				*days, in.Days.AsOf.Format(time.DateOnly), in.FittedFrom().Format(time.DateOnly))
		}
		in.Lookback = pastdays.New(span, horizon, int(*days))
	} else {
		in.Lookback = pastdays.New(span, horizon, 0)
	}
	in.Holdout.Days = in.Lookback.HoldoutDays
	if in.Holdout.Days < leastHoldoutDays {
		in.Lookback = pastdays.Lookback{}
		in.Holdout = Holdout{WhyNone: fmt.Sprintf("%s of orders are too few for a backtest", calendar.DaysText(span))}
	}
	return nil
}

// FittedFrom is the first day whose new customers the models are fitted on.
func (in *Intake) FittedFrom() time.Time {
	begin := in.Days.First()
	if from := in.Config.Orders.FitFrom; from != nil && from.After(begin) {
		begin = from.Time
	}
	return begin
}
