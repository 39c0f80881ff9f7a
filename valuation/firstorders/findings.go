package firstorders

import (
	"cmp"
	"context"
	"math"
	"slices"

	"cbv/valuation/engine"
)

// The measures by which customers are compared.
const (
	Repeats = "repeats"
	Margin  = "margin"
)

// Finding is a value whose customers differ from others beyond chance.
type Finding struct {
	Measure, Attribute, Value, Verdict        string
	Customers                                 int64
	Ratio, RatioLow, RatioHigh, RatioShrunken float64
}

// mostFindings of each measure and direction are reported.
const mostFindings = 2

// readFindings keeps the strongest findings of each measure, better and worse: those whose
// ratio, drawn towards 1 by what may be chance, is farthest from it. What is written of is
// a ratio, so that a half is as far as double.
func (f *FirstOrders) readFindings(ctx context.Context) error {
	findings, err := engine.All[Finding](ctx, f.Engine, "start_findings")
	if err != nil {
		return err
	}
	f.Findings = strongest(findings)
	return nil
}

// strongest returns the findings that are reported, repeats first, better first, the
// strongest first.
func strongest(findings []Finding) []Finding {
	distance := func(f Finding) float64 { return math.Abs(math.Log(math.Max(f.RatioShrunken, 1e-9))) }
	slices.SortFunc(findings, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(b.Measure, a.Measure), cmp.Compare(a.Verdict, b.Verdict), cmp.Compare(distance(b), distance(a)),
			cmp.Compare(a.Attribute, b.Attribute), cmp.Compare(a.Value, b.Value),
		)
	})
	var kept []Finding
	seen := map[[2]string]int{}
	for _, finding := range findings {
		group := [2]string{finding.Measure, finding.Verdict}
		if seen[group]++; seen[group] <= mostFindings {
			kept = append(kept, finding)
		}
	}
	return kept
}
