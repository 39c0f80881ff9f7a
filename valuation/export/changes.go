package export

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"cbv/valuation/platform"
)

// The parts of the change file, while the export is built. What is removed stands
// first: an ad platform takes a person out by an old phone whom it finds by the e-mail
// too, and has to have them back by the lines after.
const (
	removedFile = "removed.jsonl"
	changedFile = "changed.jsonl"
)

// writeChanges joins the parts of the change file.
func (x *export) writeChanges(context.Context) (err error) {
	name := x.outside[everyone] + "-" + x.target.Name + "-changes.jsonl"
	counts := x.manifest.ChangeCounts()
	written := &platform.File{Name: name, Rows: counts[platform.Add] + counts[platform.Update] + counts[platform.Remove]}
	if written.Rows == 0 {
		return nil
	}
	file, err := os.OpenFile(filepath.Join(x.store.Build(), name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	for _, part := range []string{removedFile, changedFile} {
		bytes, err := appendFile(file, filepath.Join(x.store.Spill(), part))
		if err != nil {
			return err
		}
		written.Bytes += bytes
	}
	x.manifest.Changes = written
	return nil
}

// appendFile appends a file, if it is there.
func appendFile(to io.Writer, path string) (bytes int64, err error) {
	from, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	return io.Copy(to, from)
}
