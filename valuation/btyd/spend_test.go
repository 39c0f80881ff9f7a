package btyd

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"
)

var cdnowSpend = GammaGamma{P: 6.25, Q: 3.74, Gamma: 15.44}

// goesWithFrequency returns spend that doubles from band to band of repeats.
func goesWithFrequency(counts []SpendCount) []SpendCount {
	counts = slices.Clone(counts)
	for i := range counts {
		for _, limits := range spendBands[1:] {
			if counts[i].Repeats >= limits[0] {
				counts[i].Total *= 2
			}
		}
	}
	return counts
}

func TestAgreementSpendOfAll(t *testing.T) {
	counts := simulatedSpend(cdnowSpend, 5_000, true, 0)
	spend, err := FitSpend(counts, 2)
	if err != nil {
		t.Fatal(err)
	}
	fit, err := FitGammaGamma(counts, 2)
	if err != nil {
		t.Fatal(err)
	}
	want := Spend{Bands: []SpendBand{{From: 0, To: MostRepeats, Fit: &fit, Mean: fit.Model.Mean()}}, Spearman: Spearman(counts)}
	if !reflect.DeepEqual(spend, want) {
		t.Errorf("%+v\nwant %+v", spend, want)
	}
	p, q, gamma := fit.Model.P, fit.Model.Q, fit.Model.Gamma
	near(t, "expected spend of 3 purchases of 60 in all", spend.Expected(3, 60), p*(gamma+60)/(3*p+q-1), 1e-14)
	near(t, "expected spend of no repeats", spend.Expected(0, 0), p*gamma/(q-1), 1e-14)
}

func TestAgreementSpendByBand(t *testing.T) {
	counts := goesWithFrequency(simulatedSpend(cdnowSpend, 20_000, true, 1))
	spend, err := FitSpend(counts, 2)
	if err != nil {
		t.Fatal(err)
	}
	if !(spend.Spearman > MaxSpearman) {
		t.Fatalf("Spearman is %g", spend.Spearman)
	}
	want := []SpendFinding{{Warning: SpendGoesWithFrequency, To: MostRepeats, Number: spend.Spearman}}
	if !reflect.DeepEqual(spend.Findings, want) {
		t.Errorf("findings %+v, want %+v", spend.Findings, want)
	}
	all, err := FitGammaGamma(counts, 2)
	if err != nil {
		t.Fatal(err)
	}
	next := 0
	for i, b := range spend.Bands {
		if b.From != next || spend.Band(b.From).From != b.From || spend.Band(b.To).To != b.To {
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
	few, err := FitSpend(counts[:2_000], 2)
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
func TestSurvivalSpendOfTiers(t *testing.T) {
	var counts []SpendCount
	for _, price := range []float64{5, 20, 100} {
		for x := 1; x <= 12; x++ {
			counts = append(counts, SpendCount{x, price * float64(x), int64(600 / x)})
		}
	}
	spend, err := FitSpend(counts, 2)
	if err != nil || len(spend.Findings) != 1 || spend.Findings[0].Warning != SpendAtBoundary {
		t.Fatalf("%+v, %v", spend, err)
	}
	for _, price := range []float64{5, 20, 100} {
		near(t, fmt.Sprintf("expected spend after three of %g", price), spend.Expected(3, 3*price), price, 0.01)
	}
	if got := spend.Expected(0, 0); got != spend.Bands[0].Fit.PooledMean {
		t.Errorf("without a repeat %g is expected", got)
	}
}

func TestAgreementSpendWorkers(t *testing.T) {
	counts := goesWithFrequency(simulatedSpend(cdnowSpend, 20_000, false, 2))
	one, err := FitSpend(counts, 1)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(counts)
	if three, err := FitSpend(counts, 3); err != nil || !reflect.DeepEqual(three, one) {
		t.Errorf("three workers: %+v, %v\nwant %+v", three, err, one)
	}
}

// Whatever the repeat purchases are, everybody has a finite expectation, and a
// finding says where it is not the model's.
func TestSurvivalSpendBands(t *testing.T) {
	// 60 customers cannot tell q = 1.4 from one below 1.
	undetermined := simulatedSpend(GammaGamma{P: 3, Q: 1.4, Gamma: 40}, 60, true, 0)
	var onePrice []SpendCount
	for x := 1; x <= 9; x++ {
		onePrice = append(onePrice, SpendCount{x, 20 * float64(x), 300})
	}
	for _, c := range []struct {
		what   string
		counts []SpendCount
		want   []SpendWarning
	}{
		{"nobody", nil, []SpendWarning{NoSpendModel}},
		{"only zeros", []SpendCount{{0, 0, 5}, {2, 0, 3}}, []SpendWarning{NoSpendModel}},
		{"one price", onePrice, []SpendWarning{SpendAtBoundary}},
		{"q at most 1", simulatedSpend(GammaGamma{P: 3, Q: 0.9, Gamma: 40}, 20_000, true, 0), []SpendWarning{InfiniteMean}},
		{"p + q at most 1", simulatedSpend(GammaGamma{P: 0.3, Q: 0.5, Gamma: 40}, 20_000, false, 0), []SpendWarning{InfiniteMean}},
		{"q a little above 1, and few", undetermined, []SpendWarning{UndeterminedMean}},
		{"bands, q at most 1", goesWithFrequency(simulatedSpend(GammaGamma{P: 3, Q: 0.8, Gamma: 40}, 20_000, true, 0)),
			[]SpendWarning{SpendGoesWithFrequency, InfiniteMean}},
	} {
		spend, err := FitSpend(c.counts, 2)
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		var found []SpendWarning
		for _, f := range spend.Findings {
			found = append(found, f.Warning)
			var none *NoFitError
			if (f.Warning == NoSpendModel) != errors.As(f.Cause, &none) {
				t.Errorf("%s: %v because of %v", c.what, f.Warning, f.Cause)
			}
			if f.Warning != SpendGoesWithFrequency && f.Number != spend.Bands[0].Mean {
				t.Errorf("%s: %v says %g, the mean is %g", c.what, f.Warning, f.Number, spend.Bands[0].Mean)
			}
		}
		if fmt.Sprint(found) != fmt.Sprint(c.want) {
			t.Errorf("%s: found %v, want %v", c.what, found, c.want)
		}
		if b := spend.Bands[0]; b.Mean != 0 && b.Fit != nil && b.Mean != b.Fit.PooledMean {
			t.Errorf("%s: the mean is %g, want the pooled %g", c.what, b.Mean, b.Fit.PooledMean)
		}
		for _, x := range []int{0, 1, 2, 5, 8, 3000} {
			if got := spend.Expected(x, 20*float64(x)); !(got >= 0 && !math.IsInf(got, 0)) {
				t.Errorf("%s: expected spend after %d repeats is %g", c.what, x, got)
			}
		}
	}
	if _, err := FitSpend([]SpendCount{{1, math.NaN(), 1}}, 1); err == nil {
		t.Error("a total that is no number is accepted")
	}
}
