package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
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

// Walk opens the engine, carries the entries out in order, and drops each table
// after its last reader.
func (c *Context) Walk(ctx context.Context, w Walk) (err error) {
	macros, err := fs.ReadFile(c.SQL, "engine/duckdb.sql")
	if err != nil {
		return err
	}
	c.Build = w.Build
	c.Engine, err = c.Open(ctx, engine.Options{
		Threads: c.Config.Engine.Threads, MemoryLimit: c.Config.Engine.MemoryLimit,
		TempDir: w.Spill, Writable: w.Build, Readable: w.Readable, Macros: string(macros),
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Engine.Close()) }()

	var broken []error // the rules of the checks so far
	lastUses := LastUses(w.Entries)
	for i, entry := range w.Entries {
		if entry.Kind != Check && len(broken) > 0 {
			break
		}
		event := Event{Kind: StepStarted, Step: entry.Name, Number: i + 1, Steps: len(w.Entries)}
		c.Progress(event)
		stop := c.measure(entry.Name)
		rows, err := c.step(ctx, entry, w.Actions, &broken)
		event.Elapsed = stop(rows)
		if err != nil {
			return w.diagnosed(ctx, err)
		}
		event.Kind, event.Rows = StepFinished, rows
		c.Progress(event)
		for _, table := range lastUses[i] {
			if err := c.Engine.Drop(ctx, table); err != nil {
				return err
			}
		}
	}
	if len(broken) > 0 {
		return refuse(broken)
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

// step carries one entry out and returns the rows it made, nil where they are not
// counted. Broken rules are collected, so that all of them are seen at once.
func (c *Context) step(ctx context.Context, entry Entry, actions Actions, broken *[]error) (rows *int64, err error) {
	count := int64(0)
	switch entry.Kind {
	case Go:
		return nil, actions[entry.Name](ctx)
	case Lists:
		if err := c.Engine.View(ctx, entry.Name, entry.SQL); err != nil {
			return nil, err
		}
		return nil, actions[entry.Name](ctx)
	case Check:
		if err := c.Engine.View(ctx, entry.Name, entry.SQL); err != nil {
			return nil, err
		}
		return nil, c.judge(ctx, entry.Name, broken)
	case Table:
		count, err = c.Engine.Table(ctx, entry.Name, entry.SQL)
	case File:
		count, err = c.Engine.File(ctx, entry.Name, entry.SQL, c.file(entry))
		c.Rows[entry.Name] = count
	default:
		return nil, c.Engine.View(ctx, entry.Name, entry.SQL)
	}
	return &count, err
}
