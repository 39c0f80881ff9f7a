package parquetfile

import (
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// topLevelColumns names and types the children of the root.
func topLevelColumns(elements []format.SchemaElement) ([]Column, error) {
	if len(elements) == 0 {
		return nil, errors.New("its schema is empty")
	}
	columns := []Column{}
	next := 1
	for range elements[0].NumChildren.V {
		if next >= len(elements) {
			return nil, fmt.Errorf("its schema ends after %d elements", len(elements))
		}
		name, err := typeName(elements[next])
		if err != nil {
			return nil, fmt.Errorf("its column %q has %w", elements[next].Name, err)
		}
		columns = append(columns, Column{Name: elements[next].Name, Type: name})

		for pending := 1; pending > 0; next++ {
			if next >= len(elements) {
				return nil, fmt.Errorf("its schema ends after %d elements", len(elements))
			}
			pending += max(0, int(elements[next].NumChildren.V)) - 1
		}
	}
	return columns, nil
}

// typeName returns the type of a top-level column.
func typeName(element format.SchemaElement) (string, error) {
	converted, isConverted := element.ConvertedType.Get()
	if !element.Type.Valid {
		_, isList := element.LogicalType.Value.(*format.ListType)
		_, isMap := element.LogicalType.Value.(*format.MapType)
		switch {
		case isList, isConverted && converted == deprecated.List:
			return "LIST", nil
		case isMap, isConverted && (converted == deprecated.Map || converted == deprecated.MapKeyValue):
			return "MAP", nil
		case element.RepetitionType.V == format.Repeated:
			return "LIST", nil
		}
		return "STRUCT", nil
	}
	if element.RepetitionType.V == format.Repeated {
		return "LIST", nil // the oldest way to write one: repeated, no annotation
	}
	if name := logicalTypeName(element.LogicalType); name != "" {
		return name, nil
	}
	if name := convertedTypeName(element); isConverted && name != "" {
		return name, nil
	}
	return physicalTypeName(element.Type.V)
}

// Null is the type of a column that has no value in the file, and so agrees with
// any other type.
const Null = "NULL"

// logicalTypeName returns "" for no annotation, and for one that does not
// change how values are read.
func logicalTypeName(annotation format.LogicalType) string {
	switch logical := annotation.Value.(type) {
	case *format.NullType:
		return Null
	case *format.StringType, *format.EnumType, *format.JsonType:
		return "VARCHAR"
	case *format.UUIDType:
		return "UUID"
	case *format.DateType:
		return "DATE"
	case *format.DecimalType:
		return decimalName(logical.Precision, logical.Scale)
	case *format.IntType:
		return integerName(int(logical.BitWidth), logical.IsSigned)
	case *format.Float16Type:
		return "FLOAT"
	case *format.TimeType:
		if logical.IsAdjustedToUTC {
			return "TIME WITH TIME ZONE"
		}
		return "TIME"
	case *format.TimestampType:
		_, isNanos := logical.Unit.Value.(*format.NanoSeconds)
		switch {
		case logical.IsAdjustedToUTC:
			return "TIMESTAMP WITH TIME ZONE"
		case isNanos:
			return "TIMESTAMP_NS"
		}
		return "TIMESTAMP"
	}
	return ""
}

// convertedTypeName reads the annotation that the logical type superseded;
// files from before 2018, and from some writers still, have no other.
func convertedTypeName(element format.SchemaElement) string {
	switch element.ConvertedType.V {
	case deprecated.UTF8, deprecated.Enum, deprecated.Json:
		return "VARCHAR"
	case deprecated.Decimal:
		return decimalName(element.Precision.V, element.Scale.V)
	case deprecated.Date:
		return "DATE"
	case deprecated.TimeMillis, deprecated.TimeMicros:
		return "TIME"
	case deprecated.TimestampMillis, deprecated.TimestampMicros:
		return "TIMESTAMP" // says nothing of zones: a local wall clock, as DuckDB takes it
	case deprecated.Uint8:
		return integerName(8, false)
	case deprecated.Uint16:
		return integerName(16, false)
	case deprecated.Uint32:
		return integerName(32, false)
	case deprecated.Uint64:
		return integerName(64, false)
	case deprecated.Int8:
		return integerName(8, true)
	case deprecated.Int16:
		return integerName(16, true)
	case deprecated.Int32:
		return integerName(32, true)
	case deprecated.Int64:
		return integerName(64, true)
	case deprecated.Interval:
		return "INTERVAL"
	}
	return ""
}

func physicalTypeName(physical format.Type) (string, error) {
	switch physical {
	case format.Boolean:
		return "BOOLEAN", nil
	case format.Int32:
		return "INTEGER", nil
	case format.Int64:
		return "BIGINT", nil
	case format.Int96:
		return "TIMESTAMP", nil // used for nothing else
	case format.Float:
		return "FLOAT", nil
	case format.Double:
		return "DOUBLE", nil
	case format.ByteArray, format.FixedLenByteArray:
		return "BLOB", nil
	}
	return "", fmt.Errorf("an unknown physical type %d", physical)
}

func decimalName(precision, scale int32) string {
	return fmt.Sprintf("DECIMAL(%d,%d)", precision, scale)
}

// integerName returns "" for a width the format does not have.
func integerName(bits int, signed bool) string {
	name := map[int]string{8: "TINYINT", 16: "SMALLINT", 32: "INTEGER", 64: "BIGINT"}[bits]
	if name != "" && !signed {
		return "U" + name
	}
	return name
}
