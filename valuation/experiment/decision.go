package experiment

import "fmt"

// Verdict is what to do about a challenger.
type Verdict string

// The verdicts.
const (
	Promote   Verdict = "promote"   // the challenger becomes the champion
	Keep      Verdict = "keep"      // the champion stays, the challenger goes
	Undecided Verdict = "undecided" // no verdict: a later look, if there is one, may reach one
	Refused   Verdict = "refused"   // the campaign cannot decide
)

// Decision is a verdict and what it rests on. A verdict other than undecided
// stands: the bound is for the first look that crosses it, and a later one that
// does not takes nothing back.
type Decision struct {
	Verdict Verdict
	Reason  string
}

// decide compares the challenger's margin less cost per person with the champion's,
// at the bound of this look, or their margin where no cost is known. It counts
// mature people alone: before, a dear message has cost all that it will and brought
// little of it, and a cheap one would win.
//
// To decide between two that are alike is the error that the bound is for, and only a
// look can. Nothing shown is no verdict, at the last look neither: the champion stays
// for want of one, and who reads on knows that nothing was found out.
func (r Report) decide() Decision {
	if r.SampleRatio.Broken {
		return Decision{Refused, brokenRatio}
	}
	assigned := map[Arm]int64{}
	for _, line := range r.Arms {
		assigned[line.Arm] = line.Assigned
	}
	if assigned[Challenger] == 0 || assigned[Champion] == 0 {
		return Decision{Refused, "there is no challenger and champion with people in both"}
	}
	contrast, compared := r.Contrast(Challenger, Champion)
	switch {
	case r.Money.Withheld != "":
		return Decision{Undecided, r.Money.Withheld}
	case r.lacksMargin():
		return Decision{Undecided, marginLacks}
	case r.IsOver:
		return Decision{Undecided, "the planned looks have ended without a verdict: the champion stays"}
	case r.Look == 0:
		return Decision{Undecided, r.NoLook}
	case !compared:
		return Decision{Undecided, "too few people of the challenger or the champion have been watched for the whole window"}
	}
	best := contrast.Best()
	if best.Sequential == nil {
		return Decision{Undecided, best.SequentialReason}
	}
	return r.decideBy(*best.Sequential, contrast.Net != nil)
}

const marginLacks = "revenue cannot be set against the cost of the messages: set value.margin_rate and contacts.columns.discount, or orders.columns.margin"

// decideBy is decide where there is an interval.
func (r Report) decideBy(interval Interval, isLessCost bool) Decision {
	basis := r.Money.Basis()
	if isLessCost {
		basis += " less cost"
	}
	switch {
	case interval.Low > 0:
		return Decision{Promote, fmt.Sprintf("its %s per recipient is above the champion's", basis)}
	case interval.High < 0:
		return Decision{Keep, fmt.Sprintf("the challenger's %s per recipient is below the champion's", basis)}
	case r.Timing.Information.Share >= 1:
		return Decision{Undecided, "the planned looks are over and nothing shows which is better: the champion stays"}
	}
	information := r.Timing.Information
	return Decision{Undecided, fmt.Sprintf("the interval still holds both verdicts, with %d of the %d planned people watched for the whole window", information.People, information.Planned)}
}

// Basis is what the margins are.
func (m Money) Basis() string {
	if m.RevenueStandsIn {
		return "revenue"
	}
	return "margin"
}

// lacksMargin says that a cost is known and no margin to set against it: by
// revenue a challenger would win that brings less than it costs.
func (r Report) lacksMargin() bool { return r.Money.RevenueStandsIn && r.Money.HasCost }
