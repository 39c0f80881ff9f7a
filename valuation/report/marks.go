package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

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

// segments writes how the customers of each segment are marked, and what they are
// worth: the most valuable segment first. The segment says what to write, the mark
// whether to spend.
func (s summary) segments() string {
	if len(s.result.Figures.Segments) == 0 {
		return ""
	}
	rows := slices.SortedFunc(slices.Values(s.result.Figures.Segments), func(a, b judgement.SegmentMarks) int {
		return cmp.Or(cmp.Compare(b.RetainCLV+b.LookalikeCLV, a.RetainCLV+a.LookalikeCLV), cmp.Compare(a.Segment, b.Segment))
	})
	width := len("Segment")
	for _, row := range rows {
		width = max(width, len(row.Segment))
	}
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	currency := s.settings.Value.Currency
	fmt.Fprintf(table, "  %-*s\tretain\t%s\tlookalikes\t%s\t\n", width, "Segment", currency, currency)
	for _, row := range rows {
		fmt.Fprintf(table, "  %-*s\t%s\t%s\t%s\t%s\t\n", width, row.Segment,
			humanize.Comma(row.RetainCustomers), humanize.Comma(int64(math.Round(row.RetainCLV))), humanize.Comma(row.LookalikeCustomers), humanize.Comma(int64(math.Round(row.LookalikeCLV))))
	}
	table.Flush() // to a builder, which takes everything
	return strings.TrimRight(text.String(), "\n")
}
