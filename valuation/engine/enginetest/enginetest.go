// Package enginetest has an engine of tables in memory, with which Go steps that
// read and make typed rows are tested without a driver. It runs no SQL.
package enginetest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"

	"cbv/valuation/engine"
)

// Engine holds the tables that Insert makes. Like a real one it refuses a call inside
// a loop over rows.
type Engine struct {
	tables  map[string]table
	reading bool
}

type table struct {
	columns []engine.Column
	rows    [][]any
}

// New returns an engine without tables.
func New() *Engine { return &Engine{tables: map[string]table{}} }

// Put makes a table of rows, whose fields are as those of engine.Insert. Rows that
// cannot be in a table are a fault of the test.
func Put[T any](e engine.Engine, name string, rows ...T) {
	if err := engine.Insert(context.Background(), e, name, rows); err != nil {
		panic(err)
	}
}

var (
	errNoSQL   = errors.New("enginetest runs no SQL: make the table with Put")
	errReading = errors.New("the engine is asked inside a loop over rows")
)

// Beside returns the engine itself, of which a test carries out one call at a time.
func (e *Engine) Beside(context.Context) (engine.Engine, error) { return e, nil }

// find returns a table.
func (e *Engine) find(name string) (table, error) {
	if e.reading {
		return table{}, fmt.Errorf("%s: %w", name, errReading)
	}
	found, ok := e.tables[name]
	if !ok {
		return found, fmt.Errorf("no table %s: make it with Put", name)
	}
	return found, nil
}

// Insert is that of engine.Engine.
func (e *Engine) Insert(_ context.Context, name string, columns []engine.Column, rows iter.Seq[[]any]) error {
	if e.reading {
		return fmt.Errorf("%s: %w", name, errReading)
	}
	made := table{columns: slices.Clone(columns)}
	for row := range rows {
		for i, value := range row {
			if number, ok := value.(float64); ok && math.IsNaN(number) {
				return fmt.Errorf("%s: column %s: a value is NaN", name, columns[i].Name)
			}
		}
		made.rows = append(made.rows, slices.Clone(row))
	}
	e.tables[name] = made
	return nil
}

// Rows is that of engine.Engine.
func (e *Engine) Rows(_ context.Context, name string, columns []string) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		found, err := e.find(name)
		places := make([]int, len(columns))
		for i, column := range columns {
			places[i] = slices.IndexFunc(found.columns, func(c engine.Column) bool { return c.Name == column })
			if err == nil && places[i] < 0 {
				err = fmt.Errorf("%s: no column %s", name, column)
			}
		}
		if err != nil {
			yield(nil, err)
			return
		}
		e.reading = true
		defer func() { e.reading = false }()
		for _, row := range found.rows {
			values := make([]any, len(places))
			for i, place := range places {
				values[i] = row[place]
			}
			if !yield(values, nil) {
				return
			}
		}
	}
}

// RowsInOrder is that of engine.Engine.
func (e *Engine) RowsInOrder(ctx context.Context, name string, columns []string, key string) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		var rows [][]any
		for row, err := range e.Rows(ctx, name, append(slices.Clone(columns), key)) {
			if err != nil {
				yield(nil, err)
				return
			}
			rows = append(rows, row)
		}
		slices.SortFunc(rows, func(a, b []any) int { return strings.Compare(a[len(columns)].(string), b[len(columns)].(string)) })
		for _, row := range rows {
			if !yield(row[:len(columns)], nil) {
				return
			}
		}
	}
}

// Count is that of engine.Engine.
func (e *Engine) Count(_ context.Context, name string) (int64, error) {
	found, err := e.find(name)
	return int64(len(found.rows)), err
}

// Describe is that of engine.Engine.
func (e *Engine) Describe(_ context.Context, name string) ([]engine.Described, error) {
	found, err := e.find(name)
	var described []engine.Described
	for _, column := range found.columns {
		described = append(described, engine.Described{Name: column.Name, Type: column.Type, Spelling: string(column.Type)})
	}
	return described, err
}

// ReadThrough is that of engine.Engine.
func (e *Engine) ReadThrough(ctx context.Context, name, column string) error {
	for _, err := range e.Rows(ctx, name, []string{column}) {
		if err != nil {
			return err
		}
	}
	return nil
}

// ReadGroups is that of engine.Engine.
func (e *Engine) ReadGroups(ctx context.Context, name, column string) error {
	return e.ReadThrough(ctx, name, column)
}

// Drop is that of engine.Engine.
func (e *Engine) Drop(_ context.Context, name string) error {
	_, err := e.find(name)
	delete(e.tables, name)
	return err
}

// Close is that of engine.Engine.
func (e *Engine) Close() error { return nil }

// View is refused.
func (e *Engine) View(context.Context, string, string) error { return errNoSQL }

// Table is refused.
func (e *Engine) Table(context.Context, string, string) (int64, error) { return 0, errNoSQL }

// File is refused.
func (e *Engine) File(context.Context, string, string, engine.File) (int64, error) {
	return 0, errNoSQL
}

// Lines are refused.
func (e *Engine) Lines(context.Context, engine.CSV) iter.Seq2[engine.Line, error] {
	return func(yield func(engine.Line, error) bool) { yield(engine.Line{}, errNoSQL) }
}

// Input is refused.
func (e *Engine) Input(context.Context, engine.Input) error { return errNoSQL }

// FirstUnread is refused.
func (e *Engine) FirstUnread(context.Context, engine.Input, int64) (int64, error) {
	return 0, errNoSQL
}

// Try is refused.
func (e *Engine) Try(context.Context, engine.Trial) (engine.Tried, error) {
	return engine.Tried{}, errNoSQL
}

// Screen is refused.
func (e *Engine) Screen(context.Context, engine.Input, string, []string, int64) (engine.Screened, error) {
	return engine.Screened{}, errNoSQL
}

// Distinct is refused.
func (e *Engine) Distinct(context.Context, engine.Input, string, int) ([]string, error) {
	return nil, errNoSQL
}

// CheckExpression is refused.
func (e *Engine) CheckExpression(context.Context, string, []string) ([]string, error) {
	return nil, errNoSQL
}

// ReadCSV is refused.
func (e *Engine) ReadCSV(context.Context, string, engine.CSVFile) (int64, error) { return 0, errNoSQL }
