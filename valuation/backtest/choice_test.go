package backtest_test

import (
	"math"
	"strings"
	"testing"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/contest"
)

// named is a model that has nothing but a name.
type named struct {
	btyd.Model
	name string
}

func (m named) Name() string { return m.name }

// contested is a result with given contests.
func contested(contests ...backtest.Contest) backtest.Result {
	score := backtest.Score{Expected: 1, Actual: 1}
	r := backtest.Result{MaxTotalError: 0.25}
	for _, name := range []string{"A", "B", "C"} {
		r.Candidates = append(r.Candidates, backtest.Candidate{Name: name, Family: name, Fit: btyd.Fit{Model: named{name: name}}, Purchases: score, Margin: score})
	}
	for _, name := range []string{"A", "B", "C"} {
		r.Candidates = append(r.Candidates, backtest.Candidate{Name: name + " by channel", Family: name, ByGroup: true, Purchases: score, Margin: score})
	}
	r.Contests = contests
	return r
}

func TestChoice(t *testing.T) {
	against := func(holder, challenger string, gain float64) backtest.Contest {
		return backtest.Contest{Target: backtest.Purchases, Holder: holder, Challenger: challenger, Gain: gain, StandardError: 0.1}
	}
	// Of everybody C is better than B and A by a little, B than A by much; by
	// group A is as good as any, and worth it against A and B.
	r := contested(
		against("A", "B", 0.3), against("A", "C", 0.35), against("B", "C", 0.05),
		against("A by channel", "B by channel", 0.1), against("A by channel", "C by channel", -0.2), against("B by channel", "C by channel", 0.25),
		against("A", "A by channel", 0.6), against("B", "A by channel", 0.3), against("C", "A by channel", 0.15),
		against("B", "C by channel", 0.1), against("C", "C by channel", -0.1),
	)
	for _, c := range []struct {
		allowed string
		want    string
		decided string // the holder and the challenger of each contest
	}{
		{"ABC", "A by channel", "A:B B:C A+:B+ A+:C+ B:A+"}, // though B is the best of everybody
		{"A", "A by channel", "A:A+"},
		{"AC", "C", "A:C A+:C+ C:A+"}, // not by more than two standard errors
		{"BC", "B", "B:C B+:C+ B:C+"}, // held against the winner by group, another family
		{"C", "C", "C:C+"},
	} {
		choice := r.Choose(func(family string) bool { return strings.Contains(c.allowed, family) })
		var decided []string
		for _, contest := range choice.Contests {
			decided = append(decided, contest.Holder+":"+contest.Challenger)
		}
		contests := strings.ReplaceAll(strings.Join(decided, " "), " by channel", "+")
		if choice.Candidate == nil || choice.Candidate.Name != c.want || contests != c.decided {
			t.Errorf("of %s: %+v after %s, want %s after %s", c.allowed, choice.Candidate, contests, c.want, c.decided)
		}
	}
	if choice := r.Choose(nil); choice.Candidate.Name != "A by channel" {
		t.Errorf("of all: %+v", choice.Candidate)
	}
}

func TestChoiceOfNone(t *testing.T) {
	refused := []*btyd.NoFitError{
		{Model: "MBG/NBD", Reason: btyd.Boundary, Detail: "a boundary", LogLikelihood: -400},
		{Model: "BG/NBD", Reason: btyd.Ridge, Detail: "a ridge", LogLikelihood: -390},
	}
	r := backtest.Result{Unfitted: refused}
	for _, c := range []struct {
		what    string
		choice  backtest.Choice
		reasons []string // what each has to contain
	}{
		{"none allowed", r.Choose(func(string) bool { return false }), []string{"none of the models"}},
		{"none fitted", r.Choose(func(string) bool { return true }), []string{"none of the models", "MBG/NBD was not fitted: a boundary", "BG/NBD was not fitted: a ridge"}},
		{"one that was refused", r.Choose(func(family string) bool { return family == "BG/NBD" }), []string{"none of the models", "a ridge"}},
		{"judged, refused", r.Judge("MBG/NBD", true), []string{"MBG/NBD was not fitted at the cutoff", "a boundary"}},
		{"judged, unknown", r.Judge("other", false), []string{"other was not fitted at the cutoff"}},
		{"an empty result", backtest.Result{}.Choose(nil), []string{"none of the models"}},
		{"nothing to test with", backtest.Result{Why: "why"}.Choose(nil), []string{"why"}},
	} {
		if c.choice.Candidate != nil || c.choice.Trust != backtest.Untested || len(c.choice.Reasons) != len(c.reasons) {
			t.Errorf("%s: %+v", c.what, c.choice)
			continue
		}
		for i, part := range c.reasons {
			if !strings.Contains(c.choice.Reasons[i], part) {
				t.Errorf("%s: %q does not say %q", c.what, c.choice.Reasons[i], part)
			}
		}
	}
}

// Where customers leave and no model of that has a fit at the cutoff, the procedure
// there is NBD, and it is what is tested.
func TestTheNextInOrderIsTested(t *testing.T) {
	score := backtest.Score{Expected: 1, Actual: 1}
	fittedAt := func(families ...string) backtest.Result {
		r := backtest.Result{MaxTotalError: 0.25, Unfitted: []*btyd.NoFitError{{Model: "MBG/NBD", Reason: btyd.Ridge, Detail: "a ridge", LogLikelihood: -400}}}
		for _, name := range families {
			fit := btyd.Fit{Model: named{name: name}, LogLikelihood: -500}
			r.Candidates = append(r.Candidates, backtest.Candidate{Name: name, Family: name, Fit: fit, Purchases: score, Margin: score})
		}
		return r
	}
	for _, c := range []struct {
		fitted string
		now    string
		tested string
	}{
		{"Pareto/NBD BG/NBD NBD", "MBG/NBD", "Pareto/NBD"},
		{"BG/NBD NBD", "MBG/NBD", "BG/NBD"},
		{"MBG/NBD NBD", "BG/NBD", "NBD"},
		{"NBD", "Pareto/NBD", "NBD"},
		{"MBG/NBD BG/NBD", "NBD", "MBG/NBD"}, // none follows the last
	} {
		choice := fittedAt(strings.Fields(c.fitted)...).Judge(c.now, false)
		want := c.now + " had no fit at the cutoff, so the test is of " + c.tested + ", the next in order"
		if choice.Candidate == nil || choice.Candidate.Name != c.tested || choice.Trust != backtest.Trusted || len(choice.Notes) != 1 || choice.Notes[0] != want {
			t.Errorf("%s of %s: %+v, want %s", c.now, c.fitted, choice, c.tested)
		}
	}
	if choice := fittedAt("NBD").Choose(nil); choice.Candidate == nil || choice.Candidate.Name != "NBD" {
		t.Errorf("at the cutoff: %+v, want NBD", choice)
	}
}

func TestJudge(t *testing.T) {
	r := contested()
	r.Candidates = r.Candidates[:4] // A by group alone
	for _, c := range []struct {
		family  string
		byGroup bool
		want    string
		noted   bool
	}{
		{"A", false, "A", false},
		{"A", true, "A by channel", false},
		{"B", false, "B", false},
		{"B", true, "B", true},
	} {
		choice := r.Judge(c.family, c.byGroup)
		if choice.Candidate == nil || choice.Candidate.Name != c.want || choice.Trust != backtest.Trusted || len(choice.Reasons) > 0 {
			t.Errorf("%s, by group %v: %+v", c.family, c.byGroup, choice)
		}
		if noted := len(choice.Notes) == 1 && strings.Contains(choice.Notes[0], "stands for B by channel"); noted != c.noted {
			t.Errorf("%s, by group %v: notes %q", c.family, c.byGroup, choice.Notes)
		}
	}
}

func TestChoiceByDropout(t *testing.T) {
	fit := func(name string, lnL float64) btyd.Fit {
		return btyd.Fit{Model: named{name: name}, LogLikelihood: lnL}
	}
	refusal := func(name string, reason btyd.Reason, lnL float64) *btyd.NoFitError {
		return &btyd.NoFitError{Model: name, Reason: reason, LogLikelihood: lnL}
	}
	type (
		fits    = []btyd.Fit
		refused = []*btyd.NoFitError
	)
	for _, c := range []struct {
		what     string
		fits     fits
		refused  refused
		evidence float64
		dropout  bool // detectable, and one has a fit: all but NBD
	}{
		{"detectable", fits{fit("MBG/NBD", -110), fit("BG/NBD", -100), fit("NBD", -103)}, nil, 6, true},
		{"not detectable", fits{fit("BG/NBD", -100), fit("NBD", -102.75)}, nil, 5.5, false},
		{"no other", fits{fit("NBD", -103)}, nil, 0, false},
		{"no NBD", fits{fit("BG/NBD", -103)}, nil, math.Inf(1), true},
		{"others refused", fits{fit("NBD", -103)}, refused{refusal("MBG/NBD", btyd.Boundary, -90), refusal("BG/NBD", btyd.Ridge, -83)}, 40, false},
		{"others refused for little", fits{fit("NBD", -103)}, refused{refusal("BG/NBD", btyd.Ridge, -102)}, 2, false},
		{"no dropout", fits{fit("NBD", -103)}, refused{refusal("BG/NBD", btyd.NoDropout, -90)}, 0, false},
		{"not searched", fits{fit("NBD", -103)}, refused{refusal("BG/NBD", btyd.TooFewHistories, 0)}, 0, false},
		{"no number", fits{fit("NBD", -103)}, refused{refusal("BG/NBD", btyd.NoOptimum, math.NaN()), refusal("MBG/NBD", btyd.NoOptimum, math.Inf(1))}, 0, false},
		{"a search beyond the fit", fits{fit("BG/NBD", -102), fit("NBD", -103)}, refused{refusal("Pareto/NBD", btyd.Ridge, -93)}, 20, true},
		{"one other beside a refusal", fits{fit("BG/NBD", -93), fit("NBD", -103)}, refused{refusal("Pareto/NBD", btyd.Ridge, -99)}, 20, true},
		{"NBD refused", fits{fit("BG/NBD", -103)}, refused{refusal("NBD", btyd.Boundary, -103)}, math.Inf(1), true},
	} {
		if got := contest.DropoutEvidence(c.fits, c.refused); got != c.evidence {
			t.Errorf("%s: evidence of %g, want %g", c.what, got, c.evidence)
		}
		allowed := contest.ByDropout(c.fits, c.refused)
		if allowed("NBD") == c.dropout || allowed("BG/NBD") != c.dropout {
			t.Errorf("%s: NBD %v, BG/NBD %v", c.what, allowed("NBD"), allowed("BG/NBD"))
		}
	}
}

func TestTrust(t *testing.T) {
	const baseline = "recent_rate"
	good := backtest.Score{Deviance: 1, Expected: 90, Actual: 100, Error: -0.1, ErrorLow: -0.2, ErrorHigh: 0}
	lost := backtest.Contest{Target: backtest.Purchases, Holder: "A", Challenger: baseline, Gain: 0.01, StandardError: 0.02}
	lostMargin := lost
	lostMargin.Target = backtest.Margin
	noNumber := lost
	noNumber.Gain = math.NaN()
	off := good
	off.Expected, off.Actual, off.Error, off.ErrorLow, off.ErrorHigh = 8347.6, 11925.2, -0.3, -0.4, -0.2
	returned := backtest.Score{Deviance: 1, Expected: 10.123456, Actual: -5, Error: math.NaN()}
	none := backtest.Score{Error: math.NaN(), ErrorLow: math.NaN(), ErrorHigh: math.NaN()}
	ofNone := none
	ofNone.Actual = -5
	for _, c := range []struct {
		what              string
		purchases, margin backtest.Score
		lost              []backtest.Contest
		trust             backtest.Trust
		reasons           []string // what each has to contain
		notes             int
	}{
		{"good", good, good, nil, backtest.Trusted, nil, 0},
		{"no margin at all", good, none, nil, backtest.Trusted, nil, 1},
		{"no margin at all, though lost", good, none, []backtest.Contest{lostMargin}, backtest.Trusted, nil, 1},
		{"nothing at all", none, none, nil, backtest.Untested, []string{"the forecast of purchases is not tested", "the forecast of margin is not tested"}, 0},
		{"purchases lost", good, good, []backtest.Contest{lost}, backtest.NotTrusted,
			[]string{"A forecasts purchases worse than the baseline recent_rate: mean Poisson deviance 1 against 0.99 (a difference of 0.01, with a standard error of 0.02)"}, 0},
		{"margin lost", good, good, []backtest.Contest{lostMargin}, backtest.NotTrusted, []string{"A forecasts margin worse than the baseline recent_rate"}, 0},
		{"a contest without a number", good, good, []backtest.Contest{noNumber}, backtest.NotTrusted, []string{"purchases"}, 0},
		{"purchases off", off, good, nil, backtest.NotTrusted,
			[]string{"A forecasts 8,348 purchases, and 11,925 were observed: off by -30.0 % (95 % interval -40.0 to -20.0), more than 25 %"}, 0},
		{"margin off", good, off, nil, backtest.NotTrusted, []string{"A forecasts a margin of 8,348, and 11,925 was observed: off by -30.0 %"}, 0},
		{"margin lost to returns", good, returned, nil, backtest.NotTrusted, []string{"A forecasts a margin of 10.1, and -5 was observed"}, 0},
		{"margin below a forecast of 0", good, ofNone, nil, backtest.NotTrusted, []string{"A forecasts a margin of 0, and -5 was observed"}, 0},
		{"all of it", off, off, []backtest.Contest{lost}, backtest.NotTrusted, []string{"baseline", "8,348 purchases", "margin of 8,348"}, 0},
	} {
		r := backtest.Result{MaxTotalError: 0.25}
		r.Candidates = []backtest.Candidate{{Name: "A", Family: "A", Fit: btyd.Fit{Model: named{name: "A"}}, Purchases: c.purchases, Margin: c.margin}}
		than := backtest.Score{Deviance: 0.99}
		r.Baselines = []backtest.Baseline{{Name: baseline, Purchases: than, Margin: than}}
		r.Contests = c.lost
		for _, target := range []backtest.Target{backtest.Purchases, backtest.Margin} {
			r.Contests = append(r.Contests, backtest.Contest{Target: target, Holder: "A", Challenger: baseline, Gain: -1, StandardError: 0.1})
		}
		choice := r.Choose(nil)
		if choice.Trust != c.trust || len(choice.Reasons) != len(c.reasons) || len(choice.Notes) != c.notes {
			t.Errorf("%s: %d, %q, notes %q", c.what, choice.Trust, choice.Reasons, choice.Notes)
			continue
		}
		for i, part := range c.reasons {
			if !strings.Contains(choice.Reasons[i], part) {
				t.Errorf("%s: %q does not say %q", c.what, choice.Reasons[i], part)
			}
		}
	}
}

// The preference by likelihood, customer by customer.
func TestAgreementPrefer(t *testing.T) {
	customers := ordinary(bg{0.8, 2.5}).customers(3_000, 0)
	var counts []btyd.HistoryCount
	for _, c := range customers {
		counts = append(counts, btyd.HistoryCount{History: c.History, Customers: 1})
	}
	base, err := btyd.NewBase(counts, 1)
	if err != nil {
		t.Fatal(err)
	}
	right := btyd.Fit{Model: btyd.BGNBD{R: 0.5, Alpha: 80, A: 0.8, B: 2.5}}
	close := btyd.Fit{Model: btyd.BGNBD{R: 0.5, Alpha: 81, A: 0.8, B: 2.5}}
	wrong := btyd.Fit{Model: btyd.BGNBD{R: 2, Alpha: 100, A: 0.1, B: 2.5}}
	for _, c := range []struct {
		what string
		fits []btyd.Fit
		want int
	}{
		{"none", nil, -1},
		{"one", []btyd.Fit{wrong}, 0},
		{"the second", []btyd.Fit{wrong, right}, 1},
		{"the first", []btyd.Fit{right, wrong}, 0},
		{"no better", []btyd.Fit{close, right}, 0},
		{"the same", []btyd.Fit{right, right}, 0},
		{"the second, and no better after it", []btyd.Fit{wrong, close, right}, 1},
	} {
		chosen, contests := contest.Prefer(base, c.fits, 2)
		if chosen != c.want || len(contests) != max(0, len(c.fits)-1) {
			t.Errorf("%s: chose %d after %+v, want %d", c.what, chosen, contests, c.want)
		}
	}
	_, contests := contest.Prefer(base, []btyd.Fit{wrong, right}, 2)
	var gains []float64
	sum := 0.0
	for _, c := range customers {
		gains = append(gains, right.Model.LogLikelihood(c.History)-wrong.Model.LogLikelihood(c.History))
		sum += gains[len(gains)-1]
	}
	n := float64(len(gains))
	near(t, "gain", contests[0].Gain, sum/n, 1e-11)
	near(t, "standard error", contests[0].StandardError, math.Sqrt(covariance(gains, gains)/n), 1e-10)
}
