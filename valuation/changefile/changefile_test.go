package changefile

import (
	"bytes"
	"io"
	"testing"
)

type file struct{ bytes.Buffer }

func (*file) Close() error { return nil }

func TestLines(t *testing.T) {
	written := &file{}
	w := Writer{Create: func() (io.WriteCloser, error) { return written, nil }}
	for _, start := range []Start{{"remove", "x", "suppressed"}, {"add", "x", ""}} {
		if err := w.Write(start, []byte(`{"a":`), []byte(`1}`)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	const want = `{"op":"remove","audience":"x","reason":"suppressed","row":{"a":1}}
{"op":"add","audience":"x","row":{"a":1}}
`
	if written.String() != want {
		t.Errorf("%s", written)
	}
}
