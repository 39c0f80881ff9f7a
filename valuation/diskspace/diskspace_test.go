package diskspace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

func TestFullDisks(t *testing.T) {
	full := func(path string) error { return &fs.PathError{Op: "write", Path: path, Err: syscall.ENOSPC} }
	several := fmt.Errorf("lists: %w", errors.Join(full("/out/lists/a.csv"), full("/out/lists/b.csv")))
	text := Explain(several).Error()
	if strings.Contains(text, "\n") || !strings.HasPrefix(text, "/out/lists: the disk is full") || !strings.Contains(text, Remedy) {
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
