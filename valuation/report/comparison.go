package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/dustin/go-humanize"

	"cbv/valuation/movement"
)

// Comparison is what moved between two runs.
type Comparison struct {
	Before         string                   `json:"before"`
	After          string                   `json:"after"`
	Currency       string                   `json:"currency"`
	Customers      int64                    `json:"customers_before"`
	OtherMarks     int64                    `json:"customers_with_another_mark_by_other_causes"` // than time and what they did
	OtherMarkShare float64                  `json:"share_with_another_mark_by_other_causes"`
	KnowsRestated  bool                     `json:"knows_restated"` // the later run looked for rows that came late
	Movement       []movement.Row           `json:"movement"`
	Moved          []movement.MovedCustomer `json:"customers,omitempty"`
}

// NewComparison makes the document of a comparison.
func NewComparison(c movement.Comparison) Comparison {
	d := Comparison{
		Before: c.Before, After: c.After, Currency: c.Currency, Customers: c.Customers, OtherMarks: c.OtherMarks,
		KnowsRestated: c.KnowsRestated, Movement: listed(c.Rows), Moved: c.Moved,
	}
	if c.Customers > 0 {
		d.OtherMarkShare = float64(c.OtherMarks) / float64(c.Customers)
	}
	return d
}

// causeWords are the causes as a reader knows them.
var causeWords = map[string]string{
	"input_restated": "input restated", "time_passed": "time passed", "purchases_and_returns": "purchases and returns", "parameters": "parameters",
	"replacement_and_cuts": "replacement and cut points", "settings_or_program": "settings or program", "new": "new customers", "gone": "gone",
}

// mostMoves is how many ways of a measure are listed.
const mostMoves = 12

// Text writes what each cause did to value and marks, then the ways that customers went.
func (c Comparison) Text(out io.Writer) error {
	fmt.Fprintf(out, "From %s to %s, value to come in %s.\n\n", c.Before, c.After, c.Currency)
	c.causes(out)
	if !c.KnowsRestated {
		fmt.Fprintf(out, "\nThe runs are not neighbours: rows that came late in between count as purchases.\n")
	}
	for _, measure := range []string{"mark", "segment", "lifecycle"} {
		c.ways(out, measure)
	}
	fmt.Fprintf(out, "\n%s of %s customers (%.2f %%) have another mark by something other than time and what they did.\n",
		humanize.Comma(c.OtherMarks), humanize.Comma(c.Customers), 100*c.OtherMarkShare)
	c.list(out)
	return nil
}

// causes writes a line for each cause, and their sum.
func (c Comparison) causes(out io.Writer) {
	type sums struct {
		change float64
		moved  map[string]int64
	}
	of := map[string]*sums{}
	total := sums{moved: map[string]int64{}}
	for _, row := range c.Movement {
		if of[row.Cause] == nil {
			of[row.Cause] = &sums{moved: map[string]int64{}}
		}
		if row.Measure == "mark" {
			of[row.Cause].change += row.CLVChange
			total.change += row.CLVChange
		}
		if !sameWay(row) {
			of[row.Cause].moved[row.Measure] += row.Customers
			total.moved[row.Measure] += row.Customers
		}
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "Cause\tvalue\tmarks\tsegments\tlifecycles\t")
	line := func(name string, s sums) {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t\n", name, moved(s.change), humanize.Comma(s.moved["mark"]), humanize.Comma(s.moved["segment"]), humanize.Comma(s.moved["lifecycle"]))
	}
	for _, cause := range movement.Causes {
		if s := of[cause]; s != nil {
			line(causeWords[cause], *s)
		}
	}
	line("all", total)
	w.Flush()
}

// sameWay reports whether customers stayed where they were.
func sameWay(row movement.Row) bool {
	return row.MovedFrom != nil && row.MovedTo != nil && *row.MovedFrom == *row.MovedTo
}

// ways lists the ways that most customers went.
func (c Comparison) ways(out io.Writer, measure string) {
	var moves []movement.Row
	for _, row := range c.Movement {
		if row.Measure == measure && !sameWay(row) {
			moves = append(moves, row)
		}
	}
	if len(moves) == 0 {
		return
	}
	slices.SortStableFunc(moves, func(a, b movement.Row) int { return cmp.Compare(b.Customers, a.Customers) })
	fmt.Fprintf(out, "\n%s%s, from and to:\n", strings.ToUpper(measure[:1]), measure[1:])
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, row := range moves[:min(len(moves), mostMoves)] {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", humanize.Comma(row.Customers), nobody(row.MovedFrom), nobody(row.MovedTo), causeWords[row.Cause])
	}
	w.Flush()
	if more := len(moves) - mostMoves; more > 0 {
		fmt.Fprintf(out, "  and %s, which --json has\n", countNoun(int64(more), "way"))
	}
}

// nobody names a place, and where there is none.
func nobody(place *string) string {
	if place == nil {
		return "-"
	}
	return *place
}

// list writes who moved.
func (c Comparison) list(out io.Writer) {
	if len(c.Moved) == 0 {
		return
	}
	fmt.Fprintf(out, "\nWho moved:\n")
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, row := range c.Moved {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\t%s\n", printable(row.CustomerID), row.Measure, nobody(row.MovedFrom), nobody(row.MovedTo), causeWords[row.Cause], moved(row.CLVChange))
	}
	w.Flush()
}
