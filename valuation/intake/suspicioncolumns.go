package intake

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// columnEffect is what an unused column would change.
type columnEffect struct {
	rows, minor int64
}

// sumUnmapped adds up the unused columns' values.
func (p *profile) sumUnmapped() unmappedValue {
	var all unmappedValue
	for _, v := range p.unmapped {
		all.OrderRows += v.OrderRows
		all.AmountMinor += v.AmountMinor
		all.PositiveRows += v.PositiveRows
		all.PositiveMinor += v.PositiveMinor
		all.QuantityRows += v.QuantityRows
		all.TimesQuantityMinor += v.TimesQuantityMinor
		all.OneRows += v.OneRows
		all.OneLogMillionths += v.OneLogMillionths
		all.SeveralRows += v.SeveralRows
		all.SeveralLogMillionths += v.SeveralLogMillionths
		all.MultipliedRows += v.MultipliedRows
		all.TaxMinor += v.TaxMinor
		all.TaxRows += v.TaxRows
		all.TaxInsideRows += v.TaxInsideRows
		all.TaxBesideRows += v.TaxBesideRows
		all.RefundMinor += v.RefundMinor
		all.RefundRows += v.RefundRows
	}
	return all
}

// effectOf adds up the positive rows that an unused column takes for something.
func (p *profile) effectOf(counts func(unmappedValue) bool) columnEffect {
	var effect columnEffect
	for _, v := range p.unmapped {
		if counts(v) {
			effect.rows += v.PositiveRows
			effect.minor += v.PositiveMinor
		}
	}
	return effect
}

// matters reports whether a column would change enough rows or money.
func (in *Intake) matters(effect columnEffect, all unmappedValue) bool {
	bound := in.Config.Suspicions.UnmappedShare
	return effect.rows > 0 && (shareOf(effect.rows, all.OrderRows) > bound || math.Abs(shareOf(effect.minor, all.PositiveMinor)) > bound)
}

// suspectUnmapped warns of columns that no setting uses, and that say that the amounts
// are not what they are taken for.
func (in *Intake) suspectUnmapped(p *profile) {
	all := p.sumUnmapped()
	for _, mark := range []struct {
		what   string
		roles  []string
		counts func(unmappedValue) bool
	}{
		{"cancelled", []string{"cancelled"}, func(v unmappedValue) bool { return v.IsCancelled }},
		{"tests", []string{"test", "live"}, func(v unmappedValue) bool { return v.IsTest }},
		{"cancelled", stateRoles, func(v unmappedValue) bool { return v.Sign == "cancelled" && !v.IsCancelled }},
		{"failed", stateRoles, func(v unmappedValue) bool { return v.Sign == "failed" && !v.IsCancelled }},
		{"tests", stateRoles, func(v unmappedValue) bool { return v.Sign == "test" && !v.IsTest }},
	} {
		if effect := p.effectOf(mark.counts); in.matters(effect, all) {
			in.Warn("unmapped_columns", "no setting uses column %s, which says that %s, %s, are %s (%s of the money), and they count: leave them out with orders.keep",
				in.columnsOf(mark.roles), counted(effect.rows, "row"), in.money(effect.minor), mark.what, percent(shareOf(effect.minor, all.PositiveMinor)))
		}
	}
	in.suspectQuantity(all)
	in.suspectTax(all)
}

// stateRoles are the columns whose words say what became of an order.
var stateRoles = []string{"status", "payment", "type"}

// columnsOf names the columns that have some of the roles.
func (in *Intake) columnsOf(roles []string) string {
	var names []string
	for _, role := range roles {
		if column, ok := in.roles[role]; ok {
			names = append(names, sqlName(column))
		}
	}
	return strings.Join(names, " or ")
}

const (
	// fewQuantities is how many rows of several pieces, and of one, are needed to see
	// whether amounts rise with the pieces.
	fewQuantities = 50
	// quantityGrowth is how many times the usual amount of one piece that of several
	// is at the least where it is for all of them: it would be twice or more, but large
	// quantities are of cheap things.
	quantityGrowth = 1.25
)

// suspectQuantity warns where amounts seem to be prices of a piece, and a quantity
// stands beside them.
func (in *Intake) suspectQuantity(all unmappedValue) {
	column, ok := in.roles["quantity"]
	changed := columnEffect{all.QuantityRows, all.TimesQuantityMinor - all.AmountMinor}
	if !ok || !in.matters(changed, all) || all.SeveralRows < fewQuantities || 2*all.MultipliedRows > all.SeveralRows {
		return
	}
	if all.OneRows >= fewQuantities {
		growth := math.Exp((float64(all.SeveralLogMillionths)/float64(all.SeveralRows) - float64(all.OneLogMillionths)/float64(all.OneRows)) / 1e6)
		if growth >= quantityGrowth {
			return
		}
	}
	amount := in.Config.Orders.Columns.Amount
	in.Warn("unmapped_columns", "no setting uses column %s, which is not 1 on %s, and amounts do not rise with it: if they are prices of a piece, map orders.columns.amount to %s * %s, which takes the money from %s to %s",
		sqlName(column), counted(all.QuantityRows, "row"), in.mapping(amount), sqlName(column), in.money(all.AmountMinor), in.money(all.TimesQuantityMinor))
}

// wholeNames are parts of the names of columns that hold what was paid in all.
var wholeNames = []string{"total", "gross", "brutto", "paid"}

// suspectTax warns where amounts seem to have a tax in them that stands beside them.
func (in *Intake) suspectTax(all unmappedValue) {
	column, ok := in.roles["tax"]
	taxed := columnEffect{all.TaxRows, all.TaxMinor}
	if !ok || !in.matters(taxed, all) {
		return
	}
	amount := strings.ToLower(in.Config.Orders.Columns.Amount)
	isInside := all.TaxInsideRows > all.TaxBesideRows && 2*(all.TaxInsideRows+all.TaxBesideRows) > all.TaxRows
	isUnclear := 2*(all.TaxInsideRows+all.TaxBesideRows) <= all.TaxRows
	isWhole := !strings.Contains(amount, "subtotal") && slices.ContainsFunc(wholeNames, func(part string) bool { return strings.Contains(amount, part) })
	if !isInside && !(isUnclear && isWhole) {
		return
	}
	in.Warn("unmapped_columns", "no setting uses column %s, which is a part of the amounts (%s, %s of the money): revenue is without tax; map orders.columns.amount to %s - coalesce(%s, 0)",
		sqlName(column), in.money(all.TaxMinor), percent(shareOf(all.TaxMinor, all.AmountMinor)), in.mapping(in.Config.Orders.Columns.Amount), sqlName(column))
}

// suspectMissingReturns warns where no row is negative, and something says that there
// are returns.
func (in *Intake) suspectMissingReturns(p *profile) {
	all := p.sumUnmapped()
	refunded := p.effectOf(func(v unmappedValue) bool { return v.Sign == "refunded" })
	var signs []string
	if in.matters(refunded, all) {
		signs = append(signs, fmt.Sprintf("column %s says that %s, %s, are returned",
			in.columnsOf(append([]string{"refunded"}, stateRoles...)), counted(refunded.rows, "row"), in.money(refunded.minor)))
	}
	if money := (columnEffect{all.RefundRows, all.RefundMinor}); in.matters(money, all) {
		signs = append(signs, fmt.Sprintf("column %s has %s on %s", sqlName(in.roles["refund"]), in.money(all.RefundMinor), counted(all.RefundRows, "row")))
	}
	if l := p.later; l.RefundOrders >= fewOrders && 10*l.RefundOrders >= 9*l.Orders && shareOf(l.RefundOrders, p.orders()) > in.Config.Suspicions.UnmappedShare {
		signs = append(signs, fmt.Sprintf("%s have an amount on a later day that is no larger than the first, %s in all", counted(l.RefundOrders, "order"), in.money(l.RefundMinor)))
	}
	if p.all.NegativeRows > 0 || len(signs) == 0 {
		return
	}
	in.Warn("no_returns", "no amount is negative, and %s: what came back counts as sold; make these amounts negative in orders.columns.amount, or leave them out with orders.keep",
		strings.Join(signs, "; "))
}
