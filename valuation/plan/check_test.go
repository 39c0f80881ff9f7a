package plan

import (
	"database/sql/driver"
	"testing"
)

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		row  []driver.Value
		want string
	}{
		{[]driver.Value{"rows", int64(3), int64(3), nil}, ""},
		{[]driver.Value{"rows", int64(0), int64(0), "a.parquet row 1"}, ""},
		{[]driver.Value{"text", "same", "same", nil}, ""},
		{[]driver.Value{"nothing known", nil, nil, nil}, ""},
		{[]driver.Value{"rows", int64(2), int64(3), nil}, "check add_up: rows: got 2, want 3"},
		{[]driver.Value{"rows", int64(4), int64(3), nil}, "check add_up: rows: got 4, want 3"},
		{[]driver.Value{"ids", int64(1), int64(0), "a.parquet row 7"}, "check add_up: ids: got 1, want 0 (a.parquet row 7)"},
		{[]driver.Value{"text", "this", "that", nil}, "check add_up: text: got this, want that"},
		{[]driver.Value{"rows", nil, int64(0), nil}, "check add_up: rows: got null, want 0"},
		{[]driver.Value{"rows", int64(0), nil, nil}, "check add_up: rows: got 0, want null"},
	} {
		got := ""
		if err := Judge("add_up", c.row); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%v: %q, want %q", c.row, got, c.want)
		}
	}
}
