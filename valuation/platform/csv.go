package platform

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// freeText makes a text from outside safe to stand in a CSV file: valid UTF-8,
// no control characters but tab and line ends, no space around, and what a
// spreadsheet would take for a formula behind an apostrophe. Clip is the most
// bytes it may have, 0 for any.
func freeText(text string, clip int) (cell string, clipped bool) {
	if !harmless(text) {
		text = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r' {
				return -1
			}
			return r
		}, strings.ToValidUTF8(text, "\uFFFD"))
		for strings.Contains(text, "\r\n") { // again: of "\r\r\n" one is left
			text = strings.ReplaceAll(text, "\r\n", "\n")
		}
		text = strings.TrimFunc(text, func(r rune) bool { return unicode.Is(unicode.Zs, r) })
	}
	if text != "" && strings.IndexByte("=+-@\t\r\n", text[0]) >= 0 {
		text = "'" + text
	}
	if clip > 0 && len(text) > clip {
		end := clip
		for !utf8.RuneStart(text[end]) {
			end--
		}
		return text[:end], true
	}
	return text, false
}

// harmless says whether a text is printable ASCII without space around it, as
// nearly all are: those need no second look.
func harmless(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return text == "" || text[0] != ' ' && text[len(text)-1] != ' '
}

// appendCell appends a cell to a record, quoted where RFC 4180 asks for it.
func appendCell(record []byte, cell string) []byte {
	if cell == "" || !strings.ContainsAny(cell, "\",\r\n") && cell[0] != ' ' && cell[0] != '\t' {
		return append(record, cell...)
	}
	record = append(record, '"')
	for {
		before, after, found := strings.Cut(cell, `"`)
		record = append(record, before...)
		if !found {
			return append(record, '"')
		}
		record = append(record, `""`...)
		cell = after
	}
}

// appendRecord appends a whole record of texts.
func appendRecord(record []byte, cells ...string) []byte {
	for i, cell := range cells {
		if i > 0 {
			record = append(record, ',')
		}
		record = appendCell(record, cell)
	}
	return append(record, '\n')
}

// appendNumber appends a number in the fewest digits that read back as it,
// never in powers of ten, which some importers take for text.
func appendNumber(record []byte, number float64) []byte {
	if number == 0 {
		number = 0 // not -0
	}
	return strconv.AppendFloat(record, number, 'f', -1, 64)
}
