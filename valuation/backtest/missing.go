package backtest

import "cbv/valuation/orderdays"

// Untestable returns the missing days that lie in those on which the judged forecasts were
// tested.
func (r Rolling) Untestable() []orderdays.Stretch {
	return r.calendar.Lacking(r.HoldoutDays, daysBefore(r.Judged())...)
}

// SeasonLacksDays reports whether missing days are among those of the earlier years by
// which today's total is corrected.
func (r Rolling) SeasonLacksDays() bool {
	return len(r.calendar.Lacking(r.HorizonDays, r.Ratio(Purchases, r.HorizonDays).Befores()...)) > 0
}

func daysBefore(cutoffs []Cutoff) (befores []int) {
	for _, c := range cutoffs {
		befores = append(befores, c.Before)
	}
	return befores
}
