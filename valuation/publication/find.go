package publication

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"cbv/valuation/failure"
)

// FindRun returns the folder of a published run, links resolved: one that is named by its
// folder, or, below an output folder, by its id, its day, or as latest, which "" is too.
func FindRun(out, name string) (string, error) {
	if name == "" {
		name = latestLink
	}
	for _, folder := range []string{filepath.Join(out, runsFolder, name), filepath.Join(out, name), name} {
		resolved, err := filepath.EvalSymlinks(folder)
		if err == nil {
			_, err = os.Stat(filepath.Join(resolved, manifestName))
		}
		if err == nil {
			return filepath.Abs(resolved)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return "", failure.Usagef("%s: no such run in %s: name a folder of a run, an id below %s, a day, or latest; cbv run publishes one", name, out, filepath.Join(out, runsFolder))
}

// CatalogOf returns the catalog that a run's folder is in, for reading alone.
func CatalogOf(folder string) (Catalog, error) {
	return Published(filepath.Dir(filepath.Dir(folder)))
}
