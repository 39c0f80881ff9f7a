// Package proposal looks at files of orders of whatever make and proposes a
// configuration that reads them: it recognises the exports of shop platforms and plain
// tables, says how sure it is and why, and turns CSV files into Parquet files.
package proposal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cbv/valuation/config"
	"cbv/valuation/csvfile"
	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/source"
)

// Job is what is asked for.
type Job struct {
	Files    []string // paths, folders and globs; none: what lies beside the configuration
	Config   string   // path of the configuration to write
	Currency string   // of the money where the files do not say it; "" unknown
	Open     engine.Open
}

// Proposal is a configuration that was written.
type Proposal struct {
	*Mapping
	Config    string
	Files     []string // that were mapped
	Rows      int64
	Converted []Conversion
	Others    []string // files that hold no orders that could be mapped
}

// Write looks at the files and writes a configuration that reads them. It overwrites
// nothing: a configuration that is there is an error.
func Write(ctx context.Context, job Job) (p Proposal, err error) {
	if err := job.refuseExisting(); err != nil {
		return Proposal{}, err
	}
	patterns, err := job.patterns()
	if err != nil {
		return Proposal{}, err
	}
	tables, err := find(ctx, patterns)
	if err != nil {
		return Proposal{}, err
	}
	var files []string
	for _, t := range tables {
		files = append(files, t.paths()...)
	}
	err = job.inWorkshop(ctx, files, func(w workshop) error {
		p, err = w.choose(ctx, tables, job.Currency)
		if err != nil {
			return err
		}
		p.Config = job.Config
		var conversions []conversion
		for i := range p.table.csv {
			conversions = append(conversions, conversion{file: p.table.csv[i], table: p.table, from: p.table.csvTable(i), status: New})
		}
		if err := w.convert(ctx, conversions, p.orderedAt(), 0); err != nil {
			return err
		}
		if err := w.publish(&p, conversions); err != nil {
			return err
		}
		for _, path := range p.table.copies {
			p.Converted = append(p.Converted, Conversion{Source: path, Status: Copy})
		}
		return nil
	})
	return p, err
}

func (j Job) refuseExisting() error {
	if _, err := os.Lstat(j.Config); err == nil {
		return failure.Usagef("%s is there already, and init overwrites nothing: name another file with --config, or convert new CSV files with --refresh", j.Config)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return failure.Usagef("%w", err)
	}
	entries, err := os.ReadDir(j.store())
	if err == nil && len(entries) > 0 {
		return failure.Usagef("%s has the converted files of an earlier init, and init overwrites nothing: remove it, or name another configuration with --config", j.store())
	}
	return nil
}

// store is the folder of the converted files.
func (j Job) store() string {
	return strings.TrimSuffix(j.Config, filepath.Ext(j.Config)) + "-orders"
}

// patterns are the files to look at: those that are named, or the tables beside the
// configuration and in the folder orders.
func (j Job) patterns() ([]string, error) {
	if len(j.Files) > 0 {
		return j.Files, nil
	}
	folder := filepath.Dir(j.Config)
	var found []string
	for _, pattern := range []string{filepath.Join(folder, "*.{parquet,csv,tsv}"), filepath.Join(folder, "orders")} {
		if parquet, csv, err := source.Tables(pattern); err == nil && len(parquet)+len(csv) > 0 {
			found = append(found, pattern)
		}
	}
	if len(found) == 0 {
		return nil, failure.Usagef("there is no Parquet or CSV file in %s: name the files of the orders", folder)
	}
	return found, nil
}

// workshop is where a proposal is made: an engine, and a folder beside the configuration
// that is gone afterwards.
type workshop struct {
	Job
	engine  engine.Engine
	staging string
}

// inWorkshop opens a workshop in which files may be read, and closes it after the work.
func (j Job) inWorkshop(ctx context.Context, files []string, work func(workshop) error) (err error) {
	folder, err := filepath.Abs(filepath.Dir(j.Config))
	if err != nil {
		return err
	}
	if folder, err = filepath.EvalSymlinks(folder); err != nil {
		return failure.Usagef("%w: make the folder of the configuration first", err)
	}
	staging, err := os.MkdirTemp(folder, ".cbv-init-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(staging)) }()
	var readable []string
	for _, path := range files {
		resolved, err := resolve(path)
		if err != nil {
			return err
		}
		readable = append(readable, resolved)
	}
	e, err := j.Open(ctx, engine.Options{MemoryLimit: config.Default().Engine.EngineMemory(), TempDir: staging, Readable: readable, Writable: staging, Macros: "select 1", InOrder: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	return work(workshop{j, e, staging})
}

func resolve(path string) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	resolved, err := filepath.EvalSymlinks(absolute)
	if err != nil {
		return "", failure.Inputf("%w", err)
	}
	return resolved, nil
}

// choose maps the table that is most surely one of orders.
func (w workshop) choose(ctx context.Context, tables []*table, currency string) (Proposal, error) {
	var best *Mapping
	for _, t := range tables {
		if t.rows == 0 {
			continue
		}
		if err := t.load(ctx, w.engine, w.staging); err != nil {
			return Proposal{}, err
		}
		m, err := propose(ctx, w.engine, t, currency)
		if err != nil {
			return Proposal{}, err
		}
		if m != nil && (best == nil || m.isBetter(best)) {
			best = m
		}
	}
	if best == nil {
		return Proposal{}, failure.Inputf("%s: nothing there looks like orders, with a customer, a time and an amount of money: %s", strings.Join(w.described(tables), "; "),
			"write the configuration by hand (cbv help config), or export the orders anew")
	}
	if currency != "" && best.Currency != currency {
		return Proposal{}, failure.Usagef("--currency: it says %s, and %s is %s: leave the flag out, or correct it", currency, best.CurrencyWhy, best.Currency)
	}
	p := Proposal{Mapping: best, Files: best.table.paths(), Rows: best.table.rows}
	for _, t := range tables {
		if t != best.table {
			p.Others = append(p.Others, t.paths()...)
		}
	}
	return p, nil
}

// isBetter reports whether a mapping is more surely one of orders than another one.
func (m *Mapping) isBetter(than *Mapping) bool {
	if m.Sure != than.Sure {
		return m.Sure < than.Sure
	}
	if a, b := m.guesses(), than.guesses(); a != b {
		return a < b
	}
	return m.table.rows > than.table.rows
}

// guesses counts how unsure the columns are.
func (m *Mapping) guesses() (sum int) {
	for _, c := range m.Columns {
		sum += int(c.Sure)
	}
	if _, has := m.Column("order_id"); !has {
		sum++
	}
	return sum
}

// described lists the columns of the tables, for an error.
func (w workshop) described(tables []*table) []string {
	var texts []string
	for _, t := range tables {
		var names []string
		for _, c := range t.columns {
			names = append(names, c.Name)
		}
		texts = append(texts, fmt.Sprintf("%s (%s)", t.paths()[0], strings.Join(names, ", ")))
	}
	return texts
}

// publish puts the converted files and the configuration in their places.
func (w workshop) publish(p *Proposal, conversions []conversion) error {
	files, err := w.files(p)
	if err != nil {
		return err
	}
	text := p.text(files, filepath.Base(w.store()))
	draft := filepath.Join(filepath.Dir(w.staging), filepath.Base(w.staging)+".yaml")
	if err := os.WriteFile(draft, []byte(text), 0o644); err != nil {
		return err
	}
	defer os.Remove(draft)
	if err := p.verify(draft); err != nil {
		return err
	}
	if p.Converted, err = w.place(conversions); err != nil {
		return err
	}
	// A link fails where a file is, a rename would replace it.
	if err := os.Link(draft, w.Config); err != nil {
		return failure.Usagef("%w: name another file with --config", err)
	}
	return nil
}

// verify holds the configuration as it is read to what was proposed.
func (p *Proposal) verify(draft string) error {
	flags := map[string]string{}
	if p.Currency == "" {
		flags["value.currency"] = NoCurrency
	}
	read, err := config.Load(config.Sources{File: draft, Flags: flags})
	if err != nil {
		return fmt.Errorf("the configuration that init wrote is wrong: %w", err)
	}
	columns := read.Orders.Columns
	for key, text := range map[string]string{
		"customer_id": columns.CustomerID, "order_id": columns.OrderID, "ordered_at": columns.OrderedAt, "amount": columns.Amount, "margin": columns.Margin, "channel": columns.Channel, "currency": columns.Currency, "version": columns.Version,
	} {
		if c, is := p.Column(key); is && c.Expression != text {
			return fmt.Errorf("the configuration that init wrote reads %s as %q, not %q", key, text, c.Expression)
		}
	}
	return nil
}

// NoCurrency is ISO 4217's code for none, in which a check counts while the currency is
// not known.
const NoCurrency = "XXX"

// files are the patterns of orders.files, from the folder of the configuration.
func (w workshop) files(p *Proposal) ([]string, error) {
	if len(p.table.csv) > 0 {
		return []string{filepath.Join(filepath.Base(w.store()), "*.parquet")}, nil
	}
	folder := filepath.Dir(w.staging)
	var paths []string
	folders := map[string][]string{}
	for _, file := range p.table.parquet {
		folders[filepath.Dir(file.Resolved)] = append(folders[filepath.Dir(file.Resolved)], file.Resolved)
	}
	for parent, files := range folders {
		patterns := files
		if all, err := filepath.Glob(filepath.Join(parent, "*.parquet")); err == nil && len(files) > 1 && len(all) == len(files) {
			patterns = []string{filepath.Join(parent, "*.parquet")} // tomorrow's file, too
		}
		for _, pattern := range patterns {
			if relative, err := filepath.Rel(folder, pattern); err == nil && !strings.HasPrefix(relative, filepath.Join("..", "..", "..")) {
				pattern = relative
			}
			paths = append(paths, filepath.ToSlash(pattern))
		}
	}
	slices.Sort(paths)
	return paths, nil
}

// Conversion is what became of a CSV file.
type Conversion struct {
	Source  string // as it was named
	Parquet string
	Status  Status
	Rows    int64
}

// Status is why a CSV file was converted, or why not.
type Status string

// The statuses.
const (
	New       Status = "new"
	Changed   Status = "changed"
	Unchanged Status = "unchanged"
	Copy      Status = "a copy of another"
	Gone      Status = "gone"
	Other     Status = "another table"
)

// conversion is a CSV file on its way.
type conversion struct {
	file   csvfile.File
	table  *table
	from   string // table of its text
	number int64  // of the export
	name   string // of the Parquet file, without the folder; "" for one after the CSV file
	path   string // where it was written
	status Status
}
