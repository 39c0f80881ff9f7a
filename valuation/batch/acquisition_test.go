package batch

import (
	"fmt"
	"math"
	"testing"

	"cbv/valuation/btyd"
	"cbv/valuation/simulation"
)

// channelRow is a row of channels.parquet.
type channelRow struct {
	Period       *string  `parquet:"period"`
	Start        *int32   `parquet:"period_start,date"`
	End          *int32   `parquet:"period_end,date"`
	Whole        *bool    `parquet:"is_whole"`
	Scope        *string  `parquet:"scope"`
	Channel      *string  `parquet:"channel"`
	Customers    *int64   `parquet:"new_customers"`
	Spend        *float64 `parquet:"spend"`
	CAC          *float64 `parquet:"cac"`
	Reason       *string  `parquet:"cac_reason"`
	FirstOrder   *float64 `parquet:"first_order_margin"`
	Customers90  *int64   `parquet:"customers_90d"`
	Margin90     *float64 `parquet:"margin_90d"`
	LTV90        *float64 `parquet:"ltv_cac_90d"`
	Low90        *float64 `parquet:"ltv_cac_90d_low"`
	High90       *float64 `parquet:"ltv_cac_90d_high"`
	Customers365 *int64   `parquet:"customers_365d"`
	Margin365    *float64 `parquet:"margin_365d"`
	LTV365       *float64 `parquet:"ltv_cac_365d"`
	Low365       *float64 `parquet:"ltv_cac_365d_low"`
	High365      *float64 `parquet:"ltv_cac_365d_high"`
	Value        *float64 `parquet:"newcomer_value"`
	LTV          *float64 `parquet:"ltv_cac"`
	Low          *float64 `parquet:"ltv_cac_low"`
	High         *float64 `parquet:"ltv_cac_high"`
	LTVReason    *string  `parquet:"ltv_cac_reason"`
	Reaches      *bool    `parquet:"reaches_target"`
	Payback      *int64   `parquet:"payback_days"`
	PayReason    *string  `parquet:"payback_reason"`
	Median       *int64   `parquet:"median_payback_days"`
	MedianLow    *int64   `parquet:"median_payback_low"`
	MedianHigh   *int64   `parquet:"median_payback_high"`
	MedianReason *string  `parquet:"median_payback_reason"`
}

func (c channelRow) String() string {
	return fmt.Sprintf("%s %s %s %s: %d for %.2f, cac %s %s, 90d %s, 365d %s, value %s, ltv:cac %s (%s to %s), payback %s %s, median %s (%s to %s) %s", *c.Period, dateText(int(*c.Start)), *c.Scope, shown(c.Channel),
		*c.Customers, *c.Spend, shown(c.CAC), shown(c.Reason), shown(c.LTV90), shown(c.LTV365), shown(c.Value), shown(c.LTV), shown(c.Low), shown(c.High),
		shown(c.Payback), shown(c.PayReason), shown(c.Median), shown(c.MedianLow), shown(c.MedianHigh), shown(c.MedianReason))
}

// unlike is a shop whose channels differ in cost and quality.
func unlike() simulation.Options {
	options := simulation.Default()
	options.Customers, options.Returns = 40_000, 0
	options.Channels = []simulation.Channel{
		{Name: "search", Share: 0.40, CAC: 12, Rate: 1.2},
		{Name: "social", Share: 0.25, CAC: 9, Rate: 0.6, OrderValue: 0.8},
		{Name: "email", Share: 0.20, CAC: 3.33, OrderValue: 1.3},
		{Name: "referral", Share: 0.15},
	}
	return options
}

// trueLTV is the discounted margin that a newcomer of a channel brings in a
// year: of the first purchase and of those that the model with the channel's own
// parameters expects.
func trueLTV(t *testing.T, options simulation.Options, channel simulation.Channel, marginRate float64) float64 {
	t.Helper()
	factor := func(f float64) float64 {
		if f == 0 {
			return 1
		}
		return f
	}
	p, s := options.Purchases, options.Spend
	model := btyd.BGNBD{R: p.R, Alpha: p.Alpha / factor(channel.Rate), A: p.A, B: p.B}
	mean := s.P * s.Gamma * factor(channel.OrderValue) / (s.Q - 1)
	return marginRate * mean * (1 + model.Future(0, 0).Discounted(365, btyd.Discounting(0.1, 365)))
}

func TestSimulatedChannelsComeBack(t *testing.T) {
	options := unlike()
	c, _ := simulated(t, options)
	result := runBatch(t, c)
	rows := readTable[channelRow](t, result, "channels")
	for _, row := range rows {
		if *row.Period == trailing || *row.Period == yearly {
			t.Log(row)
		}
		if *row.Scope != "channel" {
			continue
		}
		for _, channel := range options.Channels {
			if row.Channel == nil || channel.Name != *row.Channel {
				continue
			}
			if channel.CAC == 0 {
				if row.CAC != nil || row.Reason == nil || *row.Reason != "no_spend" {
					t.Errorf("%v: costs nothing", row)
				}
				continue
			}
			if row.CAC == nil || *row.CAC != channel.CAC {
				t.Errorf("%v: the true cost is %g", row, channel.CAC)
			}
			if *row.Period == trailing {
				truth := trueLTV(t, options, channel, *c.Value.MarginRate)
				t.Logf("true value %.2f, ltv:cac %.3f", truth, truth/channel.CAC)
				if !(*row.Low <= truth/channel.CAC && truth/channel.CAC <= *row.High) {
					t.Errorf("%v: the true ltv:cac is %.3f", row, truth/channel.CAC)
				}
			}
		}
	}
	for name, kpi := range result.KPIs {
		t.Log(name, shown(kpi.Value), shown(kpi.Low), shown(kpi.High), kpi.N)
	}
	t.Log(result.Manifest.Acquisition)
	_ = math.Abs
}
