// Package celltext makes texts from outside safe to stand in the cells of files for
// others: nothing unseen in them, no formula for a spreadsheet, quoted where a CSV file
// asks for it.
package celltext

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Free makes a text from outside safe to stand in a CSV file: valid UTF-8,
// no control characters but tab and line ends, no space around, and what a
// spreadsheet would take for a formula behind an apostrophe. Most are the
// bytes it may have, 0 for any.
func Free(text string, most int) (cell string, clipped bool) {
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
	if most > 0 && len(text) > most {
		return Clip(text, most), true
	}
	return text, false
}

// Clip is the first bytes of a longer text, to the end of a rune.
func Clip(text string, most int) string {
	for !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}

// IsGuarded says whether a cell of a text has the apostrophe of Free, and not one of
// its own.
func IsGuarded(cell, raw string) bool {
	return strings.HasPrefix(cell, "'") && !strings.HasPrefix(Trim(raw), "'")
}

// ID is Free for a customer_id: one that has the form of a phone or of a
// number stands whole, since an apostrophe would make another customer of it.
func ID(id string, most int) (cell string, clipped bool) {
	if IsPhoneOrNumber(id) && (most == 0 || len(id) <= most) {
		return id, false
	}
	return Free(id, most)
}

// IsPhoneOrNumber says whether a text is a sign and a number, or a + and 7 to 15
// digits as people set phones: a spreadsheet computes nothing of it but itself.
func IsPhoneOrNumber(text string) bool {
	if len(text) < 2 || text[0] != '+' && text[0] != '-' {
		return false
	}
	digits, points, others := 0, 0, 0
	for i := 1; i < len(text); i++ {
		switch b := text[i]; {
		case b >= '0' && b <= '9':
			digits++
		case b == '.' && digits > 0 && i < len(text)-1:
			points++
		case strings.IndexByte(" -.()", b) >= 0:
			others++
		default:
			return false
		}
	}
	isPhone := text[0] == '+' && digits >= 7 && digits <= 15 && text[len(text)-1] >= '0'
	return isPhone || digits > 0 && points <= 1 && others == 0
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

// Append appends a cell to a record, quoted where RFC 4180 asks for it, or where
// it holds what stands between cells.
func Append(record []byte, cell string, delimiter byte) []byte {
	if cell == "" || !needsQuotes(cell, delimiter) {
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

func needsQuotes(cell string, delimiter byte) bool {
	if cell[0] == ' ' || cell[0] == '\t' {
		return true
	}
	for i := range len(cell) {
		switch cell[i] {
		case '"', ',', '\r', '\n', delimiter:
			return true
		}
	}
	return false
}

// AppendRecord appends a whole record of texts.
func AppendRecord(record []byte, delimiter byte, cells ...string) []byte {
	for i, cell := range cells {
		if i > 0 {
			record = append(record, delimiter)
		}
		record = Append(record, cell, delimiter)
	}
	return append(record, '\n')
}

// AppendNumber appends a number in the fewest digits that read back as it,
// never in powers of ten, which some importers take for text.
func AppendNumber(record []byte, number float64) []byte {
	if number == 0 {
		number = 0 // not -0
	}
	return strconv.AppendFloat(record, number, 'f', -1, 64)
}

// AppendUnquoted appends what a cell in quotation marks says.
func AppendUnquoted(text, cell []byte) []byte {
	for i := 1; i < len(cell)-1; i++ {
		text = append(text, cell[i])
		if cell[i] == '"' {
			i++ // a quotation mark stands twice
		}
	}
	return text
}

// AppendJSON appends a text, which is valid UTF-8, as JSON has it.
func AppendJSON(line, text []byte) []byte {
	const digits = "0123456789abcdef"
	line = append(line, '"')
	for _, b := range text {
		switch {
		case b == '"' || b == '\\':
			line = append(line, '\\', b)
		case b < ' ':
			line = append(line, '\\', 'u', '0', '0', digits[b>>4], digits[b&15])
		default:
			line = append(line, b)
		}
	}
	return append(line, '"')
}

// Shape shows how a text is written and nothing of what: letters as a, digits as 9.
func Shape(text string) string {
	const longest = 24
	var shape []byte
	for _, r := range text {
		if len(shape) == longest {
			return string(shape) + "…"
		}
		switch {
		case r >= '0' && r <= '9':
			shape = append(shape, '9')
		case strings.ContainsRune(" +-.,;:/()@#*_=", r):
			shape = append(shape, byte(r))
		default:
			shape = append(shape, 'a')
		}
	}
	return string(shape)
}
