package publication

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"cbv/valuation/source"
)

// Published returns the catalog of the runs of an output folder for reading alone:
// without the lock, and where there is no such folder, empty.
func Published(out string) (Catalog, error) {
	root, err := filepath.Abs(out)
	return Catalog{folder: filepath.Join(root, runsFolder), links: root}, err
}

// EarlierRun is a published run of an earlier day, with what of its manifest says
// whether another one can build on it.
type EarlierRun struct {
	ID            string          `json:"-"`
	Folder        string          `json:"-"`
	AsOf          string          `json:"as_of"`
	Identity      string          `json:"identity"`
	SchemaVersion int             `json:"schema_version"`
	Configuration json.RawMessage `json:"configuration"`
	Inputs        []Input         `json:"inputs"`
	Outputs       []Output        `json:"outputs"`
	Past          Past            `json:"past"`
}

// Earlier returns the ids of the runs of days before one, the latest first; of a day's runs that
// which the link of the day points to comes first, for it is the one that counts.
// Whether they can be read is not looked at.
func (c Catalog) Earlier(asOf time.Time) ([]string, error) {
	ids, err := c.IDs()
	if err != nil {
		return nil, err
	}
	day := asOf.Format(time.DateOnly)
	ids = slices.DeleteFunc(ids, func(id string) bool {
		_, err := time.Parse(time.DateOnly, id[:min(len(id), len(time.DateOnly))])
		return err != nil || len(id) <= len(time.DateOnly) || id[:len(time.DateOnly)] >= day
	})
	slices.SortStableFunc(ids, func(a, b string) int {
		dayA, dayB := a[:len(time.DateOnly)], b[:len(time.DateOnly)]
		if dayA != dayB {
			return strings.Compare(dayB, dayA)
		}
		switch linked := c.linked(dayA); linked {
		case a:
			return -1
		case b:
			return 1
		}
		return strings.Compare(a, b)
	})
	return ids, nil
}

// linked returns the id that a link points to, "" where there is none.
func (c Catalog) linked(name string) string {
	target, err := os.Readlink(filepath.Join(c.links, name))
	if err != nil {
		return ""
	}
	return filepath.Base(target)
}

// ReadEarlier returns a run by its id.
func (c Catalog) ReadEarlier(id string) (EarlierRun, error) {
	run, err := ReadJSON[EarlierRun](filepath.Join(c.Folder(id), manifestName))
	run.ID, run.Folder = id, c.Folder(id)
	if err == nil && (len(run.Identity) < 12 || run.AsOf == "") {
		err = fmt.Errorf("%s: its manifest does not name the run", run.Folder)
	}
	return run, err
}

// Has reports whether the run has a file with the bytes that its manifest states.
func (r EarlierRun) Has(ctx context.Context, name string) bool {
	at := slices.IndexFunc(r.Outputs, func(o Output) bool { return o.Name == name })
	if at < 0 {
		return false
	}
	hash, err := source.HashFile(ctx, filepath.Join(r.Folder, name))
	return err == nil && hash == r.Outputs[at].Hash
}

// Paths returns the files of a name in all runs, for an engine that is opened before it
// is known which of them it will read.
func (c Catalog) Paths(names ...string) ([]string, error) {
	ids, err := c.IDs()
	var paths []string
	for _, id := range ids {
		for _, name := range names {
			if path, err := filepath.EvalSymlinks(filepath.Join(c.Folder(id), name)); err == nil {
				paths = append(paths, path)
			}
		}
	}
	return paths, err
}
