package command

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/urfave/cli/v2"

	"cbv/valuation/batch"
	"cbv/valuation/config"
)

func checkCommand(env Env) *cli.Command {
	return onSettings(env, "check", "hold the orders to the input contract, and write nothing", runCheck)
}

// shownPlaces is how many places are printed; the rest is in quarantine.parquet
// of a run.
const shownPlaces = 10

func runCheck(ctx context.Context, env Env, settings config.Config) error {
	env.messages.start()
	report, err := batch.Check(ctx, job(env, settings))
	env.messages.end()
	if err != nil {
		return err
	}
	minorPerUnit, err := settings.Value.MinorPerUnit()
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Stdout, "%s as of %s\n\n", countNoun(int64(report.Files), "order file"), report.AsOf.Format(time.DateOnly))
	table := tabwriter.NewWriter(env.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "rows\t%s\t\n", settings.Value.Currency)
	var rows, minor int64
	for _, count := range report.Reasons {
		fmt.Fprintf(table, "%s\t%s\t  %s\n", humanize.Comma(count.Rows), batch.FormatMoney(count.Minor, minorPerUnit), meaning(count.Reason))
		rows += count.Rows
		minor += count.Minor
	}
	fmt.Fprintf(table, "%s\t%s\t  in the files\n", humanize.Comma(rows), batch.FormatMoney(minor, minorPerUnit))
	if err := table.Flush(); err != nil {
		return err
	}
	for _, side := range report.Sides {
		printSide(env.Stdout, side)
	}
	printWarnings(env.Stdout, report.Warnings)
	if len(report.Places) == 0 {
		return nil
	}
	fmt.Fprintln(env.Stdout, "\nWhere to look:")
	for _, place := range report.Places[:min(shownPlaces, len(report.Places))] {
		fmt.Fprintf(env.Stdout, "  %s row %d: %s", place.File, place.FirstRow, place.Reason)
		if place.Rows > 1 {
			fmt.Fprintf(env.Stdout, ", and %s more in this file", humanize.Comma(place.Rows-1))
		}
		fmt.Fprintln(env.Stdout)
	}
	if more := len(report.Places) - shownPlaces; more > 0 {
		fmt.Fprintf(env.Stdout, "  and in %d more places: cbv run lists every row in quarantine.parquet\n", more)
	}
	return nil
}

// printSide tells what became of the rows of an input beside the orders.
func printSide(out io.Writer, side batch.SideReport) {
	fmt.Fprintf(out, "\n%s of %s, %s\n", countNoun(int64(side.Files), "file"), side.Name, countNoun(side.Rows, "row"))
	for _, count := range side.Reasons {
		fmt.Fprintf(out, "  %s %s\n", humanize.Comma(count.Rows), meaning(count.Reason))
	}
	for _, place := range side.Places[:min(shownPlaces, len(side.Places))] {
		fmt.Fprintf(out, "  %s row %d: %s\n", place.File, place.FirstRow, place.Reason)
	}
}

// meaning says of a reason whether its rows are excluded or quarantined.
func meaning(reason string) string {
	switch reason {
	case batch.Used:
		return "used"
	case batch.Filtered:
		return "excluded: orders.keep"
	}
	return "quarantined: " + reason
}

// countNoun writes a number with its noun: 1 order file, 2 order files.
func countNoun(n int64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return humanize.Comma(n) + " " + noun
}
