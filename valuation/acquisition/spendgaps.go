package acquisition

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"cbv/valuation/calendar"
	"cbv/valuation/engine"
)

// The stretches without spend that are taken for missing rather than for saved:
// half as long again as the usual gap between days of spend, and at least these. Channels
// may pause longer than a shop does, and a pause without new customers is no gap.
const (
	leastGapDays        = 7
	leastChannelGapDays = 31
	loneSpendDays       = 31 // the usual gap, where there is one day of spend alone
	mostFineDays        = 14 // between days of spend that is booked as it is spent
)

// A stretch is a habit, as of budgets that are gone before the month is, where
// one at least two thirds as long comes so often, and three times at the least.
const (
	habitDays  = 91
	leastHabit = 3
)

// bigPart of the customers or the spend of a period makes a channel count for
// the whole: one in so many.
const bigPart = 10

// Reasons why a period has no cost of acquisition although there is spend.
const (
	incompleteSpend = "incomplete_spend"
	coarseSpend     = "coarse_spend" // booked less often than by period
)

// spendCalendar is on which days spend is known, and on which customers were
// acquired.
type spendCalendar struct {
	open            calendar.Span // from the first customer to as_of
	all             []time.Time   // days with spend, sorted
	acquisitionDays []time.Time   // sorted
	byChannel       map[string][]time.Time
	minorOn         map[string]map[time.Time]int64 // spend by channel and day
	acquired        map[string][]dayCustomers      // by channel
	channelsInOrder []string
}

// spendDay is a row of spend_days.
type spendDay struct {
	Channel    string
	SpendDay   time.Time
	SpendMinor int64
}

// readSpendCalendar reads it from spend_days and newcomer_days.
func (a *Acquisition) readSpendCalendar(ctx context.Context) (spendCalendar, error) {
	s := spendCalendar{byChannel: map[string][]time.Time{}, minorOn: map[string]map[time.Time]int64{}, acquired: map[string][]dayCustomers{}}
	for row, err := range engine.Select[spendDay](ctx, a.Engine, "spend_days") {
		if err != nil {
			return s, err
		}
		s.byChannel[row.Channel] = append(s.byChannel[row.Channel], row.SpendDay)
		if s.minorOn[row.Channel] == nil {
			s.minorOn[row.Channel] = map[time.Time]int64{}
		}
		s.minorOn[row.Channel][row.SpendDay] = row.SpendMinor
		s.all = append(s.all, row.SpendDay)
	}
	for row, err := range engine.Select[acquisitionDay](ctx, a.Engine, "newcomer_days") {
		if err != nil {
			return s, err
		}
		s.acquired[row.FirstChannel] = append(s.acquired[row.FirstChannel], dayCustomers{row.FirstPurchaseDate, row.Customers})
		s.acquisitionDays = append(s.acquisitionDays, row.FirstPurchaseDate)
	}
	s.all, s.acquisitionDays = sortedDays(s.all), sortedDays(s.acquisitionDays)
	for channel := range s.byChannel {
		s.byChannel[channel] = sortedDays(s.byChannel[channel])
	}
	s.channelsInOrder = slices.Sorted(maps.Keys(s.byChannel))
	if len(s.acquisitionDays) > 0 {
		s.open = calendar.Span{From: s.acquisitionDays[0], To: a.Days.AsOf}
	}
	return s, nil
}

func sortedDays(days []time.Time) []time.Time {
	slices.SortFunc(days, time.Time.Compare)
	return slices.CompactFunc(days, time.Time.Equal)
}

// usualGap is the usual gap between days of spend, in days: the gap in which
// the middle one of all days lies, so that a few long gaps hardly move it, and
// the many short ones of a busy week do not either.
func usualGap(days []time.Time) int {
	var gaps []int
	for i := range days[1:] {
		gaps = append(gaps, calendar.DaysBetween(days[i], days[i+1]))
	}
	if len(gaps) == 0 {
		return loneSpendDays
	}
	slices.Sort(gaps)
	total, passed := calendar.DaysBetween(days[0], days[len(days)-1]), 0
	for _, gap := range gaps {
		if passed += gap; 2*passed >= total {
			return gap
		}
	}
	return gaps[len(gaps)-1]
}

// gapsWithout returns the stretches of a span without a day of spend.
func gapsWithout(days []time.Time, in calendar.Span) []calendar.Span {
	var found []calendar.Span
	from := in.From
	for _, day := range append(slices.Clone(days), in.To.AddDate(0, 0, 1)) {
		if day.After(in.To) {
			day = in.To.AddDate(0, 0, 1)
		}
		if !day.Before(from) {
			if day.After(from) {
				found = append(found, calendar.Span{From: from, To: day.AddDate(0, 0, -1)})
			}
			from = day.AddDate(0, 0, 1)
		}
	}
	return found
}

// gaps returns the stretches for which spend on these days is missing that meet
// a period. Spend that is booked as it is spent is missing on every day of a
// stretch; such as is booked for a time before or after, only where a stretch
// within the period is longer than that time.
func (s spendCalendar) gaps(days []time.Time, period calendar.Span, least int) []calendar.Span {
	usual := usualGap(days)
	longerThan := max(least, usual*3/2)
	fine := usual <= mostFineDays
	in := s.open
	if !fine {
		in = period.Within(s.open)
	}
	all := gapsWithout(days, in)
	isHabit := func(gap calendar.Span) bool {
		alike := 0
		for _, other := range all {
			if 3*other.Days() >= 2*gap.Days() {
				alike++
			}
		}
		return fine && alike >= leastHabit && alike*habitDays >= in.Days()
	}
	var found []calendar.Span
	for _, gap := range all {
		if met := gap.Within(period); gap.Days() > longerThan && met.Days() > 0 && !isHabit(gap) {
			found = append(found, gap)
		}
	}
	return found
}

// gapsOf is gaps of a channel: those in which it acquired customers at half their
// usual rate or more.
func (s spendCalendar) gapsOf(channel string, period calendar.Span) []calendar.Span {
	rate := func(in calendar.Span) float64 { return float64(s.customers(channel, in)) / float64(in.Days()) }
	usual := rate(s.open)
	return slices.DeleteFunc(s.gaps(s.byChannel[channel], period, leastChannelGapDays), func(gap calendar.Span) bool {
		return usual == 0 || rate(gap) < usual/2
	})
}

// customers is how many a channel acquired.
func (s spendCalendar) customers(channel string, in calendar.Span) (customers int64) {
	for _, n := range s.acquired[channel] {
		if !n.day.Before(in.From) && !n.day.After(in.To) {
			customers += n.customers
		}
	}
	return customers
}

// spent is what was spent on a channel, in minor units.
func (s spendCalendar) spent(channel string, in calendar.Span) (minor int64) {
	for day, spent := range s.minorOn[channel] {
		if !day.Before(in.From) && !day.After(in.To) {
			minor += spent
		}
	}
	return minor
}

// reason says why spend on these days does not give the cost of a period, whose
// gaps are given: it is booked for longer periods, or more than a tenth of the
// period is missing.
func (s spendCalendar) reason(days []time.Time, gaps []calendar.Span, period calendar.Span, isRunning bool) string {
	usual := usualGap(days)
	if covered := (calendar.Span{From: days[0], To: days[len(days)-1].AddDate(0, 0, usual)}).Within(period); covered.Days() > 0 {
		elapsed := period.Within(s.open).Days()
		if 2*usual > 3*period.Days() || isRunning && 4*usual > elapsed {
			return coarseSpend
		}
	}
	missing, open := 0, period.Within(s.open)
	for _, gap := range gaps {
		missing += gap.Within(open).Days()
	}
	if 10*missing > open.Days() {
		return incompleteSpend
	}
	return ""
}

// gapRow is a row of spend_gaps.
type gapRow struct {
	Period      string
	PeriodStart time.Time
	Scope       string
	Channel     string
	Reason      string
}

// gapRows returns the periods whose spend is not all known, in all and by channel,
// and why. What is wrong with a channel that is a good part of the whole is wrong
// with that too.
func (s spendCalendar) gapRows(periods []period) []gapRow {
	var rows []gapRow
	for _, p := range periods {
		span := calendar.Span{From: p.PeriodStart, To: p.PeriodEnd}
		if len(s.all) == 0 || len(s.acquisitionDays) == 0 || span.Within(s.open).Days() <= 0 {
			continue
		}
		whole := s.reason(s.all, s.gaps(s.all, span, leastGapDays), span, !p.IsWhole)
		of := map[string]string{}
		for _, channel := range s.channelsInOrder {
			of[channel] = s.reason(s.byChannel[channel], s.gapsOf(channel, span), span, !p.IsWhole)
			if of[channel] == "" && whole == incompleteSpend {
				of[channel] = whole
			}
			rows = append(rows, gapRow{p.Period, p.PeriodStart, "channel", channel, of[channel]})
		}
		for _, scope := range []string{"paid", "blended"} {
			rows = append(rows, gapRow{p.Period, p.PeriodStart, scope, "", cmp.Or(whole, s.ofBigChannels(of, scope, span))})
		}
	}
	return rows
}

// ofBigChannels returns what is wrong with the channels that are a good part of a scope,
// by customers or by spend.
func (s spendCalendar) ofBigChannels(reasons map[string]string, scope string, period calendar.Span) string {
	var customers, minor int64
	for channel := range s.acquired {
		if _, paid := reasons[channel]; paid && channel != "" || scope == "blended" {
			customers += s.customers(channel, period)
		}
	}
	for channel := range reasons {
		minor += s.spent(channel, period)
	}
	worst := ""
	for channel, reason := range reasons {
		isBig := bigPart*s.customers(channel, period) > customers || bigPart*s.spent(channel, period) > minor
		if isBig && (reason == coarseSpend || worst == "") {
			worst = reason
		}
	}
	return worst
}
