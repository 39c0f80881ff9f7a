package acquisition

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"cbv/valuation/calendar"
	"cbv/valuation/engine"
	"cbv/valuation/money"
)

// warnOfSpend warns of spend that says less than it seems to over the trailing
// period.
func (a *Acquisition) warnOfSpend() {
	if !a.intake.HasSpend() {
		return
	}
	s := a.spend
	if len(s.all) == 0 {
		a.Warn("no_spend", "no row of spend.files can be used, so there is no cost of acquisition: see input_quarantine.parquet")
		return
	}
	if a.Config.Orders.Columns.Channel == "" {
		a.Warn("spend_without_channels", "orders.columns.channel is not set, so it is not known which channel acquired a customer: spend gives a blended cost of acquisition, and none to set the marks by")
	}
	if len(s.acquisitionDays) == 0 {
		return
	}
	period := calendar.Span{From: a.intake.TrailingFrom(), To: a.Days.AsOf}
	var found []string
	gaps := s.gaps(s.all, period, leastGapDays)
	if len(gaps) > 0 {
		found = append(found, "there is none at all "+gapsText(gaps))
	}
	for _, channel := range s.channelsInOrder {
		own := slices.DeleteFunc(s.gapsOf(channel, period), func(gap calendar.Span) bool { return slices.Contains(gaps, gap) })
		if len(own) > 0 {
			found = append(found, fmt.Sprintf("none on %q %s, while customers were acquired by it", channel, gapsText(own)))
		}
	}
	if len(found) > 0 {
		a.Warn(incompleteSpend, "spend seems to be missing: %s. The cost of acquisition would be too low, and a period with more than a tenth missing has none: give the rest or, if nothing was spent, rows of 0",
			strings.Join(found, "; "))
	}
}

// mostShownGaps are named in a warning.
const mostShownGaps = 3

func gapsText(gaps []calendar.Span) string {
	var parts []string
	for _, gap := range gaps[:min(len(gaps), mostShownGaps)] {
		parts = append(parts, "from "+gap.From.Format(time.DateOnly)+" to "+gap.To.Format(time.DateOnly))
	}
	text := strings.Join(parts, ", ")
	if more := len(gaps) - mostShownGaps; more > 0 {
		text += " and " + humanize.Comma(int64(more)) + " more"
	}
	return text
}

// channelSpend is what was spent on a channel over the trailing period, and how many
// customers it acquired.
type channelSpend struct {
	channel   string
	customers int64
	minor     int64
}

// isCredit reports whether more was credited than spent.
func (c channelSpend) isCredit() bool { return c.minor < 0 }

// isUnmatched reports whether spend acquired nobody.
func (c channelSpend) isUnmatched() bool { return c.minor > 0 && c.customers == 0 }

// channelRow is a row of channels.
type channelRow struct {
	Period, Scope string
	PeriodStart   time.Time
	IsWhole       bool
	Channel       *string
	NewCustomers  *int64
	Spend         *float64
	CACReason     *string
}

// WarnOfChannels warns of spend on channels that acquired nobody, and of channels to
// which more was credited than spent.
func (a *Acquisition) WarnOfChannels(ctx context.Context) error {
	if !a.intake.HasSpend() || a.Config.Orders.Columns.Channel == "" {
		return nil // said when spend was read
	}
	var unmatched, credited []channelSpend
	var known []string
	for row, err := range engine.Select[channelRow](ctx, a.Engine, "channels") {
		if err != nil {
			return err
		}
		if row.Scope != "channel" || row.Channel == nil {
			continue
		}
		spent := channelSpend{*row.Channel, *row.NewCustomers, money.ToMinor(*row.Spend, a.Minor)}
		if spent.customers > 0 {
			known = append(known, spent.channel)
		}
		if row.Period != trailing {
			continue
		}
		if spent.isCredit() {
			credited = append(credited, spent)
		}
		if spent.isUnmatched() {
			unmatched = append(unmatched, spent)
		}
	}
	if len(credited) > 0 {
		a.Warn("net_credit", "more was credited than spent over the last 12 months on %s: if spend is negative in the files, reverse its sign in spend.columns.amount",
			a.channelsText(credited, nil))
	}
	if len(unmatched) > 0 {
		slices.Sort(known)
		a.Warn("spend_without_customers", "over the last 12 months nobody was acquired by %s: it counts in the paid and the blended cost of acquisition; check that spend.columns.channel and orders.columns.channel name channels alike",
			a.channelsText(unmatched, known))
	}
	return nil
}

// MonthlySpend returns the spend of the last whole months, a year of them at the
// most, in their order. Months of which it is not all known are left out.
func (a *Acquisition) MonthlySpend(ctx context.Context) ([]float64, error) {
	known := map[time.Time]bool{}
	for _, day := range a.spend.all {
		known[calendar.StartOf(day, 1)] = true
	}
	var months []channelRow
	for row, err := range engine.Select[channelRow](ctx, a.Engine, "channels") {
		if err != nil {
			return nil, err
		}
		isKnown := row.CACReason == nil || *row.CACReason != incompleteSpend && *row.CACReason != coarseSpend
		if row.Period == monthly && row.Scope == "blended" && row.IsWhole && known[row.PeriodStart] && isKnown {
			months = append(months, row)
		}
	}
	slices.SortFunc(months, func(a, b channelRow) int { return a.PeriodStart.Compare(b.PeriodStart) })
	var spends []float64
	for _, m := range months[max(0, len(months)-12):] {
		spends = append(spends, *m.Spend)
	}
	return spends, nil
}

// mostShownChannels are named in a warning.
const mostShownChannels = 5

// channelsText names channels and what was spent on them, most first, and for
// each a known channel that differs in case and spaces alone.
func (a *Acquisition) channelsText(channels []channelSpend, known []string) string {
	slices.SortFunc(channels, func(a, b channelSpend) int {
		return cmp.Or(cmp.Compare(max(b.minor, -b.minor), max(a.minor, -a.minor)), cmp.Compare(a.channel, b.channel))
	})
	var parts []string
	for _, c := range channels[:min(len(channels), mostShownChannels)] {
		text := fmt.Sprintf("%q (%s %s)", c.channel, money.Format(c.minor, a.Minor), a.Config.Value.Currency)
		alike := slices.IndexFunc(known, func(name string) bool { return plainName(name) == plainName(c.channel) })
		if alike >= 0 {
			text = fmt.Sprintf("%s, which orders call %q", text, known[alike])
		}
		parts = append(parts, text)
	}
	if more := len(channels) - mostShownChannels; more > 0 {
		parts = append(parts, humanize.Comma(int64(more))+" more")
	}
	return strings.Join(parts, "; ")
}

// plainName is a channel's name without what spellings of it differ in.
func plainName(channel string) string {
	return strings.NewReplacer(" ", "", "_", "", "-", "", "\t", "").Replace(strings.ToLower(channel))
}
