package judgement

import (
	"context"

	"cbv/valuation/calendar"
	"cbv/valuation/engine"
	"cbv/valuation/focus"
	"cbv/valuation/intake"
	"cbv/valuation/money"
)

// judgeFocus says where the next effort should go, by the finished figures.
func (j *Judgement) judgeFocus(ctx context.Context) error {
	ltv := j.ltvToCAC()
	figures, err := j.focusFigures(ctx, ltv)
	if err != nil {
		return err
	}
	monthly, err := j.acquisition.MonthlySpend(ctx)
	if err != nil {
		return err
	}
	j.Focus = focus.Report{Judgement: focus.Judge(figures)}
	costRatio, lossPerCost := j.perRetentionCost()
	j.Focus.Benchmarks = focus.Benchmarks(focus.Own{
		RepeatRevenueShare: latest(j.Figures.monthly["returning_share_of_revenue"]), SaleToCurrent: j.value("sale_chance_alive_90d"),
		LTVToCAC: ltv.Value, CostRatio: costRatio,
	})
	j.Focus.Split, j.Focus.WhyNoSplit = focus.NextUnit(monthly, ltv.Value, lossPerCost)
	return nil
}

func (j *Judgement) value(metric string) *float64 { return j.Figures.Base[metric].Value }

// focusFigures gathers what the rules of the focus look at.
func (j *Judgement) focusFigures(ctx context.Context, ltv Figure) (focus.Figures, error) {
	trend := j.Figures.Base["repeat_rate_90d_change"]
	figures := focus.Figures{
		Customers: j.intake.Base.Customers, AliveGrowth: j.value("alive_growth_12m"),
		LTVToCAC: ltv.Value, LTVToCACLow: ltv.Low, LTVToCACHigh: ltv.High, NewCustomers: ltv.N, MinNewCustomers: intake.Rules.MinChannelCustomers, TargetLTVToCAC: j.Config.Value.TargetLTVCAC,
		RetainShare: j.value("retain_share"), CurrentShare: j.currentShare(),
		RepeatTrend: trend.Value, RepeatTrendHigh: trend.High, AtRiskShare: j.value("dropout_loss_share_365d"),
	}
	figures.NeededGain, figures.MostGain = j.retentionGains()
	if age := j.value("shop_age_days"); age != nil {
		figures.ShopAgeDays = int64(*age)
	} else if len(j.Days.Orders) > 0 {
		figures.ShopAgeDays, figures.ShopIsOlder = int64(calendar.DaysBetween(j.Days.Orders[0], j.Days.AsOf)), true
	}
	for row, err := range engine.Select[struct {
		Metric string
		Value  *float64
	}](ctx, j.Engine, "concentration") {
		if err != nil {
			return figures, err
		}
		if row.Metric == "largest_customer_share" {
			figures.LargestShare = row.Value
		}
	}
	return figures, nil
}

// perRetentionCost returns the cost of acquiring a customer over that of retaining
// one, and what dropout costs over what retaining those worth it would; nil where
// they are not known.
func (j *Judgement) perRetentionCost() (costRatio, lossPerCost *float64) {
	cost := j.Config.Value.RetentionCost
	if !(cost > 0) {
		return nil, nil
	}
	if cac := j.value("paid_cac"); cac != nil {
		ratio := *cac / cost
		costRatio = &ratio
	}
	if loss, held := j.value("retain_dropout_loss"), j.value("retain_customers"); loss != nil && *loss > 0 && held != nil && *held > 0 {
		perCost := *loss / (*held * cost)
		lossPerCost = &perCost
	}
	return costRatio, lossPerCost
}

// retentionGains returns by which share contacting those to retain must raise their
// value to pay, and by which preventing all of their expected dropout would; nil where
// it costs nothing, or there is nobody of value.
func (j *Judgement) retentionGains() (needed, most *float64) {
	clv, loss := j.value("retain_clv"), j.value("retain_dropout_loss")
	if !(j.Config.Value.RetentionCost > 0) || clv == nil || !(*clv > 0) || loss == nil {
		return nil, nil
	}
	gain := *loss / *clv
	return j.value("breakeven_retention_gain"), &gain
}

// currentShare is the share of the value of 365 days that current customers bring,
// beside that of the new customers of twelve months over their first 365 days, net of
// their cost where spend is given. It is nil where either is not known.
func (j *Judgement) currentShare() *float64 {
	metric := "value_added_by_acquisition_before_cac"
	if j.intake.HasSpend() {
		metric = "value_added_by_acquisition"
	}
	equity, months := j.value("residual_customer_equity_365d"), j.Figures.monthly[metric]
	byHorizon, by365 := j.value("newcomer_clv"), j.value("newcomer_clv_365d")
	if equity == nil || byHorizon == nil || by365 == nil || len(months) < 12 {
		return nil
	}
	var minor, customers int64
	for _, m := range months {
		if m.value == nil {
			return nil
		}
		minor += money.ToMinor(*m.value, j.Minor)
		customers += m.n
	}
	// New customers who cost more than they bring add nothing.
	added := max(0, float64(minor)/float64(j.Minor)+float64(customers)*(*by365-*byHorizon))
	if !(max(0, *equity)+added > 0) {
		return nil
	}
	share := max(0, *equity) / (max(0, *equity) + added)
	return &share
}

// ltvToCAC is that of paid channels; where spend does not say which those are, of
// all spend over all new customers. It is of 365 days, whatever the horizon.
func (j *Judgement) ltvToCAC() Figure {
	if paid := j.Figures.Base["predicted_ltv_cac_365d"]; paid.Value != nil {
		return paid
	}
	return j.Figures.Base["predicted_blended_ltv_cac_365d"]
}
