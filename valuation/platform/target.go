package platform

import (
	"slices"
	"strings"

	"cbv/valuation/failure"
)

// Target is an importer of audiences: what its file looks like and what it
// takes.
type Target struct {
	Name    string
	Channel Channel // whose consent lets a person in; none: the export names it
	Table   bool    // rows go to a table rather than to CSV files
	Key     Field   // what distinguishes its rows; none: the first of NeedsOneOf that a row has
	// NeedsOneOf are the identifiers of which a row must have one.
	NeedsOneOf []Field
	Columns    []Column
	// FixedHeader keeps the columns nobody mapped, blank; other targets go
	// without them.
	FixedHeader bool
	// Attributes says that the target takes columns of its user's, and so the
	// column, named as the audience, that distinguishes members from those who left:
	// what is not in a file does not change there, and blank cells overwrite
	// nothing.
	Attributes bool
	Membership bool
	// UniquePhone blanks a phone that an earlier row has.
	UniquePhone bool
	// AddressNeedsNames blanks Country and Zip where a name is missing.
	AddressNeedsNames bool

	MaxBytes   int64 // of a file
	MaxRows    int64 // of a file, its header apart; 0: none
	MaxColumns int   // 0: none
	ClipBytes  int   // of a text cell; 0: none
	// MinMembers is the fewest members with which the platform makes an
	// audience; 0: none known.
	MinMembers int64

	// RemovalColumns are those of the suppression file, RemovalNeedsOneOf what
	// its rows need, Removal what to do with that file and with the exited one.
	RemovalColumns    []Column
	RemovalNeedsOneOf []Field
	Removal           string
}

// Column is a column of a target's file.
type Column struct {
	Header string
	Field  Field
	form   normaliser // nil: free text
	Hashed bool       // SHA-256 of the cell's UTF-8, in lower-case hex
	Fixed  string     // the same cell in every row, instead of a field
}

// Sizes that the platforms publish are taken as powers of ten, the smaller
// reading. Where one publishes none for files, the file stays within what the
// others take.
const (
	megabyte = 1_000_000

	// neutralMaxBytes and neutralMaxRows are our choice for Mailchimp (whose
	// importer states no limit), Meta (whose API takes 10,000 a call, and the
	// file's page states none), Google (5 GB) and TikTok (less than 1 GB).
	neutralMaxBytes = 500 * megabyte
	neutralMaxRows  = 1_000_000
)

// Targets are the targets. Headers, limits and forms are facts about the
// platforms, as their help pages have them.
var Targets = []Target{
	{
		Name: "klaviyo", Channel: EmailChannel, Key: Email, NeedsOneOf: []Field{Email},
		Columns: []Column{
			{Header: "Email", Field: Email, form: trimmedEmail},
			{Header: "Phone Number", Field: Phone, form: asParsed},
			{Header: "First Name", Field: FirstName},
			{Header: "Last Name", Field: LastName},
			{Header: "City", Field: City},
			{Header: "State / Region", Field: State},
			{Header: "Zip Code", Field: Zip},
			{Header: "Country", Field: Country},
			{Header: "customer_id", Field: CustomerID},
		},
		Attributes: true, Membership: true,
		UniquePhone: true, // "no duplicate email addresses or phone numbers", of its importer
		MaxBytes:    50 * megabyte,

		RemovalColumns:    []Column{{Header: "Email", Field: Email, form: trimmedEmail}},
		RemovalNeedsOneOf: []Field{Email},
		Removal:           "suppress the people of the suppressed file (Profiles, suppressed profiles); the exited file sets the audience's property to false",
	},
	{
		Name: "mailchimp", Channel: EmailChannel, Key: Email, NeedsOneOf: []Field{Email},
		Columns: []Column{
			{Header: "Email Address", Field: Email, form: trimmedEmail},
			{Header: "First Name", Field: FirstName},
			{Header: "Last Name", Field: LastName},
			{Header: "Phone Number", Field: Phone, form: asParsed},
			{Header: "City", Field: City},
			{Header: "State", Field: State},
			{Header: "Zip", Field: Zip},
			{Header: "Country", Field: Country},
			{Header: "customer_id", Field: CustomerID},
		},
		Attributes: true, Membership: true,
		MaxBytes: neutralMaxBytes, MaxRows: neutralMaxRows, ClipBytes: 255,

		RemovalColumns:    []Column{{Header: "Email Address", Field: Email, form: trimmedEmail}},
		RemovalNeedsOneOf: []Field{Email},
		Removal:           "import the suppressed file as unsubscribed contacts; the exited file sets the audience's field to false",
	},
	{
		Name: "hubspot", Channel: EmailChannel, Key: Email, NeedsOneOf: []Field{Email},
		Columns: []Column{
			{Header: "Email", Field: Email, form: trimmedEmail},
			{Header: "First Name", Field: FirstName},
			{Header: "Last Name", Field: LastName},
			{Header: "Phone Number", Field: Phone, form: asParsed},
			{Header: "City", Field: City},
			{Header: "State/Region", Field: State},
			{Header: "Postal Code", Field: Zip},
			{Header: "Country/Region", Field: Country},
			{Header: "customer_id", Field: CustomerID},
		},
		Attributes: true, Membership: true,
		MaxBytes: 512 * megabyte, MaxRows: 1_048_575 /* with the header 1,048,576 */, MaxColumns: 999,

		RemovalColumns:    []Column{{Header: "Email", Field: Email, form: trimmedEmail}},
		RemovalNeedsOneOf: []Field{Email},
		Removal:           "import the suppressed file as an opt-out list; the exited file sets the audience's property to false",
	},
	{
		Name: "braze", Channel: EmailChannel, Key: CustomerID, NeedsOneOf: []Field{CustomerID},
		Columns: []Column{
			{Header: "external_id", Field: CustomerID, form: keyID},
			{Header: "email", Field: Email, form: trimmedEmail},
			{Header: "phone", Field: Phone, form: asParsed},
			{Header: "first_name", Field: FirstName},
			{Header: "last_name", Field: LastName},
			{Header: "home_city", Field: City},
			{Header: "country", Field: Country, form: upperCountry},
		},
		Attributes: true, Membership: true,
		MaxBytes: 500 * megabyte,

		RemovalColumns: []Column{
			{Header: "external_id", Field: CustomerID, form: keyID},
			{Header: "email_subscribe", Fixed: "unsubscribed"},
		},
		RemovalNeedsOneOf: []Field{CustomerID},
		Removal:           "import the suppressed file: it unsubscribes; the exited file sets the audience's attribute to false",
	},
	{
		Name: "meta", Channel: AdsChannel, NeedsOneOf: []Field{Email, Phone},
		Columns: []Column{
			{Header: "email", Field: Email, form: trimmedEmail, Hashed: true},
			{Header: "phone", Field: Phone, form: digits, Hashed: true},
			{Header: "fn", Field: FirstName, form: metaName, Hashed: true},
			{Header: "ln", Field: LastName, form: metaName, Hashed: true},
			{Header: "zip", Field: Zip, form: metaZip, Hashed: true},
			{Header: "ct", Field: City, form: metaPlace, Hashed: true},
			{Header: "st", Field: State, form: metaPlace, Hashed: true},
			{Header: "country", Field: Country, form: lowerCountry, Hashed: true},
			{Header: "uid", Field: UID, form: clearUID},
			{Header: "value", Field: Value},
		},
		FixedHeader: true, MaxBytes: neutralMaxBytes, MaxRows: neutralMaxRows,
		MinMembers: 100, // Meta Business Help Centre, "How to format a customer list": avoid fewer than 100 people

		RemovalColumns: []Column{
			{Header: "email", Field: Email, form: trimmedEmail, Hashed: true},
			{Header: "phone", Field: Phone, form: digits, Hashed: true},
		},
		RemovalNeedsOneOf: []Field{Email, Phone},
		Removal:           "remove the people of the suppressed and of the exited file from the audience",
	},
	{
		Name: "google", Channel: AdsChannel, NeedsOneOf: []Field{Email, Phone},
		Columns: []Column{
			{Header: "Email", Field: Email, form: spacelessEmail, Hashed: true},
			{Header: "Phone", Field: Phone, form: asParsed, Hashed: true},
			{Header: "First Name", Field: FirstName, form: googleName, Hashed: true},
			{Header: "Last Name", Field: LastName, form: googleName, Hashed: true},
			{Header: "Country", Field: Country, form: upperCountry},
			{Header: "Zip", Field: Zip, form: clearZip},
		},
		FixedHeader: true, AddressNeedsNames: true, MaxBytes: neutralMaxBytes, MaxRows: neutralMaxRows,
		MinMembers: 100, // active in 30 days, after matching: Google Ads Help, audience segments, December 2024

		RemovalColumns: []Column{
			{Header: "Email", Field: Email, form: spacelessEmail, Hashed: true},
			{Header: "Phone", Field: Phone, form: asParsed, Hashed: true},
		},
		RemovalNeedsOneOf: []Field{Email, Phone},
		Removal:           "remove the people of the suppressed and of the exited file from the segment; consent holds for the whole upload, and all in the other files gave it",
	},
	{
		Name: "tiktok", Channel: AdsChannel, NeedsOneOf: []Field{Email, Phone},
		Columns: []Column{
			{Header: "Email_SHA256", Field: Email, form: taglessEmail, Hashed: true},
			{Header: "Phone_SHA256", Field: Phone, form: digits, Hashed: true},
		},
		FixedHeader: true, MaxBytes: neutralMaxBytes, MaxRows: neutralMaxRows,
		MinMembers: 1000, // TikTok Business Help Center, customer file, September 2025: at least 1000 entries

		RemovalColumns: []Column{
			{Header: "Email_SHA256", Field: Email, form: taglessEmail, Hashed: true},
			{Header: "Phone_SHA256", Field: Phone, form: digits, Hashed: true},
		},
		RemovalNeedsOneOf: []Field{Email, Phone},
		Removal:           "remove the people of the suppressed and of the exited file from the audience",
	},
	{
		Name: "csv", Key: CustomerID, NeedsOneOf: []Field{CustomerID},
		Columns: neutralColumns(nil), Attributes: true, MaxBytes: neutralMaxBytes, MaxRows: neutralMaxRows,
		RemovalColumns:    neutralColumns(nil)[:2],
		RemovalNeedsOneOf: []Field{CustomerID, Email},
	},
	{
		Name: "parquet", Table: true, Key: CustomerID, NeedsOneOf: []Field{CustomerID},
		Columns: neutralColumns(plain), Attributes: true,
		RemovalColumns:    neutralColumns(plain)[:2],
		RemovalNeedsOneOf: []Field{CustomerID, Email},
	},
}

// neutralColumns are those of people.
func neutralColumns(text normaliser) []Column {
	return []Column{
		{Header: "customer_id", Field: CustomerID, form: text},
		{Header: "email", Field: Email, form: trimmedEmail},
		{Header: "phone", Field: Phone, form: asParsed},
		{Header: "first_name", Field: FirstName, form: text},
		{Header: "last_name", Field: LastName, form: text},
		{Header: "country", Field: Country, form: text},
		{Header: "zip", Field: Zip, form: text},
		{Header: "city", Field: City, form: text},
		{Header: "state", Field: State, form: text},
	}
}

// TargetOf returns the target of a name.
func TargetOf(name string) (Target, error) {
	at := slices.IndexFunc(Targets, func(target Target) bool { return target.Name == name })
	if at < 0 {
		return Target{}, failure.Usagef("no target %q: choose one of %s", name, strings.Join(TargetNames(), ", "))
	}
	return Targets[at], nil
}

// TakesValue says whether its file has a column for what a customer is worth.
func (t Target) TakesValue() bool {
	return slices.ContainsFunc(t.Columns, func(column Column) bool { return column.Field == Value })
}

// TargetNames returns the names of the targets.
func TargetNames() []string {
	var names []string
	for _, target := range Targets {
		names = append(names, target.Name)
	}
	return names
}
