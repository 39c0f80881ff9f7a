package experiment

import "fmt"

// Verdict is what to do about a challenger.
type Verdict string

// The verdicts.
const (
	Promote   Verdict = "promote"   // the challenger becomes the champion
	Keep      Verdict = "keep"      // the champion stays, the challenger goes
	Undecided Verdict = "undecided" // look again on another of the planned nights
	Refused   Verdict = "refused"   // the campaign cannot tell
)

// Decision is a verdict and what it rests on. A verdict other than undecided
// stands: the bound is for the first night that crosses it, and a later one that
// does not takes nothing back.
type Decision struct {
	Verdict Verdict
	Reason  string
}

// decide compares the challenger's margin per recipient with the champion's, at
// the sequential bound, so that it may be asked every night. It promotes when
// the challenger is better, and by more than what it costs more where costs are
// known: a dear challenger does not win by a margin that it has spent. What it
// costs less is no reason to promote it, or it would win on the first night, when
// all of the cost is there and nothing of what it brings.
func (r Report) decide() Decision {
	if r.SampleRatio.Broken {
		return Decision{Refused, brokenRatio}
	}
	contrast, compared := r.contrast(Challenger, Champion)
	if !compared {
		return Decision{Refused, "there is no challenger and champion with people in both"}
	}
	if !r.Timing.isPlanned() {
		return Decision{Refused, fmt.Sprintf("night %d is not one of the %d planned nights: the verdict is that of the nights before", r.Timing.Night, r.Timing.PlannedNights)}
	}
	margin := contrast.Margin.Best()
	isLast := r.Timing.Night == r.Timing.PlannedNights
	if margin.Sequential == nil {
		if isLast {
			return Decision{Keep, "the planned nights are over and nothing shows the challenger to be better: " + margin.SequentialReason}
		}
		return Decision{Undecided, margin.SequentialReason}
	}
	dearer := r.dearer()
	switch {
	case margin.Sequential.Low > dearer:
		return Decision{Promote, "its margin per recipient is above the champion's, what it costs more taken off"}
	case margin.Sequential.High < 0:
		return Decision{Keep, "the challenger's margin per recipient is below the champion's"}
	case isLast && margin.Sequential.Low > 0:
		return Decision{Keep, "the planned nights are over: the challenger's margin per recipient is above the champion's, but not shown to be by what it costs more"}
	case isLast:
		return Decision{Keep, "the planned nights are over and nothing shows the challenger to be better"}
	}
	return Decision{Undecided, fmt.Sprintf("the interval still holds both verdicts, %d nights are left", r.Timing.PlannedNights-r.Timing.Night)}
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
