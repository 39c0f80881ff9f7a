package parquetfile

import (
	"fmt"
	"io"
	"reflect"
	"time"

	"github.com/parquet-go/parquet-go"
)

// Kind is what a column of a Table holds.
type Kind int

// The kinds. Each value may be missing.
const (
	Text Kind = iota
	Number
	Day
	YesNo
)

// Field is a column of a Table.
type Field struct {
	Name string
	Kind Kind
}

// A Table streams rows whose columns are known only when it is opened into one
// file, as Writer does.
type Table struct {
	fields  []Field
	parquet *parquet.GenericWriter[any]
	row     parquet.Row
}

// NewTable returns a Table to w. Names hold no comma.
func NewTable(w io.Writer, fields []Field) *Table {
	// A parquet.Group would sort the columns by name; a struct keeps their order.
	var columns []reflect.StructField
	for i, field := range fields {
		tag, kind := field.Name+",optional", reflect.TypeFor[string]()
		switch field.Kind {
		case Number:
			kind = reflect.TypeFor[float64]()
		case Day:
			tag, kind = tag+",date", reflect.TypeFor[int32]()
		case YesNo:
			kind = reflect.TypeFor[bool]()
		}
		columns = append(columns, reflect.StructField{
			Name: fmt.Sprintf("Column%d", i), Type: kind, Tag: reflect.StructTag(fmt.Sprintf(`parquet:%q`, tag)),
		})
	}
	schema := parquet.SchemaOf(reflect.New(reflect.StructOf(columns)).Interface())
	return &Table{fields: fields, parquet: parquet.NewGenericWriter[any](w, schema, &parquet.WriterConfig{
		CreatedBy: createdBy, Compression: &parquet.Snappy, MaxRowsPerRowGroup: rowsPerGroup,
	})}
}

// Append writes a row: per column a string, float64, time.Time or bool as its
// kind wants, or nil.
func (t *Table) Append(values []any) error {
	t.row = t.row[:0]
	for i, value := range values {
		var cell parquet.Value
		switch value := value.(type) {
		case nil:
			t.row = append(t.row, parquet.Value{}.Level(0, 0, i))
			continue
		case time.Time:
			cell = parquet.Int32Value(int32(value.Unix() / (24 * 60 * 60)))
		case string:
			cell = parquet.ByteArrayValue([]byte(value))
		case float64:
			cell = parquet.DoubleValue(value)
		case bool:
			cell = parquet.BooleanValue(value)
		default:
			return fmt.Errorf("column %s: a %T is no value of a table", t.fields[i].Name, value)
		}
		t.row = append(t.row, cell.Level(0, 1, i))
	}
	_, err := t.parquet.WriteRows([]parquet.Row{t.row})
	return err
}

// Close writes what is buffered and the footer. It does not close the
// underlying writer.
func (t *Table) Close() error { return t.parquet.Close() }
