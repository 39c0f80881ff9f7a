package simulation

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// OccupiedError says that the folder a history is to fill is taken.
type OccupiedError struct {
	Folder string
	Why    string // and what to do
}

func (e *OccupiedError) Error() string { return e.Folder + ": " + e.Why }

// Write makes a history and puts it into the folder dir, which must be absent
// or empty:
//
//	orders/orders-2022-01.parquet …  the rows, a file per month, in time order
//	truth.parquet                    a row per customer: what a model estimates
//	people.parquet                   addresses and consents, made up
//	spend.parquet                    what the customers cost, where channels cost something
//	truth.json                       the options and the totals
//	cbv.yaml                         a configuration that reads the orders
//
// The folder appears whole or not at all: it is built beside dir and renamed.
// Write holds a month of rows in memory, whatever the number of customers.
//
// progress, which may be nil, gets how much of a constant total is done;
// the calls are in order and do not overlap.
func Write(ctx context.Context, dir string, opts Options, progress func(done, total int)) (Truth, error) {
	if err := opts.Validate(); err != nil {
		return Truth{}, err
	}
	target, err := filepath.Abs(dir)
	if err != nil {
		return Truth{}, err
	}
	if resolved, err := filepath.EvalSymlinks(target); err == nil {
		target = resolved // or the rename would replace the link
	}
	if err := refuseUnlessEmpty(target); err != nil {
		return Truth{}, err
	}
	parent := filepath.Dir(target)
	made, err := makeFolders(parent)
	if err != nil {
		return Truth{}, err
	}
	staging, err := os.MkdirTemp(parent, "."+filepath.Base(target)+"-simulating-")
	if err != nil {
		removeFolders(made)
		return Truth{}, err
	}

	truth, err := build(ctx, staging, opts, newMeter(progress, opts))
	if err == nil {
		err = publish(filepath.Join(staging, historyFolder), target)
	}
	if cleanup := os.RemoveAll(staging); err == nil {
		err = cleanup
	}
	if err != nil {
		removeFolders(made)
		return Truth{}, err
	}
	return truth, nil
}

// The folders inside the staging folder: what will be published, and the
// rows on their way there.
const (
	historyFolder = "history"
	spillFolder   = "spill"
	ordersFolder  = "orders"
)

func build(ctx context.Context, staging string, opts Options, meter *meter) (Truth, error) {
	history := filepath.Join(staging, historyFolder)
	for _, folder := range []string{filepath.Join(history, ordersFolder), filepath.Join(staging, spillFolder)} {
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return Truth{}, err
		}
	}
	calendar := newCalendar(opts)
	truth := newTruth(opts)

	spilled, err := writeCustomers(ctx, staging, opts, calendar, &truth, meter)
	if err != nil {
		return Truth{}, err
	}
	if err := writeOrders(ctx, staging, opts, calendar, spilled, meter); err != nil {
		return Truth{}, err
	}
	if err := writeSpend(filepath.Join(history, spendFile), truth, opts); err != nil {
		return Truth{}, err
	}
	if err := writePeople(filepath.Join(history, peopleFile), opts); err != nil {
		return Truth{}, err
	}
	encoded, err := truth.json(opts)
	if err != nil {
		return Truth{}, err
	}
	if err := os.WriteFile(filepath.Join(history, "truth.json"), encoded, 0o666); err != nil {
		return Truth{}, err
	}
	if err := os.WriteFile(filepath.Join(history, "cbv.yaml"), configuration(opts), 0o666); err != nil {
		return Truth{}, err
	}
	meter.finish()
	return truth, ctx.Err()
}

func refuseUnlessEmpty(dir string) error {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return &OccupiedError{dir, "a file is in the way: name a new folder"}
	}
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(entries) > 0:
		return &OccupiedError{dir, fmt.Sprintf("the folder is not empty (it has %s): name a new folder or empty this one", entries[0].Name())}
	}
	return nil
}

// makeFolders makes dir with its parents and returns those that were missing,
// innermost first.
func makeFolders(dir string) ([]string, error) {
	var missing []string
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(at); !errors.Is(err, fs.ErrNotExist) || at == filepath.Dir(at) {
			break
		}
		missing = append(missing, at)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	return missing, nil
}

// removeFolders undoes makeFolders as far as nobody else has used the folders:
// a folder that is not empty stays, and so do those around it.
func removeFolders(made []string) {
	for _, folder := range made {
		if os.Remove(folder) != nil {
			return
		}
	}
}

// publish renames the finished history into place. Not every system renames
// over an empty folder, so that goes first; one that has filled up since stays.
func publish(history, target string) error {
	if err := refuseUnlessEmpty(target); err != nil {
		return err
	}
	if err := os.Remove(target); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(history, target)
}

// A meter reports progress: making the customers is the first half, writing
// their rows the second.
type meter struct {
	mutex     sync.Mutex
	report    func(done, total int)
	customers int
	made      int
	rows      int64
	written   int64
}

func newMeter(report func(done, total int), opts Options) *meter {
	return &meter{report: report, customers: opts.Customers}
}

func (m *meter) customersMade(n int) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.made += n
	m.show(m.made)
}

func (m *meter) rowsWritten(n int) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.written += int64(n)
	share := float64(m.written) / float64(m.rows)
	m.show(m.customers + int(share*float64(m.customers)))
}

func (m *meter) finish() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.show(2 * m.customers)
}

func (m *meter) show(done int) {
	if m.report != nil {
		m.report(done, 2*m.customers)
	}
}
