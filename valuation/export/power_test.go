package export

import (
	"math"
	"testing"

	"cbv/valuation/campaign"
	"cbv/valuation/experiment"
)

// Windows between those that a run has are scaled from the nearest, by ratio.
func TestPowerOfAWindow(t *testing.T) {
	design := experiment.Design{Campaign: "c", Salt: "s", Shares: experiment.Shares{None: 5000, Champion: 5000}}
	p := Power{Planned: 2 * 80_679, WindowDays: 30, Nights: 1}
	if err := p.compare(design, []float64{0.02, 0.05, 0.1}); err != nil {
		t.Fatal(err)
	}
	// 80,679 a side show a lift of 10 % on 2 %, by the usual tables.
	c := p.Comparisons[0]
	if *c.NeededForTenth != 2*80_679 && *c.NeededForTenth != 2*80_679-1 || !(math.Abs(*c.Lift-0.1) <= 1e-5) || p.Scaled || p.Column != "p_purchase_30d" {
		t.Errorf("%+v, lift %g, needed %d", p, *c.Lift, *c.NeededForTenth)
	}
	if c.MarginLift != nil || c.MarginNeededForTenth != nil {
		t.Errorf("what purchases differ by is not known: %+v", c)
	}
	// 1.5/.02 - 1 over .98/.02: 74/49 times as many for the margin
	variation := math.Sqrt(0.5)
	p = Power{Planned: 2 * 80_679, WindowDays: 30, Nights: 1, Variation: &variation}
	if err := p.compare(design, []float64{0.02, 0.05, 0.1}); err != nil {
		t.Fatal(err)
	}
	if c := p.Comparisons[0]; !(math.Abs(float64(*c.MarginNeededForTenth)-2*80_679*74.0/49) <= 3) || !(*c.MarginLift > 0.12 && *c.MarginLift < 0.13) {
		t.Errorf("%d needed of the margin, lift %g", *c.MarginNeededForTenth, *c.MarginLift)
	}
	p = Power{Planned: 1000, WindowDays: 180, Nights: 60}
	if err := p.compare(design, []float64{0.02, 0.05, 0.19}); err != nil {
		t.Fatal(err)
	}
	// ln(180/90) = 0.69 and ln(365/180) = 0.71; 1 - 0.95^2 = 0.0975
	if p.Column != "p_purchase_90d" || !p.Scaled || !(math.Abs(*p.BaseRate-0.0975) <= 1e-12) || len(p.Longer) != 1 || p.Longer[0].WindowDays != 365 {
		t.Errorf("%+v, base rate %g", p, *p.BaseRate)
	}
}

// Planned are those that the terms say, or else as many on each night as on the first.
func TestPlannedCustomers(t *testing.T) {
	for _, c := range []struct {
		terms   campaign.Terms
		isFirst bool
		want    int64
	}{
		{campaign.Terms{Nights: 1}, true, 200},
		{campaign.Terms{Nights: 60}, true, 12_000},
		{campaign.Terms{Nights: 60}, false, 200},
		{campaign.Terms{Nights: 60, PlannedPeople: 5000}, true, 5000},
		{campaign.Terms{Nights: 60, PlannedPeople: 5000}, false, 5000},
	} {
		if got := planned(c.terms, 200, c.isFirst); got != c.want {
			t.Errorf("%+v: %d, want %d", c, got, c.want)
		}
	}
}

// By hand: values of 10 and 30 have a mean of 20 and a deviation of 10.
func TestVariationOfPurchases(t *testing.T) {
	for _, c := range []struct {
		figures audienceFigures
		want    float64 // below 0: not known
	}{
		{audienceFigures{Valued: 2, PurchaseValue: 4000, PurchaseValueSquared: "10000000"}, 0.5},
		{audienceFigures{Valued: 2, PurchaseValue: 4000, PurchaseValueSquared: "8000000"}, 0},
		{audienceFigures{Valued: 1, PurchaseValue: 1000, PurchaseValueSquared: "1000000"}, -1},
		{audienceFigures{PurchaseValueSquared: "0"}, -1},
	} {
		got, err := c.figures.variation()
		if err != nil || (got == nil) != (c.want < 0) || got != nil && !(math.Abs(*got-c.want) <= 1e-12) {
			t.Errorf("%+v: %v (%v), want %g", c.figures, got, err, c.want)
		}
	}
}
