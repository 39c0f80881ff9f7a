package run

import (
	"math"
	"slices"
	"testing"
	"time"

	"cbv/valuation/btyd"
	"cbv/valuation/config"
	"cbv/valuation/simulation"
)

// fiveYears is a shop whose customers buy about every ten days until they leave, at a
// cost of acquisition of 5, by channels that are alike or not.
func fiveYears(alike bool) simulation.Options {
	options := simulation.Default()
	options.Customers, options.Days, options.Returns, options.Seed = 12_000, 1825, 0, 5
	options.Start = time.Date(2019, 1, 2, 0, 0, 0, 0, time.UTC)
	options.Model, options.Purchases = simulation.MBGNBD, simulation.Purchases{R: 2, Alpha: 20, A: 0.8, B: 4.8}
	options.Channels = []simulation.Channel{{Name: "search", Share: 0.5, CAC: 5}, {Name: "social", Share: 0.5, CAC: 5}}
	if !alike {
		options.Channels[0].Rate, options.Channels[1].Rate = 1.5, 0.4
	}
	return options
}

// worthOf returns the true margin of a first order of a channel's customer, and of the
// purchases of a year after it.
func worthOf(o simulation.Options, channel simulation.Channel, marginRate float64) (first, repeats float64) {
	rate := channel.Rate
	if rate == 0 {
		rate = 1
	}
	model := btyd.MBGNBD{R: o.Purchases.R, Alpha: o.Purchases.Alpha / rate, A: o.Purchases.A, B: o.Purchases.B}
	purchases := model.PAlive(btyd.History{}) * model.Future(0, 0).Discounted(365, btyd.Discounting(0.1, 365))
	first = marginRate * o.Spend.P * o.Spend.Gamma / (o.Spend.Q - 1)
	return first, first * purchases
}

// lastTwoYears are the settings of the same shop whose files hold the last two years.
func lastTwoYears(t *testing.T, options simulation.Options) config.Config {
	t.Helper()
	c, _ := simulated(t, options)
	c.Orders.Files = config.Files{writeOrders(t, slices.DeleteFunc(readOrders(t, c), func(row rawOrder) bool {
		used, ok := usable(row)
		return !ok || used.day < dayNumber("2022-01-01")
	}))}
	return c
}

// Files that hold the last two of five years show old customers first, who buy on. They
// have parameters of their own, and what a new customer is worth rests on the others.
func TestNewCustomersOfFilesThatStartMidLife(t *testing.T) {
	if testing.Short() {
		t.Skip("a long simulation")
	}
	options := fiveYears(true)
	c := lastTwoYears(t, options)
	first, repeats := worthOf(options, options.Channels[0], *c.Value.MarginRate)
	result := runBatch(t, c)
	if !warned(result.Manifest.Warnings, "files_start_mid_life") {
		t.Error("the files are taken for those of the whole shop")
	}
	if file := readModel(t, result); file.Old == nil || len(file.Channels) > 0 {
		t.Errorf("parameters of the old customers: %v; of %d channels", file.Old, len(file.Channels))
	}
	for name, want := range map[string]float64{"newcomer_clv": repeats, "newcomer_value": first + repeats} {
		got := *result.Figures.Base[name].Value
		t.Logf("%s %.2f, %+.1f %%", name, got, 100*(got/want-1))
		if !(math.Abs(got/want-1) <= 0.1) {
			t.Errorf("%s is %.2f, the truth is %.2f", name, got, want)
		}
	}
	// Costs and values of new customers begin after the days on which old ones turn up.
	for _, row := range readTable[channelRow](t, result, "channels") {
		if *row.Period == "month" && *row.Start < int32(dayNumber("2022-02-01")) && (shown(row.Reason) != "before_fit_from" || row.LTV90 != nil) {
			t.Errorf("%v", row)
		}
	}
}

// Channels that are unlike have parameters of their own beside the old customers of all
// of them.
func TestOldCustomersBesideChannels(t *testing.T) {
	if testing.Short() {
		t.Skip("a long simulation")
	}
	options := fiveYears(false)
	c := lastTwoYears(t, options)
	c.Value.FitBy = "channel"
	result := runBatch(t, c)
	if file := readModel(t, result); file.Old == nil || len(file.Channels) != 2 {
		t.Errorf("parameters of the old customers: %v; of %d channels", file.Old, len(file.Channels))
	}
	for _, row := range readTable[channelRow](t, result, "channels") {
		if *row.Period != "trailing_12m" || *row.Scope != "channel" {
			continue
		}
		channel := options.Channels[slices.IndexFunc(options.Channels, func(c simulation.Channel) bool { return c.Name == *row.Channel })]
		first, repeats := worthOf(options, channel, *c.Value.MarginRate)
		t.Logf("%s %.2f, %+.1f %%", channel.Name, *row.Value, 100*(*row.Value/(first+repeats)-1))
		if !(math.Abs(*row.Value/(first+repeats)-1) <= 0.1) {
			t.Errorf("a new customer of %s is worth %.2f, the truth is %.2f", channel.Name, *row.Value, first+repeats)
		}
	}
	// The parameters are reused as they are.
	again := c
	again.Run.Model, again.Out = result.Folder, t.TempDir()
	if reused := runBatch(t, again); *reused.Figures.Base["residual_customer_equity"].Value != *result.Figures.Base["residual_customer_equity"].Value {
		t.Errorf("with the parameters reused the base is worth %s", shown(reused.Figures.Base["residual_customer_equity"].Value))
	}
}

// A base of which a quarter never return and the rest never leave is valued, and a year
// later has bought what was expected.
func TestDropoutAtOnceOrNeverIsValued(t *testing.T) {
	if testing.Short() {
		t.Skip("a long simulation")
	}
	options := simulation.Default()
	options.Customers, options.Days, options.Returns, options.Seed = 4_000, 1095, 0, 3
	options.Model, options.Purchases = simulation.MBGNBD, simulation.Purchases{R: 1, Alpha: 60, A: 0.01, B: 0.03}
	c, _ := simulated(t, options)
	const asOf = "2023-12-31"
	c.Time.AsOf = parseDay(t, asOf)
	result := runBatch(t, c)
	expected := *result.Figures.Base["expected_purchases"].Value

	known, days := map[string]bool{}, map[orderRow]bool{}
	for _, raw := range readOrders(t, c) {
		row, _ := usable(raw)
		if row.day <= dayNumber(asOf) {
			known[row.customer] = true
		} else {
			days[orderRow{customer: row.customer, day: row.day}] = true
		}
	}
	came := 0
	for row := range days {
		if known[row.customer] && row.day <= dayNumber(asOf)+365 {
			came++
		}
	}
	t.Logf("%s: %.0f purchases expected of a year, %d made (%+.1f %%)", result.Manifest.Model.Name, expected, came, 100*(expected/float64(came)-1))
	if !(math.Abs(expected/float64(came)-1) <= 0.05) {
		t.Errorf("%.0f purchases are expected of a year, %d were made", expected, came)
	}
}
