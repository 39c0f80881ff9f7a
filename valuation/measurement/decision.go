package measurement

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cbv/valuation/experiment"
)

// Decision is a verdict and what it rests on.
type Decision struct {
	Verdict experiment.Verdict `json:"verdict"`
	Reason  string             `json:"reason"`
	// ReachedOn is the as_of of the measurement that reached the verdict, and Look
	// its number; missing while nothing is decided.
	ReachedOn string `json:"reached_on,omitempty"`
	Look      int    `json:"look,omitempty"`
}

// decides says that the verdict ends the contest. A refusal does not: it found
// nothing out that a later look would have to keep to.
func (d Decision) decides() bool {
	return d.Verdict == experiment.Promote || d.Verdict == experiment.Keep
}

// Stand sets which verdict stands, given the other measurements of the
// campaign: the first that was reached, because the bound is for the first look
// that crosses it. Where the split is broken today nothing stands: what made people
// go missing may have been there before. A verdict on other money says nothing
// either: a challenger that brings more revenue may bring less margin.
func (d *Document) Stand(others []Document) {
	d.Decision = d.ThisLook
	isOfOtherMoney := func(other Document) bool {
		return other.MoneyBasis != d.MoneyBasis || other.Currency != d.Currency
	}
	first, reached := firstReached(slices.DeleteFunc(slices.Clone(others), isOfOtherMoney), d.AsOf)
	switch {
	case reached && d.SampleRatio.Broken:
		d.Decision.Reason += fmt.Sprintf("; the verdict of %s, %s, does not stand on such a split", first.ReachedOn, first.Verdict)
	case reached:
		d.Decision = first
	}
	if reached {
		return
	}
	for _, other := range slices.SortedFunc(slices.Values(others), func(a, b Document) int { return strings.Compare(a.AsOf, b.AsOf) }) {
		if other.AsOf < d.AsOf && isOfOtherMoney(other) && other.ThisLook.decides() {
			d.Decision.Reason += fmt.Sprintf("; the verdict of %s, %s, was reached on %s in %s and does not stand", other.AsOf, other.ThisLook.Verdict, other.MoneyBasis, other.Currency)
			return
		}
	}
}

// firstReached returns the first verdict of a look before a day. A look that was
// measured twice, of other files or by other settings, has one only where all its
// measurements agree that know the most: see mostKnown.
func firstReached(documents []Document, before string) (first Decision, reached bool) {
	looks := map[string][]Decision{}
	for _, d := range mostKnown(documents) {
		if d.AsOf < before {
			looks[d.AsOf] = append(looks[d.AsOf], d.ThisLook)
		}
	}
	for _, look := range slices.Sorted(maps.Keys(looks)) {
		verdicts := looks[look]
		differs := func(d Decision) bool { return d.Verdict != verdicts[0].Verdict }
		if verdicts[0].decides() && !slices.ContainsFunc(verdicts, differs) {
			return verdicts[0], true
		}
	}
	return Decision{}, false
}

// mostKnown returns of each day the measurements that know the most: those by which the
// largest share of the planned people is known, since one that says that the campaign has
// ended goes before those that did not know it; and of these those of whose money
// something is said, if there are any.
func mostKnown(documents []Document) []Document {
	return slices.DeleteFunc(slices.Clone(documents), func(d Document) bool {
		return slices.ContainsFunc(documents, func(other Document) bool {
			return other.AsOf == d.AsOf && (other.Information > d.Information || other.Information == d.Information && d.MoneyWithheld != "" && other.MoneyWithheld == "")
		})
	})
}

// isTaken says whether the measurement was a look that counts. One at which no figure was
// known can have decided nothing, so it must not be the last.
func (d Document) isTaken() bool { return d.Look > 0 && (d.Information < 1 || d.hasIntervals()) }

// IsLastLook says whether this is the last look.
func (d Document) IsLastLook() bool { return d.isTaken() && d.Information >= 1 }

// hasIntervals says whether any figure has an interval of this look.
func (d Document) hasIntervals() bool {
	return slices.ContainsFunc(d.Figures, func(f Figure) bool { return f.SequentialLow != nil })
}

// looksOf returns the looks that other measurements took. A day that was measured
// several times was one look.
func looksOf(documents []Document) (looks experiment.Looks) {
	byDay := func(a, b Document) int { return strings.Compare(a.AsOf, b.AsOf) }
	for _, d := range slices.SortedStableFunc(slices.Values(documents), byDay) {
		if d.isTaken() && d.MaturePeople > 0 && !d.LooksAreOver {
			looks = looks.Add(experiment.Look{People: d.MaturePeople, Share: d.Information})
		}
	}
	return looks
}
