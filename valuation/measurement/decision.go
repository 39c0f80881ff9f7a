package measurement

import (
	"cmp"
	"fmt"
	"slices"

	"cbv/valuation/experiment"
)

// Decision is a verdict and what it rests on.
type Decision struct {
	Verdict experiment.Verdict `json:"verdict"`
	Reason  string             `json:"reason"`
	// ReachedOn is the as_of of the measurement that reached the verdict, and Night
	// its number; missing while nothing is decided.
	ReachedOn string `json:"reached_on,omitempty"`
	Night     int    `json:"night,omitempty"`
}

// decides says that the verdict ends the contest. A refusal does not: it found
// nothing out that a later night would have to keep to.
func (d Decision) decides() bool {
	return d.Verdict == experiment.Promote || d.Verdict == experiment.Keep
}

// Stand settles which verdict stands, given the earlier measurements of the
// campaign: the first that was reached, because the bound is for the first night
// that crosses it. Of two of one night, made with other settings, to keep the
// champion comes first. Where the split is broken today nothing stands: what made
// people go missing may have been there before.
func (d *Document) Stand(earlier []Document) {
	d.Decision = d.Tonight
	var reached []Decision
	for _, e := range earlier {
		if e.Tonight.decides() && e.AsOf < d.AsOf {
			reached = append(reached, e.Tonight)
		}
	}
	if len(reached) == 0 {
		if d.Night > d.PlannedNights {
			d.Decision.Reason += ", and none was reached in a measurement of them"
		}
		return
	}
	first := slices.MinFunc(reached, func(a, b Decision) int {
		return cmp.Or(cmp.Compare(a.ReachedOn, b.ReachedOn), cmp.Compare(a.Verdict, b.Verdict))
	})
	if d.SampleRatio.Broken {
		d.Decision.Reason += fmt.Sprintf("; the verdict of %s, %s, does not stand on such a split", first.ReachedOn, first.Verdict)
		return
	}
	d.Decision = first
}
