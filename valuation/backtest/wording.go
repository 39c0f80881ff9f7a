package backtest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cbv/valuation/calendar"
	"cbv/valuation/orderdays"
	"cbv/valuation/pastdays"
	"cbv/valuation/season"
)

// basis names what value is counted in.
func (r Rolling) basis() string {
	if r.moneyBasis == "" {
		return string(Margin)
	}
	return r.moneyBasis
}

// said names a target.
func (r Rolling) said(target Target) string {
	if target == Margin {
		return r.basis()
	}
	return string(target)
}

// sinceRecently says of whom, and of which days, the forecast of the recent days is.
func (r Rolling) sinceRecently() string {
	days := calendar.DaysText(pastdays.RecentDays)
	if r.asOf.IsZero() {
		return fmt.Sprintf("over the last %s, of the customers known before, ", days)
	}
	return fmt.Sprintf("over the %s after %s, of the customers known then, ", days, r.day(pastdays.RecentDays))
}

// day is a past day.
func (r Rolling) day(before int) string {
	return r.asOf.AddDate(0, 0, -before).Format(time.DateOnly)
}

// ofCutoffs says of which days the forecasts of cutoffs are.
func (r Rolling) ofCutoffs(cutoffs []Cutoff) string {
	if r.asOf.IsZero() {
		return ""
	}
	var days []string
	for _, c := range cutoffs {
		days = append(days, r.day(c.Before))
	}
	slices.Sort(days)
	last := len(days) - 1
	if last == 0 {
		return fmt.Sprintf("over the %s after %s, ", calendar.DaysText(r.HoldoutDays), days[0])
	}
	return fmt.Sprintf("over the %s after each of %s and %s, together ", calendar.DaysText(r.HoldoutDays), strings.Join(days[:last], ", "), days[last])
}

// Untestable returns the missing days that lie in those on which the judged forecasts were
// tested.
func (r Rolling) Untestable() (missing []orderdays.Stretch) {
	for _, m := range r.missing {
		if slices.ContainsFunc(r.judged(), func(c Cutoff) bool { return r.lacks(m, c.Before, r.HoldoutDays) }) {
			missing = append(missing, m)
		}
	}
	return missing
}

// SeasonLacksDays reports whether missing days are among those of the earlier years by
// which today's total is corrected.
func (r Rolling) SeasonLacksDays() bool {
	return slices.ContainsFunc(r.missing, func(m orderdays.Stretch) bool {
		return slices.ContainsFunc(r.Ratio(Purchases, r.HorizonDays).Years, func(year season.YearRatio) bool { return r.lacks(m, year.Before, r.HorizonDays) })
	})
}

// lacks reports whether missing days are among so many days after a past day.
func (r Rolling) lacks(missing orderdays.Stretch, before, days int) bool {
	last := r.asOf.AddDate(0, 0, -before)
	return !r.asOf.IsZero() && missing.To.After(last) && !missing.From.After(last.AddDate(0, 0, days))
}
