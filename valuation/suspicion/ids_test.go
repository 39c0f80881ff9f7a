package suspicion

import (
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/pipeline/pipelinetest"
)

// ofAlike has customers whose ids differ from another's.
func ofAlike(alike ...alikeIDs) pipelinetest.Input {
	return of(func(_ *Suspicion, p *profile) {
		p.base.IDs, p.alike = 6000, alike
	})
}

// ofBusiest has ids, the busiest first, that buy on so many of 365 days.
func ofBusiest(customers int64, days ...int64) pipelinetest.Input {
	return of(func(_ *Suspicion, p *profile) {
		p.base.IDs = customers
		for i := range p.suspects {
			p.suspects[i].PurchaseDays = days[i]
		}
	})
}

// ofNamed has so many rows under each of ids that are words for nobody.
func ofNamed(rows int64, ids ...suspectID) pipelinetest.Input {
	return of(func(_ *Suspicion, p *profile) {
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
	return of(func(s *Suspicion, p *profile) {
		s.Config.Orders.Columns = columns
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
