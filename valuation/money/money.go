// Package money writes and rounds money that is counted in whole minor units.
package money

import (
	"fmt"
	"math"
	"strings"

	"github.com/dustin/go-humanize"
)

// ToMinor returns an amount in minor units, rounded, halves away from zero.
func ToMinor(amount float64, minorPerUnit int64) int64 {
	return int64(math.Round(amount * float64(minorPerUnit)))
}

// Format writes minor units as money, its thousands separated: 1,234.56.
func Format(minor, minorPerUnit int64) string {
	sign := ""
	if minor < 0 {
		sign, minor = "-", -minor
	}
	text := sign + humanize.Comma(minor/minorPerUnit)
	if minorPerUnit == 1 {
		return text
	}
	digits := len(fmt.Sprint(minorPerUnit)) - 1
	return fmt.Sprintf("%s.%0*d", text, digits, minor%minorPerUnit)
}

// Exact writes minor units as a plain decimal: 1234.56.
func Exact(minor, minorPerUnit int64) string {
	return strings.ReplaceAll(Format(minor, minorPerUnit), ",", "")
}
