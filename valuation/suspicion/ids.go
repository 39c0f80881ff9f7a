package suspicion

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"cbv/valuation/calendar"
	"cbv/valuation/engine"
	"cbv/valuation/intake"
	"cbv/valuation/source"
)

const (
	// fewAlike is how many people with ids that differ in case alone may be chance.
	fewAlike = 3
	// regularShare is the share of such people whose ids are written as people do, from
	// which the others are too: in some systems the case of a letter is part of an id.
	regularShare = 0.8
)

// suspectAlikeIDs warns of customers who are several by the case of a letter, a blank or
// the width of letters.
func (s *Suspicion) suspectAlikeIDs(p *profile) {
	var found alikeIDs
	for _, a := range p.alike {
		if a.IsCaseAlone && (a.People < fewAlike || intake.ShareOf(a.RegularPeople, a.People) < regularShare ||
			intake.ShareOf(a.Customers, p.base.IDs) < s.Config.Suspicions.AlikeShare) {
			continue
		}
		found.Customers += a.Customers
		found.People += a.People
		found.NetMinor += a.NetMinor
		found.PlainCustomers += a.PlainCustomers
	}
	if found.People == 0 {
		return
	}
	joins := "which makes them one each"
	if found.PlainCustomers < found.Customers {
		joins = fmt.Sprintf("which joins %s of them, and clean the others before", humanize.Comma(found.PlainCustomers))
	}
	s.Warn("ids_differ_in_case", "%s (%s of all, %s) have an id that differs from another's in case, blanks or width alone, and are probably %s: map orders.columns.customer_id to lower(trim(%s)), %s",
		intake.CountOf(found.Customers, "customer"), intake.ShareText(intake.ShareOf(found.Customers, p.base.IDs)), s.money(found.NetMinor),
		people(found.People), s.customerText, joins)
}

func people(n int64) string {
	if n == 1 {
		return "1 person"
	}
	return humanize.Comma(n) + " people"
}

const (
	// fewShopDays is how many days with orders are too few to say who buys on most.
	fewShopDays = 60
	// fewIDs is how many customers are too few to say what is usual among them.
	fewIDs = 100
	// sharedPlace is whose rate is usual: that of the fifth busiest id, so that four can
	// be those of many people.
	sharedPlace = 5
	// fewNamedRows is how many rows under words for nobody are nothing to mention.
	fewNamedRows = 2
)

// sharedCandidates returns the ids that are words for nobody, and those that buy as many
// people do.
func (s *Suspicion) sharedCandidates(p *profile) (named, crowded []suspectID) {
	var others []suspectID
	hasOne := slices.ContainsFunc(p.suspects, func(id suspectID) bool { return id.IDKey == "1" })
	for _, id := range p.suspects {
		if !id.IsNamed || id.IDKey == "1" || id.IDKey == "0" && hasOne { // ids that begin at 0
			others = append(others, id)
			continue
		}
		named = append(named, id)
	}
	return named, s.crowded(p, others)
}

// readPlaces reads how many rows the ids have that may be shared, and where they begin;
// where none may be, nothing is looked for among all rows.
func (s *Suspicion) readPlaces(ctx context.Context, p *profile) error {
	if named, crowded := s.sharedCandidates(p); len(named)+len(crowded) == 0 {
		return nil
	}
	places, err := engine.All[suspectPlace](ctx, s.Engine, "suspect_places")
	p.places = map[string]suspectPlace{}
	for _, place := range places {
		p.places[place.CustomerID] = place
	}
	return err
}

// suspectSharedIDs warns of ids that are nobody's, or of many people, and returns them.
func (s *Suspicion) suspectSharedIDs(p *profile) []sharedID {
	shared := []sharedID{}
	named, crowded := s.sharedCandidates(p)
	var namedRows int64
	for _, id := range named {
		namedRows += p.places[id.CustomerID].OrderRows
	}
	if namedRows < fewNamedRows {
		named = nil
	}
	for _, id := range named {
		shared = append(shared, sharedID{id.CustomerID})
		s.Warn("many_people_one_id", "the id %q is a word for nobody, and %s on %s (%s of the money, %s) count as those of one customer: leave them out with orders.keep, or give each its own id",
			id.CustomerID, intake.CountOf(p.places[id.CustomerID].OrderRows, "row"), intake.CountOf(id.PurchaseDays, "day"), intake.ShareText(intake.ShareOf(id.NetMinor, p.base.NetMinor)), s.money(id.NetMinor))
	}
	days := int64(len(p.orderDays()))
	for _, id := range crowded {
		shared = append(shared, sharedID{id.CustomerID})
		file, row := s.place(p.places[id.CustomerID].FirstPlace)
		s.Warn("many_people_one_id", "the customer of %s row %d bought on %s of %s with orders (%s), as nobody else comes near to, and has %s of the money (%s): if many people share the id, such as guests or a marketplace, leave it out with orders.keep, or give each their own",
			file.Path, row, humanize.Comma(id.PurchaseDays), intake.CountOf(days, "day"), intake.ShareText(intake.ShareOf(id.PurchaseDays, days)), intake.ShareText(intake.ShareOf(id.NetMinor, p.base.NetMinor)), s.money(id.NetMinor))
	}
	return shared
}

// crowded returns those of the ids, the busiest first, that buy on a share of the shop's
// days that no usual one comes near: in a rate of purchases, since nobody can buy on more
// than all days.
func (s *Suspicion) crowded(p *profile, ids []suspectID) []suspectID {
	bounds := s.Config.Suspicions
	days := int64(len(p.orderDays()))
	if days < fewShopDays || p.base.IDs < fewIDs || len(ids) < sharedPlace {
		return nil
	}
	rate := func(id suspectID) float64 { return -math.Log1p(-intake.ShareOf(id.PurchaseDays, days)) }
	usual := rate(ids[sharedPlace-1])
	for n, id := range ids[:sharedPlace] {
		if intake.ShareOf(id.PurchaseDays, days) < bounds.OneIDDayShare || rate(id) < bounds.OneIDFactor*usual {
			return ids[:n]
		}
	}
	return nil // the fifth is usual, unless it buys on every day
}

const (
	// fewCustomers is how many customers say nothing of whether anybody comes back.
	fewCustomers = 200
	// sameShare is the share of rows whose two ids are one from which they are the same.
	sameShare = 0.95
	// youngDays is the age of a shop in which nobody need have come back yet.
	youngDays = 180
)

// orderNames are parts of the names of columns that hold the id of an order.
var orderNames = []string{"order", "invoice", "transaction", "receipt", "bestell", "rechnung", "beleg", "checkout"}

// suspectOrderIDs warns where the id of a customer looks like that of an order.
func (s *Suspicion) suspectOrderIDs(p *profile) {
	oneTimers := p.base.Customers - p.base.RepeatCustomers
	if p.base.Customers < fewCustomers || intake.ShareOf(oneTimers, p.base.Customers) <= s.Config.Suspicions.OneTimeShare {
		return
	}
	columns, reason := s.Config.Orders.Columns, ""
	isOld := calendar.DaysBetween(p.all.FirstDay, p.all.LastDay) >= youngDays
	switch {
	case columns.OrderID != "" && intake.ShareOf(p.all.SameIDRows, p.all.OrderRows) >= sameShare:
		reason = fmt.Sprintf("on %s of the rows it is the order_id", intake.ShareText(intake.ShareOf(p.all.SameIDRows, p.all.OrderRows)))
	case columns.OrderID != "" && isOld && p.orderIDs() == p.base.IDs && p.base.RepeatCustomers == 0:
		reason = "there are exactly as many as order ids"
	case columns.OrderID == "" && isColumn(s.intake.Inputs.Orders, columns.CustomerID) &&
		slices.ContainsFunc(orderNames, func(part string) bool { return strings.Contains(strings.ToLower(columns.CustomerID), part) }):
		reason = "it is column " + columns.CustomerID
	default:
		return
	}
	s.Warn("order_id_as_customer", "%s of %s bought on one day only, and the id of a customer looks like that of an order: %s; map orders.columns.customer_id to who bought",
		intake.ShareText(intake.ShareOf(oneTimers, p.base.Customers)), intake.CountOf(p.base.Customers, "customer"), reason)
}

// isColumn reports whether text is the name of a column of the files.
func isColumn(files []source.File, text string) bool {
	_, err := engine.FindColumn(text, namesOf(files))
	return err == nil
}

func namesOf(files []source.File) []string {
	var names []string
	for _, file := range files {
		for _, column := range file.Columns {
			names = append(names, column.Name)
		}
	}
	return names
}
