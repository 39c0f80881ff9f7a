// Package publication keeps the runs: each an immutable folder that is whole or
// absent, with links to the one that counts.
//
//	out/.lock, out/.staging/    while a run is being built
//	out/runs/<as_of>-<hash>/    the runs
//	out/<as_of>, out/latest     links to runs
//	out/exports/<audience>/     its exports, with links of the same names
//	out/campaigns/<name>/measured/<as_of>-<hash>/   its measurements
package publication

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"cbv/valuation/failure"
	"cbv/valuation/pipeline"
	"cbv/valuation/source"
)

const (
	runsFolder    = "runs"
	exportsFolder = "exports"
	stagingFolder = ".staging"
	latestLink    = "latest"
	lockName      = ".lock"
)

// Store is an output folder, held by one process at a time.
type Store struct {
	root   string
	lock   *lock
	Waited bool // for another run, which may have changed what there is to read
}

// Open takes hold of the output folder of a job, creating it where needed, and
// clears away what a killed run left unfinished. It waits for another run as long
// as the job is configured to, and reports that. Close it after use.
func Open(ctx context.Context, job pipeline.Job) (*Store, error) {
	root, err := filepath.Abs(job.Config.Out)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(root, runsFolder), 0o755); err != nil {
		return nil, failure.Usagef("out: %w: name a folder that can be made and written to", err)
	}
	if err := refuseUnlessLink(filepath.Join(root, latestLink)); err != nil {
		return nil, failure.Usagef("out: %w", err)
	}
	held, killed, waited, err := acquire(ctx, root, job)
	if err != nil {
		return nil, err
	}
	if killed != "" {
		job.Progress(pipeline.Event{Kind: pipeline.LockOfKilledRun, Holder: killed})
	}
	s := &Store{root: root, lock: held, Waited: waited}
	if err := s.Reset(); err != nil {
		return nil, errors.Join(err, held.release())
	}
	return s, nil
}

// Reset empties the staging folder for what is built next. Only the holder of the
// lock builds there, so whatever is found is dead. What is spilled there may name
// customers, so nobody else may look inside.
func (s *Store) Reset() error {
	if err := os.RemoveAll(s.staging()); err != nil {
		return err
	}
	if err := os.Mkdir(s.staging(), 0o700); err != nil {
		return err
	}
	for _, folder := range []string{s.Build(), s.Spill()} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) staging() string { return filepath.Join(s.root, stagingFolder) }

// Build returns the folder in which the run is built.
func (s *Store) Build() string { return filepath.Join(s.staging(), "run") }

// Spill returns a folder for the engine's temporary data.
func (s *Store) Spill() string { return SpillFolder(s.root) }

// SpillFolder returns where the runs of the folder root spill while they are made.
func SpillFolder(root string) string { return filepath.Join(root, stagingFolder, "spill") }

// Close clears the staging folder and gives the lock back.
func (s *Store) Close() error {
	return errors.Join(os.RemoveAll(s.staging()), s.lock.release())
}

// Runs returns the catalog of the runs, whose links stand beside it.
func (s *Store) Runs() Catalog {
	return Catalog{store: s, folder: filepath.Join(s.root, runsFolder), links: s.root, mode: 0o755}
}

// Exports returns the catalog of an audience's exports, with its links. They hold
// personal data, so it is their owner's alone.
func (s *Store) Exports(audience string) Catalog {
	folder := ExportsFolder(s.root, audience)
	return Catalog{store: s, folder: folder, links: folder, mode: 0o700}
}

// Measurements returns the catalog of a campaign's measurements, without links.
func (s *Store) Measurements(campaign string) Catalog {
	return Catalog{store: s, folder: filepath.Join(s.root, MeasuredFolder(campaign)), mode: 0o755}
}

// ExportsFolder is where the exports of an audience are, below an output folder.
func ExportsFolder(out, audience string) string {
	return filepath.Join(out, exportsFolder, audience)
}

// ExportedAudiences lists the audiences that have exports below an output folder, in
// the order of their names.
func ExportedAudiences(out string) (names []string, err error) {
	entries, err := os.ReadDir(filepath.Join(out, exportsFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names, err
}

// RunID names a run or an export by its day and the first 12 hex digits of its
// identity.
func RunID(asOf time.Time, identity string) string {
	return asOf.Format(time.DateOnly) + "-" + identity[:12]
}

// refuseUnlessLink returns an error when something that is no link stands where
// one belongs.
func refuseUnlessLink(path string) error {
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink == 0 {
		return fmt.Errorf("%s: is in the way of a link to the run: move it elsewhere", path)
	}
	return nil
}

// syncTree makes the files below a folder durable, then their folders.
func syncTree(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		path := filepath.Join(folder, entry.Name())
		if entry.IsDir() {
			err = syncTree(path)
		} else {
			err = Sync(path)
		}
		if err != nil {
			return err
		}
	}
	return Sync(folder)
}

// Sync makes a folder or a file durable.
func Sync(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// Describe hashes the files below the build folder, in order of name.
func (s *Store) Describe(ctx context.Context) ([]Output, error) {
	var outputs []Output
	err := filepath.WalkDir(s.Build(), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		hash, err := source.HashFile(ctx, path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(s.Build(), path)
		outputs = append(outputs, Output{Name: filepath.ToSlash(name), Bytes: info.Size(), Hash: hash})
		return err
	})
	return outputs, err
}
