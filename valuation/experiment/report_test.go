package experiment

import (
	"math"
	"math/big"
	"strings"
	"testing"
)

// outcomes are of people, so many of whom buy for 50.00 with a margin of 20.00,
// half of them a little more and half a little less.
func outcomes(people, buyers int64) Outcomes {
	var o Outcomes
	o.Add(Person{Converted: true, RevenueMinor: 5500, MarginMinor: 2200}, 5200, buyers/2)
	o.Add(Person{Converted: true, RevenueMinor: 4500, MarginMinor: 1800}, 5200, buyers-buyers/2)
	o.Add(Person{}, 5200, people-buyers)
	return o
}

func contacts(sent, delivered, responded, costMinor int64) *Contacts {
	return &Contacts{Sent: sent, Delivered: &delivered, Responded: &responded, CostMinor: &costMinor}
}

// spentOn gives people a cost, in minor units each.
func (o Outcomes) spentOn(costMinor int64) Outcomes {
	people := o.people()
	o.Net = SampleOf(shifted(o.Net, -costMinor*CostUnits))
	if o.people() != people {
		panic("people are lost")
	}
	return o
}

// shifted returns the sums of a sample whose outcomes are all larger by so much.
func shifted(s Sample, by int64) Sums {
	n, d := big.NewInt(s.people), big.NewInt(by)
	y, yy, yyy := s.outcome.big(), s.outcomeSquared.big(), s.cubed[0].big()
	product := func(factor int64, factors ...*big.Int) *big.Int {
		result := big.NewInt(factor)
		for _, f := range factors {
			result.Mul(result, f)
		}
		return result
	}
	sum := func(terms ...*big.Int) (total big.Int) {
		for _, term := range terms {
			total.Add(&total, term)
		}
		return total
	}
	sums := Sums{People: s.people, Outcome: sum(y, product(1, n, d))}
	sums.OutcomeSquared = sum(yy, product(2, d, y), product(1, n, d, d))
	sums.OutcomeCubed = sum(yyy, product(3, d, yy), product(3, d, d, y), product(1, n, d, d, d))
	return sums
}

// mature is an arm of which everyone has been watched for the whole window.
func mature(arm Arm, o Outcomes, c *Contacts) ArmOutcome {
	return ArmOutcome{Arm: arm, Outcomes: o, Mature: o, Contacts: c}
}

// threeArms is a campaign at 10.00 a message of which everyone is mature.
func threeArms() Campaign {
	return Campaign{
		Shares: Shares{None: 1000, Champion: 4500, Challenger: 4500},
		Timing: Timing{WindowDays: 60, LeastDays: 60, MostDays: 60, Information: Information{People: 100_000, Planned: 100_000, Share: 1}},
		Money:  Money{HasCost: true},
		Arms: []ArmOutcome{
			mature(Challenger, outcomes(45_000, 2700).spentOn(10), contacts(45_000, 44_000, 900, 450_000)),
			mature(None, outcomes(10_000, 400), nil),
			mature(Champion, outcomes(45_000, 2250).spentOn(10), contacts(45_000, 43_500, 800, 450_000)),
		},
	}
}

func measure(t *testing.T, c Campaign) Report {
	t.Helper()
	report, err := Measure(c)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// The figures by hand: 5 % convert of 45,000, 4 % of 10,000, at 20.00 each.
func TestReportAgreesWithHandArithmetic(t *testing.T) {
	report := measure(t, threeArms())
	if !report.Mature || report.SampleRatio.Broken || len(report.Arms) != 3 || len(report.Contrasts) != 3 {
		t.Fatalf("%+v", report)
	}
	none, champion := report.Arms[0], report.Arms[1]
	if none.Arm != None || champion.Arm != Champion || report.Arms[2].Arm != Challenger {
		t.Fatalf("arms %s, %s, %s", none.Arm, champion.Arm, report.Arms[2].Arm)
	}
	margin := report.Contrasts[0].Margin.Raw
	for name, c := range map[string]struct {
		got  *float64
		want float64
	}{
		"rate":                            {champion.Rate.Value, 0.05},
		"revenue per recipient":           {champion.RevenuePerRecipient.Value, 250},
		"winsorised per recipient":        {champion.WinsorisedPerRecipient.Value, 0.025*5200 + 0.025*4500},
		"margin per recipient":            {champion.MarginPerRecipient.Value, 100},
		"cost per conversion":             {champion.CostPerConversion.Value, 200},
		"incremental conversions":         {champion.IncrementalConversions.Value, 450},
		"cost per incremental conversion": {champion.CostPerIncrementalConversion.Value, 1000},
		"incremental margin":              {champion.IncrementalMargin.Value, 900_000},
		"low":                             {champion.IncrementalMargin.Low, 45_000 * margin.Fixed.Low},
		"high":                            {champion.IncrementalMargin.High, 45_000 * margin.Fixed.High},
		"return":                          {champion.ReturnPerUnitSpent.Value, 2},
		"low return":                      {champion.ReturnPerUnitSpent.Low, 0.1 * margin.Fixed.Low},
		"high return":                     {champion.ReturnPerUnitSpent.High, 0.1 * margin.Fixed.High},
		"margin less cost":                {champion.IncrementalMarginLessCost.Value, 450_000},
		"low margin less cost":            {champion.IncrementalMarginLessCost.Low, 45_000*margin.Fixed.Low - 450_000},
		"sequential margin less cost":     {&champion.SequentialIncrementalMarginLessCost.High, 45_000*margin.Sequential.High - 450_000},
		"sequential return":               {&champion.SequentialReturnPerUnitSpent.Low, 0.1 * margin.Sequential.Low},
	} {
		if c.got == nil || !(math.Abs(*c.got-c.want) <= 1e-9*math.Abs(c.want)) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	if champion.Converted != 2250 || champion.Assigned != 45_000 || *champion.Sent != 45_000 || *champion.Delivered != 43_500 || *champion.Responded != 800 || *champion.CostMinor != 450_000 {
		t.Errorf("%+v", champion)
	}
	// it pays when the margin is above half of what it is: 2.2 standard errors
	score := skew(margin.Skew).h((margin.Difference - 10) / margin.StandardError)
	if p := *champion.ProbabilityItPays.Value; !(math.Abs(p-0.5*math.Erfc(-score/math.Sqrt2)) <= 1e-4) {
		t.Errorf("probability %v at a score of %v", p, score)
	}
	if *champion.CostPerIncrementalConversion.Low != 450_000 / *champion.IncrementalConversions.High {
		t.Errorf("cost per incremental conversion %+v", champion.CostPerIncrementalConversion)
	}
	if none.Sent != nil || none.CostPerConversion.Value != nil || none.IncrementalMargin.Value != nil || none.IncrementalMargin.Reason == "" {
		t.Errorf("%+v", none)
	}
}

// What is incremental and the verdict rest on the adjusted estimate. By chance the
// challengers bought less before: raw, they bring 10 less than the champions and
// nothing is decided; of people alike they bring 30 more. The outcome is 2 for
// each 1 of the covariate, so all of it is known by hand.
func TestTheAdjustedEstimateDecides(t *testing.T) {
	arm := func(name Arm, people, bought, more, costMinor int64) ArmOutcome {
		var o Outcomes
		for _, off := range []int64{-100, 100} {
			o.Add(Person{Converted: true, MarginMinor: 2500 + more + off, RevenueMinor: 5000, CovariateMinor: 1000, CostParts: costMinor * CostUnits}, 5000, bought/2)
			o.Add(Person{Converted: true, MarginMinor: 500 + more + off, RevenueMinor: 5000, CostParts: costMinor * CostUnits}, 5000, (people-bought)/2)
		}
		return mature(name, o, contacts(people, people, 900, people*costMinor))
	}
	campaign := threeArms()
	campaign.Arms = []ArmOutcome{arm(None, 10_000, 5_000, 0, 0), arm(Champion, 45_000, 22_500, 0, 10), arm(Challenger, 45_000, 21_600, 30, 10)}
	for _, c := range []struct {
		adjusted                      bool
		verdict                       Verdict
		incremental, lessCost, profit float64
	}{
		{true, Promote, 45_000 * 30, 900_000, 1},
		{false, Undecided, 45_000 * -10, -900_000, 0},
	} {
		campaign.HasCovariate = c.adjusted
		report := measure(t, campaign)
		challenger := report.Arms[2]
		if report.Decision.Verdict != c.verdict {
			t.Errorf("adjusted %v: %+v, want %s", c.adjusted, report.Decision, c.verdict)
		}
		for name, f := range map[string]struct {
			got  Figure
			want float64
		}{
			"incremental margin": {challenger.IncrementalMargin, c.incremental},
			"less cost":          {challenger.IncrementalMarginLessCost, c.lessCost},
			"return":             {challenger.ReturnPerUnitSpent, c.incremental / 450_000},
		} {
			if f.got.Value == nil || !(math.Abs(*f.got.Value-f.want) <= 1e-6*math.Abs(f.want)) {
				t.Errorf("adjusted %v: %s %+v, want %v", c.adjusted, name, f.got, f.want)
			}
		}
		if p := *challenger.ProbabilityItPays.Value; !(math.Abs(p-c.profit) <= 0.1) {
			t.Errorf("adjusted %v: pays with probability %v", c.adjusted, p)
		}
	}
}

// Nothing is divided by nothing: each figure that is not there says why.
func TestReportEdges(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Campaign)
		figure func(Report) Figure
		want   string
	}{
		{"no contacts", func(c *Campaign) { c.Arms[2].Contacts, c.Money.HasCost = nil, false },
			func(r Report) Figure { return r.Arms[1].ReturnPerUnitSpent }, "no cost is known"},
		{"no contacts, per conversion", func(c *Campaign) { c.Arms[2].Contacts, c.Money.HasCost = nil, false },
			func(r Report) Figure { return r.Arms[1].CostPerConversion }, "no cost is known"},
		{"contacts without a cost", func(c *Campaign) { c.Arms[2].Contacts.CostMinor, c.Money.HasCost = nil, false },
			func(r Report) Figure { return r.Arms[1].ProbabilityItPays }, "no cost is known"},
		{"free", func(c *Campaign) { c.Arms[2] = mature(Champion, outcomes(45_000, 2250), contacts(45_000, 1, 1, 0)) },
			func(r Report) Figure { return r.Arms[1].ReturnPerUnitSpent }, "nothing was spent"},
		{"nobody converted", func(c *Campaign) { c.Arms[2] = mature(Champion, outcomes(45_000, 0), contacts(45_000, 1, 1, 9)) },
			func(r Report) Figure { return r.Arms[1].CostPerConversion }, "nobody converted"},
		{"it lost conversions", func(c *Campaign) { c.Arms[2] = mature(Champion, outcomes(45_000, 1000), contacts(45_000, 1, 1, 9)) },
			func(r Report) Figure { return r.Arms[1].CostPerIncrementalConversion }, "no more conversions"},
		{"too few bought", func(c *Campaign) { c.Arms[1] = mature(None, outcomes(10_000, 29), nil) },
			func(r Report) Figure { return r.Arms[1].CostPerIncrementalConversion }, "an arm has 29 buyers, and needs 30"},
		{"too few bought to pay", func(c *Campaign) { c.Arms[1] = mature(None, outcomes(10_000, 29), nil) },
			func(r Report) Figure { return r.Arms[1].ReturnPerUnitSpent }, "an arm has 29 buyers, and needs 30"},
		{"too few bought for a probability", func(c *Campaign) { c.Arms[1] = mature(None, outcomes(10_000, 29), nil) },
			func(r Report) Figure { return r.Arms[1].ProbabilityItPays }, "an arm has 29 buyers, and needs 30"},
		{"an arm lost people", func(c *Campaign) { c.Arms[2] = mature(Champion, outcomes(43_000, 2250), nil) },
			func(r Report) Figure { return r.Arms[1].IncrementalMargin }, "sample ratio is broken"},
		{"discounts are hidden", func(c *Campaign) { c.Money.Withheld = HiddenDiscounts },
			func(r Report) Figure { return r.Arms[1].IncrementalMarginLessCost }, "hides the discounts"},
		{"discounts are hidden, and what it pays", func(c *Campaign) { c.Money.Withheld = HiddenDiscounts },
			func(r Report) Figure { return r.Arms[1].ProbabilityItPays }, "hides the discounts"},
		{"nobody is mature", func(c *Campaign) {
			c.Timing.LeastDays, c.Timing.MostDays = 3, 3
			for i := range c.Arms {
				c.Arms[i].Mature = Outcomes{}
			}
		}, func(r Report) Figure { return r.Arms[1].ReturnPerUnitSpent }, "nobody has been yet"},
		{"nobody held out", func(c *Campaign) {
			c.Shares = Shares{Champion: 5000, Challenger: 5000}
			c.Arms = []ArmOutcome{c.Arms[0], c.Arms[2]}
		}, func(r Report) Figure { return r.Arms[0].IncrementalConversions }, "designed without an arm none"},
		{"nobody came into the arm none", func(c *Campaign) { c.Arms[1] = mature(None, outcomes(1, 0), nil) },
			func(r Report) Figure { return r.Arms[1].IncrementalConversions }, "sample ratio"},
		{"too few are held out", func(c *Campaign) {
			c.Shares = Shares{None: 1, Champion: 4999, Challenger: 5000}
			c.Arms = []ArmOutcome{c.Arms[0], mature(None, outcomes(1, 0), nil), c.Arms[2]}
		}, func(r Report) Figure { return r.Arms[1].IncrementalConversions }, "there are too few people in it or in the arm none"},
		{"an empty arm", func(c *Campaign) {
			c.Shares = Shares{None: 10_000}
			c.Arms = []ArmOutcome{c.Arms[1], {Arm: Champion}}
		}, func(r Report) Figure { return r.Arms[1].Rate }, "nobody is assigned"},
	} {
		campaign := threeArms()
		c.change(&campaign)
		figure := c.figure(measure(t, campaign))
		if figure.Value != nil || !strings.Contains(figure.Reason, c.want) {
			t.Errorf("%s: %+v, want no value and %q", c.name, figure, c.want)
		}
	}
	// a lift that may be none has no most cost
	campaign := threeArms()
	campaign.Arms[2] = mature(Champion, outcomes(45_000, 1830).spentOn(10), contacts(45_000, 1, 1, 450_000))
	cost := measure(t, campaign).Arms[1].CostPerIncrementalConversion
	if cost.Value == nil || cost.Low == nil || cost.High != nil || cost.Reason == "" {
		t.Errorf("%+v", cost)
	}
}

// Costs of less than a cent a message: 45,000 at .4 of a minor unit are 18,000, not 0.
func TestCostsBelowTheMinorUnit(t *testing.T) {
	var o Outcomes
	o.Add(Person{Converted: true, RevenueMinor: 5500, MarginMinor: 2200, CostParts: 4000}, 9999, 1125)
	o.Add(Person{Converted: true, RevenueMinor: 4500, MarginMinor: 1800, CostParts: 4000}, 9999, 1125)
	o.Add(Person{CostParts: 4000}, 9999, 42_750)
	campaign := threeArms()
	campaign.Arms[2] = mature(Champion, o, contacts(45_000, 45_000, 1, 18_000))
	champion := measure(t, campaign).Arms[1]
	if got := *champion.IncrementalMarginLessCost.Value; !(math.Abs(got-882_000) <= 1e-6) { // 900,000 less 18,000
		t.Errorf("margin less cost %v", got)
	}
	if got := *champion.ReturnPerUnitSpent.Value; !(math.Abs(got-50) <= 1e-9) {
		t.Errorf("return %v", got)
	}
}

// Only those whose window has closed are compared, with what was spent on them.
func TestMaturePeopleAloneAreCompared(t *testing.T) {
	campaign := threeArms()
	want := measure(t, campaign)
	for i := range campaign.Arms {
		young := outcomes(campaign.Arms[i].Outcomes.people()/2, 0).spentOn(10) // paid for, and nothing brought yet
		campaign.Arms[i].Outcomes.Merge(young)
	}
	campaign.Timing.LeastDays = 3
	campaign.Timing.Information = Information{People: 100_000, Planned: 150_000, Share: 2.0 / 3}
	got := measure(t, campaign)
	if got.Mature || *got.Arms[1].IncrementalMarginLessCost.Value != *want.Arms[1].IncrementalMarginLessCost.Value ||
		*got.Arms[1].IncrementalMargin.Low != *want.Arms[1].IncrementalMargin.Low || got.Arms[1].Mature != 45_000 || got.Arms[1].Assigned != 67_500 {
		t.Errorf("%+v\nwant the incremental figures of %+v", got.Arms[1], want.Arms[1])
	}
}

// Of money that hides discounts there is neither a difference nor what follows from it,
// and conversions and revenue are as they are.
func TestHiddenDiscountsLeaveNoMoney(t *testing.T) {
	campaign := threeArms()
	campaign.Money.Withheld = HiddenDiscounts
	for _, c := range measure(t, campaign).Contrasts {
		for name, comparison := range map[string]Comparison{"margin": c.Margin, "less cost": *c.Net} {
			for _, e := range []Estimate{comparison.Raw, comparison.Best()} {
				if e.Figure() != unknown(HiddenDiscounts) || e.Fixed != nil || e.Sequential != nil || e.PValue != nil || e.Lift != unknown(HiddenDiscounts) {
					t.Errorf("%s of %s against %s: %+v", name, c.Treated, c.Control, e)
				}
			}
		}
		if c.Revenue.Best().Fixed == nil || c.Conversion.Best().Sequential == nil {
			t.Errorf("revenue and conversion of %s against %s: %+v", c.Treated, c.Control, c)
		}
	}
}

func TestMeasureRefusesWhatMakesNoSense(t *testing.T) {
	for name, change := range map[string]func(*Campaign){
		"an arm twice":       func(c *Campaign) { c.Arms = append(c.Arms, c.Arms[0]) },
		"the global holdout": func(c *Campaign) { c.Arms[0].Arm = GlobalHoldout },
		"no window":          func(c *Campaign) { c.Timing.WindowDays = 0 },
		"least above most":   func(c *Campaign) { c.Timing.LeastDays = 90 },
		"more than all":      func(c *Campaign) { c.Timing.Information.Share = 1.01 },
		"mature from nobody": func(c *Campaign) { c.Arms[0].Outcomes = outcomes(10, 0) },
	} {
		campaign := threeArms()
		change(&campaign)
		if _, err := Measure(campaign); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// at has a campaign at a look at so many of 100,000 planned people.
func at(people int64, earlier ...Look) func(*Campaign) {
	return func(c *Campaign) {
		c.Timing.Information = Information{People: people, Planned: 100_000, Share: float64(people) / 100_000, Earlier: earlier}
	}
}

func TestDecisions(t *testing.T) {
	challenger := func(buyers, costMinor int64) func(*Campaign) {
		return func(c *Campaign) { c.Arms[0] = mature(Challenger, outcomes(45_000, buyers).spentOn(costMinor), nil) }
	}
	all, first := Look{100_000, 1}, Look{30_000, 0.3}
	for _, c := range []struct {
		name    string
		changes []func(*Campaign)
		want    Verdict
		reason  string
		look    int
	}{
		{"better", []func(*Campaign){at(30_000)}, Promote, "its margin less cost per recipient is above the champion's", 1},
		{"worse", []func(*Campaign){at(60_000, first), challenger(1800, 10)}, Keep, "margin less cost per recipient is below the champion's", 2},
		{"alike", []func(*Campaign){at(60_000, first), challenger(2260, 10)}, Undecided, "holds both verdicts, with 60000 of the 100000 planned people", 2},
		{"alike, and costs much less", []func(*Campaign){at(60_000, first), challenger(2250, 1)}, Promote, "above the champion's", 2},
		{"better by less than it costs more", []func(*Campaign){at(60_000), challenger(2700, 45)}, Keep, "below the champion's", 1},
		{"alike on the last look", []func(*Campaign){at(100_000, first), challenger(2260, 10)}, Undecided, "nothing shows which is better: the champion stays", 2},
		{"too few bought", []func(*Campaign){at(30_000), challenger(29, 10)}, Undecided, "an arm has 29 buyers", 1},
		{"too few bought on the last look", []func(*Campaign){at(100_000), challenger(29, 10)}, Undecided, "an arm has 29 buyers", 1},
		{"better, after the looks", []func(*Campaign){func(c *Campaign) {
			c.Timing.Information = Information{People: 100_001, Planned: 100_000, Share: 1, Earlier: Looks{first, all}}
		}}, Undecided, "the planned looks have ended without a verdict", 0},
		{"better, and the plan has grown", []func(*Campaign){func(c *Campaign) {
			c.Timing.Information = Information{People: 40_000, Planned: 200_000, Share: 0.2, Earlier: Looks{first}}
		}}, Undecided, "not a look: the plan has grown since look 1, which was at 30000 people: the next is when more than 30 % of the 200000 planned people have been watched for the whole window, and 40000 have", 0},
		{"better, and the plan has grown, the same people", []func(*Campaign){func(c *Campaign) {
			c.Timing.Information = Information{People: 30_000, Planned: 200_000, Share: 0.15, Earlier: Looks{first}}
		}}, Promote, "above", 1},
		{"better, the last look taken again", []func(*Campaign){at(100_000, first, all)}, Promote, "above", 2},
		{"before the looks", []func(*Campaign){at(24_999)}, Undecided, "the first is when a quarter of the 100000 planned people have been watched for the whole window, and 24999 have", 0},
		{"better by revenue, at a cost", []func(*Campaign){func(c *Campaign) { c.Money.RevenueStandsIn = true }}, Undecided, "revenue cannot be set against the cost", 1},
		{"worse by revenue, at a cost", []func(*Campaign){func(c *Campaign) { c.Money.RevenueStandsIn = true }, challenger(1800, 10)}, Undecided, "revenue cannot be set against the cost", 1},
		{"better by revenue, no cost known", []func(*Campaign){func(c *Campaign) { c.Money = Money{RevenueStandsIn: true} }}, Promote, "its revenue per recipient is above", 1},
		{"better, and who knows by what discounts", []func(*Campaign){func(c *Campaign) { c.Money.Withheld = HiddenDiscounts }}, Undecided, "hides the discounts", 1},
		{"broken", []func(*Campaign){func(c *Campaign) { c.Arms[0] = mature(Challenger, outcomes(43_000, 2700), nil) }}, Refused, "sample ratio", 1},
		{"no challenger", []func(*Campaign){func(c *Campaign) {
			c.Shares = Shares{None: 1818, Champion: 8182}
			c.Arms = c.Arms[1:]
		}}, Refused, "no challenger", 1},
	} {
		campaign := threeArms()
		for _, change := range c.changes {
			change(&campaign)
		}
		report := measure(t, campaign)
		if got := report.Decision; got.Verdict != c.want || !strings.Contains(got.Reason, c.reason) {
			t.Errorf("%s: %+v, want %s because %q", c.name, got, c.want, c.reason)
		}
		if report.Look != c.look {
			t.Errorf("%s: look %d, want %d", c.name, report.Look, c.look)
		}
		if sequential := report.Contrasts; len(sequential) > 0 && c.look == 0 && (sequential[0].Margin.Raw.Sequential != nil || sequential[0].Margin.Raw.SequentialReason != report.NoLook) {
			t.Errorf("%s: a sequential interval where there is no look, or no reason: %+v", c.name, sequential[0].Margin.Raw)
		}
		if (report.SequentialBound == 0) != (c.look == 0) || math.IsInf(report.SequentialBound, 0) {
			t.Errorf("%s: a bound of %v", c.name, report.SequentialBound)
		}
	}
}
