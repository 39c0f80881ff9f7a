package report

import (
	"fmt"
	"strings"

	"cbv/valuation/contest"
	"cbv/valuation/publication"
	"cbv/valuation/starts"
)

// StartedTarget is whether a run would forecast a target by what first orders were.
type StartedTarget struct {
	Target string `json:"target"` // purchases or margin
	Chosen bool   `json:"chosen"`
	Why    string `json:"why"`
}

// startedText is what first orders say, by target.
var startedText = map[string]string{purchases: "how often customers purchase", margin: "what a purchase is worth"}

// startedTargets returns none where nothing could be tested.
func startedTargets(of starts.Effects) []StartedTarget {
	if of.Purchases.Why == "" {
		return nil
	}
	return []StartedTarget{{purchases, of.Purchases.Chosen, of.Purchases.Why}, {margin, of.Spend.Chosen, of.Spend.Why}}
}

// startedSentence says which attributes of first orders forecasts have, by how much these
// made them better, and at how many cutoffs that was seen: in this run, or in the one that
// fitted it.
func startedSentence(s *publication.Started, from *publication.Origin) string {
	if s == nil {
		return ""
	}
	var parts []string
	for _, of := range []struct {
		name   string
		target publication.StartedTarget
	}{{startedText[purchases], s.Purchases}, {startedText[margin], s.Spend}} {
		if of.target.Chosen {
			parts = append(parts, fmt.Sprintf(
				"%s, by %s (mean deviance %.1f %% lower)", of.name, strings.Join(of.target.Attributes, " and "), 100*(1-of.target.Deviance/of.target.WithoutDeviance),
			))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	of := ""
	if from != nil {
		of = fmt.Sprintf(" of run %s, which fitted it,", from.Run)
	}
	return fmt.Sprintf("At %s%s forecasts that know what the first order was were better: %s. What it was is no cause. ", contest.Cutoffs(s.Cutoffs), of, strings.Join(parts, "; "))
}
