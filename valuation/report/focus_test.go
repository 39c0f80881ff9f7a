package report

import (
	"testing"

	"cbv/valuation/focus"
)

// What a rule of the focus saw is printed in the terms of its unit.
func TestFigureOfTheFocus(t *testing.T) {
	for _, c := range []struct {
		value float64
		unit  focus.Unit
		want  string
	}{
		{437, focus.Customers, "437"},
		{12345, focus.Customers, "12,345"},
		{1096, focus.Days, "1,096 days"},
		{0.00154, focus.Share, "0.15 %"},
		{0.00002, focus.Share, "under 0.01 %"},
		{0, focus.Share, "0 %"},
		{0.0996, focus.Share, "10 %"},
		{0.6, focus.Share, "60 %"},
		{2, focus.Share, "200 %"},
		{-0.0213, focus.Difference, "-2.1 percentage points"},
		{1.8512, focus.Ratio, "1.85"},
	} {
		if got := figure(c.value, c.unit); got != c.want {
			t.Errorf("%v %s is %q, want %q", c.value, c.unit, got, c.want)
		}
	}
}
