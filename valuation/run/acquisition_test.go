package run

import (
	"fmt"
	"math"
	"path/filepath"
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

// trueLTV is the discounted margin that a new customer of a channel brings in a
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

// A simulated shop gives back what each channel's customers cost, exactly, what
// they are worth within the interval, and which channel is the best buy.
func TestSimulatedChannelsComeBack(t *testing.T) {
	if testing.Short() {
		t.Skip("a long simulation")
	}
	options := unlike()
	c, _ := simulated(t, options)
	result := runBatch(t, c)
	found, paid := map[string]channelRow{}, channelRow{}
	for _, row := range readTable[channelRow](t, result, "channels") {
		if *row.Scope == "paid" && *row.Period == "trailing_12m" {
			paid = row
		}
		if *row.Scope != "channel" {
			continue
		}
		if *row.Period == "trailing_12m" {
			found[*row.Channel] = row
		}
		for _, channel := range options.Channels {
			if channel.Name != *row.Channel {
				continue
			}
			if channel.CAC == 0 && (row.CAC != nil || shown(row.Reason) != "no_spend") || channel.CAC > 0 && (row.CAC == nil || *row.CAC != channel.CAC) {
				t.Errorf("%v: the true cost is %g", row, channel.CAC)
			}
		}
	}
	for _, channel := range options.Channels[:3] {
		truth := trueLTV(t, options, channel, *c.Value.MarginRate)
		row := found[channel.Name]
		t.Logf("%v; the truth is %.3f", row, truth/channel.CAC)
		if !(*row.Low <= truth/channel.CAC && truth/channel.CAC <= *row.High) {
			t.Errorf("%v: the true ltv:cac is %.3f", row, truth/channel.CAC)
		}
		if above, below := *row.Low >= 3, *row.High < 3; (row.Reaches != nil) != (above || below) || row.Reaches != nil && *row.Reaches != above {
			t.Errorf("%v: reaches its target: %s", row, shown(row.Reaches))
		}
	}
	if !(*found["email"].LTV > *found["search"].LTV && *found["search"].LTV > *found["social"].LTV) {
		t.Error("the channels are not in the order of their worth")
	}

	// The mark goes by all paid channels, not by the one that leaves most.
	terms := result.Manifest.Acquisition
	if terms == nil || terms.Source != "spend" || terms.Channel != "" || terms.CAC != cents(int64(math.Round(*paid.CAC*100))) {
		t.Fatalf("the marks go by %+v, want spend on paid channels", terms)
	}
	kpi := func(name string) float64 { return *result.Figures.Base[name].Value }
	if got, want := kpi("replacement"), kpi("newcomer_value")-*paid.CAC; !(math.Abs(got-want) <= 0.0151) {
		t.Errorf("replacement %.2f, want %.2f", got, want)
	}
	truth, share := 0., 0.
	for _, channel := range options.Channels[:3] {
		truth += channel.Share * trueLTV(t, options, channel, *c.Value.MarginRate)
		share += channel.Share
	}
	if got, want := kpi("newcomer_value"), truth/share; !(math.Abs(got/want-1) <= .1) {
		t.Errorf("a new customer of paid channels is worth %.2f, and the truth is %.2f", got, want)
	}
	// What is published is rounded: who stands within a cent of the line is
	// counted either way, and the rest must be counted exactly.
	changed, borderline := 0.0, 0.0
	for _, row := range readCustomers(t, result.Folder) {
		beyond := min(*row.CLV-kpi("newcomer_clv"), *row.CLV-kpi("keep_floor"))
		if math.Abs(beyond) <= 0.0101 {
			borderline++
		} else if (beyond > 0) != (*row.Mark == "retain") {
			changed++
		}
	}
	if got := kpi("marks_changed_by_cac"); changed < 100 || got < changed || got > changed+borderline {
		t.Errorf("%v marks changed, want %v and some of %v", got, changed, borderline)
	}
}

// Spend outranks a configured cost, and without spend the assumption is stated.
func TestTheSourceOfTheCost(t *testing.T) {
	if testing.Short() {
		t.Skip("six runs")
	}
	options := unlike()
	options.Customers = 1500
	c, _ := simulated(t, options)
	cac, model := 20.0, ""
	for _, row := range []struct {
		spend      bool
		configured *float64
		channels   bool
		want       string
	}{
		{true, &cac, true, "spend"}, {true, nil, true, "spend"}, {false, &cac, true, "configured"}, {false, nil, true, "first_order"},
		// Spend that is known to have acquired nobody sets no mark.
		{true, &cac, false, "configured"}, {true, nil, false, "first_order"},
	} {
		given := c
		given.Out, given.Value.CAC = filepath.Join(t.TempDir(), "out"), row.configured
		if !row.spend {
			given.Spend.Files = nil
		}
		if !row.channels {
			given.Orders.Columns.Channel = ""
		}
		given.Run.Model = model
		result := runBatch(t, given)
		if model == "" {
			model = result.Folder // the cost changes no fit
		}
		if got := result.Manifest.Acquisition.Source; got != row.want {
			t.Errorf("%+v: the marks go by %s", row, got)
		}
		changed := *result.Figures.Base["marks_changed_by_cac"].Value
		if row.want == "first_order" && changed != 0 {
			t.Errorf("%+v: %v marks changed", row, changed)
		}
		// One cause, one warning.
		if warned(result.Manifest.Warnings, "spend_without_channels") != (row.spend && !row.channels) || warned(result.Manifest.Warnings, "no_paid_channel") {
			t.Errorf("%+v: warnings %v", row, result.Manifest.Warnings)
		}
	}
}

// What would be retained at another cost is what is retained at it.
func TestRetainedAtOtherCosts(t *testing.T) {
	if testing.Short() {
		t.Skip("four runs")
	}
	options := simulation.Default()
	options.Customers, options.Days = 1500, 730
	c, _ := simulated(t, options)
	marks := func(cac *float64) (map[string]string, Result) {
		c.Out, c.Value.CAC = filepath.Join(t.TempDir(), "out"), cac
		result, found := runBatch(t, c), map[string]string{}
		c.Run.Model = result.Folder // the cost changes no fit
		for _, row := range readCustomers(t, result.Folder) {
			found[*row.ID] = *row.Mark
		}
		return found, result
	}
	cost, lower, higher := 40.0, 30.0, 50.0
	at, result := marks(&cost)
	for metric, other := range map[string]*float64{"retain_share_at_cac_75": &lower, "retain_share_at_cac_125": &higher} {
		_, moved := marks(other)
		if got, want := *result.Figures.Base[metric].Value, *moved.Figures.Base["retain_share"].Value; got != want || got == *result.Figures.Base["retain_share"].Value {
			t.Errorf("%s: %v, and %v at that cost", metric, got, want)
		}
	}
	changed := 0.0
	assumed, _ := marks(nil)
	for id, mark := range at {
		if assumed[id] != mark {
			changed++
		}
	}
	if got := *result.Figures.Base["marks_changed_by_cac"].Value; got != changed || changed == 0 {
		t.Errorf("%v marks changed, want %v", got, changed)
	}
}
