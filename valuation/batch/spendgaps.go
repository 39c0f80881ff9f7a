package batch

import (
	"cmp"
	"context"
	"database/sql/driver"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"cbv/valuation/engine"
)

// The stretches without spend that are taken for missing rather than for saved:
// half as long again as a day of spend is usually waited for, and at the least
// these. Channels may pause longer than a shop does, and a pause in which nobody
// came by them is one.
const (
	leastGapDays        = 7
	leastChannelGapDays = 31
	loneSpendDays       = 31 // the usual wait, where there is one day of spend alone
	mostFineDays        = 14 // between days of spend that is told as it is spent
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
	coarseSpend     = "coarse_spend" // told less often than by period
)

// spendCalendar is on which days spend is known, and on which customers came.
type spendCalendar struct {
	open            span        // from the first customer to as_of
	all, came       []time.Time // sorted
	byChannel       map[string][]time.Time
	minorOn         map[string]map[time.Time]int64 // spend by channel and day
	cameBy          map[string][]newcomers
	channelsInOrder []string
}

// readSpendCalendar reads it from spend_days and newcomer_days.
func (r *run) readSpendCalendar(ctx context.Context) (spendCalendar, error) {
	s := spendCalendar{byChannel: map[string][]time.Time{}, minorOn: map[string]map[time.Time]int64{}, cameBy: map[string][]newcomers{}}
	err := r.engine.Each(ctx, "spend_days", []string{"channel", "spend_day", "spend_minor"}, func(v []driver.Value) error {
		channel, day := v[0].(string), v[1].(time.Time)
		s.byChannel[channel] = append(s.byChannel[channel], day)
		if s.minorOn[channel] == nil {
			s.minorOn[channel] = map[time.Time]int64{}
		}
		s.minorOn[channel][day] = v[2].(int64)
		s.all = append(s.all, day)
		return nil
	})
	if err != nil {
		return s, err
	}
	err = r.engine.Each(ctx, "newcomer_days", []string{"first_channel", "first_purchase_date", "customers"}, func(v []driver.Value) error {
		day := newcomers{v[1].(time.Time), v[2].(int64)}
		s.cameBy[v[0].(string)] = append(s.cameBy[v[0].(string)], day)
		s.came = append(s.came, day.day)
		return nil
	})
	s.all, s.came = sortedDays(s.all), sortedDays(s.came)
	for channel := range s.byChannel {
		s.byChannel[channel] = sortedDays(s.byChannel[channel])
	}
	s.channelsInOrder = slices.Sorted(maps.Keys(s.byChannel))
	if len(s.came) > 0 {
		s.open = span{s.came[0], r.asOf}
	}
	return s, err
}

func sortedDays(days []time.Time) []time.Time {
	slices.SortFunc(days, time.Time.Compare)
	return slices.CompactFunc(days, time.Time.Equal)
}

// usualWait is how many days apart days of spend usually are: the gap in which
// the middle one of all days lies, so that a few long gaps hardly move it, and
// the many short ones of a busy week do not either.
func usualWait(days []time.Time) int {
	var gaps []int
	for i := range days[1:] {
		gaps = append(gaps, daysBetween(days[i], days[i+1]))
	}
	if len(gaps) == 0 {
		return loneSpendDays
	}
	slices.Sort(gaps)
	total, passed := daysBetween(days[0], days[len(days)-1]), 0
	for _, gap := range gaps {
		if passed += gap; 2*passed >= total {
			return gap
		}
	}
	return gaps[len(gaps)-1]
}

// days is how many days a span has.
func (s span) days() int { return daysBetween(s.from, s.to) + 1 }

// within returns the part of a span that lies in another, which has days only if
// they meet.
func (s span) within(other span) span {
	if other.from.After(s.from) {
		s.from = other.from
	}
	if other.to.Before(s.to) {
		s.to = other.to
	}
	return s
}

// silences returns the stretches of a span without a day of spend.
func silences(days []time.Time, in span) []span {
	var found []span
	from := in.from
	for _, day := range append(slices.Clone(days), in.to.AddDate(0, 0, 1)) {
		if day.After(in.to) {
			day = in.to.AddDate(0, 0, 1)
		}
		if !day.Before(from) {
			if day.After(from) {
				found = append(found, span{from, day.AddDate(0, 0, -1)})
			}
			from = day.AddDate(0, 0, 1)
		}
	}
	return found
}

// gaps returns the stretches for which spend on these days is missing that meet
// a period. Spend that is told as it is spent is missing on every day of a
// stretch; such as is booked for a time before or after, only where a stretch
// within the period is longer than that time.
func (s spendCalendar) gaps(days []time.Time, period span, least int) []span {
	usual := usualWait(days)
	longerThan := max(least, usual*3/2)
	fine := usual <= mostFineDays
	in := s.open
	if !fine {
		in = period.within(s.open)
	}
	all := silences(days, in)
	isHabit := func(gap span) bool {
		alike := 0
		for _, other := range all {
			if 3*other.days() >= 2*gap.days() {
				alike++
			}
		}
		return fine && alike >= leastHabit && alike*habitDays >= in.days()
	}
	var found []span
	for _, gap := range all {
		if met := gap.within(period); gap.days() > longerThan && met.days() > 0 && !isHabit(gap) {
			found = append(found, gap)
		}
	}
	return found
}

// gapsOf is gaps of a channel: those in which customers came by it at half their
// usual rate or more.
func (s spendCalendar) gapsOf(channel string, period span) []span {
	rate := func(in span) float64 { return float64(s.customers(channel, in)) / float64(in.days()) }
	usual := rate(s.open)
	return slices.DeleteFunc(s.gaps(s.byChannel[channel], period, leastChannelGapDays), func(gap span) bool {
		return usual == 0 || rate(gap) < usual/2
	})
}

// customers is how many came by a channel.
func (s spendCalendar) customers(channel string, in span) (customers int64) {
	for _, n := range s.cameBy[channel] {
		if !n.day.Before(in.from) && !n.day.After(in.to) {
			customers += n.customers
		}
	}
	return customers
}

// spent is what was spent on a channel, in minor units.
func (s spendCalendar) spent(channel string, in span) (minor int64) {
	for day, spent := range s.minorOn[channel] {
		if !day.Before(in.from) && !day.After(in.to) {
			minor += spent
		}
	}
	return minor
}

// reason says why spend on these days does not tell the cost of a period, whose
// gaps are given: it is told for longer periods, or more than a tenth of the
// period is missing.
func (s spendCalendar) reason(days []time.Time, gaps []span, period span, isRunning bool) string {
	usual := usualWait(days)
	if reach := (span{days[0], days[len(days)-1].AddDate(0, 0, usual)}).within(period); reach.days() > 0 {
		elapsed := period.within(s.open).days()
		if 2*usual > 3*period.days() || isRunning && 4*usual > elapsed {
			return coarseSpend
		}
	}
	missing, open := 0, period.within(s.open)
	for _, gap := range gaps {
		missing += gap.within(open).days()
	}
	if 10*missing > open.days() {
		return incompleteSpend
	}
	return ""
}

// spendGaps makes the table of the periods whose spend is not all known, in all
// and by channel, and why. What ails a channel that is a good part of the whole
// ails that too.
func (r *run) spendGaps(ctx context.Context, s spendCalendar, periods [][]driver.Value) error {
	var rows [][]driver.Value
	for _, p := range periods {
		period := span{p[1].(time.Time), p[2].(time.Time)}
		if len(s.all) == 0 || len(s.came) == 0 || period.within(s.open).days() <= 0 {
			continue
		}
		isRunning := p[3] == false
		whole := s.reason(s.all, s.gaps(s.all, period, leastGapDays), period, isRunning)
		of := map[string]string{}
		for _, channel := range s.channelsInOrder {
			of[channel] = s.reason(s.byChannel[channel], s.gapsOf(channel, period), period, isRunning)
			if of[channel] == "" && whole == incompleteSpend {
				of[channel] = whole
			}
			rows = append(rows, []driver.Value{p[0], p[1], "channel", channel, of[channel]})
		}
		for _, scope := range []string{"paid", "blended"} {
			rows = append(rows, []driver.Value{p[0], p[1], scope, "", cmp.Or(whole, s.ofBigChannels(of, scope, period))})
		}
	}
	return r.engine.Rows(ctx, "spend_gaps", []engine.Column{
		{Name: "period", Type: "varchar"}, {Name: "period_start", Type: "date"}, {Name: "scope", Type: "varchar"}, {Name: "channel", Type: "varchar"},
		{Name: "reason", Type: "varchar"},
	}, rows)
}

// ofBigChannels returns what ails the channels that are a good part of a scope,
// by customers or by spend.
func (s spendCalendar) ofBigChannels(reasons map[string]string, scope string, period span) string {
	var customers, minor int64
	for channel := range s.cameBy {
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

// doubtSpend warns of spend that says less than it seems to over the trailing
// period.
func (r *run) doubtSpend(s spendCalendar) {
	if !r.Config.HasSpend() {
		return
	}
	if len(s.all) == 0 {
		r.warn("no_spend", "no row of spend.files can be used: there is no cost of acquisition to tell")
		return
	}
	if r.Config.Orders.Columns.Channel == "" {
		r.warn("spend_without_channels", "orders.columns.channel is not set, so no customer is known to be of a channel: spend gives a blended cost of acquisition, and none to set the marks by")
	}
	if len(s.came) == 0 {
		return
	}
	period := span{r.trailingFrom(), r.asOf}
	var doubts []string
	gaps := s.gaps(s.all, period, leastGapDays)
	if len(gaps) > 0 {
		doubts = append(doubts, "there is none at all "+gapsText(gaps))
	}
	for _, channel := range s.channelsInOrder {
		own := slices.DeleteFunc(s.gapsOf(channel, period), func(gap span) bool { return slices.Contains(gaps, gap) })
		if len(own) > 0 {
			doubts = append(doubts, fmt.Sprintf("none on %q %s, while customers came by it", channel, gapsText(own)))
		}
	}
	if len(doubts) > 0 {
		r.warn(incompleteSpend, "spend seems to be missing: %s. The cost of acquisition would be too low, and is not told for periods of which more than a tenth is missing: give the rest or, if nothing was spent, rows of 0",
			strings.Join(doubts, "; "))
	}
}

// mostShownGaps are named in a warning.
const mostShownGaps = 3

func gapsText(gaps []span) string {
	var parts []string
	for _, gap := range gaps[:min(len(gaps), mostShownGaps)] {
		parts = append(parts, "from "+gap.from.Format(time.DateOnly)+" to "+gap.to.Format(time.DateOnly))
	}
	text := strings.Join(parts, ", ")
	if more := len(gaps) - mostShownGaps; more > 0 {
		text += " and in " + humanize.Comma(int64(more)) + " more stretches"
	}
	return text
}
