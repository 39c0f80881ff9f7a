package backtest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"cbv/valuation/orderdays"
	"cbv/valuation/pastdays"
	"cbv/valuation/season"
	"cbv/valuation/trust"
)

// Today's forecast is said to be corrected by the miss of a year ago only where it is: where
// too little came then to tell a season by, nothing corrects it.
func TestCorrectionByAMiss(t *testing.T) {
	year := season.YearRatio{Before: pastdays.YearDays, Ratio: .5}
	for _, c := range []struct {
		years []season.YearRatio
		want  string
	}{
		{nil, "a year ago 40 purchases were forecast and 20 came: the forecast was 100.0 % too high: nothing corrects today's"},
		{[]season.YearRatio{year}, "a year ago 40 purchases were forecast and 20 came: the forecast was 100.0 % too high: today's is corrected by that miss, and nothing has tested the correction"},
	} {
		r := Rolling{
			Lookback: pastdays.Lookback{HorizonDays: 365}, maxTotalError: .25,
			Ratios:  []Ratio{season.New(Purchases, 365, c.years)},
			Cutoffs: []Cutoff{{Before: pastdays.YearDays, Totals: [2]Total{{Expected: 40, Actual: 20}, {Expected: 900, Actual: 1000}}}},
		}
		tests := r.testUncorrected()
		if len(tests) != 2 || !tests[0].Failed || tests[1].Failed || tests[0].Sentence != c.want {
			t.Errorf("%d years: %+v, want %q", len(c.years), tests, c.want)
		}
	}
}

// Where today's forecast knows a season that no cutoff knew, a miss that a season explains
// leaves open whether to trust it; a larger one, or with a cutoff that knew its season, or
// where today's knows none either, does not.
func TestMissesWithoutASeason(t *testing.T) {
	known, unknown := season.New(Purchases, 365, []season.YearRatio{{Before: pastdays.YearDays, Ratio: 1.1}}), season.New(Purchases, 365, nil)
	for _, c := range []struct {
		today, cutoff    Ratio
		expected, actual float64
		want             Trust
	}{
		{known, unknown, 1300, 1000, Untested},
		{known, unknown, 1000, 1300, Untested},
		{known, unknown, 1710, 1000, Untested}, // exp(2.576 × .21) is 1.718
		{known, unknown, 1725, 1000, NotTrusted},
		{known, unknown, 1300, 0, NotTrusted},
		{known, known, 1300, 1000, NotTrusted},
		{unknown, unknown, 1300, 1000, NotTrusted},
	} {
		r := Rolling{Lookback: pastdays.Lookback{HorizonDays: 365}, Ratios: []Ratio{c.today}, Cutoffs: []Cutoff{{Ratios: [2]Ratio{c.cutoff}}}}
		verdict, remark := r.missVerdict(Test{Target: Purchases, Expected: c.expected, Actual: c.actual})
		if verdict != c.want || (remark != "") != (c.want == Untested) {
			t.Errorf("%g of %g: trust %d, want %d, and %q", c.actual, c.expected, verdict, c.want, remark)
		}
	}
}

// Where orders of the days tested are missing, a season need not explain the miss, whose
// days are then named.
func TestMissesOfMissingDays(t *testing.T) {
	day := func(month time.Month, of int) time.Time { return time.Date(2023, month, of, 0, 0, 0, 0, time.UTC) }
	known, unknown := season.New(Purchases, 365, []season.YearRatio{{Before: pastdays.YearDays, Ratio: 1.1}}), season.New(Purchases, 365, nil)
	for _, c := range []struct {
		from, to   time.Time
		want       Trust
		untestable int
	}{
		{day(7, 1), day(9, 30), NotTrusted, 1},
		{day(5, 1), day(7, 5), NotTrusted, 1},     // the first of the 180 days is 5 July
		{day(5, 1), day(7, 4), Untested, 0},       // before the cutoff
		{day(12, 31), day(12, 31), NotTrusted, 1}, // the last
	} {
		r := Rolling{
			Lookback: pastdays.Lookback{HorizonDays: 365, HoldoutDays: 180}, Ratios: []Ratio{known}, maxTotalError: .25,
			calendar: pastdays.Calendar{AsOf: day(12, 31), Missing: []orderdays.Stretch{{From: c.from, To: c.to}}}, Cutoffs: []Cutoff{{Before: 180, Judged: true, Ratios: [2]Ratio{unknown}}},
		}
		verdict, _ := r.missVerdict(Test{Target: Purchases, Expected: 1300, Actual: 1000})
		if missing := r.Untestable(); verdict != c.want || len(missing) != c.untestable {
			t.Errorf("missing from %s to %s: trust %d, want %d, and %v is untestable", c.from, c.to, verdict, c.want, missing)
		}
		if got, want := r.calendar.After(r.HoldoutDays, daysBefore(r.Judged())...), "over the 180 days after 2023-07-04, "; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// What is said of a forecast is by how much of what came it was off.
func TestMissTextOfAGroup(t *testing.T) {
	for _, c := range []struct {
		expected, actual float64
		want             string
	}{
		{100, 127.9, "of tenth 8, 100 purchases were forecast and 128 came: the forecast was 21.8 % too low"},
		{100, 74, "of tenth 8, 100 purchases were forecast and 74 came: the forecast was 35.1 % too high"},
		{100, 0, "of tenth 8, 100 purchases were forecast and 0 came"},
	} {
		test := Test{Target: Purchases, Group: "tenth 8", Expected: c.expected, Actual: c.actual}
		if got := test.MissText("margin"); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

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
		judged := trust.Judge(c.tests)
		if judged.Trust != c.trust || !slices.Equal(judged.Reasons, c.reasons) || !slices.Equal(judged.Besides, c.besides) {
			t.Errorf("trust %d by %q and besides %q, want %d by %q and %q", judged.Trust, judged.Reasons, judged.Besides, c.trust, c.reasons, c.besides)
		}
	}
	rolling := Rolling{maxTotalError: .25, Cutoffs: []Cutoff{{Judged: true}, {}}}
	purchases := Test{Name: "total", Target: Purchases, Expected: 110, Actual: 100}
	if got := rolling.Held(trust.Judge([]Test{purchases, passed})); got != "the forecast of an earlier day, knowing only its past, was 10.0 % too high for purchases and 10.0 % too low for margin, within 25 %" {
		t.Errorf("held: %s", got)
	}
	rolling.Cutoffs[1].Judged, purchases.Expected = true, 130
	if got := rolling.Held(trust.Judge([]Test{purchases, passed})); !strings.HasPrefix(got, "the forecasts of 2 earlier days, each knowing only its past, were together 30.0 % too high") || !strings.HasSuffix(got, ", as chance explains") {
		t.Errorf("held by chance: %s", got)
	}
	alone := Rolling{maxTotalError: .25, Cutoffs: []Cutoff{{}}}
	uncorrected := Test{Name: "uncorrected", Target: Purchases, Expected: 80, Actual: 100, Verdict: Untested}
	if got := alone.Held(trust.Judge([]Test{uncorrected})); got != "the forecast of a year ago, knowing only its past, was 20.0 % too low for purchases, within 25 %" {
		t.Errorf("held a year ago: %s", got)
	}
}
