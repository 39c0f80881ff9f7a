// Package source finds the input files, reads what they say of themselves,
// fingerprints them, and maps their columns to ours.
package source

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/dustin/go-humanize"
	"github.com/zeebo/xxh3"
	"golang.org/x/sync/errgroup"

	"cbv/valuation/failure"
	"cbv/valuation/parquetfile"
)

// File is one Parquet file of an input.
type File struct {
	Path        string // as it was found, for messages
	Resolved    string // absolute, symbolic links resolved
	Name        string // relative to the folder that all files of the input share
	Bytes       int64
	Rows        int64
	Columns     []parquetfile.Column // those of the file, then Hive keys where asked for
	Fingerprint string               // XXH3 of the bytes, 128 bits in hex

	folders []folderKey // the key=value folders above it
}

// rows is the number of rows in messages.
func (f File) rows() string {
	if f.Rows == 1 {
		return "1 row"
	}
	return humanize.Comma(f.Rows) + " rows"
}

// Find expands the paths, globs and folders of an input (orders, spend), which
// messages name, and returns the files sorted by name. With hivePartitions,
// folders called key=value are columns too.
func Find(ctx context.Context, input string, patterns []string, hivePartitions bool) ([]File, error) {
	var paths []string
	for _, pattern := range patterns {
		found, err := expand(input, pattern)
		if err != nil {
			return nil, err
		}
		paths = append(paths, found...)
	}
	files := make([]File, len(paths))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.NumCPU())
	for i, path := range paths {
		group.Go(failure.Guard(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			var err error
			files[i], err = open(input, path, hivePartitions)
			return err
		}))
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	// Two patterns may match one file; it counts once.
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Resolved, b.Resolved) })
	files = slices.CompactFunc(files, func(a, b File) bool { return a.Resolved == b.Resolved })
	if err := refuseTables(input, files); err != nil {
		return nil, err
	}
	if err := sameFolderKeys(files, hivePartitions); err != nil {
		return nil, err
	}
	name(files)
	return files, nil
}

func expand(input, pattern string) ([]string, error) {
	if strings.Contains(pattern, "://") {
		return nil, failure.Usagef("%s.files: %s is remote: only files on this machine are read; copy or mount it", input, pattern)
	}
	if info, err := os.Stat(pattern); err == nil && info.Mode().IsRegular() {
		return []string{pattern}, nil
	} else if err == nil && info.IsDir() {
		pattern = filepath.Join(pattern, "**", "*.[pP][aA][rR][qQ][uU][eE][tT]")
	}
	paths, err := doublestar.FilepathGlob(pattern, doublestar.WithFilesOnly(), doublestar.WithFailOnIOErrors())
	if err != nil {
		return nil, failure.Usagef("%s.files: %s: %w", input, pattern, err)
	}
	root, _ := doublestar.SplitPattern(filepath.ToSlash(pattern))
	paths = slices.DeleteFunc(paths, func(path string) bool { return isHidden(path, root) })
	if len(paths) == 0 {
		return nil, failure.Inputf("%s.files: no file matches %s: correct the path, or quote the glob so that the shell leaves it alone", input, pattern)
	}
	return paths, nil
}

// isHidden reports whether a path has an element below root that begins with a
// dot or an underscore, by which tools mark what is unfinished or their own
// (_temporary, .part-0.parquet). A key=value folder is neither.
func isHidden(path, root string) bool {
	relative, err := filepath.Rel(root, path)
	if err != nil {
		return false
	}
	for element := range strings.SplitSeq(filepath.ToSlash(relative), "/") {
		if strings.HasPrefix(element, ".") || strings.HasPrefix(element, "_") && !strings.Contains(element, "=") {
			return true
		}
	}
	return false
}

func open(input, path string, hivePartitions bool) (File, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return File{}, err
	}
	resolved, err := filepath.EvalSymlinks(absolute)
	if err != nil {
		return File{}, failure.Inputf("%w", err)
	}
	if strings.ContainsAny(resolved, "*?[]") {
		return File{}, failure.Inputf("%s: its path holds * ? [ or ], which the engine takes for a pattern: rename the file or the folder (%s)", path, resolved)
	}
	info, err := os.Stat(resolved)
	if err != nil {
		return File{}, failure.Inputf("%w", err)
	}
	footer, err := parquetfile.ReadFooter(path)
	if err != nil {
		return File{}, failure.Inputf("%s.files: %w", input, err) // which says what to do
	}
	file := File{Path: path, Resolved: resolved, Bytes: info.Size(), Rows: footer.Rows, Columns: footer.Columns}
	for _, folder := range strings.Split(filepath.ToSlash(filepath.Dir(file.Resolved)), "/") {
		if key, value, isKey := strings.Cut(folder, "="); isKey {
			file.folders = append(file.folders, folderKey{key, value})
		}
	}
	if hivePartitions {
		return withFolderKeys(file)
	}
	return file, nil
}

// name gives each file its path below the folder that all share, which does
// not depend on where the data lies.
func name(files []File) {
	if len(files) == 0 {
		return
	}
	shared := filepath.Dir(files[0].Resolved)
	for _, file := range files {
		for !strings.HasPrefix(file.Resolved, shared+string(filepath.Separator)) && shared != filepath.Dir(shared) {
			shared = filepath.Dir(shared)
		}
	}
	for i := range files {
		relative, err := filepath.Rel(shared, files[i].Resolved)
		if err != nil {
			panic(err) // both are absolute
		}
		files[i].Name = filepath.ToSlash(relative)
	}
}

// Fingerprint fills in the fingerprints, which takes one read of every file.
func Fingerprint(ctx context.Context, files []File) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.NumCPU())
	for i := range files {
		group.Go(failure.Guard(func() error {
			hash, err := HashFile(ctx, files[i].Resolved)
			files[i].Fingerprint = hash
			return err
		}))
	}
	return group.Wait()
}

// HashFile returns the 128-bit XXH3 of a file's bytes in hex.
func HashFile(ctx context.Context, path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", failure.Inputf("%w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	hasher := xxh3.New128()
	buffer := make([]byte, min(1<<20, info.Size()+1)) // of thousands of small files, small ones
	for {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		n, err := file.Read(buffer)
		if n > 0 {
			hasher.Write(buffer[:n]) // a hash never fails
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
	}
	return hex.EncodeToString(hasher.Sum(nil)), nil
}

// Rows returns the number of rows of all files.
func Rows(files []File) int64 {
	var rows int64
	for _, file := range files {
		rows += file.Rows
	}
	return rows
}

// Resolved returns the resolved paths of files.
func Resolved(files []File) []string {
	var paths []string
	for _, file := range files {
		paths = append(paths, file.Resolved)
	}
	return paths
}
