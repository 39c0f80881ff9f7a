package parquetfile

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRecordsAreTheRowsThatAreKept(t *testing.T) {
	var file bytes.Buffer
	table := NewTable(&file, []Field{{"name", Text}, {"amount", Number}, {"day", Day}, {"is_new", YesNo}})
	day := time.Date(2023, 12, 31, 0, 0, 0, 0, time.UTC)
	for _, row := range [][]any{{"a", 1.5, day, true}, {"b", nil, nil, false}, {nil, -2., day, nil}} {
		if err := table.Append(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := table.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "table.parquet")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := ReadRecords(path, func(r Record) bool { return r["name"] != "b" })
	if err != nil {
		t.Fatal(err)
	}
	want := []Record{
		{"name": "a", "amount": 1.5, "day": day, "is_new": true},
		{"name": nil, "amount": -2., "day": day, "is_new": nil},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := ReadRecords(filepath.Join(t.TempDir(), "absent.parquet"), func(Record) bool { return true }); !os.IsNotExist(err) {
		t.Errorf("an absent file: %v", err)
	}
	if err := os.WriteFile(path, file.Bytes()[:file.Len()/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadRecords(path, func(Record) bool { return true }); err == nil {
		t.Error("half a file was read")
	}
}

// A damaged file is an error, whatever of it is damaged.
func TestRecordsOfDamagedFiles(t *testing.T) {
	whole := writeSales(t, sales(300))
	refused := 0
	for at := 0; at < len(whole); at += 5 {
		content := bytes.Clone(whole)
		content[at] ^= 0x5a
		if _, err := ReadRecords(writeFile(t, content), func(Record) bool { return true }); err != nil {
			refused++
		}
	}
	if refused == 0 {
		t.Error("none of the damaged files is refused")
	}
}
