package parquetfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/parquet-go/parquet-go"
)

// Record is a row by the names of its columns: a bool, int64, float64, string or
// time.Time, whole days in UTC, or nil for what is missing.
type Record map[string]any

// ReadRecords returns those rows of the file at path that are to be kept, whatever columns
// it has, in memory: it is meant for tables known to be small, without nested columns. The
// record that keep is asked of is valid until the next one.
func ReadRecords(path string, keep func(Record) bool) (records []Record, err error) {
	footer, err := ReadFooter(path)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	defer func() {
		if fault := recover(); fault != nil {
			records, err = nil, fmt.Errorf("%s: %v", path, fault) // of a damaged file parquet-go panics
		}
	}()
	reader := parquet.NewReader(file)
	defer func() { err = errors.Join(err, reader.Close()) }()
	rows := make([]parquet.Row, 128)
	record := Record{}
	for {
		n, done := reader.ReadRows(rows)
		for _, row := range rows[:n] {
			for _, value := range row {
				column := footer.Columns[value.Column()]
				if record[column.Name], err = recordValue(value, column); err != nil {
					return nil, fmt.Errorf("%s: %w", path, err)
				}
			}
			if keep(record) {
				records = append(records, record)
				record = Record{}
			}
		}
		switch {
		case errors.Is(done, io.EOF):
			return records, nil
		case done != nil:
			return nil, fmt.Errorf("%s: %w", path, done)
		}
	}
}

// recordValue returns the value of a column.
func recordValue(value parquet.Value, column Column) (any, error) {
	if value.IsNull() {
		return nil, nil
	}
	switch value.Kind() {
	case parquet.Boolean:
		return value.Boolean(), nil
	case parquet.Int32:
		if column.Type == "DATE" {
			return time.Unix(int64(value.Int32())*24*60*60, 0).UTC(), nil
		}
		return int64(value.Int32()), nil
	case parquet.Int64:
		return value.Int64(), nil
	case parquet.Float:
		return float64(value.Float()), nil
	case parquet.Double:
		return value.Double(), nil
	case parquet.ByteArray:
		return string(value.ByteArray()), nil
	}
	return nil, fmt.Errorf("column %s: a %s cannot be read", column.Name, column.Type)
}
