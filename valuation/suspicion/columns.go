package suspicion

import (
	"fmt"
	"math"
	"strings"

	"cbv/valuation/intake"
)

// effect is the positive rows, and the money, that an unused column would change.
type effect struct {
	rows, minor int64
}

// sumUnmapped adds up what the unused columns hold.
func (p *profile) sumUnmapped() unmappedValue {
	var all unmappedValue
	for _, v := range p.unmapped {
		all.OrderRows += v.OrderRows
		all.AmountMinor += v.AmountMinor
		all.PositiveMinor += v.PositiveMinor
		all.QuantityRows += v.QuantityRows
		all.TimesQuantityMinor += v.TimesQuantityMinor
		all.MultipliedRows += v.MultipliedRows
		all.OneRows += v.OneRows
		all.OneLogMillionths += v.OneLogMillionths
		all.SeveralRows += v.SeveralRows
		all.SeveralLogMillionths += v.SeveralLogMillionths
		all.QuantityLogMillionths += v.QuantityLogMillionths
		all.TaxMinor += v.TaxMinor
		all.TaxRows += v.TaxRows
		all.TaxInsideRows += v.TaxInsideRows
		all.TaxOverSubtotalRows += v.TaxOverSubtotalRows
		all.TaxUnderTotalRows += v.TaxUnderTotalRows
		all.ShippingMinor += v.ShippingMinor
		all.ShippingRows += v.ShippingRows
		all.ShippingOverSubtotalRows += v.ShippingOverSubtotalRows
		all.RefundMinor += v.RefundMinor
		all.RefundRows += v.RefundRows
	}
	return all
}

// effectOf adds up the positive rows of which an unused column says something.
func (p *profile) effectOf(says func(unmappedValue) bool) effect {
	var found effect
	for _, v := range p.unmapped {
		if says(v) {
			found.rows += v.PositiveRows
			found.minor += v.PositiveMinor
		}
	}
	return found
}

// matters reports whether a column would change enough rows or money.
func (s *Suspicion) matters(e effect, all unmappedValue) bool {
	bound := s.Config.Suspicions.UnmappedShare
	return e.rows > 0 && (intake.ShareOf(e.rows, all.OrderRows) >= bound || math.Abs(intake.ShareOf(e.minor, all.PositiveMinor)) >= bound)
}

const (
	testWords = "tests" // what a message calls the rows of a test
	// mostTests is the share of rows that are tests above which a column means something
	// else: what is live may be an article.
	mostTests = 0.5
)

// suspectUnmapped warns of columns that no setting uses, and that say that the amounts
// are not what they are taken for.
func (s *Suspicion) suspectUnmapped(p *profile) {
	all := p.sumUnmapped()
	for _, mark := range []struct {
		what  string
		roles []string
		says  func(unmappedValue) bool
	}{
		{"cancelled", []string{"cancelled"}, func(v unmappedValue) bool { return v.IsCancelled }},
		{testWords, []string{"test", "live"}, func(v unmappedValue) bool { return v.IsTest }},
		{"cancelled", stateRoles, func(v unmappedValue) bool { return v.Sign == "cancelled" && !v.IsCancelled }},
		{"failed or never finished", stateRoles, func(v unmappedValue) bool { return v.Sign == "failed" && !v.IsCancelled }},
		{testWords, stateRoles, func(v unmappedValue) bool { return v.Sign == "test" && !v.IsTest }},
	} {
		found := p.effectOf(mark.says)
		if mark.what == testWords && intake.ShareOf(found.rows, all.OrderRows) > mostTests {
			continue
		}
		if s.matters(found, all) {
			s.Warn("unmapped_columns", "no setting uses column %s, which says that %s, %s (%s of the money), are %s, and they count: leave them out with orders.keep",
				s.columnsOf(mark.roles), intake.CountOf(found.rows, "row"), s.money(found.minor), intake.ShareText(intake.ShareOf(found.minor, all.PositiveMinor)), mark.what)
		}
	}
	s.suspectQuantity(all)
	s.suspectParts(all)
	s.suspectRefunds(p, all)
}

// stateRoles are the columns whose words say what became of an order.
var stateRoles = []string{"status", "payment", "type"}

// columnsOf names the columns that have some of the roles.
func (s *Suspicion) columnsOf(roles []string) string {
	var names []string
	for _, role := range roles {
		if column, ok := s.roles[role]; ok {
			names = append(names, column)
		}
	}
	return strings.Join(names, " or ")
}

const (
	// fewQuantities is how many rows of several pieces, and of one, are needed to see
	// whether amounts rise with the pieces.
	fewQuantities = 20
	// fewSeveralShare is the share of rows of several pieces that are too few to matter.
	fewSeveralShare = 0.01
)

// suspectQuantity warns where amounts seem to be prices of a piece, and a quantity
// stands beside them.
func (s *Suspicion) suspectQuantity(all unmappedValue) {
	column, ok := s.roles["quantity"]
	if !ok || min(all.SeveralRows, all.OneRows) < fewQuantities || intake.ShareOf(all.SeveralRows, all.OrderRows) < fewSeveralShare ||
		2*all.MultipliedRows > all.SeveralRows { // amount is price times quantity
		return
	}
	several := float64(all.SeveralRows)
	rise := float64(all.SeveralLogMillionths)/several - float64(all.OneLogMillionths)/float64(all.OneRows)
	if slope := rise / (float64(all.QuantityLogMillionths) / several); slope >= s.Config.Suspicions.QuantitySlope {
		return
	}
	s.Warn("unmapped_columns", "no setting uses column %s, which is not 1 on %s, and amounts do not rise with it: if they are prices of a piece, map orders.columns.amount to %s * %s, which takes the money from %s to %s",
		column, intake.CountOf(all.QuantityRows, "row"), s.amountText, column, s.money(all.AmountMinor), s.money(all.TimesQuantityMinor))
}

// fewTaxed is how many rows with a tax, or with shipping, say nothing of the others.
const fewTaxed = 20

// suspectParts warns where amounts seem to have a tax or shipping in them that stands
// beside them.
func (s *Suspicion) suspectParts(all unmappedValue) {
	parts := []struct {
		role     string
		minor    int64
		isInside bool
	}{
		{"tax", all.TaxMinor, s.isTaxInside(all)},
		{"shipping", all.ShippingMinor, s.isShippingInside(all)},
	}
	without := s.amountText
	for _, part := range parts {
		if part.isInside {
			without += fmt.Sprintf(" - coalesce(%s, 0)", s.roles[part.role])
		}
	}
	for _, part := range parts {
		if part.isInside {
			s.Warn("unmapped_columns", "no setting uses column %s, which is a part of the amounts (%s, %s of the money): revenue is without %s; map orders.columns.amount to %s",
				s.roles[part.role], s.money(part.minor), intake.ShareText(intake.ShareOf(part.minor, all.AmountMinor)), part.role, without)
		}
	}
}

func (s *Suspicion) isTaxInside(all unmappedValue) bool {
	bound := s.Config.Suspicions.TaxShare
	return s.roles["tax"] != "" && all.TaxRows >= fewTaxed && intake.ShareOf(all.TaxUnderTotalRows, all.TaxRows) < bound &&
		(intake.ShareOf(all.TaxInsideRows, all.TaxRows) >= bound || intake.ShareOf(all.TaxOverSubtotalRows, all.TaxRows) >= bound)
}

func (s *Suspicion) isShippingInside(all unmappedValue) bool {
	return s.roles["shipping"] != "" && all.ShippingRows >= fewTaxed &&
		intake.ShareOf(all.ShippingOverSubtotalRows, all.ShippingRows) >= s.Config.Suspicions.TaxShare
}

const (
	// repeatShare is the share of orders of which a later version has the rows and the money
	// of the one before from which a column is that of versions.
	repeatShare = 0.5
	// moreThanChance is how many times as often as two orders are alike by chance.
	moreThanChance = 3
	// everyOrder is the share from which all orders are alike.
	everyOrder = 0.95
	// mostEdited is the share of orders of one row and more than one above which these have
	// lines, each with the time of its own change.
	mostEdited = 0.25
)

// suspectVersions warns where orders stand repeatedly, and the rows differ in a column
// whose name says that it is the version of the order.
func (s *Suspicion) suspectVersions(p *profile) {
	v := p.versions
	share := intake.ShareOf(v.Orders, p.orderIDs())
	if v.Orders < fewTwice || share < s.Config.Suspicions.TwoFilesShare || !v.areVersions(share) {
		return
	}
	effect := fmt.Sprintf("older ones count, too, %s in all", s.money(v.EarlierMinor))
	switch orders := s.Config.Orders; {
	case orders.Grain == "order":
		effect = "the earliest row of each counts"
	case orders.Columns.Currency != "": // their money is in several
		effect = "older ones count, too"
	}
	column := s.columnsOf([]string{"version_number", "version_time"})
	s.Warn("unmapped_columns", "no setting uses column %s, in which the rows of %s (%s of all) differ as those of its versions do, and %s: map orders.columns.version to %s",
		column, intake.CountOf(v.Orders, "order"), intake.ShareText(share), effect, s.versionText)
}

// areVersions reports whether rows of orders that differ in a version repeat each other.
// Lines that were changed one by one are alike only by chance; where each version is one
// row, and no order has two rows else, they may have been edited: if each has a file of its
// own, or the time of day of its order, of a share of orders as few as shops edit.
func (v unusedVersions) areVersions(share float64) bool {
	same := intake.ShareOf(v.EqualOrders, v.Orders)
	byChance := intake.ShareOf(v.EqualPairs, v.Orders*(v.Orders-1))
	isApart := intake.ShareOf(v.ApartOrders, v.Orders) >= everyOrder ||
		intake.ShareOf(v.TimedOrders, v.Orders) >= everyOrder && share <= mostEdited
	isEdited := isApart && intake.ShareOf(v.SingleOrders, v.Orders) >= everyOrder && intake.ShareOf(v.SteadyOrders, v.Orders) <= 1-everyOrder
	return isEdited || same >= repeatShare && same >= moreThanChance*byChance
}

// suspectRefunds warns where a column has refunds that the negative rows do not have.
func (s *Suspicion) suspectRefunds(p *profile, all unmappedValue) {
	column, ok := s.roles["refund"]
	if !ok || p.all.NegativeRows == 0 || !s.matters(effect{all.RefundRows, all.RefundMinor}, all) || -2*p.all.NegativeMinor > all.RefundMinor {
		return
	}
	s.Warn("unmapped_columns", "no setting uses column %s, which has %s on %s, and the negative amounts are %s only: map orders.columns.amount to %s - coalesce(%s, 0)",
		column, s.money(all.RefundMinor), intake.CountOf(all.RefundRows, "row"), s.money(p.all.NegativeMinor), s.amountText, column)
}

const (
	// fewRefunds is how many orders with a second amount may be chance.
	fewRefunds = 20
	// mostRefunded is the share of orders with a second amount above which it is how the
	// shop works.
	mostRefunded = 0.4
	// noLargerShare is the share of second amounts that are no larger than the first from
	// which all are refunds: what is delivered later may be worth more.
	noLargerShare = 0.9
)

// suspectMissingReturns warns where no row is negative, and something says that there
// are returns.
func (s *Suspicion) suspectMissingReturns(p *profile) {
	if p.all.NegativeRows > 0 {
		return
	}
	all := p.sumUnmapped()
	var signs []string
	if returned := p.effectOf(func(v unmappedValue) bool { return v.Sign == "refunded" }); s.matters(returned, all) {
		signs = append(signs, fmt.Sprintf("column %s says that %s, %s, came back",
			s.columnsOf(append([]string{"refunded"}, stateRoles...)), intake.CountOf(returned.rows, "row"), s.money(returned.minor)))
	}
	if s.matters(effect{all.RefundRows, all.RefundMinor}, all) {
		signs = append(signs, fmt.Sprintf("column %s has %s on %s", s.roles["refund"], s.money(all.RefundMinor), intake.CountOf(all.RefundRows, "row")))
	}
	l := p.later
	share := intake.ShareOf(l.RefundOrders, p.orderIDs())
	if l.RefundOrders >= fewRefunds && share >= s.Config.Suspicions.RefundShare && share <= mostRefunded && l.RefundOrders > l.ManyDayOrders &&
		intake.ShareOf(l.RefundOrders, l.TwoDayOrders) >= noLargerShare {
		signs = append(signs, fmt.Sprintf("%s have a second amount on a later day that is no larger than the first, %s in all", intake.CountOf(l.RefundOrders, "order"), s.money(l.RefundMinor)))
	}
	if len(signs) > 0 {
		s.Warn("no_returns", "no amount is negative, and %s: what came back counts as sold; make these amounts negative in orders.columns.amount, or leave them out with orders.keep",
			strings.Join(signs, "; "))
	}
}
