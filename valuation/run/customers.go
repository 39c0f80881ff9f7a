package run

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"cbv/valuation/failure"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
	"cbv/valuation/scoring"
)

// CustomersTable is the published table of customers.
const CustomersTable = "customers"

// Customers are those of a run without all else that a run says.
type Customers struct {
	File     string
	Rows     int64
	AsOf     time.Time
	Warnings []pipeline.Warning
}

// WriteCustomers values every customer, as a run of the same inputs and settings does,
// writes them to a file that must not be there, and publishes nothing. It carries out
// what holds the orders to their contract, the steps that the customers need, and the
// checks of what these make.
func WriteCustomers(ctx context.Context, job pipeline.Job, to string) (written Customers, err error) {
	folder, err := filepath.Abs(filepath.Dir(to))
	if err != nil {
		return written, err
	}
	switch _, err := os.Lstat(to); {
	case err == nil:
		return written, failure.Usagef("--to: %s is there already: name a file that is not", to)
	case !errors.Is(err, fs.ErrNotExist):
		return written, failure.Usagef("--to: %w", err)
	}
	build, err := os.MkdirTemp(folder, ".cbv-") // beside the file, so that it is whole or absent
	if err != nil {
		return written, failure.Usagef("--to: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(build)) }()
	a := aside{build: build}
	if a.entries, err = customersAlone(job.SQL); err != nil {
		return written, err
	}
	if a.runs, err = publication.Published(job.Config.Out); err != nil {
		return written, err
	}
	if a.reused, err = scoring.Reused(ctx, job.Config); err != nil {
		return written, err
	}
	r, err := walkAside(ctx, job, a)
	if err != nil {
		return written, err
	}
	if r.scoring.HasModel() {
		r.scoring.WarnOfTrust()
	}
	if err := r.RefuseWarnings("run", r.Warnings); err != nil {
		return written, err
	}
	file := filepath.Join(build, CustomersTable+".parquet")
	if err := publication.Sync(file); err != nil {
		return written, err
	}
	if err := os.Link(file, to); err != nil {
		return written, failure.Usagef("--to: %w", err)
	}
	if err := publication.Sync(folder); err != nil {
		return written, errors.Join(err, os.Remove(to))
	}
	return Customers{File: to, Rows: r.Rows[CustomersTable], AsOf: r.Days.AsOf, Warnings: r.Warnings}, nil
}

// customersAlone is the plan of WriteCustomers: the customers are the one file.
func customersAlone(files fs.FS) ([]pipeline.Entry, error) {
	entries, err := pipeline.Load(files, valued)
	if err != nil {
		return nil, err
	}
	needed := pipeline.Needed(entries, func(entry pipeline.Entry) bool {
		return entry.Name == CustomersTable || slices.ContainsFunc(accepted, func(s pipeline.Step) bool { return s.Name == entry.Name })
	})
	for i := range needed {
		if needed[i].Kind == pipeline.File && needed[i].Name != CustomersTable {
			needed[i].Kind, needed[i].Key = pipeline.View, nil
		}
	}
	return needed, nil
}
