package experiment

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// CUPED narrows the interval, still covers the truth, and its mean over the
// campaigns is the truth, also where the lift grows with the covariate.
func TestCUPEDRecovery(t *testing.T) {
	const people, lift, visits = 2000, 0.3, 1.2
	for _, holdout := range []float64{0.1, 0.5} {
		t.Run(fmt.Sprintf("holdout %g", holdout), func(t *testing.T) {
			t.Parallel()
			truth := visits * basket * lift
			var adjusted, relative tally
			narrower := 0
			var sum, squares, reduction float64
			for seed := range uint64(campaigns) {
				random := rand.New(rand.NewPCG(seed, 0))
				var arms [2]Sample
				for person := range people {
					isTreated := float64(person) >= people*holdout
					// the customer's own rate, the same before and after
					rate := random.ExpFloat64() * visits
					before := spendOf(random, rate)
					if isTreated {
						rate *= 1 + lift
					}
					arms[int(one(isTreated))].Add(spendOf(random, rate), before, 1)
				}
				c := compare(t, arms[1], arms[0], Rule{Adjust: true, Buyers: LeastBuyers})
				adjusted.count(c.Adjusted.Fixed, truth)
				if c.Adjusted.Lift.Low != nil {
					relative.count(&Interval{*c.Adjusted.Lift.Low, *c.Adjusted.Lift.High}, lift)
				}
				if c.Adjusted.StandardError < c.Raw.StandardError {
					narrower++
				}
				sum += c.Adjusted.Difference
				squares += c.Adjusted.Difference * c.Adjusted.Difference
				reduction += c.VarianceReduction / float64(campaigns)
			}
			n := float64(campaigns)
			mean := sum / n
			standardError := math.Sqrt((squares/n - mean*mean) / n)
			t.Logf("mean %.1f ± %.1f, truth %.1f; variance reduced by %.1f %%; adjusted %v; lift %v", mean, standardError, truth, 100*reduction, adjusted, relative)
			if !(math.Abs(mean-truth) <= 3.5*standardError) {
				t.Errorf("mean %.1f ± %.1f, truth %.1f", mean, standardError, truth)
			}
			if !(reduction > 0.1) || narrower < 9*campaigns/10 { // of 200 held out, theta itself is uncertain
				t.Errorf("variance reduced by %.1f %%, %d of %d narrower", 100*reduction, narrower, campaigns)
			}
			for name, figure := range map[string]tally{"adjusted": adjusted, "lift": relative} {
				covered := 1 - float64(figure.below+figure.above)/float64(figure.printed)
				if figure.printed < 9*campaigns/10 || !(covered >= 0.93 && covered <= 0.975) {
					t.Errorf("%s covers in %.1f %% of %d", name, 100*covered, figure.printed)
				}
			}
		})
	}
}

// spendOf is what a customer of a rate spends, of mild purchases.
func spendOf(random *rand.Rand, rate float64) int64 {
	total := int64(0)
	for waited := random.ExpFloat64(); waited < rate; waited += random.ExpFloat64() {
		total += int64(spends[0].draw(random) + 0.5)
	}
	return total
}

// A champion that costs 1.00 and brings 1.50 in the 60 days, against a challenger of .10
// and .30: on the third night all of the cost is there and a twentieth of the margin, so
// that margin less cost would stand far above 0 for the challenger, who brings .30 less.
func TestADearChampionThatPaysLateIsNotDemotedEarly(t *testing.T) {
	const people = 6000
	arm := func(costMinor int64, meanMinor float64, watched float64, seed uint64) Outcomes {
		random := rand.New(rand.NewPCG(seed, 3))
		var o Outcomes
		for range people {
			margin := int64(0)
			if random.Float64() < 0.1*watched {
				margin = int64(random.ExpFloat64() * 10 * meanMinor)
			}
			o.Add(Person{Converted: margin > 0, RevenueMinor: margin, MarginMinor: margin, CostParts: costMinor * CostUnits}, 1e6, 1)
		}
		return o
	}
	campaign := func(watched float64) Campaign {
		c := Campaign{Shares: Shares{None: 3334, Champion: 3333, Challenger: 3333}, Money: Money{HasCost: true}}
		c.Timing = Timing{WindowDays: 60, LeastDays: 3, MostDays: 3, Information: Information{Planned: 2 * people}}
		for _, a := range []ArmOutcome{
			{Arm: None, Outcomes: arm(0, 0, watched, 7)},
			{Arm: Champion, Outcomes: arm(100, 150, watched, 8)}, {Arm: Challenger, Outcomes: arm(10, 30, watched, 9)},
		} {
			if watched == 1 {
				a.Mature = a.Outcomes
			}
			c.Arms = append(c.Arms, a)
		}
		return c
	}
	early := campaign(0.05)
	net, err := Compare(early.Arms[2].Outcomes.Net, early.Arms[1].Outcomes.Net, Rule{Buyers: LeastBuyers})
	if err != nil {
		t.Fatal(err)
	}
	if z := net.Raw.Difference / net.Raw.StandardError; !(z > 20) {
		t.Errorf("z = %+.1f: not the campaign that misleads", z)
	}
	if got := measure(t, early).Decision; got.Verdict != Undecided {
		t.Errorf("night 3: %+v", got)
	}
	late := campaign(1)
	late.Timing.LeastDays, late.Timing.MostDays = 60, 60
	late.Timing.Information = Information{People: 3 * people, Planned: 3 * people, Share: 1}
	if got := measure(t, late).Decision; got.Verdict != Keep {
		t.Errorf("in the end: %+v", got)
	}
}
