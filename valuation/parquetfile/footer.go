// Package parquetfile reads what a Parquet file says of itself and streams
// rows into new ones. It is the only package that knows the Parquet library.
package parquetfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// The kinds of file that cannot be read; every error of ReadFooter about the
// content of a file wraps one of them.
var (
	ErrNotParquet = errors.New("not a Parquet file")
	ErrTruncated  = errors.New("truncated Parquet file")
	ErrDamaged    = errors.New("damaged Parquet file")
	ErrEncrypted  = errors.New("encrypted Parquet file")
)

// A Footer is what a Parquet file says of itself: its rows and its columns in
// the order of the file.
type Footer struct {
	Rows    int64
	Columns []Column
}

// A Column is a top-level column. Type is a stable name, in DuckDB's spelling
// where it has one: VARCHAR, BIGINT, DECIMAL(10,2), TIMESTAMP WITH TIME ZONE;
// nested columns are STRUCT, LIST or MAP, without what is inside them.
type Column struct {
	Name string
	Type string
}

const (
	magic          = "PAR1"
	encryptedMagic = "PARE"

	// Magic at both ends, and the four bytes that hold the footer's length.
	smallestFileBytes = 4 + 4 + 4

	// A footer of a real file is kilobytes; the largest seen, of thousands of
	// columns and row groups, are tens of megabytes.
	largestFooterBytes = 256 << 20
)

// ReadFooter returns the footer of the file at path. It reads no data, no page
// index, no bloom filter and no row group, so it costs the same for a file of
// any length.
//
// A file that is empty, truncated or something else entirely is one error that
// says so; it wraps one of the kinds above.
func ReadFooter(path string) (Footer, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Footer{}, err
	}
	if !info.Mode().IsRegular() {
		return Footer{}, fmt.Errorf("%s: %w: it is a folder or a device: name a regular file", path, ErrNotParquet)
	}
	file, err := os.Open(path)
	if err != nil {
		return Footer{}, err
	}
	defer file.Close()

	footer, err := readFooter(file, info.Size())
	if err != nil {
		return Footer{}, fmt.Errorf("%s: %w", path, err)
	}
	return footer, nil
}

func readFooter(file io.ReaderAt, sizeBytes int64) (Footer, error) {
	encoded, err := footerBytes(file, sizeBytes)
	if err != nil {
		return Footer{}, err
	}
	schema, rows, err := decodeFooter(encoded)
	if err != nil {
		// The library's errors begin with the whole path to the damage.
		if errors.Is(err, errTooDeep) {
			err = errTooDeep
		}
		return Footer{}, fmt.Errorf("%w: its footer cannot be decoded: write or copy it again: %.200s", ErrDamaged, err)
	}
	if rows < 0 {
		return Footer{}, fmt.Errorf("%w: its footer counts %d rows: write or copy it again", ErrDamaged, rows)
	}
	columns, err := topLevelColumns(schema)
	if err != nil {
		return Footer{}, fmt.Errorf("%w: %w: write or copy it again", ErrDamaged, err)
	}
	return Footer{Rows: rows, Columns: columns}, nil
}

// footerBytes returns the encoded footer: the bytes before the last eight,
// which hold its length and the closing magic.
func footerBytes(file io.ReaderAt, sizeBytes int64) ([]byte, error) {
	if sizeBytes == 0 {
		return nil, fmt.Errorf("%w: it is empty (0 bytes): remove it or write it again", ErrNotParquet)
	}
	head := make([]byte, min(sizeBytes, int64(len(magic))))
	if _, err := file.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case string(head) == encryptedMagic:
		return nil, fmt.Errorf("%w: decrypt it first", ErrEncrypted)
	case string(head) != magic[:len(head)]:
		return nil, fmt.Errorf("%w: it begins with %q instead of %q: convert it to Parquet or leave it out",
			ErrNotParquet, head, magic)
	case sizeBytes < smallestFileBytes:
		return nil, fmt.Errorf("%w: it has only %d bytes: copy it again", ErrTruncated, sizeBytes)
	}

	tail := make([]byte, 8)
	if _, err := file.ReadAt(tail, sizeBytes-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if string(tail[4:]) != magic {
		return nil, fmt.Errorf("%w: its %d bytes do not end with %q, so the footer is missing: copy it again",
			ErrTruncated, sizeBytes, magic)
	}
	lengthBytes := int64(binary.LittleEndian.Uint32(tail))
	switch {
	case lengthBytes > sizeBytes-smallestFileBytes:
		return nil, fmt.Errorf("%w: a footer of %d bytes does not fit in its %d: copy it again",
			ErrTruncated, lengthBytes, sizeBytes)
	case lengthBytes > largestFooterBytes:
		return nil, fmt.Errorf("%w: a footer of %d bytes is above the limit of %d: split the file",
			ErrDamaged, lengthBytes, largestFooterBytes)
	}
	encoded := make([]byte, lengthBytes)
	if _, err := file.ReadAt(encoded, sizeBytes-int64(len(tail))-lengthBytes); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return encoded, nil
}
