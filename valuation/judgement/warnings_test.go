package judgement

import (
	"testing"

	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
	"cbv/valuation/pipeline/pipelinetest"
	"cbv/valuation/source"
)

// sound are figures that nothing speaks against.
var sound = map[string]float64{"repeat_customers": 1000, "cac": 20, "newcomer_value": 60, "later_return_share": 0.1}

// ofFigure judges sound figures but for one.
func ofFigure(metric string, value float64) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		cac := 20.0
		c.Config.Value.CAC = &cac
		judgementOf(c, metric, value).warnOfFigures()
		return nil
	}
}

func judgementOf(c *pipeline.Context, metric string, value float64) *Judgement {
	j := &Judgement{Context: c, Figures: Figures{Base: map[string]Figure{}}}
	for name, value := range sound {
		j.Figures.Base[name] = Figure{Value: &value}
	}
	j.Figures.Base[metric] = Figure{Value: &value}
	return j
}

// ofMargin is a shop with or without a margin rate.
func ofMargin(rate *float64) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		c.Config.Value.MarginRate = rate
		(&Judgement{Context: c}).warnOfBasis()
		return nil
	}
}

// ofSpend is a shop with spend by channel, whose cost of acquisition is a figure.
func ofSpend(cacOf string, cac *float64) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		c.Config.Orders.Columns.Channel, c.Config.Value.CAC = "channel", cac
		j := judgementOf(c, cacOf, 20)
		j.intake = intake.New(c, intake.Inputs{Auxiliary: []source.Auxiliary{{Name: "spend", Files: make([]source.File, 1)}}})
		j.warnOfNoPaidChannel()
		return nil
	}
}

func TestWarnings(t *testing.T) {
	free, configured := 0.0, 20.0
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{
			Code:   "revenue_not_margin",
			Raises: ofMargin(nil),
			Says:   "no margin is configured, so value is counted in revenue: set value.margin_rate or orders.columns.margin",
			Silent: ofMargin(&free), // a margin of 0 is one
		},
		{
			Code:   "few_repeat_customers",
			Raises: ofFigure("repeat_customers", 99),
			Says:   "customers who bought again: 99, fewer than 100: the models rest on them, and every value is rough",
			Silent: ofFigure("repeat_customers", 100),
		},
		{ // 510 of 1,000
			Code:   "high_returns",
			Raises: ofFigure("later_return_share", 0.51),
			Says:   "51.0 % of what purchases are worth is returned beside them, and every value is lowered by as much: check the sign of orders.columns.amount, and that a return carries the id of its order (orders.columns.order_id)",
			Silent: ofFigure("later_return_share", 0.5),
		},
		{ // a new customer costs 20
			Code:   "acquisition_loses_money",
			Raises: ofFigure("newcomer_value", 20),
			Says:   "a new customer costs 20.00 EUR and brings 20.00 EUR over the horizon: acquisition earns nothing, so replacement is worth nothing and the floor alone decides whom to retain",
			Silent: ofFigure("newcomer_value", 20.01),
		},
		{
			Code:   "acquisition_loses_money",
			Raises: ofFigure("cac", 1234.5),
			Says:   "a new customer costs 1,234.50 EUR and brings 60.00 EUR over the horizon: acquisition earns nothing, so replacement is worth nothing and the floor alone decides whom to retain",
			Silent: func(c *pipeline.Context) error { // a first order is taken to pay for its acquisition
				judgementOf(c, "cac", 1234.5).warnOfFigures()
				return nil
			},
		},
		{
			Code:   "no_paid_channel",
			Raises: ofSpend("cac", nil),
			Says:   "paid channels have no cost of acquisition, or fewer than 50 new customers, over the last 12 months, so a first order is taken to pay for its acquisition: see cac_reason in channels.parquet",
			Silent: ofSpend("cac_from_spend", nil),
		},
		{
			Code:   "no_paid_channel",
			Raises: ofSpend("cac", &configured),
			Says:   "paid channels have no cost of acquisition, or fewer than 50 new customers, over the last 12 months, so value.cac sets the marks: see cac_reason in channels.parquet",
			Silent: ofSpend("cac_from_spend", &configured),
		},
		{
			Code: "no_paid_channel",
			Raises: func(c *pipeline.Context) error {
				c.Config.Value.ReplaceBy = "search"
				return ofSpend("cac", nil)(c)
			},
			Says:   `channel "search" has no cost of acquisition, or fewer than 50 new customers, over the last 12 months, so a first order is taken to pay for its acquisition: see cac_reason in channels.parquet`,
			Silent: ofSpend("cac_from_spend", nil),
		},
	})
}
