package diskspace

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"cbv/valuation/failure"
)

func full(path string) error { return &fs.PathError{Op: "write", Path: path, Err: syscall.ENOSPC} }

func TestFullDisks(t *testing.T) {
	several := fmt.Errorf("lists: %w", errors.Join(full("/out/lists/a.csv"), full("/out/lists/b.csv"), full("/out/lists/a.csv")))
	text := Explain(several).Error()
	if strings.Contains(text, "\n") || !strings.HasPrefix(text, "lists: /out/lists: the disk is full") || !strings.Contains(text, Remedy) {
		t.Errorf("two files that had no room: %q", text)
	}
	if !IsFull(several) || !IsFull(errors.New(`IO Error: Could not write file "a": No space left on device`)) {
		t.Error("a full disk is not known")
	}
	other := &fs.PathError{Op: "write", Path: "/out/a.csv", Err: syscall.EACCES}
	if IsFull(other) || Explain(other) != error(other) {
		t.Error("a file that may not be written is taken for a full disk")
	}
}

// What failed beside a full disk is told, and decides how the command ends.
func TestFullDisksAmongOtherFailures(t *testing.T) {
	denied := &fs.PathError{Op: "open", Path: "/secret/people.parquet", Err: syscall.EACCES}
	people := failure.Inputf("audience a: people has no column email")
	nightly := fmt.Errorf("%w\n3 of 3 audiences were not written; the run is published",
		errors.Join(people, denied, fmt.Errorf("audience b: %w", full("/out/b/b.csv")), full("/more/c.csv")))
	explained := Explain(nightly)
	lines := strings.Split(explained.Error(), "\n")
	want := []string{
		"audience a: people has no column email",
		"open /secret/people.parquet: permission denied",
		"audience b: /out/b: the disk is full: ",
		"/more: the disk is full: ",
		"3 of 3 audiences were not written; the run is published",
	}
	if len(lines) != len(want) {
		t.Fatalf("%d lines, not %d: %q", len(lines), len(want), lines)
	}
	for i, line := range lines {
		if !strings.HasPrefix(line, want[i]) || strings.Contains(line, Remedy) != strings.HasSuffix(want[i], "is full: ") {
			t.Errorf("line %d: %q, not %q", i, line, want[i])
		}
	}
	if kind := failure.KindOf(explained); kind != failure.Input {
		t.Errorf("broken people beside a full disk are a failure of kind %v", kind)
	}
	if kind := failure.KindOf(Explain(errors.Join(full("/out/a.csv"), context.Canceled))); kind != failure.Interrupted {
		t.Errorf("an interrupt beside a full disk is a failure of kind %v", kind)
	}
	var fault *failure.Panic
	if !errors.As(Explain(errors.Join(full("/out/a.csv"), &failure.Panic{Value: "x"})), &fault) {
		t.Error("a panic beside a full disk is lost")
	}
}

func TestRoomOfAFolder(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("this system does not say")
	}
	if bytes, known := Free(t.TempDir()); !known || bytes <= 0 {
		t.Errorf("%d bytes, known: %t", bytes, known)
	}
	if _, known := Free(os.DevNull + "/none"); known {
		t.Error("a folder that is not there has room")
	}
}
