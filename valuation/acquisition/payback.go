package acquisition

import (
	"cmp"
	"context"
	"slices"
	"time"

	"cbv/valuation/calendar"
	"cbv/valuation/engine"
	"cbv/valuation/stat"
)

// cohort is customers by how they were acquired: by which channel, and when.
type cohort struct {
	channel    string
	month      time.Time
	isTrailing bool
}

// agedMoney is what customers brought at one age.
type agedMoney struct{ age, minor int64 }

// dayCustomers is how many customers were acquired on one day.
type dayCustomers struct {
	day       time.Time
	customers int64
}

// costRow is a row of channel_costs.
type costRow struct {
	Period, Scope, Channel string
	PeriodStart, PeriodEnd time.Time
	CACReason              string
	SpendMinor             int64
	CACMinor               *float64
}

// acquisitionDay is a row of newcomer_days.
type acquisitionDay struct {
	FirstChannel      string
	FirstPurchaseDate time.Time
	Customers         int64
}

// acquisitionActivity is a row of newcomer_activity.
type acquisitionActivity struct {
	FirstChannel string
	CohortMonth  time.Time
	IsTrailing   bool
	AgeDays      int64
	MoneyMinor   int64
}

// paybackTime is a row of payback_times.
type paybackTime struct {
	Target       string
	FirstChannel string
	CohortMonth  time.Time
	IsTrailing   bool
	Day          int64
	Events       int64
	Censored     int64
}

// paybackRow is a row of paybacks.
type paybackRow struct {
	Period              string
	PeriodStart         time.Time
	Scope, Channel      string
	PaybackDays         *int64
	PaybackReason       string
	MedianPaybackDays   *int64
	MedianPaybackLow    *int64
	MedianPaybackHigh   *int64
	MedianPaybackReason string
}

// ledger is what paybacks are computed from.
type ledger struct {
	costs    []costRow
	acquired map[string][]dayCustomers // by channel
	activity map[cohort][]agedMoney
	times    map[string]map[cohort][]stat.EventCount // by target
}

// Why there is no payback: the cost is not paid back yet; or, of the median, no
// month in which customers were acquired has a cost.
const (
	notYet        = "not_yet"
	noMonthlyCost = "no_monthly_cost"
)

// makePaybacks finds for each row of channel_costs the age at which its new
// customers have paid their cost back: on average, and the median customer.
func (a *Acquisition) makePaybacks(ctx context.Context) error {
	l, err := a.readLedger(ctx)
	if err != nil {
		return err
	}
	rate := 1.0
	if a.Config.Value.MarginRate != nil {
		rate = *a.Config.Value.MarginRate
	}
	var rows []paybackRow
	for _, cost := range l.costs {
		row := paybackRow{
			Period: cost.Period, PeriodStart: cost.PeriodStart, Scope: cost.Scope, Channel: cost.Channel,
			PaybackReason: cost.CACReason, MedianPaybackReason: cost.CACReason,
		}
		if cost.CACMinor != nil {
			channels := l.channelsOf(cost)
			row.PaybackReason, row.MedianPaybackReason = notYet, notYet
			if age, ok := l.payback(cost, channels, rate, a.Days.AsOf); ok {
				row.PaybackDays, row.PaybackReason = &age, ""
			}
			times := l.timesOf(cost, channels)
			row.MedianPaybackDays, row.MedianPaybackLow, row.MedianPaybackHigh = stat.MedianDay(stat.KaplanMeier(times))
			switch {
			case row.MedianPaybackDays != nil:
				row.MedianPaybackReason = ""
			case len(times) == 0:
				row.MedianPaybackReason = noMonthlyCost
			}
		}
		rows = append(rows, row)
	}
	return engine.Insert(ctx, a.Engine, "paybacks", rows)
}

func (a *Acquisition) readLedger(ctx context.Context) (ledger, error) {
	l := ledger{acquired: map[string][]dayCustomers{}, activity: map[cohort][]agedMoney{}, times: map[string]map[cohort][]stat.EventCount{"own": {}, "blended": {}}}
	var err error
	if l.costs, err = engine.All[costRow](ctx, a.Engine, "channel_costs"); err != nil {
		return l, err
	}
	for row, err := range engine.Select[acquisitionDay](ctx, a.Engine, "newcomer_days") {
		if err != nil {
			return l, err
		}
		l.acquired[row.FirstChannel] = append(l.acquired[row.FirstChannel], dayCustomers{row.FirstPurchaseDate, row.Customers})
	}
	for row, err := range engine.Select[acquisitionActivity](ctx, a.Engine, "newcomer_activity") {
		if err != nil {
			return l, err
		}
		key := cohort{row.FirstChannel, row.CohortMonth, row.IsTrailing}
		l.activity[key] = append(l.activity[key], agedMoney{row.AgeDays, row.MoneyMinor})
	}
	for row, err := range engine.Select[paybackTime](ctx, a.Engine, "payback_times") {
		if err != nil {
			return l, err
		}
		times, key := l.times[row.Target], cohort{row.FirstChannel, row.CohortMonth, row.IsTrailing}
		times[key] = append(times[key], stat.EventCount{Day: row.Day, Events: row.Events, Censored: row.Censored})
	}
	return l, nil
}

// channelsOf returns the channels whose customers a row counts: for the paid row,
// those with spend in the same period.
func (l ledger) channelsOf(cost costRow) map[string]bool {
	of := map[string]bool{}
	for _, other := range l.costs {
		if other.Scope != "channel" || other.Period != cost.Period || !other.PeriodStart.Equal(cost.PeriodStart) {
			continue
		}
		switch cost.Scope {
		case "channel":
			of[other.Channel] = other.Channel == cost.Channel
		case "paid":
			of[other.Channel] = other.Channel != "" && other.SpendMinor != 0
		default:
			of[other.Channel] = true
		}
	}
	return of
}

// holds reports whether a cohort is of the period.
func (c costRow) holds(of cohort) bool {
	if c.Period == trailing {
		return of.isTrailing
	}
	return !of.month.Before(c.PeriodStart) && !of.month.After(c.PeriodEnd)
}

// payback returns the age in days at which the mean cumulative margin of new
// customers reaches their cost, each age averaged over the customers old enough
// for it (the mean cumulative function of Nelson 1988), as long as those are half
// of all.
func (l ledger) payback(cost costRow, channels map[string]bool, rate float64, asOf time.Time) (age int64, ok bool) {
	var acquired []dayCustomers
	var all int64
	for channel, days := range l.acquired {
		for _, n := range days {
			if channels[channel] && !n.day.Before(cost.PeriodStart) && !n.day.After(cost.PeriodEnd) {
				acquired = append(acquired, n)
				all += n.customers
			}
		}
	}
	slices.SortFunc(acquired, func(x, y dayCustomers) int { return x.day.Compare(y.day) })
	byAge := map[int64]int64{}
	for key, money := range l.activity {
		if channels[key.channel] && cost.holds(key) {
			for _, m := range money {
				byAge[m.age] += m.minor
			}
		}
	}
	var ages []agedMoney
	for age, minor := range byAge {
		ages = append(ages, agedMoney{age, minor})
	}
	slices.SortFunc(ages, func(x, y agedMoney) int { return cmp.Compare(x.age, y.age) })
	observed, last := all, len(acquired) // the customers old enough, who were acquired first
	each := 0.0
	for _, m := range ages {
		for last > 0 && int64(calendar.DaysBetween(acquired[last-1].day, asOf)) < m.age {
			last--
			observed -= acquired[last].customers
		}
		if 2*observed < all {
			return 0, false
		}
		each += rate * float64(m.minor) / float64(observed)
		// A sum of shares may fall short of the cost that it equals by the
		// last digits.
		if each >= *cost.CACMinor*(1-1e-12) {
			return m.age, true
		}
	}
	return 0, false
}

// timesOf returns the ages at which customers paid back the cost of their own
// channel and month or, blended, that of their month.
func (l ledger) timesOf(cost costRow, channels map[string]bool) []stat.EventCount {
	target := "own"
	if cost.Scope == "blended" {
		target = cost.Scope
	}
	var counts []stat.EventCount
	for key, times := range l.times[target] {
		if channels[key.channel] && cost.holds(key) {
			counts = append(counts, times...)
		}
	}
	return counts
}
