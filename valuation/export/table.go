package export

import (
	"errors"
	"io"

	"cbv/valuation/audience"
	"cbv/valuation/parquetfile"
)

// table is a target's Parquet file.
type table struct {
	file    io.Closer
	parquet *parquetfile.Table
	row     []any
}

func newTable(file io.WriteCloser, columns []audience.Attribute) *table {
	kinds := map[audience.Type]parquetfile.Kind{
		audience.Text: parquetfile.Text, audience.Number: parquetfile.Number, audience.Day: parquetfile.Day, audience.YesNo: parquetfile.YesNo,
	}
	var fields []parquetfile.Field
	for _, column := range columns {
		fields = append(fields, parquetfile.Field{Name: column.Name, Kind: kinds[column.Type]})
	}
	return &table{file: file, parquet: parquetfile.NewTable(file, fields)}
}

// Append writes a row.
func (t *table) Append(cells []audience.Cell) error {
	t.row = t.row[:0]
	for _, cell := range cells {
		var value any
		switch cell.Type {
		case audience.Text:
			value = cell.Text
		case audience.Number:
			value = cell.Number
		case audience.Day:
			value = cell.Day
		case audience.YesNo:
			value = cell.YesNo
		}
		t.row = append(t.row, value)
	}
	return t.parquet.Append(t.row)
}

// Close ends the file.
func (t *table) Close() error { return errors.Join(t.parquet.Close(), t.file.Close()) }
