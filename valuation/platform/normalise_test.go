package platform

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

// What platforms hash, and its SHA-256 by coreutils: printf '%s' … | sha256sum.
// The first two lines are the vectors of the project's facts; the third is
// TikTok's own example, of its help page about customer files.
var hashVectors = []struct {
	form           normaliser
	raw, cell, sum string
}{
	{trimmedEmail, " Jane.Doe+promo@GMAIL.com ", "jane.doe+promo@gmail.com", "5f0d1df1fc49e30424381b57b1d4c73e067772a4267dde043a19b026935602c8"},
	{taglessEmail, " Jane.Doe+promo@GMAIL.com ", "jane.doe@gmail.com", "831f6494ad6be4fcb3a724c3d5fef22d3ceffa3c62ef3a7984e45a0ea177f982"},
	{taglessEmail, "janedoe@gmail.com", "janedoe@gmail.com", "d6117306485ed0e50afab3ac871e98f81699151f30281527d63ff5f233656c69"},
	{spacelessEmail, " Jane.Doe +promo@GMAIL.com ", "jane.doe+promo@gmail.com", "5f0d1df1fc49e30424381b57b1d4c73e067772a4267dde043a19b026935602c8"},
	{dialled(asParsed), "+44 (0)7700 900123", "+447700900123", "a8acc3a90a7b4e4dc65e93db9240ed26523050ef754d63b75b5161de76781436"},
	{dialled(digits), "+44 (0)7700 900123", "447700900123", "033134b911b137918338415ee3d20a064b24773d36a3b02e8b99fdd3fcd6b4cd"},
	{dialled(digits), "07700 900123", "447700900123", "033134b911b137918338415ee3d20a064b24773d36a3b02e8b99fdd3fcd6b4cd"},
	{metaName, " O'Doe-Smith ", "odoesmith", "86d40fb71b08a94b479e19533a820d32c35594ac3297c09815e6dddd61c14a8a"},
	{googleName, " O'Doe-Smith ", "o'doe-smith", "2cbc33dc68c765d29778f4f8157bc9a96955386e9ff6deeeca0ec9482ca8f0f8"},
	{metaName, "Mary  Ann", "mary ann", "343b97011010c3549fe7fcd6c226ed9431ea37b0b77ed78f6300a0098925faf1"},
	{googleName, "Mary Ann", "maryann", "16b3f07f0ec2f9dd127b71dc2e6c791b7d93116a1c3bc99d057eaa7a8a077e73"},
	{metaName, "JOSÉ", "josé", "d994e1d001886fe5b45b1267bd1fa2b752ac50742579bd3dad7b2a2aa0ed6866"},
	{metaName, "Jose\u0301", "josé", "d994e1d001886fe5b45b1267bd1fa2b752ac50742579bd3dad7b2a2aa0ed6866"},
	{googleName, "JOSE\u0301", "josé", "d994e1d001886fe5b45b1267bd1fa2b752ac50742579bd3dad7b2a2aa0ed6866"},
	{metaPlace, "Düsseldorf.", "düsseldorf", "d3d2abb08e13ceb61df7d63552613448de2bb955d09364fa41bc31b90b7eef4f"},
	{metaZip, "SW1A 1AA", "sw1a1aa", "830e1d4b9838bab1f5c2acdb23e0b502ff13a9832c4632e8d67a1d43d3b7f614"},
	{lowerCountry, "GB", "gb", "0b407281768f0e833afef47ed464b6571d01ca4d53c12ce5c51d1462f4ad6677"},
}

// dialled reads phones in Great Britain, and then as a target does.
func dialled(form normaliser) normaliser {
	return func(text string) (string, Reason) {
		e164, reason := parsePhone(text, "GB")
		if reason != "" {
			return "", reason
		}
		return form(e164)
	}
}

func TestPublishedHashes(t *testing.T) {
	for _, v := range hashVectors {
		cell, reason := v.form(v.raw)
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
		{"phone", dialled(asParsed), "12345", "", PhoneInvalid},
		{"phone", dialled(asParsed), "call me", "", PhoneInvalid},
		{"phone", dialled(asParsed), "+999 123 456 789", "", PhoneInvalid},
		{"phone", dialled(asParsed), "+44 7700 900123 / +44 7700 900124 call", "", PhoneInvalid},
		{"name", metaName, "D`Arcy, Jr.", "darcy jr", ""},
		{"name", metaName, "李小龍", "李小龍", ""},
		{"name", metaName, "--", "", NameInvalid},
		{"place", metaPlace, "St. John's", "stjohns", ""},
		{"zip", clearZip, " 40213 ", "40213", ""},
		{"zip", clearZip, "=40213", "", ZipInvalid},
		{"zip", metaZip, "94016-1234", "940161234", ""},
		{"country", upperCountry, "de", "DE", ""},
		{"country", upperCountry, "UK", "", CountryInvalid},
		{"country", lowerCountry, "Germany", "", CountryInvalid},
		{"country", lowerCountry, "D ", "", CountryInvalid},
		{"uid", clearUID, "1234", "1234", ""},
		{"uid", clearUID, "C-1", "", UIDInvalid},
		{"id", keyID, "-5", "", CustomerIDInvalid},
		{"id", keyID, " 5", "", CustomerIDInvalid},
		{"id", keyID, "Kunde ä 5", "Kunde ä 5", ""},
	} {
		cell, reason := c.form(c.raw)
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
		for _, form := range []normaliser{metaName, metaPlace, googleName} {
			if got, reason := form(c.raw); got != c.want || reason != "" {
				t.Errorf("%s: %+q: %+q %s, not %+q", c.what, c.raw, got, reason, c.want)
			}
		}
	}
}

// The library numbers no country that is not in the list, but for the ones whose
// codes are reserved.
func TestCountriesAreComplete(t *testing.T) {
	for region := range phonenumbers.GetSupportedRegions() {
		if !isCountry(region) && region != "AC" && region != "TA" { // Ascension, Tristan da Cunha
			t.Errorf("%s is missing", region)
		}
	}
	if n := (len(countries) + 1) / 3; n != 250 { // 249 of ISO 3166-1, and XK
		t.Errorf("%d countries", n)
	}
}
