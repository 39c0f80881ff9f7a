package pool

import (
	"testing"

	"cbv/valuation/btyd"
)

func TestNBDStandsInForABoundaryFitOnEveryDay(t *testing.T) {
	mbg, nbd := btyd.MBGNBD{R: 0.5, Alpha: 50, A: 0.8, B: 5}, btyd.NBD{R: 0.5, Alpha: 60}
	day := func(boundary string) []btyd.Fit {
		return []btyd.Fit{{Model: mbg, Boundary: boundary}, {Model: btyd.BGNBD{}}, {Model: nbd}}
	}
	proper, err := ModelsOn(wandering, day(""), day(""))
	if err != nil {
		t.Fatal(err)
	}
	atBoundary, err := ModelsOn(wandering, day(""), day("dropout after the first purchase or never"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		if want := (Models{mbg, nbd, wandering}); proper[i] != want {
			t.Errorf("day %d: %+v, want %+v", i, proper[i], want)
		}
		if want := (Models{nbd, nbd, wandering}); atBoundary[i] != want {
			t.Errorf("day %d, one of them at a boundary: %+v, want %+v", i, atBoundary[i], want)
		}
	}
	if _, err := ModelsOn(wandering, day(""), day("")[:1]); err == nil {
		t.Error("a day without NBD has models")
	}
}
