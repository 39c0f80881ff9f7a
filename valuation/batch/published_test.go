package batch

import (
	"math"
	"testing"
)

// The published figures of CDNOW are in weeks; days must give the same r, a and
// b, α times 7, and ln L shifted by -Σx ln 7.
//
// Fader, Hardie & Lee (2005), "Counting Your Customers the Easy Way", table 2,
// and Fader & Hardie (2013), "The Gamma-Gamma Model of Monetary Value"; the
// digits beyond the papers' are those of the same optimum computed elsewhere
// (the project's reference figures).
func TestPublishedCDNOW(t *testing.T) {
	type want struct {
		customers, repeaters, repeats int64
		bgnbd                         []float64 // r, alpha in weeks, a, b
		lnL                           float64   // in weeks
		spend                         []float64 // p, q, gamma
	}
	for _, c := range []struct {
		name, file, asOf string
		zero             bool
		want             want
	}{
		{"sample calibration with zeros", "cdnow_sample.parquet", "1997-09-30", true, want{
			2357, 946, 2457, []float64{.24259452, 4.413602, .79292201, 2.42590674}, -9582.4292, []float64{6.2496, 3.7442, 15.4435}}},
		{"sample calibration without zeros", "cdnow_sample.parquet", "1997-09-30", false, want{
			customers: 2349, repeaters: 946, repeats: 2457, bgnbd: []float64{.2439, 0, 0, 0}}},
		{"master calibration with zeros", "cdnow_master.parquet", "1997-09-30", true, want{
			customers: 23570, bgnbd: []float64{.251624, 4.788943, .723433, 2.161088}, lnL: -95368.4439}},
		{"master calibration without zeros", "cdnow_master.parquet", "1997-09-30", false, want{customers: 23500}},
	} {
		t.Run(c.name, func(t *testing.T) {
			result := runBatch(t, cdnow(t, c.file, c.asOf, c.zero))
			totals := result.Manifest.Totals
			for _, count := range []struct {
				name      string
				got, want int64
			}{
				{"customers", totals.Customers, c.want.customers},
				{"repeat customers", totals.RepeatCustomers, c.want.repeaters},
				{"repeat purchases", totals.RepeatPurchases, c.want.repeats},
			} {
				if count.want != 0 && count.got != count.want {
					t.Errorf("%s: %d, want %d", count.name, count.got, count.want)
				}
			}
			model := readModel(t, result)
			for i, p := range model.Purchase.Parameters {
				value := p.Value
				if p.Name == "alpha" {
					value /= 7
				}
				if want := at(c.want.bgnbd, i); want != 0 && !(math.Abs(value-want) <= 1e-4) {
					t.Errorf("%s: %.8f, want %.8f", p.Name, value, want)
				}
			}
			lnL := model.Purchase.LogLikelihood + float64(model.Purchase.Repeats)*math.Log(7)
			if want := c.want.lnL; want != 0 && !(math.Abs(lnL-want) <= 1e-4) {
				t.Errorf("ln L in weeks: %.5f, want %.4f", lnL, want)
			}
			for i, p := range model.Spend[0].Parameters {
				if want := at(c.want.spend, i); want != 0 && !(math.Abs(p.Value-want) <= 1e-4) {
					t.Errorf("%s: %.6f, want %.4f", p.Name, p.Value, want)
				}
			}
		})
	}
}

func at(values []float64, i int) float64 {
	if i < len(values) {
		return values[i]
	}
	return 0
}
