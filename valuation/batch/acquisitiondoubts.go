package batch

import (
	"cmp"
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"cbv/valuation/publication"
)

// acquisitionTerms says which cost of acquisition set the marks, nil where there
// is none.
func (r *run) acquisitionTerms() *publication.Acquisition {
	cac := r.kpis["cac"].Value
	if cac == nil {
		return nil
	}
	terms := &publication.Acquisition{Source: "first_order", CAC: r.exact(toMinor(*cac, r.minor))}
	if r.kpis["cac_from_spend"].Value != nil {
		terms.Source, terms.Channel = "spend", r.cacChannel
	} else if r.Config.Value.CAC != nil {
		terms.Source = "configured"
	}
	return terms
}

// doubtAcquisition warns of spend that the marks could not go by, and of spend
// that does not fit the customers.
func (r *run) doubtAcquisition(ctx context.Context) error {
	if !r.Config.HasSpend() {
		return nil
	}
	if r.Config.Orders.Columns.Channel == "" {
		return nil // said when spend was read
	}
	if err := r.doubtChannels(ctx); err != nil {
		return err
	}
	if terms := r.acquisitionTerms(); len(r.models.groups) > 0 && terms != nil && terms.Source != "spend" {
		instead := "a first order is taken to pay for its acquisition"
		if terms.Source == "configured" {
			instead = "value.cac sets the marks"
		}
		r.warn("no_paid_channel", "no paid channel has a cost of acquisition and %d new customers over the last 12 months, so %s: see cac_reason in channels.parquet",
			businessRules.MinChannelCustomers, instead)
	}
	return nil
}

// channelSpend is what was spent on a channel over the trailing period, and who
// came by it.
type channelSpend struct {
	channel   string
	customers int64
	minor     int64
}

// doubtChannels warns of spend on channels that nobody came by, and of channels
// to which more was credited than spent.
func (r *run) doubtChannels(ctx context.Context) error {
	var unmatched, credited []channelSpend
	var known []string
	err := r.engine.EachOrNull(ctx, "channels", []string{"period", "scope", "channel", "new_customers", "spend"}, func(v []driver.Value) error {
		channel, named := v[2].(string)
		if v[1] != "channel" || !named {
			return nil
		}
		row := channelSpend{channel, v[3].(int64), toMinor(*number(v[4]), r.minor)}
		if row.customers > 0 {
			known = append(known, channel)
		}
		switch {
		case v[0] != trailing:
		case row.minor < 0:
			credited = append(credited, row)
		case row.minor > 0 && row.customers == 0:
			unmatched = append(unmatched, row)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(credited) > 0 {
		r.warn("net_credit", "more was credited than spent over the last 12 months on %s: if spend is negative in the files, turn it round in spend.columns.amount",
			r.channelsText(credited, nil))
	}
	if len(unmatched) > 0 {
		slices.Sort(known)
		r.warn("spend_without_customers", "over the last 12 months nobody came by %s: it counts in the paid and the blended cost of acquisition; check that spend.columns.channel and orders.columns.channel name channels alike",
			r.channelsText(unmatched, known))
	}
	return nil
}

// mostShownChannels are named in a warning.
const mostShownChannels = 5

// channelsText names channels and what was spent on them, most first, and for
// each a known channel that differs in case and spaces alone.
func (r *run) channelsText(channels []channelSpend, known []string) string {
	slices.SortFunc(channels, func(a, b channelSpend) int {
		return cmp.Or(cmp.Compare(max(b.minor, -b.minor), max(a.minor, -a.minor)), cmp.Compare(a.channel, b.channel))
	})
	var parts []string
	for _, c := range channels[:min(len(channels), mostShownChannels)] {
		text := fmt.Sprintf("%q (%s %s)", c.channel, FormatMoney(c.minor, r.minor), r.Config.Value.Currency)
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
