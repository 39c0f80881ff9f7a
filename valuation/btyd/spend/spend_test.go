package spend

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/btyd/likelihood/likelihoodtest"
)

// The parameters of CDNOW in Fader & Hardie (2013), section 4, in dollars.
var cdnow = GammaGamma{P: 6.25, Q: 3.74, Gamma: 15.44}

// goesWithFrequency returns spend that doubles from band to band of repeats.
func goesWithFrequency(counts []Count) []Count {
	counts = slices.Clone(counts)
	for i := range counts {
		for _, limits := range bandLimits[1:] {
			if counts[i].Repeats >= limits[0] {
				counts[i].Total *= 2
			}
		}
	}
	return counts
}

func TestAgreementOfAll(t *testing.T) {
	counts := simulatedSpend(cdnow, 5_000, true, 0)
	model, err := FitModel(counts, 2)
	if err != nil {
		t.Fatal(err)
	}
	fit, err := FitGammaGamma(counts, 2)
	if err != nil {
		t.Fatal(err)
	}
	want := Model{Bands: []Band{{From: 0, To: MostRepeats, Fit: &fit, Mean: fit.Model.Mean()}}, Spearman: Spearman(counts)}
	if !reflect.DeepEqual(model, want) {
		t.Errorf("%+v\nwant %+v", model, want)
	}
	p, q, gamma := fit.Model.P, fit.Model.Q, fit.Model.Gamma
	likelihoodtest.Near(t, "expected spend of 3 purchases of 60 in all", model.Expected(3, 60), p*(gamma+60)/(3*p+q-1), 1e-14)
	likelihoodtest.Near(t, "expected spend of no repeats", model.Expected(0, 0), p*gamma/(q-1), 1e-14)
}

func TestAgreementByBand(t *testing.T) {
	counts := goesWithFrequency(simulatedSpend(cdnow, 20_000, true, 1))
	model, err := FitModel(counts, 2)
	if err != nil {
		t.Fatal(err)
	}
	if !(model.Spearman > MaxSpearman) {
		t.Fatalf("Spearman is %g", model.Spearman)
	}
	want := []Finding{{Warning: GoesWithFrequency, To: MostRepeats, Number: model.Spearman}}
	if !reflect.DeepEqual(model.Findings, want) {
		t.Errorf("findings %+v, want %+v", model.Findings, want)
	}
	all, err := FitGammaGamma(counts, 2)
	if err != nil {
		t.Fatal(err)
	}
	next := 0
	for i, b := range model.Bands {
		if b.From != next || model.Band(b.From).From != b.From || model.Band(b.To).To != b.To {
			t.Errorf("band %d to %d follows %d", b.From, b.To, next-1)
		}
		next = b.To + 1
		inside, repeaters := within(counts, b.From, b.To)
		if repeaters < minBandRepeaters {
			t.Fatalf("band %d has %d repeaters", i, repeaters)
		}
		alone, err := FitGammaGamma(inside, 1)
		if i == 3 { // x in the tens says nothing of p
			if err != nil || alone.Boundary == "" || !reflect.DeepEqual(*b.Fit, all) {
				t.Errorf("8 repeats or more: %+v, %v\nwant %+v", *b.Fit, err, all)
			}
			continue
		}
		if err != nil || !reflect.DeepEqual(*b.Fit, alone) {
			t.Errorf("band %d to %d: %+v, %v\nwant %+v", b.From, b.To, *b.Fit, err, alone)
		}
	}
	if next != MostRepeats+1 {
		t.Errorf("the bands end at %d", next-1)
	}
	// A band without enough repeaters has the model of all.
	few, err := FitModel(counts[:2_000], 2)
	if err != nil {
		t.Fatal(err)
	}
	all, err = FitGammaGamma(counts[:2_000], 2)
	if err != nil {
		t.Fatal(err)
	}
	if last := few.Bands[3]; last.From != 8 || !reflect.DeepEqual(*last.Fit, all) {
		t.Errorf("8 repeats or more: %+v, want %+v", last, all)
	}
	if reflect.DeepEqual(*few.Bands[1].Fit, all) {
		t.Error("2 to 3 repeats have the model of all")
	}
}

// Subscriptions and price tiers: whoever always pays the same is expected to go
// on, and is not taken for the average customer.
func TestSurvivalTiers(t *testing.T) {
	var counts []Count
	for _, price := range []float64{5, 20, 100} {
		for x := 1; x <= 12; x++ {
			counts = append(counts, Count{x, price * float64(x), int64(600 / x)})
		}
	}
	model, err := FitModel(counts, 2)
	if err != nil || len(model.Findings) != 1 || model.Findings[0].Warning != AtBoundary {
		t.Fatalf("%+v, %v", model, err)
	}
	for _, price := range []float64{5, 20, 100} {
		likelihoodtest.Near(t, fmt.Sprintf("expected spend after three of %g", price), model.Expected(3, 3*price), price, 0.01)
	}
	if got := model.Expected(0, 0); got != model.Bands[0].Fit.PooledMean {
		t.Errorf("without a repeat %g is expected", got)
	}
}

func TestAgreementWorkers(t *testing.T) {
	counts := goesWithFrequency(simulatedSpend(cdnow, 20_000, false, 2))
	one, err := FitModel(counts, 1)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(counts)
	if three, err := FitModel(counts, 3); err != nil || !reflect.DeepEqual(three, one) {
		t.Errorf("three workers: %+v, %v\nwant %+v", three, err, one)
	}
}

// Whatever the repeat purchases are, everybody has a finite expectation, and a
// finding says where it is not the model's.
func TestSurvivalBands(t *testing.T) {
	// 60 customers do not distinguish q = 1.4 from one below 1.
	undetermined := simulatedSpend(GammaGamma{P: 3, Q: 1.4, Gamma: 40}, 60, true, 0)
	var onePrice []Count
	for x := 1; x <= 9; x++ {
		onePrice = append(onePrice, Count{x, 20 * float64(x), 300})
	}
	for _, c := range []struct {
		what   string
		counts []Count
		want   []Warning
	}{
		{"nobody", nil, []Warning{NoModel}},
		{"only zeros", []Count{{0, 0, 5}, {2, 0, 3}}, []Warning{NoModel}},
		{"one price", onePrice, []Warning{AtBoundary}},
		{"q at most 1", simulatedSpend(GammaGamma{P: 3, Q: 0.9, Gamma: 40}, 20_000, true, 0), []Warning{InfiniteMean}},
		{"p + q at most 1", simulatedSpend(GammaGamma{P: 0.3, Q: 0.5, Gamma: 40}, 20_000, false, 0), []Warning{InfiniteMean}},
		{"q a little above 1, and few", undetermined, []Warning{UndeterminedMean}},
		{"bands, q at most 1", goesWithFrequency(simulatedSpend(GammaGamma{P: 3, Q: 0.8, Gamma: 40}, 20_000, true, 0)),
			[]Warning{GoesWithFrequency, InfiniteMean}},
		// What goes for all is copied to each band with its cause.
		{"bands, two totals in all", []Count{{1, 20, 30}, {5, 500, 30}}, []Warning{GoesWithFrequency, NoModel, NoModel, NoModel, NoModel}},
	} {
		model, err := FitModel(c.counts, 2)
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		var found []Warning
		for _, f := range model.Findings {
			found = append(found, f.Warning)
			var none *likelihood.NoFitError
			if (f.Warning == NoModel) != errors.As(f.Cause, &none) {
				t.Errorf("%s: %v because of %v", c.what, f.Warning, f.Cause)
			}
			if f.Warning != GoesWithFrequency && f.Number != model.Bands[0].Mean {
				t.Errorf("%s: %v says %g, the mean is %g", c.what, f.Warning, f.Number, model.Bands[0].Mean)
			}
		}
		if fmt.Sprint(found) != fmt.Sprint(c.want) {
			t.Errorf("%s: found %v, want %v", c.what, found, c.want)
		}
		if b := model.Bands[0]; b.Mean != 0 && b.Fit != nil && b.Mean != b.Fit.PooledMean {
			t.Errorf("%s: the mean is %g, want the pooled %g", c.what, b.Mean, b.Fit.PooledMean)
		}
		for _, x := range []int{0, 1, 2, 5, 8, 3000} {
			if got := model.Expected(x, 20*float64(x)); !(got >= 0 && !math.IsInf(got, 0)) {
				t.Errorf("%s: expected spend after %d repeats is %g", c.what, x, got)
			}
		}
	}
	if _, err := FitModel([]Count{{1, math.NaN(), 1}}, 1); err == nil {
		t.Error("a total that is no number is accepted")
	}
}

// Up to 1 of q there is no mean, and within two standard errors of it none that is
// determined.
func TestSurvivalMeanNearItsLimit(t *testing.T) {
	for _, c := range []struct {
		q, standardError float64
		want             Warning
	}{
		{1, 0.1, InfiniteMean},
		{1.01, 0, 0},
		{1.01, 0.1, UndeterminedMean},
		{1.5, 0.25, UndeterminedMean},
		{1.51, 0.25, 0},
	} {
		q := likelihood.Estimate{Parameter: likelihood.Parameter{Name: "q", Value: c.q}, StandardError: c.standardError}
		if got := meanWarning(q); got != c.want {
			t.Errorf("q %g with a standard error of %g: %v, want %v", c.q, c.standardError, got, c.want)
		}
	}
}
