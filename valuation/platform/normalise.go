package platform

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"cbv/valuation/region"
)

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
	return labels >= 2 && len(last) >= 2 && last[0] > '9'
}

// checkedID is a customer_id that is the target's key, so that it must stand in the
// file as it is: no formula, nothing that is not seen. The rest are rejected, since an
// apostrophe would make a new customer of them. A phone or a number is no formula.
func checkedID(text, _ string) (string, Reason) {
	if text == "" {
		return "", ""
	}
	if strings.IndexByte("=+-@", text[0]) >= 0 && !isPhoneOrNumber(text) || text != trim(text) || !utf8.ValidString(text) ||
		strings.IndexFunc(text, unicode.IsControl) >= 0 {
		return "", CustomerIDInvalid
	}
	return text, ""
}

// parsePhone returns a phone number in E.164, read as dialled in a country.
func parsePhone(text, country string) (string, Reason) {
	if text = withoutFraction(trim(text)); text == "" {
		return "", ""
	}
	if e164, ok := region.Phone(text, country); ok {
		return e164, ""
	}
	return "", PhoneInvalid
}

// withoutFraction is a number without the .0 that a table of floating-point numbers
// writes behind it: as a digit it would make another phone of it.
func withoutFraction(text string) string {
	digits, isFloat := strings.CutSuffix(text, ".0")
	if isFloat && digits != "" && strings.Trim(digits, "0123456789") == "" {
		return digits
	}
	return text
}

// trim takes away what surrounds a text unseen: space, and the zero-width
// characters that come with copying from a page.
func trim(text string) string {
	if text == "" || isSeen(text[0]) && isSeen(text[len(text)-1]) { // as nearly all are
		return text
	}
	return strings.TrimFunc(text, unseen)
}

// isSeen says whether a byte is a sign of ASCII, and so no part of another rune.
func isSeen(b byte) bool { return b > ' ' && b <= '~' }

func unseen(r rune) bool { return unicode.IsSpace(r) || r == 0x200b || r == 0xfeff }

func withoutSpaces(text string) string {
	text = trim(text)
	plain := true
	for i := range len(text) {
		if !isSeen(text[i]) {
			plain = false
			break
		}
	}
	if plain {
		return text
	}
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
