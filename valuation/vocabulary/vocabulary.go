// Package vocabulary knows what the name of a column of orders promises. It is the one
// list of names: cbv init proposes mappings by it, and cbv check asks by it what columns
// that nothing maps say of the orders.
package vocabulary

import (
	"regexp"
	"slices"
	"strings"
)

// Subject is what a column of orders may be about.
type Subject string

// The subjects.
const (
	Time         Subject = "time"
	Customer     Subject = "customer"
	Order        Subject = "order"
	Quantity     Subject = "quantity"
	Price        Subject = "price" // of a piece
	Line         Subject = "line"  // money of a line
	Total        Subject = "total" // of an order, as it was paid
	Net          Subject = "net"
	Subtotal     Subject = "subtotal"
	Amount       Subject = "amount"
	Discount     Subject = "discount"
	Tax          Subject = "tax"
	Shipping     Subject = "shipping"
	Refund       Subject = "refunded" // money, or a mark, by the values
	Margin       Subject = "margin"
	Currency     Subject = "currency"
	CurrencyCode Subject = "currency_code" // names that may mean something else, too
	Channel      Subject = "channel"
	Type         Subject = "type"
	Returned     Subject = "returned"
	Cancelled    Subject = "cancelled"    // a mark
	CancelledAt  Subject = "cancelled_at" // a time
	Test         Subject = "test"
	Live         Subject = "live"
	Status       Subject = "status"
	Payment      Subject = "payment" // what became of it
	Country      Subject = "country"
	Version      Subject = "version" // a number or a time
)

// names are those of each subject as Normalised writes them, the best first.
var names = map[Subject][]string{
	Time:     strings.Fields("ordered_at order_date order_time order_datetime created_at purchased_at purchase_date invoice_date transaction_date sale_date sold_at placed_at order_created_at order_purchase_timestamp created date_created event_time timestamp order_ts ts date datetime time day datum bestelldatum bestellt_am auftragsdatum kaufdatum rechnungsdatum zeitpunkt fecha fecha_pedido date_commande date_achat data orderdatum besteldatum"),
	Customer: strings.Fields("customer_id customer_nr customer_number customer_no customer cust_id cust custid client_id client_nr clientid client user_id userid user buyer_id buyer shopper_id shopper account_id account_nr account member_id member contact_id person_id person party_id visitor_id donor_id subscriber_id customer_key kunden_id kunden_nr kundennummer kundennr kunde kaeufer klant_id klantnummer klant cliente_id id_cliente cliente id_client numero_client acheteur customer_email email e_mail mail email_address buyer_email"),
	Order:    strings.Fields("order_id order_nr order_number order_no orderid order invoice_id invoice_no invoice_nr invoice_number invoice transaction_id transaction_nr transaction txn_id receipt_id receipt_no receipt basket_id cart_id purchase_id sale_id ticket_id ticket document_no doc_no booking_id bestellnummer bestell_nr bestellung_id bestellung auftrag_id auftragsnummer auftrag rechnungsnummer beleg_nr belegnummer beleg pedido_id pedido commande_id commande bestelnummer id"),

	Quantity: strings.Fields("quantity qty units lineitem_quantity item_quantity quantity_ordered qty_ordered pieces menge anzahl stueck quantite cantidad aantal stueckzahl"),
	Price:    strings.Fields("unit_price price_per_unit item_price unit_amount price each_price lineitem_price einzelpreis stueckpreis preis prix_unitaire prix precio_unitario precio stukprijs prijs price_each"),
	Line:     strings.Fields("line_total line_amount item_total row_total extended_price amount sales revenue zeilensumme positionswert"),
	Total:    strings.Fields("order_total grand_total total_amount total_price total_paid total total_value amount_paid gross_amount gross_total gross gesamtbetrag gesamtsumme gesamt brutto bruttobetrag total_ttc importe_total totaal"),
	Net:      strings.Fields("net_sales net_amount net_total net_revenue net_value net revenue_net netto nettobetrag nettoumsatz total_ht goods_value merchandise_value total_net"),
	Subtotal: strings.Fields("subtotal sub_total items_total goods_total merchandise_total zwischensumme"),
	Amount:   strings.Fields("amount revenue sales order_value value spend order_amount purchase_amount purchase_value transaction_amount payment_value price paid amount_cents total_cents price_cents betrag umsatz bestellwert summe warenwert montant chiffre_affaires importe valor bedrag omzet money turnover sale_amount sales_amount"),
	Discount: strings.Fields("discount discount_amount discount_total total_discount discounts line_discount rabatt nachlass remise descuento korting"),
	Tax:      strings.Fields("tax taxes tax_amount tax_total total_tax vat vat_amount sales_tax gst mwst ust umsatzsteuer mehrwertsteuer steuer tva iva btw order_tax line_tax cart_tax"),
	Shipping: strings.Fields("shipping shipping_amount shipping_cost shipping_total total_shipping shipping_price shipping_fee freight freight_value delivery_fee postage versand versandkosten porto frais_livraison envio verzendkosten"),
	Refund:   strings.Fields("refunded_amount amount_refunded refund_amount refunded refund total_refunded refund_total refunds erstattet erstattung erstattungsbetrag total_refund"),
	Margin:   strings.Fields("margin gross_margin profit gross_profit contribution contribution_margin marge deckungsbeitrag rohertrag"),

	Currency:     strings.Fields("currency currency_code order_currency iso_currency waehrung devise moneda valuta"),
	CurrencyCode: strings.Fields("cur ccy curr payment_currency iso_code waehrungscode mena"),
	Country:      strings.Fields("country country_code shipping_country billing_country land pays pais paese"),
	Channel:      strings.Fields("channel acquisition_channel first_channel marketing_channel utm_source traffic_source source_medium kanal herkunft canal"),

	Type:        strings.Fields("type transaction_type event_type order_type record_type kind typ vorgang belegart transaction_kind row_type line_type lineitem_type"),
	Returned:    strings.Fields("refunded is_refunded is_refund refunded_at returned is_returned is_return returned_at"),
	Cancelled:   strings.Fields("cancelled canceled is_cancelled is_canceled voided is_void is_voided void cancel storniert storno annulliert is_deleted deleted"),
	CancelledAt: strings.Fields("cancelled_at canceled_at voided_at cancellation_date cancelled_on canceled_on cancel_date deleted_at storniert_am stornodatum"),
	Test:        strings.Fields("test is_test test_order is_test_order order_is_test testbestellung sandbox is_sandbox"),
	Live:        strings.Fields("livemode live is_live"),
	Status:      strings.Fields("status state order_status order_state fulfillment fulfilment fulfillment_status fulfilment_status fulfillment_state zustand bestellstatus auftragsstatus lieferstatus stornostatus statut statut_commande etat etat_commande etat_de_commande estado estado_pedido stato stan"),
	Payment:     strings.Fields("financial_status payment_status payment_state zahlungsstatus zahlstatus statut_paiement estado_pago"),

	Version: strings.Fields("updated_at last_updated_at last_update last_updated update_time update_date date_updated updated updated_on modified_at last_modified_at last_modified modified date_modified modified_on modified_time modification_date last_modified_date changed_at last_changed changed_on lastmod mtime version order_version version_no version_number revision order_revision row_version aktualisiert_am aktualisiert geaendert_am geaendert aenderungsdatum letzte_aenderung fecha_actualizacion actualizado modificado date_modification mis_a_jour gewijzigd_op bijgewerkt"),
}

// Names returns the names of a subject, the best first.
func Names(s Subject) []string { return names[s] }

// Place returns how good a name is for a subject: 0 for the best, negative for none. A
// name that only begins or ends with one of the subject's follows all of these.
func Place(s Subject, name string) int {
	known := names[s]
	name = Normalised(name)
	if at := exactPlace(known, name); at >= 0 {
		return at
	}
	for at, word := range known {
		if len(word) >= 4 && (strings.HasSuffix(name, "_"+word) || strings.HasPrefix(name, word+"_")) {
			return len(known) + at
		}
	}
	return -1
}

// exactPlace returns the place of a name, however its words are joined.
func exactPlace(known []string, name string) int {
	if at := slices.Index(known, name); at >= 0 {
		return at
	}
	return slices.IndexFunc(known, func(word string) bool { return squeezed(word) == squeezed(name) })
}

func squeezed(name string) string { return strings.ReplaceAll(name, "_", "") }

// entities are words that say of what a column is, and nothing of its subject.
var entities = strings.Fields("order orders transaction transactions txn sale sales purchase invoice document booking line row bestellung auftrag")

// besides are what else may stand in the name of a subject.
var besides = map[Subject][]string{
	Quantity: {"item", "items"}, Tax: {"amount", "sum"}, Shipping: {"amount", "sum"}, Subtotal: {"amount"}, Refund: {"sum", "value"},
	Cancelled: {"is", "was", "has", "flag"}, CancelledAt: {"is", "was", "time", "date"}, Returned: {"is", "was", "has", "flag", "at", "date"},
	Version: {"at", "time", "ts", "timestamp", "utc", "datetime"}, Status: {"code", "name"}, Currency: {"code"}, CurrencyCode: {"code"},
}

// whole are the subjects whose names are words of many meanings: any word beside them
// makes them another's.
var whole = []Subject{Test, Live, Country}

// Says reports whether a name promises a subject and nothing else: it is one of the
// subject's, or so without words that only say of what it is. The state of an order does,
// that of an address does not.
func Says(s Subject, name string) bool {
	name = Normalised(name)
	if exactPlace(names[s], name) >= 0 {
		return true
	}
	if slices.Contains(whole, s) {
		return false
	}
	isBeside := func(word string) bool { return slices.Contains(entities, word) || slices.Contains(besides[s], word) }
	rest := slices.DeleteFunc(strings.Split(name, "_"), isBeside)
	return len(rest) > 0 && slices.Contains(names[s], strings.Join(rest, "_"))
}

// Normalised is a name in small letters and digits, with underscores between words:
// Created at, created_at and CreatedAt are created_at.
func Normalised(name string) string {
	name = camel.ReplaceAllString(name, "${1}_${2}")
	return strings.Trim(notWord.ReplaceAllString(plain.Replace(strings.ToLower(name)), "_"), "_")
}

var (
	camel   = regexp.MustCompile(`([a-z0-9])([A-Z])`)
	notWord = regexp.MustCompile(`[^\pL\pN]+`)
	plain   = strings.NewReplacer("#", " nr ", "ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "é", "e", "è", "e", "ó", "o", "ñ", "n", "í", "i", "á", "a", "ç", "c")
)
