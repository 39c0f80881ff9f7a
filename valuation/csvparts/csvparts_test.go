package csvparts

import (
	"bytes"
	"io"
	"slices"
	"testing"
)

type file struct{ bytes.Buffer }

func (*file) Close() error { return nil }

// Files end before the row, or the byte, that is too much, and each has the header.
func TestFilesStayWithinTheLimits(t *testing.T) {
	for _, limits := range []Writer{{MaxRows: 2}, {MaxBytes: 12}} {
		var files []*file
		w := limits
		w.Base, w.Header = "a", []byte("head\n")
		w.Create = func(string) (io.WriteCloser, error) {
			files = append(files, &file{})
			return files[len(files)-1], nil
		}
		for _, record := range []string{"aa\n", "bbb\n", "cc\n"} {
			if err := w.Write([]byte(record[:1]), []byte(record[1:])); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		want := []Part{{"a-001.csv", 2, 12}, {"a-002.csv", 1, 8}}
		if !slices.Equal(w.Written, want) || files[1].String() != "head\ncc\n" {
			t.Errorf("%+v, %q", w.Written, files[1])
		}
	}
	w := Writer{MaxBytes: 5, Base: "a", Header: []byte("head\n")}
	if err := w.Write([]byte("a")); err == nil || len(w.Written) > 0 {
		t.Errorf("%v, %+v", err, w.Written)
	}
}
