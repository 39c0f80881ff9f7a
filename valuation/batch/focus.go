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
	ltv := r.ltvToCAC()
	figures := focus.Figures{
		Customers: r.base.customers, BaseGrowth: value("base_growth_12m"),
		LTVToCAC: ltv.Value, LTVToCACLow: ltv.Low, LTVToCACHigh: ltv.High, Newcomers: ltv.N, MinNewcomers: businessRules.MinChannelCustomers, TargetLTVToCAC: r.Config.Value.TargetLTVCAC,
		RetainShare: value("retain_share"), CurrentShare: r.currentShare(),
		RepeatTrend: value("repeat_rate_90d_change"), RepeatTrendHigh: r.kpis["repeat_rate_90d_change"].High,
		AtRiskShare: value("dropout_loss_share"),
	}
	if age := value("shop_age_days"); age != nil {
		figures.ShopAgeDays = int64(*age)
	} else if len(r.orderDays) > 0 {
		figures.ShopAgeDays, figures.ShopIsOlder = int64(daysBetween(r.orderDays[0], r.asOf)), true
	}
	err := r.engine.EachOrNull(ctx, "concentration", []string{"metric", "value"}, func(v []driver.Value) error {
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
		RepeatRevenueShare: latest(r.monthly["returning_share_of_revenue"]), SaleToCurrent: value("sale_chance_alive_90d"),
		SaleToNew: value("sale_chance_newcomer_90d"), LTVToCAC: ltv.Value,
	}
	var lossPerCost *float64
	if cost := r.Config.Value.RetentionCost; cost > 0 {
		if cac := value("paid_cac"); cac != nil {
			ratio := *cac / cost
			own.CostRatio = &ratio
		}
		if loss, held := value("retain_dropout_loss"), value("retain_customers"); loss != nil && *loss > 0 && held != nil && *held > 0 {
			perCost := *loss / (*held * cost)
			lossPerCost = &perCost
		}
	}
	file.Benchmarks = focus.Benchmarks(own)
	monthly, err := r.monthlySpend(ctx)
	if err != nil {
		return focus.Report{}, err
	}
	file.Split, file.WhyNoSplit = focus.NextUnit(monthly, ltv.Value, lossPerCost)
	return file, nil
}

// currentShare is the share of the margin to come that is of the customers there
// are, beside that of the newcomers of twelve months, net of their cost where spend
// is given. It is nil where either is not known.
func (r *run) currentShare() *float64 {
	metric := "value_added_by_acquisition_before_cac"
	if r.Config.HasSpend() {
		metric = "value_added_by_acquisition"
	}
	equity, months := r.kpis["residual_customer_equity"].Value, r.monthly[metric]
	if equity == nil || len(months) < 12 {
		return nil
	}
	var minor int64
	for _, m := range months {
		if m.value == nil {
			return nil
		}
		minor += toMinor(*m.value, r.minor)
	}
	// Newcomers who cost more than they bring add nothing to come.
	added := max(0, float64(minor)/float64(r.minor))
	if !(max(0, *equity)+added > 0) {
		return nil
	}
	share := max(0, *equity) / (max(0, *equity) + added)
	return &share
}

// latest returns the figure of the last month that is known, nil without any.
func latest(months []monthKPI) *float64 {
	var last monthKPI
	for _, m := range months {
		if m.value != nil && !m.month.Before(last.month) {
			last = m
		}
	}
	return last.value
}

// monthlySpend returns the spend of the last whole months, a year of them at the
// most, in their order. Months of which it is not all known are left out.
func (r *run) monthlySpend(ctx context.Context) ([]float64, error) {
	told := map[time.Time]bool{}
	for _, day := range r.spendDays {
		told[startOf(day, 1)] = true
	}
	var months []monthKPI
	err := r.engine.EachOrNull(ctx, "channels", []string{"period", "scope", "is_whole", "period_start", "spend", "cac_reason"}, func(v []driver.Value) error {
		start := v[3].(time.Time)
		if v[0] == monthly && v[1] == "blended" && v[2] == true && told[start] && v[5] != incompleteSpend && v[5] != coarseSpend {
			months = append(months, monthKPI{start, number(v[4])})
		}
		return nil
	})
	slices.SortFunc(months, func(a, b monthKPI) int { return a.month.Compare(b.month) })
	var spends []float64
	for _, m := range months[max(0, len(months)-12):] {
		spends = append(spends, *m.value)
	}
	return spends, err
}

// ltvToCAC is that of paid channels; where spend does not say which those are, of
// all spend over all newcomers.
func (r *run) ltvToCAC() KPI {
	if paid := r.kpis["ltv_cac"]; paid.Value != nil {
		return paid
	}
	return r.kpis["blended_ltv_cac"]
}
