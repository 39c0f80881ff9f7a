package engine

import (
	"context"
	"fmt"
	"iter"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
)

// Select reads a table or view as rows of T, in no particular order. T is a struct
// with a field per column that is wanted: FirstPurchaseDate is
// first_purchase_date; a tag `col:"name"` names another one, and embedded structs
// count as their fields. A field is an integer, float64, string, bool, time.Time,
// []float64, or a pointer to one for a column that may be null; null in any other
// field is an error.
func Select[T any](ctx context.Context, e Engine, name string) iter.Seq2[T, error] {
	columns := columnsOf(reflect.TypeFor[T]())
	return scan[T](name, columns, e.Rows(ctx, name, columns.names()))
}

// SelectInOrder is Select in the order of a text column that is unique.
func SelectInOrder[T any](ctx context.Context, e Engine, name, key string) iter.Seq2[T, error] {
	columns := columnsOf(reflect.TypeFor[T]())
	return scan[T](name, columns, e.RowsInOrder(ctx, name, columns.names(), key))
}

// Wide is a row of T, and the values of columns that no field names.
type Wide[T any] struct {
	Row  T
	More []any // in the order of their names; valid until the next row is asked for
}

// SelectWide is SelectInOrder with more columns, which the configuration chose.
func SelectWide[T any](ctx context.Context, e Engine, name, key string, more []string) iter.Seq2[Wide[T], error] {
	columns := columnsOf(reflect.TypeFor[T]())
	return func(yield func(Wide[T], error) bool) {
		var others []any
		ours := func(yield func([]any, error) bool) {
			for values, err := range e.RowsInOrder(ctx, name, slices.Concat(columns.names(), more), key) {
				if err == nil {
					values, others = values[:len(columns)], values[len(columns):]
				}
				if !yield(values, err) {
					return
				}
			}
		}
		for row, err := range scan[T](name, columns, ours) {
			if !yield(Wide[T]{row, others}, err) {
				return
			}
		}
	}
}

// All collects Select.
func All[T any](ctx context.Context, e Engine, name string) ([]T, error) {
	var rows []T
	for row, err := range Select[T](ctx, e, name) {
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// One reads the row of a table that has exactly one.
func One[T any](ctx context.Context, e Engine, name string) (T, error) {
	rows, err := All[T](ctx, e, name)
	if err == nil && len(rows) != 1 {
		err = fmt.Errorf("%s: has %d rows, want 1", name, len(rows))
	}
	if err != nil {
		var none T
		return none, err
	}
	return rows[0], nil
}

// Insert makes a table of rows of T, whose fields are as those of Select. A time is
// a date, or a time-stamp where the tag says so: `col:"name,timestamp"`, or
// `col:",timestamp"` for the usual name.
func Insert[T any](ctx context.Context, e Engine, name string, rows []T) error {
	return InsertEach(ctx, e, name, slices.Values(rows))
}

// InsertEach is Insert of rows that need not all be held at a time.
func InsertEach[T any](ctx context.Context, e Engine, name string, rows iter.Seq[T]) error {
	columns := columnsOf(reflect.TypeFor[T]())
	var defined []Column
	for _, c := range columns {
		defined = append(defined, Column{c.name, c.kind})
	}
	return e.Insert(ctx, name, defined, func(yield func([]any) bool) {
		row := new(T)
		fields, values := columns.fields(reflect.ValueOf(row).Elem()), make([]any, len(columns))
		for *row = range rows {
			for i, c := range columns {
				values[i] = c.value(fields[i])
			}
			if !yield(values) {
				return
			}
		}
	})
}

// Known is a number for a field that may be null: null for NaN.
func Known(number float64) *float64 {
	if math.IsNaN(number) {
		return nil
	}
	return &number
}

func scan[T any](name string, columns columns, rows iter.Seq2[[]any, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		row := new(T)
		fields := columns.fields(reflect.ValueOf(row).Elem())
		for values, err := range rows {
			var zero T
			if err != nil {
				yield(zero, err)
				return
			}
			*row = zero
			for i, c := range columns {
				if err := c.set(fields[i], values[i]); err != nil {
					yield(zero, fmt.Errorf("%s: column %s: %w", name, c.name, err))
					return
				}
			}
			if !yield(*row, nil) {
				return
			}
		}
	}
}

// column is a column of rows of a struct.
type column struct {
	name     string
	kind     Type
	path     []int // of the field
	nullable bool
}

type columns []column

func (c columns) names() []string {
	var names []string
	for _, column := range c {
		names = append(names, column.name)
	}
	return names
}

// fields are those of a row, found once: a lookup for each value would take as long as the
// rest.
func (c columns) fields(row reflect.Value) []reflect.Value {
	fields := make([]reflect.Value, len(c))
	for i, column := range c {
		fields[i] = row.FieldByIndex(column.path)
	}
	return fields
}

var columnsByType sync.Map // reflect.Type: columns

// columnsOf returns the columns of a struct. One that has a field of another type
// than those of Select is a fault of the program.
func columnsOf(t reflect.Type) columns {
	if known, ok := columnsByType.Load(t); ok {
		return known.(columns)
	}
	var found columns
	for _, field := range reflect.VisibleFields(t) {
		if field.Anonymous {
			continue
		}
		name, kind, _ := strings.Cut(field.Tag.Get("col"), ",")
		if name == "" {
			name = snakeCase(field.Name)
		}
		c := column{name: name, path: field.Index, nullable: field.Type.Kind() == reflect.Pointer}
		if c.kind = Type(kind); kind == "" {
			c.kind = kindOf(t, field)
		}
		found = append(found, c)
	}
	columnsByType.Store(t, found)
	return found
}

func kindOf(of reflect.Type, field reflect.StructField) Type {
	t := field.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[time.Time]():
		return Date
	case t == reflect.TypeFor[[]float64]():
		return Doubles
	}
	switch t.Kind() {
	case reflect.Bool:
		return Boolean
	case reflect.Int, reflect.Int64:
		return Bigint
	case reflect.Float64:
		return Double
	case reflect.String:
		return Varchar
	}
	panic(fmt.Sprintf("%s.%s: a row cannot hold a %s", of, field.Name, field.Type))
}

// value returns the column's field of a row as Engine.Insert takes it.
func (c column) value(field reflect.Value) any {
	if c.nullable {
		if field.IsNil() {
			return nil
		}
		field = field.Elem()
	}
	switch c.kind {
	case Boolean:
		return field.Bool()
	case Bigint:
		return field.Int()
	case Double:
		return field.Float()
	case Varchar:
		return field.String()
	}
	return field.Interface()
}

// set puts a value into the column's field of a row.
func (c column) set(field reflect.Value, value any) error {
	if value == nil {
		if !c.nullable {
			return fmt.Errorf("a value is null")
		}
		return nil
	}
	if c.nullable {
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	switch v := value.(type) {
	case int64:
		if field.CanInt() {
			field.SetInt(v)
			return nil
		}
	case float64:
		if field.CanFloat() {
			field.SetFloat(v)
			return nil
		}
	case string:
		if field.Kind() == reflect.String {
			field.SetString(v)
			return nil
		}
	case bool:
		if field.Kind() == reflect.Bool {
			field.SetBool(v)
			return nil
		}
	default:
		if v := reflect.ValueOf(value); v.Type().AssignableTo(field.Type()) {
			field.Set(v)
			return nil
		}
	}
	return fmt.Errorf("a %T does not go into a %s", value, field.Type())
}

// snakeCase writes a field's name as a column's: FirstPurchaseDate is
// first_purchase_date, CACMinor is cac_minor, PPurchase30d is p_purchase_30d.
func snakeCase(name string) string {
	var text strings.Builder
	letters := []rune(name)
	for i, letter := range letters {
		if i > 0 {
			before := letters[i-1]
			isWord := unicode.IsUpper(letter) && (!unicode.IsUpper(before) || i+1 < len(letters) && unicode.IsLower(letters[i+1]))
			isNumber := unicode.IsDigit(letter) && !unicode.IsDigit(before)
			if isWord || isNumber {
				text.WriteByte('_')
			}
		}
		text.WriteRune(unicode.ToLower(letter))
	}
	return text.String()
}
