package source

import (
	"cbv/valuation/engine"
	"cbv/valuation/source/remedy"
)

// versionKind is what orders versions: a text would sort by its letters.
func versionKind(cast engine.Type) kind {
	return kind{
		wants: "a time or a whole number", cast: cast,
		fits: []engine.Type{engine.Date, engine.Timestamp, engine.Instant, engine.Bigint},
		want: remedy.Version,
	}
}

// versionColumns are the columns of a version: a number, or a time with its day in a
// zone; what it is not is null. Instants are ordered in UTC, which has no hour twice.
func versionColumns(text, zone string) []mapped {
	column := func(name string, cast engine.Type, convert func(string, engine.Type) string) mapped {
		return mapped{key: "orders.columns.version", column: name, text: text, kind: versionKind(cast), convert: convert}
	}
	in := func(zone, expression string) string {
		return "timezone(" + engine.Quote(zone) + ", (\n" + expression + "\n))"
	}
	time := func(zone string) func(string, engine.Type) string {
		return func(expression string, found engine.Type) string {
			switch found {
			case engine.Bigint:
				return "null"
			case engine.Instant:
				return in(zone, expression)
			}
			return expression
		}
	}
	return []mapped{
		column("version_number", engine.Bigint, func(expression string, found engine.Type) string {
			if found == engine.Bigint {
				return expression
			}
			return "null"
		}),
		column("versioned_at", engine.Timestamp, time("UTC")),
		column("version_day", engine.Date, time(zone)),
	}
}
