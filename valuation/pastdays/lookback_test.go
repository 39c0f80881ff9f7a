package pastdays_test

import (
	"reflect"
	"testing"

	"cbv/valuation/pastdays"
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
		{"a quarter at a time", 1000, 90, 0, 90, []int{365, 90, 180, 270}, []int{90, 180, 270, 360, 365, 455, 545, 635, 730, 820, 910}, []int{30, 90, 365}},
		{"the year-old one is among the others", 1000, 365, 73, 73, []int{365, 73, 146, 219}, []int{73, 90, 146, 219, 292, 365, 438, 455, 511, 584, 730, 803, 876}, []int{30, 73, 90, 365}},
		{"one is nearly the year-old one", 545, 365, 181, 181, []int{365, 181}, []int{90, 181, 362, 365, 455}, []int{30, 90, 181, 365}},
		{"half a year at a time", 3650, 180, 0, 180, []int{365, 180, 540, 720}, nil, []int{30, 90, 180, 365}},
		{"the nearest is nearly the year-old one", 725, 365, 350, 350, []int{365, 350}, nil, []int{30, 90, 350, 365}},
		{"a quarter apart", 1000, 365, 292, 292, []int{365, 292, 584}, nil, []int{30, 90, 292, 365}},
		{"a horizon beyond a year", 3650, 1095, 0, 365, []int{365, 730, 1095, 1460}, []int{90, 365, 455, 730, 1095, 1460, 1825, 2190, 2555}, []int{30, 90, 365}},
		{"a holdout beyond a year", 1000, 365, 500, 500, []int{500}, []int{90, 365, 455, 500, 730, 865}, []int{30, 90, 365, 500}},
		{"three weeks", 21, 365, 0, 7, []int{7, 14}, []int{7, 14}, []int{7, 30, 90, 365}},
		{"no days", 2, 365, 0, 0, nil, nil, []int{30, 90, 365}},
	} {
		look := pastdays.New(c.span, c.horizon, c.holdout)
		if look.HoldoutDays != c.wantHoldout || !reflect.DeepEqual(look.Cutoffs, c.wantCutoffs) {
			t.Errorf("%s: %d days forecast at %v, want %d at %v", c.name, look.HoldoutDays, look.Cutoffs, c.wantHoldout, c.wantCutoffs)
		}
		if days := look.Days(); c.wantDays != nil && !reflect.DeepEqual(days, c.wantDays) && len(days)+len(c.wantDays) > 0 {
			t.Errorf("%s: past days %v, want %v", c.name, days, c.wantDays)
		}
		if windows := look.Windows(); !reflect.DeepEqual(windows, c.wantWindows) {
			t.Errorf("%s: windows %v, want %v", c.name, windows, c.wantWindows)
		}
	}
}

// A cutoff is nearly that of a year ago where they have more than three quarters of the
// holdout in common; where no forecast of a year ago is tested none is.
func TestNearlyYearOld(t *testing.T) {
	for _, c := range []struct {
		cutoffs []int
		before  int
		want    bool
	}{
		{[]int{365, 100}, 365, true}, {[]int{365, 100}, 341, true}, {[]int{365, 100}, 389, true},
		{[]int{365, 100}, 340, false}, {[]int{365, 100}, 390, false}, {[]int{100}, 365, false},
	} {
		look := pastdays.Lookback{HoldoutDays: 100, Cutoffs: c.cutoffs}
		if got := look.IsNearlyYearOld(c.before); got != c.want {
			t.Errorf("%d days before as_of, cutoffs %v: %t", c.before, c.cutoffs, got)
		}
	}
}

// A pool of a day is fitted on the last holdout before it, and on the same season a year
// before where that is another window: with half a holdout, and four weeks, of files
// before the one, and 60 days before the other.
func TestPoolWindows(t *testing.T) {
	for _, c := range []struct {
		name       string
		span, days int
		before     int
		want       []int
	}{
		{"both", 1000, 90, 365, []int{455, 730}},
		{"as of as_of", 1000, 90, 0, []int{90, 365}},
		{"a year is one window", 1000, 365, 0, []int{365}},
		{"a day less is two", 1000, 364, 0, []int{364, 365}},
		{"more than a year", 1000, 400, 0, []int{400}},
		{"a week, after four", 35, 7, 0, []int{7}},
		{"a week, after less", 34, 7, 0, nil},
		{"a quarter, after half of one", 135, 90, 0, []int{90}},
		{"a quarter, after less", 134, 90, 0, nil},
		{"60 days before the season", 425, 90, 0, []int{90, 365}},
		{"59 days before the season", 424, 90, 0, []int{90}},
		{"no holdout", 1000, 0, 0, nil},
	} {
		look := pastdays.Lookback{SpanDays: c.span, HorizonDays: 365, HoldoutDays: c.days}
		if got := look.PoolWindows(c.before); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: windows from %v, want %v", c.name, got, c.want)
		}
	}
}
