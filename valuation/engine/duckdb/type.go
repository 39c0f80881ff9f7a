package duckdb

import (
	"strings"

	"cbv/valuation/engine"
)

// spelling is DuckDB's word for a type in a definition.
func spelling(t engine.Type) string {
	switch t {
	case engine.Doubles:
		return "double[]"
	case engine.Instant:
		return "timestamp with time zone"
	}
	return string(t)
}

// typeOf returns the type that DuckDB's word for it stands for.
func typeOf(spelt string) engine.Type {
	switch {
	case strings.HasSuffix(spelt, "INT"), strings.HasSuffix(spelt, "INTEGER"):
		return engine.Bigint
	case spelt == "DOUBLE", spelt == "FLOAT":
		return engine.Double
	case strings.HasPrefix(spelt, "DECIMAL"):
		return engine.Decimal
	case spelt == "VARCHAR", strings.HasPrefix(spelt, "ENUM"):
		return engine.Varchar
	case spelt == "TIMESTAMP WITH TIME ZONE":
		return engine.Instant
	case strings.HasPrefix(spelt, "TIMESTAMP"):
		return engine.Timestamp
	case spelt == "DOUBLE[]":
		return engine.Doubles
	case spelt == "BOOLEAN", spelt == "DATE", spelt == "UUID":
		return engine.Type(strings.ToLower(spelt))
	}
	return engine.Other
}
