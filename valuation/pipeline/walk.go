package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"

	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/schema"
)

// Walk is a plan with what carrying it out takes.
type Walk struct {
	Entries  []Entry
	Actions  Actions
	Readable []string // files that may be read, symbolic links resolved
	Build    string   // folder in which files may be made; "" for none
	Spill    string   // folder for what the engine spills
	// Diagnose looks for the input by which a query fails that is not the
	// engine's fault, and returns an error that names it, nil without one.
	Diagnose func(ctx context.Context, failed error) error
}

// Walk opens the engine, carries the entries out, and drops each table after its last
// reader. What Go does and what SQL does run beside each other: at any time one entry of
// Go is under way at most, in the plan's order, and one of SQL. So what Go holds is
// never in two hands, and what is found does not depend on which entry was the quicker.
func (c *Context) Walk(ctx context.Context, w Walk) (err error) {
	// What the models hold is a quarter more than they need rather than twice that: memory
	// that is free beside the engine, for less time than can be measured of a million customers.
	if os.Getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(25))
	}
	macros, err := fs.ReadFile(c.SQL, "engine/duckdb.sql")
	if err != nil {
		return err
	}
	c.Build = w.Build
	c.Engine, err = c.Open(ctx, engine.Options{
		Threads: c.Config.Engine.Threads, MemoryLimit: c.Config.Engine.EngineMemory(),
		TempDir: w.Spill, Writable: w.Build, Readable: w.Readable, Macros: string(macros),
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Engine.Close()) }()
	sql, err := c.Engine.Beside(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sql.Close()) }()
	if err := c.walk(ctx, w, sql); err != nil {
		return w.diagnosed(ctx, err)
	}
	return nil
}

// refuse returns the error of broken rules.
func refuse(broken []error) error {
	rules := "1 rule is broken"
	if len(broken) > 1 {
		rules = fmt.Sprintf("%d rules are broken", len(broken))
	}
	return failure.Inputf("%w\n%s: nothing was published", errors.Join(broken...), rules)
}

// diagnosed returns the error that names what a failed query fails by, else the
// error itself.
func (w Walk) diagnosed(ctx context.Context, err error) error {
	if engine.Cause(err) == nil || engine.IsOutOfMemory(err) || engine.IsOutOfDisk(err) {
		return err
	}
	if named := w.Diagnose(ctx, err); named != nil {
		return named
	}
	if engine.IsDamage(err) {
		return failure.Inputf("%w: an input file is damaged, and reading each alone does not show which: write the newest ones again", err)
	}
	return err
}

// file is the file of a step. Customers have the attributes of the configuration, by
// their names.
func (c *Context) file(entry Entry) engine.File {
	attributes := c.Config.Orders.Attributes.Columns()
	file := engine.File{
		Path: filepath.Join(c.Build, entry.Name+".parquet"), Key: entry.Key, Metadata: schema.Metadata(entry.Name, attributes...),
	}
	if !schema.HasAttributes(entry.Name) {
		return file
	}
	for _, name := range schema.ColumnNames(entry.Name, attributes...) {
		column := engine.FileColumn{Name: name, From: name}
		if i := slices.IndexFunc(attributes, func(a schema.Attribute) bool { return a.Name == name }); i >= 0 {
			column.From = schema.AttributeSlot(attributes[i].Slot)
		}
		file.Columns = append(file.Columns, column)
	}
	return file
}

// outcome is what became of an entry.
type outcome struct {
	rows   *int64  // that it made, nil where they are not counted
	broken []error // the rules of a check
	err    error
}

// act carries an entry out by an engine.
func (c *Context) act(ctx context.Context, e engine.Engine, entry Entry, actions Actions) (o outcome) {
	count := int64(0)
	switch entry.Kind {
	case Go:
		o.err = actions[entry.Name](ctx)
	case Lists:
		if o.err = e.View(ctx, entry.Name, entry.SQL); o.err == nil {
			o.err = actions[entry.Name](ctx)
		}
	case Check:
		if o.err = e.View(ctx, entry.Name, entry.SQL); o.err == nil {
			o.broken, o.err = judge(ctx, e, entry.Name)
		}
	case Table:
		count, o.err = e.Table(ctx, entry.Name, entry.SQL)
		o.rows = &count
	case File:
		count, o.err = e.File(ctx, entry.Name, entry.SQL, c.file(entry))
		o.rows = &count
	default:
		o.err = e.View(ctx, entry.Name, entry.SQL)
	}
	return o
}
