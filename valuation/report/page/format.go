package page

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/dustin/go-humanize"
)

// asText writes a text as it is.
func asText(value any) string { return fmt.Sprint(value) }

// asCount writes a number of customers, purchases or rows, one of an expectation to a
// tenth.
func asCount(value any) string {
	switch value := value.(type) {
	case int64:
		return humanize.Comma(value)
	case float64:
		if value == math.Trunc(value) || math.Abs(value) >= 1000 {
			return humanize.Comma(int64(math.Round(value)))
		}
		return strconv.FormatFloat(value, 'f', 1, 64)
	}
	return unknown
}

// asShare writes a share as a percentage.
func asShare(value any) string {
	number := decimal(value)
	if number == nil {
		return unknown
	}
	if v := 100 * *number; v > 0 && v < 0.05 {
		return "under 0.1\u00a0%"
	}
	return strconv.FormatFloat(100**number, 'f', 1, 64) + "\u00a0%"
}

// asRatio writes a ratio.
func asRatio(value any) string {
	if number := decimal(value); number != nil {
		return strconv.FormatFloat(*number, 'f', 2, 64)
	}
	return unknown
}

// asDay writes a day.
func asDay(value any) string {
	if day, isDay := value.(time.Time); isDay {
		return day.Format(time.DateOnly)
	}
	return unknown
}

// asMonth writes the month of a day.
func asMonth(value any) string {
	if day, isDay := value.(time.Time); isDay {
		return day.Format("2006-01")
	}
	return unknown
}

// asYes writes whether something is so.
func asYes(value any) string {
	if value == true {
		return "yes"
	}
	return "no"
}

// asMoney writes an amount: in whole units from a thousand on, below it with its minor
// units.
func (d Data) asMoney(value any) string {
	number := decimal(value)
	if number == nil {
		return unknown
	}
	if math.Abs(*number) >= 1000 || d.Minor == 1 {
		return humanize.Comma(int64(math.Round(*number)))
	}
	return strconv.FormatFloat(*number, 'f', int(math.Round(math.Log10(float64(d.Minor)))), 64)
}

// days writes a number of days.
func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return humanize.Comma(int64(n)) + " days"
}
