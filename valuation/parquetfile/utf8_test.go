package parquetfile

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// The row is counted over row groups and past nulls, in the column that is asked for.
func TestFirstNotUTF8(t *testing.T) {
	for _, bad := range []int{0, 1, rowsPerGroup + 4, -1} {
		rows := sales(rowsPerGroup + 10)
		if bad >= 0 {
			buyer := "caf\xe9"
			rows[bad].Buyer = &buyer
		}
		path := filepath.Join(t.TempDir(), "sales.parquet")
		if err := os.WriteFile(path, writeSales(t, rows), 0o666); err != nil {
			t.Fatal(err)
		}
		if row, err := FirstNotUTF8(path, "buyer"); err != nil || row != int64(bad)+1 {
			t.Errorf("row %d, %v, want %d", row, err, bad+1)
		}
		if row, err := FirstNotUTF8(path, "id"); err != nil || row != 0 {
			t.Errorf("row %d of sound texts, %v", row, err)
		}
		if _, err := FirstNotUTF8(path, "seller"); err == nil {
			t.Error("a column that is not there")
		}
	}
}

// Damage elsewhere in the file is an error, never a fault of the program.
func TestFirstNotUTF8OfDamagedFiles(t *testing.T) {
	content := writeSales(t, sales(2000))
	path := filepath.Join(t.TempDir(), "sales.parquet")
	for at := 4; at < len(content); at += 97 {
		damaged := append([]byte(nil), content...)
		for i := at; i < min(at+16, len(content)); i++ {
			damaged[i] ^= 0xff
		}
		if err := os.WriteFile(path, damaged, 0o666); err != nil {
			t.Fatal(err)
		}
		if row, err := FirstNotUTF8(path, "buyer"); err != nil && row != 0 {
			t.Errorf("byte %d: row %d and %v", at, row, err)
		}
	}
	if err := os.WriteFile(path, []byte("text"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := FirstNotUTF8(path, "buyer"); err == nil || errors.Is(err, os.ErrNotExist) {
		t.Errorf("no Parquet file: %v", err)
	}
}
