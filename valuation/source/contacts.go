package source

import (
	"context"

	"cbv/valuation/config"
)

var flagKind = kind{
	wants: "a condition that is true or false", cast: "boolean",
	remedy: "a condition such as %s > 0, or %[1]s is not null",
	fits:   func(t string) bool { return t == "BOOLEAN" },
}

// FindContacts looks up the files of the contacts, of which there are none when
// they are not configured. They are no side of a run: only measurements read
// them.
func FindContacts(ctx context.Context, c config.Config) (Side, error) {
	column := func(name, text string, k kind) mapped {
		return mapped{key: "contacts.columns." + name, column: name, text: text, kind: k, everywhere: true}
	}
	columns := c.Contacts.Columns
	side := Side{Name: "contacts", columns: []mapped{
		column("customer_id", columns.CustomerID, idKind),
		column("campaign", columns.Campaign, idKind),
		column("arm", columns.Arm, idKind),
		column("sent_at", columns.SentAt, dayKind),
		column("delivered", columns.Delivered, flagKind),
		column("opened", columns.Opened, flagKind),
		column("clicked", columns.Clicked, flagKind),
		column("cost", columns.Cost, moneyKind),
	}}
	var err error
	side.Files, err = Find(ctx, side.Name, c.Contacts.Files, false)
	return side, err
}
