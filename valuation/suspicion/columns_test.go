package suspicion

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cbv/valuation/config"
	"cbv/valuation/pipeline"
	"cbv/valuation/pipeline/pipelinetest"
)

// ofColumns has unused columns, by role, that hold something on rows of 10,000.
func ofColumns(roles map[string]string, values ...unmappedValue) pipelinetest.Input {
	return of(func(s *Suspicion, p *profile) {
		s.roles = roles
		rest := unmappedValue{OrderRows: 10_000, PositiveRows: 10_000, PositiveMinor: 20_010_000, AmountMinor: 20_010_000}
		for _, v := range values {
			rest.OrderRows -= v.OrderRows
			rest.PositiveRows -= v.PositiveRows
			rest.PositiveMinor -= v.PositiveMinor
			rest.AmountMinor -= v.AmountMinor
		}
		p.unmapped = append(values, rest)
	})
}

// rowsOf are so many rows of 20.01.
func rowsOf(n int64, v unmappedValue) unmappedValue {
	v.OrderRows, v.PositiveRows, v.AmountMinor, v.PositiveMinor = n, n, n*2001, n*2001
	return v
}

// ofQuantity has 100 rows of two pieces, whose amounts are so many times those of one.
func ofQuantity(several int64, times float64) pipelinetest.Input {
	return ofColumns(map[string]string{"quantity": "Quantity"}, unmappedValue{
		OrderRows: 10_000, PositiveRows: 10_000, PositiveMinor: 20_010_000, AmountMinor: 20_010_000, QuantityRows: several, TimesQuantityMinor: 20_210_100,
		OneRows: 9900, OneLogMillionths: logs(9900, 2001), SeveralRows: several, SeveralLogMillionths: logs(several, 2001*times), QuantityLogMillionths: logs(several, 2),
	})
}

// ofTax has 100 taxed rows.
func ofTax(inside, overSubtotal, underTotal int64) pipelinetest.Input {
	return ofColumns(map[string]string{"tax": "tax"}, rowsOf(10_000, unmappedValue{
		TaxMinor: 3_201_600, TaxRows: 100, TaxInsideRows: inside, TaxOverSubtotalRows: overSubtotal, TaxUnderTotalRows: underTotal,
	}))
}

// ofShipping has 20 rows with shipping, so many of which are a subtotal, shipping and a
// tax.
func ofShipping(rows, inside, taxed int64) pipelinetest.Input {
	return ofColumns(map[string]string{"tax": "tax", "shipping": "Shipping"}, rowsOf(10_000, unmappedValue{
		TaxMinor: 3_201_600, TaxRows: 100, TaxOverSubtotalRows: taxed, ShippingMinor: 1_000_500, ShippingRows: rows, ShippingOverSubtotalRows: inside,
	}))
}

// ofVersions has orders that stand with several versions; columns may be mapped.
func ofVersions(versions unusedVersions, orders config.Orders) pipelinetest.Input {
	return of(func(s *Suspicion, p *profile) {
		s.roles, s.versionText, p.versions = map[string]string{"version_time": "updated_at"}, "try_cast(updated_at as timestamptz)", versions
		s.Config.Orders.Grain, s.Config.Orders.Columns.Currency = orders.Grain, orders.Columns.Currency
	})
}

// ofRefunds has a column of refunds beside so much of negative rows.
func ofRefunds(negative int64) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		return of(func(s *Suspicion, p *profile) {
			s.roles = map[string]string{"refund": "refunded_amount"}
			p.all.NegativeRows, p.all.NegativeMinor = 10, negative
			p.unmapped = []unmappedValue{rowsOf(10_000, unmappedValue{RefundRows: 30, RefundMinor: 60_030})}
		})(c)
	}
}

func TestWarningsOfUnusedColumns(t *testing.T) {
	status := map[string]string{"status": "status"}
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{ // 10 of 10,000
			Code:   "unmapped_columns",
			Raises: ofColumns(map[string]string{"cancelled": `"Cancelled at"`}, rowsOf(10, unmappedValue{IsCancelled: true})),
			Says:   `no setting uses column "Cancelled at", which says that 10 rows, 200.10 EUR (0.1 % of the money), are cancelled, and they count: leave them out with orders.keep`,
			Silent: ofColumns(map[string]string{"cancelled": `"Cancelled at"`}, rowsOf(9, unmappedValue{IsCancelled: true})),
		},
		{
			Code:   "unmapped_columns",
			Raises: ofColumns(map[string]string{"live": "live"}, rowsOf(5000, unmappedValue{IsTest: true})),
			Says:   "no setting uses column live, which says that 5,000 rows, 100,050.00 EUR (50 % of the money), are tests, and they count: leave them out with orders.keep",
			Silent: ofColumns(map[string]string{"live": "live"}, rowsOf(5001, unmappedValue{IsTest: true})), // what is live is something else
		},
		{
			Code:   "unmapped_columns",
			Raises: ofColumns(map[string]string{"live": "livemode"}, rowsOf(200, unmappedValue{IsTest: true})),
			Says:   "no setting uses column livemode, which says that 200 rows, 4,002.00 EUR (2.0 % of the money), are tests, and they count: leave them out with orders.keep",
			Silent: ofColumns(map[string]string{"live": "livemode"}),
		},
		{
			Code:   "unmapped_columns",
			Raises: ofColumns(status, rowsOf(200, unmappedValue{Sign: "cancelled"})),
			Says:   "no setting uses column status, which says that 200 rows, 4,002.00 EUR (2.0 % of the money), are cancelled, and they count: leave them out with orders.keep",
			Silent: ofColumns(status, rowsOf(200, unmappedValue{Sign: "refunded"})),
		},
		{
			Code:   "unmapped_columns",
			Raises: ofColumns(map[string]string{"status": "status", "type": "kind"}, rowsOf(200, unmappedValue{Sign: "failed"})),
			Says:   "no setting uses column status or kind, which says that 200 rows, 4,002.00 EUR (2.0 % of the money), are failed or never finished, and they count: leave them out with orders.keep",
			Silent: ofColumns(status),
		},
		{
			Code:   "unmapped_columns",
			Raises: ofColumns(status, rowsOf(200, unmappedValue{Sign: "test"})),
			Says:   "no setting uses column status, which says that 200 rows, 4,002.00 EUR (2.0 % of the money), are tests, and they count: leave them out with orders.keep",
			Silent: ofColumns(status, unmappedValue{Sign: "test", OrderRows: 200, AmountMinor: -400_200}), // not counted as sold
		},
		{ // 2^.4 is less than the root of 2
			Code:   "unmapped_columns",
			Raises: ofQuantity(100, math.Pow(2, 0.4)),
			Says:   "no setting uses column Quantity, which is not 1 on 100 rows, and amounts do not rise with it: if they are prices of a piece, map orders.columns.amount to amount * Quantity, which takes the money from 200,100.00 EUR to 202,101.00 EUR",
			Silent: ofQuantity(100, math.Pow(2, 0.6)),
		},
		{ // 1 % of the rows
			Code:   "unmapped_columns",
			Raises: ofQuantity(100, 1),
			Says:   "no setting uses column Quantity, which is not 1 on 100 rows, and amounts do not rise with it: if they are prices of a piece, map orders.columns.amount to amount * Quantity, which takes the money from 200,100.00 EUR to 202,101.00 EUR",
			Silent: ofQuantity(99, 1),
		},
		{
			Code:   "unmapped_columns",
			Raises: ofTax(95, 0, 0),
			Says:   "no setting uses column tax, which is a part of the amounts (32,016.00 EUR, 16 % of the money): revenue is without tax; map orders.columns.amount to amount - coalesce(tax, 0)",
			Silent: ofTax(94, 94, 0),
		},
		{
			Code:   "unmapped_columns",
			Raises: ofTax(0, 95, 94),
			Says:   "no setting uses column tax, which is a part of the amounts (32,016.00 EUR, 16 % of the money): revenue is without tax; map orders.columns.amount to amount - coalesce(tax, 0)",
			Silent: ofTax(95, 95, 95), // amount and tax are the total
		},
		{ // without a tax, which has no part in it
			Code:   "unmapped_columns",
			Raises: ofShipping(20, 19, 94),
			Says:   "no setting uses column Shipping, which is a part of the amounts (10,005.00 EUR, 5.0 % of the money): revenue is without shipping; map orders.columns.amount to amount - coalesce(Shipping, 0)",
			Silent: ofShipping(20, 18, 94),
		},
		{
			Code:   "unmapped_columns",
			Raises: ofShipping(20, 20, 0),
			Says:   "no setting uses column Shipping, which is a part of the amounts (10,005.00 EUR, 5.0 % of the money): revenue is without shipping; map orders.columns.amount to amount - coalesce(Shipping, 0)",
			Silent: ofShipping(19, 19, 0),
		},
		{ // twice 300.14 is less than 600.30
			Code:   "unmapped_columns",
			Raises: ofRefunds(-30_014),
			Says:   "no setting uses column refunded_amount, which has 600.30 EUR on 30 rows, and the negative amounts are -300.14 EUR only: map orders.columns.amount to amount - coalesce(refunded_amount, 0)",
			Silent: ofRefunds(-30_016),
		},
	})
}

// ofNoReturns has no negative row, and what says that there are returns.
func ofNoReturns(negative int64, later laterAmounts, roles map[string]string, value unmappedValue) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		return of(func(s *Suspicion, p *profile) {
			s.roles, p.later = roles, later
			p.all.NegativeRows = negative
			p.unmapped = []unmappedValue{rowsOf(9000, unmappedValue{}), value}
		})(c)
	}
}

func TestWarningsOfReturns(t *testing.T) {
	refunded, none := rowsOf(1000, unmappedValue{Sign: "refunded"}), rowsOf(1000, unmappedValue{})
	kind := map[string]string{"type": "kind"}
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{
			Code:   "no_returns",
			Raises: ofNoReturns(0, laterAmounts{}, kind, refunded),
			Says:   "no amount is negative, and column kind says that 1,000 rows, 20,010.00 EUR, came back: what came back counts as sold; make these amounts negative in orders.columns.amount, or leave them out with orders.keep",
			Silent: ofNoReturns(1, laterAmounts{}, kind, refunded),
		},
		{
			Code:   "no_returns",
			Raises: ofNoReturns(0, laterAmounts{}, map[string]string{"refund": "refunds"}, rowsOf(1000, unmappedValue{RefundRows: 50, RefundMinor: 5000})),
			Says:   "no amount is negative, and column refunds has 50.00 EUR on 50 rows: what came back counts as sold; make these amounts negative in orders.columns.amount, or leave them out with orders.keep",
			Silent: ofNoReturns(0, laterAmounts{}, map[string]string{"refund": "refunds"}, none),
		},
		{ // .5 % of 10,000 orders, 90 % of those of two days
			Code:   "no_returns",
			Raises: ofNoReturns(0, laterAmounts{55, 49, 50, 100_050}, nil, none),
			Says:   "no amount is negative, and 50 orders have a second amount on a later day that is no larger than the first, 1,000.50 EUR in all: what came back counts as sold; make these amounts negative in orders.columns.amount, or leave them out with orders.keep",
			Silent: ofNoReturns(0, laterAmounts{49, 0, 49, 98_049}, nil, none),
		},
		{
			Code:   "no_returns",
			Raises: ofNoReturns(0, laterAmounts{4000, 0, 4000, 100_000}, nil, none),
			Says:   "no amount is negative, and 4,000 orders have a second amount on a later day that is no larger than the first, 1,000.00 EUR in all: what came back counts as sold; make these amounts negative in orders.columns.amount, or leave them out with orders.keep",
			Silent: ofNoReturns(0, laterAmounts{4001, 0, 4001, 100_000}, nil, none), // paid in two parts
		},
		{ // part deliveries, and subscriptions
			Code:   "no_returns",
			Raises: ofNoReturns(0, laterAmounts{100, 99, 100, 100_000}, nil, none),
			Says:   "no amount is negative, and 100 orders have a second amount on a later day that is no larger than the first, 1,000.00 EUR in all: what came back counts as sold; make these amounts negative in orders.columns.amount, or leave them out with orders.keep",
			Silent: ofNoReturns(0, laterAmounts{100, 100, 100, 100_000}, nil, none),
		},
		{
			Code:   "no_returns",
			Raises: ofNoReturns(0, laterAmounts{100, 0, 90, 90_000}, nil, none),
			Says:   "no amount is negative, and 90 orders have a second amount on a later day that is no larger than the first, 900.00 EUR in all: what came back counts as sold; make these amounts negative in orders.columns.amount, or leave them out with orders.keep",
			Silent: ofNoReturns(0, laterAmounts{100, 0, 89, 89_000}, nil, none),
		},
	})
}

// Where an amount has both in it, the expression that is proposed leaves out both.
func TestTaxAndShippingAreLeftOutTogether(t *testing.T) {
	c := pipelinetest.NewContext()
	if err := ofShipping(20, 20, 95)(c); err != nil {
		t.Fatal(err)
	}
	var says []string
	for _, warning := range c.Warnings {
		says = append(says, warning.Message)
	}
	want := []string{
		"no setting uses column tax, which is a part of the amounts (32,016.00 EUR, 16 % of the money): revenue is without tax; map orders.columns.amount to amount - coalesce(tax, 0) - coalesce(Shipping, 0)",
		"no setting uses column Shipping, which is a part of the amounts (10,005.00 EUR, 5.0 % of the money): revenue is without shipping; map orders.columns.amount to amount - coalesce(tax, 0) - coalesce(Shipping, 0)",
	}
	if diff := cmp.Diff(want, says); diff != "" {
		t.Error(diff)
	}
}

func TestWarningsOfVersions(t *testing.T) {
	const says = "no setting uses column updated_at, in which the rows of 10 orders (0.1 % of all) differ as those of its versions do, and older ones count, too, 200.10 EUR in all: map orders.columns.version to try_cast(updated_at as timestamptz)"
	versions := func(orders, equal, apart, single, pairs, steady int64) pipelinetest.Input {
		return ofVersions(unusedVersions{Orders: orders, EqualOrders: equal, ApartOrders: apart, SingleOrders: single, EarlierMinor: 20_010, EqualPairs: pairs, SteadyOrders: steady}, config.Orders{})
	}
	timed := func(orders, timed, steady int64) pipelinetest.Input {
		return ofVersions(unusedVersions{Orders: orders, SingleOrders: orders, TimedOrders: timed, EarlierMinor: 20_010, SteadyOrders: steady}, config.Orders{})
	}
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{ // half of the orders are repeated as they were
			Code:   "unmapped_columns",
			Raises: versions(10, 5, 0, 10, 0, 100),
			Says:   says,
			Silent: versions(10, 4, 10, 0, 0, 0), // lines that came later
		},
		{ // .1 % of 10,000
			Code:   "unmapped_columns",
			Raises: versions(10, 10, 0, 0, 0, 0),
			Says:   says,
			Silent: versions(9, 9, 0, 0, 0, 0),
		},
		{ // of 90 pairs 18 are alike: a fifth
			Code:   "unmapped_columns",
			Raises: versions(10, 7, 10, 0, 18, 0),
			Says:   says,
			Silent: versions(10, 5, 10, 0, 18, 0), // lines of few prices
		},
		{ // edited, each in a file of its own, and an order is one row
			Code:   "unmapped_columns",
			Raises: versions(10, 0, 10, 10, 0, 0),
			Says:   says,
			Silent: versions(10, 0, 9, 10, 0, 0),
		},
		{
			Code:   "unmapped_columns",
			Raises: versions(10, 0, 10, 10, 0, 0),
			Says:   says,
			Silent: versions(10, 0, 10, 9, 0, 0),
		},
		{
			Code:   "unmapped_columns",
			Raises: versions(10, 0, 10, 10, 0, 0),
			Says:   says,
			Silent: versions(10, 0, 10, 10, 0, 1), // lines, of which some came later
		},
		{ // edited in one file, each with the time of day of the order
			Code:   "unmapped_columns",
			Raises: timed(10, 10, 0),
			Says:   says,
			Silent: timed(10, 9, 0),
		},
		{
			Code:   "unmapped_columns",
			Raises: timed(10, 10, 0),
			Says:   says,
			Silent: timed(10, 10, 1),
		},
		{ // a quarter of the orders
			Code:   "unmapped_columns",
			Raises: timed(2500, 2500, 0),
			Says:   "no setting uses column updated_at, in which the rows of 2,500 orders (25 % of all) differ as those of its versions do, and older ones count, too, 200.10 EUR in all: map orders.columns.version to try_cast(updated_at as timestamptz)",
			Silent: timed(2501, 2501, 0), // lines, each with the time of its own change
		},
		{
			Code:   "unmapped_columns",
			Raises: ofVersions(unusedVersions{Orders: 10, EqualOrders: 10}, config.Orders{Grain: "order"}),
			Says:   "no setting uses column updated_at, in which the rows of 10 orders (0.1 % of all) differ as those of its versions do, and the earliest row of each counts: map orders.columns.version to try_cast(updated_at as timestamptz)",
			Silent: ofVersions(unusedVersions{Orders: 4, EqualOrders: 4}, config.Orders{Grain: "order"}),
		},
		{ // money of several currencies has no sum
			Code:   "unmapped_columns",
			Raises: ofVersions(unusedVersions{Orders: 10, EqualOrders: 10}, config.Orders{Columns: config.Columns{Currency: "ccy"}}),
			Says:   "no setting uses column updated_at, in which the rows of 10 orders (0.1 % of all) differ as those of its versions do, and older ones count, too: map orders.columns.version to try_cast(updated_at as timestamptz)",
			Silent: ofVersions(unusedVersions{}, config.Orders{}),
		},
	})
}
