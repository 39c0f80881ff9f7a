package source

import (
	"fmt"
	"slices"
	"strings"

	"cbv/valuation/failure"
	"cbv/valuation/parquetfile"
)

// folderKey is a folder called key=value, as Hive partitions a table.
type folderKey struct{ key, value string }

// withFolderKeys adds the folder keys of a file to its columns.
func withFolderKeys(file File) (File, error) {
	for _, folder := range file.folders {
		if column, has := file.column(folder.key); has {
			return File{}, failure.Inputf("%s: %q is both a partition key and a column: which of them counts is not clear; set orders.hive_partitions to false or drop the column", file.Path, column.Name)
		}
		file.Columns = append(file.Columns, parquetfile.Column{Name: folder.key, Type: "VARCHAR"})
	}
	return file, nil
}

// sameFolderKeys refuses files of which some lie below a folder key and others do
// not, where folder keys are columns.
func sameFolderKeys(files []File, hivePartitions bool) error {
	if !hivePartitions || len(files) == 0 {
		return nil
	}
	for _, file := range files[1:] {
		for _, pair := range [][2]File{{files[0], file}, {file, files[0]}} {
			for _, folder := range pair[0].folders {
				if !pair[1].isBelow(folder.key) {
					return failure.Inputf("orders.hive_partitions: %s has the partition key %q in its path and %s has not: move the file below a folder %[2]s=VALUE, leave it out of orders.files, or set orders.hive_partitions to false",
						pair[0].Path, folder.key, pair[1].Path)
				}
			}
		}
	}
	return nil
}

// isBelow reports whether a file lies below a folder of a key.
func (f File) isBelow(key string) bool {
	return slices.ContainsFunc(f.folders, func(folder folderKey) bool { return folder.key == key })
}

// folderHint proposes to make folder keys columns where that gives the files of
// orders a column that they lack, "" where not.
func (m *mapped) folderHint(files []File, name string) string {
	if section(m.key) != "orders" {
		return "" // only theirs can be columns
	}
	example := ""
	for _, file := range files {
		at := slices.IndexFunc(file.folders, func(folder folderKey) bool { return strings.EqualFold(folder.key, name) })
		if at < 0 {
			return ""
		}
		if _, err := withFolderKeys(file); err != nil {
			return ""
		}
		if example == "" {
			example = file.folders[at].key + "=" + file.folders[at].value
		}
	}
	return fmt.Sprintf("it is the key of a folder (%s): set orders.hive_partitions to true", example)
}

// Copies returns the pairs of files of an input that have the same bytes, after
// Fingerprint. Files below folders of different values of a key that is read as a
// column are none: they differ in it.
func Copies(files []File, mapping Mapping) [][2]File {
	var pairs [][2]File
	first := map[string]File{}
	for _, file := range files {
		identity := file.Fingerprint
		for _, folder := range file.folders {
			if mapping.reads(folder.key) {
				identity += "/" + folder.key + "=" + folder.value
			}
		}
		if other, seen := first[identity]; seen && file.Rows > 0 {
			pairs = append(pairs, [2]File{other, file})
		} else {
			first[identity] = file
		}
	}
	return pairs
}
