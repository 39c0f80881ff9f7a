package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/dustin/go-humanize"

	"cbv/valuation/publication"
)

// shownEnds is how many last days a profile shows of the files, and of the channels.
const shownEnds = 4

// writeProfile writes what the used rows look like as one would ask it before trusting
// a figure of them.
func writeProfile(out io.Writer, p publication.Profile) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(name, format string, args ...any) {
		fmt.Fprintf(table, "%s\t%s\n", name, fmt.Sprintf(format, args...))
	}
	fmt.Fprintln(table)
	line("customers", "%s, %s of them with purchases on several days", humanize.Comma(p.Customers), percent(p.RepeatShare))
	line("purchases", "%s, each a customer's day; the median is %s %s", humanize.Comma(p.Purchases), thousands(p.MedianPurchase), p.Currency)
	if p.Orders != nil {
		line("orders", "%s, of %.2f positive rows each", humanize.Comma(*p.Orders), *p.RowsPerOrder)
	} else {
		line("orders", "not known: orders.columns.order_id is not mapped")
	}
	line("days", "%s with orders, %s to %s", humanize.Comma(p.Days), p.FirstDay, p.LastDay)
	line("largest customer", "%s of the money", percent(p.LargestCustomer))
	switch text := fmt.Sprintf("%s, %s %s", countNoun(p.Returns.Rows, "row"), thousands(p.Returns.Money), p.Currency); {
	case p.Returns.Rows == 0:
		line("returns", "none: no amount is negative")
	case p.StrayReturns.Rows > 0:
		line("returns", "%s; with an order_id that only another customer bought, so that they lower no purchase: %s, %s %s",
			text, countNoun(p.StrayReturns.Rows, "row"), thousands(p.StrayReturns.Money), p.Currency)
	default:
		line("returns", "%s", text)
	}
	line("last day by file", "%s", endsOf(p.Files, func(f publication.ProfileFile) (string, string) { return f.File, f.LastDay }))
	if len(p.Channels) > 0 {
		line("last day by channel", "%s", endsOf(p.Channels, func(c publication.ProfileChannel) (string, string) {
			return cmp.Or(c.Channel, "(none)"), c.LastDay
		}))
	}
	unmapped := "no column"
	if len(p.Unmapped) > 0 {
		unmapped = strings.Join(p.Unmapped, ", ")
	}
	line("not mapped", "%s", unmapped)
	return table.Flush()
}

// endsOf lists the last days of files or channels, the latest first: files often
// hold a month each.
func endsOf[T any](all []T, end func(T) (name, day string)) string {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b T) int {
		_, dayOfA := end(a)
		_, dayOfB := end(b)
		return strings.Compare(dayOfB, dayOfA)
	})
	var parts []string
	for _, one := range sorted[:min(shownEnds, len(sorted))] {
		name, day := end(one)
		parts = append(parts, name+" "+day)
	}
	if more := len(sorted) - shownEnds; more > 0 {
		_, day := end(sorted[len(sorted)-1])
		parts = append(parts, fmt.Sprintf("%d more, down to %s", more, day))
	}
	return strings.Join(parts, ", ")
}
