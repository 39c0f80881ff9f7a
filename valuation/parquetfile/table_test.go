package parquetfile

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTableRoundTrip(t *testing.T) {
	type row struct {
		Zeta   *string  `parquet:"zeta,optional"`
		Alpha  *float64 `parquet:"alpha,optional"`
		Day    *int32   `parquet:"day,optional,date"`
		Really *bool    `parquet:"really,optional"`
	}
	fields := []Field{{"zeta", Text}, {"alpha", Number}, {"day", Day}, {"really", YesNo}}
	write := func() []byte {
		var file bytes.Buffer
		table := NewTable(&file, fields)
		for _, values := range [][]any{
			{"a,\"b\"\n", 1.5, time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), true}, {nil, nil, nil, nil}, {"", -0.25, time.Unix(0, 0).UTC(), false},
		} {
			if err := table.Append(values); err != nil {
				t.Fatal(err)
			}
		}
		if err := table.Append([]any{"x", 1, nil, nil}); err == nil {
			t.Error("an int passes for a number")
		}
		if err := table.Close(); err != nil {
			t.Fatal(err)
		}
		return file.Bytes()
	}
	text := write()
	if !bytes.Equal(text, write()) {
		t.Error("the same rows give other bytes")
	}
	path := filepath.Join(t.TempDir(), "table.parquet")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	footer, err := ReadFooter(path)
	if err != nil {
		t.Fatal(err)
	}
	want := []Column{{"zeta", "VARCHAR"}, {"alpha", "DOUBLE"}, {"day", "DATE"}, {"really", "BOOLEAN"}} // not sorted by name
	if diff := cmp.Diff(want, footer.Columns); diff != "" {
		t.Error(diff)
	}
	rows, err := Read[row](path)
	if err != nil {
		t.Fatal(err)
	}
	of := func(zeta string, alpha float64, day int32, really bool) row { return row{&zeta, &alpha, &day, &really} }
	if diff := cmp.Diff([]row{of("a,\"b\"\n", 1.5, 20778, true), {}, of("", -0.25, 0, false)}, rows); diff != "" {
		t.Error(diff)
	}
}
