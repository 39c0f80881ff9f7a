package report

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"

	"cbv/valuation/figurehistory"
)

// History is figures over the runs.
type History struct {
	Figures []figurehistory.History `json:"figures"`
}

// barWidth is how wide the bar of the greatest value is.
const barWidth = 30

// Text writes a table for each figure, with a bar for each day.
func (h History) Text(out io.Writer) error {
	for i, figure := range h.Figures {
		if i > 0 {
			fmt.Fprintln(out)
		}
		unit := figure.Unit
		if unit == "money" && len(figure.Points) > 0 {
			unit = figure.Points[len(figure.Points)-1].Currency
		}
		fmt.Fprintf(out, "%s (%s): %s\n", figure.Metric, unit, figure.Meaning)
		if len(figure.Points) == 0 {
			fmt.Fprintln(out, "No run has it.")
			continue
		}
		most := 0.
		for _, point := range figure.Points {
			if point.Value != nil {
				most = max(most, math.Abs(*point.Value))
			}
		}
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, point := range figure.Points {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", point.AsOf, known(point.Value), interval(point), bar(point.Value, most))
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// known writes a figure with all its digits.
func known(value *float64) string {
	if value == nil {
		return "unknown"
	}
	return strconv.FormatFloat(*value, 'f', -1, 64)
}

func interval(p figurehistory.Point) string {
	if p.Low == nil || p.High == nil {
		return ""
	}
	return known(p.Low) + " to " + known(p.High)
}

// bar draws a value as a share of the greatest; one below 0 is drawn of minus signs.
func bar(value *float64, most float64) string {
	if value == nil || most == 0 {
		return ""
	}
	sign := "#"
	if *value < 0 {
		sign = "-"
	}
	return strings.Repeat(sign, int(math.Round(math.Abs(*value)/most*barWidth)))
}
