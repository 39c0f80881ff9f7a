// Package batch runs the plan: it reads a shop's orders, values every customer
// and publishes the result as one run.
package batch

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/zeebo/xxh3"

	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/focus"
	"cbv/valuation/plan"
	"cbv/valuation/publication"
	"cbv/valuation/schema"
	"cbv/valuation/source"
)

// Job is a run that is asked for.
type Job struct {
	Config   config.Config
	SQL      fs.FS  // the folder sql/
	Version  string // of the program
	Clock    func() time.Time
	Progress func(Event)
	// Then is called once the run is published, or had been before, while the
	// output folder is still held. It may be nil.
	Then func(ctx context.Context, store *publication.Store, folder string) error
}

// Result is a run that is published.
type Result struct {
	Folder   string
	Already  bool // it had been published before: nothing was done
	Manifest publication.Manifest
	KPIs     map[string]KPI
}

// KPI is one line of kpis.parquet. A nil Value is unknown.
type KPI struct {
	Value, Low, High *float64
	N                int64
}

// monthKPI is one line of kpis.parquet that is told by the month.
type monthKPI struct {
	month time.Time
	value *float64
}

// run is a run under way: what the Go steps know and leave to later ones.
type run struct {
	Job
	engine    *engine.Engine
	store     *publication.Store // nil for a check, which writes nothing
	shelf     publication.Shelf  // where what is built is published
	files     []source.File
	sides     []source.Side
	reused    *RunModel  // nil: the models are fitted
	measuring *measuring // nil: customers are valued
	identity  string
	asOf      time.Time
	orderDays []time.Time // with usable rows, sorted
	spendDays []time.Time // likewise, of spend
	orders    source.Mapping
	minor     int64 // minor units per unit of money

	report     Report
	base       baseSize
	channels   []string // with parameters of their own, sorted: fit groups 1, 2, …
	holdout    holdout
	models     models
	drift      drift
	cuts       publication.RFMCuts
	rows       map[string]int64 // of published tables
	kpis       map[string]KPI
	monthly    map[string][]monthKPI // in no order
	focus      focus.Report
	cacChannel string // of the cost of acquisition that comes from spend
	warnings   []publication.Warning
	timing     []StepTiming

	writeLast func(context.Context) error // writes what is no table, before the engine closes; nil: nothing
}

// errPublished stops a run that is published already.
var errPublished = errors.New("published already")

// Run carries out the whole plan and publishes the run.
func Run(ctx context.Context, job Job) (result Result, err error) {
	files, sides, err := find(ctx, job.Config)
	if err != nil {
		return Result{}, err
	}
	store, err := openStore(ctx, job)
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if store.Waited { // more files may have arrived meanwhile
		if files, sides, err = find(ctx, job.Config); err != nil {
			return Result{}, err
		}
	}
	r := &run{Job: job, store: store, shelf: store.Runs(), files: files, sides: sides, rows: map[string]int64{}}
	r.writeLast = r.write
	if err := r.fingerprint(ctx); err != nil {
		return Result{}, err
	}
	if r.reused, err = reuse(ctx, job.Config); err != nil {
		return Result{}, err
	}
	if r.identity, err = r.identify(); err != nil {
		return Result{}, err
	}
	entries, err := plan.Load(job.SQL, plan.Nightly)
	if err != nil {
		return Result{}, err
	}
	err = r.walk(ctx, entries, store.Build(), store.Spill())
	if errors.Is(err, errPublished) {
		result, err = r.already()
	} else if err == nil {
		result, err = r.finish(ctx, entries)
	}
	if err != nil || job.Then == nil {
		return result, err
	}
	return result, job.Then(ctx, store, r.shelf.Folder(filepath.Base(result.Folder)))
}

// finish publishes what was built, unless there are warnings and none may be.
func (r *run) finish(ctx context.Context, entries []plan.Entry) (Result, error) {
	if err := refuseWarnings(r.Config, r.warnings); err != nil {
		return Result{}, err
	}
	return r.publish(ctx, entries)
}

// openStore takes hold of the output folder.
func openStore(ctx context.Context, job Job) (*publication.Store, error) {
	root, err := filepath.Abs(job.Config.Out)
	if err != nil {
		return nil, err
	}
	store, err := publication.Open(ctx, root, publication.Claim{
		Wait: job.Config.Run.Wait.Duration, Clock: job.Clock,
		Waiting: func(holder string) { job.Progress(Event{Kind: WaitingForLock, Holder: holder}) },
	})
	if err == nil && store.Killed != "" {
		job.Progress(Event{Kind: LockOfKilledRun, Holder: store.Killed})
	}
	return store, err
}

// already links to the run that stands. Had it been made under run.strict now,
// its warnings would have kept it from being published.
func (r *run) already() (Result, error) {
	id := publication.RunID(r.asOf, r.identity)
	manifest, err := publication.ReadManifest(r.shelf.Folder(id))
	if err != nil {
		return Result{}, err
	}
	if err := refuseWarnings(r.Config, manifest.Warnings); err != nil {
		return Result{}, err
	}
	for _, warning := range manifest.Warnings {
		r.Progress(Event{Kind: Warned, Warning: warning})
	}
	return Result{Folder: r.shown(id), Already: true}, r.shelf.Link(id, r.asOf)
}

// Check carries out the part of the plan that holds the input to its contract
// and writes nothing.
func Check(ctx context.Context, job Job) (Report, error) {
	r, err := rehearse(ctx, job, plan.Contract)
	if err != nil {
		return r.report, err
	}
	r.report.AsOf = r.asOf
	r.report.Warnings = r.warnings
	return r.report, refuseWarnings(job.Config, r.warnings)
}

// rehearse carries out a part of the plan that makes nothing to keep.
func rehearse(ctx context.Context, job Job, steps []plan.Step) (r *run, err error) {
	r = &run{Job: job, rows: map[string]int64{}}
	if r.files, r.sides, err = find(ctx, job.Config); err != nil {
		return r, err
	}
	if err := r.fingerprint(ctx); err != nil {
		return r, err
	}
	entries, err := plan.Load(job.SQL, plan.Unpublished(steps))
	if err != nil {
		return r, err
	}
	spill, err := os.MkdirTemp("", "cbv-")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(spill)) }()
	return r, r.walk(ctx, entries, "", spill)
}

// find looks the order files up, and those of the inputs beside them.
func find(ctx context.Context, c config.Config) ([]source.File, []source.Side, error) {
	files, err := source.Find(ctx, "orders", c.Orders.Files, c.Orders.HivePartitions)
	if err != nil {
		return nil, nil, err
	}
	if source.Rows(files) == 0 {
		return nil, nil, failure.Inputf("%s: none of %d order files has a row: there is no order to value; check orders.files", files[0].Path, len(files))
	}
	sides, err := source.FindSides(ctx, c)
	return files, sides, err
}

// fingerprint reads every input file once.
func (r *run) fingerprint(ctx context.Context) error {
	for _, side := range r.sides {
		if err := source.Fingerprint(ctx, side.Files); err != nil {
			return err
		}
	}
	return source.Fingerprint(ctx, r.files)
}

// identify hashes everything that an output depends on: the program with its
// SQL, the settings, the bytes and names of the inputs, and reused parameters.
func (r *run) identify() (string, error) {
	hash := xxh3.New128()
	settings, err := r.Config.Identity()
	if err != nil {
		return "", err
	}
	fmt.Fprintf(hash, "%s\n%s\n", r.Version, settings)
	r.hashInputs(hash)
	if r.reused != nil {
		parameters, err := r.reused.identity()
		if err != nil {
			return "", err
		}
		fmt.Fprintf(hash, "model %s\n", parameters)
	}
	err = plan.WriteIdentity(hash, r.SQL, plan.Nightly)
	return fmt.Sprintf("%x", hash.Sum(nil)), err
}

// hashInputs adds the names and bytes of the orders and the inputs beside them.
func (r *run) hashInputs(hash io.Writer) {
	for _, file := range r.files {
		fmt.Fprintf(hash, "%q %s\n", file.Name, file.Fingerprint)
	}
	for _, side := range r.sides {
		for _, file := range side.Files {
			fmt.Fprintf(hash, "%s %q %s\n", side.Name, file.Name, file.Fingerprint)
		}
	}
}

// walk opens the engine and carries the entries out in order.
func (r *run) walk(ctx context.Context, entries []plan.Entry, build, spill string) (err error) {
	macros, err := fs.ReadFile(r.SQL, "engine/duckdb.sql")
	if err != nil {
		return err
	}
	if r.minor, err = r.Config.Value.MinorPerUnit(); err != nil {
		return err
	}
	options := engine.Options{
		Threads: r.Config.Engine.Threads, MemoryLimit: r.Config.Engine.MemoryLimit,
		TempDir: spill, Writable: build, Macros: string(macros),
	}
	for _, file := range r.inputFiles() {
		options.Readable = append(options.Readable, file.Resolved)
	}
	if r.engine, err = engine.Open(ctx, options); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.engine.Close()) }()

	var broken []error
	lastUses := plan.LastUses(entries)
	for i, entry := range entries {
		event := Event{Kind: StepStarted, Step: entry.Name, Number: i + 1, Steps: len(entries)}
		r.Progress(event)
		stop := r.measure(entry.Name)
		rows, err := r.step(ctx, entry, &broken)
		event.Elapsed = stop()
		if err != nil {
			return err
		}
		event.Kind, event.Rows = StepFinished, rows
		r.Progress(event)
		for _, table := range lastUses[i] {
			if err := r.engine.Drop(ctx, table); err != nil {
				return err
			}
		}
	}
	if len(broken) > 0 {
		return failure.Inputf("%w\n%d checks failed: nothing was published", errors.Join(broken...), len(broken))
	}
	if r.writeLast != nil {
		return r.writeLast(ctx)
	}
	return nil
}

// inputFiles returns every file that is read.
func (r *run) inputFiles() []source.File {
	files := slices.Clone(r.files)
	for _, side := range r.besideOrders() {
		files = append(files, side.Files...)
	}
	if r.measuring != nil {
		files = append(files, r.measuring.parts...)
	}
	return files
}

// besideOrders returns the inputs beside the orders, those of a measurement
// included.
func (r *run) besideOrders() []source.Side {
	if r.measuring == nil {
		return r.sides
	}
	return append(slices.Clone(r.sides), r.measuring.contacts)
}

// step carries one entry out and returns the rows it made, nil where they are
// not counted. Broken checks are collected, so that all of them are seen at once.
func (r *run) step(ctx context.Context, entry plan.Entry, broken *[]error) (rows *int64, err error) {
	count := int64(0)
	switch {
	case entry.Kind == plan.Go:
		return nil, goSteps[entry.Name](ctx, r)
	case entry.Kind == plan.Check:
		err = r.engine.View(ctx, entry.Name, entry.SQL)
		if err == nil {
			err = r.judge(ctx, entry.Name, broken)
		}
	case entry.Kind == plan.Table:
		count, err = r.engine.Table(ctx, entry.Name, entry.SQL)
		rows = &count
	case entry.Kind == plan.Lists:
		err = r.writeLists(ctx, entry)
	case entry.Kind == plan.File:
		path := filepath.Join(r.store.Build(), entry.Name+".parquet")
		count, err = r.engine.File(ctx, entry.Name, entry.SQL, entry.Key, path, schema.Metadata(entry.Name))
		r.rows[entry.Name], rows = count, &count
	default:
		err = r.engine.View(ctx, entry.Name, entry.SQL)
	}
	if engine.Cause(err) != nil && !engine.IsOutOfMemory(err) {
		if blamed := r.orders.Blame(ctx, r.engine, r.files); blamed != nil {
			return nil, blamed
		}
		for _, side := range r.besideOrders() {
			if blamed := side.Blame(ctx, r.engine); blamed != nil {
				return nil, blamed
			}
		}
	}
	return rows, err
}

// judge appends an error for each rule that a check finds broken.
func (r *run) judge(ctx context.Context, check string, broken *[]error) error {
	return r.engine.EachOrNull(ctx, check, plan.CheckColumns, func(row []driver.Value) error {
		if err := plan.Judge(check, row); err != nil {
			*broken = append(*broken, err)
		}
		return nil
	})
}

// warn notes something that a reader of the figures should know.
func (r *run) warn(code, format string, args ...any) {
	warning := publication.Warning{Code: code, Message: fmt.Sprintf(format, args...)}
	r.warnings = append(r.warnings, warning)
	r.Progress(Event{Kind: Warned, Warning: warning})
}

// exact writes minor units as a plain decimal: 1234.56.
func (r *run) exact(minor int64) string {
	return strings.ReplaceAll(FormatMoney(minor, r.minor), ",", "")
}

// FormatMoney writes minor units as money with thousands apart.
func FormatMoney(minor, minorPerUnit int64) string {
	sign := ""
	if minor < 0 {
		sign, minor = "-", -minor
	}
	text := sign + humanize.Comma(minor/minorPerUnit)
	if minorPerUnit == 1 {
		return text
	}
	digits := len(fmt.Sprint(minorPerUnit)) - 1
	return fmt.Sprintf("%s.%0*d", text, digits, minor%minorPerUnit)
}

// shown is the folder of a run as the configuration names it.
func (r *run) shown(id string) string { return filepath.Join(r.Config.Out, "runs", id) }
