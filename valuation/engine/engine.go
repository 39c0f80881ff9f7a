// Package engine runs SQL files in DuckDB. It is the only package that knows
// DuckDB: a file is one SELECT, and the engine makes a view, a table or a
// Parquet file of it.
package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"

	duckdb "github.com/marcboeker/go-duckdb/v2"
)

// Options bound what an engine may use and touch.
type Options struct {
	Threads     int      // 0: one per core
	MemoryLimit string   // such as 4GB; beyond it DuckDB spills to TempDir
	TempDir     string   // existing folder for spilled data
	Readable    []string // files that may be read, symbolic links resolved
	Writable    string   // existing folder in which files may be made; "" for none
	Macros      string   // the SQL of sql/engine/duckdb.sql
}

// Engine is one DuckDB in-memory database on one connection. It is not safe
// for concurrent use.
type Engine struct {
	db   *sql.DB
	conn *sql.Conn
}

// Open starts a database, defines the macros and then closes it off: no
// extension can be loaded, no file outside the options touched and no setting
// changed afterwards.
func Open(ctx context.Context, opt Options) (*Engine, error) {
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return nil, fmt.Errorf("duckdb: %w", err)
	}
	db := sql.OpenDB(connector)
	conn, err := db.Conn(ctx) // macros, settings and temporary state belong to one connection
	if err != nil {
		return nil, errors.Join(fmt.Errorf("duckdb: %w", err), db.Close())
	}
	e := &Engine{db: db, conn: conn}
	if opt.Threads == 0 {
		opt.Threads = runtime.NumCPU()
	}
	settings := []string{
		"set autoinstall_known_extensions = false",
		"set autoload_known_extensions = false",
		"set TimeZone = 'UTC'",
		fmt.Sprintf("set threads = %d", opt.Threads),
		"set memory_limit = " + Quote(opt.MemoryLimit),
		"set temp_directory = " + Quote(opt.TempDir),
		// Every file is written in the order of a key, so the engine need not
		// keep the order in which rows happened to arrive.
		"set preserve_insertion_order = false",
		opt.Macros,
		"set allowed_paths = " + list(opt.Readable),
	}
	if opt.Writable != "" {
		settings = append(settings, "set allowed_directories = "+list([]string{opt.Writable}))
	}
	settings = append(settings,
		"set enable_external_access = false",
		"set lock_configuration = true")
	for _, setting := range settings {
		if err := e.exec(ctx, setting); err != nil {
			return nil, errors.Join(fmt.Errorf("duckdb: %s: %w", firstLine(setting), err), e.Close())
		}
	}
	return e, nil
}

// Close ends the database and frees its memory.
func (e *Engine) Close() error {
	return errors.Join(e.conn.Close(), e.db.Close())
}

// View makes a view of a SELECT.
func (e *Engine) View(ctx context.Context, name, query string) error {
	return e.make(ctx, name, fmt.Sprintf("create or replace view %s as\n%s", name, query))
}

// Table makes a table of a SELECT and returns its number of rows.
func (e *Engine) Table(ctx context.Context, name, query string) (int64, error) {
	if err := e.make(ctx, name, fmt.Sprintf("create or replace table %s as\n%s", name, query)); err != nil {
		return 0, err
	}
	return e.Count(ctx, name)
}

// Drop forgets a table and frees its memory.
func (e *Engine) Drop(ctx context.Context, name string) error {
	return e.make(ctx, name, "drop table "+name)
}

// File writes a SELECT to a Parquet file, sorted by a unique key so that the
// same rows give the same bytes, makes a view of the file under the same name,
// and returns its number of rows. The metadata goes into the file's footer.
func (e *Engine) File(ctx context.Context, name, query string, key []string, path string, metadata map[string]string) (int64, error) {
	var pairs []string
	for _, field := range slices.Sorted(maps.Keys(metadata)) {
		pairs = append(pairs, Identifier(field)+": "+Quote(metadata[field]))
	}
	statement := fmt.Sprintf("copy (\nselect * from (\n%s\n) order by %s\n) to %s (format parquet, compression zstd, compression_level 1, kv_metadata {%s})",
		query, strings.Join(key, ", "), Quote(path), strings.Join(pairs, ", "))
	if err := e.make(ctx, name, statement); err != nil {
		return 0, err
	}
	if err := e.View(ctx, name, "select * from read_parquet("+Quote(path)+")"); err != nil {
		return 0, err
	}
	return e.Count(ctx, name)
}

// CSVColumn is a column of a CSV file.
type CSVColumn struct {
	Name     string
	FreeText bool // made safe for spreadsheets, and always quoted
}

// CSV writes the rows of a view whose columns kind and list have the given
// values to a CSV file (RFC 4180, with a header), sorted by a key that is unique
// among them.
func (e *Engine) CSV(ctx context.Context, name, kind, list string, columns []CSVColumn, key []string, path string) error {
	var items, quoted []string
	for _, column := range columns {
		item := column.Name
		if column.FreeText {
			item = "csv_text(" + column.Name + ") as " + column.Name
			quoted = append(quoted, column.Name)
		}
		items = append(items, item)
	}
	options := "format csv, header"
	if len(quoted) > 0 {
		options += ", force_quote (" + strings.Join(quoted, ", ") + ")"
	}
	statement := fmt.Sprintf("copy (\nselect %s from %s where kind = %s and list = %s order by %s\n) to %s (%s)",
		strings.Join(items, ", "), name, Quote(kind), Quote(list), name+"."+strings.Join(key, ", "+name+"."), Quote(path), options)
	return e.make(ctx, name, statement)
}

// Column is a column of a table or view, its type in DuckDB's spelling.
type Column struct {
	Name string
	Type string
}

// Rows makes a table of rows that Go holds. Each row has a value per column:
// nil, bool, int64, float64, string or time.Time.
func (e *Engine) Rows(ctx context.Context, name string, columns []Column, rows [][]driver.Value) error {
	var defined []string
	for _, column := range columns {
		defined = append(defined, column.Name+" "+column.Type)
	}
	if err := e.make(ctx, name, fmt.Sprintf("create or replace table %s (%s)", name, strings.Join(defined, ", "))); err != nil {
		return err
	}
	err := e.conn.Raw(func(raw any) error {
		appender, err := duckdb.NewAppenderFromConn(raw.(driver.Conn), "", name)
		if err != nil {
			return err
		}
		for i, row := range rows {
			if i%10_000 == 0 && ctx.Err() != nil {
				return errors.Join(ctx.Err(), appender.Close())
			}
			if err := appender.AppendRow(row...); err != nil {
				return errors.Join(err, appender.Close())
			}
		}
		return appender.Close()
	})
	if err != nil {
		return fmt.Errorf("%s: %w", name, tidy(ctx, err))
	}
	return nil
}

// Each reads the given columns of a table or view in no particular order and
// calls row with the values, which are only valid during the call. A null is an
// error.
func (e *Engine) Each(ctx context.Context, name string, columns []string, row func([]driver.Value) error) error {
	return e.EachOrNull(ctx, name, columns, func(values []driver.Value) error {
		for i, value := range values {
			if value == nil {
				return fmt.Errorf("column %s is null", columns[i])
			}
		}
		return row(values)
	})
}

// EachOrNull is Each for columns that may be null: nil then.
func (e *Engine) EachOrNull(ctx context.Context, name string, columns []string, row func([]driver.Value) error) error {
	return e.each(ctx, name, "select "+strings.Join(columns, ", ")+" from "+name, len(columns), row)
}

// each calls row with the rows of a query; name is what errors call it.
func (e *Engine) each(ctx context.Context, name, query string, columns int, row func([]driver.Value) error) error {
	// database/sql converts value by value; the driver's own rows are several
	// times faster over the hundred thousands of histories.
	err := e.conn.Raw(func(raw any) error {
		result, err := raw.(driver.QueryerContext).QueryContext(ctx, query, nil)
		if err != nil {
			return err
		}
		defer result.Close()
		values := make([]driver.Value, columns)
		for {
			if err := result.Next(values); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
			if err := row(values); err != nil {
				return err
			}
		}
	})
	if err != nil {
		return fmt.Errorf("%s: %w", name, tidy(ctx, err))
	}
	return nil
}

// EachInOrder is EachOrNull in the order of a text column that is unique. It
// holds the columns' rows as a table, which spills to disk, and hands them over in
// ranges of the key, so that the memory beside it does not grow with the rows.
func (e *Engine) EachInOrder(ctx context.Context, name string, columns []string, key string, row func([]driver.Value) error) (err error) {
	const held = "rows_in_order"
	if err := e.make(ctx, name, fmt.Sprintf("create or replace table %s as select %s from %s", held, strings.Join(columns, ", "), name)); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Drop(ctx, held)) }()
	rows, err := e.Count(ctx, held)
	if err != nil {
		return err
	}
	bounds, err := e.bounds(ctx, held, key, rows)
	if err != nil {
		return err
	}
	for i := range len(bounds) + 1 {
		var conditions []string
		if i > 0 {
			conditions = append(conditions, key+" >= "+Quote(bounds[i-1]))
		}
		if i < len(bounds) {
			conditions = append(conditions, key+" < "+Quote(bounds[i]))
		}
		query := "select " + strings.Join(columns, ", ") + " from " + held
		if len(conditions) > 0 {
			query += " where " + strings.Join(conditions, " and ")
		}
		if err := e.each(ctx, name, query+" order by "+key, len(columns), row); err != nil {
			return err
		}
	}
	return nil
}

// bounds returns sorted values of a key between which there are some ten
// thousand rows, or at most so many ranges that scanning for them costs little.
// They are drawn by a hash: which they are changes no result.
func (e *Engine) bounds(ctx context.Context, name, key string, rows int64) ([]string, error) {
	const usual, most = 20_000, 64
	var bounds []string
	every := max(usual, rows/most)
	err := e.Each(ctx, fmt.Sprintf("%s where hash(%s) %% %d = 0", name, key, every), []string{key}, func(v []driver.Value) error {
		bounds = append(bounds, v[0].(string))
		return nil
	})
	slices.Sort(bounds)
	return bounds, err
}

// Scan reads the one row of a one-row table into dest, as sql.Row.Scan does.
func (e *Engine) Scan(ctx context.Context, name string, columns []string, dest ...any) error {
	query := "select " + strings.Join(columns, ", ") + " from " + name
	if err := e.conn.QueryRowContext(ctx, query).Scan(dest...); err != nil {
		return fmt.Errorf("%s: %w", name, tidy(ctx, err))
	}
	return nil
}

// Count returns the number of rows of a table or view.
func (e *Engine) Count(ctx context.Context, name string) (int64, error) {
	var rows int64
	err := e.Scan(ctx, name, []string{"count(*)"}, &rows)
	return rows, err
}

// Describe returns the columns of a table or view.
func (e *Engine) Describe(ctx context.Context, name string) ([]Column, error) {
	rows, err := e.conn.QueryContext(ctx, "select column_name, column_type from (describe "+name+")")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, tidy(ctx, err))
	}
	defer rows.Close()
	var columns []Column
	for rows.Next() {
		var column Column
		if err := rows.Scan(&column.Name, &column.Type); err != nil {
			return nil, err
		}
		columns = append(columns, column)
	}
	return columns, rows.Err()
}

func (e *Engine) make(ctx context.Context, name, statement string) error {
	if err := e.exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (e *Engine) exec(ctx context.Context, statement string) error {
	if _, err := e.conn.ExecContext(ctx, statement); err != nil {
		return tidy(ctx, err)
	}
	return nil
}

// tidy cuts DuckDB's several lines to the first and prefers the context's own
// error when a cancelled context is the reason.
func tidy(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &queryError{err}
}

// queryError is an error of DuckDB, shown by its first line.
type queryError struct{ err error }

func (q *queryError) Error() string {
	text := firstLine(q.err.Error())
	if IsOutOfMemory(q.err) {
		text += ": raise engine.memory_limit, or lower engine.threads"
	}
	return text
}

func (q *queryError) Unwrap() error { return q.err }

// Cause returns the part of err that DuckDB said, nil when it said nothing.
func Cause(err error) error {
	var q *queryError
	if errors.As(err, &q) {
		return q
	}
	return nil
}

// IsOutOfMemory reports whether err says that the memory limit was reached.
func IsOutOfMemory(err error) bool {
	var d *duckdb.Error
	if errors.As(err, &d) && d.Type == duckdb.ErrorTypeOutOfMemory {
		return true
	}
	if err == nil {
		return false
	}
	// An appender's error has no type: it is known by its words.
	for _, words := range []string{"could not allocate block of size", "failed to pin block of size", "failed to allocate data of size"} {
		if strings.Contains(err.Error(), words) {
			return true
		}
	}
	return false
}

// IsDataError reports whether err says that a value could not be converted or
// computed: the data's doing or a configured expression's, not the engine's.
func IsDataError(err error) bool {
	var d *duckdb.Error
	if !errors.As(err, &d) {
		return false
	}
	switch d.Type {
	case duckdb.ErrorTypeConversion, duckdb.ErrorTypeInvalidInput, duckdb.ErrorTypeOutOfRange,
		duckdb.ErrorTypeMismatchType, duckdb.ErrorTypeDivideByZero:
		return true
	}
	return false
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// Quote writes text as an SQL string literal.
func Quote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

func list(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = Quote(text)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
