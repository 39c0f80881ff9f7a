package run

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"cbv/valuation/btyd"
	"cbv/valuation/scoring"
	"cbv/valuation/simulation"
)

// stakeRow is what of a customer says what is at stake.
type stakeRow struct {
	ID        *string  `parquet:"customer_id"`
	Segment   *string  `parquet:"segment"`
	Repeats   *int64   `parquet:"repeat_purchases"`
	Last      *int64   `parquet:"age_at_last_purchase_days"`
	Age       *int64   `parquet:"customer_age_days"`
	CLV       *float64 `parquet:"clv"`
	AtRisk    *float64 `parquet:"value_at_risk"`
	Lifetime  *float64 `parquet:"lifetime_value"`
	Mark      *string  `parquet:"mark"`
	Breakeven *float64 `parquet:"breakeven_gain"`
	Seed      *bool    `parquet:"seed"`
}

// crossRow is a row of the cross table of segment and mark.
type crossRow struct {
	Segment    *string  `parquet:"segment"`
	Retained   *int64   `parquet:"retain_customers"`
	RetainCLV  *float64 `parquet:"retain_clv"`
	Lookalikes *int64   `parquet:"lookalike_customers"`
	OtherCLV   *float64 `parquet:"lookalike_clv"`
}

// What every customer has at risk and what a contact needs, what the list and its
// neediest customer need, who is a seed, and segments by mark are those of plain Go.
func TestWhatIsAtStakeAgreesWithTheModels(t *testing.T) {
	t.Parallel()
	valued := valuedShop(t, true)
	c, result := valued.Config, valued.Result
	run, err := scoring.OpenModel(context.Background(), result.Folder)
	if err != nil {
		t.Fatal(err)
	}
	oracle := newValueOracle(t, c, result, run, readTable[valuedRow](t, result, "customers"))
	rows := readTable[stakeRow](t, result, "customers")
	horizon, delta := float64(c.Value.HorizonDays), btyd.Discounting(c.Value.DiscountRate, 365)
	share := *c.Value.MarginRate * (1 - *result.Figures.Base["later_return_share"].Value)
	cost := c.Value.RetentionCost

	cross := map[string]*[4]float64{} // retained and their clv, lookalikes and theirs
	var retained, clv, neediest float64
	var lifetimes []float64 // of the repeat customers to retain
	for i, row := range rows {
		v := oracle.values[i]
		atRisk := v.pAlive*v.rate*btyd.Annuity(horizon, delta)*v.purchase*share - v.clv
		if !(math.Abs(*row.AtRisk-atRisk) <= 0.0051) || !(math.Abs(*row.Breakeven*v.clv/cost-1) <= 1e-9) {
			t.Fatalf("%s has %g at risk and needs %g, want %g and %g", *row.ID, *row.AtRisk, *row.Breakeven, atRisk, cost/v.clv)
		}
		if cross[*row.Segment] == nil {
			cross[*row.Segment] = &[4]float64{}
		}
		at := 2
		if *row.Mark == "retain" {
			at = 0
			retained++
			clv += *row.CLV
			neediest = max(neediest, *row.Breakeven)
			if *row.Repeats > 0 {
				lifetimes = append(lifetimes, *row.Lifetime)
			}
		}
		cross[*row.Segment][at]++
		cross[*row.Segment][at+1] += *row.CLV
	}
	if got, want := *result.Figures.Base["breakeven_retention_gain"].Value, cost*retained/clv; !(math.Abs(got/want-1) <= 1e-9) {
		t.Errorf("the list needs %g, want %g", got, want)
	}
	if got := *result.Figures.Base["neediest_breakeven_gain"].Value; got != neediest || !(neediest < 1) {
		t.Errorf("the neediest needs %g, want %g", got, neediest)
	}
	compareSeeds(t, rows, lifetimes)
	for _, row := range readTable[crossRow](t, result, "segments") {
		want := cross[*row.Segment]
		if float64(*row.Retained) != want[0] || float64(*row.Lookalikes) != want[2] ||
			!(math.Abs(*row.RetainCLV-want[1]) <= 1e-6) || !(math.Abs(*row.OtherCLV-want[3]) <= 1e-6) {
			t.Errorf("%s: %d for %g and %d for %g, want %v", *row.Segment, *row.Retained, *row.RetainCLV, *row.Lookalikes, *row.OtherCLV, *want)
		}
	}
}

// compareSeeds holds the seeds to the top tenth by lifetime value of the repeat customers
// to retain, equals at the edge included.
func compareSeeds(t *testing.T, rows []stakeRow, lifetimes []float64) {
	t.Helper()
	seeds := 0
	for _, row := range rows {
		above := 0
		for _, lifetime := range lifetimes {
			if lifetime > *row.Lifetime {
				above++
			}
		}
		want := *row.Mark == "retain" && *row.Repeats > 0 && float64(above) < 0.1*float64(len(lifetimes))
		if *row.Seed != want {
			t.Fatalf("%s, %s with %d repeats and %d above: seed %t", *row.ID, *row.Mark, *row.Repeats, above, *row.Seed)
		}
		if want {
			seeds++
		}
	}
	if !(seeds > 0) {
		t.Error("there is no seed: the test shows nothing")
	}
}

// The customers expected to be alive a year ago are those of today's model at the
// histories of then, one customer at a time.
func TestAliveAYearAgoAgreesWithTheModels(t *testing.T) {
	t.Parallel()
	valued := valuedShop(t, true)
	c, result := valued.Config, valued.Result
	run, err := scoring.OpenModel(context.Background(), result.Folder)
	if err != nil {
		t.Fatal(err)
	}
	groups := map[string]scoring.Group{}
	for _, group := range run.Groups() {
		groups[group.Channel] = group
	}
	day := int(c.Time.AsOf.Unix()/86400) - 365
	days, channels := map[string]map[int]bool{}, map[string]string{}
	for _, raw := range readOrders(t, c) {
		row, _ := usable(raw)
		if row.day > day {
			continue
		}
		if days[row.customer] == nil {
			days[row.customer] = map[int]bool{}
		}
		days[row.customer][row.day] = true
		channels[row.customer] = *raw.Channel
	}
	want := 0.0
	for customer, purchased := range days {
		first, last := math.MaxInt, 0
		for d := range purchased {
			first, last = min(first, d), max(last, d)
		}
		group, known := groups[channels[customer]]
		if !known {
			group = groups[""]
		}
		want += group.Purchase.Model.PAlive(btyd.History{Repeats: len(purchased) - 1, LastPurchase: float64(last - first), Age: float64(day - first)})
	}
	then := result.Figures.Base["expected_alive_customers_12m_ago"]
	if !(math.Abs(*then.Value-want) <= 1e-4) || then.N != int64(len(days)) {
		t.Errorf("%g of %d were alive, want %g of %d", *then.Value, then.N, want, len(days))
	}
	growth := *result.Figures.Base["expected_alive_customers"].Value/want - 1
	if got := *result.Figures.Base["alive_growth_12m"].Value; !(math.Abs(got-growth) <= 1e-8) {
		t.Errorf("growth %g, want %g", got, growth)
	}
}

// New customers are worth what new ones have shown: all, where nothing is spent, those of
// paid channels, and of the channel that value.replace_by names.
func TestReplacementEqualsAPlainComputation(t *testing.T) {
	t.Parallel()
	options := simulation.Default()
	options.Customers, options.Returns, options.Seed = 2000, 0.1, 6
	options.Channels = []simulation.Channel{
		{Name: "search", Share: 0.5, CAC: 31, Rate: 1.3},
		{Name: "social", Share: 0.3, CAC: 14, Rate: 0.6},
		{Name: "referral", Share: 0.2},
	}
	c, _ := simulated(t, options)
	spend := readSpend(t, c.Spend.Files[0])
	paid := func(channel string) bool { return channel != "referral" }
	for _, shop := range []struct {
		name, by string
		of       func(channel string) bool
		spends   bool
	}{
		{"paid channels", "paid", paid, true},
		{"one channel", "social", func(channel string) bool { return channel == "social" }, true},
		{"no spend", "paid", func(string) bool { return true }, false},
	} {
		if testing.Short() && shop.by != "social" {
			continue
		}
		t.Run(shop.name, func(t *testing.T) {
			given := c
			given.Out, given.Value.ReplaceBy = filepath.Join(t.TempDir(), "out"), shop.by
			if !shop.spends {
				given.Spend.Files = nil
			}
			result := runBatch(t, given)
			kpi := func(name string) float64 { return *result.Figures.Base[name].Value }
			o := newAcquisitionOracle(t, given, result, spend)
			to := int(c.Time.AsOf.Unix() / 86400)
			from := dayNumber(c.Time.AsOf.AddDate(-1, 0, 1).Format("2006-01-02"))
			holds := func(name string, want float64) {
				t.Helper()
				if !(math.Abs(kpi(name)-want) <= 0.0102) {
					t.Errorf("%s is %g, want %g", name, kpi(name), want)
				}
			}
			all := o.acquired(from, to, func(string) bool { return true })
			first := 0.0
			for _, n := range all {
				first += n.by(0, o.rate) / float64(len(all))
			}
			first *= 1 - kpi("later_return_share")
			holds("first_order_margin", first)
			later := newcomerWorth(t, given, result, o.newCustomers)
			holds("newcomer_clv", later)
			acquired, value := all, first+later
			if shop.spends {
				acquired = o.acquired(from, to, shop.of)
				value = o.boughtValue(all, acquired, first, later)
			}
			holds("newcomer_value", value)
			cac := first
			if shop.spends {
				cac = o.spent(from, to, shop.of) / float64(len(acquired))
			}
			holds("cac", cac)
			holds("replacement", value-cac)
		})
	}
}

// The focus sees the same figures whatever the horizon is set to, but for those of the
// marks, which are of the horizon.
func TestTheHorizonDoesNotMoveTheFocus(t *testing.T) {
	if testing.Short() {
		t.Skip("three runs")
	}
	options := simulation.Default()
	options.Customers, options.Seed = 3000, 7
	options.Channels = []simulation.Channel{{Name: "search", Share: 0.6, CAC: 15}, {Name: "word of mouth", Share: 0.4}}
	c, _ := simulated(t, options)
	year := runBatch(t, c)
	for _, horizon := range []int{90, 730} {
		given := c
		given.Out, given.Value.HorizonDays = filepath.Join(t.TempDir(), "out"), horizon
		given.Run.Model = year.Folder // the horizon changes no fit
		result := runBatch(t, given)
		for i, finding := range result.Manifest.Focus.Findings {
			want := year.Manifest.Focus.Findings[i]
			// money of a month is published in cents
			if finding.Rule != want.Rule || (finding.Saw == nil) != (want.Saw == nil) || finding.Saw != nil && !(math.Abs(*finding.Saw-*want.Saw) <= 1e-4*math.Abs(*want.Saw)) {
				t.Errorf("%d days: %s saw %v, want %v", horizon, finding.Rule, shown(finding.Saw), shown(want.Saw))
			}
			if finding.Lean != want.Lean {
				t.Errorf("%d days: %s leans to %s, want %s", horizon, finding.Rule, finding.Lean, want.Lean)
			}
		}
		if *result.Figures.Base["ltv_cac"].Value == *year.Figures.Base["ltv_cac"].Value {
			t.Errorf("%d days: LTV:CAC is that of 365: the test shows nothing", horizon)
		}
	}
}
