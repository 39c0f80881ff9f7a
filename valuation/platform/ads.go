package platform

// The forms of the ad platforms: normalised, then hashed. Names are composed (NFC,
// Unicode Standard Annex #15): web forms send them so, files from a Mac may bring them
// decomposed. Their hashes differ, and the platforms hashed what forms sent.
var (
	hashedEmail = Form{"trim", "lower", hash}
	hashedPhone = Form{"digits", hash}

	metaName = Form{"no_punctuation", "lower", "single_spaces", "nfc", hash}
	metaCity = Form{"no_punctuation", "no_spaces", "lower", "nfc", hash}

	googleEmail = Form{"no_spaces", "lower", "gmail", hash}
	googleName  = Form{"no_punctuation", "no_spaces", "lower", "nfc", hash}
	googlePhone = Form{"e164", hash}

	tiktokEmail    = Form{"no_spaces", "lower", hash}
	tiktokTagless  = Form{"no_spaces", "lower", "no_tag", hash}
	tiktokPhone    = Form{"e164", hash}
	removeFromBoth = "first remove the people of the exited and of the suppressed file from the audience, then add those of the entered one"
)

var adPlatforms = []Target{
	{
		Name: "meta", Channel: AdsChannel, NeedsOneOf: []Field{Email, Phone},
		Columns: []Column{
			{Header: "email", Field: Email, Form: hashedEmail},
			{Header: "phone", Field: Phone, Form: hashedPhone},
			{Header: "fn", Field: FirstName, Form: metaName},
			{Header: "ln", Field: LastName, Form: metaName},
			{Header: "zip", Field: Zip, Form: Form{"zip", "us_zip5", "no_spaces", "no_dashes", "lower", hash}},
			{Header: "ct", Field: City, Form: metaCity},
			{Header: "st", Field: State, Form: Form{"us_state", "no_punctuation", "no_spaces", "lower", "nfc", hash}},
			{Header: "country", Field: Country, Form: Form{"iso2", "lower", hash}},
			{Header: "uid", Field: UID, Form: Form{"number"}},
			{Header: "value", Field: Value},
		},
		FixedHeader: true, MaxBytes: neutralMaxBytes, MaxRows: neutralMaxRows,
		MinMembers: 100, // Meta Business Help Centre, "How to format a customer list": avoid fewer than 100 people

		RemovalColumns: []Column{
			{Header: "email", Field: Email, Form: hashedEmail},
			{Header: "phone", Field: Phone, Form: hashedPhone},
		},
		RemovalNeedsOneOf: []Field{Email, Phone},
		Removal:           removeFromBoth,
	},
	{
		// Google Ads API, Customer Match, "Add audience members": dots and tags fall at
		// gmail.com and googlemail.com alone (google-ads-java, issue 898, August 2026).
		// Names come without punctuation, as its API reference asks.
		Name: "google", Channel: AdsChannel, NeedsOneOf: []Field{Email, Phone},
		Columns: []Column{
			{Header: "Email", Field: Email, Form: googleEmail},
			{Header: "Phone", Field: Phone, Form: googlePhone},
			{Header: "First Name", Field: FirstName, Form: googleName},
			{Header: "Last Name", Field: LastName, Form: googleName},
			{Header: "Country", Field: Country, Form: Form{"iso2"}},
			{Header: "Zip", Field: Zip, Form: Form{"zip"}},
		},
		FixedHeader: true, AddressNeedsNames: true, MaxBytes: neutralMaxBytes, MaxRows: neutralMaxRows,
		MinMembers: 100, // active in 30 days, after matching: Google Ads Help, audience segments, December 2024

		RemovalColumns: []Column{
			{Header: "Email", Field: Email, Form: googleEmail},
			{Header: "Phone", Field: Phone, Form: googlePhone},
		},
		RemovalNeedsOneOf: []Field{Email, Phone},
		Removal:           removeFromBoth + "; consent holds for the whole upload, and all in the other files gave it",
	},
	{
		// TikTok Business Help Center, customer file: until August 2025 the tag fell,
		// since September 2025 only space and capitals do, and phones have their +. A
		// header may stand three times, so both e-mails are there where they differ.
		Name: "tiktok", Channel: AdsChannel, NeedsOneOf: []Field{Email, Phone},
		Columns: []Column{
			{Header: "Email_SHA256", Field: Email, Form: tiktokEmail},
			{Header: "Email_SHA256", Field: Email, Form: tiktokTagless, Apart: true},
			{Header: "Phone_SHA256", Field: Phone, Form: tiktokPhone},
		},
		FixedHeader: true, MaxBytes: neutralMaxBytes, MaxRows: neutralMaxRows,
		MinMembers: 1000, // the same page: at least 1000 entries

		RemovalColumns: []Column{
			{Header: "Email_SHA256", Field: Email, Form: tiktokEmail},
			{Header: "Email_SHA256", Field: Email, Form: tiktokTagless, Apart: true},
			{Header: "Phone_SHA256", Field: Phone, Form: tiktokPhone},
		},
		RemovalNeedsOneOf: []Field{Email, Phone},
		Removal:           removeFromBoth,
	},
	oneColumn("pinterest", "Email", 100),  // Pinterest Business Help, customer list: 100 people matched
	oneColumn("microsoft", "Email", 300),  // Microsoft Advertising, Customer Match: 300 people matched
	oneColumn("snapchat", "email", 1_000), // Snap Marketing API, customer lists: 1,000 matched, one kind of identifier a list
}

// oneColumn is a platform that takes a column of e-mails, trimmed, in lower case and
// hashed, and nothing else.
func oneColumn(name, header string, least int64) Target {
	columns := []Column{{Header: header, Field: Email, Form: hashedEmail}}
	return Target{
		Name: name, Channel: AdsChannel, Key: Email, NeedsOneOf: []Field{Email}, Columns: columns, FixedHeader: true,
		MaxBytes: neutralMaxBytes, MaxRows: neutralMaxRows, MinMembers: least,
		RemovalColumns: columns, RemovalNeedsOneOf: []Field{Email}, Removal: removeFromBoth,
	}
}
