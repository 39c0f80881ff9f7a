package vocabulary

import "testing"

func TestNamesAreNormalised(t *testing.T) {
	for name, want := range map[string]string{
		"Created at": "created_at", "CreatedAt": "created_at", "created_at": "created_at", "InvoiceNo": "invoice_no", "CustomerID": "customer_id",
		"Order #": "order_nr", "Grand Total (Base)": "grand_total_base", "billing.email": "billing_email", "N. Revenue": "n_revenue", "Währung": "waehrung",
		"Created date (UTC)": "created_date_utc", "  ": "",
	} {
		if got := Normalised(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

// A name that a list does not have is found by its first or last words, for a person to
// look at.
func TestNamesHaveAPlace(t *testing.T) {
	for _, c := range []struct {
		subject Subject
		name    string
		want    int
	}{
		{Quantity, "Quantity", 0}, {Quantity, "lineItemQuantity", 3}, {Quantity, "LINEITEMQUANTITY", 3}, {Quantity, "shelf_quantity", len(Names(Quantity))},
		{Quantity, "quantity_of_pieces", len(Names(Quantity))}, {Quantity, "my_qty", -1}, {Currency, "cur", -1},
	} {
		if got := Place(c.subject, c.name); got != c.want {
			t.Errorf("%s has place %d for %s, want %d", c.name, got, c.subject, c.want)
		}
	}
}

// What is asked without anybody looking has names that promise nothing else.
func TestNamesSayOneThing(t *testing.T) {
	for _, c := range []struct {
		subject Subject
		names   []string
		want    bool
	}{
		{Status, []string{"status", "State", "order_state", "Order Line Status", "orderStatus", "fulfillment", "fulfilment", "Fulfillment Status", "zustand", "Bestellstatus", "status_code", "estado", "État", "etat_commande"}, true},
		{Status, []string{"customer_status", "subscription_status", "email_status", "shipping_state", "state_tax", "order"}, false},
		{CurrencyCode, []string{"cur", "CCY", "order_cur", "invoice_ccy_code"}, true},
		{Currency, []string{"currency", "currency_code", "transaction_currency", "Währung"}, true},
		{Currency, []string{"presentment_currency", "customer_currency", "cur"}, false},
		{Cancelled, []string{"cancelled", "isCanceled", "order_cancelled", "was_voided", "cancel_flag", "storniert"}, true},
		{CancelledAt, []string{"Cancelled at", "order_cancelled_at", "cancelled_at_time"}, true},
		{Cancelled, []string{"subscription_cancelled", "cancellation_policy"}, false},
		{Version, []string{"updated_at", "UpdatedAt", "order_updated_at", "last_modified", "last_update_time", "revision", "order_version", "Geändert am", "updated_at_utc"}, true},
		{Version, []string{"app_version", "customer_updated_at", "price_updated_at", "api_version", "at", "order_time"}, false},
		{Test, []string{"test", "is_test", "order_is_test"}, true},
		{Test, []string{"test_group", "order_is_test_flag"}, false},
		{Tax, []string{"tax", "Tax Amount", "order_tax_sum", "MwSt"}, true},
		{Tax, []string{"tax_id", "tax_rate"}, false},
	} {
		for _, name := range c.names {
			if got := Says(c.subject, name); got != c.want {
				t.Errorf("%s says %s: %v", name, c.subject, got)
			}
		}
	}
}
