package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/dustin/go-humanize"

	"cbv/valuation/config"
	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
)

// Plan is what a run would read and make.
type Plan struct {
	Out         string           `json:"out"`
	Files       []PlannedFile    `json:"files"`
	Steps       []pipeline.Entry `json:"steps"`
	Audiences   []string         `json:"audiences"`
	ExportSteps []pipeline.Entry `json:"export_steps"` // of each audience
}

// PlannedFile is an input file.
type PlannedFile struct {
	Input string `json:"input"`
	Path  string `json:"path"`
	Rows  int64  `json:"rows"`
	Bytes int64  `json:"bytes"`
}

// NewPlan makes the document of a plan from the files that were found and the
// steps of a run and of an export.
func NewPlan(settings config.Config, inputs intake.Inputs, run, export []pipeline.Entry) Plan {
	p := Plan{Out: settings.Out, Files: []PlannedFile{}, Steps: steps(run), Audiences: []string{}, ExportSteps: []pipeline.Entry{}}
	for _, file := range inputs.Orders {
		p.Files = append(p.Files, PlannedFile{"orders", file.Path, file.Rows, file.Bytes})
	}
	for _, auxiliary := range inputs.Auxiliary {
		for _, file := range auxiliary.Files {
			p.Files = append(p.Files, PlannedFile{auxiliary.Name, file.Path, file.Rows, file.Bytes})
		}
	}
	for _, audience := range settings.Audiences {
		p.Audiences = append(p.Audiences, audience.Name)
		p.ExportSteps = steps(export)
	}
	return p
}

// steps returns the entries with lists where JSON would have null.
func steps(entries []pipeline.Entry) []pipeline.Entry {
	list := slices.Clone(entries)
	for i := range list {
		list[i].Reads, list[i].Makes = listed(list[i].Reads), listed(list[i].Makes)
	}
	return list
}

// Text writes the files and the steps, a line each.
func (p Plan) Text(out io.Writer) error {
	var rows, files int64
	for _, file := range p.Files {
		if file.Input == "orders" {
			files, rows = files+1, rows+file.Rows
		}
	}
	fmt.Fprintf(out, "Reads %s, %s rows:\n", countNoun(files, "order file"), humanize.Comma(rows))
	for _, file := range p.Files {
		of := ""
		if file.Input != "orders" {
			of = " of " + file.Input
		}
		fmt.Fprintf(out, "  %s: %s rows%s, %s\n", file.Path, humanize.Comma(file.Rows), of, humanize.Bytes(uint64(file.Bytes)))
	}
	fmt.Fprintf(out, "\nSteps, publishing below %s:\n", p.Out)
	if err := writeSteps(out, p.Steps); err != nil || len(p.Audiences) == 0 {
		return err
	}
	fmt.Fprintf(out, "\nSteps of each of %s, published below %s:\n", countNoun(int64(len(p.Audiences)), "audience"), publication.ExportsFolder(p.Out, ""))
	return writeSteps(out, p.ExportSteps)
}

// writeSteps writes a plan, a line a step.
func writeSteps(out io.Writer, entries []pipeline.Entry) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "  step\tkind\tmakes\treads\tsorted by")
	for _, entry := range entries {
		makes := strings.Join(entry.Makes, " ")
		if entry.Kind == pipeline.File {
			makes += ".parquet"
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\t%s\n", entry.Name, entry.Kind, makes, strings.Join(entry.Reads, " "), strings.Join(entry.Key, " "))
	}
	return table.Flush()
}
