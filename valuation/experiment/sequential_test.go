package experiment

import (
	"math"
	"testing"
)

// Pocock (1977), table 1, to the three decimals of Jennison & Turnbull (2000),
// table 2.1; and 60 looks.
func TestPocockPublished(t *testing.T) {
	for looks, want := range map[int]float64{1: 1.960, 2: 2.178, 3: 2.289, 4: 2.361, 5: 2.413, 6: 2.453, 7: 2.485, 8: 2.512, 9: 2.535, 10: 2.555, 11: 2.572, 12: 2.588, 15: 2.626, 20: 2.672} {
		got, err := Pocock(looks)
		if err != nil {
			t.Fatal(err)
		}
		if !(math.Abs(got-want) <= 5.1e-4) {
			t.Errorf("%d looks: %.4f, want %.3f", looks, got, want)
		}
	}
	got, err := Pocock(60)
	if err != nil {
		t.Fatal(err)
	}
	if !(math.Abs(got-2.82) <= 5e-3) {
		t.Errorf("60 looks: %.4f, want 2.82", got)
	}
}

// Armitage, McPherson & Rowe (1969), table 2: the chance to err when looking
// again and again at 1.96.
func TestCrossingPublished(t *testing.T) {
	for looks, want := range map[int]float64{1: 0.05, 2: 0.083, 3: 0.107, 4: 0.126, 5: 0.142, 10: 0.193, 20: 0.248, 50: 0.320} {
		if got := crossing(even(looks), normal975); !(math.Abs(got-want) <= 5.1e-4) {
			t.Errorf("%d looks: %.4f, want %.3f", looks, got, want)
		}
	}
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
		if got := crossing([]float64{first, 1}, bound); !(math.Abs(got-(1-sum)) <= 1e-8) {
			t.Errorf("information %g: %v, want %v", first, got, 1-sum)
		}
	}
}

// What the doc comment of Pocock says of information that does not grow alike
// from look to look, and what a missed look does.
func TestCrossingOfUnevenLooks(t *testing.T) {
	bound, err := Pocock(60)
	if err != nil {
		t.Fatal(err)
	}
	at := func(grow func(x float64) float64) float64 {
		information := even(60)
		for i, x := range information {
			information[i] = grow(x)
		}
		return crossing(information, bound)
	}
	front := at(func(x float64) float64 { return 1 - math.Exp(-3*x) })
	back := at(func(x float64) float64 { return x * x })
	missed := crossing(even(60)[30:], bound)
	t.Logf("errs in %.2f %% when most come early, %.2f %% when sales rise steadily, %.2f %% over the last 30 looks",
		100*front, 100*back, 100*missed)
	if !(front < 0.05 && missed < 0.05 && math.Abs(back-0.075) <= 5e-4) {
		t.Error("the doc comment is wrong")
	}
}

func TestPocockRefusesNoLooks(t *testing.T) {
	for _, looks := range []int{-1, 0, maxLooks + 1} {
		if _, err := Pocock(looks); err == nil {
			t.Errorf("%d looks: no error", looks)
		}
	}
	if bound, err := Pocock(maxLooks); err != nil || !(bound > 2.9 && bound < 3.1) {
		t.Errorf("%d looks: %v, %v", maxLooks, bound, err)
	}
}

func even(looks int) []float64 {
	information := make([]float64, looks)
	for i := range information {
		information[i] = float64(i+1) / float64(looks)
	}
	return information
}
