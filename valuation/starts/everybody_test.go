package starts

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"cbv/valuation/btyd/effects"
)

// The engine gives rows in any order, and their sums are of floating point.
func TestEffectsOfEverybodyInAnyOrder(t *testing.T) {
	day := time.Date(2023, 7, 3, 0, 0, 0, 0, time.UTC)
	random := rand.New(rand.NewPCG(1, 1))
	var rows []outcome
	for _, label := range []string{"tea", "coffee", "cups"} {
		for band := range int64(5) {
			for back := range 2 {
				spent := 1_000_000 + random.Int64N(9_000_000)
				rows = append(rows, outcome{
					PastDay: day.AddDate(-back, 0, 0), AttributeNumber: 1, Label: label, RepeatBand: band,
					SpentThousandths: spent, WorthThousandths: spent * (70 + random.Int64N(60)) / 100, WorthSpread: spent / 3,
				})
			}
		}
	}
	values := Values{values: []startValue{{1, "coffee"}}, attributes: map[int64]string{1: "category"}}
	learn := func() []startEffect {
		return values.learn(rows, effects.Effects{{Dispersion: .7}}, func(r outcome) (level, effects.Sums) {
			return level{}, effects.Sums{Observed: float64(r.SpentThousandths) / 3e5, Expected: float64(r.WorthThousandths) / 3e5, Spread: float64(r.WorthSpread) / 3e5}
		})
	}
	want := learn()
	if len(want) != 3 {
		t.Fatalf("%d effects, want those of tea, coffee and cups", len(want))
	}
	for range 200 {
		random.Shuffle(len(rows), func(a, b int) { rows[a], rows[b] = rows[b], rows[a] })
		before := slices.Clone(rows)
		if got := learn(); !reflect.DeepEqual(got, want) {
			t.Fatalf("in another order %v, want %v", got, want)
		}
		if !reflect.DeepEqual(rows, before) {
			t.Fatal("the rows of the caller were moved")
		}
	}
}
