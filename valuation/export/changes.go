package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"cbv/valuation/engine"
	"cbv/valuation/failure"
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

// lookUp finds the addresses that leave and that people does not have any more, in the
// files of the exports that gave them out.
func (x *export) lookUp(ctx context.Context, spec *platform.Spec) error {
	var failed error
	wanted := spec.Wanted(func(yield func(*platform.Person) bool) {
		for row, err := range engine.Select[exitedRow](ctx, x.Engine, "exited_rows") {
			if err != nil {
				failed = err
				return
			}
			p := row.leaver()
			if !yield(&p) {
				return
			}
		}
	})
	if failed != nil || len(wanted) == 0 {
		return failed
	}
	spec.Handed = platform.Handed{}
	keys := platform.NewKeys(wanted)
	for _, e := range x.held() {
		for _, file := range e.files {
			if file.Kind != platform.Full || !strings.HasSuffix(file.Name, ".csv") {
				continue
			}
			if err := readHanded(ctx, e.table(file.Name), x.target, keys, spec.Handed); err != nil {
				return err
			}
		}
	}
	return nil
}

// readHanded reads a file of an earlier export. One that was removed since, as a shop
// may have to, names nobody.
func readHanded(ctx context.Context, path string, target platform.Target, wanted *platform.Keys, found platform.Handed) (err error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := platform.ReadHanded(ctx, file, target, wanted, found); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return failure.Inputf("%w", damaged(fmt.Errorf("%s: %w", path, err)))
	}
	return nil
}
