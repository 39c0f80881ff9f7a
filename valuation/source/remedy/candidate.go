package remedy

import (
	"fmt"
	"slices"

	"cbv/valuation/engine"
)

// candidate is an expression that may read a column.
type candidate struct {
	expression string
	where      string // condition that a value meets where the expression reads it rightly
	neither    string // condition of the values that it leaves null on purpose
}

// proof is the expression that is null for every value that the candidate does not
// read rightly, and for no other.
func (c candidate) proof() string {
	switch {
	case c.neither != "":
		return "case when " + c.neither + " then false else " + c.expression + " end"
	case c.where != "":
		return "case when " + c.where + " then " + c.expression + " end"
	}
	return c.expression
}

// wordTimes are the formats of times in words and figures, without a zone, that are
// no ISO 8601. Which of day and month comes first is for the values to say.
var wordTimes = []string{
	"%Y%m%d", "%Y%m%d%H%M%S", "%Y.%m.%d", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%d-%b-%y", "%a, %d %b %Y",
	"%d %b %Y %H:%M:%S", "%d %b %Y %H:%M", "%b %d, %Y %H:%M:%S", "%b %d, %Y %I:%M:%S %p", "%b %d, %Y %I:%M %p", "%b %d, %Y, %I:%M %p",
}

// zonedTimes are those with an offset.
var zonedTimes = []string{
	"%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M %z", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S.%f %z", "%a, %d %b %Y %H:%M:%S %z", "%a, %d %b %Y %H:%M:%S %Z",
	"%Y/%m/%d %H:%M:%S %z", "%d/%b/%Y:%H:%M:%S %z",
}

const (
	// hasZone is what a text ends with whose time is an instant.
	hasZone = `'.*\d\d?:\d\d.*(Z|UTC|GMT|[+-]\d\d(:?\d\d)?)\s*'`

	// times of orders lie between these: with a wider range a count of seconds would
	// be one of milliseconds of January 1970 too.
	firstTime, lastTime = "timestamp '1980-01-01'", "timestamp '2100-01-01'"
)

// plausible is the condition that a time is one of an order.
func plausible(expression string) string {
	return fmt.Sprintf("(%s) >= %s and (%[1]s) < %[3]s", expression, firstTime, lastTime)
}

// textTimes are the expressions that read times written as text.
func textTimes(value string) []candidate {
	var found []candidate
	zoned := fmt.Sprintf("regexp_full_match(cast(%s as varchar), %s)", value, hasZone)
	add := func(expression, where string) {
		found = append(found, candidate{expression: expression, where: where + " and " + plausible(expression)})
	}
	format := func(format string) string { return fmt.Sprintf("try_strptime(%s, '%s')", value, format) }
	// Read as a local time an instant would lose its zone, and read as an instant a
	// local time would be taken for one in UTC: neither is tried on the other.
	add(fmt.Sprintf("try_cast(%s as timestamptz)", value), zoned)
	for _, f := range zonedTimes {
		add(format(f), zoned)
	}
	add(fmt.Sprintf("try_cast(%s as date)", value), "not "+zoned+fmt.Sprintf(" and length(trim(cast(%s as varchar))) <= 10", value))
	add(fmt.Sprintf("try_cast(%s as timestamp)", value), "not "+zoned)
	for _, f := range wordTimes {
		add(format(f), "not "+zoned)
	}
	for _, separator := range []string{"/", ".", "-"} {
		for _, year := range []string{"%Y", "%y"} {
			for _, clock := range []string{"", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", ", %H:%M", ", %H:%M:%S"} {
				add(format("%d"+separator+"%m"+separator+year+clock), "not "+zoned)
				add(format("%m"+separator+"%d"+separator+year+clock), "not "+zoned)
			}
		}
	}
	return append(found, epochs(fmt.Sprintf("try_cast(%s as bigint)", value))...)
}

// epochs are the expressions that read counts of seconds or parts of one since 1970,
// which are instants.
func epochs(value string) []candidate {
	var found []candidate
	for _, divisor := range []string{"", " / 1e3", " / 1e6", " / 1e9"} {
		expression := "to_timestamp(" + value + divisor + ")"
		found = append(found, candidate{expression: expression, where: plausible(expression)})
	}
	return append(found, figures("cast("+value+" as varchar)")...)
}

// figures are the expressions that read texts of the figures of a day, or of a day and
// its time.
func figures(text string) []candidate {
	var found []candidate
	for _, format := range []string{"%Y%m%d", "%Y%m%d%H%M%S"} {
		expression := fmt.Sprintf("try_strptime(%s, '%s')", text, format)
		found = append(found, candidate{expression: expression, where: plausible(expression)})
	}
	return found
}

// counted are the expressions that read a column of numbers as times, be they written
// as text.
func counted(value string, found engine.Type) []candidate {
	number := "try_cast(" + value + " as bigint)"
	switch found {
	case engine.Bigint:
		return epochs(value)
	case engine.Double, engine.Decimal:
		return append(epochs(value)[:4], figures("cast("+number+" as varchar)")...)
	case engine.Varchar:
		return append(epochs(number)[:4], figures(value)...)
	}
	return nil
}

// shifted are the expressions that read times of a type as counts of larger units.
func shifted(value string, found engine.Type) []candidate {
	if found != engine.Timestamp && found != engine.Instant {
		return nil
	}
	var larger []candidate
	for _, factor := range []string{"1e3", "1e6", "1e9"} {
		expression := "to_timestamp(date_part('epoch', " + value + ") * " + factor + ")"
		larger = append(larger, candidate{expression: expression, where: plausible(expression)})
	}
	return larger
}

// times are the expressions that read a column of a type as times.
func times(value string, found engine.Type) []candidate {
	switch found {
	case engine.Date, engine.Timestamp, engine.Instant:
		return []candidate{{expression: value}}
	case engine.Varchar:
		return textTimes(value)
	case engine.Bigint:
		return epochs(value)
	case engine.Double, engine.Decimal:
		return epochs(value)[:4]
	}
	return nil
}

// versions are the expressions that read a column of a type as numbers or times of
// versions.
func versions(value string, found engine.Described) []candidate {
	switch found.Type {
	case engine.Bigint:
		return []candidate{{expression: value}}
	case engine.Double:
		return whole(value, found)
	case engine.Varchar:
		number := "try_cast(" + value + " as bigint)"
		return append([]candidate{{expression: number, where: "regexp_full_match(trim(" + value + "), '\\d+')"}}, textTimes(value)...)
	}
	return times(value, found.Type)
}

// sign is what may stand beside an amount that is written as text.
const sign = `'\p{L}{1,2}\p{Sc}|\p{Sc}|\p{L}{2,4}'`

// amounts are the expressions that read a column of a type as money; beside is the
// currency sign that stands in its texts, "" for none.
func amounts(value string, found engine.Type, beside string) []candidate {
	switch found {
	case engine.Bigint, engine.Double, engine.Decimal:
		return []candidate{{expression: value}}
	case engine.Varchar:
	default:
		return nil
	}
	number := value
	if beside != "" {
		// The one sign that is there: an amount with another one is in another
		// currency, and is not read.
		number = fmt.Sprintf("replace(%s, %s, '')", value, engine.Quote(beside))
	}
	as := func(text, pattern string) candidate {
		return candidate{expression: "try_cast(" + text + " as double)", where: fmt.Sprintf("regexp_full_match(trim(cast(%s as varchar)), '%s')", number, pattern)}
	}
	unspaced := fmt.Sprintf(`regexp_replace(%s, '[\s\p{Zs}]', '', 'g')`, number)
	return []candidate{
		as(number, `[-+]?\s*\d*\.?\d*([eE][-+]?\d+)?`),
		// 1,234.56: commas go where three digits follow, so that 12,50 is not read as 1250.
		as(fmt.Sprintf(`regexp_replace(%s, ',(\d{3})\b', '\1', 'g')`, number), `[-+]?\s*(\d{1,3}(,\d{3})+|\d+)(\.\d+)?`),
		// 1.234,56
		as(fmt.Sprintf(`replace(regexp_replace(%s, '\.(\d{3})\b', '\1', 'g'), ',', '.')`, number), `[-+]?\s*(\d{1,3}(\.\d{3})+|\d+)(,\d+)?`),
		// 1 234,56 and 1 234.56, the space of any width
		as("replace("+unspaced+", ',', '.')", `[\s\p{Zs}]*[-+]?[\s\p{Zs}]*(\d{1,3}([\s\p{Zs}]\d{3})+|\d+)(,\d+)?[\s\p{Zs}]*`),
		as(unspaced, `[\s\p{Zs}]*[-+]?[\s\p{Zs}]*(\d{1,3}([\s\p{Zs}]\d{3})+|\d+)(\.\d+)?[\s\p{Zs}]*`),
		// 1'234.56
		as(fmt.Sprintf(`replace(%s, '''', '')`, number), `[-+]?\s*(\d{1,3}(''\d{3})+|\d+)(\.\d+)?`),
	}
}

// exact is the limit below which a number of a type, DOUBLE or FLOAT, is every whole
// number.
func exact(spelling string) string {
	if spelling == "FLOAT" {
		return "16777216e0"
	}
	return "9007199254740992e0"
}

// held is the condition that a floating-point number is the one that was written:
// beyond it not every whole number is one.
func held(value, spelling string) string {
	return fmt.Sprintf("abs(%s) < %s", value, exact(spelling))
}

// whole are the expressions that make of a floating-point number, or of what an
// expression made of it, the id that a whole number is.
func whole(value string, found engine.Described) []candidate {
	switch found.Type {
	case engine.Double:
		return []candidate{{expression: "try_cast(" + value + " as bigint)", where: fmt.Sprintf("%s and %s = trunc(%[2]s)", held(value, found.Spelling), value)}}
	case engine.Bigint:
		return []candidate{{expression: value, where: held(value, "DOUBLE")}}
	}
	// The text of a double is 12.0 where that of a whole number is 12.
	return []candidate{{expression: value, where: fmt.Sprintf(`not regexp_full_match(cast(%s as varchar), '-?\d+(\.0|(\.\d+)?e\+?\d+)')`, value)}}
}

// common are the expressions that make one type of several which files give a column.
func common(value string, types []engine.Described, want Want) []candidate {
	isNumber := func(found engine.Described) bool { return found.Type == engine.Double || found.Type == engine.Decimal }
	switch {
	case want == Money:
		return []candidate{{expression: "cast(" + value + " as double)"}}
	case want == ID && !slices.ContainsFunc(types, isNumber): // whose text is another one than that of a whole number
		return []candidate{{expression: "cast(" + value + " as varchar)"}}
	}
	return nil
}

// ids are the expressions that read a column of a type as ids.
func ids(value string, found engine.Described) []candidate {
	number := "cast(" + value + " as bigint)"
	switch found.Type {
	case engine.Varchar, engine.Bigint, engine.UUID, engine.Boolean, engine.Date:
		return []candidate{{expression: value}}
	case engine.Double:
		return append(whole(value, found), candidate{expression: "cast(" + value + " as varchar)", where: held(value, found.Spelling)})
	case engine.Decimal:
		return []candidate{{expression: number, where: fmt.Sprintf("%s = trunc(%[1]s)", value)}, {expression: "cast(" + value + " as varchar)"}}
	case engine.Timestamp, engine.Instant:
		return []candidate{{expression: "cast(" + value + " as varchar)"}}
	}
	if found.Spelling == "BLOB" {
		return []candidate{{expression: "decode(" + value + ")"}}
	}
	return nil
}
