package experiment

import (
	"math"
	"slices"
	"testing"
)

// Bounds of Lan & DeMets's function of Pocock's type at equally spaced looks, as
// Reboussin, DeMets, Kim & Lan (2000), "Computations for Group Sequential Boundaries
// Using the Lan-DeMets Spending Function Method", Controlled Clinical Trials 21, and
// R's package gsDesign have them: 5 looks, 5 % two-sided.
func TestBoundsPublished(t *testing.T) {
	bounds, err := evenLooks(5).Bounds()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{2.4380, 2.4268, 2.4101, 2.3966, 2.3859} {
		if !(math.Abs(bounds[i]-want) <= 5e-4) {
			t.Errorf("look %d: %.4f, want %.4f", i+1, bounds[i], want)
		}
	}
}

// One look at all of it is a test at 1.96, and one at a quarter spends
// .05 ln(1 + (e - 1)/4) = .01788, of which the normal point is 2.3682.
func TestBoundsOfOneLook(t *testing.T) {
	for share, want := range map[float64]float64{1: normal975, 0.25: 2.3682} {
		bounds, err := Looks{{People: 100, Share: share}}.Bounds()
		if err != nil || !(math.Abs(bounds[0]-want) <= 5e-4) {
			t.Errorf("share %g: %v (%v), want %v", share, bounds, err, want)
		}
	}
}

// Armitage, McPherson & Rowe (1969), table 2: the chance to err when looking
// again and again at 1.96.
func TestCrossingPublished(t *testing.T) {
	for looks, want := range map[int]float64{1: 0.05, 2: 0.083, 3: 0.107, 4: 0.126, 5: 0.142, 10: 0.193, 20: 0.248, 50: 0.320} {
		if got := everCrosses(even(looks), normal975); !(math.Abs(got-want) <= 5.1e-4) {
			t.Errorf("%d looks: %.4f, want %.3f", looks, got, want)
		}
	}
}

// everCrosses is the chance to cross one bound at any of the looks.
func everCrosses(information []float64, bound float64) float64 {
	var p paths
	sum := 0.0
	for i, t := range information {
		next := math.Inf(1)
		if i+1 < len(information) {
			next = math.Sqrt(information[i+1] - t)
		}
		sum += p.crossing(t, bound)
		p = p.within(t, bound, next)
	}
	return sum
}

// Two looks are a bivariate normal probability, which a plain sum over one of
// them gives as well, whatever the information.
func TestCrossingAgreesWithABivariateNormal(t *testing.T) {
	for _, first := range []float64{0.01, 0.3, 0.5, 0.9, 0.999} {
		const bound, steps = 2.2, 200_000
		sum := 0.0
		for i := range steps {
			z := -bound + 2*bound*(float64(i)+0.5)/steps
			at, spread := z*math.Sqrt(first), math.Sqrt(1-first)
			within := 0.5 * (math.Erf((bound-at)/spread/math.Sqrt2) - math.Erf((-bound-at)/spread/math.Sqrt2))
			sum += within * math.Exp(-z*z/2) / math.Sqrt(2*math.Pi) * 2 * bound / steps
		}
		if got := everCrosses([]float64{first, 1}, bound); !(math.Abs(got-(1-sum)) <= 1e-8) {
			t.Errorf("information %g: %v, want %v", first, got, 1-sum)
		}
	}
}

// Looked at on every night, or twice, or once: all looks together err in 5 %, also
// where people come unevenly and where fewer or more come than planned.
func TestBoundsSpendTheErrorOnce(t *testing.T) {
	for name, looks := range map[string]Looks{
		"60 nights":     evenLooks(60),
		"few, uneven":   {{1000, 0.25}, {1001, 0.2503}, {3000, 0.75}, {4000, 1}},
		"fewer came":    {{1000, 0.25}, {2000, 0.5}, {2400, 1}},
		"more came":     {{1000, 0.25}, {4000, 0.9}, {9000, 1}},
		"one after all": {{4000, 1}},
	} {
		bounds, err := looks.Bounds()
		if err != nil {
			t.Fatal(err)
		}
		var p paths
		sum := 0.0
		for i, look := range looks {
			information := float64(look.People) / float64(looks[len(looks)-1].People)
			chance := p.crossing(information, bounds[i])
			sum += chance
			if want := spent(look.Share); !(math.Abs(sum-want) <= 1e-9) {
				t.Errorf("%s, look %d: %g spent, want %g", name, i+1, sum, want)
			}
			p = p.within(information, bounds[i], 0.01)
		}
		if !(math.Abs(sum-0.05) <= 1e-9) {
			t.Errorf("%s: %g, want .05", name, sum)
		}
	}
}

// The same people looked at again are the same look, a plan that grew takes nothing
// back, and where no more is spent no bound is left.
func TestLooksAreAdded(t *testing.T) {
	looks := Looks{{100, 0.25}, {200, 0.5}}
	for _, c := range []struct {
		add  Look
		want Looks
	}{
		{Look{300, 0.75}, Looks{{100, 0.25}, {200, 0.5}, {300, 0.75}}},
		{Look{200, 0.5}, Looks{{100, 0.25}, {200, 0.5}}},
		{Look{150, 0.4}, Looks{{100, 0.25}, {150, 0.4}}},
		{Look{300, 0.4}, Looks{{100, 0.25}, {200, 0.5}, {300, 0.5}}},
		{Look{200, 0.2}, Looks{{100, 0.25}, {200, 0.5}}},
	} {
		if got := looks.Add(c.add); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.add, got, c.want)
		}
	}
	if len(looks) != 2 || looks[1].People != 200 {
		t.Errorf("the looks themselves are changed: %v", looks)
	}
	bounds, err := Looks{{200, 0.5}, {300, 0.5}}.Bounds()
	if err != nil || !math.IsInf(bounds[1], 1) {
		t.Errorf("%v (%v)", bounds, err)
	}
	if _, err := (Looks{{200, 0.5}, {200, 0.6}}).Bounds(); err == nil {
		t.Error("looks that do not grow: no error")
	}
}

func TestLastBound(t *testing.T) {
	for _, looks := range []int{-1, 0, mostLooks + 1} {
		if _, err := LastBound(looks); err == nil {
			t.Errorf("%d looks: no error", looks)
		}
	}
	before := normal975
	for _, looks := range []int{1, 2, 10, 60, 366} {
		bound, err := LastBound(looks)
		if err != nil || !(bound >= before && bound < 3.2) {
			t.Errorf("%d looks: %v after %v (%v)", looks, bound, before, err)
		}
		before = bound
		t.Logf("%d looks: %.3f", looks, bound)
	}
}

func evenLooks(n int64) Looks {
	var looks Looks
	for i := range n {
		looks = append(looks, Look{People: 200 * (i + 1), Share: float64(i+1) / float64(n)})
	}
	return looks
}

func even(looks int) []float64 {
	information := make([]float64, looks)
	for i := range information {
		information[i] = float64(i+1) / float64(looks)
	}
	return information
}
