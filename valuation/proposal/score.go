package proposal

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"cbv/valuation/engine"
)

// Certainty is how sure a proposal is.
type Certainty int

// The certainties.
const (
	Sure Certainty = iota
	Likely
	Guess
)

func (c Certainty) String() string { return [...]string{"sure", "likely", "a guess"}[c] }

// found is the column of a role.
type found struct {
	*column
	sure Certainty
	why  string
}

func (f *found) columnOrNil() *column {
	if f == nil {
		return nil
	}
	return f.column
}

// role is what a column of a plain table may be for. Names are normalised, the best
// first; a column whose name ends in one of them is a likely one.
type role struct {
	name  string
	names string
	fits  func(column) bool
}

// roles of plain tables, in the order in which they take their columns.
var roles = []role{
	{"time", "ordered_at order_date order_time order_datetime created_at purchased_at purchase_date invoice_date transaction_date sale_date sold_at placed_at order_created_at order_purchase_timestamp created date_created event_time timestamp order_ts ts date datetime time day datum bestelldatum bestellt_am auftragsdatum kaufdatum rechnungsdatum zeitpunkt fecha fecha_pedido date_commande date_achat data orderdatum besteldatum", column.isTimeLike},
	{"customer", "customer_id customer_nr customer_number customer_no customer cust_id cust custid client_id client_nr clientid client user_id userid user buyer_id buyer shopper_id shopper account_id account_nr account member_id member contact_id person_id person party_id visitor_id donor_id subscriber_id customer_key kunden_id kunden_nr kundennummer kundennr kunde kaeufer klant_id klantnummer klant cliente_id id_cliente cliente id_client numero_client acheteur customer_email email e_mail mail email_address buyer_email", column.isIDLike},
	{"order", "order_id order_nr order_number order_no orderid order invoice_id invoice_no invoice_nr invoice_number invoice transaction_id transaction_nr transaction txn_id receipt_id receipt_no receipt basket_id cart_id purchase_id sale_id ticket_id ticket document_no doc_no booking_id bestellnummer bestell_nr bestellung_id bestellung auftrag_id auftragsnummer auftrag rechnungsnummer beleg_nr belegnummer beleg pedido_id pedido commande_id commande bestelnummer id", column.isIDLike},
	{"quantity", "quantity qty units lineitem_quantity item_quantity quantity_ordered qty_ordered pieces menge anzahl stueck quantite cantidad aantal", column.isNumberLike},
	{"price", "unit_price price_per_unit item_price unit_amount price each_price lineitem_price einzelpreis stueckpreis preis prix_unitaire prix precio_unitario precio stukprijs prijs", column.isNumberLike},
	{"line", "line_total line_amount item_total row_total extended_price amount sales revenue zeilensumme positionswert", column.isNumberLike},
	{"total", "order_total grand_total total_amount total_price total_paid total total_value amount_paid gross_amount gross_total gross gesamtbetrag gesamtsumme gesamt brutto bruttobetrag total_ttc importe_total totaal", column.isNumberLike},
	{"net", "net_sales net_amount net_total net_revenue net_value net revenue_net netto nettobetrag nettoumsatz total_ht goods_value merchandise_value", column.isNumberLike},
	{"subtotal", "subtotal sub_total items_total goods_total merchandise_total zwischensumme", column.isNumberLike},
	{"amount", "amount revenue sales order_value value spend order_amount purchase_amount purchase_value transaction_amount payment_value price paid amount_cents total_cents price_cents betrag umsatz bestellwert summe warenwert montant chiffre_affaires importe valor bedrag omzet money turnover sale_amount sales_amount", column.isNumberLike},
	{"discount", "discount discount_amount discount_total total_discount discounts line_discount rabatt nachlass remise descuento korting", column.isNumberLike},
	{"tax", "tax taxes tax_amount tax_total total_tax vat vat_amount sales_tax gst mwst ust umsatzsteuer mehrwertsteuer steuer tva iva btw", column.isNumberLike},
	{"shipping", "shipping shipping_amount shipping_cost shipping_total total_shipping shipping_price shipping_fee freight freight_value delivery_fee postage versand versandkosten porto frais_livraison envio verzendkosten", column.isNumberLike},
	{"refunded", "refunded_amount amount_refunded refund_amount refunded refund total_refunded refund_total refunds erstattet erstattung erstattungsbetrag", column.isNumberLike},
	{"margin", "margin gross_margin profit gross_profit contribution contribution_margin marge deckungsbeitrag rohertrag", column.isNumberLike},
	{"currency", "currency currency_code order_currency iso_currency waehrung devise moneda valuta", column.isText},
	{"channel", "channel acquisition_channel first_channel marketing_channel utm_source traffic_source source_medium kanal herkunft canal", column.isText},
	{"type", "type transaction_type event_type order_type record_type kind typ vorgang belegart", column.isText},
}

func (c column) isTimeLike() bool   { return c.reads(column.isTime) }
func (c column) isNumberLike() bool { return c.reads(column.isNumber) }
func (c column) isText() bool       { return c.Type == engine.Varchar }

// isIDLike reports whether values could name something: text or whole numbers.
func (c column) isIDLike() bool {
	if c.filled == 0 || c.isTime() || c.Type == engine.Boolean || c.Type == engine.Other || c.Type == engine.Doubles {
		return false
	}
	return !c.isNumber() || c.whole == c.filled
}

// place returns how good a name is for a role: 0 for the best, negative for none.
func (r role) place(name string) int {
	names := strings.Fields(r.names)
	name = normalised(name)
	if at := slices.Index(names, name); at >= 0 {
		return at
	}
	squeezed := strings.ReplaceAll(name, "_", "")
	for at, known := range names {
		if strings.ReplaceAll(known, "_", "") == squeezed {
			return at
		}
	}
	for at, known := range names {
		if len(known) >= 4 && strings.HasSuffix(name, "_"+known) || len(known) >= 4 && strings.HasPrefix(name, known+"_") {
			return len(names) + at
		}
	}
	return -1
}

// roles assigns the columns of a table to what they are for: by their names, and where
// these say nothing, by their values.
func (t *table) roles() map[string]*found {
	taken := map[string]*found{}
	isTaken := func(c *column) bool {
		for _, f := range taken {
			if f.column == c {
				return true
			}
		}
		return false
	}
	for _, r := range roles {
		best, bestPlace := (*column)(nil), 0
		for i := range t.columns {
			c := &t.columns[i]
			place := r.place(c.Name)
			fits := r.fits(*c) || r.name == "time" && place >= 0 && c.looksLikeEpoch()
			if place < 0 || !fits || isTaken(c) || c.filled == 0 {
				continue
			}
			if best == nil || place+c.penalty(r.name) < bestPlace {
				best, bestPlace = c, place+c.penalty(r.name)
			}
		}
		if best == nil {
			continue
		}
		sure := Sure
		if bestPlace >= len(strings.Fields(r.names)) {
			sure = Likely
		}
		taken[r.name] = &found{best, sure, "by its name; " + best.looks()}
	}
	if taken["quantity"] == nil || taken["price"] == nil {
		// What could be the money of a line is that of the row.
		for _, role := range []string{"line", "price"} {
			if f := taken[role]; f != nil && taken["amount"] == nil && taken["total"] == nil && taken["net"] == nil && taken["subtotal"] == nil {
				taken["amount"] = f
			}
			delete(taken, role)
		}
		delete(taken, "quantity")
	}
	t.byValues(taken, isTaken)
	if taken["order"] != nil && taken["customer"] == nil {
		delete(taken, "order")
		t.byValues(taken, isTaken)
	}
	return taken
}

// penalty moves a column back whose values speak against a role: a customer that is
// nearly always another one is rather an order.
func (c *column) penalty(role string) int {
	const far = 1000
	switch {
	case role == "customer" && c.filled > 100 && c.distinct*100 >= c.filled*99:
		return far
	case role == "customer" && c.distinct <= 1, c.guessed != "":
		return far
	}
	return 0
}

// byValues finds the columns that a mapping cannot do without and whose names say
// nothing.
func (t *table) byValues(taken map[string]*found, isTaken func(*column) bool) {
	free := func(fits func(column) bool) (columns []*column) {
		for i := range t.columns {
			if c := &t.columns[i]; !isTaken(c) && c.filled > 0 && fits(*c) {
				columns = append(columns, c)
			}
		}
		return columns
	}
	certainty := func(columns []*column) Certainty {
		if len(columns) == 1 {
			return Likely
		}
		return Guess
	}
	if times := free(column.isTimeLike); taken["time"] == nil && len(times) > 0 {
		best := slices.MaxFunc(times, func(a, b *column) int { return int(a.distinct - b.distinct) })
		taken["time"] = &found{best, certainty(times), "the name says nothing; " + best.looks()}
	}
	money := func(c column) bool {
		return c.isNumber() && (c.Type != engine.Bigint || c.negative > 0) && c.distinct > 1
	}
	hasMoney := slices.ContainsFunc([]string{"amount", "total", "net", "subtotal", "line"}, func(role string) bool { return taken[role] != nil }) || taken["quantity"] != nil && taken["price"] != nil
	if amounts := free(money); !hasMoney && len(amounts) > 0 {
		fractions := slices.DeleteFunc(slices.Clone(amounts), func(c *column) bool { return c.whole == c.filled })
		if len(fractions) > 0 {
			amounts = fractions
		}
		best := slices.MaxFunc(amounts, func(a, b *column) int { return int(a.distinct - b.distinct) })
		taken["amount"] = &found{best, certainty(amounts), "the name says nothing; " + best.looks()}
	}
	repeats := func(c column) bool {
		return c.isIDLike() && c.distinct > 2 && c.distinct*100 < c.filled*98
	}
	isMany := func(c *column) bool { return c.distinct > mostValues/2 }
	unique := func(c column) bool { return c.isIDLike() && c.distinct*100 >= c.filled*80 }
	if taken["customer"] == nil {
		if ids := free(repeats); len(ids) > 0 {
			// Of two ids the order is the one with more values, and what has few is none.
			best := slices.MaxFunc(ids, func(a, b *column) int { return int(a.distinct - b.distinct) })
			if many := slices.DeleteFunc(slices.Clone(ids), func(c *column) bool { return !isMany(c) }); len(many) > 0 {
				ids = many
				best = slices.MinFunc(many, func(a, b *column) int { return int(a.distinct - b.distinct) })
			}
			taken["customer"] = &found{best, certainty(ids), "the name says nothing; " + best.looks()}
		}
	}
	if ids := free(unique); taken["order"] == nil && taken["customer"] != nil && len(ids) > 0 {
		best := slices.MaxFunc(ids, func(a, b *column) int { return int(a.distinct - b.distinct) })
		if best.distinct > taken["customer"].distinct {
			taken["order"] = &found{best, certainty(ids), "the name says nothing; " + best.looks()}
		}
	}
}

// looks says what the values of a column look like.
func (c column) looks() string {
	text := ""
	switch {
	case c.Type == engine.Varchar && c.asText != nil:
		text = c.asText.about + ", as text"
	case c.isTime() && c.typed != nil:
		text = c.typed.about
	case c.isTime():
		text = string(c.Type) + "s"
	case c.isNumber():
		text = "numbers"
		if c.negative > 0 {
			text += fmt.Sprintf(", %d of them negative", c.negative)
		}
	case c.Type == engine.Varchar:
		text = "text"
	default:
		text = string(c.Type)
	}
	return fmt.Sprintf("%s, about %s values in %s", text, humanize.Comma(rounded(min(c.distinct, c.filled))), rowsOf(c.filled))
}

// rounded keeps two digits of a number that is only about right.
func rounded(n int64) int64 {
	unit := int64(1)
	for n/unit >= 100 {
		unit *= 10
	}
	return (n + unit/2) / unit * unit
}

// isNameOf reports whether the name of a column is one of a role.
func isNameOf(wanted, name string) bool {
	return slices.ContainsFunc(roles, func(r role) bool { return r.name == wanted && r.place(name) >= 0 })
}

// isMoneyName reports whether a column is money by its name.
func isMoneyName(name string) bool {
	for _, r := range roles {
		switch r.name {
		case "price", "line", "total", "net", "subtotal", "amount", "discount", "tax", "shipping", "refunded", "margin":
			if r.place(name) >= 0 {
				return true
			}
		}
	}
	return false
}
