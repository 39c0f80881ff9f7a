package pipeline

import (
	"errors"
	"testing"

	"cbv/valuation/failure"
)

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		row  []any
		want string
	}{
		{[]any{"rows", int64(3), int64(3), nil}, ""},
		{[]any{"rows", int64(0), int64(0), "a.parquet row 1"}, ""},
		{[]any{"text", "same", "same", nil}, ""},
		{[]any{"nothing known", nil, nil, nil}, ""},
		{[]any{"rows", int64(2), int64(3), nil}, "check add_up: rows: got 2, want 3"},
		{[]any{"rows", int64(4), int64(3), nil}, "check add_up: rows: got 4, want 3"},
		{[]any{"ids", int64(1), int64(0), "a.parquet row 7"}, "check add_up: ids: got 1, want 0 (a.parquet row 7)"},
		{[]any{"text", "this", "that", nil}, "check add_up: text: got this, want that"},
		{[]any{"rows", nil, int64(0), nil}, "check add_up: rows: got null, want 0"},
		{[]any{"rows", int64(0), nil, nil}, "check add_up: rows: got 0, want null"},
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

func TestBrokenRulesAreCounted(t *testing.T) {
	one, other := errors.New("check a: rows: got 1, want 2"), errors.New("check a: ids: got 1, want 0")
	for want, broken := range map[string][]error{
		"check a: rows: got 1, want 2\n1 rule is broken: nothing was published":                                {one},
		"check a: rows: got 1, want 2\ncheck a: ids: got 1, want 0\n2 rules are broken: nothing was published": {one, other},
	} {
		if err := refuse(broken); err.Error() != want || failure.KindOf(err) != failure.Input {
			t.Errorf("%q\nnot %q", err, want)
		}
	}
}
