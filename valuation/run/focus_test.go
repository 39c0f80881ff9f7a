package run

import (
	"math"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/focus"
	"cbv/valuation/simulation"
)

// Shops at the extremes get the verdict, and the marks, that a practitioner
// would give.
func TestFocusOfExtremes(t *testing.T) {
	if testing.Short() {
		t.Skip("five runs")
	}
	shop := func(change func(*simulation.Options)) config.Config {
		options := simulation.Default()
		options.Customers, options.Days, options.Returns, options.Seed = 3_000, 730, 0, 3
		options.Channels = []simulation.Channel{{Name: "search", Share: 0.6}, {Name: "word of mouth", Share: 0.4}}
		change(&options)
		c, _ := simulated(t, options)
		return c
	}
	retained := func(r Result) float64 { return *r.Figures.Base["retain_share"].Value }

	t.Run("two months old", func(t *testing.T) {
		result := runBatch(t, shop(func(o *simulation.Options) { o.Days, o.Channels[0].CAC = 60, 5 }))
		if got := result.Manifest.Focus.Verdict; got != focus.AcquisitionLed {
			t.Errorf("%s: %+v", got, result.Manifest.Focus.Findings)
		}
	})
	t.Run("acquisition loses money", func(t *testing.T) {
		result := runBatch(t, shop(func(o *simulation.Options) { o.Channels[0].CAC = 400 }))
		if got := result.Manifest.Focus.Verdict; got != focus.RetentionLed {
			t.Errorf("%s: %+v", got, result.Manifest.Focus.Findings)
		}
		// A replacement is worth nothing, so the floor alone decides: most who
		// are not long gone are worth keeping.
		if !warned(result.Manifest.Warnings, "acquisition_loses_money") || *result.Figures.Base["replacement"].Value != 0 || !(retained(result) > 0.3) {
			t.Errorf("replacement %v, retained %v, %+v", *result.Figures.Base["replacement"].Value, retained(result), result.Manifest.Warnings)
		}
		// It must not retain the dead.
		below := 0
		for _, row := range readCustomers(t, result.Folder) {
			if *row.CLV < *result.Figures.Base["keep_floor"].Value-0.01 {
				below++
				if *row.Mark == "retain" {
					t.Fatalf("%s is retained with a clv of %g", *row.ID, *row.CLV)
				}
			}
		}
		if below == 0 {
			t.Error("no customer is below the floor: the test shows nothing")
		}
	})
	t.Run("one dominant customer", func(t *testing.T) {
		c := shop(func(*simulation.Options) {})
		rows := readOrders(t, c)
		for i := range rows {
			if *rows[i].Customer == *rows[0].Customer {
				*rows[i].Amount *= 1e5
			}
		}
		c.Orders.Files = config.Files{writeOrders(t, rows)}
		result := runBatch(t, c)
		f := result.Manifest.Focus
		if f.Verdict != focus.RetentionLed {
			t.Errorf("%s: %+v", f.Verdict, f.Findings)
		}
	})
	t.Run("only organic customers", func(t *testing.T) {
		result := runBatch(t, shop(func(*simulation.Options) {}))
		f := result.Manifest.Focus
		if f.Verdict == focus.AcquisitionLed || f.Split != nil || f.WhyNoSplit == "" {
			t.Errorf("%s: %+v", f.Verdict, f)
		}
		// Nobody can be bought here, so the mark takes a first order to pay for its
		// acquisition, and says so.
		if a := result.Manifest.Acquisition; a == nil || a.Source != "first_order" {
			t.Errorf("%+v", a)
		}
	})
	t.Run("acquisition pays", func(t *testing.T) {
		result := runBatch(t, shop(func(o *simulation.Options) { o.Channels[0].CAC = 2 }))
		for _, finding := range result.Manifest.Focus.Findings {
			if finding.Saw != nil && math.IsNaN(*finding.Saw) {
				t.Errorf("%+v", finding)
			}
			if finding.Lean == focus.Acquisition && *finding.Saw > 3 {
				return
			}
		}
		t.Errorf("nothing speaks for acquisition at 2 a customer: %+v", result.Manifest.Focus.Findings)
	})
}

// What acquisition adds in a month is what it adds before its cost, less all
// spend of that month; without spend it is not known.
func TestValueAddedByAcquisitionIsNetOfAllSpend(t *testing.T) {
	t.Parallel()
	options := simulation.Default()
	options.Customers, options.Days, options.Returns = 3_000, 730, 0
	options.Channels = []simulation.Channel{{Name: "search", Share: 0.6, CAC: 20}, {Name: "word of mouth", Share: 0.4}}
	c, _ := simulated(t, options)
	type spendRow struct {
		Period *string  `parquet:"period"`
		Scope  *string  `parquet:"scope"`
		Start  *int32   `parquet:"period_start,date"`
		Spend  *float64 `parquet:"spend"`
	}
	for _, spent := range []bool{true, false} {
		var steps []string // all
		if !spent {
			c.Spend.Files, steps = nil, []string{"channels", "kpis"}
		}
		result := runBatch(t, c, steps...)
		c.Run.Model = result.Folder // spend changes no fit
		spend := map[int32]float64{}
		for _, row := range readTable[spendRow](t, result, "channels") {
			if *row.Period == "month" && *row.Scope == "blended" && row.Spend != nil {
				spend[*row.Start] = *row.Spend
			}
		}
		before, months := map[int32]float64{}, 0
		for _, row := range readTable[monthRow](t, result, "kpis") {
			if *row.Metric == "value_added_by_acquisition_before_cac" {
				before[*row.Month] = *row.Value
			}
		}
		for _, row := range readTable[monthRow](t, result, "kpis") {
			if *row.Metric != "value_added_by_acquisition" {
				continue
			}
			months++
			if !spent {
				if row.Value != nil {
					t.Errorf("without spend %v", *row.Value)
				}
				continue
			}
			if want := before[*row.Month] - spend[*row.Month]; row.Value == nil || !(math.Abs(*row.Value-want) <= 0.011) || spend[*row.Month] == 0 {
				t.Errorf("month %d: %v, want %g less %g", *row.Month, row.Value, before[*row.Month], spend[*row.Month])
			}
		}
		if months != 12 {
			t.Errorf("%d months, want 12", months)
		}
	}
}
