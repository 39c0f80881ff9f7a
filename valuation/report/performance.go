package report

import (
	"fmt"
	"io"

	"github.com/dustin/go-humanize"

	"cbv/valuation/performance"
)

// Performance writes what runs cost beside the floor. Steps of less than a hundredth
// of the run's CPU seconds are added up in one line.
func Performance(out io.Writer, m performance.Measured) {
	identifiers := "short identifiers"
	if m.History.LongIDs {
		identifiers = "identifiers of 36 characters"
	}
	fmt.Fprintf(out, "%s, %s in %s of %s, %s; %s, memory limit %s; medians of %s\n\n",
		countNoun(int64(m.History.Customers), "customer"), countNoun(m.Lines, "line"), countNoun(int64(m.Files), "file"), humanize.Bytes(uint64(m.Bytes)), identifiers,
		countNoun(int64(m.Cores), "core"), m.Bounds.MemoryLimit, countNoun(int64(m.Rounds), "round"))
	fmt.Fprintf(out, "%-24s %9s %9s %12s %8s %8s\n", "step", "seconds", "CPU s", "rows", "MB", "floors")
	line := func(name string, c performance.Cost, rows string) {
		memory := ""
		if c.PeakBytes > 0 {
			memory = humanize.Comma(c.PeakBytes / 1e6)
		}
		fmt.Fprintf(out, "%-24s %9.2f %9.2f %12s %8s %8.2f\n", name, c.Seconds, c.CPUSeconds, rows, memory, c.CPUSeconds/m.Floor.CPUSeconds)
	}
	var rest performance.Cost
	for _, step := range m.Steps {
		if step.CPUSeconds < m.Run.CPUSeconds/100 {
			rest.Seconds += step.Seconds
			rest.CPUSeconds += step.CPUSeconds
			rest.PeakBytes = max(rest.PeakBytes, step.PeakBytes)
			continue
		}
		rows := ""
		if step.Rows != nil {
			rows = humanize.Comma(*step.Rows)
		}
		line(step.Name, step.Cost, rows)
	}
	line("all other steps", rest, "")
	fmt.Fprintln(out)
	line("floor", m.Floor, "")
	line("run", m.Run, "")
	line("backtest in it", m.Backtest, "")
	line("steps of 2d0978a in it", m.Early, "")
	fmt.Fprintf(out, "\nThe run takes %.1f times the floor's time and %.1f times its CPU seconds, the steps of revision 2d0978a %.1f and %.1f times.\nPeak memory %s, on disk for want of memory %s.\n",
		m.TimeRatio(), m.CPURatio(), m.Early.Seconds/m.Floor.Seconds, m.Early.CPUSeconds/m.Floor.CPUSeconds,
		humanize.Bytes(uint64(m.Run.PeakBytes)), humanize.Bytes(uint64(m.Run.SpillBytes)))
}
