// Package duckdb is the engine of one machine: DuckDB in memory. It is the only
// package that knows DuckDB.
package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"
	duckdb "github.com/marcboeker/go-duckdb/v2"

	"cbv/valuation/diskspace"
	"cbv/valuation/engine"
)

// database is one DuckDB in-memory database on one connection.
type database struct {
	db      *sql.DB // nil: another connection opened it
	conn    *sql.Conn
	reading string // what is being read, "" nothing
	spill   string // folder of what does not fit into memory
	room    int64  // bytes of that folder which may be taken; 0: the system does not say what it has
}

// Open starts a database, defines the macros and then closes it off: no
// extension can be loaded, no file outside the options touched and no setting
// changed afterwards.
func Open(ctx context.Context, opt engine.Options) (engine.Engine, error) {
	free, _ := diskspace.Free(opt.TempDir)
	return openWithin(ctx, opt, free/10*9) // a tenth is left for what is written beside it
}

// openWithin is Open with the bytes that may be spilled, 0 for what the engine takes.
func openWithin(ctx context.Context, opt engine.Options, room int64) (engine.Engine, error) {
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return nil, fmt.Errorf("duckdb: %w", err)
	}
	db := sql.OpenDB(connector)
	conn, err := db.Conn(ctx) // macros, settings and temporary state belong to one connection
	if err != nil {
		return nil, errors.Join(fmt.Errorf("duckdb: %w", err), db.Close())
	}
	limit, err := humanize.ParseBytes(opt.MemoryLimit)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("duckdb: memory limit: %w", err), conn.Close(), db.Close())
	}
	d := &database{db: db, conn: conn, spill: opt.TempDir, room: room}
	if opt.Threads == 0 {
		opt.Threads = runtime.NumCPU()
	}
	settings := []string{
		"set autoinstall_known_extensions = false",
		"set autoload_known_extensions = false",
		"set global TimeZone = 'UTC'", // of later connections too
		fmt.Sprintf("set threads = %d", opt.Threads),
		"set memory_limit = " + engine.Quote(opt.MemoryLimit),
		"set temp_directory = " + engine.Quote(opt.TempDir),
		// Memory of blocks is kept from one query to the next: a third of the time that
		// the system spends on a run is what it takes to give back and fetch it again.
		// What is kept is there for blocks alone, so half is left to everything else.
		fmt.Sprintf("set block_allocator_memory = '%dB'", limit/2),
		// A run reads the files of the orders several times. Of ten thousand, what each says of
		// itself took a third of that; what they hold the system keeps anyway.
		"set global parquet_metadata_cache = true",
		"set enable_external_file_cache = false",
		// A run writes every file in the order of a key, so the engine need not keep
		// the order in which rows happened to arrive.
		fmt.Sprintf("set preserve_insertion_order = %t", opt.InOrder),
		opt.Macros,
		"set allowed_paths = " + list(opt.Readable),
	}
	if room > 0 {
		settings = append(settings, fmt.Sprintf("set max_temp_directory_size = '%dB'", room))
	}
	if opt.Writable != "" {
		settings = append(settings, "set allowed_directories = "+list([]string{opt.Writable}))
	}
	settings = append(settings,
		"set enable_external_access = false",
		"set lock_configuration = true")
	for _, setting := range settings {
		if err := d.exec(ctx, setting); err != nil {
			return nil, errors.Join(fmt.Errorf("duckdb: %s: %w", firstLine(setting), err), d.Close())
		}
	}
	return d, nil
}

// Beside opens another connection to the database.
func (d *database) Beside(ctx context.Context) (engine.Engine, error) {
	conn, err := d.db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("duckdb: %w", err)
	}
	return &database{conn: conn, spill: d.spill, room: d.room}, nil
}

// Close ends the database and frees its memory; of a connection beside the first it ends
// that alone.
func (d *database) Close() error {
	if d.db == nil {
		return d.conn.Close()
	}
	return errors.Join(d.conn.Close(), d.db.Close())
}

// View makes a view of a SELECT.
func (d *database) View(ctx context.Context, name, query string) error {
	return d.make(ctx, name, fmt.Sprintf("create or replace view %s as\n%s", name, query))
}

// Table makes a table of a SELECT and returns its number of rows.
func (d *database) Table(ctx context.Context, name, query string) (int64, error) {
	giveBack()
	return d.counted(ctx, name, fmt.Sprintf("create or replace table %s as\n%s", name, query))
}

// Drop forgets a table and frees its memory.
func (d *database) Drop(ctx context.Context, name string) error {
	return d.make(ctx, name, "drop table "+name)
}

// giveBack lets the system have what Go holds and no longer needs, where that is much.
// While the engine works nothing makes Go's collector run, so what the models used would
// stay beside the engine's own until the end.
func giveBack() {
	held := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/free:bytes"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(held)
	const much = 64 << 20
	if held[0].Value.Uint64()+held[1].Value.Uint64() > held[2].Value.Uint64()+much {
		debug.FreeOSMemory()
	}
}

// rowsPerGroup is a quarter of DuckDB's own. Who looks up one customer decodes a row group:
// of two runs of a million customers that takes .04 s, where it took .11, and a run .3 s
// more to write.
const rowsPerGroup = 30_720

// File writes a SELECT to a Parquet file.
func (d *database) File(ctx context.Context, name, query string, file engine.File) (int64, error) {
	var pairs []string
	for _, field := range slices.Sorted(maps.Keys(file.Metadata)) {
		pairs = append(pairs, engine.Identifier(field)+": "+engine.Quote(file.Metadata[field]))
	}
	columns := "*"
	if file.Columns != nil {
		var items []string
		for _, column := range file.Columns {
			items = append(items, column.From+" as "+engine.Identifier(column.Name))
		}
		columns = strings.Join(items, ", ")
	}
	giveBack()
	query = fmt.Sprintf("select %s from (\n%s\n)", columns, query)
	if len(file.Key) > 0 {
		query += " order by " + strings.Join(file.Key, ", ")
	}
	// Columns of more than a thousand different values in a row group get no dictionary,
	// whose making takes a fifth of the writing and saves but a twelfth of the bytes.
	options := fmt.Sprintf("format parquet, compression zstd, compression_level 1, dictionary_size_limit 1000, row_group_size %d", rowsPerGroup)
	if len(pairs) > 0 {
		options += ", kv_metadata {" + strings.Join(pairs, ", ") + "}"
	}
	statement := fmt.Sprintf("copy (\n%s\n) to %s (%s)", query, engine.Quote(file.Path), options)
	rows, err := d.counted(ctx, name, statement)
	if err != nil {
		return 0, err
	}
	return rows, d.View(ctx, name, "select * from read_parquet("+engine.Quote(file.Path)+")")
}

// Insert makes a table of rows.
func (d *database) Insert(ctx context.Context, name string, columns []engine.Column, rows iter.Seq[[]any]) error {
	var defined []string
	for _, column := range columns {
		defined = append(defined, engine.Identifier(column.Name)+" "+spelling(column.Type))
	}
	if err := d.make(ctx, name, fmt.Sprintf("create or replace table %s (%s)", name, strings.Join(defined, ", "))); err != nil {
		return err
	}
	d.reading = name // what it is filled from cannot be read meanwhile
	defer func() { d.reading = "" }()
	err := d.conn.Raw(func(raw any) error {
		appender, err := duckdb.NewAppenderFromConn(raw.(driver.Conn), "", name)
		if err != nil {
			return err
		}
		return errors.Join(appendRows(ctx, appender, rows), appender.Close())
	})
	if err != nil {
		return fmt.Errorf("%s: %w", name, d.tidy(ctx, err))
	}
	return nil
}

func appendRows(ctx context.Context, appender *duckdb.Appender, rows iter.Seq[[]any]) error {
	var values []driver.Value
	appended := 0
	for row := range rows {
		if appended%10_000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		values = values[:0]
		for i, value := range row {
			if number, ok := value.(float64); ok && math.IsNaN(number) {
				return fmt.Errorf("row %d, column %d is NaN, which is no number to add up: give null", appended+1, i+1)
			}
			values = append(values, value)
		}
		if err := appender.AppendRow(values...); err != nil {
			return err
		}
		appended++
	}
	return nil
}

// ReadThrough reads every value of a column. A hash has to see every value; a
// maximum may come from the footer.
func (d *database) ReadThrough(ctx context.Context, name, column string) error {
	_, err := d.one(ctx, name, "select cast(max(hash("+column+")) as varchar) from "+name)
	return err
}

// ReadGroups groups the rows by a column.
func (d *database) ReadGroups(ctx context.Context, name, column string) error {
	_, err := d.one(ctx, name, fmt.Sprintf("select count(*) from (select %[1]s, count(*) from %[2]s group by %[1]s)", column, name))
	return err
}

// one returns the value of a query for one.
func (d *database) one(ctx context.Context, name, query string) (value any, err error) {
	for row, err := range d.query(ctx, name, query, 1) {
		if err != nil {
			return nil, err
		}
		value = row[0]
	}
	return value, nil
}

// Count returns the number of rows of a table or view.
func (d *database) Count(ctx context.Context, name string) (int64, error) {
	return d.counted(ctx, name, "select count(*) from "+name)
}

// counted returns the number that a statement gives: of the rows that it made, where it
// makes a table or a file, so that these need not be counted by a query of their own.
func (d *database) counted(ctx context.Context, name, statement string) (int64, error) {
	value, err := d.one(ctx, name, statement)
	if err != nil {
		return 0, err
	}
	count, ok := value.(int64)
	if !ok {
		return 0, fmt.Errorf("%s: %v is no number of rows", name, value)
	}
	return count, nil
}

// Describe returns the columns of a table or view.
func (d *database) Describe(ctx context.Context, name string) ([]engine.Described, error) {
	var columns []engine.Described
	for row, err := range d.query(ctx, name, "select column_name, column_type from (describe "+name+")", 2) {
		if err != nil {
			return nil, err
		}
		name, spelt := row[0].(string), row[1].(string)
		columns = append(columns, engine.Described{Name: name, Type: typeOf(spelt), Spelling: spelt})
	}
	return columns, nil
}

func (d *database) make(ctx context.Context, name, statement string) error {
	if err := d.refuseWhileReading(name); err != nil {
		return err
	}
	if err := d.exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (d *database) exec(ctx context.Context, statement string) error {
	if _, err := d.conn.ExecContext(ctx, statement); err != nil {
		return d.tidy(ctx, err)
	}
	return nil
}

// tidy cuts DuckDB's several lines to the first and prefers the context's own
// error when a cancelled context is the reason.
func (d *database) tidy(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	text := firstLine(err.Error())
	kind := kindOf(err)
	switch kind {
	case engine.Memory:
		text += ": raise engine.memory_limit, or lower engine.threads"
	case engine.Disk:
		text = d.noRoom(err)
	}
	return &engine.Error{Kind: kind, Text: text, Err: err}
}

// noRoom says what there was no room for on the disk.
func (d *database) noRoom(err error) string {
	if !strings.Contains(err.Error(), spillIsFull) {
		return fmt.Sprintf("the disk is full: %s (%s)", diskspace.Remedy, firstLine(err.Error()))
	}
	return fmt.Sprintf("%s: the disk has not enough room for what does not fit into engine.memory_limit, which is more than %s: raise that, or %s",
		d.spill, humanize.Bytes(uint64(d.room)), diskspace.Remedy)
}

// spillIsFull is of every error of a bound of what is spilled, which has the type of one
// of the memory.
const spillIsFull = "max_temp_directory_size"

func kindOf(err error) engine.Kind {
	if diskspace.IsFull(err) || strings.Contains(err.Error(), spillIsFull) {
		return engine.Disk
	}
	// An appender's error has no type: it is known by its words.
	for _, words := range []string{"could not allocate block of size", "failed to pin block of size", "failed to allocate data of size"} {
		if strings.Contains(err.Error(), words) {
			return engine.Memory
		}
	}
	if strings.Contains(err.Error(), "Perfect hash aggregate") { // of the size that the statistics ask for
		return engine.Damage
	}
	var d *duckdb.Error
	if !errors.As(err, &d) {
		return engine.Fault
	}
	switch d.Type {
	case duckdb.ErrorTypeOutOfMemory:
		return engine.Memory
	case duckdb.ErrorTypeInvalidInput:
		// Also the type of most damage to a page, in which no expression has a say.
		if strings.Contains(d.Msg, "Failed to read file") || strings.Contains(d.Msg, "found in Parquet file") {
			return engine.Fault
		}
		return engine.Data
	case duckdb.ErrorTypeConversion, duckdb.ErrorTypeOutOfRange, duckdb.ErrorTypeMismatchType, duckdb.ErrorTypeDivideByZero:
		return engine.Data
	}
	return engine.Fault
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

func list(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = engine.Quote(text)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
