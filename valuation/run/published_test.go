package run

import (
	"math"
	"testing"

	"cbv/valuation/scoring"
)

// The published figures of CDNOW are in weeks; days must give the same shapes,
// scales times 7, and ln L shifted by -Σx ln 7. Each figure is held to the
// digits that are printed.
//
// Fader, Hardie & Lee (2005), "Counting Your Customers the Easy Way", table 2,
// for BG/NBD and Pareto/NBD; BTYDplus's walkthrough for MBG/NBD. The digits beyond the
// papers' are those of the same optimum computed elsewhere (the project's
// reference figures). The standard errors of BG/NBD are second differences of ln L in
// 30 digits: the reference figures (.012557 .378221 .185719 .705345) come of coarser
// ones and are off by up to 1e-4 of themselves. Spend is modelled on purchases here: the
// published form of Gamma-Gamma is held to its paper in btyd.
func TestPublishedCDNOW(t *testing.T) {
	t.Parallel()
	type family struct {
		name                   string
		parameters, tolerances []float64 // scales in weeks
		errors                 []float64 // standard errors
		lnL, lnLTolerance      float64   // in weeks
	}
	type want struct {
		customers, repeaters, repeats int64
		families                      []family
	}
	digits := func(tolerance float64) []float64 { return []float64{tolerance, tolerance, tolerance, tolerance} }
	for _, c := range []struct {
		name, file, asOf string
		zero             bool
		want             want
	}{
		{"sample calibration with zeros", "cdnow_sample.parquet", "1997-09-30", true, want{2357, 946, 2457, []family{
			{"BG/NBD", []float64{.24259452, 4.413602, .79292201, 2.42590674}, []float64{1e-7, 1e-6, 2e-6, 1e-5}, []float64{.012557378, .37822406, .18573382, .70541426}, -9582.4292067, 1e-6},
			{"Pareto/NBD", []float64{.55327704, 10.5776834, .60624001, 11.6687363}, []float64{1e-6, 1e-5, 1e-6, 2e-5}, []float64{.047628, .842723, .187281, 6.21111}, -9594.9761789, 1e-6},
			{"MBG/NBD", []float64{.525, 6.183, .891, 1.614}, digits(5e-4), nil, -9582.1357, 1e-4},
		}}},
		{"sample calibration without zeros", "cdnow_sample.parquet", "1997-09-30", false, want{2349, 946, 2457, []family{
			{"BG/NBD", []float64{.2439, 0, 0, 0}, []float64{5e-5, math.Inf(1), math.Inf(1), math.Inf(1)}, nil, 0, math.Inf(1)},
		}}},
		{"master calibration with zeros", "cdnow_master.parquet", "1997-09-30", true, want{23570, 0, 0, []family{
			{"BG/NBD", []float64{.251624, 4.788943, .723433, 2.161088}, digits(1e-6), nil, -95368.4439, 1e-4},
			{"Pareto/NBD", []float64{.597420, 11.585658, .522186, 8.827758}, digits(2e-6), nil, -95415.1186, 1e-4},
		}}},
		{"master calibration without zeros", "cdnow_master.parquet", "1997-09-30", false, want{customers: 23500}},
	} {
		t.Run(c.name, func(t *testing.T) {
			result := runCDNOW(t, c.file, c.asOf, c.zero)
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
			for _, want := range c.want.families {
				parameters, lnL, shift := fittedTo(t, model, want.name)
				for i, p := range parameters {
					unit := 1.0
					if p.Name == "alpha" || p.Name == "beta" {
						unit = 7
					}
					if !(math.Abs(p.Value/unit-want.parameters[i]) <= want.tolerances[i]) {
						t.Errorf("%s: %s %.8f, want %.8f", want.name, p.Name, p.Value/unit, want.parameters[i])
					}
					if want.errors != nil && !(math.Abs(p.StandardError/unit/want.errors[i]-1) <= 1e-5) {
						t.Errorf("%s: standard error of %s %.8f, want %.8f", want.name, p.Name, p.StandardError/unit, want.errors[i])
					}
				}
				if got := lnL + shift*math.Log(7); !(math.Abs(got-want.lnL) <= want.lnLTolerance) {
					t.Errorf("%s: ln L in weeks %.7f, want %.7f", want.name, got, want.lnL)
				}
			}
		})
	}
}

// fittedTo returns what model.json says of a model, and the purchases by which
// ln L shifts with the unit of time.
func fittedTo(t *testing.T, model scoring.ModelFile, name string) (parameters []scoring.ParameterFile, lnL, shift float64) {
	t.Helper()
	for _, c := range model.Candidates {
		if c.Name == name && c.LogLikelihood != nil {
			return c.Parameters, *c.LogLikelihood, float64(c.Repeats)
		}
	}
	t.Fatalf("%s was not fitted: %+v", name, model)
	return nil, 0, 0
}
