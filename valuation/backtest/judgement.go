package backtest

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"cbv/valuation/contest"
	"cbv/valuation/pastdays"
	"cbv/valuation/trust"
)

const (
	// mostTotalErrors is the normal quantile of a 99 % interval.
	mostTotalErrors = 2.5758293035489004

	// A group of customers is off where it is so by this share and by so many standard
	// errors, with at least so many purchases expected.
	mostGroupError      = 0.25
	groupErrors         = 4
	leastGroupPurchases = 30

	// The value of recent purchases is off where it is so by this share and by
	// groupErrors standard errors.
	mostRecentError = 0.1

	// mostStandardError of the logarithm of today's total, from customers and
	// parameters alone, still deserves a word about it.
	mostStandardError = 0.15
)

// Judge judges the forecast of today. standardError is that of the logarithm of its
// total, from customers and parameters alone; NaN where it is not known.
func (r Rolling) Judge(standardError float64) Judgement {
	var tests []Test
	for i := range targets {
		tests = append(tests, r.testTotal(i)...)
	}
	tests = append(tests, r.testBaselines()...)
	tests = append(tests, r.testAges()...)
	tests = append(tests, r.testTenths()...)
	tests = append(tests, r.testRecent()...)
	tests = append(tests, r.testRecentTotal()...)
	tests = append(tests, r.testSeason(), r.testPrecision(standardError))
	tests = append(tests, r.testUncorrected()...)
	return trust.Judge(tests)
}

// Held says of a forecast that is trusted how near those of the past came: on the judged
// cutoffs together or, where there is none, a year ago.
func (r Rolling) Held(j Judgement) string {
	forecasts, name := "the forecast of an earlier day, knowing only its past, was", "total"
	switch n := len(r.Judged()); {
	case n > 1:
		forecasts = fmt.Sprintf("the forecasts of %d earlier days, each knowing only its past, were together", n)
	case n == 0:
		forecasts, name = "the forecast of a year ago, knowing only its past, was", "uncorrected"
	}
	var missed []string
	within := true
	for _, test := range j.Tests {
		if test.Name == name && test.Actual > 0 {
			missed = append(missed, fmt.Sprintf("%s for %s", trust.Off(test.Expected/test.Actual-1), r.basis.Said(test.Target)))
			within = within && math.Abs(test.Expected/test.Actual-1) <= r.maxTotalError
		}
	}
	if len(missed) == 0 {
		return "forecasts of earlier days held"
	}
	text := forecasts + " " + strings.Join(missed, " and ")
	if within {
		return text + fmt.Sprintf(", within %.3g %%", 100*r.maxTotalError)
	}
	return text + ", as chance explains"
}

// Judged returns the cutoffs that count.
func (r Rolling) Judged() []Cutoff {
	return slices.DeleteFunc(slices.Clone(r.Cutoffs), func(c Cutoff) bool { return !c.Judged })
}

// testTotal holds the total of a target over the judged cutoffs to the largest error
// that is trusted, and to chance.
func (r Rolling) testTotal(target int) []Test {
	cutoffs := r.Judged()
	if len(cutoffs) == 0 {
		return nil
	}
	test := Test{Name: "total", Target: targets[target]}
	parameters, seasons := 0., 0.
	for _, c := range cutoffs {
		total := c.Totals[target]
		test.Customers += c.Customers
		test.Expected += total.Expected
		test.Actual += total.Actual
		parameters += total.Expected * math.Sqrt(total.Parameters)
		seasons += total.Expected * math.Sqrt(c.Ratios[target].LogVariance())
	}
	if !(test.Actual > 0) || !(test.Expected > 0) {
		test.Failed = test.Expected > leastGroupPurchases && targets[target] == Purchases || targets[target] == Margin && test.Actual <= 0 && test.Expected > 0
		test.StandardError = math.NaN()
		test.Verdict, test.Sentence = NotTrusted, r.calendar.After(r.HoldoutDays, daysBefore(cutoffs)...)+test.MissText(r.basis)
		return []Test{test}
	}
	variance := r.customerVariance(cutoffs, target, test.Actual/test.Expected) / (test.Actual * test.Actual)
	// the same customers stand behind the fits of all cutoffs, whose errors add up
	variance += (parameters*parameters + seasons*seasons) / (test.Expected * test.Expected)
	test.StandardError = math.Sqrt(variance)
	off := math.Abs(test.Expected/test.Actual-1) > r.maxTotalError
	test.Failed = off && math.Abs(math.Log(test.Actual/test.Expected)) > mostTotalErrors*test.StandardError
	verdict, remark := r.missVerdict(test)
	test.Verdict, test.Sentence = verdict, r.calendar.After(r.HoldoutDays, daysBefore(cutoffs)...)+test.MissText(r.basis)+fmt.Sprintf(", more than %.3g %%", 100*r.maxTotalError)+remark
	return []Test{test}
}

// hasUntoldSeason reports whether a year shows the season of today's forecast of a target,
// and none showed that of any cutoff, however roughly: these tested another forecast than
// today's. Half a year that begins with a season is forecast too high.
func (r Rolling) hasUntoldSeason(of Target) bool {
	wasTold := func(c Cutoff) bool {
		return c.Ratios[0].Tested() || r.ratio(Purchases, c.Before, r.HoldoutDays).Tested()
	}
	return r.Ratio(of, r.HorizonDays).Tested() && !slices.ContainsFunc(r.Cutoffs, wasTold)
}

// untoldSeason is what may be why a forecast missed.
const untoldSeason = ": the season may be why, which no earlier year had shown then, and which today's forecast knows"

// missVerdict returns what it says that the total of the cutoffs missed so much, and a
// remark on it. What an untold season explains, by the error that forecasts without one are
// taken to have, says nothing of today's; where orders of the days tested are missing, no
// season need explain it.
func (r Rolling) missVerdict(test Test) (verdict Trust, remark string) {
	if len(r.Untestable()) > 0 || !r.hasUntoldSeason(test.Target) || test.Distance() > mostTotalErrors*math.Sqrt(priorError(false)) {
		return NotTrusted, ""
	}
	return Untested, untoldSeason
}

// customerVariance returns the variance of a total over cutoffs that another sample of
// customers would leave: a customer's residuals at all cutoffs belong together.
func (r Rolling) customerVariance(cutoffs []Cutoff, target int, ratio float64) float64 {
	window := r.Place(r.HoldoutDays)
	residuals := sumsOf(cutoffs)
	for at, c := range cutoffs {
		h := c.hindcast
		for i := range h.customers {
			expected := c.Ratios[target].Multiplier * h.expected(targets[target], window, i)
			residuals.Add(at, i, h.actual(targets[target], window, i)-ratio*expected)
		}
	}
	squares := 0.
	for _, sum := range residuals.Sums {
		squares += sum * sum
	}
	n := float64(len(residuals.Sums))
	return squares * n / max(1, n-1)
}

// testBaselines holds the procedure to what knows no model, on the judged cutoffs, by
// paired deviances.
func (r Rolling) testBaselines() (tests []Test) {
	cutoffs := r.Judged()
	if len(cutoffs) == 0 {
		return nil
	}
	window := r.Place(r.HoldoutDays)
	for target := range targets {
		for which, name := range []string{meanRate, recentRate} {
			gains := sumsOf(cutoffs)
			test := Test{Name: "baseline", Target: targets[target], Group: name, Verdict: NotTrusted}
			for at, c := range cutoffs {
				own, other := c.deviances(targets[target], window, which)
				for i := range own {
					gains.Add(at, i, own[i]-other[i])
					test.Actual += own[i]
					test.Expected += other[i]
				}
				test.Customers += len(own)
			}
			contest := contest.New(Contest{Target: targets[target], Challenger: name}, len(gains.Sums),
				func(i int) float64 { return gains.Sums[i] }, func(int) float64 { return 1 })
			n := float64(test.Customers)
			test.Actual, test.Expected, test.StandardError = test.Actual/n, test.Expected/n, contest.StandardError
			test.Failed = contest.Won()
			test.Sentence = fmt.Sprintf("the baseline %s forecasts %s better: its mean Poisson deviance is %s, that of the model %s",
				name, targets[target], trust.Amount(test.Expected, 4), trust.Amount(test.Actual, 4))
			tests = append(tests, test)
		}
	}
	return tests
}

// deviances returns those of the procedure, with its ratio, and of a baseline.
func (c Cutoff) deviances(target Target, window, baseline int) (own, other []float64) {
	h := c.hindcast
	purchases, margin := h.outcomes()
	outcome := purchases
	if target == Margin {
		outcome = margin
	}
	mean, recent := h.baselines()
	compared := []forecast{mean, recent}[baseline]
	values := compared.purchases
	if target == Margin {
		values = compared.margin
	}
	multiplier := c.Ratios[0].Multiplier
	if target == Margin {
		multiplier = c.Ratios[1].Multiplier
	}
	predicted := make([]float64, len(h.customers))
	for i := range predicted {
		predicted[i] = multiplier * h.expected(target, window, i)
	}
	return outcome.Deviances(predicted), outcome.Deviances(values)
}

// testSeason says that nothing tests the season of the horizon where no year does.
func (r Rolling) testSeason() Test {
	ratio := r.Ratio(Purchases, r.HorizonDays)
	return Test{
		Name: "season", Target: Purchases, Expected: 1, Actual: ratio.Raw, StandardError: ratio.StandardError,
		Failed: !ratio.Tested(), Verdict: Untested,
		Sentence: "season untested: no earlier year shows what these days of the year do",
	}
}

// UntestedSeason says so where no year tests the season of the horizon, "" elsewhere.
func (r Rolling) UntestedSeason() string {
	if test := r.testSeason(); test.Failed {
		return test.Sentence
	}
	return ""
}

// testPrecision says that a total is too uncertain for a word about it.
func (r Rolling) testPrecision(standardError float64) Test {
	return Test{
		Name: "precision", Target: Margin, Actual: standardError, Expected: mostStandardError, StandardError: math.NaN(),
		Failed: standardError > mostStandardError, Verdict: Untested,
		Sentence: fmt.Sprintf("too few customers: chance and parameters alone leave a standard error of %.0f %% in the total, more than %.0f %%",
			100*standardError, 100*mostStandardError),
	}
}

// testUncorrected says that the correction by the season is untested where the forecast
// of a year ago had none of its own and missed: today's is corrected by that miss or, where
// too little came to tell a season by, not at all.
func (r Rolling) testUncorrected() (tests []Test) {
	for _, c := range r.Cutoffs {
		if c.Before != pastdays.YearDays || c.Ratios[0].Tested() {
			continue
		}
		for target, total := range c.Totals {
			test := Test{
				Name: "uncorrected", Target: targets[target], Expected: total.Expected, Actual: total.Actual, Customers: c.Customers,
				StandardError: math.Sqrt(total.Customers + total.Parameters), Verdict: Untested,
			}
			test.Failed = !(total.Actual > 0) || math.Abs(total.Expected/total.Actual-1) > r.maxTotalError
			remark := ": today's is corrected by that miss, and nothing has tested the correction"
			if !r.Ratio(targets[target], r.HorizonDays).Tested() {
				remark = ": nothing corrects today's"
			}
			test.Sentence = "a year ago " + test.MissText(r.basis) + remark
			tests = append(tests, test)
		}
	}
	return tests
}
