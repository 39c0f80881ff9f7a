package duckdb

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cbv/valuation/engine"
)

// A CSV file is read as it stands: nothing is a number, a comment or a missing value
// but what has no characters, and the rows keep their order.
func TestReadCSV(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	text := "x;\"file\";z\n#1;NULL; a \n\"2;\";\"\";\"b\nc\"\n,;5\" pan;0x10\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	e, _ := open(t, path)
	ctx := context.Background()
	rows, err := e.ReadCSV(ctx, "t", engine.CSVFile{Path: path, Delimiter: ';', Columns: []string{"x", "the \"file\"", "z"}})
	if err != nil || rows != 3 {
		t.Fatalf("%d rows, %v", rows, err)
	}
	var got []string
	for row, err := range e.Rows(ctx, "t", []string{"x", engine.Identifier(`the "file"`), "z"}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%q", row))
	}
	want := `["#1" "NULL" " a "] ["2;" <nil> "b\nc"] ["," "5\" pan" "0x10"]`
	if text := strings.Join(got, " "); text != want {
		t.Errorf("read %s, want %s", text, want)
	}
}

func TestReadCSVRefusesLines(t *testing.T) {
	for _, text := range []string{"a,b\n1,2\n3\n", "a,b\n1,2,3\n", "a,b\n1,\"2\n", "a,b\nK\xf6ln,2\n"} {
		path := filepath.Join(t.TempDir(), "a.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		e, _ := open(t, path)
		if rows, err := e.ReadCSV(context.Background(), "t", engine.CSVFile{Path: path, Delimiter: ',', Columns: []string{"a", "b"}}); err == nil {
			t.Errorf("%q: read %d rows", text, rows)
		}
	}
}

// In order, a table of many rows and the file of it keep the order of the CSV file.
func TestRowsOfACSVFileKeepTheirOrder(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "a.csv")
	var text strings.Builder
	text.WriteString("number,text\n")
	const rows = 300_000
	for i := range rows {
		fmt.Fprintf(&text, "%d,%s\n", i, strings.Repeat("x", i%50))
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	e, err := Open(ctx, engine.Options{Threads: 2, MemoryLimit: "500MB", TempDir: folder, Readable: []string{path}, Writable: folder, Macros: "select 1", InOrder: true})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if _, err := e.ReadCSV(ctx, "t", engine.CSVFile{Path: path, Delimiter: ',', Columns: []string{"number", "words"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.File(ctx, "f", "select cast(number as bigint) as number from t", engine.File{Path: filepath.Join(folder, "f.parquet")}); err != nil {
		t.Fatal(err)
	}
	if err := e.View(ctx, "places", "select cast(count(*) filter (number <> file_row_number) as bigint) as moved from read_parquet("+engine.Quote(filepath.Join(folder, "f.parquet"))+", file_row_number = true)"); err != nil {
		t.Fatal(err)
	}
	for row, err := range e.Rows(ctx, "places", []string{"moved"}) {
		if err != nil || row[0].(int64) != 0 {
			t.Errorf("%v rows moved, %v", row[0], err)
		}
	}
}
