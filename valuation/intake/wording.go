package intake

import (
	"fmt"
	"math"

	"github.com/dustin/go-humanize"
)

// CountOf writes a number with its noun: 1 row, 2 rows.
func CountOf(n int64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return humanize.Comma(n) + " " + noun
}

// ShareOf is a part of a whole, 0 of nothing.
func ShareOf(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// ShareText writes a share with as many digits as it needs to be seen.
func ShareText(share float64) string {
	switch {
	case math.Abs(share) >= 0.1:
		return fmt.Sprintf("%.0f %%", 100*share)
	case math.Abs(share) >= 0.001:
		return fmt.Sprintf("%.1f %%", 100*share)
	}
	return fmt.Sprintf("%.2g %%", 100*share)
}
