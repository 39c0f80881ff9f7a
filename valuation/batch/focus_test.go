package batch

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
	shop := func(change func(*simulation.Options)) config.Config {
		options := simulation.Default()
		options.Customers, options.Days, options.Returns, options.Seed = 3_000, 730, 0, 3
		options.Channels = []simulation.Channel{{Name: "search", Share: 0.6}, {Name: "word of mouth", Share: 0.4}}
		change(&options)
		c, _ := simulated(t, options)
		c.Lists.Include = nil
		return c
	}
	retained := func(r Result) float64 { return *r.KPIs["retain_share"].Value }

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
		if !warned(result.Manifest.Warnings, "acquisition_loses_money") || *result.KPIs["replacement"].Value != 0 || !(retained(result) > 0.3) {
			t.Errorf("replacement %v, retained %v, %+v", *result.KPIs["replacement"].Value, retained(result), result.Manifest.Warnings)
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
		// Strangers cannot be bought, so the mark takes a first order to pay for
		// its acquisition, and says so.
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
