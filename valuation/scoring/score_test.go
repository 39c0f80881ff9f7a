package scoring

import (
	"testing"

	"cbv/valuation/btyd"
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
