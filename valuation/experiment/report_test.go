package experiment

import (
	"math"
	"strings"
	"testing"
	"time"
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

func threeArms(look int) Campaign {
	return Campaign{
		Shares: Shares{None: 1000, Champion: 4500, Challenger: 4500},
		Timing: Timing{Look: look, PlannedLooks: 60, WindowDays: 60, LeastDays: look, MostDays: look},
		Arms: []ArmOutcome{
			{Arm: Challenger, Outcomes: outcomes(45_000, 2700), Contacts: contacts(45_000, 44_000, 900, 450_000)},
			{Arm: None, Outcomes: outcomes(10_000, 400)},
			{Arm: Champion, Outcomes: outcomes(45_000, 2250), Contacts: contacts(45_000, 43_500, 800, 450_000)},
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
	report := measure(t, threeArms(60))
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
	score := (margin.Difference - 10) / margin.StandardError
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
	arm := func(people, bought, more int64) Outcomes {
		var o Outcomes
		for _, off := range []int64{-100, 100} {
			o.Add(Person{Converted: true, MarginMinor: 2500 + more + off, RevenueMinor: 5000, CovariateMinor: 1000}, 5000, bought/2)
			o.Add(Person{Converted: true, MarginMinor: 500 + more + off, RevenueMinor: 5000}, 5000, (people-bought)/2)
		}
		return o
	}
	campaign := threeArms(60)
	campaign.Arms = []ArmOutcome{
		{Arm: None, Outcomes: arm(10_000, 5_000, 0)},
		{Arm: Champion, Outcomes: arm(45_000, 22_500, 0)},
		{Arm: Challenger, Outcomes: arm(45_000, 21_600, 30), Contacts: contacts(45_000, 45_000, 900, 450_000)},
	}
	for _, c := range []struct {
		adjusted                      bool
		verdict                       Verdict
		incremental, lessCost, profit float64
	}{
		{true, Promote, 45_000 * 30, 900_000, 1},
		{false, Keep, 45_000 * -10, -900_000, 0},
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

// The planned looks may be over by their count while the first assigned are
// still being watched, where those of the first day are all in the global holdout:
// the champion is not kept for good on what has come by then.
func TestNothingIsOverBeforeTheFirstAssignedAreMature(t *testing.T) {
	for _, look := range []int{60, 61, 64} {
		campaign := threeArms(look)
		campaign.Arms[0].Outcomes = outcomes(45_000, 2260)
		campaign.Timing.MostDays, campaign.Timing.LeastDays = look-5, look-5
		if got := measure(t, campaign).Decision; got.Verdict != Undecided || !strings.Contains(got.Reason, "have not been watched for the whole window yet") {
			t.Errorf("look %d: %+v", look, got)
		}
	}
	campaign := threeArms(65)
	campaign.Timing.MostDays, campaign.Timing.LeastDays = 60, 60
	if got := measure(t, campaign).Decision; got.Verdict != Keep {
		t.Errorf("look 65: %+v", got)
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
		{"no contacts", func(c *Campaign) { c.Arms[2].Contacts = nil },
			func(r Report) Figure { return r.Arms[1].ReturnPerUnitSpent }, "no cost is known"},
		{"no contacts, per conversion", func(c *Campaign) { c.Arms[2].Contacts = nil },
			func(r Report) Figure { return r.Arms[1].CostPerConversion }, "no cost is known"},
		{"contacts without a cost", func(c *Campaign) { c.Arms[2].Contacts.CostMinor = nil },
			func(r Report) Figure { return r.Arms[1].ProbabilityItPays }, "no cost is known"},
		{"free", func(c *Campaign) { *c.Arms[2].Contacts.CostMinor = 0 },
			func(r Report) Figure { return r.Arms[1].ReturnPerUnitSpent }, "nothing was spent"},
		{"nobody converted", func(c *Campaign) { c.Arms[2].Outcomes = outcomes(45_000, 0) },
			func(r Report) Figure { return r.Arms[1].CostPerConversion }, "nobody converted"},
		{"it lost conversions", func(c *Campaign) { c.Arms[2].Outcomes = outcomes(45_000, 1000) },
			func(r Report) Figure { return r.Arms[1].CostPerIncrementalConversion }, "no more conversions"},
		{"nobody bought anywhere", func(c *Campaign) {
			c.Arms[1].Outcomes, c.Arms[2].Outcomes = outcomes(10_000, 0), outcomes(45_000, 0)
		}, func(r Report) Figure { return r.Arms[1].ProbabilityItPays }, "the same outcome"},
		{"an arm lost people", func(c *Campaign) { c.Arms[2].Outcomes = outcomes(43_000, 2250) },
			func(r Report) Figure { return r.Arms[1].IncrementalMargin }, "sample ratio is broken"},
		{"nobody held out", func(c *Campaign) {
			c.Shares = Shares{Champion: 5000, Challenger: 5000}
			c.Arms = []ArmOutcome{c.Arms[0], c.Arms[2]}
		}, func(r Report) Figure { return r.Arms[0].IncrementalConversions }, "too few people"},
		{"an empty arm", func(c *Campaign) {
			c.Shares = Shares{None: 10_000}
			c.Arms = []ArmOutcome{c.Arms[1], {Arm: Champion}}
		}, func(r Report) Figure { return r.Arms[1].Rate }, "nobody is assigned"},
	} {
		campaign := threeArms(60)
		c.change(&campaign)
		figure := c.figure(measure(t, campaign))
		if figure.Value != nil || !strings.Contains(figure.Reason, c.want) {
			t.Errorf("%s: %+v, want no value and %q", c.name, figure, c.want)
		}
	}
	// before maturity all of the cost would stand against part of what it brings
	early := measure(t, threeArms(59)).Arms[1]
	for name, f := range map[string]Figure{"return": early.ReturnPerUnitSpent, "probability": early.ProbabilityItPays, "margin less cost": early.IncrementalMarginLessCost} {
		if f.Value != nil || f.Low != nil || f.Reason != "told when everyone has been watched for the whole window" {
			t.Errorf("%s before maturity: %+v", name, f)
		}
	}
	if early.SequentialReturnPerUnitSpent != nil || early.SequentialIncrementalMargin == nil {
		t.Errorf("before maturity: %+v", early)
	}
	// a lift that may be none has no most cost
	campaign := threeArms(30)
	campaign.Arms[2].Outcomes = outcomes(45_000, 1830)
	cost := measure(t, campaign).Arms[1].CostPerIncrementalConversion
	if cost.Value == nil || cost.Low == nil || cost.High != nil || cost.Reason == "" {
		t.Errorf("%+v", cost)
	}
}

func TestMeasureRefusesWhatMakesNoSense(t *testing.T) {
	for name, change := range map[string]func(*Campaign){
		"an arm twice":       func(c *Campaign) { c.Arms = append(c.Arms, c.Arms[0]) },
		"the global holdout": func(c *Campaign) { c.Arms[0].Arm = GlobalHoldout },
		"no window":          func(c *Campaign) { c.Timing.WindowDays = 0 },
		"least above most":   func(c *Campaign) { c.Timing.LeastDays = 90 },
		"no looks":           func(c *Campaign) { c.Timing.PlannedLooks = 0 },
	} {
		campaign := threeArms(30)
		change(&campaign)
		if _, err := Measure(campaign); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestDecisions(t *testing.T) {
	for _, c := range []struct {
		name   string
		look   int
		change func(*Campaign)
		want   Verdict
		reason string
	}{
		{"better", 20, func(c *Campaign) {}, Promote, "above the champion's"},
		{"worse", 20, func(c *Campaign) { c.Arms[0].Outcomes = outcomes(45_000, 1800) }, Keep, "below the champion's"},
		{"alike", 20, func(c *Campaign) { c.Arms[0].Outcomes = outcomes(45_000, 2260) }, Undecided, "40 looks are left"},
		{"alike on the last look", 60, func(c *Campaign) { c.Arms[0].Outcomes = outcomes(45_000, 2260) }, Keep, "nothing shows"},
		{"too few bought", 2, func(c *Campaign) { c.Arms[0].Outcomes = outcomes(45_000, 50) }, Undecided, "too few bought"},
		{"too few bought on the last look", 60, func(c *Campaign) { c.Arms[0].Outcomes = outcomes(45_000, 50) }, Keep, "too few bought"},
		{"alike on the look before the last", 59, func(c *Campaign) { c.Arms[0].Outcomes = outcomes(45_000, 2260) }, Undecided, "1 look is left"},
		{"better, after the looks", 61, func(c *Campaign) {}, Keep, "the planned looks have ended"},
		{"before the looks", 0, func(c *Campaign) { c.Timing.FirstLook = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) }, Undecided, "not a planned look yet: the first is on 2026-11-22"},
		{"better by revenue, at a cost", 20, func(c *Campaign) { c.RevenueStandsIn = true }, Undecided, "its revenue per recipient is above the champion's, but revenue cannot be set against the cost"},
		{"better by revenue, at a cost, after the looks", 61, func(c *Campaign) { c.RevenueStandsIn = true }, Undecided, "revenue cannot be set against the cost"},
		{"worse by revenue, at a cost", 20, func(c *Campaign) {
			c.RevenueStandsIn, c.Arms[0].Outcomes = true, outcomes(45_000, 1800)
		}, Keep, "revenue per recipient is below the champion's"},
		{"better by revenue, no cost known", 20, func(c *Campaign) {
			c.RevenueStandsIn, c.Arms[0].Contacts, c.Arms[2].Contacts = true, nil, nil
		}, Promote, "its revenue per recipient is above"},
		{"better by less than it costs more", 60, func(c *Campaign) { *c.Arms[0].Contacts.CostMinor = 2_000_000 }, Keep, "by what it costs more"},
		{"alike, and costs less", 1, func(c *Campaign) {
			c.Arms[0].Outcomes = outcomes(45_000, 2250)
			*c.Arms[0].Contacts.CostMinor = 0
		}, Undecided, ""},
		{"broken", 20, func(c *Campaign) { c.Arms[0].Outcomes = outcomes(43_000, 2700) }, Refused, "sample ratio"},
		{"no challenger", 20, func(c *Campaign) {
			c.Shares = Shares{None: 1818, Champion: 8182}
			c.Arms = c.Arms[1:]
		}, Refused, "no challenger"},
	} {
		campaign := threeArms(c.look)
		c.change(&campaign)
		report := measure(t, campaign)
		if got := report.Decision; got.Verdict != c.want || !strings.Contains(got.Reason, c.reason) {
			t.Errorf("%s: %+v, want %s because %q", c.name, got, c.want, c.reason)
		}
		if c.look >= 60 != report.Mature {
			t.Errorf("%s: mature %v", c.name, report.Mature)
		}
		if c.look < 1 || c.look > 60 {
			if report.Contrasts[0].Margin.Raw.Sequential != nil || report.Arms[1].SequentialIncrementalMargin != nil {
				t.Errorf("%s: a sequential interval", c.name)
			}
		}
	}
}
