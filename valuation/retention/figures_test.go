package retention

import (
	"math"
	"strings"
	"testing"

	"cbv/valuation/schema"
)

func TestFigureOf(t *testing.T) {
	wide := map[string]any{"": nil, "x": int64(3), "y": 2.5, "low": 2.0, "high": 3.0, "n": int64(7), "ten": int64(10), "five": int64(5), "none": int64(0)}
	for _, c := range []struct {
		name      string
		columns   schema.FigureColumns
		want      [4]any // value, low, high, n
		tolerance float64
	}{
		{"whole numbers are doubles", schema.FigureColumns{Value: "x", N: "n"}, [4]any{3.0, nil, nil, int64(7)}, 0},
		{"an interval", schema.FigureColumns{Value: "y", Low: "low", High: "high"}, [4]any{2.5, 2.0, 3.0, nil}, 0},
		{"unknown", schema.FigureColumns{Value: "", N: "n"}, [4]any{nil, nil, nil, int64(7)}, 0},
		// Wilson (1927) of 5 of 10: (.5 + z²/20 ± z √(.025 + z²/400)) / (1 + z²/10), z² = 3.84146
		{"a share", schema.FigureColumns{Counted: "five", N: "ten"}, [4]any{.5, .236593, .763407, int64(10)}, 1e-6},
		{"a share of nobody", schema.FigureColumns{Counted: "none", N: "none"}, [4]any{nil, nil, nil, int64(0)}, 0},
		// Newcombe (1998), method 10: .5 - .5 ± √2 × .263407
		{"a change", schema.FigureColumns{Counted: "five", N: "ten", CountedBefore: "five", NBefore: "ten"}, [4]any{0.0, -.372513, .372513, int64(20)}, 1e-6},
		{"a change from nobody", schema.FigureColumns{Counted: "five", N: "ten", CountedBefore: "none", NBefore: "none"}, [4]any{nil, nil, nil, int64(10)}, 0},
	} {
		value, low, high, n, err := figureOf(wide, c.columns)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		for i, got := range []any{value, low, high, n} {
			number, isDouble := got.(float64)
			want, wantsDouble := c.want[i].(float64)
			if isDouble != wantsDouble || isDouble && !(math.Abs(number-want) <= c.tolerance) || !isDouble && got != c.want[i] {
				t.Errorf("%s: %v, want %v", c.name, []any{value, low, high, n}, c.want)
				break
			}
		}
	}
}

func TestFigureOfRefusesWhatIsNoNumber(t *testing.T) {
	wide := map[string]any{"": nil, "small": int32(1), "n": int64(2)}
	for _, c := range []struct {
		columns schema.FigureColumns
		want    string
	}{
		{schema.FigureColumns{Value: "small"}, "cast it to bigint or double"},
		{schema.FigureColumns{Counted: "small", N: "n"}, "column small is 1, which is no count"},
		{schema.FigureColumns{Counted: "missing", N: "n"}, "column missing is <nil>, which is no count"},
	} {
		if _, _, _, _, err := figureOf(wide, c.columns); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}
