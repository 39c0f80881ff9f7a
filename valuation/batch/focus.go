package batch

import (
	"context"
	"database/sql/driver"
	"slices"
	"time"

	"cbv/valuation/focus"
)

// judgeFocus says where the next effort should go, by the finished figures.
func (r *run) judgeFocus(ctx context.Context) (focus.Report, error) {
	value := func(metric string) *float64 { return r.kpis[metric].Value }
	figures := focus.Figures{
		Customers: r.base.customers, BaseGrowth: value("base_growth_12m"),
		LTVToCAC: ltvToCAC(value), TargetLTVToCAC: r.Config.Value.TargetLTVCAC,
		RepeatTrend: value("repeat_rate_90d_change"), RepeatTrendHigh: r.kpis["repeat_rate_90d_change"].High,
		AtRiskShare: value("dropout_loss_share"),
	}
	if age := value("shop_age_days"); age != nil {
		figures.ShopAgeDays = int64(*age)
	}
	var added, returning *float64
	var latest time.Time
	err := r.engine.EachOrNull(ctx, "kpis", []string{"metric", "month", "channel", "value"}, func(v []driver.Value) error {
		month, monthly := v[1].(time.Time)
		amount := number(v[3])
		switch {
		case !monthly || v[2] != nil || amount == nil:
		case v[0] == "value_added_by_acquisition_before_cac":
			// whole cents below 2^53: their sum is exact in any order
			cents := toMinor(*amount, r.minor)
			if added == nil {
				added = new(float64)
			}
			*added += float64(cents)
		case v[0] == "returning_share_of_revenue" && month.After(latest):
			latest, returning = month, amount
		}
		return nil
	})
	if err != nil {
		return focus.Report{}, err
	}
	if equity := value("residual_customer_equity"); added != nil && equity != nil {
		if total := *equity + *added/float64(r.minor); total > 0 {
			share := *equity / total
			figures.CurrentShare = &share
		}
	}
	err = r.engine.EachOrNull(ctx, "concentration", []string{"metric", "value"}, func(v []driver.Value) error {
		if v[0] == "largest_customer_share" {
			figures.LargestShare = number(v[1])
		}
		return nil
	})
	if err != nil {
		return focus.Report{}, err
	}
	file := focus.Report{Judgement: focus.Judge(figures)}
	own := focus.Own{
		RepeatRevenueShare: returning, SaleToCurrent: value("sale_chance_alive_90d"), SaleToNew: value("sale_chance_newcomer_90d"),
		LTVToCAC: ltvToCAC(value),
	}
	var lossPerCost *float64
	if cost := r.Config.Value.RetentionCost; cost > 0 {
		if cac := value("paid_cac"); cac != nil {
			ratio := *cac / cost
			own.CostRatio = &ratio
		}
		if loss, held := value("retain_dropout_loss"), value("retain_customers"); loss != nil && held != nil && *held > 0 {
			perCost := *loss / (*held * cost)
			lossPerCost = &perCost
		}
	}
	file.Benchmarks = focus.Benchmarks(own)
	monthly, err := r.monthlySpend(ctx)
	if err != nil {
		return focus.Report{}, err
	}
	file.Split, file.WhyNoSplit = focus.NextUnit(monthly, ltvToCAC(value), lossPerCost)
	return file, nil
}

// monthlySpend returns the spend of the last whole months, a year of them at the
// most, in their order.
func (r *run) monthlySpend(ctx context.Context) ([]float64, error) {
	type month struct {
		start time.Time
		spend float64
	}
	var months []month
	err := r.engine.EachOrNull(ctx, "channels", []string{"period", "scope", "is_whole", "period_start", "spend"}, func(v []driver.Value) error {
		if spend := number(v[4]); v[0] == monthly && v[1] == "blended" && v[2] == true && spend != nil {
			months = append(months, month{v[3].(time.Time), *spend})
		}
		return nil
	})
	slices.SortFunc(months, func(a, b month) int { return a.start.Compare(b.start) })
	var spends []float64
	for _, m := range months[max(0, len(months)-12):] {
		spends = append(spends, m.spend)
	}
	return spends, err
}

// ltvToCAC is that of paid channels; where spend does not say which those are, of
// all spend over all newcomers.
func ltvToCAC(value func(metric string) *float64) *float64 {
	if paid := value("ltv_cac"); paid != nil {
		return paid
	}
	return value("blended_ltv_cac")
}
