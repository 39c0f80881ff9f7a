package export

import (
	"errors"
	"io"

	"cbv/valuation/parquetfile"
	"cbv/valuation/platform"
)

// table is a target's Parquet file.
type table struct {
	file    io.Closer
	parquet *parquetfile.Table
	row     []any
}

func newTable(file io.WriteCloser, columns []platform.Attribute) *table {
	kinds := map[platform.Type]parquetfile.Kind{
		platform.Text: parquetfile.Text, platform.Number: parquetfile.Number, platform.Day: parquetfile.Day, platform.YesNo: parquetfile.YesNo,
	}
	var fields []parquetfile.Field
	for _, column := range columns {
		fields = append(fields, parquetfile.Field{Name: column.Name, Kind: kinds[column.Type]})
	}
	return &table{file: file, parquet: parquetfile.NewTable(file, fields)}
}

// Append writes a row.
func (t *table) Append(cells []platform.Cell) error {
	t.row = t.row[:0]
	for _, cell := range cells {
		var value any
		switch cell.Type {
		case platform.Text:
			value = cell.Text
		case platform.Number:
			value = cell.Number
		case platform.Day:
			value = cell.Day
		case platform.YesNo:
			value = cell.YesNo
		}
		t.row = append(t.row, value)
	}
	return t.parquet.Append(t.row)
}

// Close ends the file.
func (t *table) Close() error { return errors.Join(t.parquet.Close(), t.file.Close()) }
