package duckdb

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"cbv/valuation/engine"
)

// Rows reads columns of a table or view.
func (d *database) Rows(ctx context.Context, name string, columns []string) iter.Seq2[[]any, error] {
	return d.query(ctx, name, "select "+strings.Join(columns, ", ")+" from "+name, len(columns))
}

// refuseWhileReading returns an error where rows are still being read: there is one
// connection, which would wait for itself for ever.
func (d *database) refuseWhileReading(name string) error {
	if d.reading != "" {
		return fmt.Errorf("%s: asked for while %s is being read or filled: end that first", name, d.reading)
	}
	return nil
}

// errStopped ends a reading of which no more rows are wanted.
var errStopped = errors.New("no more rows are wanted")

// query yields the rows of a query; name is what errors call it.
func (d *database) query(ctx context.Context, name, query string, columns int) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		if err := d.refuseWhileReading(name); err != nil {
			yield(nil, err)
			return
		}
		d.reading = name
		defer func() { d.reading = "" }()
		// database/sql converts value by value; the driver's own rows are several
		// times faster over the hundred thousands of histories.
		err := d.conn.Raw(func(raw any) error {
			result, err := raw.(driver.QueryerContext).QueryContext(ctx, query, nil)
			if err != nil {
				return err
			}
			defer result.Close()
			read, values := make([]driver.Value, columns), make([]any, columns)
			for {
				if err := result.Next(read); errors.Is(err, io.EOF) {
					return nil
				} else if err != nil {
					return err
				}
				for i, value := range read {
					values[i] = plain(value)
				}
				if !yield(values, nil) {
					return errStopped
				}
			}
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(nil, fmt.Errorf("%s: %w", name, d.tidy(ctx, err)))
		}
	}
}

// plain returns a value of the driver as the engine gives it: whole numbers of 64
// bits, lists of doubles as such.
func plain(value driver.Value) any {
	switch v := value.(type) {
	case int8:
		return int64(v)
	case int16:
		return int64(v)
	case int32:
		return int64(v)
	case uint64:
		return int64(v)
	case []any:
		numbers := make([]float64, len(v))
		for i := range v {
			number, ok := v[i].(float64)
			if !ok {
				return value
			}
			numbers[i] = number
		}
		return numbers
	}
	return value
}

// RowsInOrder reads rows in the order of a key. It holds them as a table, which
// spills to disk, and hands them over in ranges of the key, so that the memory
// beside it does not grow with the rows.
func (d *database) RowsInOrder(ctx context.Context, name string, columns []string, key string) iter.Seq2[[]any, error] {
	return d.inOrder(ctx, name, columns, columns, key)
}

// inOrder yields the named columns of what is selected of a view.
func (d *database) inOrder(ctx context.Context, name string, selected, columns []string, key string) iter.Seq2[[]any, error] {
	const held = "rows_in_order"
	return func(yield func([]any, error) bool) {
		err := d.make(ctx, name, fmt.Sprintf("create or replace table %s as select %s from %s", held, strings.Join(selected, ", "), name))
		if err != nil {
			yield(nil, err)
			return
		}
		err = d.ranges(ctx, name, held, columns, key, yield)
		dropped := d.Drop(context.WithoutCancel(ctx), held)
		if errors.Is(err, errStopped) {
			return
		}
		if err = errors.Join(err, dropped); err != nil {
			yield(nil, err)
		}
	}
}

// ranges yields the rows of a held table, range after range of its key.
func (d *database) ranges(ctx context.Context, name, held string, columns []string, key string, yield func([]any, error) bool) error {
	rows, err := d.Count(ctx, held)
	if err != nil {
		return err
	}
	bounds, err := d.bounds(ctx, held, key, rows)
	if err != nil {
		return err
	}
	for i := range len(bounds) + 1 {
		var conditions []string
		if i > 0 {
			conditions = append(conditions, key+" >= "+engine.Quote(bounds[i-1]))
		}
		if i < len(bounds) {
			conditions = append(conditions, key+" < "+engine.Quote(bounds[i]))
		}
		query := "select " + strings.Join(columns, ", ") + " from " + held
		if len(conditions) > 0 {
			query += " where " + strings.Join(conditions, " and ")
		}
		for row, err := range d.query(ctx, name, query+" order by "+key, len(columns)) {
			if err != nil {
				return err
			}
			if !yield(row, nil) {
				return errStopped
			}
		}
	}
	return nil
}

// bounds returns sorted values of a key between which there are some hundred
// thousand rows, or at most so many ranges that scanning for them costs little.
// They are drawn by a hash: which they are changes no result.
func (d *database) bounds(ctx context.Context, name, key string, rows int64) ([]string, error) {
	const usual, most = 100_000, 64
	every := max(usual, rows/most)
	var bounds []string
	query := fmt.Sprintf("select %[1]s from %[2]s where hash(%[1]s) %% %[3]d = 0", key, name, every)
	for row, err := range d.query(ctx, name, query, 1) {
		if err != nil {
			return nil, err
		}
		text, ok := row[0].(string)
		if !ok {
			return nil, fmt.Errorf("%s: column %s is %T, and only text is a key to read by", name, key, row[0])
		}
		bounds = append(bounds, text)
	}
	slices.Sort(bounds)
	return bounds, nil
}
