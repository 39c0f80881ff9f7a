package backtest_test

import (
	"reflect"
	"testing"

	"cbv/valuation/backtest"
)

func TestLookback(t *testing.T) {
	for _, c := range []struct {
		name                               string
		span, horizon, holdout             int
		wantHoldout                        int
		wantCutoffs, wantDays, wantWindows []int
	}{
		{"ten years", 3650, 365, 0, 365, []int{365, 730, 1095, 1460}, []int{90, 365, 455, 730, 1095, 1460, 1825, 2190, 2555}, []int{30, 90, 365}},
		{"two years", 729, 365, 0, 243, []int{365, 243, 486}, []int{90, 243, 365, 455, 486, 608}, []int{30, 90, 243, 365}},
		{"a year and two months", 425, 365, 0, 141, []int{365, 141, 282}, []int{90, 141, 282, 365}, []int{30, 90, 141, 365}},
		{"one day less", 424, 365, 0, 141, []int{141, 282}, []int{90, 141, 282}, []int{30, 90, 141, 365}},
		{"a quarter at a time", 1000, 90, 0, 90, []int{365, 90, 180, 270}, []int{90, 180, 270, 365, 455, 545, 635, 730, 820, 910}, []int{30, 90, 365}},
		{"the year-old one is among the others", 1000, 365, 73, 73, []int{365, 73, 146, 219}, []int{73, 90, 146, 219, 365, 438, 455, 511, 584, 730, 803, 876}, []int{30, 73, 90, 365}},
		{"a horizon beyond a year", 3650, 1095, 0, 365, []int{365, 730, 1095, 1460}, []int{90, 365, 455, 730, 1095, 1460, 1825, 2190, 2555}, []int{30, 90, 365}},
		{"a holdout beyond a year", 1000, 365, 500, 500, []int{500}, []int{90, 365, 455, 500, 730, 865}, []int{30, 90, 365, 500}},
		{"three weeks", 21, 365, 0, 7, []int{7, 14}, []int{7, 14}, []int{7, 30, 90, 365}},
		{"no days", 2, 365, 0, 0, nil, nil, []int{30, 90, 365}},
	} {
		look := backtest.NewLookback(c.span, c.horizon, c.holdout)
		if look.HoldoutDays != c.wantHoldout || !reflect.DeepEqual(look.Cutoffs, c.wantCutoffs) {
			t.Errorf("%s: %d days forecast at %v, want %d at %v", c.name, look.HoldoutDays, look.Cutoffs, c.wantHoldout, c.wantCutoffs)
		}
		if days := look.Days(); !reflect.DeepEqual(days, c.wantDays) && len(days)+len(c.wantDays) > 0 {
			t.Errorf("%s: past days %v, want %v", c.name, days, c.wantDays)
		}
		if windows := look.Windows(); !reflect.DeepEqual(windows, c.wantWindows) {
			t.Errorf("%s: windows %v, want %v", c.name, windows, c.wantWindows)
		}
	}
}
