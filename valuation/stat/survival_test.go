package stat

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// Weeks of remission of 21 leukaemia patients on 6-mercaptopurine: Freireich et
// al. (1963), Blood 21, as printed in Kalbfleisch & Prentice (2002), table 1.2.
var freireich = []EventCount{
	{6, 3, 1}, {7, 1, 0}, {9, 0, 1}, {10, 1, 1}, {11, 0, 1}, {13, 1, 0}, {16, 1, 0}, {17, 0, 1}, {19, 0, 1},
	{20, 0, 1}, {22, 1, 0}, {23, 1, 0}, {25, 0, 1}, {32, 0, 2}, {34, 0, 1}, {35, 0, 1},
}

// The estimates are in every textbook; all digits, and the interval, are those
// of lifelines 0.30.3 (KaplanMeierFitter, confidence_interval_survival_function_).
func TestKaplanMeierPublished(t *testing.T) {
	want := []SurvivalPoint{
		{0, 21, 0, 1, 1, 1},
		{6, 21, 3, 0.857142857142857, 0.6197179552659838, 0.9515517476469969},
		{7, 17, 1, 0.8067226890756299, 0.5631465646222333, 0.9228090192028802},
		{10, 15, 1, 0.7529411764705878, 0.5031995107999564, 0.8893618351692651},
		{13, 12, 1, 0.6901960784313722, 0.4316102224861839, 0.8490659633494505},
		{16, 11, 1, 0.6274509803921566, 0.36751085598750194, 0.8049121894718411},
		{22, 7, 1, 0.5378151260504199, 0.26777893676713493, 0.7467907176353943},
		{23, 6, 1, 0.44817927170868327, 0.18805200595923233, 0.6801426284952412},
	}
	same(t, KaplanMeier(freireich), want, 1e-10)
}

func TestKaplanMeierEdges(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name   string
		counts []EventCount
		want   []SurvivalPoint
	}{
		{"nobody", nil, []SurvivalPoint{{0, 0, 0, 1, 1, 1}}},
		{"nobody long enough to see anything", []EventCount{{0, 0, 5}}, []SurvivalPoint{{0, 5, 0, 1, 1, 1}}},
		{"no event", []EventCount{{3, 0, 2}, {9, 0, 1}}, []SurvivalPoint{{0, 3, 0, 1, 1, 1}}},
		{"all had it", []EventCount{{4, 2, 0}}, []SurvivalPoint{{0, 2, 0, 1, 1, 1}, {4, 2, 2, 0, nan, nan}}},
		{"censored on the day counts as at risk", []EventCount{{4, 1, 0}, {4, 0, 1}}, []SurvivalPoint{
			{0, 2, 0, 1, 1, 1}, {4, 2, 1, .5, naiveBound(.5, .5, 1), naiveBound(.5, .5, -1)}}},
	} {
		t.Run(c.name, func(t *testing.T) { same(t, KaplanMeier(c.counts), c.want, 1e-12) })
	}
}

// Against the definition, subject by subject and day by day.
func TestKaplanMeierAgreesWithANaiveProduct(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type subject struct {
			day     int64
			isEvent bool
		}
		subjects := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) subject {
			return subject{rapid.Int64Range(1, 12).Draw(t, "day"), rapid.Bool().Draw(t, "event")}
		}), 1, 60).Draw(t, "subjects")
		var counts []EventCount
		for _, s := range subjects {
			if s.isEvent {
				counts = append(counts, EventCount{Day: s.day, Events: 1})
			} else {
				counts = append(counts, EventCount{Day: s.day, Censored: 1})
			}
		}
		want := []SurvivalPoint{{0, int64(len(subjects)), 0, 1, 1, 1}}
		product, variance := 1.0, 0.0
		for day := int64(1); day <= 12; day++ {
			atRisk, events := int64(0), int64(0)
			for _, s := range subjects {
				if s.day >= day {
					atRisk++
				}
				if s.day == day && s.isEvent {
					events++
				}
			}
			if events == 0 {
				continue
			}
			product *= 1 - float64(events)/float64(atRisk)
			variance += float64(events) / float64(atRisk*(atRisk-events))
			p := SurvivalPoint{day, atRisk, events, product, naiveBound(product, variance, 1), naiveBound(product, variance, -1)}
			if atRisk == events {
				p.Survival, p.Low, p.High = 0, math.NaN(), math.NaN()
			}
			want = append(want, p)
		}
		same(t, KaplanMeier(counts), want, 1e-12)
	})
}

// naiveBound is the bound as textbooks write it: exp(-exp(log(-log S) ± z se)).
func naiveBound(s, variance, sign float64) float64 {
	return math.Exp(-math.Exp(math.Log(-math.Log(s)) + sign*1.959963984540054*math.Sqrt(variance)/math.Abs(math.Log(s))))
}

type failer interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

func same(t failer, got, want []SurvivalPoint, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("points %v, want %v", got, want)
	}
	near := func(a, b float64) bool { return math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) <= tolerance }
	for i, g := range got {
		w := want[i]
		if g.Day != w.Day || g.AtRisk != w.AtRisk || g.Events != w.Events ||
			!near(g.Survival, w.Survival) || !near(g.Low, w.Low) || !near(g.High, w.High) {
			t.Errorf("%+v, want %+v", g, w)
		}
	}
}

// Half of the 21 patients were in remission for 23 weeks, the figure in every textbook;
// the interval is that of R's survfit with conf.type "log-log": 13 weeks to no end.
func TestMedianDayPublished(t *testing.T) {
	median, low, high := MedianDay(KaplanMeier(freireich))
	if median == nil || *median != 23 || low == nil || *low != 13 || high != nil {
		t.Errorf("median %v, low %v, high %v, want 23, 13 and none", median, low, high)
	}
	if median, low, high := MedianDay(KaplanMeier([]EventCount{{5, 1, 50}})); median != nil || low != nil || high != nil {
		t.Errorf("one of 51: median %v, low %v, high %v, want none", median, low, high)
	}
}
