package chart

import (
	"html"
	"strings"
	"unicode"
)

// Escape returns a text as it stands in HTML and SVG: what would be markup is text, and
// characters that neither can hold are spaces.
func Escape(text string) string {
	return html.EscapeString(strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) || r == unicode.ReplacementChar || r >= 0xFFFE && r <= 0xFFFF {
			return ' '
		}
		return r
	}, text))
}

// TextWidth estimates how wide a text of the charts is, in units: a little more than in
// Arial, since the reader's letters may be wider.
func TextWidth(text string) float64 {
	width := 0.
	for _, r := range text {
		width += runeWidth(r)
	}
	return 1.08 * textSize * width
}

// runeWidth estimates the width of a character per size of the text.
func runeWidth(r rune) float64 {
	switch {
	case strings.ContainsRune("ijl.,:;'|!()[]ft /-", r):
		return 0.31
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case r >= 0x1100: // ideographs, emoji and their kin
		return 1.1
	case strings.ContainsRune("mwMW@%…—", r):
		return 0.9
	case strings.ContainsRune("<>", r): // in DejaVu, where neither Arial nor its kin is there
		return 0.84
	case unicode.IsUpper(r):
		return 0.69
	}
	return 0.56
}

// Fit cuts a text that is wider than so many units, and ends it in an ellipsis.
func Fit(text string, width float64) string {
	text = strings.Join(strings.Fields(text), " ")
	if TextWidth(text) <= width {
		return text
	}
	room := width - TextWidth("…")
	end, used := 0, 0.
	for at, r := range text {
		used += 1.08 * textSize * runeWidth(r)
		if used > room {
			break
		}
		end = at
	}
	// What joins to the character that is cut off would stand alone.
	return strings.TrimRightFunc(text[:end], func(r rune) bool { return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Zs) }) + "…"
}
