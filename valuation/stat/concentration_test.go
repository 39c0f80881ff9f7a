package stat

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestGiniByHand(t *testing.T) {
	for _, c := range []struct {
		holdings []Holding
		want     float64
	}{
		{[]Holding{{7, 3}}, 0},                            // all the same
		{[]Holding{{1, 1}, {0, 3}}, 0.75},                 // one of four holds everything: 1 - 1/n
		{[]Holding{{1, 1}, {2, 1}, {3, 1}, {4, 1}}, 0.25}, // Σ|xi - xj| = 20 of 2 n Σx = 80
		{[]Holding{{0, 4}}, math.NaN()},
	} {
		got := SpreadOf(c.holdings).Gini()
		if !(math.Abs(got-c.want) <= 1e-15) && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("%v: %g, want %g", c.holdings, got, c.want)
		}
	}
}

func TestTopIsAtLeastOneHolder(t *testing.T) {
	spread := SpreadOf([]Holding{{10, 1}, {1, 89}})
	for _, c := range []struct {
		percent, holders int64
		share            float64
	}{
		{1, 1, 10. / 99}, // 0.9 of a holder
		{2, 1, 10. / 99}, // 1.8
		{10, 9, 18. / 99},
		{100, 90, 1},
	} {
		holders, share := spread.Top(c.percent)
		if holders != c.holders || !(math.Abs(share-c.share) <= 1e-15) {
			t.Errorf("top %d %%: %d with %g, want %d with %g", c.percent, holders, share, c.holders, c.share)
		}
	}
	if _, share := SpreadOf([]Holding{{0, 4}}).Top(1); !math.IsNaN(share) {
		t.Errorf("share of nothing: %g", share)
	}
}

func TestAboveIsStrict(t *testing.T) {
	spread := SpreadOf([]Holding{{10, 2}, {11, 1}, {69, 1}})
	if got := spread.Above(10); got != 2 {
		t.Errorf("%d hold more than a tenth of 100, want 2", got)
	}
}

// Against the definitions, holder by holder.
func TestSpreadAgreesWithTheDefinitions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amounts := rapid.SliceOfN(rapid.Int64Range(0, 1000), 1, 120).Draw(t, "amounts")
		var holdings []Holding
		total, differences := 0.0, 0.0
		for _, a := range amounts {
			holdings = append(holdings, Holding{a, 1})
			total += float64(a)
			for _, b := range amounts {
				differences += math.Abs(float64(a - b))
			}
		}
		if total == 0 {
			return
		}
		spread := SpreadOf(holdings)
		n := float64(len(amounts))
		if got, want := spread.Gini(), differences/(2*n*total); !(math.Abs(got-want) <= 1e-12) {
			t.Errorf("Gini %g, want %g", got, want)
		}
		slices.Sort(amounts)
		slices.Reverse(amounts)
		for _, percent := range []int64{1, 5, 10, 20} {
			holders := max(1, int(math.Floor(n*float64(percent)/100+1e-9)))
			held := 0.0
			for _, a := range amounts[:holders] {
				held += float64(a)
			}
			got, share := spread.Top(percent)
			if int(got) != holders || !(math.Abs(share-held/total) <= 1e-12) {
				t.Errorf("top %d %%: %d with %g, want %d with %g", percent, got, share, holders, held/total)
			}
		}
		if got := spread.Largest(); got != float64(amounts[0])/total {
			t.Errorf("largest %g, want %g", got, float64(amounts[0])/total)
		}
	})
}
