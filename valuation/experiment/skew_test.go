package experiment

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// h and its inverse, written as in the papers.
func TestSkewIsTakenOutAsPublished(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := rapid.Float64Range(-mostSkew, mostSkew).Draw(t, "g")
		x := rapid.Float64Range(-6, 6).Draw(t, "x")
		got := skew(g)
		if want := x + g*x*x/3 + g*g*x*x*x/27 + g/6; !(math.Abs(got.h(x)-want) <= 1e-12) {
			t.Fatalf("h %v, want %v", got.h(x), want)
		}
		if back := got.inverse(got.h(x)); !(math.Abs(back-x) <= 1e-9) {
			t.Fatalf("inverse of h(%v): %v", x, back)
		}
	})
	if got := skew(1e-12).inverse(1.96); !(math.Abs(got-1.96) <= 1e-11) {
		t.Errorf("hardly any skew: %v", got)
	}
}

// By hand: outcomes of 0, 0, 0 and 4 in both arms have a mean of 1, a variance of 3
// about it over all and a third moment of (3 × -1 + 27)/4 = 6, so a skew of 6/3^1.5;
// of arms of 4 and 8 people, 1/16 - 1/64 over (1/4 + 1/8)^1.5 of it is left.
func TestSkewOfADifference(t *testing.T) {
	treated, control := sampleOf([]int64{0, 0, 0, 4}, nil), sampleOf([]int64{4, 0, 0, 0, 0, 0, 4, 0}, nil)
	gt, gc := treated.moments(), control.moments()
	gt.outcomeVariance, gc.outcomeVariance = 3, 3 // not the samples' n - 1
	want := 6 / math.Pow(3, 1.5) * (1.0/16 - 1.0/64) / math.Pow(3.0/8, 1.5)
	if got := shapeOf(gt, gc, 0).of(1); !(math.Abs(float64(got)-want) <= 1e-12) {
		t.Errorf("skew %v, want %v", got, want)
	}
	// arms alike in size have none, and swapped arms the opposite
	if got := shapeOf(gt, gt, 0).of(1); got != 0 {
		t.Errorf("skew %v of arms alike", got)
	}
	if got := shapeOf(gc, gt, 0).of(1); !(math.Abs(float64(got)+want) <= 1e-12) {
		t.Errorf("skew %v, want %v", got, -want)
	}
}

// The skew of what the covariate leaves is that of the residuals.
func TestSkewOfResiduals(t *testing.T) {
	y, x := []int64{0, 7, 0, 3, 12, 0, 5}, []int64{1, 4, 0, 0, 9, 2, 0}
	m := sampleOf(y, x).moments()
	const theta = 0.75
	var residuals []int64
	for i := range y {
		residuals = append(residuals, 4*y[i]-3*x[i])
	}
	want := sampleOf(residuals, nil).moments()
	if got := m.residualThird(theta) * 64; !(math.Abs(got-want.third[0]) <= 1e-9*math.Abs(want.third[0])) {
		t.Errorf("third moment %v, want %v", got, want.third[0])
	}
}

func TestSkewedDifferencesAreRefused(t *testing.T) {
	for _, c := range []struct {
		skew    skew
		buyers  int64
		instead string
		want    string
	}{
		{0.3, 30, "", ""},
		{-0.3, 30, "the conversion rate", ""},
		{0.31, 30, "the conversion rate", "a few large purchases may decide it: the difference has a skew of 0.31, and up to 0.3 can be corrected; see the conversion rate"},
		{-0.31, 30, "", "a few large purchases may decide it: the difference has a skew of 0.31, and up to 0.3 can be corrected"},
		{0.31, 29, "the conversion rate", "too few bought to tell: an arm has 29 buyers, and needs 30"},
		{0, 29, "", "too few bought to tell: an arm has 29 buyers, and needs 30"},
		{skew(math.NaN()), 30, "", "a few large purchases may decide it: the difference has a skew of NaN, and up to 0.3 can be corrected"},
	} {
		if got := c.skew.refuse(c.buyers, c.instead); got != c.want {
			t.Errorf("%+v: %q, want %q", c, got, c.want)
		}
	}
}

// A campaign of treated 1,000 with a mean of 3 and a variance of 400 and control 100
// with 8 and 900: the difference is -11.08 to 1.08, and the lift, by Fieller with
// Welch's t of 1.982, -83 to +50 %; the delta method said -94 to -31 %.
func TestFiellerPin(t *testing.T) {
	treated := moments{people: 1000, outcomeMean: 3, outcomeVariance: 400}
	control := moments{people: 100, outcomeMean: 8, outcomeVariance: 900}
	e := Rule{Buyers: leastBuyers}.estimate(treated, control, 0)
	for name, c := range map[string]struct{ got, want, tolerance float64 }{
		"t":               {studentAt(normal975, e.DegreesOfFreedom), 1.982, 5e-4},
		"low":             {e.Fixed.Low, -11.08, 5e-3},
		"high":            {e.Fixed.High, 1.08, 5e-3},
		"lift":            {*e.Lift.Value, -0.625, 1e-12},
		"low of the lift": {*e.Lift.Low, -0.83, 5e-3},
		"high of it":      {*e.Lift.High, 0.50, 5e-3},
	} {
		if !(math.Abs(c.got-c.want) <= c.tolerance) {
			t.Errorf("%s %v, want %v", name, c.got, c.want)
		}
	}
}

// Without skew the bounds are Fieller's closed form, a/A ± sqrt(a² - A b)/A of
// A = c² - q² v, a = t c and b = t² - q² u.
func TestFiellerAgreesWithTheClosedForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		people := rapid.Float64Range(30, 1e6)
		mean, variance := rapid.Float64Range(0.01, 10), rapid.Float64Range(0.01, 100)
		treated := moments{people: people.Draw(t, "treated"), outcomeMean: mean.Draw(t, "mean"), outcomeVariance: variance.Draw(t, "variance")}
		control := moments{people: people.Draw(t, "control"), outcomeMean: mean.Draw(t, "control's mean"), outcomeVariance: variance.Draw(t, "control's variance")}
		const quantile = 2.1
		got := lift(treated, control, 0, shape{0, treated.people, control.people}, quantile)
		a := control.outcomeMean*control.outcomeMean - quantile*quantile*control.outcomeVariance/control.people
		half := treated.outcomeMean * control.outcomeMean
		b := treated.outcomeMean*treated.outcomeMean - quantile*quantile*treated.outcomeVariance/treated.people
		if a < 1e-3 {
			if a <= 0 && got.Low != nil {
				t.Fatalf("an interval %+v though the control may be 0", got)
			}
			return
		}
		root := math.Sqrt(half*half - a*b)
		for name, pair := range map[string][2]float64{"low": {*got.Low, (half-root)/a - 1}, "high": {*got.High, (half+root)/a - 1}} {
			if !(math.Abs(pair[0]-pair[1]) <= 1e-7*math.Max(1, math.Abs(pair[1]))) {
				t.Fatalf("%s %v, want %v", name, pair[0], pair[1])
			}
		}
	})
}

// The lift is above 0 where the difference is, skewed and adjusted or not.
func TestTheLiftNeverContradictsTheDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		money := rapid.Int64Range(0, 500)
		draw := func(name string, least int) Sample {
			outcomes := rapid.SliceOfN(money, least, 80).Draw(t, name)
			covariates := rapid.SliceOfN(money, len(outcomes), len(outcomes)).Draw(t, name+" before")
			return sampleOf(outcomes, covariates)
		}
		c, err := Compare(draw("treated", 20), draw("control", 20), Rule{Adjust: true, Buyers: leastBuyers})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range []Estimate{c.Raw, *c.Adjusted} {
			if e.Fixed == nil || e.Lift.Low == nil {
				continue
			}
			const edge = 1e-6 // of a currency's unit: the two are solved apart
			if e.Fixed.Low > edge && *e.Lift.Low <= 0 || e.Fixed.High < -edge && *e.Lift.High >= 0 ||
				e.Fixed.Low < -edge && *e.Lift.Low >= 0 || e.Fixed.High > edge && *e.Lift.High <= 0 {
				t.Fatalf("difference %+v, lift %v to %v", *e.Fixed, *e.Lift.Low, *e.Lift.High)
			}
		}
	})
}
