// Package diskspace says how much room a folder's disk has, and what to do where it has
// none left.
package diskspace

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// Remedy is what to do about a full disk.
const Remedy = "free space on its disk, or name a folder on a larger one"

// IsFull reports whether an error is of a full disk. Of what is no error of Go's, the
// words tell.
func IsFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || strings.Contains(err.Error(), "No space left on device")
}

// Explain names the folder and the remedy where the text of an error tells of a file
// that could not be written because the disk is full. Several files of one folder are
// told of once; whatever else failed stays, in the text and as an error.
func Explain(err error) error {
	folders := map[string]string{} // what is said of each
	var texts []string             // of a file, and what is said instead
	for _, file := range fullFiles(err) {
		folder := filepath.Dir(file.Path)
		if folders[folder] == "" {
			folders[folder] = fmt.Sprintf("%s: the disk is full: what is written there needs more room than it had: %s (%v)", folder, Remedy, file)
		}
		texts = append(texts, file.Error(), folders[folder])
	}
	if len(texts) == 0 {
		return err
	}
	var lines []string
	for line := range strings.SplitSeq(strings.NewReplacer(texts...).Replace(err.Error()), "\n") {
		isSaid := func(before string) bool { return strings.HasSuffix(before, line) }
		if !slices.Contains(texts, line) || !slices.ContainsFunc(lines, isSaid) {
			lines = append(lines, line)
		}
	}
	return &explained{strings.Join(lines, "\n"), err}
}

// explained is an error in other words.
type explained struct {
	text string
	err  error
}

func (e *explained) Error() string { return e.text }
func (e *explained) Unwrap() error { return e.err }

// fullFiles returns the errors of files on a full disk that an error is made of.
func fullFiles(err error) []*fs.PathError {
	switch e := err.(type) {
	case *fs.PathError:
		if errors.Is(e.Err, syscall.ENOSPC) {
			return []*fs.PathError{e}
		}
	case interface{ Unwrap() error }:
		return fullFiles(e.Unwrap())
	case interface{ Unwrap() []error }:
		var files []*fs.PathError
		for _, part := range e.Unwrap() {
			files = append(files, fullFiles(part)...)
		}
		return files
	}
	return nil
}
