package backtest

import (
	"fmt"
	"math"

	"cbv/valuation/pastdays"
	"cbv/valuation/trust"
)

// testRecent holds the value of recent purchases to what was expected of them, and to how
// those of the same days a year before stood to what had been expected: what is worth more
// every December has not changed. Between the two nothing shows a change, for a year ago
// may have had one of its own. Without that year a change cannot be told from a season.
func (r Rolling) testRecent() []Test {
	v := r.Recent
	if v == nil {
		return nil
	}
	test := Test{
		Name: "recent_value", Target: Margin, Expected: v.Expected, Actual: v.Actual, Customers: v.Purchases, Verdict: Untested,
		StandardError: v.StandardError / v.Expected,
	}
	by, why := trust.Amount(v.Expected, 3)+" was expected", "prices or what is sold have changed, or it is the season, which no earlier year shows"
	isBetween := false
	if year := v.YearAgo; year != nil {
		seasonal := v.Expected * year.Actual / year.Expected
		by += fmt.Sprintf(", or %s if these days differ from others as they did a year ago", trust.Amount(seasonal, 3))
		why = "prices or what is sold have changed"
		test.Verdict = NotTrusted
		isBetween = (v.Actual-v.Expected)*(v.Actual-seasonal) < 0
		if math.Abs(math.Log(v.Actual/seasonal)) < test.Distance() {
			test.Expected = seasonal
			test.StandardError = math.Hypot(test.StandardError, year.StandardError/year.Expected)
		}
	}
	off := math.Abs(v.Actual/test.Expected - 1)
	test.Failed = !isBetween && off > mostRecentError && off > groupErrors*test.StandardError
	test.Sentence = fmt.Sprintf("a purchase of the last %d days was worth %s, and %s: %s", pastdays.RecentDays, trust.Amount(v.Actual, 3), by, why)
	return []Test{test}
}
