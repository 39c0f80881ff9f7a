package experiment

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Report is what a campaign brought.
type Report struct {
	Timing      Timing
	Mature      bool
	SampleRatio SampleRatio
	// SequentialBound is Pocock's constant for the planned looks.
	SequentialBound float64
	RevenueStandsIn bool        // margins are revenue
	Arms            []ArmReport // none, champion, challenger: those with people
	// Contrasts are champion and challenger against none, and challenger against
	// champion: those with people on both sides. There are none where the sample
	// ratio is broken.
	Contrasts []Contrast
	Decision  Decision
}

// Contrast is one arm against another.
type Contrast struct {
	Treated, Control                        Arm
	Conversion, Revenue, Winsorised, Margin Comparison
}

// ArmReport is one arm's line, as direct mail reports it. Money is in minor
// units, and recipients are the people assigned, whatever message they received.
type ArmReport struct {
	Arm                        Arm
	Assigned                   int64
	Sent, Delivered, Responded *int64 // nil when not known
	Converted                  int64
	Rate                       Figure // converted of assigned
	RevenuePerRecipient        Figure
	WinsorisedPerRecipient     Figure
	MarginPerRecipient         Figure
	CostMinor                  *int64
	CostPerConversion          Figure
	// What follows is against the arm none, and missing for that arm itself.
	IncrementalConversions       Figure
	CostPerIncrementalConversion Figure
	IncrementalMargin            Figure
	// SequentialIncrementalMargin is the interval for a campaign looked at every
	// look, nil where the contrast's margin has none.
	SequentialIncrementalMargin *Interval
	// The rest sets all of the cost against what it brought, so it is reported once
	// everyone has been watched for the whole window.
	IncrementalMarginLessCost           Figure
	SequentialIncrementalMarginLessCost *Interval
	ReturnPerUnitSpent                  Figure // incremental margin for each 1 of cost
	SequentialReturnPerUnitSpent        *Interval
	// ProbabilityItPays is that of an incremental margin above the cost, given the
	// outcomes and no opinion before them.
	ProbabilityItPays Figure
}

// Measure returns the report of a campaign. It is an error that an arm comes
// twice or is none of the campaign's, or that the timing makes no sense.
func Measure(campaign Campaign) (Report, error) {
	if err := campaign.validate(); err != nil {
		return Report{}, err
	}
	bound, err := Pocock(campaign.Timing.PlannedLooks)
	if err != nil {
		return Report{}, err
	}
	report := Report{Timing: campaign.Timing, Mature: campaign.Timing.Mature(), SequentialBound: bound, RevenueStandsIn: campaign.RevenueStandsIn}
	var people, shares []int64
	for _, arm := range []Arm{None, Champion, Challenger} {
		outcome, _ := campaign.arm(arm)
		people = append(people, outcome.Outcomes.Converted.People())
		shares = append(shares, int64(campaign.Shares.Of(arm)))
	}
	report.SampleRatio = CheckSampleRatio(people, shares)
	if !report.SampleRatio.Broken {
		report.Contrasts = campaign.contrasts(bound)
	}
	for _, arm := range []Arm{None, Champion, Challenger} {
		if outcome, assigned := campaign.arm(arm); assigned {
			line := newArmReport(outcome)
			report.addIncremental(&line)
			report.Arms = append(report.Arms, line)
		}
	}
	report.Decision = report.decide()
	return report, nil
}

func (c Campaign) validate() error {
	seen := map[Arm]bool{}
	for _, a := range c.Arms {
		switch a.Arm {
		case None, Champion, Challenger:
		default:
			return fmt.Errorf("arm %q: a campaign has none, champion and challenger: leave it out", a.Arm)
		}
		if seen[a.Arm] {
			return fmt.Errorf("arm %s: it comes twice: merge its outcomes", a.Arm)
		}
		seen[a.Arm] = true
	}
	t := c.Timing
	if t.WindowDays < 1 || t.LeastDays < 0 || t.MostDays < t.LeastDays {
		return fmt.Errorf("window of %d days, watched for %d to %d: give a window of 1 day or more, and the least before the most", t.WindowDays, t.LeastDays, t.MostDays)
	}
	return nil
}

func (c Campaign) contrasts(bound float64) []Contrast {
	if !c.Timing.isPlanned() {
		bound = 0
	}
	var contrasts []Contrast
	for _, pair := range [][2]Arm{{Champion, None}, {Challenger, None}, {Challenger, Champion}} {
		treated, _ := c.arm(pair[0])
		control, _ := c.arm(pair[1])
		a, b := treated.Outcomes, control.Outcomes
		if a.Converted.People() < 2 || b.Converted.People() < 2 {
			continue
		}
		compare := func(treated, control Sample, share bool) Comparison {
			comparison, err := Compare(treated, control, Rule{Share: share, Adjust: c.HasCovariate, SequentialBound: bound})
			if err != nil {
				panic(err) // the arms' samples are of the same people, two at least
			}
			return comparison
		}
		contrasts = append(contrasts, Contrast{
			Treated: pair[0], Control: pair[1],
			Conversion: compare(a.Converted, b.Converted, true),
			Revenue:    compare(a.Revenue, b.Revenue, false),
			Winsorised: compare(a.Winsorised, b.Winsorised, false),
			Margin:     compare(a.Margin, b.Margin, false),
		})
	}
	return contrasts
}

// Best returns the adjusted estimate, or the raw one where none was asked for.
func (c Comparison) Best() Estimate {
	if c.Adjusted != nil {
		return *c.Adjusted
	}
	return c.Raw
}

func (r Report) contrast(treated, control Arm) (Contrast, bool) {
	for _, c := range r.Contrasts {
		if c.Treated == treated && c.Control == control {
			return c, true
		}
	}
	return Contrast{}, false
}

// newArmReport returns the arm's line without what it takes another arm for.
func newArmReport(outcome ArmOutcome) ArmReport {
	assigned := outcome.Outcomes.Converted.People()
	line := ArmReport{Arm: outcome.Arm, Assigned: assigned}
	perRecipient := func(s Sample) Figure {
		if assigned == 0 {
			return unknown("nobody is assigned")
		}
		return known(s.Mean())
	}
	line.Converted = int64(math.Round(outcome.Outcomes.Converted.Total()))
	line.Rate = perRecipient(outcome.Outcomes.Converted)
	line.RevenuePerRecipient = perRecipient(outcome.Outcomes.Revenue)
	line.WinsorisedPerRecipient = perRecipient(outcome.Outcomes.Winsorised)
	line.MarginPerRecipient = perRecipient(outcome.Outcomes.Margin)
	if contacts := outcome.Contacts; contacts != nil {
		line.Sent, line.Delivered, line.Responded = &contacts.Sent, contacts.Delivered, contacts.Responded
		line.CostMinor = contacts.CostMinor
	}
	switch {
	case line.CostMinor == nil:
		line.CostPerConversion = unknown(noCost)
	case line.Converted == 0:
		line.CostPerConversion = unknown("nobody converted")
	default:
		line.CostPerConversion = known(float64(*line.CostMinor) / float64(line.Converted))
	}
	return line
}

const noCost = "no cost is known: give contacts with their cost"

// addIncremental adds what the arm brought more than as many people of arm none.
func (r Report) addIncremental(line *ArmReport) {
	contrast, compared := r.contrast(line.Arm, None)
	if !compared {
		reason := "there are too few people in it or in the arm none to compare it with"
		switch {
		case line.Arm == None:
			reason = "this is the arm that the others are compared with"
		case r.SampleRatio.Broken:
			reason = brokenRatio
		}
		line.IncrementalConversions, line.CostPerIncrementalConversion = unknown(reason), unknown(reason)
		line.IncrementalMargin = unknown(reason)
		line.setBalance(unknown(reason))
		return
	}
	people := float64(line.Assigned)
	margin := contrast.Margin.Best()
	line.IncrementalConversions = contrast.Conversion.Best().times(people)
	line.IncrementalMargin = margin.times(people)
	if margin.Sequential != nil {
		line.SequentialIncrementalMargin = &Interval{people * margin.Sequential.Low, people * margin.Sequential.High}
	}
	if line.CostMinor == nil {
		line.CostPerIncrementalConversion = unknown(noCost)
		line.setBalance(unknown(noCost))
		return
	}
	cost := float64(*line.CostMinor)
	line.CostPerIncrementalConversion = costPerIncremental(cost, line.IncrementalConversions)
	if !r.Mature {
		line.setBalance(unknown("told when everyone has been watched for the whole window"))
		return
	}
	line.IncrementalMarginLessCost = line.IncrementalMargin.less(cost)
	line.ReturnPerUnitSpent = line.IncrementalMargin.over(cost, "nothing was spent")
	line.ProbabilityItPays = margin.probabilityAbove(cost / people)
	if interval := line.SequentialIncrementalMargin; interval != nil {
		line.SequentialIncrementalMarginLessCost = &Interval{interval.Low - cost, interval.High - cost}
		if cost > 0 {
			line.SequentialReturnPerUnitSpent = &Interval{interval.Low / cost, interval.High / cost}
		}
	}
}

// setBalance gives all that sets the cost against what it brought.
func (line *ArmReport) setBalance(f Figure) {
	line.IncrementalMarginLessCost, line.ReturnPerUnitSpent, line.ProbabilityItPays = f, f, f
}

const brokenRatio = "the sample ratio is broken: people are missing from an arm, or in one that they were not assigned to"

// times returns the difference of so many people.
func (e Estimate) times(people float64) Figure {
	if e.Fixed == nil {
		value := people * e.Difference
		return Figure{Value: &value, Reason: e.Reason}
	}
	return between(people*e.Difference, people*e.Fixed.Low, people*e.Fixed.High)
}

// over divides a figure by an amount that is known for sure, and above 0.
func (f Figure) over(amount float64, none string) Figure {
	if !(amount > 0) {
		return unknown(none)
	}
	return f.each(func(value float64) float64 { return value / amount })
}

// less takes an amount that is known for sure off a figure.
func (f Figure) less(amount float64) Figure {
	return f.each(func(value float64) float64 { return value - amount })
}

// each changes the value and the ends that there are.
func (f Figure) each(change func(float64) float64) Figure {
	changed := Figure{Reason: f.Reason}
	for _, part := range []struct{ to, from **float64 }{{&changed.Value, &f.Value}, {&changed.Low, &f.Low}, {&changed.High, &f.High}} {
		if *part.from != nil {
			value := change(**part.from)
			*part.to = &value
		}
	}
	return changed
}

// costPerIncremental turns the interval of the conversions round: the most of
// them is the least cost. There is no most cost where they may be none.
func costPerIncremental(cost float64, conversions Figure) Figure {
	if !(*conversions.Value > 0) {
		return unknown("it brought no more conversions than the arm none")
	}
	figure := known(cost / *conversions.Value)
	if conversions.Low == nil {
		figure.Reason = conversions.Reason
		return figure
	}
	low := cost / *conversions.High
	figure.Low = &low
	if *conversions.Low > 0 {
		high := cost / *conversions.Low
		figure.High = &high
	} else {
		figure.Reason = "no upper end: it may have brought no more conversions than the arm none"
	}
	return figure
}

// probabilityAbove returns how likely the true difference is above a value: the
// Student distribution about the estimate, read as a posterior under a flat
// prior.
func (e Estimate) probabilityAbove(value float64) Figure {
	if e.Reason != "" {
		return unknown(e.Reason)
	}
	student := distuv.StudentsT{Sigma: 1, Nu: e.DegreesOfFreedom}
	return known(student.CDF((e.Difference - value) / e.StandardError))
}
