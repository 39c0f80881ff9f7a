package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/dustin/go-humanize"

	"cbv/valuation/proposal"
)

// Proposal writes what init made of the files.
func Proposal(out io.Writer, p proposal.Proposal) error {
	var b strings.Builder
	files := strings.Join(p.Files, ", ")
	if len(p.Files) > 3 {
		files = fmt.Sprintf("%d files", len(p.Files))
	}
	b.WriteString(Wrap(fmt.Sprintf("%s, %s: %s (%s: %s).", files, countNoun(p.Rows, "row"), p.Shape, p.Sure, p.Why), 0) + "\n")
	for _, c := range p.Columns {
		lead := fmt.Sprintf("  %-12s ", c.Key)
		b.WriteString(lead + c.Expression + "\n" + Wrap(fmt.Sprintf("%s: %s", c.Sure, c.Why), len(lead)))
	}
	for i, k := range p.Keep {
		lead := fmt.Sprintf("  %-12s ", [...]string{"left out", ""}[min(i, 1)])
		b.WriteString(lead + strings.TrimLeft(Wrap(fmt.Sprintf("%s, %s", countNoun(k.Rows, "row"), k.Why), len(lead)), " "))
	}
	currency := p.Currency + ": " + p.CurrencyWhy
	if p.Currency == "" {
		currency = "not in the files: set value.currency in " + p.Config + ", or begin anew with --currency"
	}
	b.WriteString("  money in     " + currency + "\n\n")
	b.WriteString(Wrap("The money has to be revenue: goods after discounts, without tax and shipping, less refunds. "+strings.Join(p.Says, " "), 0))
	if len(p.Unused) > 0 {
		b.WriteString(Wrap(p.NotUsed(), 0))
	}
	if len(p.Others) > 0 {
		b.WriteString(Wrap("Not mapped, since they are other tables: "+strings.Join(p.Others, ", ")+".", 0))
	}
	b.WriteString("\n")
	Conversions(&b, p.Converted)
	fmt.Fprintf(&b, "Wrote %s.\n\n", p.Config)
	_, err := io.WriteString(out, b.String())
	return err
}

// Conversions writes what became of CSV files, a line each where something was to do.
func Conversions(out io.Writer, conversions []proposal.Conversion) {
	unchanged := 0
	for _, c := range conversions {
		switch c.Status {
		case proposal.Unchanged:
			unchanged++
		case proposal.Copy:
			fmt.Fprintf(out, "%s has the bytes of a file that is converted already, and was left.\n", c.Source)
		case proposal.Gone:
			fmt.Fprintf(out, "%s is gone; its rows stay in %s.\n", c.Source, c.Parquet)
		case proposal.Other:
			fmt.Fprintf(out, "%s has other columns than the orders, and was left.\n", c.Source)
		default:
			fmt.Fprintf(out, "%s, %s, %s: %s.\n", c.Source, c.Status, countNoun(c.Rows, "row"), c.Parquet)
		}
	}
	if unchanged > 0 {
		fmt.Fprintf(out, "%s unchanged.\n", humanize.Comma(int64(unchanged)))
	}
}
