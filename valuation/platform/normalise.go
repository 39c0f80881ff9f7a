package platform

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A normaliser turns a text into the cell of a target, before any hash. The
// cell is blank where the text is; a text that makes no cell has a reason.
// Applying one to its own cell changes nothing.
type normaliser func(text string) (cell string, reason Reason)

// trimmedEmail is the e-mail for all but the platforms below: trimmed and
// lower-case. The tag stays, dots stay.
func trimmedEmail(text string) (string, Reason) {
	return validEmail(strings.ToLower(trim(text)))
}

// spacelessEmail is Google's: lower-case, spaces gone wherever they are.
func spacelessEmail(text string) (string, Reason) {
	return validEmail(strings.ToLower(withoutSpaces(text)))
}

// taglessEmail is TikTok's: lower-case, and what follows a + before the @ is
// dropped with it.
func taglessEmail(text string) (string, Reason) {
	return validEmail(withoutTag(strings.ToLower(trim(text))))
}

func withoutTag(email string) string {
	local, domain, ok := strings.Cut(email, "@")
	if !ok {
		return email
	}
	local, _, _ = strings.Cut(local, "+")
	return local + "@" + domain
}

// validEmail returns an e-mail that an importer takes: an ASCII address without
// quotes, at most 254 bytes (RFC 5321, 4.5.3.1). One that begins with =, + or -
// would pass there, and be a formula in a spreadsheet.
func validEmail(email string) (string, Reason) {
	if email == "" {
		return "", ""
	}
	local, domain, _ := strings.Cut(email, "@")
	if len(email) > 254 || len(local) > 64 || !validLocal(local) || !validDomain(domain) {
		return "", EmailInvalid
	}
	return email, ""
}

func validLocal(local string) bool {
	if local == "" || strings.IndexByte("=+-", local[0]) >= 0 {
		return false
	}
	dot := true // before the first byte, as after a dot, no dot may stand
	for i := range len(local) {
		b := local[i]
		if b == '.' && dot || b != '.' && !letterOrDigit(b) && strings.IndexByte("!#$%&'*+-/=?^_`{|}~", b) < 0 {
			return false
		}
		dot = b == '.'
	}
	return !dot
}

func validDomain(domain string) bool {
	labels := 0
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if !letterOrDigit(label[i]) && label[i] != '-' {
				return false
			}
		}
		labels++
	}
	last := domain[strings.LastIndexByte(domain, '.')+1:]
	return labels >= 2 && len(last) >= 2 && last[0] >= 'a'
}

// metaName is Meta's first or last name: lower-case, without punctuation. Runs
// of space become one. It is composed (NFC, Unicode Standard Annex #15), as are the
// places and Google's names: web forms send names so, files from a Mac may bring
// them decomposed. Their hashes differ, and the platforms hashed what forms sent.
func metaName(text string) (string, Reason) {
	name := norm.NFC.String(strings.Join(strings.Fields(strings.ToLower(withoutPunctuation(text))), " "))
	if name == "" && trim(text) != "" {
		return "", NameInvalid
	}
	return name, ""
}

// metaPlace is Meta's city or state: as a name, without any space.
func metaPlace(text string) (string, Reason) {
	place := norm.NFC.String(strings.ToLower(withoutSpaces(withoutPunctuation(text))))
	if place == "" && trim(text) != "" {
		return "", PlaceInvalid
	}
	return place, ""
}

// googleName is Google's first or last name: lower-case, without any space.
func googleName(text string) (string, Reason) {
	return norm.NFC.String(strings.ToLower(withoutSpaces(text))), ""
}

// metaZip is lower-case, without space or dash.
func metaZip(text string) (string, Reason) {
	zip, reason := clearZip(text)
	return strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(zip, " ", ""), "-", "")), reason
}

// clearZip is a postcode as it came, trimmed: letters, digits, inner spaces and
// dashes.
func clearZip(text string) (string, Reason) {
	zip := trim(text)
	if zip == "" {
		return "", ""
	}
	if len(zip) > 16 || !letterOrDigit(zip[0]) {
		return "", ZipInvalid
	}
	for i := range len(zip) {
		if !letterOrDigit(zip[i]) && zip[i] != ' ' && zip[i] != '-' {
			return "", ZipInvalid
		}
	}
	return zip, ""
}

// upperCountry is the two letters of ISO 3166-1 as that writes them.
func upperCountry(text string) (string, Reason) {
	country := strings.ToUpper(trim(text))
	if country != "" && !isCountry(country) {
		return "", CountryInvalid
	}
	return country, ""
}

// lowerCountry is Meta's spelling of them.
func lowerCountry(text string) (string, Reason) {
	country, reason := upperCountry(text)
	return strings.ToLower(country), reason
}

// clearUID is a number without sign, as Meta gives them.
func clearUID(text string) (string, Reason) {
	uid := trim(text)
	for i := range len(uid) {
		if uid[i] < '0' || uid[i] > '9' {
			return "", UIDInvalid
		}
	}
	return uid, ""
}

// keyID is a customer_id that is the target's key, so that it must stand in the
// file as it is: no formula, nothing that is not seen. The rest are rejected,
// since an apostrophe would make a new customer of them.
func keyID(text string) (string, Reason) {
	if text == "" {
		return "", ""
	}
	if strings.IndexByte("=+-@", text[0]) >= 0 || text != trim(text) || !utf8.ValidString(text) ||
		strings.IndexFunc(text, unicode.IsControl) >= 0 {
		return "", CustomerIDInvalid
	}
	return text, ""
}

// plain is a text of a table, which no spreadsheet opens: as it came, but for
// bytes that are no text.
func plain(text string) (string, Reason) {
	return strings.ToValidUTF8(text, "\uFFFD"), ""
}

// digits is a phone number for platforms that take it without its plus.
func digits(e164 string) (string, Reason) { return strings.TrimPrefix(e164, "+"), "" }

// asParsed is a phone number in E.164.
func asParsed(e164 string) (string, Reason) { return e164, "" }

// trim takes away what surrounds a text unseen: space, and the zero-width
// characters that come with copying from a page.
func trim(text string) string { return strings.TrimFunc(text, unseen) }

func unseen(r rune) bool { return unicode.IsSpace(r) || r == 0x200b || r == 0xfeff }

func withoutSpaces(text string) string {
	return strings.Map(func(r rune) rune {
		if unseen(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}

// withoutPunctuation drops what is punctuation, a symbol (a lone accent used as
// an apostrophe is one), a control character or a mark of direction. Joiners
// stay: Persian and Hindi spell with them.
func withoutPunctuation(text string) string {
	return strings.Map(func(r rune) rune {
		hidden := unseen(r) && !unicode.IsSpace(r) || r == 0x200e || r == 0x200f
		if hidden || unicode.IsPunct(r) || unicode.IsSymbol(r) || unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}

func letterOrDigit(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
}

// isCountry says whether two letters are assigned by ISO 3166-1. UK, which
// people write for GB, is not.
func isCountry(code string) bool {
	if len(code) != 2 {
		return false
	}
	at := strings.Index(countries, code)
	return at >= 0 && at%3 == 0
}

// countries are the codes of ISO 3166-1 alpha-2, and XK, which the platforms
// take for Kosovo.
const countries = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ " +
	"CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR " +
	"GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP " +
	"KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ " +
	"NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ " +
	"TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW"
