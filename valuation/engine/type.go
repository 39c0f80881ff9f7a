package engine

import "strings"

// Type is what a column holds.
type Type string

// The types of columns. Bigint stands for whole numbers of any width in what an
// engine describes, and for 64 bits in what it makes.
const (
	Other     Type = ""
	Boolean   Type = "boolean"
	Bigint    Type = "bigint"
	Double    Type = "double"
	Decimal   Type = "decimal"
	Varchar   Type = "varchar"
	Date      Type = "date"
	Timestamp Type = "timestamp" // a local time
	Instant   Type = "instant"   // a time-stamp with a zone
	UUID      Type = "uuid"
	Doubles   Type = "doubles" // a list of doubles
)

// TypeOf returns the type that a published schema names, such as BIGINT.
func TypeOf(schemaType string) Type { return Type(strings.ToLower(schemaType)) }
