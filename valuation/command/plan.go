package command

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/dustin/go-humanize"
	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
	"cbv/valuation/plan"
	"cbv/valuation/publication"
	"cbv/valuation/source"
)

func planCommand(env Env) *cli.Command {
	return onSettings(env, "plan", "print what a run would read and make, and write nothing", runPlan)
}

func runPlan(ctx context.Context, env Env, settings config.Config) error {
	files, err := source.Find(ctx, "orders", settings.Orders.Files, settings.Orders.HivePartitions)
	if err != nil {
		return err
	}
	sides, err := source.FindSides(ctx, settings)
	if err != nil {
		return err
	}
	entries, err := plan.Load(env.SQL, plan.Nightly)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Stdout, "Reads %s, %s rows:\n", countNoun(int64(len(files)), "order file"), humanize.Comma(source.Rows(files)))
	for _, file := range files {
		fmt.Fprintf(env.Stdout, "  %s: %s rows, %s\n", file.Path, humanize.Comma(file.Rows), humanize.Bytes(uint64(file.Bytes)))
	}
	for _, side := range sides {
		for _, file := range side.Files {
			fmt.Fprintf(env.Stdout, "  %s: %s rows of %s, %s\n", file.Path, humanize.Comma(file.Rows), side.Name, humanize.Bytes(uint64(file.Bytes)))
		}
	}
	fmt.Fprintf(env.Stdout, "\nSteps, publishing below %s:\n", settings.Out)
	if err := printSteps(env.Stdout, entries); err != nil || len(settings.Audiences) == 0 {
		return err
	}
	if entries, err = plan.Load(env.SQL, plan.Export); err != nil {
		return err
	}
	fmt.Fprintf(env.Stdout, "\nSteps of each of %s, published below %s:\n", countNoun(int64(len(settings.Audiences)), "audience"), publication.ExportsFolder(settings.Out, ""))
	return printSteps(env.Stdout, entries)
}

// printSteps prints a plan, a line a step.
func printSteps(out io.Writer, entries []plan.Entry) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "  step\tkind\tmakes\treads\tsorted by")
	for _, entry := range entries {
		makes := strings.Join(entry.Makes, " ")
		if entry.Kind == plan.File {
			makes += ".parquet"
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\t%s\n", entry.Name, entry.Kind, makes, strings.Join(entry.Reads, " "), strings.Join(entry.Key, " "))
	}
	return table.Flush()
}
