package experiment

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// usual is the question at 80 % power and 5 % two-sided, measured once.
func usual(control, treated float64) Question {
	return Question{Control: control, Treated: treated, Critical: normal975, Power: 0.8}
}

// The figures of the project's notes on lists and campaigns; the first column of
// sizes, at equal arms, is also what published calculators with unpooled
// variance give.
func TestRateSizesPublished(t *testing.T) {
	for _, c := range []struct {
		base, lift float64
		question   Question
		control    int64
		audience   int64
	}{
		{0.02, 0.1, usual(0.5, 0.5), 80_679, 161_358}, // 80,678.6 a side
		{0.02, 0.1, usual(0.1, 0.9), 43_151, 431_506},
		{0.02, 0.2, usual(0.5, 0.5), 21_106, 42_212},
		{0.02, 0.2, usual(0.1, 0.9), 10_892, 108_917},
		{0.05, 0.1, usual(0.5, 0.5), 31_231, 62_462},
		{0.05, 0.1, usual(0.1, 0.9), 16_726, 167_260},
	} {
		sizes, err := c.question.RateSizes(c.base, c.lift)
		if err != nil {
			t.Fatal(err)
		}
		if sizes.Control != c.control || sizes.Audience != c.audience {
			t.Errorf("base %g, lift %g, holdout %g: %+v, want control %d of %d", c.base, c.lift, c.question.Control, sizes, c.control, c.audience)
		}
	}
}

// What an audience can show is what that audience is needed for, and its power
// there is 80 %.
func TestDetectableAgreesWithSizes(t *testing.T) {
	for _, question := range []Question{usual(0.5, 0.5), usual(0.1, 0.9), usual(0.1, 0.45), {Control: 0.2, Treated: 0.8, Critical: 2.8187, Power: 0.9}} {
		for _, base := range []float64{0.002, 0.02, 0.3, 0.6} {
			rate, err := question.DetectableRate(base, 50_000)
			if err != nil {
				t.Fatal(err)
			}
			sizes, err := question.RateSizes(base, rate.Relative)
			if err != nil {
				t.Fatal(err)
			}
			if sizes.Audience < 50_000 || sizes.Audience > 50_001 {
				t.Errorf("base %g: lift %g needs %d of 50,000", base, rate.Relative, sizes.Audience)
			}
			raised := base + rate.Absolute
			variance := base*(1-base)/(50_000*question.Control) + raised*(1-raised)/(50_000*question.Treated)
			power := distuv.UnitNormal.CDF(rate.Absolute/math.Sqrt(variance) - question.Critical)
			if !(math.Abs(power-question.Power) <= 1e-9) {
				t.Errorf("base %g: power %g, want %g", base, power, question.Power)
			}
		}
		lift, err := question.DetectableMargin(0.05, 0.87, 500_000)
		if err != nil {
			t.Fatal(err)
		}
		needed, err := question.MarginSizes(0.05, 0.87, lift)
		if err != nil {
			t.Fatal(err)
		}
		if needed.Audience < 499_990 || needed.Audience > 500_001 {
			t.Errorf("margin lift %g needs %d of 500,000", lift, needed.Audience)
		}
	}
}

// Purchases of a Gamma-Gamma shop with p = 6 and q = 4 have E[Z²]/E[Z]² =
// (p + 1)(q - 1)/(p (q - 2)) = 1.75, and margin takes (1.75/.05 - 1)/19 = 1.789 times
// the people of conversion.
func TestMarginSizesPublished(t *testing.T) {
	factor, err := MarginFactor(0.05, math.Sqrt(0.75))
	if err != nil || !(math.Abs(factor-1.789) <= 5e-4) {
		t.Errorf("%v (%v), want 1.789", factor, err)
	}
	sizes, err := usual(0.5, 0.5).MarginSizes(0.05, math.Sqrt(0.75), 0.1)
	if err != nil || !(math.Abs(float64(sizes.Control)-31_231*34.0/19) <= 2) {
		t.Errorf("%+v (%v)", sizes, err)
	}
}

func TestPowerRefusesWhatHasNoAnswer(t *testing.T) {
	tenth := usual(0.1, 0.9)
	for name, ask := range map[string]func() error{
		"no control":         func() error { _, err := usual(0, 1).RateSizes(0.02, 0.1); return err },
		"arms above 1":       func() error { _, err := usual(0.5, 0.6).RateSizes(0.02, 0.1); return err },
		"not a number":       func() error { _, err := usual(math.NaN(), 0.5).RateSizes(0.02, 0.1); return err },
		"rate 0":             func() error { _, err := tenth.RateSizes(0, 0.1); return err },
		"lift 0":             func() error { _, err := tenth.RateSizes(0.02, 0); return err },
		"rate above 1":       func() error { _, err := tenth.RateSizes(0.6, 1); return err },
		"variation below 0":  func() error { _, err := tenth.MarginSizes(0.02, -1, 0.1); return err },
		"margin of rate 1":   func() error { _, err := tenth.DetectableMargin(1, 1, 1000); return err },
		"margin, lift 0":     func() error { _, err := tenth.MarginSizes(0.02, 1, 0); return err },
		"nobody":             func() error { _, err := tenth.DetectableRate(0.02, 0); return err },
		"too few to show it": func() error { _, err := tenth.DetectableRate(0.9, 100); return err },
		"power 1":            func() error { _, err := (Question{0.5, 0.5, 1.96, 1}).RateSizes(0.02, 0.1); return err },
		"critical 0":         func() error { _, err := (Question{0.5, 0.5, 0, 0.8}).RateSizes(0.02, 0.1); return err },
	} {
		if ask() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
