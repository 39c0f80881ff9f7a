// Package publication keeps the runs: each an immutable folder that is whole or
// absent, with links to the one that counts.
//
//	out/.lock, out/.staging/    while a run is being built
//	out/runs/<as_of>-<hash>/    the runs
//	out/<as_of>, out/latest     links to runs
//	out/campaigns/<name>/measured/<as_of>-<hash>/   measurements, kept alike
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
	"cbv/valuation/source"
)

const (
	runsFolder    = "runs"
	stagingFolder = ".staging"
	latestLink    = "latest"
	lockName      = ".lock"
)

// Store is an output folder, held by one process at a time.
type Store struct {
	root   string
	shelf  string // the folder below root that what is built here is kept in
	lock   *lock
	Waited bool   // for another run, which may have changed what there is to read
	Killed string // the run that was killed holding the lock, "" where none was
}

// Open takes hold of an output folder, creating it where needed, and clears
// away what a killed run left unfinished. Close it after use.
func Open(ctx context.Context, root string, claim Claim) (*Store, error) {
	if err := os.MkdirAll(filepath.Join(root, runsFolder), 0o755); err != nil {
		return nil, failure.Usagef("out: %w: name a folder that can be made and written to", err)
	}
	if err := refuseUnlessLink(filepath.Join(root, latestLink)); err != nil {
		return nil, failure.Usagef("out: %w", err)
	}
	held, killed, waited, err := acquire(ctx, root, claim)
	if err != nil {
		return nil, err
	}
	s := &Store{root: root, shelf: runsFolder, lock: held, Waited: waited, Killed: killed}
	if err := s.reset(); err != nil {
		return nil, errors.Join(err, held.release())
	}
	return s, nil
}

// reset empties the staging folder. Only the holder of the lock builds there,
// so whatever is found is dead.
func (s *Store) reset() error {
	if err := os.RemoveAll(s.staging()); err != nil {
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
func (s *Store) Spill() string { return filepath.Join(s.staging(), "spill") }

// Close clears the staging folder and gives the lock back.
func (s *Store) Close() error {
	return errors.Join(os.RemoveAll(s.staging()), s.lock.release())
}

// RunID names a run by its day and its identity (of which 12 hex digits).
func RunID(asOf time.Time, identity string) string {
	return asOf.Format(time.DateOnly) + "-" + identity[:12]
}

// KeepIn has the store publish below another folder than that of the runs.
func (s *Store) KeepIn(shelf string) { s.shelf = shelf }

// Run returns the folder of a run, or of whatever the store keeps, published or
// not.
func (s *Store) Run(id string) string { return filepath.Join(s.root, s.shelf, id) }

// IDs returns what the store keeps, sorted.
func (s *Store) IDs() ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(s.root, s.shelf))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var ids []string
	for _, entry := range entries {
		ids = append(ids, entry.Name())
	}
	return ids, err
}

// Verify reports whether a run with the given identity is published under id and
// every file of it has the bytes that its manifest states.
func (s *Store) Verify(ctx context.Context, id, identity string) (bool, error) {
	manifest, err := ReadManifest(s.Run(id))
	if err != nil || manifest.Identity != identity || len(manifest.Outputs) == 0 {
		return false, nil // absent or damaged: build it
	}
	for _, output := range manifest.Outputs {
		hash, err := source.HashFile(ctx, filepath.Join(s.Run(id), output.Name))
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		if err != nil || hash != output.Hash {
			return false, nil
		}
	}
	return true, nil
}

// Publish writes the manifest, a Manifest or what Verify finds in one, into the
// build folder, makes all of it durable and moves it into place under id.
func (s *Store) Publish(id string, manifest any) error {
	if err := WriteJSON(filepath.Join(s.Build(), manifestName), manifest); err != nil {
		return err
	}
	if err := syncTree(s.Build()); err != nil {
		return err
	}
	final := s.Run(id)
	if err := os.MkdirAll(filepath.Dir(final), 0o755); err != nil {
		return err
	}
	// What stands there failed verification, or we would not be here.
	if err := os.Rename(final, filepath.Join(s.staging(), "broken")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(s.Build(), final); err != nil {
		return err
	}
	return sync(filepath.Dir(final))
}

// Link makes out/<as_of> point to the run, and out/latest too unless it points
// to a later day.
func (s *Store) Link(id string, asOf time.Time) error {
	day := asOf.Format(time.DateOnly)
	if err := s.link(day, id); err != nil {
		return err
	}
	if latest, ok := s.latestDay(); ok && latest > day {
		return nil
	}
	return s.link(latestLink, id)
}

// latestDay returns the day of the run that out/latest points to, if it stands.
func (s *Store) latestDay() (string, bool) {
	path := filepath.Join(s.root, latestLink)
	target, err := os.Readlink(path)
	if err != nil {
		return "", false
	}
	if _, err := os.Stat(path); err != nil {
		return "", false
	}
	id := filepath.Base(target)
	if len(id) < len(time.DateOnly) {
		return "", false
	}
	return id[:len(time.DateOnly)], true
}

// link swaps a symbolic link by renaming a fresh one over it, so that there is
// no moment without it.
func (s *Store) link(name, id string) error {
	path := filepath.Join(s.root, name)
	if err := refuseUnlessLink(path); err != nil {
		return err
	}
	fresh := filepath.Join(s.staging(), "link")
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Symlink(filepath.Join(runsFolder, id), fresh); err != nil {
		return err
	}
	if err := os.Rename(fresh, path); err != nil {
		return err
	}
	return sync(s.root)
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
			err = sync(path)
		}
		if err != nil {
			return err
		}
	}
	return sync(folder)
}

// sync makes a folder or a file durable.
func sync(path string) error {
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
