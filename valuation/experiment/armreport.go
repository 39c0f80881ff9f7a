package experiment

// ArmReport is one arm's line, as direct mail reports it. Money is in minor
// units, and recipients are the people assigned, whatever message they received.
type ArmReport struct {
	Arm                        Arm
	Assigned                   int64
	Mature                     int64  // whose window has closed
	Sent, Delivered, Responded *int64 // nil when not known
	Converted                  int64
	Rate                       Figure // converted of assigned
	RevenuePerRecipient        Figure
	WinsorisedPerRecipient     Figure
	MarginPerRecipient         Figure
	CostMinor                  *int64
	CostPerConversion          Figure
	// What follows is of the mature people and what was spent on them, against as
	// many people of the arm none, and missing for that arm itself.
	IncrementalConversions       Figure
	CostPerIncrementalConversion Figure
	IncrementalMargin            Figure
	// SequentialIncrementalMargin is the interval for a campaign looked at several
	// times, nil where the contrast's margin has none.
	SequentialIncrementalMargin         *Interval
	IncrementalMarginLessCost           Figure
	SequentialIncrementalMarginLessCost *Interval
	ReturnPerUnitSpent                  Figure // incremental margin for each 1 of cost
	SequentialReturnPerUnitSpent        *Interval
	// ProbabilityItPays is that of an incremental margin above the cost, given the
	// outcomes and no opinion before them.
	ProbabilityItPays Figure
}

// newArmReport returns the arm's line without what it takes another arm for.
func newArmReport(outcome ArmOutcome) ArmReport {
	assigned := outcome.Outcomes.people()
	line := ArmReport{Arm: outcome.Arm, Assigned: assigned, Mature: outcome.Mature.people(), Converted: outcome.Outcomes.buyers()}
	perRecipient := func(s Sample) Figure {
		if assigned == 0 {
			return unknown("nobody is assigned")
		}
		return known(s.Mean())
	}
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
func (r Report) addIncremental(line *ArmReport, outcome ArmOutcome) {
	contrast, compared := r.Contrast(line.Arm, None)
	if !compared {
		reason := r.notCompared(line.Arm)
		line.IncrementalConversions, line.CostPerIncrementalConversion = unknown(reason), unknown(reason)
		line.setMoney(unknown(reason))
		return
	}
	people := float64(line.Mature)
	line.IncrementalConversions = contrast.Conversion.Best().times(people)
	cost := outcome.Mature.costMinor()
	line.CostPerIncrementalConversion = unknown(noCost)
	if line.CostMinor != nil {
		line.CostPerIncrementalConversion = costPerIncremental(cost, line.IncrementalConversions)
	}
	if r.Money.Withheld != "" {
		line.setMoney(unknown(r.Money.Withheld))
		return
	}
	margin := contrast.Margin.Best()
	line.setMoney(unknown(noCost))
	line.IncrementalMargin = margin.times(people)
	line.SequentialIncrementalMargin = margin.Sequential.times(people)
	if contrast.Net == nil {
		return
	}
	net := contrast.Net.Best()
	line.IncrementalMarginLessCost = net.times(people)
	line.SequentialIncrementalMarginLessCost = net.Sequential.times(people)
	line.ReturnPerUnitSpent = line.IncrementalMargin.over(cost, "nothing was spent")
	if cost > 0 {
		line.SequentialReturnPerUnitSpent = line.SequentialIncrementalMargin.times(1 / cost)
	}
	line.ProbabilityItPays = net.probabilityAbove(0)
}

// notCompared says why an arm is not compared with arm none.
func (r Report) notCompared(arm Arm) string {
	switch {
	case arm == None:
		return "this is the arm that the others are compared with"
	case r.SampleRatio.Broken:
		return brokenRatio
	case r.Shares.None == 0:
		return "the campaign was designed without an arm none, with which it could be compared"
	case !r.Mature:
		return "told of those who have been watched for the whole window, and in it or in the arm none nobody has been yet"
	}
	return "there are too few people in it or in the arm none to compare it with"
}

// setMoney gives all that is told of money beyond arm none.
func (line *ArmReport) setMoney(f Figure) {
	line.IncrementalMargin, line.IncrementalMarginLessCost, line.ReturnPerUnitSpent, line.ProbabilityItPays = f, f, f, f
}

const brokenRatio = "the sample ratio is broken: people are missing from an arm, or in one that they were not assigned to"

// HiddenDiscounts is why there is no verdict on money where no discounts are told.
const HiddenDiscounts = "a flat value.margin_rate hides the discounts that a campaign gives: map contacts.columns.discount, what each person redeemed, or orders.columns.margin"

// times returns the interval of so many times the value, nil of none.
func (i *Interval) times(factor float64) *Interval {
	if i == nil {
		return nil
	}
	return &Interval{factor * i.Low, factor * i.High}
}

// over divides a figure by an amount that is known for sure, and above 0.
func (f Figure) over(amount float64, none string) Figure {
	if f.Value == nil {
		return f
	}
	if !(amount > 0) {
		return unknown(none)
	}
	return f.each(func(value float64) float64 { return value / amount })
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
	if conversions.Value == nil {
		return conversions
	}
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
