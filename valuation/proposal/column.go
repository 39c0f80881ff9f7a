package proposal

import (
	"regexp"
	"strings"

	"cbv/valuation/engine"
)

// column is a column of a table of orders, and what its values look like.
type column struct {
	Name string
	Type engine.Type

	typed    *reading // how the text of a CSV file became the type, nil where it stays text
	asText   *reading // how its text is read, nil where it is no number and no time
	unread   int64    // texts that asText does not read
	currency string   // that stands beside every amount, "" for none
	guessed  string   // why the reading is a guess, "" where it is none
	hasNaN   bool     // numbers that are none, which is how some tools write a missing one

	filled   int64 // rows that have a value
	distinct int64 // values, about
	negative int64 // numbers below 0
	whole    int64 // numbers without a fraction
	median   float64
	mails    int64        // texts with an @
	values   []valueCount // the most frequent first, where there are few
}

// valueCount is a value and its rows.
type valueCount struct {
	value string
	rows  int64
}

// isWhole reports whether the values are numbers that are written without a fraction.
func (c column) isWhole() bool {
	if c.typed != nil {
		return c.typed.about == wholeNumber.about
	}
	return c.Type == engine.Bigint
}

// isNumber reports whether the values are numbers.
func (c column) isNumber() bool {
	return c.Type == engine.Bigint || c.Type == engine.Double || c.Type == engine.Decimal
}

// isTime reports whether the values are days or times.
func (c column) isTime() bool {
	return c.Type == engine.Date || c.Type == engine.Timestamp || c.Type == engine.Instant
}

// reads reports whether the values are of a kind, or texts that can be read as one.
func (c column) reads(isKind func(column) bool) bool {
	if isKind(c) {
		return true
	}
	return c.asText != nil && isKind(column{Type: c.asText.Type})
}

// expression is the column as SQL that gives its kind, whatever it is stored as.
func (c column) expression() string {
	switch {
	case c.Type == engine.Varchar && c.asText != nil:
		return c.asText.of(identifier(c.Name))
	case c.hasNaN:
		return "nullif(" + identifier(c.Name) + ", cast('nan' as double))"
	}
	return identifier(c.Name)
}

// identifier writes a column name in SQL, in quotes where it needs them.
func identifier(name string) string {
	if plainName.MatchString(name) && !reservedWords[strings.ToLower(name)] {
		return name
	}
	return engine.Identifier(name)
}

// plainName is a column name that needs no quotes, if it is no word of SQL.
var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// reservedWords are words of SQL that stand for something else without quotes.
var reservedWords = map[string]bool{}

func init() {
	for word := range strings.FieldsSeq("all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate column constraint create cross current_date current_time current_timestamp current_user date default deferrable desc describe distinct do else end except false fetch for foreign freeze from full glob grant group having ilike in initially inner intersect into is isnull join lambda lateral leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps pivot placing positional primary qualify references returning right select show similar some summarize symmetric table tablesample then time timestamp to trailing true union unique unpivot user using values variadic verbose when where window with interval day month year hour minute second") {
		reservedWords[word] = true
	}
}
