package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"cbv/valuation/judgement"
)

// breakeven says which gain in value contacting the customers to retain needs in order
// to pay, where it costs something.
func (s summary) breakeven() string {
	all, neediest := s.result.Figures.Base["breakeven_retention_gain"].Value, s.result.Figures.Base["neediest_breakeven_gain"].Value
	if s.result.Manifest.Model == nil || all == nil || neediest == nil {
		return ""
	}
	return fmt.Sprintf("At %s each (value.retention_cost), contacting all of those to retain pays if it raises their value by %s or more; the neediest of them needs %s. Whether it does, only a holdout says.",
		s.money(s.settings.Value.RetentionCost), percent(*all), percent(*neediest))
}

// segments says how the customers of each segment are marked, and what they are worth:
// the most valuable segment first. The segment says what to write, the mark whether to
// spend.
func (s summary) segments() string {
	rows := slices.SortedFunc(slices.Values(s.result.Figures.Segments), func(a, b judgement.SegmentMarks) int {
		return cmp.Or(cmp.Compare(b.RetainCLV+b.LookalikeCLV, a.RetainCLV+a.LookalikeCLV), cmp.Compare(a.Segment, b.Segment))
	})
	var parts []string
	for _, row := range rows {
		parts = append(parts, fmt.Sprintf("%s %s (%s) and %s (%s)", row.Segment,
			humanize.Comma(row.RetainCustomers), humanize.Comma(int64(math.Round(row.RetainCLV))),
			humanize.Comma(row.LookalikeCustomers), humanize.Comma(int64(math.Round(row.LookalikeCLV)))))
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("By segment, those to retain and the lookalikes (their value, %s): %s.", s.settings.Value.Currency, strings.Join(parts, "; "))
}
