package backtest

import (
	"slices"
	"strings"
	"testing"
)

// One test that says no decides, whatever others leave open, and is said first; of groups
// of one kind the worst speaks for all. Without a failure the totals say how near it came.
func TestWeighingOfTests(t *testing.T) {
	tenth := func(expected, actual float64, sentence string) Test {
		return Test{Name: "tenth", Target: Purchases, Expected: expected, Actual: actual, Failed: true, Verdict: NotTrusted, Sentence: sentence}
	}
	season := Test{Name: "season", Failed: true, Verdict: Untested, Sentence: "season untested"}
	precision := Test{Name: "precision", Failed: true, Verdict: Untested, Sentence: "too few"}
	passed := Test{Name: "total", Target: Margin, Expected: 90, Actual: 100, Verdict: NotTrusted, Sentence: "never said"}
	for _, c := range []struct {
		tests   []Test
		trust   Trust
		reasons []string
		besides []string
	}{
		{[]Test{passed}, Trusted, nil, nil},
		{[]Test{passed, season, precision}, Untested, []string{"season untested", "too few"}, nil},
		{[]Test{season, tenth(140, 100, "high"), tenth(50, 100, "low"), tenth(150, 100, "higher"), passed}, NotTrusted, []string{"low (and 2 more of this kind)"}, []string{"season untested"}},
		{[]Test{tenth(50, 100, "low"), tenth(40, 0, "nothing came")}, NotTrusted, []string{"nothing came (and 1 more of this kind)"}, nil},
	} {
		judged := judge(c.tests)
		if judged.Trust != c.trust || !slices.Equal(judged.Reasons, c.reasons) || !slices.Equal(judged.Besides, c.besides) {
			t.Errorf("trust %d by %q and besides %q, want %d by %q and %q", judged.Trust, judged.Reasons, judged.Besides, c.trust, c.reasons, c.besides)
		}
	}
	rolling := Rolling{maxTotalError: .25, Cutoffs: []Cutoff{{Judged: true}, {}}}
	purchases := Test{Name: "total", Target: Purchases, Expected: 110, Actual: 100}
	if got := rolling.Held(judge([]Test{purchases, passed})); got != "the forecast of an earlier day, knowing only its past, was 10.0 % too high for purchases and 10.0 % too low for money, within 25 %" {
		t.Errorf("held: %s", got)
	}
	rolling.Cutoffs[1].Judged, purchases.Expected = true, 130
	if got := rolling.Held(judge([]Test{purchases, passed})); !strings.HasPrefix(got, "the forecasts of 2 earlier days, each knowing only its past, were together 30.0 % too high") || !strings.HasSuffix(got, ", as chance explains") {
		t.Errorf("held by chance: %s", got)
	}
}
