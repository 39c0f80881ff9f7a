package platform

import "slices"

// Sizes that the platforms publish are taken as powers of ten, the smaller
// reading. Where one publishes none for files, the file stays within what the
// others take.
const (
	megabyte = 1_000_000

	// neutralMaxBytes and neutralMaxRows are our choice for importers that state no
	// limit (Mailchimp, Omnisend, Pinterest, Microsoft Advertising, Snapchat), and for
	// Meta (whose API takes 10,000 a call, and the file's page states none), Google
	// (5 GB) and TikTok (less than 1 GB).
	neutralMaxBytes = 500 * megabyte
	neutralMaxRows  = 1_000_000
)

// Targets are the targets that are built in. Headers, limits and forms are facts about
// the platforms as their help pages had them on 28 November 2026.
var Targets = slices.Concat(emailTools, adPlatforms, neutralTargets)

var clearEmail = Form{"trim", "lower"}

var emailTools = []Target{
	{
		Name: "klaviyo", Channel: EmailChannel, Key: Email, NeedsOneOf: []Field{Email},
		Columns: []Column{
			{Header: "Email", Field: Email, Form: clearEmail},
			{Header: "Phone Number", Field: Phone, Form: Form{"e164"}},
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

		RemovalColumns:    []Column{{Header: "Email", Field: Email, Form: clearEmail}},
		RemovalNeedsOneOf: []Field{Email},
		Removal:           "suppress the people of the suppressed file (Profiles, suppressed profiles); the exited file sets the audience's property to false",
	},
	{
		Name: "mailchimp", Channel: EmailChannel, Key: Email, NeedsOneOf: []Field{Email},
		Columns: []Column{
			{Header: "Email Address", Field: Email, Form: clearEmail},
			{Header: "First Name", Field: FirstName},
			{Header: "Last Name", Field: LastName},
			{Header: "Phone Number", Field: Phone, Form: Form{"e164"}},
			{Header: "City", Field: City},
			{Header: "State", Field: State},
			{Header: "Zip", Field: Zip},
			{Header: "Country", Field: Country},
			{Header: "customer_id", Field: CustomerID},
		},
		Attributes: true, Membership: true,
		MaxBytes: neutralMaxBytes, MaxRows: neutralMaxRows, ClipBytes: 255,

		RemovalColumns:    []Column{{Header: "Email Address", Field: Email, Form: clearEmail}},
		RemovalNeedsOneOf: []Field{Email},
		Removal:           "import the suppressed file as unsubscribed contacts; the exited file sets the audience's field to false",
	},
	{
		Name: "hubspot", Channel: EmailChannel, Key: Email, NeedsOneOf: []Field{Email},
		Columns: []Column{
			{Header: "Email", Field: Email, Form: clearEmail},
			{Header: "First Name", Field: FirstName},
			{Header: "Last Name", Field: LastName},
			{Header: "Phone Number", Field: Phone, Form: Form{"e164"}},
			{Header: "City", Field: City},
			{Header: "State/Region", Field: State},
			{Header: "Postal Code", Field: Zip},
			{Header: "Country/Region", Field: Country},
			{Header: "customer_id", Field: CustomerID},
		},
		Attributes: true, Membership: true,
		MaxBytes: 512 * megabyte, MaxRows: 1_048_575 /* with the header 1,048,576 */, MaxColumns: 999,

		RemovalColumns:    []Column{{Header: "Email", Field: Email, Form: clearEmail}},
		RemovalNeedsOneOf: []Field{Email},
		Removal:           "import the suppressed file as an opt-out list; the exited file sets the audience's property to false",
	},
	{
		Name: "braze", Channel: EmailChannel, Key: CustomerID, NeedsOneOf: []Field{CustomerID},
		Columns: []Column{
			{Header: "external_id", Field: CustomerID, Form: Form{"id"}},
			{Header: "email", Field: Email, Form: clearEmail},
			{Header: "phone", Field: Phone, Form: Form{"e164"}},
			{Header: "first_name", Field: FirstName},
			{Header: "last_name", Field: LastName},
			{Header: "home_city", Field: City},
			{Header: "country", Field: Country, Form: Form{"iso2"}},
		},
		Attributes: true, Membership: true,
		MaxBytes: 500 * megabyte,

		RemovalColumns: []Column{
			{Header: "external_id", Field: CustomerID, Form: Form{"id"}},
			{Header: "email_subscribe", Fixed: "unsubscribed"},
		},
		RemovalNeedsOneOf: []Field{CustomerID},
		Removal:           "import the suppressed file: it unsubscribes; the exited file sets the audience's attribute to false",
	},
	{ // support.omnisend.com, "Import contacts from a file": 200 columns, ISO 8601 days, opt-out by time stamp
		Name: "omnisend", Channel: EmailChannel, Key: Email, NeedsOneOf: []Field{Email},
		Columns: []Column{
			{Header: "Email", Field: Email, Form: clearEmail},
			{Header: "Phone number", Field: Phone, Form: Form{"e164"}},
			{Header: "First name", Field: FirstName},
			{Header: "Last name", Field: LastName},
			{Header: "City", Field: City},
			{Header: "State", Field: State},
			{Header: "Postal code", Field: Zip},
			{Header: "Country", Field: Country},
			{Header: "customer_id", Field: CustomerID},
		},
		Attributes: true, Membership: true,
		MaxBytes: neutralMaxBytes, MaxRows: neutralMaxRows, MaxColumns: 200,

		RemovalColumns: []Column{
			{Header: "Email", Field: Email, Form: clearEmail},
			{Header: "Email opt-out date", Fixed: AsOfDay},
		},
		RemovalNeedsOneOf: []Field{Email},
		Removal:           "import the suppressed file with its opt-out date: it unsubscribes; the exited file sets the audience's property to false",
	},
	{ // help.brevo.com, "Create a file to import your contacts": 250 MB; what is no attribute there is ignored
		Name: "brevo", Channel: EmailChannel, Key: Email, NeedsOneOf: []Field{Email}, Delimiter: ';',
		Columns: []Column{
			{Header: "EMAIL", Field: Email, Form: clearEmail},
			{Header: "LASTNAME", Field: LastName},
			{Header: "FIRSTNAME", Field: FirstName},
			{Header: "SMS", Field: Phone, Form: Form{"e164"}},
			{Header: "EXT_ID", Field: CustomerID},
		},
		Attributes: true, Membership: true,
		UniquePhone: true, // SMS is an identifier of one contact
		MaxBytes:    250 * megabyte,

		RemovalColumns:    []Column{{Header: "EMAIL", Field: Email, Form: clearEmail}},
		RemovalNeedsOneOf: []Field{Email},
		Removal:           "import the suppressed file into the blocklist; the exited file sets the audience's attribute to false; create the attributes first, since unknown ones are ignored",
	},
}

var neutralTargets = []Target{
	{
		Name: "csv", Key: CustomerID, NeedsOneOf: []Field{CustomerID},
		Columns: neutralColumns(nil), Attributes: true, MaxBytes: neutralMaxBytes, MaxRows: neutralMaxRows,
		RemovalColumns:    neutralColumns(nil)[:2],
		RemovalNeedsOneOf: []Field{CustomerID, Email},
	},
	{
		Name: "parquet", Table: true, Key: CustomerID, NeedsOneOf: []Field{CustomerID},
		Columns: neutralColumns(Form{"as_is"}), Attributes: true,
		RemovalColumns:    neutralColumns(Form{"as_is"})[:2],
		RemovalNeedsOneOf: []Field{CustomerID, Email},
	},
}

// neutralColumns are those of people.
func neutralColumns(text Form) []Column {
	return []Column{
		{Header: "customer_id", Field: CustomerID, Form: text},
		{Header: "email", Field: Email, Form: clearEmail},
		{Header: "phone", Field: Phone, Form: Form{"e164"}},
		{Header: "first_name", Field: FirstName, Form: text},
		{Header: "last_name", Field: LastName, Form: text},
		{Header: "country", Field: Country, Form: text},
		{Header: "zip", Field: Zip, Form: text},
		{Header: "city", Field: City, Form: text},
		{Header: "state", Field: State, Form: text},
	}
}
