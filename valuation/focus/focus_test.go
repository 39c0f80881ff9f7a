package focus

import "testing"

func at(v float64) *float64 { return &v }

// What a practitioner would say of shops of one kind.
func TestVerdictsOfExtremes(t *testing.T) {
	established := Figures{
		Customers: 50_000, ShopAgeDays: 1_500, AliveGrowth: at(0.3), LTVToCAC: at(2), LTVToCACLow: at(1.8), LTVToCACHigh: at(2.2), NewCustomers: 5_000, MinNewCustomers: 50, TargetLTVToCAC: 3, RetainShare: at(0.4),
		CurrentShare: at(0.7), RepeatTrend: at(0), RepeatTrendHigh: at(0.01), LargestShare: at(0.001), AtRiskShare: at(0.2),
	}
	change := func(f func(*Figures)) Figures {
		changed := established
		f(&changed)
		return changed
	}
	ratio := func(f *Figures, value, low, high float64) {
		f.LTVToCAC, f.LTVToCACLow, f.LTVToCACHigh = at(value), at(low), at(high)
	}
	for name, c := range map[string]struct {
		figures Figures
		want    Verdict
	}{
		"established, new customers below target": {established, RetentionLed},
		"two months old": {Figures{Customers: 300, ShopAgeDays: 60, TargetLTVToCAC: 3, CurrentShare: at(0.3), LargestShare: at(0.02), AtRiskShare: at(0.4)}, AcquisitionLed},
		"two months old, and every new customer loses money": {Figures{Customers: 300, ShopAgeDays: 60, LTVToCAC: at(0.5), LTVToCACLow: at(0.3), LTVToCACHigh: at(0.7), NewCustomers: 300, MinNewCustomers: 50, TargetLTVToCAC: 3, CurrentShare: at(0.3)}, Balanced},
		"acquisition loses money":                            {change(func(f *Figures) { f.ShopAgeDays = 800; ratio(f, 0.4, 0.3, 0.5) }), RetentionLed},
		"one dominant customer": {change(func(f *Figures) {
			f.ShopAgeDays, f.LTVToCAC, f.CurrentShare, f.LargestShare = 800, nil, at(0.5), at(0.4)
		}), RetentionLed},
		"only organic customers": {change(func(f *Figures) { f.ShopAgeDays, f.LTVToCAC, f.CurrentShare = 800, nil, at(0.5) }), Balanced},
		"acquisition pays while the base shrinks": {change(func(f *Figures) {
			f.ShopAgeDays, f.AliveGrowth, f.CurrentShare = 800, at(-0.05), at(0.5)
			ratio(f, 5, 4.5, 5.5)
		}), AcquisitionLed},
		"acquisition pays many times over":                     {change(func(f *Figures) { f.ShopAgeDays, f.CurrentShare = 800, at(0.5); ratio(f, 8, 6.5, 9.5) }), AcquisitionLed},
		"it is not known whether acquisition meets its target": {change(func(f *Figures) { f.ShopAgeDays, f.CurrentShare = 800, at(0.5); ratio(f, 3.5, 2, 5) }), Balanced},
		"hardly anybody is worth retaining":                    {change(func(f *Figures) { f.RetainShare = at(0.001) }), Balanced},
		"hardly anybody but one who is half of the shop":       {change(func(f *Figures) { f.RetainShare, f.LargestShare = at(0.001), at(0.5) }), RetentionLed},
		"retaining costs more than it can bring":               {change(func(f *Figures) { f.NeededGain, f.MostGain = at(0.31), at(0.3) }), Balanced},
		"retaining costs what it can bring":                    {change(func(f *Figures) { f.NeededGain, f.MostGain = at(0.3), at(0.3) }), RetentionLed},
		"one dominant customer, at any cost of retaining": {change(func(f *Figures) {
			f.NeededGain, f.MostGain, f.LargestShare = at(0.31), at(0.3), at(0.4)
		}), RetentionLed},
		"a base that keeps its size": {change(func(f *Figures) {
			f.ShopAgeDays, f.AliveGrowth, f.LTVToCAC, f.CurrentShare = 800, at(0), at(8), at(0.3)
			ratio(f, 3, 2, 5)
		}), Balanced},
		"a base that shrinks": {change(func(f *Figures) {
			f.ShopAgeDays, f.AliveGrowth, f.CurrentShare = 800, at(-0.0001), at(0.3)
			ratio(f, 3, 2, 5)
		}), AcquisitionLed},
		"two new customers":                          {change(func(f *Figures) { f.ShopAgeDays, f.NewCustomers, f.CurrentShare = 800, 2, at(0.5); ratio(f, 9, 9, 9) }), Balanced},
		"a year and a half old, growing as it began": {change(func(f *Figures) { f.ShopAgeDays, f.AliveGrowth, f.CurrentShare = 500, at(2), at(0.5) }), Balanced},
		"a year and a half old, without new customers any more": {change(func(f *Figures) {
			f.ShopAgeDays, f.AliveGrowth, f.CurrentShare = 500, at(-0.001), at(0.3)
			f.LTVToCAC = nil
		}), AcquisitionLed},
		"new customers too young for an interval": {change(func(f *Figures) {
			f.ShopAgeDays, f.CurrentShare = 800, at(0.5)
			f.LTVToCAC, f.LTVToCACLow, f.LTVToCACHigh = at(9), nil, nil
		}), Balanced},
		"files that start mid-life do not make a shop young": {Figures{Customers: 5_000, ShopAgeDays: 200, ShopIsOlder: true, TargetLTVToCAC: 3}, Balanced},
		"files that start mid-life and hold three years": {change(func(f *Figures) {
			f.ShopIsOlder, f.LTVToCAC, f.CurrentShare, f.AtRiskShare = true, nil, at(0.5), at(0.4)
		}), RetentionLed},
		"nothing is known": {Figures{Customers: 5_000, ShopAgeDays: 500, TargetLTVToCAC: 3}, Balanced},
	} {
		got := Judge(c.figures)
		if got.Verdict != c.want {
			t.Errorf("%s: %s (%s), want %s", name, got.Verdict, got.Why, c.want)
		}
		for _, finding := range got.Findings {
			if finding.Why == "" || (finding.Votes > 0) != (finding.Lean == Retention || finding.Lean == Acquisition) || (finding.Saw == nil) != (finding.Lean == Unknown) || finding.Unit == "" {
				t.Errorf("%s: %+v", name, finding)
			}
		}
	}
}

// A shop that loses money on new customers is never led to acquisition, and a figure
// that gets worse for acquisition never speaks for it.
func TestLosingAcquisitionIsNeverAdvised(t *testing.T) {
	for _, age := range []int64{10, 400, 2_000} {
		for _, customers := range []int64{10, 1_000_000} {
			for _, current := range []*float64{nil, at(0.1), at(0.9)} {
				f := Figures{Customers: customers, ShopAgeDays: age, LTVToCAC: at(0.99), LTVToCACLow: at(0.9), LTVToCACHigh: at(1.1), NewCustomers: 60, TargetLTVToCAC: 3, CurrentShare: current, AliveGrowth: at(-0.01)}
				if got := Judge(f); got.Verdict == AcquisitionLed {
					t.Errorf("%+v: %+v", f, got)
				}
			}
		}
	}
}

// Where forecasts are not trusted, what rests on them has no vote, and the rest decides.
func TestWithoutForecasts(t *testing.T) {
	j := Judge(Figures{
		Customers: 50_000, ShopAgeDays: 1_500, LargestShare: at(0.001), CurrentShare: at(0.7), AtRiskShare: at(0.5),
	})
	without := j.WithoutForecasts()
	if j.Verdict != RetentionLed || without.Verdict != Balanced {
		t.Errorf("%s (%s), and without forecasts %s (%s)", j.Verdict, j.Why, without.Verdict, without.Why)
	}
	if want := "votes for retention: 1, for acquisition: 0; a difference of two decides"; without.Why != want {
		t.Errorf("%q, want %q", without.Why, want)
	}
	for i, finding := range j.Findings {
		if finding.Lean == Retention && finding.Votes == 0 {
			t.Errorf("the judgement itself lost the vote of %s", j.Findings[i].Rule)
		}
	}
	young := Judge(Figures{Customers: 300, ShopAgeDays: 60}).WithoutForecasts()
	if young.Verdict != AcquisitionLed {
		t.Errorf("a young shop is %s without forecasts", young.Verdict)
	}
}
