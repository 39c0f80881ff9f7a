package intake

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"

	"cbv/valuation/calendar"
)

// suspectAlikeIDs warns of customers who are several by the case of a letter.
func (in *Intake) suspectAlikeIDs(p *profile) {
	a := p.alike
	if a.Customers == 0 || shareOf(a.Customers, max(p.base.Customers, a.Customers)) < in.Config.Suspicions.AlikeShare {
		return
	}
	joins := "which makes them one each"
	if a.PlainCustomers < a.Customers {
		joins = fmt.Sprintf("which joins %s of them, and clean the others before", counted(a.PlainCustomers, "customer"))
	}
	in.Warn("ids_differ_in_case", "%s (%s of all, %s) have an id that differs from another's in case, blanks or width alone, and are probably %s: map orders.columns.customer_id to lower(trim(%s)), %s",
		counted(a.Customers, "customer"), percent(shareOf(a.Customers, max(p.base.Customers, a.Customers))), in.money(a.NetMinor),
		people(a.People), in.mapping(in.Config.Orders.Columns.CustomerID), joins)
}

func people(n int64) string {
	if n == 1 {
		return "1 person"
	}
	return humanize.Comma(n) + " people"
}

const (
	// crowdShare is the share of all rows from which a number such as 0 is no
	// customer's, but what stands for none.
	crowdShare = 0.01
	// crowdFactor is how many times the rows of a usual customer these must be.
	crowdFactor = 10
	// fewShopDays is how many days with orders are too few to say who buys on most.
	fewShopDays = 60
	// mostShared is how many ids that many people share a shop may have: guests, and
	// some marketplaces.
	mostShared = 5
)

// suspectSharedIDs warns of ids that are nobody's, or of many people, and returns them.
func (in *Intake) suspectSharedIDs(p *profile) []sharedID {
	shared := []sharedID{}
	var others []suspectID
	for _, id := range p.suspects {
		if !id.IsNamed || !p.isNobody(id) {
			others = append(others, id)
			continue
		}
		shared = append(shared, sharedID{id.CustomerID})
		in.Warn("many_people_one_id", "the id %q is a word for nobody, and %s on %s (%s of the money, %s) count as those of one customer: leave them out with orders.keep, or give each its own id",
			id.CustomerID, counted(id.OrderRows, "row"), counted(id.PurchaseDays, "day"), percent(shareOf(id.NetMinor, p.base.NetMinor)), in.money(id.NetMinor))
	}
	days := int64(len(p.orderDays()))
	for _, id := range others[:in.crowded(others, days)] {
		shared = append(shared, sharedID{id.CustomerID})
		file, row := in.place(id.FirstPlace)
		in.Warn("many_people_one_id", "the customer of %s row %d bought on %s of %s with orders (%s), as nobody else comes near to, and has %s of the money (%s): if many people share the id, such as guests or a marketplace, leave it out with orders.keep, or give each their own",
			file.Path, row, humanize.Comma(id.PurchaseDays), counted(days, "day"), percent(shareOf(id.PurchaseDays, days)), percent(shareOf(id.NetMinor, p.base.NetMinor)), in.money(id.NetMinor))
	}
	return shared
}

// isNobody reports whether an id that is a word for nobody means nobody here. A number
// may be a customer's all the same.
func (p *profile) isNobody(id suspectID) bool {
	if _, err := strconv.Atoi(id.IDKey); err != nil {
		return true
	}
	usual := float64(p.all.OrderRows) / float64(max(1, p.base.Customers))
	return shareOf(id.OrderRows, p.all.OrderRows) >= crowdShare && float64(id.OrderRows) >= crowdFactor*usual
}

// crowded returns how many of the ids, those with most days of purchase first, buy on
// a share of the shop's days that no other comes near.
func (in *Intake) crowded(ids []suspectID, days int64) int {
	bounds := in.Config.Suspicions
	if days < fewShopDays {
		return 0
	}
	for n := min(mostShared, len(ids)-1); n > 0; n-- {
		last, next := ids[n-1].PurchaseDays, ids[n].PurchaseDays
		if shareOf(last, days) >= bounds.OneIDDayShare && float64(last) >= bounds.OneIDFactor*float64(next) {
			return n
		}
	}
	return 0
}

const (
	// fewCustomers is how many customers say nothing of whether anybody comes back.
	fewCustomers = 100
	// oneToOne is how far apart the numbers of customers and of orders may be where
	// each order is a customer.
	oneToOne = 0.005
	// youngDays is the age of a shop in which hardly anybody has come back yet.
	youngDays = 90
)

// orderNames are parts of the names of columns that hold the id of an order.
var orderNames = []string{"order", "invoice", "transaction", "receipt", "bestell", "rechnung", "beleg", "checkout", "cart"}

// suspectOrderIDs warns where the id of a customer looks like that of an order.
func (in *Intake) suspectOrderIDs(p *profile) {
	oneTimers := p.base.Customers - p.base.RepeatCustomers
	if p.base.Customers < fewCustomers || shareOf(oneTimers, p.base.Customers) < in.Config.Suspicions.OneTimeShare ||
		calendar.DaysBetween(p.all.FirstDay, p.all.LastDay) < youngDays {
		return
	}
	columns, reason := in.Config.Orders.Columns, ""
	orders, ids := float64(p.orders()), float64(p.base.IDs) // those of returns too
	switch {
	case columns.OrderID != "" && strings.EqualFold(columns.OrderID, columns.CustomerID):
		reason = "it is mapped to the column of order_id"
	case orders > 0 && orders <= ids*(1+oneToOne) && orders >= ids*(1-oneToOne):
		reason = "there are as many as order ids"
	case slices.ContainsFunc(orderNames, func(part string) bool { return strings.Contains(strings.ToLower(columns.CustomerID), part) }):
		reason = fmt.Sprintf("it is mapped to %s", columns.CustomerID)
	default:
		return
	}
	in.Warn("order_id_as_customer", "%s of %s bought once, and the id of a customer looks like that of an order: %s; map orders.columns.customer_id to who bought",
		percent(shareOf(oneTimers, p.base.Customers)), counted(p.base.Customers, "customer"), reason)
}
