package intake

import (
	"math"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"
)

const (
	// fewOrders is how many orders with several rows say nothing of the others.
	fewOrders = 20
	// onePriceShare is the share of one amount among those on all rows of an order
	// from which the shop has few prices, and equal rows are lines of one price each.
	onePriceShare = 0.2
	// lineGrowth is how many times the amount of a row of an order of two rows that of
	// a row of a larger order is where it is the order's total: half as much again at
	// three rows, less where large orders hold small things.
	lineGrowth = 1.2
)

// suspectLines warns where the rows of an order look as if each had its total, and
// reports whether they do.
func (in *Intake) suspectLines(p *profile) bool {
	l := p.lines
	if l.Orders < fewOrders || shareOf(l.ConstantOrders, l.Orders) < in.Config.Suspicions.OrderTotalShare {
		return false
	}
	if 2*l.Months < monthsOf(p.orderDays()) {
		return false // a month that is there twice looks like that too
	}
	pair := shareOf(l.NetMinor-l.ManyMinor, l.OrderRows-l.ManyRows)
	grows := pair > 0 && shareOf(l.ManyMinor, l.ManyRows) >= lineGrowth*pair
	if shareOf(l.MostOrdersOfAnAmount, l.ConstantOrders) >= onePriceShare && !grows {
		return false // a shop of one price, or of few
	}
	in.Warn("order_total_on_lines", "%s of %s with several rows (%s) have one amount on all of them: if that is the order's total, %s is counted too much; map orders.columns.amount to the amount of the line, or keep one row of each order with orders.keep",
		humanize.Comma(l.ConstantOrders), counted(l.Orders, "order"), percent(shareOf(l.ConstantOrders, l.Orders)), in.money(l.RepeatedMinor))
	return true
}

// unitsPerEuro are about how many units of a currency a euro buys, where they are many:
// in a shop of such a currency amounts are large, and mostly whole.
var unitsPerEuro = map[string]float64{
	"CNY": 8, "HKD": 9, "SEK": 11, "NOK": 12, "DKK": 7, "CZK": 25, "ZAR": 20, "MXN": 20, "TRY": 50, "THB": 37, "TWD": 35, "PHP": 65,
	"INR": 95, "RUB": 95, "UAH": 48, "EGP": 55, "PKR": 320, "LKR": 340, "BDT": 140, "NPR": 155, "HUF": 400, "RSD": 117, "KES": 150,
	"NGN": 1700, "ARS": 1600, "COP": 4700, "KZT": 580, "UZS": 14000, "IDR": 18500, "AMD": 450, "GEL": 3, "DOP": 70, "UYU": 46, "TZS": 3000,
	"MMK": 2400, "KHR": 4600, "LAK": 25000, "LBP": 100000, "IRR": 50000, "IQD": 1500, "SYP": 13000, "DZD": 150, "MAD": 11,
}

// suspectCents warns where amounts look like minor units.
func (in *Intake) suspectCents(p *profile) {
	bounds := in.Config.Suspicions
	perEuro := max(1, unitsPerEuro[in.Config.Value.Currency])
	median := float64(p.base.MedianMinor) / float64(in.Minor)
	whole := shareOf(p.all.WholeRows, p.all.OrderRows)
	if in.Minor == 1 || whole < bounds.WholeShare || median < bounds.WholeMedian*perEuro {
		return
	}
	in.Warn("amounts_in_cents", "%s of the amounts are whole, and the median purchase is %s: if they are in minor units, it is %s; map orders.columns.amount to %s / %d.0",
		percent(whole), in.money(p.base.MedianMinor), in.money(int64(math.Round(float64(p.base.MedianMinor)/float64(in.Minor)))),
		in.mapping(in.Config.Orders.Columns.Amount), in.Minor)
}

const (
	// fewScaleRows is how many rows of a channel or country say nothing of its scale.
	fewScaleRows = 100
	// shownValues is how many values a message lists.
	shownValues = 5
)

// suspectCurrencies warns of orders in several currencies, in another than the shop's,
// or with amounts of another scale in a channel or country.
func (in *Intake) suspectCurrencies(p *profile) {
	if column, ok := in.roles["currency"]; ok {
		in.suspectCurrencyColumn(p, column)
		return
	}
	var channels, countries []scale
	for name, sum := range p.sumsByChannel() {
		channels = append(channels, scale{name, sum.PositiveRows, sum.LogMillionths})
	}
	sums := map[string]scale{}
	for _, value := range p.unmapped {
		sum := sums[value.Country]
		sums[value.Country] = scale{value.Country, sum.rows + value.PositiveRows, sum.logMillionths + value.LogMillionths}
	}
	for _, sum := range sums {
		countries = append(countries, sum)
	}
	in.suspectScale("channel", channels)
	in.suspectScale("country", countries)
}

// scale is how large the positive amounts of a channel or country are.
type scale struct {
	name                string
	rows, logMillionths int64
}

// suspectScale warns where the amounts of some of the values of a column are far from
// those of the others.
func (in *Intake) suspectScale(column string, scales []scale) {
	var all scale
	for _, s := range scales {
		all.rows += s.rows
		all.logMillionths += s.logMillionths
	}
	slices.SortFunc(scales, func(a, b scale) int { return strings.Compare(a.name, b.name) })
	for _, s := range scales {
		rest := all.rows - s.rows
		if s.rows < fewScaleRows || rest < s.rows {
			continue
		}
		factor := math.Exp((float64(s.logMillionths)/float64(s.rows) - float64(all.logMillionths-s.logMillionths)/float64(rest)) / 1e6)
		if bound := in.Config.Suspicions.ScaleFactor; factor < bound && factor > 1/bound {
			continue
		}
		in.Warn("several_currencies", "the amounts of %s %q (%s) are usually %.3g times those of the others: they may be in another currency or in minor units; convert them in orders.columns.amount, or leave them out with orders.keep",
			column, s.name, counted(s.rows, "row"), factor)
	}
}

// suspectCurrencyColumn warns where a column that no setting uses names several
// currencies, or another than the shop's.
func (in *Intake) suspectCurrencyColumn(p *profile, column string) {
	type sum struct {
		currency    string
		rows, minor int64
	}
	sums := map[string]sum{}
	for _, value := range p.unmapped {
		if value.Currency != "" {
			s := sums[value.Currency]
			sums[value.Currency] = sum{value.Currency, s.rows + value.OrderRows, s.minor + value.AmountMinor}
		}
	}
	var listed []sum
	for _, s := range sums {
		listed = append(listed, s)
	}
	slices.SortFunc(listed, func(a, b sum) int {
		if a.rows != b.rows {
			return int(b.rows - a.rows)
		}
		return strings.Compare(a.currency, b.currency)
	})
	var values []string
	for _, s := range listed[:min(shownValues, len(listed))] {
		values = append(values, s.currency+" "+counted(s.rows, "row"))
	}
	switch {
	case len(listed) > 1:
		in.Warn("several_currencies", "column %s names %d currencies (%s), and all amounts are counted as %s: map orders.columns.currency to it and give rates, or leave the others out with orders.keep",
			sqlName(column), len(listed), strings.Join(values, ", "), in.Config.Value.Currency)
	case len(listed) == 1 && listed[0].currency != in.Config.Value.Currency:
		in.Warn("several_currencies", "column %s says %s on %s, and all amounts are counted as %s: set value.currency",
			sqlName(column), listed[0].currency, counted(listed[0].rows, "row"), in.Config.Value.Currency)
	}
}

// suspectRounding warns where rounding each amount moves the total.
func (in *Intake) suspectRounding(p *profile) {
	moved := float64(p.rounding.MovedHundredths) / 100
	exact := float64(p.rounding.RoundedMinor) + moved
	if moved == 0 || math.Abs(moved) <= in.Config.Suspicions.RoundingShare*math.Abs(exact) {
		return
	}
	in.Warn("rounding_matters", "%s have fractions of the minor unit, and rounding each of them moves the total by %s, from %s to %s: give the amount of the line or the order in orders.columns.amount rather than that of a piece",
		counted(p.rounding.MovedRows, "row"), percent(math.Abs(moved/exact)), in.money(int64(math.Round(exact))), in.money(p.rounding.RoundedMinor))
}
