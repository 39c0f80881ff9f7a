package source

import (
	"context"

	"cbv/valuation/config"
)

// FindContacts looks up the files of the contacts, of which there are none when
// they are not configured. No run reads them: only measurements do.
func FindContacts(ctx context.Context, c config.Config) (Auxiliary, error) {
	column := func(name, text string, k kind) mapped {
		return mapped{key: "contacts.columns." + name, column: name, text: text, kind: k, everywhere: true}
	}
	columns := c.Contacts.Columns
	contacts := Auxiliary{Name: "contacts", private: true, columns: []mapped{
		column("customer_id", columns.CustomerID, idKind),
		column("campaign", columns.Campaign, idKind),
		column("arm", columns.Arm, idKind),
		column("sent_at", columns.SentAt, daysOf(c.Time.Zone)),
		column("delivered", columns.Delivered, conditionKind),
		column("opened", columns.Opened, conditionKind),
		column("clicked", columns.Clicked, conditionKind),
		column("cost", columns.Cost, moneyKind),
		column("discount", columns.Discount, moneyKind),
	}}
	var err error
	contacts.Files, err = Find(ctx, contacts.Name, c.Contacts.Files, false)
	return contacts, err
}
