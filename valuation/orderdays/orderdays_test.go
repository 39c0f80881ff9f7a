package orderdays

import "testing"

// A date that is more likely wrong would make every customer look long gone: after
// more than a week and five usual gaps.
func TestALastDayIsLate(t *testing.T) {
	for _, c := range []struct {
		gap, median int
		want        bool
	}{{8, 1, true}, {7, 1, false}, {11, 2, true}, {10, 2, false}} {
		if got := IsLate(c.gap, c.median); got != c.want {
			t.Errorf("%d days after the one before, %d usual: late %v", c.gap, c.median, got)
		}
	}
}
