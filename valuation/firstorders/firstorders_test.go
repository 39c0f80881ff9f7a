package firstorders

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"testing"

	"cbv/valuation/engine/enginetest"
	"cbv/valuation/pipeline"
	"cbv/valuation/pipeline/pipelinetest"
)

// Numbers worked out by hand, with z = 1.95996.
func TestRatio(t *testing.T) {
	for _, c := range []struct {
		name             string
		c                comparison
		ratio, low, high float64
	}{
		// √(9/900 + 1/100) = .141421; exp(1.95996 × .141421) = 1.3194048
		{"more", comparison{30, 10, 9, 1, 99}, 3, 3 / 1.3194048, 3 * 1.3194048},
		// 1.95996 × √4 / 10 = .391993, since nothing came that the others' spread could move
		{"nothing", comparison{0, 10, 4, 9, 99}, 0, -.391993, .391993},
		// ratio -.5: 1.95996 × √(4 + .25 × 20) / 10 = .587989
		{"less than nothing", comparison{-5, 10, 4, 20, 99}, -.5, -.5 - .587989, -.5 + .587989},
		{"nothing expected", comparison{5, 0, 4, 20, 99}, math.NaN(), math.NaN(), math.NaN()},
	} {
		ratio, low, high := c.c.ratio()
		for _, pair := range [][2]float64{{ratio, c.ratio}, {low, c.low}, {high, c.high}} {
			if !(math.Abs(pair[0]-pair[1]) <= 1e-5) && !(math.IsNaN(pair[0]) && math.IsNaN(pair[1])) {
				t.Errorf("%s: %g (%g to %g), want %g (%g to %g)", c.name, ratio, low, high, c.ratio, c.low, c.high)
				break
			}
		}
	}
}

func TestPValue(t *testing.T) {
	for _, c := range []struct {
		name string
		c    comparison
		want float64
	}{
		// ln 1.21620 = 1.95996 × .1 (R: 2 * pnorm(-1.959964) is .05)
		{"by their own spread", comparison{121.6525, 100, 148, 0, 99}, .05},
		{"by the spread of all", comparison{121.6525, 100, 20, 0, 100}, .05},
		{"as the others", comparison{100, 100, 1, 1, 1}, 1},
		{"without any spread", comparison{100, 100, 0, 0, 0}, 1},
		{"without any spread, and elsewhere", comparison{50, 100, 0, 0, 0}, 0},
		// (10 - 0) / √max(4 + 5, 25) = 2
		{"nothing came", comparison{0, 10, 4, 5, 25}, .0455003},
		{"nothing came, by their own spread", comparison{0, 10, 20, 5, 4}, .0455003},
	} {
		if got := c.c.pValue(); !(math.Abs(got-c.want) <= 2e-5) {
			t.Errorf("%s: %g, want %g", c.name, got, c.want)
		}
	}
}

// Two groups 3 standard deviations of chance from 1, one at 1: the excess over chance is
// (9 - 1) + (9 - 1) + (0 - 1) = 15, over 3/.04 = 75: .2. Each is then drawn by .2/.24.
func TestShrunken(t *testing.T) {
	groups := []comparison{{160, 100, 1, 1, 400}, {40, 100, 1, 1, 400}, {100, 100, 1, 1, 400}, {5, 0, 1, 1, 1}}
	between := spread(groups)
	if !(math.Abs(between-.2) <= 1e-12) {
		t.Errorf("spread %g, want .2", between)
	}
	for i, want := range []float64{1.5, .5, 1} {
		if got := groups[i].shrunken(between); !(math.Abs(got-want) <= 1e-12) {
			t.Errorf("shrunken to %g, want %g", got, want)
		}
	}
	if got := groups[3].shrunken(between); !math.IsNaN(got) {
		t.Errorf("of nothing expected: %g", got)
	}
	alike := []comparison{{110, 100, 1, 1, 400}, {90, 100, 1, 1, 400}}
	if between := spread(alike); between != 0 || alike[0].shrunken(0) != 1 {
		t.Errorf("values that chance explains have a spread of %g", between)
	}
	if got := spread(nil); got != 0 {
		t.Errorf("of no value: %g", got)
	}
}

func TestJudge(t *testing.T) {
	value := func(number, attribute int64) sums {
		return sums{ValueNumber: number, AttributeNumber: attribute, Customers: 30, Customers30: 10, Repeaters30: 5}
	}
	row := func(number, customers, others int64, repeats float64) ratios {
		return ratios{
			ValueNumber: number, Customers: customers, OtherCustomers: others,
			Repeats: repeats, ExpectedRepeats: 100, OwnRepeatVariance: 100, OtherRepeatVariance: 1, ChanceRepeatVariance: 100,
			RepeatMinor: 100, ExpectedRepeatMinor: 100, OwnMinorVariance: 100, OtherMinorVariance: 1, ChanceMinorVariance: 100,
		}
	}
	got := judge([]sums{value(1, 0), value(2, 0), value(3, 1), value(4, 1), value(5, 1)}, map[int64]ratios{
		1: row(1, 30, 30, 200), 2: row(2, 30, 30, 50), 3: row(3, 29, 30, 200), 4: row(4, 30, 29, 200),
	})
	for i, want := range []string{Better, Worse, NotSeparable, NotSeparable, NotSeparable} {
		if got[i].RepeatVerdict != want || i < 2 && got[i].MarginVerdict != AsOthers || i >= 2 && got[i].MarginVerdict != NotSeparable {
			t.Errorf("value %d: %s and %s, want %s", i+1, got[i].RepeatVerdict, got[i].MarginVerdict, want)
		}
	}
	// Of two tests the stronger one counts up to half of 5 %: ln 1.26 / .1 = 2.31 is 2.1 %, ln 1.25 / .1 = 2.23 is 2.6 %.
	for repeats, want := range map[float64]string{126: Better, 125: AsOthers} {
		alone := judge([]sums{value(1, 0)}, map[int64]ratios{1: row(1, 30, 30, repeats)})
		if alone[0].RepeatVerdict != want || alone[0].MarginVerdict != AsOthers {
			t.Errorf("%g repeats of 100, give or take 10: %s and %s, want %s", repeats, alone[0].RepeatVerdict, alone[0].MarginVerdict, want)
		}
	}
	if got[0].RepeatRate30 == nil || *got[0].RepeatRate30 != .5 || got[0].RepeatRate60 != nil {
		t.Errorf("rates %v and %v, want .5 and none", got[0].RepeatRate30, got[0].RepeatRate60)
	}
	if got[4].RepeatRatio != nil || got[4].ComparedCustomers != 0 || got[4].Repeats != nil || got[4].ExpectedRepeatMinor != nil {
		t.Errorf("a value without others has a ratio: %+v", got[4])
	}
}

func TestStrongest(t *testing.T) {
	finding := func(measure, verdict, value string, shrunken float64) Finding {
		return Finding{Measure: measure, Attribute: "a", Value: value, Verdict: verdict, RatioShrunken: shrunken}
	}
	third, second, first := finding(Repeats, Better, "x", 1.2), finding(Repeats, Better, "y", 1.3), finding(Repeats, Better, "z", 1.4)
	worse, margin := finding(Repeats, Worse, "x", .5), finding(Margin, Better, "x", 1.1)
	got := strongest([]Finding{margin, worse, third, first, second})
	if want := []Finding{first, second, worse, margin}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := strongest(nil); got != nil {
		t.Errorf("of none: %v", got)
	}
}

// spelled is a shop with so many pairs of spellings.
func spelled(pairs int) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		var rows []spelling
		for i := range pairs {
			rows = append(rows, spelling{"kind", fmt.Sprintf("tea%d", i), fmt.Sprintf("Tea%d", i), fmt.Sprintf("tea %d", i), 2})
		}
		enginetest.Put(c.Engine, "start_spellings", rows...)
		return New(c).warnOfSpellings(context.Background())
	}
}

func TestWarnings(t *testing.T) {
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{{
		Code:   "values_differ_in_case",
		Raises: spelled(6),
		Says:   `values of first orders differ in case, blanks or width alone, and each counts by itself: kind "Tea0" and "tea 0"; kind "Tea1" and "tea 1"; kind "Tea2" and "tea 2"; kind "Tea3" and "tea 3"; kind "Tea4" and "tea 4"; 1 more: write them alike in the mapping, such as upper(trim(…))`,
		Silent: spelled(0),
	}})
}
