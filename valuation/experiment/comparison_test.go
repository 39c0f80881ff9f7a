package experiment

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"
)

func sampleOf(outcomes, covariates []int64) Sample {
	var s Sample
	for i, outcome := range outcomes {
		covariate := int64(0)
		if covariates != nil {
			covariate = covariates[i]
		}
		s.Add(outcome, covariate, 1)
	}
	return s
}

func compare(t testing.TB, treated, control Sample, rule Rule) Comparison {
	t.Helper()
	c, err := Compare(treated, control, rule)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Extra hours of sleep, times 10, of Student (1908), "The Probable Error of a
// Mean", Biometrika 6, and what R prints for t.test(extra ~ group, data = sleep):
// t = -1.8608, df = 17.776, p-value = 0.07939, -3.3654832 to 0.2054832.
func TestWelchPublished(t *testing.T) {
	first := sampleOf([]int64{7, -16, -2, -12, -1, 34, 37, 8, 0, 20}, nil)
	second := sampleOf([]int64{19, 8, 11, 1, -1, 44, 55, 16, 46, 34}, nil)
	e := compare(t, first, second, Rule{Buyers: leastBuyers}).Raw // as many in each: no skew is left
	for name, c := range map[string]struct{ got, want, tolerance float64 }{
		"t":                  {e.Difference / e.StandardError, -1.8608, 5e-5},
		"degrees of freedom": {e.DegreesOfFreedom, 17.776, 5e-4},
		"p":                  {*e.PValue, 0.07939, 5e-6},
		"low":                {e.Fixed.Low, -33.654832, 5e-7},
		"high":               {e.Fixed.High, 2.054832, 5e-7},
	} {
		if !(math.Abs(c.got-c.want) <= c.tolerance) {
			t.Errorf("%s %v, want %v", name, c.got, c.want)
		}
	}
}

// t tables: Abramowitz & Stegun (1964), table 26.10; and the two branches meet.
func TestStudentPointPublished(t *testing.T) {
	for degrees, want := range map[float64]float64{1: 12.706, 2: 4.303, 5: 2.571, 10: 2.228, 30: 2.042, 120: 1.980, 1e9: 1.960} {
		if got := studentAt(normal975, degrees); !(math.Abs(got-want) <= 5.1e-4) {
			t.Errorf("%g degrees of freedom: %v, want %v", degrees, got, want)
		}
	}
	for z, tolerance := range map[float64]float64{normal975: 1e-10, 2.5: 1e-9, 4: 1e-7, 8: 1e-4} {
		below, above := studentAt(z, 200), studentAt(z, math.Nextafter(200, 201))
		if !(math.Abs(below-above) <= tolerance) {
			t.Errorf("%g: %v at 200 degrees of freedom and %v just above", z, below, above)
		}
	}
}

// Exact sums against gonum's two passes over the people.
func TestSampleAgreesWithTwoPasses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 50).Draw(t, "people")
		money := rapid.Int64Range(-1e12, 1e12)
		outcomes := rapid.SliceOfN(money, n, n).Draw(t, "outcomes")
		covariates := rapid.SliceOfN(money, n, n).Draw(t, "covariates")
		got := sampleOf(outcomes, covariates).moments()
		y, x := floats(outcomes), floats(covariates)
		// the two passes round, by about n × 1e-16 of the largest square
		for name, c := range map[string]struct{ got, want, tolerance float64 }{
			"mean":               {got.outcomeMean, stat.Mean(y, nil), 1e-3},
			"covariate's mean":   {got.covariateMean, stat.Mean(x, nil), 1e-3},
			"variance":           {got.outcomeVariance, stat.Variance(y, nil), 1e10},
			"covariate variance": {got.covariateVariance, stat.Variance(x, nil), 1e10},
			"covariance":         {got.both, stat.Covariance(y, x, nil), 1e10},
			"y³":                 {got.third[0], meanOfProducts(y, y, y), 1e22},
			"y²x":                {got.third[1], meanOfProducts(y, y, x), 1e22},
			"yx²":                {got.third[2], meanOfProducts(y, x, x), 1e22},
			"x³":                 {got.third[3], meanOfProducts(x, x, x), 1e22},
		} {
			if !(math.Abs(c.got-c.want) <= c.tolerance) {
				t.Fatalf("%s %v, want %v", name, c.got, c.want)
			}
		}
	})
}

// meanOfProducts is the mean of the products of three variables less their means.
func meanOfProducts(a, b, c []float64) float64 {
	sum, meanA, meanB, meanC := 0.0, stat.Mean(a, nil), stat.Mean(b, nil), stat.Mean(c, nil)
	for i := range a {
		sum += (a[i] - meanA) * (b[i] - meanB) * (c[i] - meanC)
	}
	return sum / float64(len(a))
}

// Cubes in units of a thousand are those of single units where the amounts are
// whole thousands.
func TestCubesInUnits(t *testing.T) {
	want := sampleOf([]int64{7000, -3000, 12_000, 0}, []int64{500, 0, 900, 400})
	got := want
	got.outcomeUnits, got.covariateUnits = 1000, 100
	coarse := sampleOf([]int64{7, -3, 12, 0}, []int64{5, 0, 9, 4})
	got.cubed = coarse.cubed
	if got.moments() != want.moments() {
		t.Errorf("%+v, want %+v", got.moments(), want.moments())
	}
}

// Whatever the order and the parts, and also after people's outcomes changed,
// the sums are the same to the last bit.
func TestSampleIsIndependentOfOrderAndParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		outcomes := rapid.SliceOf(rapid.Int64()).Draw(t, "outcomes")
		whole := sampleOf(outcomes, outcomes)
		shuffled := rapid.Permutation(outcomes).Draw(t, "order")
		cut := rapid.IntRange(0, len(outcomes)).Draw(t, "cut")
		parts := sampleOf(shuffled[cut:], shuffled[cut:])
		parts.Merge(sampleOf(shuffled[:cut], shuffled[:cut]))
		parts.Add(math.MinInt64, 7, 3)
		parts.Add(math.MinInt64, 7, -3)
		if parts != whole {
			t.Fatalf("%+v, want %+v", parts, whole)
		}
		sum := new(wide)
		for _, outcome := range outcomes {
			sum.addProduct(outcome, outcome, 1, 1)
		}
		if sum.big().Sign() < 0 {
			t.Fatal("a sum of squares is below 0")
		}
	})
}

// What was summed elsewhere is the sample that adding the people gives.
func TestSampleOfSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want Sample
		var sums Sums
		people := rapid.SliceOf(rapid.Custom(func(t *rapid.T) [3]int64 {
			return [3]int64{rapid.Int64().Draw(t, "outcome"), rapid.Int64().Draw(t, "covariate"), rapid.Int64Range(1, 1<<40).Draw(t, "people")}
		})).Draw(t, "people")
		for _, p := range people {
			want.Add(p[0], p[1], p[2])
			n, y, x := big.NewInt(p[2]), big.NewInt(p[0]), big.NewInt(p[1])
			sums.People += p[2]
			add := func(to *big.Int, factors ...*big.Int) {
				product := new(big.Int).Set(n)
				for _, factor := range factors {
					product.Mul(product, factor)
				}
				to.Add(to, product)
			}
			add(&sums.Outcome, y)
			add(&sums.OutcomeSquared, y, y)
			add(&sums.OutcomeCubed, y, y, y)
			add(&sums.Covariate, x)
			add(&sums.CovariateSquared, x, x)
			add(&sums.CovariateCubed, x, x, x)
			add(&sums.Products, y, x)
			add(&sums.SquaredProducts, y, y, x)
			add(&sums.ProductsSquared, y, x, x)
		}
		if got := SampleOf(sums); got != want {
			t.Fatalf("%+v, want %+v", got, want)
		}
	})
}

// A large mean beside a small deviation: one-pass formulas in doubles lose all
// digits here.
func TestSampleSurvivesLargeMeans(t *testing.T) {
	const large = 4_000_000_000_000_000_000
	m := sampleOf([]int64{large + 4, large + 7, large + 13, large + 16}, []int64{-large, -large, -large + 1, -large + 1}).moments()
	if m.outcomeVariance != 30 { // squares of -6, -3, 3, 6 add up to 90
		t.Errorf("variance %v, want 30", m.outcomeVariance)
	}
	if m.both != 3 { // (3 + 1.5 + 1.5 + 3) / 3
		t.Errorf("covariance %v, want 3", m.both)
	}
}

func TestCap(t *testing.T) {
	for _, c := range []struct {
		percent float64
		arms    [][]int64
		want    int64
	}{
		{99, nil, 0},
		{99, [][]int64{{0, 0, -5}, {0}}, 0},
		{50, [][]int64{{0, 0, 0, 10, 30}, {20, 40, 0}}, 20},
		{51, [][]int64{{0, 0, 0, 10, 30}, {20, 40, 0}}, 30},
		{100, [][]int64{{10}, {40}}, 40},
		{0, [][]int64{{10}, {40}}, 10},
		{99, [][]int64{upTo(100)}, 99},
	} {
		people := map[int64]int64{}
		for _, arm := range c.arms {
			for _, outcome := range arm {
				people[outcome]++
			}
		}
		if got := Cap(c.percent, people); got != c.want {
			t.Errorf("%g %% of %v: %d, want %d", c.percent, c.arms, got, c.want)
		}
	}
}

// The adjusted difference is the coefficient of the arm in a regression of the
// outcome on arm and covariate: analysis of covariance.
func TestCUPEDAgreesWithARegression(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		const treated, control = 60, 25
		var y, x []int64
		design := mat.NewDense(treated+control, 3, nil)
		outcome := mat.NewDense(treated+control, 1, nil)
		for i := range treated + control {
			before := int64(random.ExpFloat64() * 5000)
			after := int64(0.6*float64(before) + random.NormFloat64()*2000)
			if i < treated {
				after += 900
			}
			y, x = append(y, after), append(x, before)
			design.SetRow(i, []float64{1, one(i < treated), float64(before)})
			outcome.Set(i, 0, float64(after))
		}
		var coefficients mat.Dense
		if err := coefficients.Solve(design, outcome); err != nil {
			t.Fatal(err)
		}
		c := compare(t, sampleOf(y[:treated], x[:treated]), sampleOf(y[treated:], x[treated:]), Rule{Adjust: true, Buyers: leastBuyers})
		if want := coefficients.At(1, 0); !(math.Abs(c.Adjusted.Difference-want) <= 1e-7) {
			t.Errorf("difference %v, want %v", c.Adjusted.Difference, want)
		}
		if want := coefficients.At(2, 0); !(math.Abs(c.Theta-want) <= 1e-10) {
			t.Errorf("theta %v, want %v", c.Theta, want)
		}
	}
}

// A covariate that distinguishes nobody, or says nothing, leaves all as it is.
func TestCUPEDWithoutInformation(t *testing.T) {
	y := []int64{0, 0, 300, 50, 0, 700}
	same := compare(t, sampleOf(y[:3], []int64{4, 4, 4}), sampleOf(y[3:], []int64{4, 4, 4}), Rule{Adjust: true, Buyers: leastBuyers})
	if same.Theta != 0 || same.VarianceReduction != 0 || same.Adjusted.Difference != same.Raw.Difference || *same.Adjusted.Lift.Value != *same.Raw.Lift.Value {
		t.Errorf("%+v", same)
	}
	// and one that says all leaves nothing
	all := compare(t, sampleOf(y[:3], y[:3]), sampleOf(y[3:], y[3:]), Rule{Adjust: true, Buyers: leastBuyers})
	if !(math.Abs(all.Theta-1) <= 1e-12) || !(math.Abs(all.Adjusted.Difference) <= 1e-9) {
		t.Errorf("%+v", all)
	}
}

func TestComparisonEdges(t *testing.T) {
	var nobody, lone, zeros, ones Sample
	lone.Add(5, 0, 1)
	zeros.Add(0, 0, 100)
	ones.Add(1, 0, 100)
	for _, pair := range [][2]Sample{{nobody, zeros}, {zeros, nobody}, {lone, zeros}} {
		if _, err := Compare(pair[0], pair[1], Rule{}); err == nil {
			t.Error("no error for an arm of fewer than two")
		}
	}
	const noLook = "not a look"
	for _, pair := range [][2]Sample{{zeros, zeros}, {ones, zeros}, {ones, ones}} {
		c := compare(t, pair[0], pair[1], Rule{Share: true, Adjust: true, Buyers: 100, SequentialBound: 2.8})
		if c.Raw.Fixed != nil || c.Raw.PValue != nil || c.Raw.Sequential != nil || c.Raw.Reason == "" || c.Raw.Lift.Value != nil || c.Raw.SequentialReason == "" || c.Raw.Figure().Value == nil {
			t.Errorf("%+v", c)
		}
	}
	var few Sample
	few.Add(1, 0, 30)
	few.Add(0, 0, 470)
	for _, test := range []struct {
		rule   Rule
		reason string
	}{
		{Rule{Buyers: 29}, "too few bought to tell: an arm has 29 buyers, and needs 30"},
		{Rule{Buyers: 29, Instead: "the conversion rate"}, "too few bought to tell: an arm has 29 buyers, and needs 30"},
		{Rule{Buyers: 30, NoLook: noLook}, noLook},
		{Rule{Buyers: 30, NoLook: noLook, SequentialBound: 2.8}, ""},
	} {
		e := compare(t, ones, few, test.rule).Raw
		if e.Sequential != nil { // as far out as the normal point is
			if want := skew(e.Skew).interval(e.Difference, e.StandardError, studentAt(2.8, e.DegreesOfFreedom)); *e.Sequential != *want {
				t.Errorf("%+v, want %+v", *e.Sequential, *want)
			}
		}
		if (e.Sequential != nil) != (test.reason == "") || e.SequentialReason != test.reason || (e.Fixed == nil) != (test.rule.Buyers < 30) || (e.Figure().Value == nil) != (test.rule.Buyers < 30) {
			t.Errorf("%+v: %+v", test.rule, e)
		}
	}
}

func floats(values []int64) []float64 {
	result := make([]float64, len(values))
	for i, v := range values {
		result[i] = float64(v)
	}
	return result
}

func upTo(n int64) []int64 {
	var values []int64
	for i := n; i > 0; i-- {
		values = append(values, i)
	}
	slices.Reverse(values)
	return values
}
