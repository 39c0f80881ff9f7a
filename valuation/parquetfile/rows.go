package parquetfile

import (
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
)

// rowsPerGroup bounds what a Writer holds in memory, and is the row group size
// that DuckDB reads and writes.
const rowsPerGroup = 122_880

// createdBy names no version and no build: the same rows must give the same
// bytes.
const createdBy = "cbv version 1 (build 1)"

// A Writer streams rows of T, a struct with parquet tags, into one file. It
// holds one row group in memory. The same metadata and calls give the same
// bytes; the same rows in batches of other sizes may end pages elsewhere.
type Writer[T any] struct {
	parquet *parquet.GenericWriter[T]
}

// NewWriter returns a Writer to w with the given key-value metadata, which may
// be nil. It panics on a T that has no Parquet form, such as a wrong tag.
func NewWriter[T any](w io.Writer, metadata map[string]string) *Writer[T] {
	return &Writer[T]{parquet: parquet.NewGenericWriter[T](w, &parquet.WriterConfig{
		CreatedBy:          createdBy,
		Compression:        &parquet.Snappy, // as fast as zstd's fastest, in half the memory; files a quarter larger
		MaxRowsPerRowGroup: rowsPerGroup,
		KeyValueMetadata:   metadata,
	})}
}

// Write appends rows; it keeps no reference to them.
func (w *Writer[T]) Write(rows []T) error {
	_, err := w.parquet.Write(rows)
	return err
}

// Close writes what is buffered and the footer. It does not close the
// underlying writer.
func (w *Writer[T]) Close() error {
	return w.parquet.Close()
}

// Read returns all rows of the file at path, in memory: it is meant for files
// known to be small. Columns are matched to the fields of T by name.
func Read[T any](path string) ([]T, error) {
	if _, err := ReadFooter(path); err != nil {
		return nil, err
	}
	rows, err := parquet.ReadFile[T](path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return rows, nil
}
