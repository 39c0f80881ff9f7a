package experiment

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// campaigns is how often a campaign is drawn anew.
var campaigns = 2000.0

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		campaigns = 800
	}
	os.Exit(m.Run())
}

// within reports what share of the campaigns counts, and fails outside low to high.
func within(t *testing.T, name string, count int, low, high float64) {
	t.Helper()
	share := float64(count) / campaigns
	t.Logf("%s: %.2f %%", name, 100*share)
	if !(share >= low && share <= high) {
		t.Errorf("%s: %.2f %%, want %g to %g %%", name, 100*share, 100*low, 100*high)
	}
}

// The fixed interval covers the truth in 93 to 97 % of campaigns.
func TestFixedIntervalRecovery(t *testing.T) {
	const people = 40_000
	for _, holdout := range []float64{0.1, 0.5} {
		for _, lift := range []float64{0, 0.2} {
			t.Run(fmt.Sprintf("holdout %g lift %g", holdout, lift), func(t *testing.T) {
				t.Parallel()
				truth, gain := ordinary.rate*ordinary.meanSpend()*lift, ordinary.rate*lift
				money, conversion, relative := 0, 0, 0
				for seed := range uint64(campaigns) {
					random := rand.New(rand.NewPCG(seed, 0))
					control := int64(people * holdout)
					treatedRevenue, treatedConverted := ordinary.arm(random, people-control, lift)
					controlRevenue, controlConverted := ordinary.arm(random, control, 0)
					revenue := compare(t, treatedRevenue, controlRevenue, Rule{}).Raw
					converted := compare(t, treatedConverted, controlConverted, Rule{Share: true}).Raw
					money += covers(*revenue.Fixed, truth)
					conversion += covers(*converted.Fixed, gain)
					relative += covers(Interval{*revenue.Lift.Low, *revenue.Lift.High}, lift)
				}
				within(t, "revenue", money, 0.93, 0.97)
				within(t, "conversion", conversion, 0.93, 0.97)
				within(t, "relative lift", relative, 0.93, 0.97)
			})
		}
	}
}

func covers(interval Interval, truth float64) int {
	return int(one(interval.Low <= truth && truth <= interval.High))
}

// CUPED narrows the interval, still covers the truth, and its mean over the
// campaigns is the truth, also where the lift grows with the covariate.
func TestCUPEDRecovery(t *testing.T) {
	const people, lift, visits = 2000, 0.3, 1.2
	for _, holdout := range []float64{0.1, 0.5} {
		t.Run(fmt.Sprintf("holdout %g", holdout), func(t *testing.T) {
			t.Parallel()
			truth := visits * ordinary.meanSpend() * lift
			covered, relative, narrower := 0, 0, 0
			var sum, squares, reduction float64
			for seed := range uint64(campaigns) {
				random := rand.New(rand.NewPCG(seed, 0))
				var arms [2]Sample
				for person := range people {
					isTreated := float64(person) >= people*holdout
					// the customer's own rate, the same before and after
					rate := random.ExpFloat64() * visits
					before := ordinary.spendOf(random, poisson(random, rate))
					if isTreated {
						rate *= 1 + lift
					}
					arms[int(one(isTreated))].Add(ordinary.spendOf(random, poisson(random, rate)), before, 1)
				}
				c := compare(t, arms[1], arms[0], Rule{Adjust: true})
				covered += covers(*c.Adjusted.Fixed, truth)
				relative += covers(Interval{*c.Adjusted.Lift.Low, *c.Adjusted.Lift.High}, lift)
				narrower += int(one(c.Adjusted.Fixed.High-c.Adjusted.Fixed.Low < c.Raw.Fixed.High-c.Raw.Fixed.Low))
				sum += c.Adjusted.Difference
				squares += c.Adjusted.Difference * c.Adjusted.Difference
				reduction += c.VarianceReduction / campaigns
			}
			mean := sum / campaigns
			standardError := math.Sqrt((squares/campaigns - mean*mean) / campaigns)
			t.Logf("mean %.1f ± %.1f, truth %.1f; variance reduced by %.1f %%", mean, standardError, truth, 100*reduction)
			if !(math.Abs(mean-truth) <= 3*standardError) {
				t.Errorf("mean %.1f ± %.1f, truth %.1f", mean, standardError, truth)
			}
			if !(reduction > 0.1) {
				t.Errorf("variance reduced by %.1f %%", 100*reduction)
			}
			within(t, "narrower", narrower, 0.93, 1) // of 200 held out, theta itself is uncertain
			within(t, "adjusted", covered, 0.93, 0.97)
			within(t, "adjusted relative lift", relative, 0.93, 0.97)
		})
	}
}

func (s shop) spendOf(random *rand.Rand, purchases int) int64 {
	total := int64(0)
	for range purchases {
		total += s.spend(random)
	}
	return total
}

// poisson counts arrivals one by one: the means here are about 1.
func poisson(random *rand.Rand, mean float64) int {
	count := 0
	for waited := random.ExpFloat64(); waited < mean; waited += random.ExpFloat64() {
		count++
	}
	return count
}

// Looked at on each of 60 looks, the sequential interval leaves 0 in at most 5 %
// of campaigns without effect, where 1.96 standard errors do so in about 30 %.
// The people are fixed and their spend accumulates; they differ as a shop's
// customers do, or are all alike, which is the hardest case for the bound.
//
// Read as challengers no better than their champions, fewer than 5 % of them are
// ever promoted. Where their purchases before the campaign are known, the same
// goes for the adjusted interval, and the promotions rest on it.
func TestDailyPeekingRecovery(t *testing.T) {
	const looks = 60
	bound, err := Pocock(looks)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		shape    float64
		treated  float64
		adjusted bool
	}{
		{"customers differ, half held out", 0.5, 0.5, true},
		{"customers differ, a tenth held out", 0.5, 0.9, true},
		{"customers alike, half held out", 0, 0.5, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			shop := newBase(10_000, 80, c.shape)
			if c.adjusted {
				shop.remember()
			}
			sequential, adjusted, unguarded, naive, promoted := 0, 0, 0, 0, 0
			reduction := 0.0 // of the variance, on the last look
			for seed := range uint64(campaigns) {
				var hasErred, hasErredAdjusted, wouldHave, hasPeeked bool
				verdict := Undecided
				shop.looks(rand.New(rand.NewPCG(seed, 0)), looks, c.treated, func(look int, treated, control Sample) {
					margin := compare(t, treated, control, Rule{SequentialBound: bound, Adjust: c.adjusted})
					e := margin.Raw
					hasErred = hasErred || e.Sequential != nil && covers(*e.Sequential, 0) == 0
					best := margin.Best()
					hasErredAdjusted = hasErredAdjusted || best.Sequential != nil && covers(*best.Sequential, 0) == 0
					if look == looks {
						reduction += margin.VarianceReduction / campaigns
					}
					score := math.Abs(e.Difference) / e.StandardError
					wouldHave = wouldHave || score > bound
					hasPeeked = hasPeeked || score > normal975
					if verdict == Undecided {
						verdict = Report{
							Timing:    Timing{Look: look, PlannedLooks: looks},
							Contrasts: []Contrast{{Treated: Challenger, Control: Champion, Margin: margin}},
						}.decide().Verdict
					}
				})
				sequential += int(one(hasErred))
				adjusted += int(one(hasErredAdjusted))
				unguarded += int(one(wouldHave))
				naive += int(one(hasPeeked))
				promoted += int(one(verdict == Promote))
				if verdict != Promote && verdict != Keep {
					t.Fatalf("the last look is %s", verdict)
				}
			}
			t.Logf("variance reduced by %.1f %%", 100*reduction)
			if c.adjusted && !(reduction > 0.2) {
				t.Errorf("variance reduced by %.1f %%", 100*reduction)
			}
			within(t, "sequential", sequential, 0, 0.05)
			within(t, "sequential, adjusted where it is", adjusted, 0, 0.05)
			within(t, "sequential, however few bought", unguarded, 0, 1)
			within(t, "1.96 every look", naive, 0.25, 0.45)
			within(t, "promoted", promoted, 0, 0.05)
		})
	}
}
