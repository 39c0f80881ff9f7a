package duckdb_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/source"
)

// Values outside a file's own statistics are damage of that file: the engine makes a
// table of the size that the statistics ask for, and they do not fit.
func TestValuesOutsideTheStatisticsAreDamage(t *testing.T) {
	ctx, folder := context.Background(), t.TempDir()
	e := openEngine(t, folder)
	var patterns []string
	for _, name := range []string{"sound", "damaged"} {
		path := filepath.Join(folder, name+".parquet")
		rows := "select 'c' || (n % 50) as customer_id, date '2024-01-01' + cast(n as integer) as ordered_at, 10 as amount from (select unnest(range(0, 300)) as n)"
		if _, err := e.File(ctx, "written", rows, engine.File{Path: path, Key: []string{"all"}, Metadata: map[string]string{"made_by": "test"}}); err != nil {
			t.Fatal(err)
		}
		patterns = append(patterns, path)
	}
	lowerLastDay(t, patterns[1], 19723, 19723+299, 19723+20)
	e = openEngine(t, folder) // the first one remembers what it wrote

	files, err := source.Find(ctx, "orders", patterns, false)
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	for place, file := range files {
		mapping, err := source.MapOrders(ctx, e, files[place:place+1], c, 100)
		if err != nil {
			t.Fatal(err)
		}
		err = mapping.Diagnose(ctx, e, files[place:place+1])
		want := ""
		if filepath.Base(file.Path) == "damaged.parquet" {
			want = file.Path + " (300 rows): ordered_at has values outside the file's own statistics: the file is damaged: write it again, or leave it out of orders.files"
		}
		got := ""
		if err != nil {
			got = err.Error()
			if failure.KindOf(err) != failure.Input {
				t.Errorf("%s: not the fault of the input", got)
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", file.Path, got, want)
		}
	}
}

// lowerLastDay sets the last day that the footer of a file has to another one. Days
// are counted from 1970.
func lowerLastDay(t *testing.T, path string, first, last, to uint32) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	footer := content[len(content)-8-int(binary.LittleEndian.Uint32(content[len(content)-8:])):]
	was := binary.LittleEndian.AppendUint32(nil, last)
	if !bytes.Contains(footer, was) || !bytes.Contains(footer, binary.LittleEndian.AppendUint32(nil, first)) {
		t.Fatal("the footer has no such statistics")
	}
	copy(footer, bytes.ReplaceAll(footer, was, binary.LittleEndian.AppendUint32(nil, to)))
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
