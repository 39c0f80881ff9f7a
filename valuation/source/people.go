package source

import (
	"context"

	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/source/remedy"
)

// textKind is what reads as text.
var textKind = kind{wants: "text or whole numbers", cast: engine.Varchar, want: remedy.ID, fits: idKind.fits}

// consentKind is a condition that is null where somebody neither agreed nor objected.
var consentKind = kind{wants: conditionKind.wants, cast: engine.Boolean, want: remedy.Consent, fits: conditionKind.fits}

// FindPeople looks up the files of people, and those of suppression. What is not
// configured has none.
func FindPeople(ctx context.Context, c config.Config) (people, suppression Auxiliary, err error) {
	column := func(section, name, text string, k kind) mapped {
		return mapped{key: section + ".columns." + name, column: name, text: text, kind: k, everywhere: true}
	}
	p, s := c.People.Columns, c.Suppression.Columns
	people = Auxiliary{Name: "people", private: true, columns: []mapped{
		column("people", "customer_id", p.CustomerID, idKind),
		column("people", "email", p.Email, textKind),
		column("people", "phone", p.Phone, textKind),
		column("people", "first_name", p.FirstName, textKind),
		column("people", "last_name", p.LastName, textKind),
		column("people", "country", p.Country, textKind),
		column("people", "zip", p.Zip, textKind),
		column("people", "city", p.City, textKind),
		column("people", "state", p.State, textKind),
		column("people", "consent_email", p.ConsentEmail, consentKind),
		column("people", "consent_ads", p.ConsentAds, consentKind),
		column("people", "suppressed", p.Suppressed, conditionKind),
	}}
	suppression = Auxiliary{Name: "suppression", private: true, columns: []mapped{
		column("suppression", "customer_id", s.CustomerID, idKind),
		column("suppression", "email", s.Email, textKind),
		column("suppression", "hash", s.Hash, textKind),
	}}
	if people.Files, err = Find(ctx, people.Name, c.People.Files, false); err == nil {
		suppression.Files, err = Find(ctx, suppression.Name, c.Suppression.Files, false)
	}
	return people, suppression, err
}
