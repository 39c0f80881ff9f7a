package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/dustin/go-humanize"

	"cbv/valuation/config"
	"cbv/valuation/measurement"
)

// Units that are written differently than they are published.
const (
	perRecipient = "money of a recipient" // small, since most of them buy nothing
	points       = "percentage points"
)

// shownUnit is how a figure is written. A difference of shares must not look like
// a lift.
func shownUnit(f measurement.Figure) string {
	switch {
	case f.Unit == "money" && strings.Contains(f.Metric, "_per_recipient"):
		return perRecipient
	case f.Unit == "share" && strings.HasSuffix(f.Metric, "_difference"):
		return points
	}
	return f.Unit
}

// numbers writes the numbers of a line, which are alike in unit and decimals.
type numbers struct {
	unit     string
	decimals int // of money
}

// numbersOf returns how the figures of a line are written, with their intervals.
func (t *measureTable) numbersOf(figures ...measurement.Figure) numbers {
	var largest float64
	unit := ""
	for _, f := range figures {
		unit = shownUnit(f)
		for _, number := range []*float64{f.Value, f.Low, f.High, f.SequentialLow, f.SequentialHigh} {
			if number != nil {
				largest = max(largest, math.Abs(*number))
			}
		}
	}
	return numbers{unit, t.decimals(unit, largest)}
}

// decimals is how many are written where the largest number is so large. A sum has
// no more than there are coins for.
func (t *measureTable) decimals(unit string, largest float64) int {
	perUnit, err := config.Value{Currency: t.document.Currency}.MinorPerUnit()
	if err != nil {
		perUnit = 1 // a currency that is not known here any more
	}
	coins := len(fmt.Sprint(perUnit)) - 1
	switch {
	case largest >= 1000:
		return 0
	case unit == perRecipient && largest < 100:
		return max(2, coins+1)
	}
	return coins
}

// text writes a number, whose unit the label names.
func (n numbers) text(value float64) string {
	switch n.unit {
	case "share", "probability":
		return fmt.Sprintf("%.2f %%", 100*value)
	case points:
		return fmt.Sprintf("%.2f", 100*value)
	case "customers":
		return humanize.Comma(int64(math.Round(value)))
	case "ratio":
		return fmt.Sprintf("%.2f", value)
	}
	if n.decimals == 0 {
		return humanize.Comma(int64(math.Round(value)))
	}
	return fmt.Sprintf("%.*f", n.decimals, value)
}

// span writes an interval, of which an end may be missing.
func (n numbers) span(low, high *float64) string {
	switch {
	case low == nil && high == nil:
		return ""
	case high == nil:
		return n.text(*low) + " or more"
	case low == nil:
		return n.text(*high) + " or less"
	}
	return n.text(*low) + " to " + n.text(*high)
}

// plus writes a difference with its sign.
func (n numbers) plus(value float64) string {
	if value > 0 {
		return "+" + n.text(value)
	}
	return n.text(value)
}
