package batch

import (
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
	leastGapDays        = 14
	leastChannelGapDays = 31
	loneSpendDays       = 31 // the usual wait, where there is one day of spend alone
)

// Reasons why a period has no cost of acquisition although there is spend.
const (
	incompleteSpend = "incomplete_spend"
	coarseSpend     = "coarse_spend" // told less often than by period
)

// spendCalendar is on which days spend is known, and on which customers came.
type spendCalendar struct {
	all, came       []time.Time // sorted
	byChannel       map[string][]time.Time
	cameBy          map[string][]newcomers // sorted
	channelsInOrder []string
}

// readSpendCalendar reads it from spend_days and newcomer_days.
func (r *run) readSpendCalendar(ctx context.Context) (spendCalendar, error) {
	s := spendCalendar{byChannel: map[string][]time.Time{}, cameBy: map[string][]newcomers{}}
	err := r.engine.Each(ctx, "spend_days", []string{"channel", "spend_day"}, func(v []driver.Value) error {
		channel, day := v[0].(string), v[1].(time.Time)
		s.byChannel[channel] = append(s.byChannel[channel], day)
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

// silences returns the stretches of a period without a day of spend that are
// longer than so many days.
func silences(days []time.Time, period span, longerThan int) []span {
	var found []span
	from := period.from
	for _, day := range append(slices.Clone(days), period.to.AddDate(0, 0, 1)) {
		if day.After(period.to) {
			day = period.to.AddDate(0, 0, 1)
		}
		if !day.Before(from) {
			if daysBetween(from, day) > longerThan {
				found = append(found, span{from, day.AddDate(0, 0, -1)})
			}
			from = day.AddDate(0, 0, 1)
		}
	}
	return found
}

// gaps returns the stretches of a period for which spend is missing, of all
// spend. A period is looked at as far as the shop was open.
func (s spendCalendar) gaps(period span) []span {
	return silences(s.all, period, max(leastGapDays, usualWait(s.all)*3/2))
}

// gapsOf is gaps of a channel: of its stretches without spend those in which
// customers came by it at half their usual rate or more.
func (s spendCalendar) gapsOf(channel string, period span) []span {
	days := s.byChannel[channel]
	came := func(in span) float64 {
		var customers int64
		for _, n := range s.cameBy[channel] {
			if !n.day.Before(in.from) && !n.day.After(in.to) {
				customers += n.customers
			}
		}
		return float64(customers) / float64(daysBetween(in.from, in.to)+1)
	}
	usual := came(period)
	return slices.DeleteFunc(silences(days, period, max(leastChannelGapDays, usualWait(days)*3/2)), func(gap span) bool {
		return usual == 0 || came(gap) < usual/2
	})
}

// tooLong reports whether gaps fill more than a tenth of a period.
func tooLong(gaps []span, period span) bool {
	days := 0
	for _, gap := range gaps {
		days += daysBetween(gap.from, gap.to) + 1
	}
	return 10*days > daysBetween(period.from, period.to)+1
}

// spendGaps makes the table of the periods whose spend is not all known, as whole
// and by channel, and why.
func (r *run) spendGaps(ctx context.Context, s spendCalendar, periods [][]driver.Value) error {
	var rows [][]driver.Value
	for _, p := range periods {
		if len(s.all) == 0 || len(s.came) == 0 {
			break
		}
		open := span{p[1].(time.Time), p[2].(time.Time)}
		length := daysBetween(open.from, open.to) + 1
		if first := s.came[0]; first.After(open.from) {
			open.from = first
		}
		if r.asOf.Before(open.to) {
			open.to = r.asOf
		}
		if open.to.Before(open.from) {
			continue
		}
		reason := func(days []time.Time, gaps []span) string {
			switch {
			case 2*usualWait(days) > 3*length:
				return coarseSpend
			case tooLong(gaps, open):
				return incompleteSpend
			}
			return ""
		}
		whole := reason(s.all, s.gaps(open))
		for _, scope := range []string{"paid", "blended"} {
			rows = append(rows, []driver.Value{p[0], p[1], scope, "", whole})
		}
		for _, channel := range s.channelsInOrder {
			own := reason(s.byChannel[channel], s.gapsOf(channel, open))
			if own == "" && whole == incompleteSpend {
				own = whole
			}
			rows = append(rows, []driver.Value{p[0], p[1], "channel", channel, own})
		}
	}
	return r.engine.Rows(ctx, "spend_gaps", []engine.Column{
		{Name: "period", Type: "varchar"}, {Name: "period_start", Type: "date"}, {Name: "scope", Type: "varchar"}, {Name: "channel", Type: "varchar"},
		{Name: "reason", Type: "varchar"},
	}, rows)
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
	open := span{r.trailingFrom(), r.asOf}
	if s.came[0].After(open.from) {
		open.from = s.came[0]
	}
	var doubts []string
	gaps := s.gaps(open)
	if len(gaps) > 0 {
		doubts = append(doubts, "there is none at all "+gapsText(gaps))
	}
	for _, channel := range s.channelsInOrder {
		own := slices.DeleteFunc(s.gapsOf(channel, open), func(gap span) bool { return slices.Contains(gaps, gap) })
		if len(own) > 0 {
			doubts = append(doubts, fmt.Sprintf("none on %q %s, while customers came by it", channel, gapsText(own)))
		}
	}
	if len(doubts) > 0 {
		r.warn(incompleteSpend, "spend seems to be missing: %s. The cost of acquisition would be too low, and is not told where more than a tenth of a period is missing: give the rest or, if nothing was spent, rows of 0",
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
