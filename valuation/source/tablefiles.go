package source

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"cbv/valuation/failure"
)

// Tables expands a path, a glob or a folder to the files that hold tables: those that
// end in .parquet, and the CSV files. A file that is named itself is taken whatever it
// is called.
func Tables(pattern string) (parquet, csv []string, err error) {
	if strings.Contains(pattern, "://") {
		return nil, nil, failure.Usagef("%s is remote: only files on this machine are read; copy or mount it", pattern)
	}
	paths := []string{pattern}
	info, err := os.Stat(pattern)
	if err != nil || info.IsDir() {
		root := pattern
		if err == nil {
			pattern = filepath.Join(pattern, "**", "*")
		} else {
			root, _ = doublestar.SplitPattern(filepath.ToSlash(pattern))
		}
		if paths, err = doublestar.FilepathGlob(pattern, doublestar.WithFilesOnly(), doublestar.WithFailOnIOErrors()); err != nil {
			return nil, nil, failure.Usagef("%s: %w", pattern, err)
		}
		paths = slices.DeleteFunc(paths, func(path string) bool { return isHidden(path, root) || kindOfTable(path) == "" })
	}
	for _, path := range paths {
		if kindOfTable(path) == "parquet" {
			parquet = append(parquet, path)
		} else {
			csv = append(csv, path)
		}
	}
	if len(paths) == 0 {
		return nil, nil, failure.Inputf("%s: no Parquet or CSV file is there: correct the path, or quote the glob so that the shell leaves it alone", pattern)
	}
	return parquet, csv, nil
}

// kindOfTable tells by its name what a file holds, "" for no table.
func kindOfTable(path string) string {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".parquet":
		return "parquet"
	case ".csv", ".tsv", ".txt":
		return "csv"
	}
	return ""
}
