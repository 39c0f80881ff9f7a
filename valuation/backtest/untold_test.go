package backtest_test

import (
	"slices"
	"strings"
	"testing"

	"cbv/valuation/backtest"
	"cbv/valuation/trust"
)

// A shop of a year and a half with a season: the one cutoff that is judged knew no year
// before it, and today's forecast does. What it missed of everybody alike leaves trust
// open; what it missed of newcomers beyond that denies it.
func TestUntoldSeason(t *testing.T) {
	const asOf = 545
	for _, c := range []struct {
		name    string
		factor  float64
		quality func(first int) float64
		want    backtest.Trust
		says    string
	}{
		{"no season", 1, nil, backtest.Trusted, ""},
		{"a season", 1.7, nil, backtest.Untested, "too high, more than 25 %: the season may be why"},
		{"a season, and worse newcomers before the cutoff", 1.7, func(first int) float64 {
			if first > asOf-181-90 {
				return .2
			}
			return 1
		}, backtest.NotTrusted, "of customers of under 90 days"},
		{"worse newcomers alone", 1, func(first int) float64 {
			if first > asOf-181-90 {
				return .2
			}
			return 1
		}, backtest.NotTrusted, "of customers of under 90 days"},
	} {
		shop := seasonal{customers: 12_000, years: 2, factor: c.factor, quality: c.quality}
		r, err := try(shop.draw(7), asOf, 365)
		if err != nil {
			t.Fatal(err)
		}
		if said := strings.Join(r.judgement.Reasons, "; "); r.judgement.Trust != c.want || !strings.Contains(said, c.says) {
			t.Errorf("%s: trust %d by %q, want %d by %q", c.name, r.judgement.Trust, said, c.want, c.says)
		}
		if c.want != backtest.Untested {
			continue
		}
		// what all missed alike leaves trust open by the groups alone, too
		excused := slices.DeleteFunc(slices.Clone(r.judgement.Tests), func(test backtest.Test) bool { return test.Group == "" || !test.Failed })
		if alone := trust.Judge(excused); len(excused) == 0 || alone.Trust != backtest.Untested {
			t.Errorf("%s: %d groups are off, and alone they say %d by %q", c.name, len(excused), alone.Trust, alone.Reasons)
		}
	}
}
