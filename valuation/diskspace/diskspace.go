// Package diskspace says how much room a folder's disk has, and what to do where it has
// none left.
package diskspace

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
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

// Explain returns one error with the remedy where files could not be written because
// the disk is full, however many they are, and any other error as it is.
func Explain(err error) error {
	var file *fs.PathError
	if !errors.Is(err, syscall.ENOSPC) || !errors.As(err, &file) {
		return err
	}
	return fmt.Errorf("%s: the disk is full: what is written there needs more room than it had: %s (%w)", filepath.Dir(file.Path), Remedy, file)
}
