package suspicion

import (
	"math"
	"testing"

	"cbv/valuation/pipeline/pipelinetest"
)

// ofLines has orders of two rows, so many of them with one amount on both, which is a
// number of times that of an order of one row.
func ofLines(orders, constant int64, times float64) pipelinetest.Input {
	return of(func(_ *Suspicion, p *profile) {
		p.several = severalRowSums{orders, orders, 2 * orders, 2 * orders, logs(2*orders, 2001*times)}
		p.all.LogMillionths = logs(9999-2*orders, 2001) + p.several.LogMillionths
		p.lines = []lineCount{{2, orders, constant, logs(constant, 2001*times), 200_100}}
	})
}

// ofWhole has so many whole amounts of 10,000, so many that are no multiples of 10, and
// a median purchase.
func ofWhole(currency string, whole, uneven, median int64) pipelinetest.Input {
	return of(func(s *Suspicion, p *profile) {
		s.Config.Value.Currency = currency
		p.all.WholeRows, p.all.UnevenRows, p.base.MedianMinor = whole, uneven, median
	})
}

func TestWarningsOfAmounts(t *testing.T) {
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{ // 2^.6 is 1.5157: a slope of .6, and 2^.4 of .4
			Code:   "order_total_on_lines",
			Raises: ofLines(100, 95, math.Pow(2, 0.6)),
			Says:   "95 of 100 orders with several rows (95 %) have one amount on all of them, which rises with the rows (slope 0.60, a price has 0): it is probably the order's total, and 2,001.00 EUR is counted too much; map orders.columns.amount to the amount of the line, or keep one row of each order with orders.keep",
			Silent: ofLines(100, 95, math.Pow(2, 0.4)), // tickets
		},
		{
			Code:   "order_total_on_lines",
			Raises: ofLines(50, 48, 2),
			Says:   "48 of 50 orders with several rows (96 %) have one amount on all of them, which rises with the rows (slope 1.00, a price has 0): it is probably the order's total, and 2,001.00 EUR is counted too much; map orders.columns.amount to the amount of the line, or keep one row of each order with orders.keep",
			Silent: ofLines(49, 49, 2),
		},
		{ // lines of all kinds
			Code:   "order_total_on_lines",
			Raises: ofLines(100, 100, 2),
			Says:   "100 of 100 orders with several rows (100 %) have one amount on all of them, which rises with the rows (slope 1.00, a price has 0): it is probably the order's total, and 2,001.00 EUR is counted too much; map orders.columns.amount to the amount of the line, or keep one row of each order with orders.keep",
			Silent: ofLines(100, 94, 2),
		},
		{
			Code:   "amounts_in_cents",
			Raises: ofWhole("EUR", 9900, 3300, 100_000),
			Says:   "99 % of the amounts are whole, and the median purchase is 1,000.00 EUR: if they are in minor units, it is 10.00 EUR; map orders.columns.amount to amount / 100.0",
			Silent: ofWhole("EUR", 9900, 3300, 99_999),
		},
		{ // whole prices of wholesale are multiples of ten
			Code:   "amounts_in_cents",
			Raises: ofWhole("USD", 10_000, 3300, 350_000),
			Says:   "100 % of the amounts are whole, and the median purchase is 3,500.00 USD: if they are in minor units, it is 35.00 USD; map orders.columns.amount to amount / 100.0",
			Silent: ofWhole("USD", 10_000, 3299, 350_000),
		},
		{ // a crown is a tenth of a euro
			Code:   "amounts_in_cents",
			Raises: ofWhole("SEK", 9900, 10_000, 1_000_000),
			Says:   "99 % of the amounts are whole, and the median purchase is 10,000.00 SEK: if they are in minor units, it is 100.00 SEK; map orders.columns.amount to amount / 100.0",
			Silent: ofWhole("SEK", 9900, 10_000, 999_999),
		},
		{
			Code:   "amounts_in_cents",
			Raises: ofWhole("EUR", 9900, 10_000, 400_000),
			Says:   "99 % of the amounts are whole, and the median purchase is 4,000.00 EUR: if they are in minor units, it is 40.00 EUR; map orders.columns.amount to amount / 100.0",
			Silent: ofWhole("EUR", 9899, 10_000, 400_000),
		},
		{ // a currency without a known scale
			Code:   "amounts_in_cents",
			Raises: ofWhole("GBP", 10_000, 10_000, 400_000),
			Says:   "100 % of the amounts are whole, and the median purchase is 4,000.00 GBP: if they are in minor units, it is 40.00 GBP; map orders.columns.amount to amount / 100.0",
			Silent: ofWhole("XAU", 10_000, 10_000, 400_000),
		},
		{ // .1 % of 200,100 is 200.10, which is 20,010 cents
			Code:   "rounding_matters",
			Raises: of(func(_ *Suspicion, p *profile) { p.rounding = roundingOf{-2_100_000, 20_010_000, 400} }),
			Says:   "400 rows have fractions of the minor unit, and rounding each of them moves the total by 0.1 %, from 199,890.00 EUR to 200,100.00 EUR: give the amount of the line or the order in orders.columns.amount rather than that of a piece",
			Silent: of(func(_ *Suspicion, p *profile) { p.rounding = roundingOf{-1_990_000, 20_010_000, 400} }),
		},
		{ // a euro or less is nothing to mention
			Code:   "rounding_matters",
			Raises: of(func(_ *Suspicion, p *profile) { p.rounding = roundingOf{10_001, 300, 400} }),
			Says:   "400 rows have fractions of the minor unit, and rounding each of them moves the total by 25 %, from 4.00 EUR to 3.00 EUR: give the amount of the line or the order in orders.columns.amount rather than that of a piece",
			Silent: of(func(_ *Suspicion, p *profile) { p.rounding = roundingOf{10_000, 300, 400} }),
		},
	})
}
