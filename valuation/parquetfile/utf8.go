package parquetfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
)

// FirstNotUTF8 returns the row, counted from 1, of the first text of a top-level column
// that is not in UTF-8, and 0 where there is none. An engine says only that there is one,
// since it refuses the page that holds it.
func FirstNotUTF8(path, column string) (row int64, err error) {
	defer func() {
		// The library was made for sound files: what else is wrong with this one is no
		// reason to end a program that is about to say that it cannot be read.
		if fault := recover(); fault != nil {
			row, err = 0, fmt.Errorf("%s: %w: %v", path, ErrDamaged, fault)
		}
	}()
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	opened, err := parquet.OpenFile(file, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	leaf, isThere := opened.Schema().Lookup(column)
	if !isThere {
		return 0, fmt.Errorf("%s: no column %q at its top", path, column)
	}
	before := int64(0)
	for _, group := range opened.RowGroups() {
		at, err := firstNotUTF8(group.ColumnChunks()[leaf.ColumnIndex])
		if err != nil {
			return 0, fmt.Errorf("%s: %w", path, err)
		}
		if at > 0 {
			return before + at, nil
		}
		before += group.NumRows()
	}
	return 0, nil
}

// firstNotUTF8 counts from the first row of a row group.
func firstNotUTF8(chunk parquet.ColumnChunk) (int64, error) {
	pages := chunk.Pages()
	defer pages.Close()
	values := make([]parquet.Value, 1024)
	row := int64(0)
	for {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
		for reader := page.Values(); ; {
			n, err := reader.ReadValues(values)
			for _, value := range values[:n] {
				row++
				if !value.IsNull() && !utf8.Valid(value.ByteArray()) {
					return row, nil
				}
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return 0, err
			}
		}
		parquet.Release(page)
	}
}
