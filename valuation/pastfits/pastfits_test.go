package pastfits

import (
	"testing"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
)

// What is the same is fitted once, and what differs in anything is fitted by itself.
func TestFitsAreMadeOnce(t *testing.T) {
	histories := func(customers int64) []btyd.HistoryCount {
		return []btyd.HistoryCount{
			{History: btyd.History{Age: 300}, Customers: customers},
			{History: btyd.History{Repeats: 2, LastPurchase: 90, Age: 300}, Customers: 40},
		}
	}
	var fits Fits
	first := fits.Purchases(histories(60), 1)
	if again := fits.Purchases(histories(60), 2); again != first {
		t.Error("equal histories are fitted twice")
	}
	if other := fits.Purchases(histories(61), 1); other == first {
		t.Error("other histories have the same fits")
	}
	sample := func() spend.Sample {
		return spend.Sample{Form: spend.OnPurchases, LnValues: 30, Counts: []spend.Count{{Repeats: 1, Purchases: 2, Total: 40, Customers: 5}}}
	}
	known := fits.fittedSpend(sample(), 1)
	if again := fits.fittedSpend(sample(), 1); again != known {
		t.Error("equal purchases are fitted twice")
	}
	for name, change := range map[string]func(*spend.Sample){
		"form":                     func(s *spend.Sample) { s.Form = spend.OnMeans },
		"logarithms":               func(s *spend.Sample) { s.LnValues++ },
		"share of positive values": func(s *spend.Sample) { s.PositiveShare = .5 },
		"counts":                   func(s *spend.Sample) { s.Counts[0].Customers++ },
	} {
		other := sample()
		change(&other)
		if fits.fittedSpend(other, 1) == known {
			t.Errorf("a sample with other %s has the same model", name)
		}
	}
}
