package experiment

import (
	"fmt"
	"slices"
	"time"
)

// Verdict is what to do about a challenger.
type Verdict string

// The verdicts.
const (
	Promote   Verdict = "promote"   // the challenger becomes the champion
	Keep      Verdict = "keep"      // the champion stays, the challenger goes
	Undecided Verdict = "undecided" // look again on another of the planned looks
	Refused   Verdict = "refused"   // the campaign cannot decide
)

// Decision is a verdict and what it rests on. A verdict other than undecided
// stands: the bound is for the first look that crosses it, and a later one that
// does not takes nothing back.
type Decision struct {
	Verdict Verdict
	Reason  string
}

// decide compares the challenger's margin per recipient with the champion's, at
// the sequential bound, so that it may be asked at every look. It promotes when
// the challenger is better, and by more than what it costs more where costs are
// known: a dear challenger does not win by a margin that it has spent. What it
// costs less is no reason to promote it, or it would win on the first look, when
// all of the cost is there and nothing of what it brings.
//
// To promote a challenger that is no better is the error that the bound is for,
// and only a planned look can. To keep the champion is what happens without any
// look at all, so the first one after the planned looks may say so.
func (r Report) decide() Decision {
	if r.SampleRatio.Broken {
		return Decision{Refused, brokenRatio}
	}
	contrast, compared := r.contrast(Challenger, Champion)
	if !compared {
		return Decision{Refused, "there is no challenger and champion with people in both"}
	}
	switch t := r.Timing; {
	case t.Look < 1:
		return Decision{Undecided, "not a planned look yet: the first is on " + t.FirstLook.Format(time.DateOnly)}
	case !t.isPlanned() && !t.isOver():
		return Decision{Undecided, firstImmature}
	case !t.isPlanned() && r.lacksMargin():
		return Decision{Undecided, "the planned looks have ended, and " + marginLacks}
	case !t.isPlanned():
		return Decision{Keep, "the planned looks have ended"}
	}
	return r.decideAtLook(contrast.Margin.Best())
}

const (
	firstImmature = "the first assigned have not been watched for the whole window yet"
	marginLacks   = "revenue cannot be set against the cost of the messages: set value.margin_rate or orders.columns.margin, and measure the planned looks again"
)

// decideAtLook is decide at a planned look.
func (r Report) decideAtLook(margin Estimate) Decision {
	isOver, basis := r.Timing.isOver(), r.basis()
	if margin.Sequential == nil {
		if isOver {
			return Decision{Keep, "the planned looks are over and nothing shows the challenger to be better: " + margin.SequentialReason}
		}
		return Decision{Undecided, margin.SequentialReason}
	}
	dearer := r.dearer()
	switch {
	case margin.Sequential.Low > dearer && r.lacksMargin():
		return Decision{Undecided, "its revenue per recipient is above the champion's, but " + marginLacks}
	case margin.Sequential.Low > dearer:
		return Decision{Promote, fmt.Sprintf("its %s per recipient is above the champion's, what it costs more taken off", basis)}
	case margin.Sequential.High < 0:
		return Decision{Keep, fmt.Sprintf("the challenger's %s per recipient is below the champion's", basis)}
	case isOver && margin.Sequential.Low > 0:
		return Decision{Keep, fmt.Sprintf("the planned looks are over: the challenger's %s per recipient is above the champion's, but not shown to be by what it costs more", basis)}
	case isOver:
		return Decision{Keep, "the planned looks are over and nothing shows the challenger to be better"}
	}
	return Decision{Undecided, "the interval still holds both verdicts, " + left(r.Timing.PlannedLooks-r.Timing.Look)}
}

func left(looks int) string {
	switch looks {
	case 0:
		return "and " + firstImmature
	case 1:
		return "1 look is left"
	}
	return fmt.Sprintf("%d looks are left", looks)
}

// basis is what the margins are.
func (r Report) basis() string {
	if r.RevenueStandsIn {
		return "revenue"
	}
	return "margin"
}

// lacksMargin says that a cost is known and no margin to set against it: by
// revenue a challenger would win that brings less than it costs.
func (r Report) lacksMargin() bool {
	return r.RevenueStandsIn && slices.ContainsFunc(r.Arms, func(line ArmReport) bool {
		return line.CostMinor != nil && line.Arm != None
	})
}

// dearer returns by how much a recipient of the challenger costs more than one of
// the champion, in minor units: 0 where it costs less or a cost is not known.
func (r Report) dearer() float64 {
	perRecipient := map[Arm]float64{}
	for _, line := range r.Arms {
		if line.CostMinor != nil && line.Assigned > 0 {
			perRecipient[line.Arm] = float64(*line.CostMinor) / float64(line.Assigned)
		}
	}
	challenger, isKnown := perRecipient[Challenger]
	champion, isKnownToo := perRecipient[Champion]
	if !isKnown || !isKnownToo {
		return 0
	}
	return max(0, challenger-champion)
}
