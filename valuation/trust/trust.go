// Package trust weighs what forecasts are held to: each test has its figure and, where it
// failed, its sentence, and all of them together say whether forecasts deserve trust.
package trust

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/dustin/go-humanize"

	"cbv/valuation/contest"
)

// Trust says whether a backtest supports the model.
type Trust int

// The states of trust.
const (
	Untested Trust = iota // there was nothing to test with
	NotTrusted
	Trusted
)

// Test is one of what a forecast is held to, with its figure.
type Test struct {
	Name             string // total, cohort_age, tenth, baseline, recent_value, recent_total, season, precision, uncorrected
	Target           contest.Target
	Group            string // the customers that it is about; "" all
	Expected, Actual float64
	StandardError    float64 // of ln(Actual / Expected); where it is of another figure, Test says
	Customers        int
	Failed           bool
	Verdict          Trust  // what failing says: NotTrusted or Untested
	Sentence         string // of a failed test, for a reader
}

// Judgement says whether to trust a forecast, and by which tests.
type Judgement struct {
	Trust   Trust
	Tests   []Test
	Reasons []string // the sentences of the tests that decided, where one failed
	Besides []string // where trust is no: what is untested, too
}

// Judge weighs tests: one that says no decides, else one that says unknown.
func Judge(tests []Test) Judgement {
	refused, untested := sentencesOf(tests, NotTrusted), sentencesOf(tests, Untested)
	switch {
	case len(refused) > 0:
		return Judgement{Trust: NotTrusted, Tests: tests, Reasons: refused, Besides: untested}
	case len(untested) > 0:
		return Judgement{Trust: Untested, Tests: tests, Reasons: untested}
	}
	return Judgement{Trust: Trusted, Tests: tests}
}

// sentencesOf returns the sentences of the failed tests with a verdict. Of the groups of
// one kind that are off the worst speaks for all.
func sentencesOf(tests []Test, verdict Trust) (sentences []string) {
	type kind struct{ name, target string }
	failed := map[kind][]Test{}
	var kinds []kind
	for _, test := range tests {
		if !test.Failed || test.Verdict != verdict {
			continue
		}
		of := kind{test.Name, string(test.Target)}
		if failed[of] == nil {
			kinds = append(kinds, of)
		}
		failed[of] = append(failed[of], test)
	}
	for _, of := range kinds {
		worst := slices.MaxFunc(failed[of], func(a, b Test) int { return cmp.Compare(a.Distance(), b.Distance()) })
		sentence := worst.Sentence
		if others := len(failed[of]) - 1; others > 0 {
			sentence += fmt.Sprintf(" (and %d more of this kind)", others)
		}
		sentences = append(sentences, sentence)
	}
	return sentences
}

// Distance is how far the figures of a test lie from each other, as the logarithm of their
// ratio; where nothing came, farther than any other.
func (t Test) Distance() float64 {
	if !(t.Actual > 0) || !(t.Expected > 0) {
		return math.Inf(1)
	}
	return math.Abs(math.Log(t.Actual / t.Expected))
}

// Basis is what value is counted in: margin, also "", or revenue.
type Basis string

// Said names a target.
func (b Basis) Said(target contest.Target) string {
	if target == contest.Margin && b != "" {
		return string(b)
	}
	return string(target)
}

// ForecastText says what was forecast and what came.
func (t Test) ForecastText(basis Basis) string {
	text := fmt.Sprintf("%s purchases were forecast and %s came", Amount(t.Expected, 3), Amount(t.Actual, 3))
	if t.Target == contest.Margin {
		said := basis.Said(t.Target)
		if said == string(contest.Margin) {
			said = "a margin"
		}
		text = fmt.Sprintf("%s of %s was forecast and %s came", said, Amount(t.Expected, 3), Amount(t.Actual, 3))
	}
	if t.Group != "" {
		return "of " + t.Group + ", " + text
	}
	return text
}

// MissText says what was forecast and what came, and by how much of what came the forecast
// was off.
func (t Test) MissText(basis Basis) string {
	text := t.ForecastText(basis)
	if t.Actual > 0 {
		return text + ": " + Miss(t.Expected/t.Actual-1)
	}
	return text
}

// Miss says by how much a forecast was off.
func Miss(relative float64) string { return "the forecast was " + Off(relative) }

// Off says what a forecast was: too low, or too high.
func Off(relative float64) string {
	if relative < 0 {
		return fmt.Sprintf("%.1f %% too low", -100*relative)
	}
	return fmt.Sprintf("%.1f %% too high", 100*relative)
}

// Amount writes a number for a reader: in so many digits, or whole where that takes more.
func Amount(v float64, digits int) string {
	if math.Abs(v) >= math.Pow10(digits-1) {
		return humanize.Comma(int64(math.Round(v)))
	}
	return fmt.Sprintf("%.*g", digits, v)
}
