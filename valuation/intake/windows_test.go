package intake

import "testing"

// window_spends.sql has the windows side by side, and no room for more than five.
func TestWindowsFitSideBySide(t *testing.T) {
	if n := len(repeatWindowDays); n > 5 {
		t.Errorf("%d windows, and window_spends leaves out all but five: give it more columns", n)
	}
}
