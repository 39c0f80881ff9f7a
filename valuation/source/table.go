package source

import (
	"os"
	"path/filepath"
	"strings"

	"cbv/valuation/failure"
)

// refuseTables refuses files that lie in the folder of a table, at any depth: which
// of them are the table's only its own list says, and rows that were replaced or
// deleted lie in the folder too.
func refuseTables(input string, files []File) error {
	seen := map[string]bool{}
	for _, file := range files {
		for _, path := range []string{file.Path, file.Resolved} {
			absolute, err := filepath.Abs(path)
			if err != nil {
				return err
			}
			for folder := filepath.Dir(absolute); !seen[folder]; folder = filepath.Dir(folder) {
				seen[folder] = true
				if format := tableFormat(folder); format != "" {
					return failure.Inputf("%s.files: %s lies in %s, the folder of %s table: the files there are not the table, since rows that were replaced or deleted still lie in them; write the rows of the table to Parquet files in a folder of their own, and name that",
						input, file.Path, folder, format)
				}
			}
		}
	}
	return nil
}

// tableFormat returns the format that manages a folder with its article, "" for none.
func tableFormat(folder string) string {
	isThere := func(name string) bool {
		_, err := os.Stat(filepath.Join(folder, name))
		return err == nil
	}
	switch {
	case isThere("_delta_log"):
		return "a Delta"
	case isThere(".hoodie"):
		return "a Hudi"
	}
	entries, err := os.ReadDir(filepath.Join(folder, "metadata"))
	if err != nil {
		return "" // not there, or not a folder
	}
	for _, entry := range entries {
		if name := entry.Name(); strings.HasSuffix(name, ".metadata.json") || name == "version-hint.text" {
			return "an Iceberg"
		}
	}
	return ""
}
