package platform

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"cbv/valuation/celltext"
	"cbv/valuation/mailbox"
	"cbv/valuation/region"
)

// validEmail is an e-mail that an importer takes, or none.
func validEmail(email string) (string, Reason) {
	if email == "" || mailbox.IsValid(email) {
		return email, ""
	}
	return "", EmailInvalid
}

// checkedID is a customer_id that is the target's key, so that it must stand in the
// file as it is: no formula, nothing that is not seen. The rest are rejected, since an
// apostrophe would make a new customer of them. A phone or a number is no formula.
func checkedID(text, _ string) (string, Reason) {
	if text == "" {
		return "", ""
	}
	if strings.IndexByte("=+-@", text[0]) >= 0 && !celltext.IsPhoneOrNumber(text) || text != celltext.Trim(text) || !utf8.ValidString(text) ||
		strings.IndexFunc(text, unicode.IsControl) >= 0 {
		return "", CustomerIDInvalid
	}
	return text, ""
}

// parsePhone returns a phone number in E.164, read as dialled in a country.
func parsePhone(text, country string) (string, Reason) {
	if text = withoutFraction(celltext.Trim(text)); text == "" {
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
