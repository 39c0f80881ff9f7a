package parquetfile

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
)

type sale struct {
	ID     string  `parquet:"id"`
	Buyer  *string `parquet:"buyer,optional"`
	Amount float64 `parquet:"amount"`
}

func sales(n int) []sale {
	rows := make([]sale, n)
	for i := range rows {
		rows[i] = sale{ID: fmt.Sprint("S", i), Amount: float64(i) / 100}
		if i%3 > 0 {
			buyer := fmt.Sprint("B", i%1000)
			rows[i].Buyer = &buyer
		}
	}
	return rows
}

func writeSales(t *testing.T, rows []sale) []byte {
	t.Helper()
	var file bytes.Buffer
	writer := NewWriter[sale](&file, map[string]string{"b": "2", "a": "1", "c": "3"})
	for len(rows) > 0 {
		n := min(len(rows), 1000)
		if err := writer.Write(rows[:n]); err != nil {
			t.Fatal(err)
		}
		rows = rows[n:]
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestWriterRoundTrip(t *testing.T) {
	rows := sales(2*rowsPerGroup + 10)
	content := writeSales(t, rows)
	if !bytes.Equal(content, writeSales(t, rows)) {
		t.Error("two files of the same rows differ")
	}

	path := filepath.Join(t.TempDir(), "sales.parquet")
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
	got, err := Read[sale](path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rows, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}

	file, err := parquet.OpenFile(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	if groups := len(file.RowGroups()); groups != 3 {
		t.Errorf("%d row groups, want 3", groups)
	}
	if by := file.Metadata().CreatedBy; by != createdBy {
		t.Errorf("created by %q", by)
	}
	for key, want := range map[string]string{"a": "1", "b": "2", "c": "3"} {
		if value, _ := file.Lookup(key); value != want {
			t.Errorf("metadata %q is %q, want %q", key, value, want)
		}
	}
}

func TestWriterOfNoRows(t *testing.T) {
	footer, err := ReadFooter(writeFile(t, writeSales(t, nil)))
	want := Footer{Columns: []Column{{"id", "VARCHAR"}, {"buyer", "VARCHAR"}, {"amount", "DOUBLE"}}}
	if diff := cmp.Diff(want, footer); diff != "" || err != nil {
		t.Errorf("%v, footer (-want +got):\n%s", err, diff)
	}
}

var errFull = errors.New("no space left")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestWriterReportsTheDisk(t *testing.T) {
	writer := NewWriter[sale](fullDisk{}, nil)
	if err := errors.Join(writer.Write(sales(10)), writer.Close()); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}

func TestReadRefusesWhatIsNotParquet(t *testing.T) {
	if _, err := Read[sale](writeFile(t, []byte("id,amount"))); !errors.Is(err, ErrNotParquet) {
		t.Errorf("got %v", err)
	}
}
