// Package platform makes files of customers for e-mail tools and ad platforms:
// it decides who may be in them, writes identities the way each target reads
// them, hashed where it wants them hashed, and splits at the target's limits.
//
// It opens no files and knows no database: rows come in one at a time, bytes go
// to writers that the caller opens. Access rights and atomicity are the
// caller's. Nothing it returns, errors included, holds personal data.
package platform

import "time"

// Person is a customer as people and the customers' table know them, all text
// as it came.
type Person struct {
	CustomerID string
	Email      string
	Phone      string
	FirstName  string
	LastName   string
	Country    string // its English name, or a code of ISO 3166-1; also the region of the phone
	Zip        string
	City       string
	State      string
	UID        string // Meta's app user id, which a customer_id is not
	Value      Cell   // for audiences that carry one, a number

	ConsentEmail Consent
	ConsentAds   Consent
	Suppressed   bool

	// Absent says that people has no row of the customer: nothing but the id is
	// known.
	Absent bool
	// Was is the name of the audience that all earlier exports put the customer
	// into, empty for none, and WasKeys what they kept of the row where it was the
	// same in all of them.
	Was     string
	WasKeys RowKey
	// Gone are, of a row of an exited file, the identifiers that an earlier export
	// gave out and this one does not, in the order of the target's columns. Of a
	// suppressed file the first is one that the target was given, and makes a row of it
	// alone.
	Gone [identifiers]int64

	// Attributes are the customer's further cells, in the order of
	// Spec.Attributes. They are copied before the next row is asked for.
	Attributes []Cell
}

// Objects says whether the person objected to a channel, or to everything.
// Everybody who does belongs in the Suppression, so that an address shared with
// somebody who agreed is left alone too.
func (p *Person) Objects(channel Channel) bool {
	return p.Suppressed || p.consent(channel) == Refused
}

func (p *Person) consent(channel Channel) Consent {
	switch channel {
	case EmailChannel:
		return p.ConsentEmail
	case AdsChannel:
		return p.ConsentAds
	}
	return Unknown
}

// Consent is what is known of a person's consent for a channel.
type Consent int

// Unknown is no: only Granted lets a person into an audience.
const (
	Unknown Consent = iota
	Refused
	Granted
)

// Channel is what a target uses the audience for.
type Channel string

// The channels that have a consent each.
const (
	EmailChannel Channel = "email"
	AdsChannel   Channel = "ads"
)

// Field is a part of a person's identity, named as the columns of people.
type Field string

// The fields. UID and Value are not of people.
const (
	CustomerID Field = "customer_id"
	Email      Field = "email"
	Phone      Field = "phone"
	FirstName  Field = "first_name"
	LastName   Field = "last_name"
	Country    Field = "country"
	Zip        Field = "zip"
	City       Field = "city"
	State      Field = "state"
	UID        Field = "uid"
	Value      Field = "value"
)

// namesSomebody says whether a part of a cell would name somebody else.
func (f Field) namesSomebody() bool { return f == CustomerID || f == Email || f == Phone }

// raw returns a field as it came.
func (p *Person) raw(field Field) string {
	switch field {
	case CustomerID:
		return p.CustomerID
	case Email:
		return p.Email
	case Phone:
		return p.Phone
	case FirstName:
		return p.FirstName
	case LastName:
		return p.LastName
	case Country:
		return p.Country
	case Zip:
		return p.Zip
	case City:
		return p.City
	case State:
		return p.State
	case UID:
		return p.UID
	}
	panic("audience: no text of field " + string(field))
}

// Type is the type of a cell.
type Type int

// The types of cells.
const (
	Null Type = iota
	Text
	Number
	Day
	YesNo
)

// Cell is a typed value.
type Cell struct {
	Type   Type
	Text   string
	Number float64
	Day    time.Time
	YesNo  bool
}

// TextCell returns a cell of free text.
func TextCell(text string) Cell { return Cell{Type: Text, Text: text} }

// NumberCell returns a cell of a number.
func NumberCell(number float64) Cell { return Cell{Type: Number, Number: number} }

// DayCell returns a cell of the day of a time.
func DayCell(day time.Time) Cell { return Cell{Type: Day, Day: day} }

// YesNoCell returns a cell that is true or false.
func YesNoCell(yes bool) Cell { return Cell{Type: YesNo, YesNo: yes} }

// Attribute is a column of attributes: its header in the file, and its type.
type Attribute struct {
	Name string
	Type Type
}

// Reason says why a row or a cell is not in a file.
type Reason string

// The reasons for a row to be rejected, in the order in which they are found.
const (
	NotInPeople       Reason = "not_in_people"
	ConsentUnknown    Reason = "consent_unknown"
	NoConsent         Reason = "no_consent"
	NotSuppressed     Reason = "not_suppressed"    // in suppression files only
	NotHandedOut      Reason = "not_handed_out"    // in suppression files only: no export gave the target an address of theirs
	AddressUnknown    Reason = "address_unknown"   // in exited files only: the target holds them by an address that nobody knows any more
	ObjectionUnknown  Reason = "objection_unknown" // in suppression files only: erased, and no file has the address that may have objected
	DuplicateCustomer Reason = "duplicate_customer"
	NoIdentifier      Reason = "no_identifier"
	SharedEmail       Reason = "shared_email"
	SharedPhone       Reason = "shared_phone"
	Suppressed        Reason = "suppressed"
	GlobalHoldout     Reason = "global_holdout"
	SharedHoldout     Reason = "shared_global_holdout" // has the e-mail, or for ads the phone, of somebody in it
	Holdout           Reason = "holdout"               // the campaign's own: may be written to, and is not
	CampaignEnded     Reason = "campaign_ended"        // has no arm of a campaign into which nobody else comes
)

// The reasons for a cell to be left blank, or clipped; of an identifier that the
// target needs also for a row to be rejected.
const (
	CustomerIDInvalid Reason = "customer_id_invalid"
	EmailInvalid      Reason = "email_invalid"
	PhoneInvalid      Reason = "phone_invalid"
	TooLong           Reason = "too_long" // what names somebody, for the target's cells: clipped it would be somebody else's
	NameInvalid       Reason = "name_invalid"
	PlaceInvalid      Reason = "place_invalid"
	CountryInvalid    Reason = "country_invalid"
	ZipInvalid        Reason = "zip_invalid"
	UIDInvalid        Reason = "uid_invalid"
	ValueInvalid      Reason = "value_invalid"
	NumberInvalid     Reason = "number_invalid"
	DayInvalid        Reason = "day_invalid"
	TypeInvalid       Reason = "type_invalid"
	NamesMissing      Reason = "names_missing"
	Clipped           Reason = "clipped"
)
