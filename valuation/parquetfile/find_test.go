package parquetfile

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Rows are found in each of three row groups, at their ends, and nowhere else.
func TestRecordsAreFoundByTheirID(t *testing.T) {
	rows := sales(2*rowsPerGroup + 7)
	for i := range rows {
		rows[i].ID = fmt.Sprintf("S%07d", i)
	}
	path := filepath.Join(t.TempDir(), "sales.parquet")
	if err := os.WriteFile(path, writeSales(t, rows), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, place := range []int{0, 1, rowsPerGroup - 1, rowsPerGroup, 2*rowsPerGroup - 1, 2 * rowsPerGroup, len(rows) - 1} {
		found, err := FindRecord(path, "id", rows[place].ID)
		if err != nil || found["id"] != rows[place].ID || found["amount"] != rows[place].Amount || (found["buyer"] == nil) != (rows[place].Buyer == nil) {
			t.Errorf("row %d: %v, %v, want %v", place, found, err, rows[place])
		}
		some, err := FindRecord(path, "id", rows[place].ID, "buyer", "amount")
		if err != nil || len(some) != 2 || some["amount"] != found["amount"] || some["buyer"] != found["buyer"] {
			t.Errorf("row %d: %v, %v, want the buyer and amount of %v", place, some, err, found)
		}
	}
	for _, absent := range []string{"", "S", "S0000000x", "T", "S9999999"} {
		if found, err := FindRecord(path, "id", absent); found != nil || err != nil {
			t.Errorf("%q: %v, %v, want nothing", absent, found, err)
		}
	}
	if _, err := FindRecord(path, "name", "x"); err == nil {
		t.Error("a column that is not there was read")
	}
}

// A file that is not sorted by the column is read too.
func TestRecordsAreFoundInAnyOrder(t *testing.T) {
	var file bytes.Buffer
	table := NewTable(&file, []Field{{"id", Text}, {"amount", Number}})
	for _, row := range [][]any{{"m", 1.}, {nil, 2.}, {"a", 3.}, {"z", 4.}} {
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
	for id, want := range map[string]float64{"m": 1, "a": 3, "z": 4} {
		if found, err := FindRecord(path, "id", id); err != nil || found["amount"] != want {
			t.Errorf("%s: %v, %v, want %g", id, found, err, want)
		}
	}
}
