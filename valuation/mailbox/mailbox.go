// Package mailbox knows e-mail addresses: which an importer takes, and which of them are
// one mailbox.
package mailbox

import (
	"strings"
	"unicode"

	"cbv/valuation/celltext"
)

// IsValid says whether an importer takes an e-mail: an ASCII address without quotes,
// at most 254 bytes (RFC 5321, 4.5.3.1). One that begins with =, + or - would pass
// there, and be a formula in a spreadsheet.
func IsValid(email string) bool {
	local, domain, _ := strings.Cut(email, "@")
	return len(email) <= 254 && len(local) <= 64 && validLocal(local) && validDomain(domain)
}

func validLocal(local string) bool {
	if local == "" || strings.IndexByte("=+-", local[0]) >= 0 {
		return false
	}
	dot := true // before the first byte, as after a dot, no dot may stand
	for i := range len(local) {
		b := local[i]
		if b == '.' && dot || b != '.' && !celltext.IsLetterOrDigit(b) && strings.IndexByte("!#$%&'*+-/=?^_`{|}~", b) < 0 {
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
			if !celltext.IsLetterOrDigit(label[i]) && label[i] != '-' {
				return false
			}
		}
		labels++
	}
	last := domain[strings.LastIndexByte(domain, '.')+1:]
	return labels >= 2 && len(last) >= 2 && last[0] > '9'
}

// IsAddress says whether a text is one plain e-mail address, but for space around
// it: jane@example.com, letters of any script, no name, no brackets, no second
// address. It is kinder than importers are, and no kinder: an objection in another
// form would match nobody.
func IsAddress(text string) bool {
	local, domain, _ := strings.Cut(celltext.Trim(text), "@")
	if local == "" || local[0] == '\'' { // which spreadsheets put in front
		return false
	}
	for _, r := range local {
		if !addressLetter(r) && !strings.ContainsRune(".!#$%&'*+-/=?^_`{|}~", r) {
			return false
		}
	}
	labels := strings.Split(domain, ".")
	for _, label := range labels {
		if label == "" || strings.ContainsFunc(label, func(r rune) bool { return !addressLetter(r) && r != '-' }) {
			return false
		}
	}
	return len(labels) >= 2
}

func addressLetter(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r)
}

// Canonical is an e-mail as suppression compares them: more alike than any
// target thinks them, but for tags.
func Canonical(text string) string { return strings.ToLower(celltext.WithoutSpaces(text)) }

// WithoutTag drops what follows a + before the @.
func WithoutTag(email string) string {
	local, domain, ok := strings.Cut(email, "@")
	if !ok || strings.IndexByte(local, '+') < 0 {
		return email
	}
	local, _, _ = strings.Cut(local, "+")
	return local + "@" + domain
}

// Gmail is the mailbox that Google sees in an e-mail: at its own two domains dots
// and tags distinguish nobody.
func Gmail(email string) string {
	local, domain, _ := strings.Cut(email, "@")
	if domain != "gmail.com" && domain != "googlemail.com" {
		return email
	}
	local, _, _ = strings.Cut(local, "+")
	return strings.ReplaceAll(local, ".", "") + "@" + domain
}
