package source

import (
	"context"

	"cbv/valuation/config"
)

// FindContacts looks up the files of the contacts, of which there are none when
// they are not configured. They are no side of a run: only measurements read
// them.
func FindContacts(ctx context.Context, c config.Config) (Side, error) {
	column := func(name, text string, k kind) mapped {
		return mapped{key: "contacts.columns." + name, column: name, text: text, kind: k, everywhere: true}
	}
	columns := c.Contacts.Columns
	sent := dayKind
	sent.remedy = "cast(timezone('" + c.Time.Zone + "', %s) as date), which are the days of time.zone"
	side := Side{Name: "contacts", private: true, columns: []mapped{
		column("customer_id", columns.CustomerID, idKind),
		column("campaign", columns.Campaign, idKind),
		column("arm", columns.Arm, idKind),
		column("sent_at", columns.SentAt, sent),
		column("delivered", columns.Delivered, conditionKind),
		column("opened", columns.Opened, conditionKind),
		column("clicked", columns.Clicked, conditionKind),
		column("cost", columns.Cost, moneyKind),
	}}
	var err error
	side.Files, err = Find(ctx, side.Name, c.Contacts.Files, false)
	return side, err
}
