package platform

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

// The forms as the targets declare them.
var (
	trimmedEmail = clearEmail.normaliser(Email)
	metaNames    = metaName.normaliser(FirstName)
	metaPlaces   = metaCity.normaliser(City)
	metaStates   = adPlatforms[0].Columns[6].Form.normaliser(State)
	metaZips     = adPlatforms[0].Columns[4].Form.normaliser(Zip)
	lowerCountry = adPlatforms[0].Columns[7].Form.normaliser(Country)
	googleMail   = googleEmail.normaliser(Email)
	googleNames  = googleName.normaliser(FirstName)
	upperCountry = Form{"iso2"}.normaliser(Country)
	clearZip     = Form{"zip"}.normaliser(Zip)
	tiktokMail   = tiktokEmail.normaliser(Email)
	taglessEmail = tiktokTagless.normaliser(Email)
	clearUID     = Form{"number"}.normaliser(UID)
	keyID        = Form{"id"}.normaliser(CustomerID)
	digits       = Form{"digits"}.normaliser(Phone)
	asParsed     = Form{"e164"}.normaliser(Phone)
)

// What platforms hash, and its SHA-256 by coreutils: printf '%s' … | sha256sum, or by
// Python's hashlib. The first lines are the vectors of the project's facts; TikTok's
// own example is of its help page about customer files.
var hashVectors = []struct {
	form           normaliser
	raw, cell, sum string
}{
	{trimmedEmail, " Jane.Doe+promo@GMAIL.com ", "jane.doe+promo@gmail.com", "5f0d1df1fc49e30424381b57b1d4c73e067772a4267dde043a19b026935602c8"},
	{taglessEmail, " Jane.Doe+promo@GMAIL.com ", "jane.doe@gmail.com", "831f6494ad6be4fcb3a724c3d5fef22d3ceffa3c62ef3a7984e45a0ea177f982"},
	{taglessEmail, "janedoe@gmail.com", "janedoe@gmail.com", "d6117306485ed0e50afab3ac871e98f81699151f30281527d63ff5f233656c69"},
	{tiktokMail, " Jane.Doe+promo@GMAIL.com ", "jane.doe+promo@gmail.com", "5f0d1df1fc49e30424381b57b1d4c73e067772a4267dde043a19b026935602c8"},
	{googleMail, " Jane.Doe +promo@GMAIL.com ", "janedoe@gmail.com", "d6117306485ed0e50afab3ac871e98f81699151f30281527d63ff5f233656c69"},
	{googleMail, "J.Roe@GoogleMail.com", "jroe@googlemail.com", "849fd397e0d022ebb13ea8739db0cb7fb16bf697be1856be603475226814c76a"},
	{googleMail, "Jane.Doe+x@Example.com", "jane.doe+x@example.com", "0b6542ea781224b9278a8e16ad86dace01d0e50a68d4c28ceffa991fb474861f"},
	{googleMail, "jane.doe+x@mail.gmail.com", "jane.doe+x@mail.gmail.com", "ed3ab81df3078227b5418fd52976a4e3cc977f13639b69150c92b83ae7594571"},
	{dialled(asParsed), "+44 (0)7700 900123", "+447700900123", "a8acc3a90a7b4e4dc65e93db9240ed26523050ef754d63b75b5161de76781436"},
	{dialled(digits), "+44 (0)7700 900123", "447700900123", "033134b911b137918338415ee3d20a064b24773d36a3b02e8b99fdd3fcd6b4cd"},
	{dialled(digits), "07700 900123", "447700900123", "033134b911b137918338415ee3d20a064b24773d36a3b02e8b99fdd3fcd6b4cd"},
	{metaNames, " O'Doe-Smith ", "odoesmith", "86d40fb71b08a94b479e19533a820d32c35594ac3297c09815e6dddd61c14a8a"},
	{googleNames, " O'Doe-Smith ", "odoesmith", "86d40fb71b08a94b479e19533a820d32c35594ac3297c09815e6dddd61c14a8a"},
	{metaNames, "Mary  Ann", "mary ann", "343b97011010c3549fe7fcd6c226ed9431ea37b0b77ed78f6300a0098925faf1"},
	{googleNames, "Mary Ann", "maryann", "16b3f07f0ec2f9dd127b71dc2e6c791b7d93116a1c3bc99d057eaa7a8a077e73"},
	{metaNames, "JOSÉ", "josé", "d994e1d001886fe5b45b1267bd1fa2b752ac50742579bd3dad7b2a2aa0ed6866"},
	{metaNames, "Jose\u0301", "josé", "d994e1d001886fe5b45b1267bd1fa2b752ac50742579bd3dad7b2a2aa0ed6866"},
	{googleNames, "JOSE\u0301", "josé", "d994e1d001886fe5b45b1267bd1fa2b752ac50742579bd3dad7b2a2aa0ed6866"},
	{metaPlaces, "Düsseldorf.", "düsseldorf", "d3d2abb08e13ceb61df7d63552613448de2bb955d09364fa41bc31b90b7eef4f"},
	{metaZips, "SW1A 1AA", "sw1a1aa", "830e1d4b9838bab1f5c2acdb23e0b502ff13a9832c4632e8d67a1d43d3b7f614"},
	{lowerCountry, "GB", "gb", "0b407281768f0e833afef47ed464b6571d01ca4d53c12ce5c51d1462f4ad6677"},
	{lowerCountry, "United Kingdom", "gb", "0b407281768f0e833afef47ed464b6571d01ca4d53c12ce5c51d1462f4ad6677"},
	{lowerCountry, "Germany", "de", "959a45d44e6fcf58361ed004681556fe50129f2109e817dec098c00c9e5d2578"},
	{ofUSA(metaZips), "94016-1234", "94016", "ea49a862bf6e195fe92e0886ed8a89c6565137f3e90c0742d2a00952b307dd55"},
	{ofUSA(metaStates), "New York", "ny", "1b06e2003f8420d6fa42badd8f77ec0f706b976b7a48b13c567dc5a559681683"},
	{ofUSA(metaStates), "N.Y.", "ny", "1b06e2003f8420d6fa42badd8f77ec0f706b976b7a48b13c567dc5a559681683"},
	{metaStates, "New South Wales", "newsouthwales", "96236847af45f93f09c6ba2627cdb8da07e395f009d0e42f782cffb119cc24da"},
}

// dialled reads phones in Great Britain, and then as a target does.
func dialled(form normaliser) normaliser {
	return func(text, _ string) (string, Reason) {
		e164, reason := parsePhone(text, "GB")
		if reason != "" {
			return "", reason
		}
		return form(e164, "GB")
	}
}

// ofUSA is a form of somebody in the USA.
func ofUSA(form normaliser) normaliser {
	return func(text, _ string) (string, Reason) { return form(text, "US") }
}

func TestPublishedHashes(t *testing.T) {
	for _, v := range hashVectors {
		cell, reason := v.form(v.raw, "")
		sum := sha256.Sum256([]byte(cell))
		if cell != v.cell || reason != "" || hex.EncodeToString(sum[:]) != v.sum {
			t.Errorf("%q: %q %s %x, not %q %s", v.raw, cell, reason, sum, v.cell, v.sum)
		}
	}
}

func TestForms(t *testing.T) {
	for _, c := range []struct {
		name   string
		form   normaliser
		raw    string
		cell   string
		reason Reason
	}{
		{"e-mail", trimmedEmail, "\u200b jane@example.com\u00a0", "jane@example.com", ""},
		{"e-mail", trimmedEmail, "", "", ""},
		{"e-mail", trimmedEmail, "jane doe@example.com", "", EmailInvalid},
		{"e-mail", trimmedEmail, "jane@example", "", EmailInvalid},
		{"e-mail", trimmedEmail, "jane@@example.com", "", EmailInvalid},
		{"e-mail", trimmedEmail, "jane@example.com,john@example.com", "", EmailInvalid},
		{"e-mail", trimmedEmail, "jane..doe@example.com", "", EmailInvalid},
		{"e-mail", trimmedEmail, "jane@-example.com", "", EmailInvalid},
		{"e-mail", trimmedEmail, "jane@example.1", "", EmailInvalid},
		{"e-mail", trimmedEmail, "zoë@example.com", "", EmailInvalid},
		{"e-mail", trimmedEmail, "jane\x00@example.com", "", EmailInvalid},
		{"e-mail", trimmedEmail, `=1+1@example.com`, "", EmailInvalid},
		{"e-mail", trimmedEmail, "o'brien_1/2@mail.example.co.uk", "o'brien_1/2@mail.example.co.uk", ""},
		{"e-mail", taglessEmail, "jane+a+b@example.com", "jane@example.com", ""},
		{"e-mail", taglessEmail, "+b@example.com", "", EmailInvalid},
		{"phone", dialled(asParsed), "+1 (650) 253-0000", "+16502530000", ""},
		{"phone", dialled(asParsed), "00 49 151 12345678", "+4915112345678", ""},
		{"phone", dialled(digits), "+39 06 1234567", "39061234567", ""}, // Italy's 0 is part of the number
		{"phone", dialled(asParsed), "020 7946 0958 ext. 12", "+442079460958", ""},
		{"phone", dialled(asParsed), "447700900123.0", "+447700900123", ""}, // cast from a double
		{"phone", dialled(asParsed), "7700900123.0", "+447700900123", ""},
		{"phone", dialled(asParsed), "12345", "", PhoneInvalid},
		{"phone", dialled(asParsed), "call me", "", PhoneInvalid},
		{"phone", dialled(asParsed), "+999 123 456 789", "", PhoneInvalid},
		{"phone", dialled(asParsed), "+44 7700 900123 / +44 7700 900124 call", "", PhoneInvalid},
		{"name", metaNames, "D`Arcy, Jr.", "darcy jr", ""},
		{"name", metaNames, "李小龍", "李小龍", ""},
		{"name", metaNames, "--", "", NameInvalid},
		{"place", metaPlaces, "St. John's", "stjohns", ""},
		{"zip", clearZip, " 40213 ", "40213", ""},
		{"zip", clearZip, "=40213", "", ZipInvalid},
		{"zip", metaZips, "94016-1234", "940161234", ""},
		{"country", upperCountry, "de", "DE", ""},
		{"country", upperCountry, "UK", "GB", ""},
		{"country", upperCountry, " côte d'Ivoire", "CI", ""},
		{"country", upperCountry, "The Netherlands", "NL", ""},
		{"country", upperCountry, "Bosnia and Herzegovina", "BA", ""},
		{"country", upperCountry, "St. Lucia", "LC", ""},
		{"country", upperCountry, "Czech Republic", "CZ", ""},
		{"country", upperCountry, "Türkiye", "TR", ""},
		{"country", upperCountry, "U.S.A.", "US", ""},
		{"country", upperCountry, "usa", "US", ""},
		{"country", upperCountry, "DEU", "DE", ""},
		{"country", upperCountry, "Korea, Republic of", "KR", ""},
		{"country", upperCountry, "Utopia", "", CountryInvalid},
		{"country", upperCountry, "GBX", "", CountryInvalid},
		{"country", lowerCountry, "D ", "", CountryInvalid},
		{"zip of the USA", ofUSA(metaZips), "2134", "", ZipInvalid},
		{"zip of the USA", ofUSA(metaZips), "9401A", "", ZipInvalid},
		{"uid", clearUID, "1234", "1234", ""},
		{"uid", clearUID, "C-1", "", UIDInvalid},
		{"id", keyID, "-5", "-5", ""},
		{"id", keyID, "+447700900123", "+447700900123", ""},
		{"id", keyID, "+44 (0)7700 900123", "+44 (0)7700 900123", ""},
		{"id", keyID, "-5-3", "", CustomerIDInvalid},
		{"id", keyID, "+1+cmd|' /C calc'!A0", "", CustomerIDInvalid},
		{"id", keyID, "+12", "+12", ""},
		{"id", keyID, "+1-2", "", CustomerIDInvalid},
		{"id", keyID, "=5", "", CustomerIDInvalid},
		{"id", keyID, " 5", "", CustomerIDInvalid},
		{"id", keyID, "Kunde ä 5", "Kunde ä 5", ""},
	} {
		cell, reason := c.form(c.raw, "")
		if cell != c.cell || reason != c.reason {
			t.Errorf("%s %q: %q %q, not %q %q", c.name, c.raw, cell, reason, c.cell, c.reason)
		}
	}
}

// One spelling of a name has one hash, however it was typed. What is wanted is
// NFC by Python's unicodedata (Unicode 14), which shares no code with ours.
func TestNamesAreComposed(t *testing.T) {
	for _, c := range []struct{ what, raw, want string }{
		{"Latin", "Jose\u0301", "jos\u00e9"},
		{"a letter and mark that make none", "x\u0301", "x\u0301"},
		{"a mark before any letter", "\u0301a", "\u0301a"},
		{"Vietnamese, two marks", "Nguye\u0302\u0303n", "nguy\u1ec5n"},
		{"Vietnamese, lower mark typed last", "Nguye\u0302\u0323t", "nguy\u1ec7t"},
		{"Vietnamese, lower mark after a composed letter", "Vi\u00ea\u0323t", "vi\u1ec7t"},
		{"Vietnamese, horn typed last", "Tho\u0301\u031b", "th\u1edb"},
		{"ogonek typed last", "a\u0301\u0328", "\u0105\u0301"},
		{"Greek tonos", "\u03b1\u0301", "\u03ac"},
		{"Greek oxia", "M\u1f71rios", "m\u03acrios"},
		{"Greek oxia with dialytika", "\u1fd3", "\u0390"},
		{"Devanagari with nukta in one", "\u0958", "\u0915\u093c"},
		{"Devanagari with nukta in two", "\u0915\u093c", "\u0915\u093c"},
		{"Bengali with nukta in one", "\u09df", "\u09af\u09bc"},
		{"Hebrew shin with its dot", "\ufb2a", "\u05e9\u05c1"},
		{"Arabic, vowel typed after shadda", "\u0645\u062d\u0651\u064e\u062f", "\u0645\u062d\u064e\u0651\u062f"},
		{"Korean", "\u1112\u1161\u11ab\u1100\u1173\u11af", "\ud55c\uae00"},
		{"Japanese", "\u30ab\u3099", "\u30ac"},
		{"Chinese, compatibility ideograph", "\uf9e1", "\u674e"},
		{"Kaithi, beyond 16 bits", "\U00011099\U000110ba", "\U0001109a"},
	} {
		for _, form := range []normaliser{metaNames, metaPlaces, googleNames} {
			if got, reason := form(c.raw, ""); got != c.want || reason != "" {
				t.Errorf("%s: %+q: %+q %s, not %+q", c.what, c.raw, got, reason, c.want)
			}
		}
	}
}

// Every built-in target is a declaration that would pass as a user's.
func TestBuiltInTargetsAreDeclarations(t *testing.T) {
	for _, target := range Targets {
		if err := target.Validate(); err != nil {
			t.Errorf("%s: %v", target.Name, err)
		}
	}
}
