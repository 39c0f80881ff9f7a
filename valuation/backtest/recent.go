package backtest

import (
	"math"

	"cbv/valuation/pastdays"
)

const (
	// mostRecentTotalError is how far the purchases of the recent days may be off. A year
	// is forecast up to a third further off than the last 90 days are, where these are a
	// promotion's, so it is less than what a total may be.
	mostRecentTotalError = 0.15
)

// RecentTotal is what customers known before the recent days purchased in these, beside
// what was expected of them with the ratio of the same days a year before.
type RecentTotal struct {
	Customers        int
	Expected, Actual float64
	StandardError    float64 // of ln(Actual / Expected): of customers, parameters, the ratio and later returns
}

// recentTotal returns nil where there is no forecast of the recent days.
func (r Rolling) recentTotal() *RecentTotal {
	made := r.days[pastdays.RecentDays]
	if made == nil {
		return nil
	}
	total := made.total(Purchases, r.Place(pastdays.RecentDays), nil)
	ratio := r.knownRatio(Purchases, pastdays.RecentDays, pastdays.RecentDays)
	early, earlyVariance := r.beforeReturns()
	return &RecentTotal{
		Customers: len(made.customers), Expected: ratio.Multiplier * early * total.Expected, Actual: total.Actual,
		StandardError: math.Sqrt(total.Customers + total.Parameters + ratio.LogVariance() + earlyVariance),
	}
}

// beforeReturns returns how many purchases the same days a year before were known to hold
// on their last day, for each that is known of them today, and the variance of its
// logarithm. Of the recent days, too, orders will be returned whole that are purchases
// yet. It is not shrunk, as a season is: that returns come later is so in every year. Where
// few purchases were known it is 1.
func (r Rolling) beforeReturns() (ratio, logVariance float64) {
	earlier := r.SameSeason(pastdays.RecentDays)
	if len(earlier) == 0 || r.days[earlier[0]] == nil {
		return 1, 0
	}
	made, window := r.days[earlier[0]], r.Place(pastdays.RecentDays)
	known, kept := 0, 0
	for i, came := range made.came {
		kept += came[window].Purchases
		known += came[window].Purchases + morePurchases(made.revisions[i], earlier[0]-pastdays.RecentDays, pastdays.RecentDays)
	}
	if kept < leastGroupPurchases || known < leastGroupPurchases {
		return 1, 0
	}
	n, m := float64(known), float64(kept)
	return n / m, math.Abs(n-m) / (n * m) // of the share of n that is kept
}

// testRecentTotal says that nothing shows which forecast the coming days will follow,
// where the recent days left the forecast of the day before them: a promotion or a closed month
// is in today's rates as if it lasted.
func (r Rolling) testRecentTotal() []Test {
	recent := r.RecentTotal
	if recent == nil || recent.Expected < leastGroupPurchases {
		return nil
	}
	test := Test{
		Name: "recent_total", Target: Purchases, Expected: recent.Expected, Actual: recent.Actual, Customers: recent.Customers,
		StandardError: recent.StandardError, Verdict: Untested,
	}
	off := math.Abs(math.Log(recent.Actual / recent.Expected))
	test.Failed = !(recent.Actual > 0) || off > math.Log1p(mostRecentTotalError) && off > mostTotalErrors*recent.StandardError
	test.Sentence = r.calendar.After(pastdays.RecentDays, pastdays.RecentDays) + "of the customers known then, " + test.MissText(r.basis) + ": whether the coming days follow the forecast or these is not known"
	return []Test{test}
}
