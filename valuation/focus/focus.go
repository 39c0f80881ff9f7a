// Package focus says where the next effort should go, from the figures of a
// shop: to retaining the customers there are, to acquiring new ones, or to both.
// Its rules and thresholds are stated, each says what it saw, and none of the common
// rules of thumb enters: those stand beside the shop's own figures.
package focus

import (
	"fmt"
	"slices"

	"github.com/dustin/go-humanize"
)

// Figures are what the rules look at. What is not known is nil, and the rules
// about it abstain.
type Figures struct {
	Customers       int64
	ShopAgeDays     int64
	ShopIsOlder     bool     // the files start in the middle of its life: ShopAgeDays is the least it can be
	AliveGrowth     *float64 // of the customers expected to be alive, within a year
	LTVToCAC        *float64 // new customers of the last 12 months, as predicted of their first 365 days
	LTVToCACLow     *float64 // its 95 % interval
	LTVToCACHigh    *float64
	NewCustomers    int64    // behind it
	MinNewCustomers int64    // of fewer the ratio says nothing
	TargetLTVToCAC  float64  // a convention, which the shop can set
	RetainShare     *float64 // of customers, worth retaining
	NeededGain      *float64 // in the value of those, from which on contacting them pays
	MostGain        *float64 // in the value of those, were all of their expected dropout prevented
	CurrentShare    *float64 // of the future margin: of current customers, beside a year's new ones net of their cost
	RepeatTrend     *float64 // repeat rate within 90 days, last year's cohorts less the year's before
	RepeatTrendHigh *float64 // upper end of its 95 % interval
	LargestShare    *float64 // of revenue to date, of the largest customer
	AtRiskShare     *float64 // of the value of current customers over 365 days, lost to expected dropout
}

// Lean is what a rule speaks for.
type Lean string

// What a rule can speak for.
const (
	Retention   Lean = "retention"
	Acquisition Lean = "acquisition"
	Neither     Lean = "neither"
	Unknown     Lean = "unknown" // the figure is not known
)

// Verdict is where the next effort should go.
type Verdict string

// The verdicts.
const (
	RetentionLed   Verdict = "retention_led"
	Balanced       Verdict = "balanced"
	AcquisitionLed Verdict = "acquisition_led"
)

// Finding is what one rule saw and says.
type Finding struct {
	Rule  string   `json:"rule"`
	Saw   *float64 `json:"saw"` // null where it is not known
	Unit  Unit     `json:"unit"`
	Lean  Lean     `json:"lean"`
	Why   string   `json:"why"`
	Votes int      `json:"votes"` // for what it leans to, 0 where to neither
	// IsForecast says that the figure rests on the model, and counts where that is trusted.
	IsForecast bool `json:"is_forecast,omitempty"`
}

// Unit is what a figure is counted in.
type Unit string

// The units.
const (
	Days       Unit = "days"
	Customers  Unit = "customers"
	Share      Unit = "share"
	Difference Unit = "share_difference"
	Ratio      Unit = "ratio"
)

// Judgement is the verdict and what it rests on.
type Judgement struct {
	Verdict  Verdict   `json:"verdict"`
	Why      string    `json:"why"`
	Findings []Finding `json:"findings"`
}

// The thresholds of the rules.
const (
	youngDays       = 365 // a shop has not yet seen its customers' second year
	establishedDays = 3 * 365
	fewCustomers    = 1_000
	grownUpDays     = 2 * 365 // from here on growth says more than how old the shop is

	lowGrowth  = 0.0 // of the customers expected to be alive, within a year
	highGrowth = 1.0

	mostlyCurrent = 0.6 // of the future margin
	mostlyNew     = 0.4

	farAboveTarget = 2.0  // times the target, LTV:CAC
	retainFloor    = 0.01 // of customers, worth retaining

	dominant = 0.1 // of all revenue, one customer
	exposed  = 0.3 // of the value of current customers
)

// Judge applies the rules. Each speaks with one vote, those whose figure leaves
// little choice with two; two votes of difference decide. A shop whose new
// customers cost more than they bring is never led to acquisition, and one with hardly
// anybody worth retaining has only a dominant customer to retain.
func Judge(f Figures) Judgement {
	findings := []Finding{
		f.held(f.age()), f.size(), f.held(f.growth()), f.held(f.economics()), f.held(f.source()), f.held(f.trend()), f.concentration(), f.held(f.risk()),
	}
	for i, finding := range findings {
		if finding.Lean == Neither {
			findings[i].Votes = 0
		}
	}
	return decide(findings, f.LTVToCAC != nil && *f.LTVToCAC < 1 && f.NewCustomers >= f.MinNewCustomers)
}

// WithoutForecasts is the judgement where forecasts are not trusted: what rests on them
// has no vote.
func (j Judgement) WithoutForecasts() Judgement {
	findings := slices.Clone(j.Findings)
	for i := range findings {
		if findings[i].IsForecast {
			findings[i].Votes = 0
		}
	}
	return decide(findings, false)
}

// decide counts the votes; losing says that new customers cost more than they bring.
func decide(findings []Finding, losing bool) Judgement {
	votes := map[Lean]int{}
	for _, finding := range findings {
		votes[finding.Lean] += finding.Votes
	}
	j := Judgement{Verdict: Balanced, Findings: findings}
	balance := votes[Retention] - votes[Acquisition]
	switch {
	case balance >= 2:
		j.Verdict = RetentionLed
	case balance <= -2 && !losing:
		j.Verdict = AcquisitionLed
	}
	j.Why = fmt.Sprintf("votes for retention: %d, for acquisition: %d; a difference of two decides", votes[Retention], votes[Acquisition])
	if balance <= -2 && losing {
		j.Why += ", but new customers cost more than they bring"
	}
	return j
}

// held takes the vote for retention from a rule where there is hardly anybody to
// retain, or where retaining them costs more than it can bring: more than the value that
// preventing all of their expected dropout would add.
func (f Figures) held(rule Finding) Finding {
	if rule.Lean != Retention {
		return rule
	}
	switch {
	case f.RetainShare != nil && *f.RetainShare < retainFloor:
		rule.Lean = Neither
		rule.Why += fmt.Sprintf("; but fewer than %g %% of customers are worth retaining", 100*retainFloor)
	case f.NeededGain != nil && f.MostGain != nil && *f.NeededGain > *f.MostGain:
		rule.Lean = Neither
		rule.Why += fmt.Sprintf("; but what it costs takes a gain of %.3g %% in the value of those to retain, and preventing all of their expected dropout adds %.3g %%",
			100**f.NeededGain, 100**f.MostGain)
	}
	return rule
}

func (f Figures) age() Finding {
	age := float64(f.ShopAgeDays)
	rule := Finding{Rule: "age of the shop", Saw: &age, Unit: Days, Lean: Neither, Votes: 1}
	switch {
	case f.ShopIsOlder && f.ShopAgeDays < establishedDays:
		return rule.unknown("the files start in the middle of the shop's life")
	case f.ShopAgeDays < youngDays:
		rule.Lean, rule.Votes = Acquisition, 2
		rule.Why = fmt.Sprintf("under %d days there are few customers to retain, and little is known of them", youngDays)
	case f.ShopAgeDays >= establishedDays:
		rule.Lean = Retention
		rule.Why = fmt.Sprintf("from %s days on there is a base that can be lost", humanize.Comma(establishedDays))
	default:
		rule.Why = fmt.Sprintf("between %d and %s days it speaks for neither", youngDays, humanize.Comma(establishedDays))
	}
	return rule
}

func (f Figures) size() Finding {
	size := float64(f.Customers)
	rule := Finding{Rule: "number of customers", Saw: &size, Unit: Customers, Lean: Neither, Votes: 1, Why: humanize.Comma(fewCustomers) + " or more speak for neither"}
	if f.Customers < fewCustomers {
		rule.Lean, rule.Why = Acquisition, "fewer than "+humanize.Comma(fewCustomers)
	}
	return rule
}

func (f Figures) growth() Finding {
	rule := Finding{Rule: "growth of the customers expected to be alive, within a year", Saw: f.AliveGrowth, Unit: Share, Votes: 1, IsForecast: true}
	switch {
	case f.AliveGrowth == nil:
		return rule.unknown("it takes a fitted model and more than a year of orders")
	case *f.AliveGrowth < lowGrowth:
		rule.Lean, rule.Why = Acquisition, "below 0 fewer customers are acquired than are lost"
	case *f.AliveGrowth > highGrowth && f.ShopAgeDays < grownUpDays:
		// Under constant acquisition, and if nobody leaves, it is 12 months per month of
		// age beyond a year.
		rule.Lean, rule.Why = Neither, fmt.Sprintf("above %g %% it shows the age of a shop of under %d days, and no growth", 100*highGrowth, grownUpDays)
	case *f.AliveGrowth > highGrowth:
		rule.Lean, rule.Why = Retention, fmt.Sprintf("above %g %% new customers come anyway, and have to be retained", 100*highGrowth)
	default:
		rule.Lean, rule.Why = Neither, fmt.Sprintf("between %g %% and %g %% it speaks for neither", 100*lowGrowth, 100*highGrowth)
	}
	return rule
}

func (f Figures) economics() Finding {
	rule := Finding{Rule: "predicted LTV:CAC of new customers over their first 365 days", Saw: f.LTVToCAC, Unit: Ratio, Votes: 1, IsForecast: true}
	switch {
	case f.LTVToCAC == nil:
		return rule.unknown("there is no cost of acquisition")
	case f.NewCustomers < f.MinNewCustomers:
		return rule.unknown(fmt.Sprintf("it takes %d new customers", f.MinNewCustomers))
	case f.LTVToCACLow == nil || f.LTVToCACHigh == nil:
		return rule.unknown("new customers are too young for its interval")
	}
	low, high, target := *f.LTVToCACLow, *f.LTVToCACHigh, f.TargetLTVToCAC
	named := fmt.Sprintf("the target of %g, a convention (value.target_ltv_cac)", target)
	switch {
	case *f.LTVToCAC < 1 && high < 1:
		rule.Lean, rule.Votes, rule.Why = Retention, 2, "it is by more than chance below 1: a new customer costs more than they bring"
	case *f.LTVToCAC < 1:
		rule.Lean, rule.Why = Retention, "under 1 a new customer costs more than they bring"
	case high < target:
		rule.Lean, rule.Why = Retention, fmt.Sprintf("it is by more than chance below %s: acquisition earns too little by it", named)
	case low >= farAboveTarget*target:
		rule.Lean, rule.Votes, rule.Why = Acquisition, 2, fmt.Sprintf("it is by more than chance above %g times %s: more customers could be acquired", farAboveTarget, named)
	case low >= target:
		rule.Lean, rule.Why = Acquisition, fmt.Sprintf("it is by more than chance above %s: acquisition pays and could be raised", named)
	default:
		rule.Lean, rule.Why = Neither, "chance alone may set it apart from "+named
	}
	return rule
}

func (f Figures) source() Finding {
	rule := Finding{Rule: "share of the value of 365 days that current customers bring, against a year's new ones net of their cost", Saw: f.CurrentShare, Unit: Share, Votes: 1, IsForecast: true}
	switch {
	case f.CurrentShare == nil:
		return rule.unknown("it takes a fitted model, twelve whole months of new customers and, with spend, all of theirs")
	case *f.CurrentShare >= mostlyCurrent:
		rule.Lean, rule.Why = Retention, fmt.Sprintf("from %g %% on most of it comes from current customers", 100*mostlyCurrent)
	case *f.CurrentShare <= mostlyNew:
		rule.Lean, rule.Why = Acquisition, fmt.Sprintf("up to %g %% most of it comes from customers yet to be acquired", 100*mostlyNew)
	default:
		rule.Lean, rule.Why = Neither, fmt.Sprintf("between %g %% and %g %% it speaks for neither", 100*mostlyNew, 100*mostlyCurrent)
	}
	return rule
}

func (f Figures) trend() Finding {
	rule := Finding{Rule: "change of the repeat rate within 90 days, this year's new customers against last year's", Saw: f.RepeatTrend, Unit: Difference, Votes: 1}
	switch {
	case f.RepeatTrend == nil || f.RepeatTrendHigh == nil:
		return rule.unknown("two years of new customers are needed")
	case *f.RepeatTrendHigh < 0:
		rule.Lean, rule.Why = Retention, "it is by more than chance below 0: new customers come back less often than they did"
	default:
		rule.Lean, rule.Why = Neither, "it is not by more than chance below 0"
	}
	return rule
}

func (f Figures) concentration() Finding {
	rule := Finding{Rule: "share of revenue from the largest customer", Saw: f.LargestShare, Unit: Share, Lean: Neither, Votes: 1}
	switch {
	case f.LargestShare == nil:
		return rule.unknown("there is no revenue")
	case *f.LargestShare > dominant:
		rule.Lean, rule.Votes, rule.Why = Retention, 2, fmt.Sprintf("above %g %% new customers cannot make up for the loss of one", 100*dominant)
	default:
		rule.Why = fmt.Sprintf("up to %g %% it speaks for neither", 100*dominant)
	}
	return rule
}

func (f Figures) risk() Finding {
	rule := Finding{Rule: "share of the value of current customers that expected dropout takes within 365 days", Saw: f.AtRiskShare, Unit: Share, Lean: Neither, Votes: 1, IsForecast: true}
	switch {
	case f.AtRiskShare == nil:
		return rule.unknown("it takes a fitted model")
	case *f.AtRiskShare > exposed:
		rule.Lean, rule.Why = Retention, fmt.Sprintf("above %g %% there is much to save", 100*exposed)
	default:
		rule.Why = fmt.Sprintf("up to %g %% it speaks for neither", 100*exposed)
	}
	return rule
}

func (rule Finding) unknown(why string) Finding {
	rule.Saw, rule.Lean, rule.Votes, rule.Why = nil, Unknown, 0, "not known: "+why
	return rule
}
