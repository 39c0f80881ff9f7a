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
func goesWithFrequency(sample Sample) Sample {
	sample.Counts = slices.Clone(sample.Counts)
	for i := range sample.Counts {
		c := &sample.Counts[i]
		for _, limits := range bandLimits[1:] {
			if c.Repeats >= limits.From {
				c.Total *= 2
				sample.LnValues += float64(c.Purchases) * math.Ln2
			}
		}
	}
	return sample
}

func TestAgreementOfAll(t *testing.T) {
	for _, form := range []Form{OnPurchases, OnMeans} {
		sample := simulatedSpend(cdnow, form, 5_000, true, 0)
		model, err := FitModel(sample, 2)
		if err != nil {
			t.Fatal(err)
		}
		fit, err := FitGammaGamma(sample, nil, 2)
		if err != nil {
			t.Fatal(err)
		}
		m := fit.Models[0]
		want := Model{
			Form: form, PositiveShare: 1, Fit: &fit, Spearman: Spearman(sample),
			Bands: []Band{{Range: everyRepeat, Model: &m, Mean: m.Mean()}},
		}
		if !reflect.DeepEqual(model, want) {
			t.Errorf("%+v\nwant %+v", model, want)
		}
		p, q, gamma := m.P, m.Q, m.Gamma
		n := form.Purchases(3)
		likelihoodtest.Near(t, "expected spend after 60 in all", model.Expected(3, n, 60), p*(gamma+60)/(p*float64(n)+q-1), 1e-14)
		likelihoodtest.Near(t, "expected spend of nobody known", model.Expected(0, 0, 0), p*gamma/(q-1), 1e-14)
		if got, want := model.Shape(3), (Shape{p, p*float64(n) + q}); got != want {
			t.Errorf("shape %+v, want %+v", got, want)
		}
		if form.FirstCounts {
			likelihoodtest.Near(t, "expected spend after a first purchase of 60", model.Expected(0, 1, 60), p*(gamma+60)/(p+q-1), 1e-14)
		}
		sample.PositiveShare = 0.75 // of all purchases
		zeros, err := FitModel(sample, 2)
		if err != nil {
			t.Fatal(err)
		}
		likelihoodtest.Near(t, "expected spend of a purchase that may be worth nothing", zeros.Expected(3, n, 60), 0.75*model.Expected(3, n, 60), 1e-14)
	}
}

// A level for each band, and p and q of all: those that the values came from.
func TestRecoveryByBand(t *testing.T) {
	sample := goesWithFrequency(simulatedSpend(cdnow, OnPurchases, 50_000, true, 1))
	model, err := FitModel(sample, 2)
	if err != nil {
		t.Fatal(err)
	}
	if !(model.Spearman > MaxSpearman) {
		t.Fatalf("Spearman is %g", model.Spearman)
	}
	want := []Finding{{Warning: GoesWithFrequency, Range: everyRepeat, Number: model.Spearman}}
	if !reflect.DeepEqual(model.Findings, want) {
		t.Errorf("findings %+v, want %+v", model.Findings, want)
	}
	truth := cdnow.Parameters()[:2]
	for i, b := range model.Bands {
		if b.Range != bandLimits[i] || model.Band(b.From).From != b.From || model.Band(b.To).To != b.To {
			t.Errorf("band %d is %+v", i, b.Range)
		}
		truth = append(truth, likelihood.Parameter{Name: "gamma", Value: cdnow.Gamma * math.Pow(2, float64(i))})
		if b.Model.P != model.Fit.Models[0].P || b.Model.Q != model.Fit.Models[0].Q || b.Mean != b.Model.Mean() {
			t.Errorf("band %d: %+v", i, b)
		}
	}
	likelihoodtest.Recovered(t, model.Fit.Parameters, truth)
}

// A band with few customers is one with its neighbour.
func TestAgreementBands(t *testing.T) {
	counted := func(customers ...int64) Sample {
		sample := Sample{Form: OnPurchases}
		for i, n := range customers {
			x := bandLimits[i].From
			sample.Counts = append(sample.Counts, Count{x, x + 1, 5, n})
		}
		return sample
	}
	all := bandLimits
	for _, c := range []struct {
		sample Sample
		want   []Range
	}{
		{counted(200, 200, 200, 200), all[:]},
		{counted(200, 200, 200, 199), []Range{all[0], all[1], {4, MostRepeats}}},
		{counted(200, 199, 200, 200), []Range{{0, 3}, all[2], all[3]}},
		{counted(199, 200, 200, 200), []Range{{0, 3}, all[2], all[3]}},
		{counted(199, 199, 200, 200), []Range{{0, 7}, all[3]}},
		{counted(1, 1, 1, 1), []Range{everyRepeat}},
	} {
		if got := bandsOf(c.sample); !slices.Equal(got, c.want) {
			t.Errorf("%v, want %v", got, c.want)
		}
	}
}

// Subscriptions and price tiers: whoever always pays the same is expected to go
// on, and is not taken for the average customer.
func TestSurvivalTiers(t *testing.T) {
	for _, form := range []Form{OnPurchases, OnMeans} {
		sample := Sample{Form: form}
		for _, price := range []float64{5, 20, 100} {
			for x := 1; x <= 12; x++ {
				n := form.Purchases(x)
				sample.Counts = append(sample.Counts, Count{x, n, price * float64(n), int64(600 / x)})
				sample.LnValues += float64(600/x*n) * math.Log(price)
			}
		}
		model, err := FitModel(sample, 2)
		if err != nil || len(model.Findings) != 1 || model.Findings[0].Warning != AtBoundary {
			t.Fatalf("%+v, %v", model, err)
		}
		for _, price := range []float64{5, 20, 100} {
			n := form.Purchases(3)
			likelihoodtest.Near(t, fmt.Sprintf("expected spend after purchases of %g", price), model.Expected(3, n, float64(n)*price), price, 0.01)
		}
		if got := model.Expected(0, 0, 0); got != model.Fit.PooledMean {
			t.Errorf("of nobody known %g is expected", got)
		}
	}
}

func TestAgreementWorkers(t *testing.T) {
	sample := goesWithFrequency(simulatedSpend(cdnow, OnPurchases, 20_000, false, 2))
	one, err := FitModel(sample, 1)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(sample.Counts)
	if three, err := FitModel(sample, 3); err != nil || !reflect.DeepEqual(three, one) {
		t.Errorf("three workers: %+v, %v\nwant %+v", three, err, one)
	}
}

// Whatever the purchases are, everybody has a finite expectation, and a
// finding says where it is not the model's.
func TestSurvivalBands(t *testing.T) {
	for _, form := range []Form{OnPurchases, OnMeans} {
		// 60 customers do not distinguish q = 1.4 from one below 1.
		undetermined := simulatedSpend(GammaGamma{P: 3, Q: 1.4, Gamma: 40}, form, 60, true, 0)
		twoTotals := Sample{Form: form, Counts: []Count{{1, form.Purchases(1), 20, 30}, {5, form.Purchases(5), 600, 30}}, LnValues: 300}
		for _, c := range []struct {
			what   string
			sample Sample
			want   []Warning
		}{
			{"nobody", Sample{Form: form}, []Warning{NoModel}},
			{"only zeros", Sample{Form: form, Counts: []Count{{0, 0, 0, 5}, {2, 2, 0, 3}}}, []Warning{NoModel}},
			{"one price", onePrice(form), []Warning{AtBoundary}},
			{"q at most 1", simulatedSpend(GammaGamma{P: 3, Q: 0.9, Gamma: 40}, form, 20_000, true, 0), []Warning{InfiniteMean}},
			{"p + q at most 1", simulatedSpend(GammaGamma{P: 0.3, Q: 0.5, Gamma: 40}, form, 20_000, false, 0), []Warning{InfiniteMean}},
			{"q a little above 1, and few", undetermined, []Warning{UndeterminedMean}},
			{"bands, q at most 1", goesWithFrequency(simulatedSpend(GammaGamma{P: 3, Q: 0.8, Gamma: 40}, form, 20_000, true, 0)),
				[]Warning{GoesWithFrequency, InfiniteMean}},
			{"bands, two totals in all", twoTotals, []Warning{GoesWithFrequency, NoModel}},
		} {
			model, err := FitModel(c.sample, 2)
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
			if !slices.Equal(found, c.want) {
				t.Errorf("%s, %s: found %v, want %v", form.Name(), c.what, found, c.want)
			}
			for _, x := range []int{0, 1, 2, 5, 8, 3000} {
				n := form.Purchases(x)
				if got := model.Expected(x, n, 20*float64(n)); !(got >= 0 && !math.IsInf(got, 0)) {
					t.Errorf("%s: expected spend after %d repeats is %g", c.what, x, got)
				}
			}
		}
	}
	if _, err := FitModel(of(Count{1, 1, math.NaN(), 1}), 1); err == nil {
		t.Error("a total that is no number is accepted")
	}
}

// What first orders are worth beside later ones, of the same customers.
func TestFirstToLater(t *testing.T) {
	var f FirstToLater
	if !math.IsNaN(f.Ratio()) {
		t.Errorf("of nobody the ratio is %g", f.Ratio())
	}
	f.Add(1, 10, 30)
	f.Add(3, 20, 60)
	f.Add(0, 500, 0) // no later ones
	f.Add(2, 0, 500) // a first one of nothing
	f.Add(2, 500, 0)
	if got, want := f.Ratio(), 30./50; got != want || f.Customers != 2 {
		t.Errorf("%+v: %g, want %g", f, got, want)
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
