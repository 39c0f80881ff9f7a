package page

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cbv/valuation/report/chart"
)

// missingDays names the days whose orders are missing, "" where none are.
func (d Data) missingDays() string {
	var named []string
	for _, days := range d.Manifest.MissingDays {
		if days.From == days.To {
			named = append(named, days.From)
		} else {
			named = append(named, days.From+" to "+days.To)
		}
	}
	const most = 3
	if more := len(named) - most; more > 0 {
		return fmt.Sprintf("%s, and %d stretches more", strings.Join(named[:most], ", "), more)
	}
	return strings.Join(named, ", ")
}

// lacking says what missing days do to figures that are counted; no part where none are.
func (d Data) lacking(what string) []part {
	if len(d.Manifest.MissingDays) == 0 {
		return nil
	}
	return []part{paragraph{class: "lacking", phrases: join(
		phrase{text: "Days are missing. ", strong: true}, fmt.Sprintf("No order of %s is in the files: %s.", d.missingDays(), what),
	)}}
}

// noOrders names a gap in a chart.
const noOrders = "no orders"

// gaps are the missing days on an axis of days.
func (d Data) gaps() (shades []chart.Shade) {
	for _, days := range d.Manifest.MissingDays {
		from, errFrom := time.Parse(time.DateOnly, days.From)
		to, errTo := time.Parse(time.DateOnly, days.To)
		if errFrom == nil && errTo == nil {
			shades = append(shades, chart.Shade{From: dayNumber(from), To: dayNumber(to) + 1, Label: noOrders, Gap: true})
		}
	}
	return shades
}

// isMissing reports whether all days from the one to before the other are missing.
func (d Data) isMissing(from, before time.Time) bool {
	return slices.ContainsFunc(d.gaps(), func(gap chart.Shade) bool { return gap.From <= dayNumber(from) && dayNumber(before) <= gap.To })
}

// touchesMissing reports whether a day from the one on, before the other, is missing.
func (d Data) touchesMissing(from, before time.Time) bool {
	return slices.ContainsFunc(d.gaps(), func(gap chart.Shade) bool { return gap.From < dayNumber(before) && dayNumber(from) < gap.To })
}

// missingColumns are the gaps of columns that stand for months.
func (d Data) missingColumns(months []time.Time) (gaps []chart.Shade) {
	for i, month := range months {
		if !d.isMissing(month, month.AddDate(0, 1, 0)) {
			continue
		}
		if last := len(gaps) - 1; last >= 0 && gaps[last].To == float64(i-1) {
			gaps[last].To = float64(i)
			continue
		}
		gaps = append(gaps, chart.Shade{From: float64(i), To: float64(i), Label: noOrders, Gap: true})
	}
	return gaps
}
