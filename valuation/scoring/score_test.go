package scoring

import (
	"testing"

	"cbv/valuation/btyd"
	"cbv/valuation/engine"
	"cbv/valuation/pipeline/pipelinetest"
)

// A wait of more than a century is no date.
func TestDaysToNext(t *testing.T) {
	once, twice := btyd.History{Age: 100}, btyd.History{Repeats: 1, LastPurchase: 40, Age: 100}
	if got := daysToNext(btyd.NBD{R: 1, Alpha: 100}, once); got != nil {
		t.Errorf("without a repeat: %v, want nil", got)
	}
	// (100 + 40) (2^(1/1) - 1) at r + x = 1
	if got := daysToNext(btyd.NBD{R: 1e-12, Alpha: 100}, twice); got == nil || !(*got > 139.99 && *got < 140.01) {
		t.Errorf("with a repeat: %v, want 140", got)
	}
	if got := daysToNext(btyd.NBD{R: 1e-12, Alpha: 36_500}, twice); got != nil {
		t.Errorf("more than a century: %v, want nil", got)
	}
}

// However many rows there are, they come in their order.
func TestInsertMade(t *testing.T) {
	s := scoringOf(pipelinetest.NewContext())
	type row struct{ Place int }
	for _, n := range []int{0, 1, 1 << 16, 1<<17 + 3} {
		if err := insertMade(t.Context(), s, "made", n, func(i int) row { return row{i} }); err != nil {
			t.Fatal(err)
		}
		rows, err := engine.All[row](t.Context(), s.Engine, "made")
		if err != nil || len(rows) != n {
			t.Fatalf("%d rows, want %d: %v", len(rows), n, err)
		}
		for i, row := range rows {
			if row.Place != i {
				t.Fatalf("of %d rows %d is in the place of %d", n, row.Place, i)
			}
		}
	}
}
