package proposal

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cbv/valuation/engine"
	"cbv/valuation/vocabulary"
)

// reading is one way to read the text of a column.
type reading struct {
	engine.Type        // of what comes out
	about       string // of the texts, in plain words
	pattern     string // that a text has to match, by RE2
	expression  string // over the column, which is %[1]s
	decimal     string // what parts the fraction from the rest, where the reading settles it
	dayFirst    string // yes or no where a day and a month could be taken for each other
}

// of returns the expression over a column.
func (r reading) of(column string) string { return fmt.Sprintf(r.expression, column) }

// fails is the condition under which a text of a column cannot be read.
func (r reading) fails(column string) string {
	return fmt.Sprintf("%s is not null and (not regexp_full_match(trim(%[1]s), %s) or (%s) is null)", column, engine.Quote(r.pattern), r.of(column))
}

// currency is a sign or a code beside an amount.
const currency = `(?:[$€£¥₹]|[A-Z]{2,3}\$?)`

// The ways to write numbers. A number of the spreadsheets has a sign or brackets, a
// currency before or behind it, and thousands.
var (
	wholeNumber = reading{
		Type: engine.Bigint, about: "whole numbers", pattern: `[+-]?(?:0|[1-9][0-9]{0,17})`, expression: "try_cast(%[1]s as bigint)",
	}
	plainNumber = reading{
		Type: engine.Double, about: "numbers", pattern: `[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?`,
		expression: "try_cast(%[1]s as double)", decimal: ".",
	}
	pointNumber = reading{
		Type: engine.Double, about: "amounts with a decimal point", pattern: amountPattern(",", `\.`), decimal: ".",
		expression: `try_cast(regexp_replace(` + bracketed + `, '` + currency + `|[,\s]', '', 'g') as double)`,
	}
	commaNumber = reading{
		Type: engine.Double, about: "amounts with a decimal comma", pattern: amountPattern(`[.'’\s]`, ","), decimal: ",",
		expression: `try_cast(replace(regexp_replace(` + bracketed + `, '` + currency + `|[.''’\s]', '', 'g'), ',', '.') as double)`,
	}
	numberReadings = []reading{wholeNumber, plainNumber, pointNumber, commaNumber}
)

// bracketed is a number whose brackets are turned into a minus, which is how
// accountants write one.
const bracketed = `regexp_replace(%[1]s, '^\((.*)\)$', '-\1')`

func amountPattern(thousands, decimal string) string {
	number := `(?:[0-9]+|[0-9]{1,3}(?:` + thousands + `[0-9]{3})+)(?:` + decimal + `[0-9]+)?`
	return `\(?[+-]?\s*` + currency + `?\s*[+-]?` + number + `\s*` + currency + `?\)?`
}

// The parts of ways to write times.
const (
	isoDay      = `[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}`
	clock       = `[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?`
	longISO     = `[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?`
	offset      = `\s*[+-][0-9]{2}:?(?:[0-9]{2})?`
	zeroOffset  = `\s*(?:Z|UTC|GMT|[+-]00:?(?:00)?)`
	halfOfDay   = `(?:\s*[AaPp][Mm])`
	monthName   = `[A-Za-z]{3,9}\.?`
	shortDigits = `[0-9]{1,2}`
)

// timeReadings are the ways to write days and times. A time with its offset is the
// clock of the shop where there is a summer and a winter offset at the most; its days
// are then the shop's own.
var timeReadings = slices.Concat([]reading{
	{Type: engine.Date, about: "days", pattern: isoDay, expression: "try_cast(%[1]s as date)"},
	{Type: engine.Timestamp, about: "times", pattern: isoDay + `[T ]` + clock, expression: "try_cast(%[1]s as timestamp)"},
	{Type: engine.Instant, about: "times in UTC", pattern: longISO + zeroOffset, expression: "timezone('UTC', try_cast(left(trim(%[1]s), 19) as timestamp))"},
	localTimes,
	zonedTimes,
	{Type: engine.Date, about: "days", pattern: `[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}`, expression: "try_cast(%[1]s as date)"},
	{Type: engine.Timestamp, about: "times", pattern: `[0-9]{4}/[0-9]{1,2}/[0-9]{1,2} ` + clock, expression: "try_cast(%[1]s as timestamp)"},
}, numericTimes("/", "%d/%m", "%m/%d"), numericTimes("-", "%d-%m", "%m-%d"), numericTimes(".", "%d.%m", ""), namedTimes)

var localTimes = reading{
	Type: engine.Timestamp, about: "times of the shop's clock (the offset behind them is left out)", pattern: longISO + offset,
	expression: "try_cast(left(trim(%[1]s), 19) as timestamp)",
}

// zonedTimes are the same as instants, which they have to be where clocks of several
// zones are mixed.
var zonedTimes = reading{
	Type: engine.Instant, about: "times of several zones", pattern: longISO + offset,
	expression: `try_strptime(regexp_replace(replace(trim(%[1]s), 'T', ' '), '(?:\.[0-9]+)?\s*([+-][0-9]{2}):?([0-9]{2})?$', ' \1\2'), '%%Y-%%m-%%d %%H:%%M:%%S %%z')`,
}

// offsetOf is the offset of such a time in minutes.
const offsetOf = `(case when contains(regexp_extract(trim(%[1]s), '[+-][0-9]{2}:?(?:[0-9]{2})?$'), '-') then -1 else 1 end
	* (60 * cast(regexp_extract(trim(%[1]s), '[+-]([0-9]{2}):?(?:[0-9]{2})?$', 1) as integer) + coalesce(try_cast(regexp_extract(trim(%[1]s), '[+-][0-9]{2}:?([0-9]{2})$', 1) as integer), 0)))`

// clocks are ways to write a time behind a day: each alone, then all of them.
var clocks = []struct {
	pattern string
	formats []string
}{
	{` [0-9]{1,2}:[0-9]{2}:[0-9]{2}`, []string{" %H:%M:%S"}},
	{` [0-9]{1,2}:[0-9]{2}`, []string{" %H:%M"}},
	{` [0-9]{1,2}:[0-9]{2}:[0-9]{2}` + halfOfDay, []string{" %I:%M:%S %p"}},
	{` [0-9]{1,2}:[0-9]{2}` + halfOfDay, []string{" %I:%M %p"}},
	{`,? ` + clock + halfOfDay + `?`, []string{" %H:%M:%S", " %H:%M", ", %H:%M:%S", ", %H:%M", " %I:%M:%S %p", " %I:%M %p", ", %I:%M:%S %p", ", %I:%M %p"}},
}

// numericTimes are days of three numbers with a separator, day or month first, with and
// without a time behind them.
func numericTimes(separator, dayFirst, monthFirst string) []reading {
	var readings []reading
	quoted := regexp.QuoteMeta(separator)
	for _, year := range []struct{ pattern, format string }{{"[0-9]{4}", "%Y"}, {"[0-9]{2}", "%y"}} {
		day := shortDigits + quoted + shortDigits + quoted + year.pattern
		for _, order := range []struct{ isFirst, format, about string }{{"yes", dayFirst, "day before month"}, {"no", monthFirst, "month before day"}} {
			if order.format == "" {
				continue
			}
			settles := order.isFirst
			if monthFirst == "" {
				settles = "" // nobody writes the month first with points
			}
			format := order.format + separator + year.format
			readings = append(readings, reading{Type: engine.Date, about: "days, " + order.about, pattern: day, dayFirst: settles, expression: "cast(" + parsed(format) + " as date)"})
			for _, clock := range clocks {
				readings = append(readings, reading{Type: engine.Timestamp, about: "times, " + order.about, pattern: day + clock.pattern, dayFirst: settles, expression: eachFormat(format, clock.formats...)})
			}
		}
	}
	return readings
}

// namedTimes are days whose month has a name.
var namedTimes = []reading{
	{Type: engine.Date, about: "days", pattern: monthName + ` ` + shortDigits + `, [0-9]{4}`, expression: eachFormat("", "%b %d, %Y", "%B %d, %Y")},
	{Type: engine.Timestamp, about: "times", pattern: monthName + ` ` + shortDigits + `, [0-9]{4},? ` + clock + halfOfDay + `?`,
		expression: eachFormat("", "%b %d, %Y %I:%M:%S %p", "%b %d, %Y, %I:%M:%S %p", "%b %d, %Y %I:%M %p", "%b %d, %Y %H:%M:%S", "%B %d, %Y %I:%M:%S %p", "%B %d, %Y %I:%M %p", "%B %d, %Y, %I:%M %p")},
	{Type: engine.Date, about: "days", pattern: shortDigits + `[ -]` + monthName + `[ -][0-9]{4}`, expression: eachFormat("", "%d %b %Y", "%d-%b-%Y", "%d %B %Y")},
	{Type: engine.Timestamp, about: "times", pattern: shortDigits + `[ -]` + monthName + `[ -][0-9]{4},? ` + clock,
		expression: eachFormat("", "%d %b %Y %H:%M:%S", "%d %b %Y %H:%M", "%d-%b-%Y %H:%M:%S", "%d %b %Y, %H:%M", "%d %B %Y %H:%M:%S")},
}

// parsed reads a text by one format.
func parsed(format string) string {
	return "try_strptime(trim(%[1]s), " + engine.Quote(strings.ReplaceAll(format, "%", "%%")) + ")"
}

// eachFormat reads a text by the first format that fits, of those that begin alike.
func eachFormat(start string, ends ...string) string {
	var tries []string
	for _, end := range ends {
		tries = append(tries, parsed(start+end))
	}
	if len(tries) == 1 {
		return tries[0]
	}
	return "coalesce(" + strings.Join(tries, ", ") + ")"
}

// truths are words for true and false.
var truths = reading{Type: engine.Boolean, about: "true or false", pattern: `(?i)true|false`, expression: "try_cast(%[1]s as boolean)"}

// allReadings are the ways to read text, the narrower before the wider.
var allReadings = slices.Concat([]reading{truths}, numberReadings, timeReadings)

// candidates are the readings that most of a sample of texts allow.
func candidates(sample []string) []reading {
	var found []reading
	for _, r := range allReadings {
		pattern := regexp.MustCompile(`^(?:` + r.pattern + `)$`)
		fits := 0
		for _, text := range sample {
			if pattern.MatchString(strings.TrimSpace(text)) {
				fits++
			}
		}
		if fits > 0 && float64(fits) >= leastReadable*float64(len(sample)) {
			found = append(found, r)
		}
	}
	return found
}

// leastReadable is the share of texts that have to be readable as something for the
// rest to be mistakes.
const leastReadable = 0.9

// keepsText reports whether a column stays text whatever its values look like: numbers
// that name something lose their zeros as numbers, and tomorrow's may hold a letter.
func keepsText(name string) bool {
	words := strings.Split(vocabulary.Normalised(name), "_")
	last := words[len(words)-1]
	return slices.Contains([]string{
		"id", "ids", "number", "no", "nr", "num", "code", "sku", "zip", "postcode", "postal", "plz", "phone", "tel", "telephone", "mobile", "email", "mail", "name",
		"reference", "ref", "barcode", "ean", "gtin", "iban", "vat", "suffix", "invoice", "order", "customer", "transaction", "kundennummer", "bestellnummer", "invoiceno",
		"customerid", "orderid", "invoicenumber", "ordernumber", "rechnungsnummer", "auftragsnummer", "kundennr", "stockcode", "address", "city", "tags", "notes", "uuid", "hash", "key",
	}, last)
}
