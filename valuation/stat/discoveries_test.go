package stat

import "testing"

// The example of Benjamini & Hochberg (1995), section 3.1: 15 tests, of which the four with
// the smallest p-values are discoveries at 5 %, where Bonferroni finds three. In another
// order here, so that it is not the places that are found.
func TestDiscoveriesPublished(t *testing.T) {
	p := []float64{1, .0095, .0004, .0278, .0001, .0201, .0019, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590}
	for i, got := range Discoveries(p, .05) {
		if want := p[i] <= .0095; got != want {
			t.Errorf("p %g: discovered %t, want %t", p[i], got, want)
		}
	}
}

func TestDiscoveriesEdges(t *testing.T) {
	if got := Discoveries(nil, .05); len(got) != 0 {
		t.Errorf("of no test: %v", got)
	}
	// the second is at most 2/2 of the rate, though the first is above 1/2 of it
	if got := Discoveries([]float64{.05, .04}, .05); !got[0] || !got[1] {
		t.Errorf("a step up takes all before it: %v", got)
	}
	if got := Discoveries([]float64{.06, .026}, .05); got[0] || got[1] {
		t.Errorf(".026 is above .05/2: %v", got)
	}
}
