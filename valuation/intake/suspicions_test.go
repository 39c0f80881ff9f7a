package intake

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cbv/valuation/config"
	"cbv/valuation/parquetfile"
	"cbv/valuation/pipeline"
	"cbv/valuation/pipeline/pipelinetest"
	"cbv/valuation/source"
)

// day is one so many days after 1 January 2025.
func day(after int) time.Time { return time.Date(2025, 1, 1+after, 0, 0, 0, 0, time.UTC) }

// logs are so many times the logarithm of a number, in millionths.
func logs(n int64, of float64) int64 { return n * int64(math.Round(1e6*math.Log(of))) }

// soundShop is the profile of a shop of which nothing is wrong: 10,000 orders of 20.01
// of 1,000 customers over a year, in two files.
func soundShop() *profile {
	p := &profile{
		base: baseProfile{IDs: 1000, Customers: 1000, RepeatCustomers: 500, Purchases: 10_000, NetMinor: 20_010_000, LargestMinor: 20_010, MedianMinor: 2001},
		all: fileChannel{
			OrderRows: 10_000, AmountMinor: 20_010_000, OrderIDRows: 10_000, FirstDay: day(0), LastDay: day(364),
			NegativeRows: 1, NegativeMinor: -2001, PositiveRows: 9999, LogMillionths: logs(9999, 2001), UnevenRows: 10_000, TimedRows: 10_000,
		},
		rounding: roundingOf{RoundedMinor: 20_010_000},
	}
	for i := range 365 {
		p.days = append(p.days, fileDay{day(i), int64(i % 2), 27})
	}
	p.places = map[string]suspectPlace{}
	for i := range int64(sharedPlace) {
		p.places[fmt.Sprint("c", i)] = suspectPlace{OrderRows: 20, FirstPlace: placesPerFile + 7}
		p.suspects = append(p.suspects, suspectID{CustomerID: fmt.Sprint("c", i), IDKey: fmt.Sprint("c", i), PurchaseDays: 20, NetMinor: 40_020})
	}
	return p
}

// of carries the suspicions out on a sound shop of which something is changed.
func of(change func(*Intake, *profile)) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		c.Config.Orders.Columns = config.Columns{CustomerID: "Customer ID", OrderID: "order_id", OrderedAt: "ordered_at", Amount: "amount", Channel: "channel"}
		columns := []parquetfile.Column{{Name: "InvoiceNo", Type: "VARCHAR"}}
		in := New(c, Inputs{Orders: []source.File{
			{Path: "a.parquet", Resolved: "/a.parquet", Name: "a.parquet", Rows: 5000, Fingerprint: "f1", Columns: columns},
			{Path: "b.parquet", Resolved: "/b.parquet", Name: "b.parquet", Rows: 5000, Fingerprint: "f2", Columns: columns},
		}})
		in.amountText, in.customerText = "amount", `"Customer ID"`
		p := soundShop()
		change(in, p)
		in.suspect(p)
		return nil
	}
}

func TestASoundShopIsNotSuspected(t *testing.T) {
	c := pipelinetest.NewContext()
	if err := of(func(*Intake, *profile) {})(c); err != nil || len(c.Warnings) > 0 {
		t.Errorf("%v, %v", err, c.Warnings)
	}
}

// A return with an order id of its own is no order, and neither are two such rows.
func TestAnOrderHasAPositiveRow(t *testing.T) {
	p := &profile{
		all:     fileChannel{OrderIDRows: 20, PositiveIDRows: 14, PositiveRows: 15}, // one positive row has no id
		several: severalRowSums{OrderIDs: 4, Orders: 3, OrderRows: 10, PositiveRows: 6},
	}
	if p.orderIDs() != 14 || p.orders() != 11 { // 10 ids of one row, 8 of them positive
		t.Errorf("%d order ids, %d orders", p.orderIDs(), p.orders())
	}
}

// ofLines has orders of two rows, so many of them with one amount on both, which is a
// number of times that of an order of one row.
func ofLines(orders, constant int64, times float64) pipelinetest.Input {
	return of(func(_ *Intake, p *profile) {
		p.several = severalRowSums{orders, orders, 2 * orders, 2 * orders, logs(2*orders, 2001*times)}
		p.all.LogMillionths = logs(9999-2*orders, 2001) + p.several.LogMillionths
		p.lines = []lineCount{{2, orders, constant, logs(constant, 2001*times), 200_100}}
	})
}

// ofWhole has so many whole amounts of 10,000, so many that are no multiples of 10, and
// a median purchase.
func ofWhole(currency string, whole, uneven, median int64) pipelinetest.Input {
	return of(func(in *Intake, p *profile) {
		in.Config.Value.Currency = currency
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
			Raises: of(func(_ *Intake, p *profile) { p.rounding = roundingOf{-2_100_000, 20_010_000, 400} }),
			Says:   "400 rows have fractions of the minor unit, and rounding each of them moves the total by 0.1 %, from 199,890.00 EUR to 200,100.00 EUR: give the amount of the line or the order in orders.columns.amount rather than that of a piece",
			Silent: of(func(_ *Intake, p *profile) { p.rounding = roundingOf{-1_990_000, 20_010_000, 400} }),
		},
		{ // a euro or less is nothing to mention
			Code:   "rounding_matters",
			Raises: of(func(_ *Intake, p *profile) { p.rounding = roundingOf{10_001, 300, 400} }),
			Says:   "400 rows have fractions of the minor unit, and rounding each of them moves the total by 25 %, from 4.00 EUR to 3.00 EUR: give the amount of the line or the order in orders.columns.amount rather than that of a piece",
			Silent: of(func(_ *Intake, p *profile) { p.rounding = roundingOf{10_000, 300, 400} }),
		},
	})
}

// ofColumns has unused columns, by role, that hold something on rows of 10,000.
func ofColumns(roles map[string]string, values ...unmappedValue) pipelinetest.Input {
	return of(func(in *Intake, p *profile) {
		in.roles = roles
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

// ofRefunds has a column of refunds beside so much of negative rows.
func ofRefunds(negative int64) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		return of(func(in *Intake, p *profile) {
			in.roles = map[string]string{"refund": "refunded_amount"}
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
		return of(func(in *Intake, p *profile) {
			in.roles, p.later = roles, later
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

// ofAlike has customers whose ids differ from another's.
func ofAlike(alike ...alikeIDs) pipelinetest.Input {
	return of(func(_ *Intake, p *profile) {
		p.base.IDs, p.alike = 6000, alike
	})
}

// ofBusiest has ids, the busiest first, that buy on so many of 365 days.
func ofBusiest(customers int64, days ...int64) pipelinetest.Input {
	return of(func(_ *Intake, p *profile) {
		p.base.IDs = customers
		for i := range p.suspects {
			p.suspects[i].PurchaseDays = days[i]
		}
	})
}

// ofNamed has so many rows under each of ids that are words for nobody.
func ofNamed(rows int64, ids ...suspectID) pipelinetest.Input {
	return of(func(_ *Intake, p *profile) {
		for _, id := range ids {
			id.IsNamed = true
			p.places[id.CustomerID] = suspectPlace{OrderRows: rows}
			p.suspects = append(p.suspects, id)
		}
	})
}

// ofOneTimers has customers of whom so many bought on a second day, and as many order
// ids as is said.
func ofOneTimers(customers, repeaters, ids, sameRows int64, columns config.Columns, days int) pipelinetest.Input {
	return of(func(in *Intake, p *profile) {
		in.Config.Orders.Columns = columns
		p.base.IDs, p.base.Customers, p.base.RepeatCustomers = customers, customers, repeaters
		p.all.OrderIDRows, p.all.SameIDRows, p.all.LastDay = ids, sameRows, day(days)
	})
}

func TestWarningsOfIDs(t *testing.T) {
	blanks := func(people int64) alikeIDs { return alikeIDs{false, 2 * people, people, people, 8004, 2 * people} }
	both := config.Columns{CustomerID: "customer", OrderID: "order_id"}
	invoice := config.Columns{CustomerID: "InvoiceNo"}
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{
			Code:   "ids_differ_in_case",
			Raises: ofAlike(blanks(1)),
			Says:   `2 customers (0.033 % of all, 80.04 EUR) have an id that differs from another's in case, blanks or width alone, and are probably 1 person: map orders.columns.customer_id to lower(trim("Customer ID")), which makes them one each`,
			Silent: ofAlike(),
		},
		{ // 6 of 6,000
			Code:   "ids_differ_in_case",
			Raises: ofAlike(alikeIDs{true, 6, 3, 3, 8004, 6}),
			Says:   `6 customers (0.1 % of all, 80.04 EUR) have an id that differs from another's in case, blanks or width alone, and are probably 3 people: map orders.columns.customer_id to lower(trim("Customer ID")), which makes them one each`,
			Silent: ofAlike(alikeIDs{true, 6, 2, 2, 8004, 6}),
		},
		{ // of 20 people 16 have ids that people write
			Code:   "ids_differ_in_case",
			Raises: ofAlike(alikeIDs{true, 40, 20, 16, 8004, 40}, alikeIDs{false, 4, 2, 2, 1, 2}),
			Says:   `44 customers (0.7 % of all, 80.05 EUR) have an id that differs from another's in case, blanks or width alone, and are probably 22 people: map orders.columns.customer_id to lower(trim("Customer ID")), which joins 42 of them, and clean the others before`,
			Silent: ofAlike(alikeIDs{true, 40, 20, 15, 8004, 40}),
		},
		{
			Code:   "ids_differ_in_case",
			Raises: ofAlike(alikeIDs{true, 7, 3, 3, 8004, 7}),
			Says:   `7 customers (0.1 % of all, 80.04 EUR) have an id that differs from another's in case, blanks or width alone, and are probably 3 people: map orders.columns.customer_id to lower(trim("Customer ID")), which makes them one each`,
			Silent: ofAlike(alikeIDs{true, 5, 3, 3, 8004, 5}),
		},
		{ // 92 of 365 days are 25.2 %: a rate of .2904; 34 of them .0977, 33 of them .0947
			Code:   "many_people_one_id",
			Raises: ofBusiest(100, 92, 33, 33, 33, 33),
			Says:   "the customer of b.parquet row 7 bought on 92 of 365 days with orders (25 %), as nobody else comes near to, and has 0.2 % of the money (400.20 EUR): if many people share the id, such as guests or a marketplace, leave it out with orders.keep, or give each their own",
			Silent: ofBusiest(100, 92, 34, 34, 34, 34),
		},
		{
			Code:   "many_people_one_id",
			Raises: ofBusiest(100, 365, 20, 20, 20, 20),
			Says:   "the customer of b.parquet row 7 bought on 365 of 365 days with orders (100 %), as nobody else comes near to, and has 0.2 % of the money (400.20 EUR): if many people share the id, such as guests or a marketplace, leave it out with orders.keep, or give each their own",
			Silent: ofBusiest(99, 365, 20, 20, 20, 20),
		},
		{
			Code:   "many_people_one_id",
			Raises: ofBusiest(100, 92, 1, 1, 1, 1),
			Says:   "the customer of b.parquet row 7 bought on 92 of 365 days with orders (25 %), as nobody else comes near to, and has 0.2 % of the money (400.20 EUR): if many people share the id, such as guests or a marketplace, leave it out with orders.keep, or give each their own",
			Silent: ofBusiest(100, 91, 1, 1, 1, 1),
		},
		{
			Code:   "many_people_one_id",
			Raises: ofNamed(2, suspectID{CustomerID: "Guest", IDKey: "guest", PurchaseDays: 1, NetMinor: 4002}),
			Says:   `the id "Guest" is a word for nobody, and 2 rows on 1 day (0.02 % of the money, 40.02 EUR) count as those of one customer: leave them out with orders.keep, or give each its own id`,
			Silent: ofNamed(1, suspectID{CustomerID: "Guest", IDKey: "guest", PurchaseDays: 1, NetMinor: 2001}),
		},
		{ // where 1 is an id, so is 0
			Code:   "many_people_one_id",
			Raises: ofNamed(9, suspectID{CustomerID: "0", IDKey: "0", PurchaseDays: 9, NetMinor: 200_100}),
			Says:   `the id "0" is a word for nobody, and 9 rows on 9 days (1.0 % of the money, 2,001.00 EUR) count as those of one customer: leave them out with orders.keep, or give each its own id`,
			Silent: ofNamed(9, suspectID{CustomerID: "0", IDKey: "0", PurchaseDays: 9}, suspectID{CustomerID: "1", IDKey: "1", PurchaseDays: 9}),
		},
		{
			Code:   "order_id_as_customer",
			Raises: ofOneTimers(1000, 9, 9000, 9500, both, 364),
			Says:   "99 % of 1,000 customers bought on one day only, and the id of a customer looks like that of an order: on 95 % of the rows it is the order_id; map orders.columns.customer_id to who bought",
			Silent: ofOneTimers(1000, 10, 9000, 9500, both, 364),
		},
		{
			Code:   "order_id_as_customer",
			Raises: ofOneTimers(200, 0, 200, 0, both, 180),
			Says:   "100 % of 200 customers bought on one day only, and the id of a customer looks like that of an order: there are exactly as many as order ids; map orders.columns.customer_id to who bought",
			Silent: ofOneTimers(200, 0, 200, 0, both, 179), // a young shop
		},
		{
			Code:   "order_id_as_customer",
			Raises: ofOneTimers(200, 0, 0, 0, invoice, 30),
			Says:   "100 % of 200 customers bought on one day only, and the id of a customer looks like that of an order: it is column InvoiceNo; map orders.columns.customer_id to who bought",
			Silent: ofOneTimers(199, 0, 0, 0, invoice, 30),
		},
	})
}

// ofEqual has equal rows, without an order's id and the time of day where it is said.
func ofEqual(hasIdentity bool, equal ...equalRows) pipelinetest.Input {
	return of(func(in *Intake, p *profile) {
		p.equal = equal
		if !hasIdentity {
			in.Config.Orders.Columns.OrderID, p.all.TimedRows = "", 0
		}
	})
}

// within are equal rows of one file on a day.
func within(after int, rows, different, paired, repeated int64) equalRows {
	return equalRows{day(after), 0, 0, rows, different, paired, 0, 0, repeated, repeated * 2001}
}

// across are rows of the first file that stand in the second one too.
func across(after int, repeated int64) equalRows {
	return equalRows{day(after), 0, 1, 2 * repeated, repeated, 2 * repeated, repeated, repeated * 2001, 0, 0}
}

// ofSwapped has orders on the first so many days of each of so many months, over both
// files or in the second one alone.
func ofSwapped(daysOfMonth, months int, isSecond bool) pipelinetest.Input {
	return of(func(_ *Intake, p *profile) {
		if isSecond {
			p.days = slices.DeleteFunc(p.days, func(d fileDay) bool { return d.FileNumber == 1 })
		} else {
			p.days = nil
		}
		for month := range months {
			for n := range daysOfMonth {
				p.days = append(p.days, fileDay{time.Date(2025, time.Month(1+month), 1+n, 0, 0, 0, 0, time.UTC), 1, 27})
			}
		}
	})
}

func TestWarningsOfRows(t *testing.T) {
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{ // 10 of 10,000 rows; file b has 182 days of 27 rows
			Code:   "doubled_rows",
			Raises: ofEqual(true, across(3, 49)),
			Says:   "49 rows of b.parquet (1.0 % of its 4,914; 980.49 EUR) are, in all mapped columns, in a.parquet too: leave one of the files out of orders.files",
			Silent: ofEqual(true, across(3, 9)),
		},
		{ // January has 837 rows, and 2 % of them are 16.7
			Code:   "doubled_rows",
			Raises: ofEqual(true, within(3, 25, 4, 0, 21)),
			Says:   "21 rows, 420.21 EUR, repeat another of their file in all mapped columns, in 1 month (first 2025-01), where more than 2.0 % are unusual: leave out what is there twice",
			Silent: ofEqual(true, within(3, 20, 1, 0, 19)), // too few
		},
		{ // a whole day, which nothing else distinguishes
			Code:   "doubled_rows",
			Raises: ofEqual(false, within(3, 26, 13, 26, 13)),
			Says:   "nearly every row of 1 day, the first 2025-01-04, is there twice, in all mapped columns (13 rows, 260.13 EUR too much): leave out what is there twice",
			Silent: ofEqual(false, within(3, 26, 13, 25, 13)),
		},
		{
			Code:   "doubled_rows",
			Raises: ofEqual(false, within(3, 26, 10, 26, 16)),
			Says:   "nearly every row of 1 day, the first 2025-01-04, is there twice, in all mapped columns (16 rows, 320.16 EUR too much): leave out what is there twice",
			Silent: ofEqual(false, within(3, 26, 9, 26, 17)),
		},
		{
			Code:   "doubled_rows",
			Raises: ofEqual(true, across(3, 49), across(4, 1)),
			Says:   "50 rows of b.parquet (1.0 % of its 4,914; 1,000.50 EUR) are, in all mapped columns, in a.parquet too: leave one of the files out of orders.files",
			Silent: of(func(in *Intake, p *profile) { // said by copied_file
				in.Inputs.Orders[1].Fingerprint = in.Inputs.Orders[0].Fingerprint
				p.equal = []equalRows{across(3, 13)}
			}),
		},
		{ // .1 % of 10,000 orders
			Code:   "order_in_two_files",
			Raises: of(func(_ *Intake, p *profile) { p.pairs = []filePair{{0, 1, 10, 40_020}} }),
			Says:   "10 orders (0.1 % of all) stand in two files with the same money, 200.10 EUR too much, 10 of them in a.parquet and b.parquet: leave one of the files out of orders.files; where they hold versions of one order, map orders.columns.version",
			Silent: of(func(_ *Intake, p *profile) { p.pairs = []filePair{{0, 1, 9, 36_018}} }),
		},
		{ // five of a small shop
			Code: "order_in_two_files",
			Raises: of(func(_ *Intake, p *profile) {
				p.pairs, p.all.OrderIDRows = []filePair{{0, 1, 5, 20_010}}, 100
			}),
			Says: "5 orders (5.0 % of all) stand in two files with the same money, 100.05 EUR too much, 5 of them in a.parquet and b.parquet: leave one of the files out of orders.files; where they hold versions of one order, map orders.columns.version",
			Silent: of(func(_ *Intake, p *profile) {
				p.pairs, p.all.OrderIDRows = []filePair{{0, 1, 4, 16_008}}, 100
			}),
		},
		{ // .1 % of 10,000 orders
			Code:   "order_in_two_files",
			Raises: of(func(_ *Intake, p *profile) { p.leftOut = []leftOutPair{{1, 0, 7, 14_007}, {0, 1, 3, 6003}} }),
			Says:   "10 orders (0.1 % of all), 200.10 EUR, count from one file and are left out by orders.keep in another, 7 of them in b.parquet and a.parquet: if they were cancelled since the older file was made, that one still counts; map orders.columns.version, or leave the older file out of orders.files",
			Silent: of(func(_ *Intake, p *profile) { p.leftOut = []leftOutPair{{1, 0, 7, 14_007}, {0, 1, 2, 4002}} }),
		},
		{ // five of a small shop
			Code: "order_in_two_files",
			Raises: of(func(_ *Intake, p *profile) {
				p.leftOut, p.all.OrderIDRows = []leftOutPair{{1, 0, 5, 10_005}}, 100
			}),
			Says: "5 orders (5.0 % of all), 100.05 EUR, count from one file and are left out by orders.keep in another, 5 of them in b.parquet and a.parquet: if they were cancelled since the older file was made, that one still counts; map orders.columns.version, or leave the older file out of orders.files",
			Silent: of(func(_ *Intake, p *profile) {
				p.leftOut, p.all.OrderIDRows = []leftOutPair{{1, 0, 4, 8004}}, 100
			}),
		},
		{ // from 1 January to 12 April
			Code:   "day_and_month_swapped",
			Raises: ofSwapped(8, 4, false),
			Says:   "no order is of a day above the 12th: day and month are probably swapped, and where they could not be the time may be lost (null_time: 0 rows); read the text with try_strptime and the format in which it is written in orders.columns.ordered_at",
			Silent: ofSwapped(7, 5, false), // a shop of the first week
		},
		{
			Code:   "day_and_month_swapped",
			Raises: ofSwapped(12, 4, true),
			Says:   "no order in 1 file, the first b.parquet, is of a day above the 12th: day and month are probably swapped, and where they could not be the time may be lost (null_time: 0 rows); read the text with try_strptime and the format in which it is written in orders.columns.ordered_at",
			Silent: ofSwapped(12, 3, true), // 70 days
		},
		{
			Code:   "day_and_month_swapped",
			Raises: ofSwapped(12, 12, false),
			Says:   "no order is of a day above the 12th: day and month are probably swapped, and where they could not be the time may be lost (null_time: 0 rows); read the text with try_strptime and the format in which it is written in orders.columns.ordered_at",
			Silent: ofSwapped(13, 12, false),
		},
	})
}

// ofChannels has two channels, of which the second has so many rows, whole or not, at so
// many times the usual amount.
func ofChannels(rows int64, times float64, isWhole bool) pipelinetest.Input {
	return of(func(_ *Intake, p *profile) {
		second := fileChannel{FileNumber: 1, Channel: "jp", OrderRows: rows, PositiveRows: rows, LogMillionths: logs(rows, 2001*times)}
		if isWhole {
			second.WholeRows = rows
		}
		p.channels = []fileChannel{{Channel: "web", OrderRows: 4950, PositiveRows: 4950, LogMillionths: logs(4950, 2001)}, second}
	})
}

// ofCurrencies has a column of currencies.
func ofCurrencies(currencies ...string) pipelinetest.Input {
	return of(func(in *Intake, p *profile) {
		in.roles = map[string]string{"currency": "Currency"}
		for i, currency := range currencies {
			p.unmapped = append(p.unmapped, unmappedValue{Currency: currency, OrderRows: int64(10 * (i + 1))})
		}
	})
}

func TestWarningsOfCurrencies(t *testing.T) {
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{
			Code:   "several_currencies",
			Raises: ofCurrencies("EUR", "SEK", ""),
			Says:   "column Currency names 2 currencies (20 rows SEK, 10 rows EUR), and all amounts are counted as EUR: map orders.columns.currency to it and give rates, or leave the others out with orders.keep",
			Silent: ofCurrencies("EUR", ""),
		},
		{
			Code:   "several_currencies",
			Raises: ofCurrencies("USD"),
			Says:   "column Currency says USD on 10 rows, and all amounts are counted as EUR: set value.currency to it",
			Silent: ofCurrencies(""),
		},
		{
			Code:   "several_currencies",
			Raises: ofCurrencies("EUR", "JOE@X.ORG", "ANN@X.ORG"),
			Says:   "column Currency names 2 currencies (50 rows something that is no code of three letters, 10 rows EUR), and all amounts are counted as EUR: map orders.columns.currency to it and give rates, or leave the others out with orders.keep",
			Silent: ofCurrencies("EUR"),
		},
		{
			Code:   "several_currencies",
			Raises: ofChannels(50, 81, false),
			Says:   `the amounts of channel "jp" (50 rows) are usually 81 times those of the others: they may be in another currency or in minor units; convert them in orders.columns.amount, or leave them out with orders.keep`,
			Silent: ofChannels(50, 79, false),
		},
		{
			Code:   "several_currencies",
			Raises: ofChannels(50, 21, true),
			Says:   `the amounts of channel "jp" (50 rows) are usually 21 times those of the others: they may be in another currency or in minor units; convert them in orders.columns.amount, or leave them out with orders.keep`,
			Silent: ofChannels(50, 40, false), // wholesale
		},
		{
			Code:   "several_currencies",
			Raises: ofChannels(4949, 0.01, false),
			Says:   `the amounts of channel "jp" (4,949 rows) are usually 0.01 times those of the others: they may be in another currency or in minor units; convert them in orders.columns.amount, or leave them out with orders.keep`,
			Silent: ofChannels(49, 0.01, false),
		},
	})
}

// Ids of many people are returned, so that they are no seed.
func TestSharedIDsAreReturned(t *testing.T) {
	in := New(pipelinetest.NewContext(), Inputs{Orders: make([]source.File, 2)})
	p := soundShop()
	p.suspects[0].PurchaseDays = 300
	p.suspects = append(p.suspects, suspectID{CustomerID: "nan", IDKey: "nan", IsNamed: true}, suspectID{CustomerID: "1", IDKey: "1", IsNamed: true})
	p.places["nan"] = suspectPlace{OrderRows: 5}
	if diff := cmp.Diff([]sharedID{{"nan"}, {"c0"}}, in.suspect(p)); diff != "" {
		t.Error(diff)
	}
}
