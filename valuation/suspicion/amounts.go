package suspicion

import (
	"cmp"
	"math"
	"slices"

	"github.com/dustin/go-humanize"

	"cbv/valuation/intake"
)

// fewOrders is how many orders with several rows say nothing of the others.
const fewOrders = 50

// suspectLines warns where the rows of an order look as if each had its total: nearly
// all orders have one amount throughout, and it rises with their rows. Prices of a piece,
// and tickets, do not.
func (s *Suspicion) suspectLines(p *profile) {
	var orders, constant, repeated int64
	for _, count := range p.lines {
		orders += count.Orders
		constant += count.ConstantOrders
		repeated += count.RepeatedMinor
	}
	bounds := s.Config.Suspicions
	if orders < fewOrders || intake.ShareOf(constant, orders) < bounds.OrderTotalShare {
		return
	}
	slope := p.lineSlope()
	if !(slope > bounds.OrderTotalSlope) {
		return
	}
	s.Warn("order_total_on_lines", "%s of %s with several rows (%s) have one amount on all of them, which rises with the rows (slope %.2f, a price has 0): it is probably the order's total, and %s is counted too much; map orders.columns.amount to the amount of the line, or keep one row of each order with orders.keep",
		humanize.Comma(constant), intake.CountOf(orders, "order"), intake.ShareText(intake.ShareOf(constant, orders)), slope, s.money(repeated))
}

// lineSlope is the slope of the logarithm of a row's amount on that of the rows of its
// order, over orders of one row and those of one amount, NaN where all have the same
// number of rows.
func (p *profile) lineSlope() float64 {
	counts := append([]lineCount{{
		OrderRows: 1, ConstantOrders: p.all.PositiveRows - p.several.PositiveRows, LogMillionths: p.all.LogMillionths - p.several.LogMillionths,
	}}, p.lines...)
	slices.SortFunc(counts, func(a, b lineCount) int { return cmp.Compare(a.OrderRows, b.OrderRows) })
	var weight, x, y, xx, xy float64
	for _, count := range counts {
		w, at, logs := float64(count.ConstantOrders), math.Log(float64(count.OrderRows)), float64(count.LogMillionths)/1e6
		weight += w
		x += w * at
		y += logs
		xx += w * at * at
		xy += at * logs
	}
	return (xy - x*y/weight) / (xx - x*x/weight)
}

// unitsPerEuro are about how many units of a currency a euro buys: in a shop of many
// amounts are large, and mostly whole.
var unitsPerEuro = map[string]float64{
	"EUR": 1, "USD": 1, "GBP": 1, "CHF": 1, "AUD": 2, "CAD": 2, "NZD": 2, "SGD": 2, "BRL": 6, "PLN": 4, "RON": 5, "BGN": 2, "ILS": 4, "AED": 4,
	"SAR": 4, "MYR": 5, "PEN": 4, "CNY": 10, "HKD": 10, "SEK": 10, "NOK": 10, "DKK": 10, "ZAR": 20, "MXN": 20, "CZK": 25, "TRY": 50,
	"THB": 40, "TWD": 35, "PHP": 65, "INR": 90, "RUB": 90, "UAH": 50, "RSD": 120, "HUF": 400,
}

// suspectCents warns where amounts look like minor units.
func (s *Suspicion) suspectCents(p *profile) {
	bounds := s.Config.Suspicions
	perEuro, isKnown := unitsPerEuro[s.Config.Value.Currency]
	whole := intake.ShareOf(p.all.WholeRows, p.all.OrderRows)
	if s.Minor == 1 || !isKnown || whole < bounds.WholeShare ||
		intake.ShareOf(p.all.UnevenRows, p.all.OrderRows) < bounds.UnevenShare || // whole prices of wholesale and of luxury are round
		float64(p.base.MedianMinor)/float64(s.Minor) < bounds.WholeMedian*perEuro {
		return
	}
	s.Warn("amounts_in_cents", "%s of the amounts are whole, and the median purchase is %s: if they are in minor units, it is %s; map orders.columns.amount to %s / %d.0",
		intake.ShareText(whole), s.money(p.base.MedianMinor), s.money(int64(math.Round(float64(p.base.MedianMinor)/float64(s.Minor)))),
		s.amountText, s.Minor)
}

// suspectRounding warns where rounding each amount moves the total.
func (s *Suspicion) suspectRounding(p *profile) {
	const fewMinorUnits = 100
	moved := float64(p.rounding.MovedHundredths) / 100
	exact := float64(p.rounding.RoundedMinor) + moved
	if math.Abs(moved) <= fewMinorUnits || math.Abs(moved) <= s.Config.Suspicions.RoundingShare*math.Abs(exact) {
		return
	}
	s.Warn("rounding_matters", "%s have fractions of the minor unit, and rounding each of them moves the total by %s, from %s to %s: give the amount of the line or the order in orders.columns.amount rather than that of a piece",
		intake.CountOf(p.rounding.MovedRows, "row"), intake.ShareText(math.Abs(moved/exact)), s.money(int64(math.Round(exact))), s.money(p.rounding.RoundedMinor))
}
