package parquetfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/parquet-go/parquet-go"
)

// FindRecord returns the row of the file at path whose text column has a value, nil where
// none has. It reads the column of those row groups alone whose range may hold the value,
// and of the others nothing: of a file sorted by the column, one row group. Where
// columns are wanted, the record has these alone, which costs less the fewer they are.
func FindRecord(path, column, value string, wanted ...string) (record Record, err error) {
	footer, err := ReadFooter(path)
	if err != nil {
		return nil, err
	}
	place := slices.IndexFunc(footer.Columns, func(c Column) bool { return c.Name == column })
	if place < 0 {
		return nil, fmt.Errorf("%s: no column %q", path, column)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	opened, err := parquet.OpenFile(file, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for number, group := range opened.RowGroups() {
		if !mayHold(opened, number, place, value) {
			continue
		}
		row, err := findRow(group, place, value)
		if err == nil && row >= 0 {
			if len(wanted) > 0 {
				record, err = readValues(group, row, footer.Columns, wanted)
			} else {
				record, err = readRow(group, row, footer.Columns)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if record != nil {
			return record, nil
		}
	}
	return nil, nil
}

// mayHold reports whether a row group's statistics leave room for a value. Those of long
// texts may be cut, the lower bound downwards and the upper one upwards.
func mayHold(file *parquet.File, group, column int, value string) bool {
	statistics := file.Metadata().RowGroups[group].Columns[column].MetaData.Statistics
	low, high := string(statistics.MinValue), string(statistics.MaxValue)
	return high == "" || low <= value && value <= high
}

// findRow returns the row of a row group that has a value, -1 for none.
func findRow(group parquet.RowGroup, column int, value string) (row int64, err error) {
	pages := group.ColumnChunks()[column].Pages()
	defer func() { err = errors.Join(err, pages.Close()) }()
	values := make([]parquet.Value, 1024)
	for {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return -1, nil
		}
		if err != nil {
			return -1, err
		}
		reader := page.Values()
		for {
			n, err := reader.ReadValues(values)
			for i, v := range values[:n] {
				if !v.IsNull() && string(v.ByteArray()) == value {
					return row + int64(i), nil
				}
			}
			row += int64(n)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return -1, err
			}
		}
		parquet.Release(page)
	}
}

// readRow returns one row of a row group.
func readRow(group parquet.RowGroup, row int64, columns []Column) (record Record, err error) {
	rows := group.Rows()
	defer func() { err = errors.Join(err, rows.Close()) }()
	if err := rows.SeekToRow(row); err != nil {
		return nil, err
	}
	read := make([]parquet.Row, 1)
	if n, err := rows.ReadRows(read); n == 0 {
		return nil, err
	}
	record = Record{}
	for _, value := range read[0] {
		column := columns[value.Column()]
		if record[column.Name], err = recordValue(value, column); err != nil {
			return nil, err
		}
	}
	return record, nil
}

// readValues returns columns of one row of a row group.
func readValues(group parquet.RowGroup, row int64, columns []Column, wanted []string) (Record, error) {
	record := Record{}
	for place, column := range columns {
		if !slices.Contains(wanted, column.Name) {
			continue
		}
		value, err := readValue(group.ColumnChunks()[place].Pages(), row)
		if err != nil {
			return nil, err
		}
		if record[column.Name], err = recordValue(value, column); err != nil {
			return nil, err
		}
	}
	return record, nil
}

// readValue returns the value of one row of a column, and closes its pages.
func readValue(pages parquet.Pages, row int64) (value parquet.Value, err error) {
	defer func() { err = errors.Join(err, pages.Close()) }()
	if err := pages.SeekToRow(row); err != nil {
		return value, err
	}
	page, err := pages.ReadPage()
	if err != nil {
		return value, err
	}
	defer parquet.Release(page)
	var values [1]parquet.Value
	if n, err := page.Values().ReadValues(values[:]); n == 0 {
		return value, err
	}
	return values[0].Clone(), nil
}
