package celltext

import (
	"strings"
	"unicode"
)

// Trim takes away what surrounds a text unseen: space, and the zero-width
// characters that come with copying from a page.
func Trim(text string) string {
	if text == "" || isSeen(text[0]) && isSeen(text[len(text)-1]) { // as nearly all are
		return text
	}
	return strings.TrimFunc(text, unseen)
}

// isSeen says whether a byte is a sign of ASCII, and so no part of another rune.
func isSeen(b byte) bool { return b > ' ' && b <= '~' }

func unseen(r rune) bool { return unicode.IsSpace(r) || r == 0x200b || r == 0xfeff }

// WithoutSpaces is a text without what Trim takes away, wherever it stands.
func WithoutSpaces(text string) string {
	text = Trim(text)
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

// WithoutPunctuation drops what is punctuation, a symbol (a lone accent used as
// an apostrophe is one), a control character or a mark of direction. Joiners
// stay: Persian and Hindi spell with them.
func WithoutPunctuation(text string) string {
	return strings.Map(func(r rune) rune {
		hidden := unseen(r) && !unicode.IsSpace(r) || r == 0x200e || r == 0x200f
		if hidden || unicode.IsPunct(r) || unicode.IsSymbol(r) || unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}

// IsLetterOrDigit says whether a byte is a letter of ASCII or a digit.
func IsLetterOrDigit(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
}
