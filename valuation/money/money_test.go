package money

import "testing"

func TestMinorUnitsAreWrittenAsMoney(t *testing.T) {
	for _, c := range []struct {
		minor, perUnit int64
		format, exact  string
	}{
		{123456, 100, "1,234.56", "1234.56"},
		{-5, 100, "-0.05", "-0.05"},
		{1234, 1, "1,234", "1234"},
		{1005, 1000, "1.005", "1.005"},
		{0, 100, "0.00", "0.00"},
	} {
		if got := Format(c.minor, c.perUnit); got != c.format {
			t.Errorf("%d of %d: %s, want %s", c.minor, c.perUnit, got, c.format)
		}
		if got := Exact(c.minor, c.perUnit); got != c.exact {
			t.Errorf("%d of %d: %s, want %s", c.minor, c.perUnit, got, c.exact)
		}
	}
}

func TestHalvesAreRoundedAwayFromZero(t *testing.T) {
	for amount, want := range map[float64]int64{0.125: 13, -0.125: -13, 0.124: 12, 2: 200} {
		if got := ToMinor(amount, 100); got != want {
			t.Errorf("%v: %d, want %d", amount, got, want)
		}
	}
}
