package measurement

import (
	"strings"
	"testing"

	"cbv/valuation/campaign"
	"cbv/valuation/experiment"
)

// of is the measurement of a look that would say so by itself.
func of(asOf string, verdict experiment.Verdict) Document {
	d := Document{AsOf: asOf, Currency: "EUR", MoneyBasis: "margin", ThisLook: Decision{Verdict: verdict, Reason: "as it is"}}
	if d.ThisLook.decides() {
		d.ThisLook.ReachedOn, d.ThisLook.Look = asOf, 9
	}
	return d
}

func TestWhichVerdictStands(t *testing.T) {
	const early, late, tonight = "2026-11-03", "2026-11-05", "2026-11-20"
	byRevenue, inYen := of(early, experiment.Promote), of(early, experiment.Promote)
	byRevenue.MoneyBasis, inYen.Currency = "revenue", "JPY"
	for _, c := range []struct {
		name   string
		others []Document
		change func(*Document)
		want   experiment.Verdict
		since  string
		reason string
	}{
		{"nothing before", nil, nil, experiment.Undecided, "", "as it is"},
		{"undecided before", []Document{of(early, experiment.Undecided)}, nil, experiment.Undecided, "", "as it is"},
		{"a refusal binds nobody", []Document{of(early, experiment.Refused)}, nil, experiment.Undecided, "", "as it is"},
		{"the first of two", []Document{of(late, experiment.Keep), of(early, experiment.Promote)}, nil, experiment.Promote, early, ""},
		{"of a later day", []Document{of("2026-11-21", experiment.Promote)}, nil, experiment.Undecided, "", "as it is"},
		{"of the same day", []Document{of(tonight, experiment.Promote)}, nil, experiment.Undecided, "", "as it is"},
		{"a look measured twice, of two minds", []Document{of(early, experiment.Promote), of(early, experiment.Undecided), of(late, experiment.Keep)}, nil, experiment.Keep, late, ""},
		{"a look measured twice alike", []Document{of(early, experiment.Keep), of(early, experiment.Keep)}, nil, experiment.Keep, early, ""},
		{"a broken split", []Document{of(early, experiment.Promote)}, func(d *Document) {
			d.SampleRatio.Broken, d.ThisLook.Verdict = true, experiment.Refused
		}, experiment.Refused, "", "the verdict of 2026-11-03, promote, does not stand on such a split"},
		{"reached on revenue", []Document{byRevenue}, nil, experiment.Undecided, "", "as it is; the verdict of 2026-11-03, promote, was reached on revenue in EUR and does not stand"},
		{"reached in another currency", []Document{inYen}, nil, experiment.Undecided, "", "as it is; the verdict of 2026-11-03, promote, was reached on margin in JPY and does not stand"},
		{"reached on revenue, and later on margin", []Document{byRevenue, of(late, experiment.Keep)}, nil, experiment.Keep, late, ""},
		{"a look measured on both", []Document{byRevenue, of(early, experiment.Keep)}, nil, experiment.Keep, early, ""},
		{"on revenue as before", []Document{byRevenue}, func(d *Document) { d.MoneyBasis = "revenue" }, experiment.Promote, early, ""},
		{"after the looks, with one", []Document{of(early, experiment.Keep)}, func(d *Document) { d.LooksAreOver = true }, experiment.Keep, early, ""},
	} {
		d := of(tonight, experiment.Undecided)
		if c.change != nil {
			c.change(&d)
		}
		d.Stand(c.others)
		if d.Decision.Verdict != c.want || d.Decision.ReachedOn != c.since || !strings.Contains(d.Decision.Reason, c.reason) {
			t.Errorf("%s: %+v, want %s since %q because %q", c.name, d.Decision, c.want, c.since, c.reason)
		}
	}
}

// Where no margin is known, what is called margin says that it is revenue; where
// no contacts are, what they would show is missing and not 0.
func TestFiguresSayWhatStandsIn(t *testing.T) {
	var outcomes experiment.Outcomes
	outcomes.Add(experiment.Person{Converted: true, RevenueMinor: 500, MarginMinor: 500}, 500, 300)
	outcomes.Add(experiment.Person{}, 500, 700)
	report, err := experiment.Measure(experiment.Campaign{
		Shares: experiment.Shares{None: 5000, Champion: 5000}, HasCovariate: true,
		Timing: experiment.Timing{WindowDays: 5, LeastDays: 5, MostDays: 5, Information: experiment.Information{People: 2000, Planned: 2000, Share: 1}},
		Money:  experiment.Money{RevenueStandsIn: true},
		Arms: []experiment.ArmOutcome{
			{Arm: experiment.None, Outcomes: outcomes, Mature: outcomes}, {Arm: experiment.Champion, Outcomes: outcomes, Mature: outcomes},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	d := New(Facts{Terms: campaign.Terms{}, MinorPerUnit: 100, MoneyBasis: "revenue", Report: report})
	for _, c := range []struct {
		arm, versus, metric, estimate string
		value                         *float64
		reason                        string
	}{
		{"champion", "", "margin_per_recipient", "", amount(1.5), "revenue stands in"},
		{"champion", "", "revenue_per_recipient", "", amount(1.5), ""},
		{"champion", "none", "margin_per_recipient_difference", Raw, amount(0), "revenue stands in"},
		{"champion", "none", "return_per_unit_spent", Adjusted, nil, "no cost is known"},
		{"champion", "", "sent", "", nil, "no contacts of this campaign"},
		{"none", "", "cost", "", nil, "no cost is known"},
	} {
		f, found := d.Find(c.arm, c.versus, c.metric, c.estimate)
		if !found || (f.Value == nil) != (c.value == nil) || f.Value != nil && *f.Value != *c.value || !strings.Contains(f.Reason, c.reason) {
			t.Errorf("%s %s: %+v", c.arm, c.metric, f)
		}
	}
}

func amount(value float64) *float64 { return &value }

// A challenger that brings less is said to, in amounts above 0.
func TestAChallengerThatBringsLess(t *testing.T) {
	f := Facts{Currency: "EUR", MinorPerUnit: 100}
	for want, interval := range map[string]experiment.Interval{
		"The challenger brought +0.89 to +2.95 EUR a person less than the champion.":   {Low: -295, High: -89},
		"The challenger brought +12.50 to +29.50 EUR a person more than the champion.": {Low: 1250, High: 2950},
	} {
		c := experiment.Contrast{Margin: experiment.Comparison{Raw: experiment.Estimate{Sequential: &interval}}}
		if got := f.better(c); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
