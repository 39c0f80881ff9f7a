package report

import (
	"fmt"
	"io"

	"github.com/dustin/go-humanize"

	"cbv/valuation/simulation"
)

// Simulation writes what was simulated.
func Simulation(out io.Writer, truth simulation.Truth) {
	fmt.Fprintf(out, "%s with %s orders, %s returns and %s dirty rows, %.1f %% of them with one order.\n",
		countNoun(truth.Customers, "customer"), humanize.Comma(truth.Orders), humanize.Comma(truth.Returns), humanize.Comma(truth.DirtyRows()),
		100*float64(truth.OneTimers)/float64(truth.Customers))
}
