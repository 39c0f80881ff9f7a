package export

import (
	"math"
	"slices"
	"testing"

	"cbv/valuation/campaign"
	"cbv/valuation/experiment"
)

// Windows between those that a run has lie between their chances.
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
	// by SciPy's PchipInterpolator through the logarithms of days and hazards
	if p.Column != "p_purchase_90d and p_purchase_365d" || !p.Scaled || !(math.Abs(*p.BaseRate-0.0951844680) <= 1e-9) || len(p.Longer) != 1 || p.Longer[0].WindowDays != 365 {
		t.Errorf("%+v, base rate %g", p, *p.BaseRate)
	}
}

// Beyond the windows that a run has each day is alike: 1 - .98^(1/2), and 1 - .81^2.
func TestRatesBeyondTheWindows(t *testing.T) {
	for days, want := range map[int]float64{15: 1 - math.Sqrt(0.98), 30: 0.02, 90: 0.05, 365: 0.19, 730: 1 - 0.81*0.81} {
		if got, from, to := rateOf([]float64{0.02, 0.05, 0.19}, days); !(math.Abs(got-want) <= 1e-12) || from != to {
			t.Errorf("%d days: %g between %d and %d, want %g", days, got, from, to, want)
		}
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

// By hand: buyers of 10 and of 30, as likely, have a mean of 20 and a deviation of 10, and
// with deviations of their own of 10 and 20 a mean square of (200 + 1300)/2 = 750, which is
// 1.875 times 400.
func TestVariationOfBuyers(t *testing.T) {
	since := func(days, from, since, buyers int64, mean, deviation float64, chances ...int64) audienceSpend {
		return audienceSpend{days, from, since, buyers, mean, deviation, chances[0], chances[1], chances[2]}
	}
	of := func(days, from, buyers int64, mean, deviation float64, chances ...int64) audienceSpend {
		return since(days, from, 0, buyers, mean, deviation, chances...)
	}
	month := []audienceSpend{of(30, 2, 30, 30, 20, 7, 0, 0), of(30, 1, 30, 10, 10, 7, 0, 0)}
	quarter := []audienceSpend{of(90, 1, 30, 10, 15, 0, 1, 0)} // 2.25 in squares
	for name, c := range map[string]struct {
		spends []audienceSpend
		days   int
		want   float64 // of the square; below 0: not known
	}{
		"by chances":            {month, 30, 0.875},
		"those of the audience": {[]audienceSpend{of(30, 1, 30, 10, 10, 7, 0, 0), of(30, 2, 30, 30, 20, 0, 9, 9)}, 30, 1},
		// 29 of 10 and 1 of 40 had bought once: a mean of 11, and a variance of 150 - 121 = 29
		"few so often": {[]audienceSpend{of(30, 1, 29, 10, 0, 0, 0, 0), of(30, 2, 1, 40, 0, 5, 0, 0)}, 30, 29.0 / 121},
		// the same two kinds by when they bought last, of whom the audience has the later
		"those who bought as lately": {[]audienceSpend{since(30, 1, 31, 30, 30, 20, 7, 0, 0), since(30, 1, 0, 30, 10, 10, 0, 9, 9)}, 30, 4.0 / 9},
		// of 30 in the next bands 29 spent 10 and one 40, as above; further ones do not count
		"few as lately": {[]audienceSpend{
			since(30, 1, 0, 29, 10, 0, 0, 0, 0), since(30, 1, 31, 0, 0, 0, 5, 0, 0), since(30, 1, 61, 1, 40, 0, 0, 0, 0),
			since(30, 1, 121, 500, 1, 9, 0, 0, 0), since(30, 2, 31, 500, 1, 9, 0, 0, 0),
		}, 30, 29.0 / 121},
		"beyond the last":              {month, 365, 0.875},
		"before the first":             {quarter, 30, 2.25},
		"half the way, by ratio":       {slices.Concat(quarter, month), 52, 0.875 + 1.375*math.Log(52.0/30)/math.Log(3)},
		"at the second":                {slices.Concat(quarter, month), 90, 2.25},
		"too few buyers":               {[]audienceSpend{of(30, 1, 29, 10, 10, 7, 0, 0)}, 30, -1},
		"too few in the nearer":        {slices.Concat(quarter, []audienceSpend{of(30, 1, 29, 10, 10, 7, 0, 0)}), 30, 2.25},
		"no chance":                    {[]audienceSpend{of(30, 1, 50, 10, 10, 0, 7, 7)}, 30, -1},
		"more came back than was sold": {[]audienceSpend{of(30, 1, 50, -10, 10, 7, 0, 0)}, 30, -1},
		"nothing known":                {nil, 30, -1},
	} {
		got := variation(slices.Clone(c.spends), c.days)
		if (got == nil) != (c.want < 0) || got != nil && !(math.Abs(*got**got-c.want) <= 1e-12) {
			t.Errorf("%s: %v, want the root of %g", name, got, c.want)
		}
	}
}
