package acquisition

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	"cbv/valuation/calendar"
	"cbv/valuation/engine/enginetest"
	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
	"cbv/valuation/pipeline/pipelinetest"
	"cbv/valuation/source"
)

// booked is a year of a shop that spends on two channels.
type booked struct {
	days       map[string][]time.Time                    // of spend, by channel
	acquiredOn func(channel string, day time.Time) int64 // nil: one customer a day each
	noChannel  bool                                      // of orders
	opened     string                                    // the first day with a customer; "": that of the year
}

// input carries the periods of that year out.
func (b booked) input(t *testing.T) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		var spend []spendDay
		var acquired []acquisitionDay
		for _, channel := range []string{"search", "social"} {
			for _, day := range b.days[channel] {
				spend = append(spend, spendDay{channel, day, 1})
			}
			for _, day := range every(t, cmp.Or(b.opened, "2025-01-01"), "2025-12-31", 0, 1, nil) {
				customers := int64(1)
				if b.acquiredOn != nil {
					customers = b.acquiredOn(channel, day)
				}
				acquired = append(acquired, acquisitionDay{channel, day, customers})
			}
		}
		enginetest.Put(c.Engine, "spend_days", spend...)
		enginetest.Put(c.Engine, "newcomer_days", acquired...)
		if !b.noChannel {
			c.Config.Orders.Columns.Channel = "channel"
		}
		c.Days.AsOf = parseDay(t, "2025-12-31")
		return withSpend(c).makePeriods(context.Background())
	}
}

func withSpend(c *pipeline.Context) *Acquisition {
	return New(c, intake.New(c, intake.Inputs{Auxiliary: []source.Auxiliary{{Name: "spend", Files: make([]source.File, 1)}}}))
}

// ofChannels is what was spent on channels over the trailing period, and how many
// customers they acquired.
func ofChannels(channels ...channelSpend) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		var rows []channelRow
		for _, spent := range channels {
			spend := float64(spent.minor) / 100
			rows = append(rows, channelRow{Period: trailing, Scope: "channel", Channel: &spent.channel, NewCustomers: &spent.customers, Spend: &spend})
		}
		enginetest.Put(c.Engine, "channels", rows...)
		c.Config.Orders.Columns.Channel = "channel"
		return withSpend(c).WarnOfChannels(context.Background())
	}
}

// remedy is what the warnings of missing spend end with.
const remedy = ". The cost of acquisition would be too low, and a period with more than a tenth missing has none: give the rest or, if nothing was spent, rows of 0"

// without leaves spans out of a year of spend on every day.
func without(t *testing.T, spans ...calendar.Span) []time.Time {
	return every(t, "2025-01-01", "2025-12-31", 0, 1, func(day time.Time) bool {
		return slices.ContainsFunc(spans, func(span calendar.Span) bool { return !day.Before(span.From) && !day.After(span.To) })
	})
}

// on is so many days from one on.
func on(t *testing.T, from string, days int) calendar.Span {
	return calendar.Span{From: parseDay(t, from), To: parseDay(t, from).AddDate(0, 0, days-1)}
}

// both leaves spans out of the spend on both channels.
func both(t *testing.T, spans ...calendar.Span) pipelinetest.Input {
	return booked{days: map[string][]time.Time{"search": without(t, spans...), "social": without(t, spans...)}}.input(t)
}

// search leaves so many days from 1 June on out of the spend on one channel.
func search(t *testing.T, days int, acquiredOn func(string, time.Time) int64) pipelinetest.Input {
	return booked{days: map[string][]time.Time{"search": without(t, on(t, "2025-06-01", days)), "social": without(t)}, acquiredOn: acquiredOn}.input(t)
}

// outside acquires 100 customers a day from 1 June to 2 July, and so many on the
// other 333 days.
func outside(t *testing.T, customers int64) func(string, time.Time) int64 {
	gap := on(t, "2025-06-01", 32)
	return func(_ string, day time.Time) int64 {
		if day.Before(gap.From) || day.After(gap.To) {
			return customers
		}
		return 100
	}
}

// since is a shop that opened 182 days before the year ends.
func since(t *testing.T, spans ...calendar.Span) pipelinetest.Input {
	return booked{days: map[string][]time.Time{"search": without(t, spans...)}, opened: "2025-07-03"}.input(t)
}

// inSteps spends once in so many days, but for the fourth time and every fourth
// after it, five of them in all.
func inSteps(t *testing.T, days int) pipelinetest.Input {
	start := parseDay(t, "2025-01-01")
	skipped := []int{3, 7, 11, 15, 19}
	return booked{days: map[string][]time.Time{"search": every(t, "2025-01-01", "2025-12-31", 0, days, func(day time.Time) bool {
		return slices.Contains(skipped, calendar.DaysBetween(start, day)/days)
	})}}.input(t)
}

func TestWarningsOfSpend(t *testing.T) {
	everyDay := map[string][]time.Time{"search": without(t)}
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{
			Code:   "no_spend",
			Raises: booked{}.input(t),
			Says:   "no row of spend.files can be used, so there is no cost of acquisition: see input_quarantine.parquet",
			Silent: booked{days: map[string][]time.Time{"search": {parseDay(t, "2025-06-01")}}}.input(t),
		},
		{
			Code:   "spend_without_channels",
			Raises: booked{days: everyDay, noChannel: true}.input(t),
			Says:   "orders.columns.channel is not set, so it is not known which channel acquired a customer: spend gives a blended cost of acquisition, and none to set the marks by",
			Silent: booked{days: everyDay}.input(t),
		},
	})
}

func TestWarningsOfDaysWithoutSpend(t *testing.T) {
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{ // more than a week of a shop that spends every day
			Code:   "incomplete_spend",
			Raises: both(t, on(t, "2025-06-01", 8)),
			Says:   "spend seems to be missing: there is none at all from 2025-06-01 to 2025-06-08" + remedy,
			Silent: both(t, on(t, "2025-06-01", 7)),
		},
		{ // one in 91 days is a habit: of 365 days it takes five times
			Code:   "incomplete_spend",
			Raises: both(t, on(t, "2025-02-01", 8), on(t, "2025-04-01", 8), on(t, "2025-06-01", 8), on(t, "2025-08-01", 8)),
			Says:   "spend seems to be missing: there is none at all from 2025-02-01 to 2025-02-08, from 2025-04-01 to 2025-04-08, from 2025-06-01 to 2025-06-08 and 1 more" + remedy,
			Silent: both(t, on(t, "2025-02-01", 8), on(t, "2025-04-01", 8), on(t, "2025-06-01", 8), on(t, "2025-08-01", 8), on(t, "2025-10-01", 8)),
		},
		{ // and three times at the least, however short the history
			Code:   "incomplete_spend",
			Raises: since(t, on(t, "2025-08-01", 8), on(t, "2025-10-01", 8)),
			Says:   "spend seems to be missing: there is none at all from 2025-08-01 to 2025-08-08, from 2025-10-01 to 2025-10-08" + remedy,
			Silent: since(t, on(t, "2025-08-01", 8), on(t, "2025-10-01", 8), on(t, "2025-12-01", 8)),
		},
		{ // stretches of two thirds are alike: 6 of 9 days, not 5
			Code:   "incomplete_spend",
			Raises: both(t, on(t, "2025-02-01", 5), on(t, "2025-04-01", 5), on(t, "2025-06-01", 9), on(t, "2025-08-01", 5), on(t, "2025-10-01", 5)),
			Says:   "spend seems to be missing: there is none at all from 2025-06-01 to 2025-06-09" + remedy,
			Silent: both(t, on(t, "2025-02-01", 6), on(t, "2025-04-01", 6), on(t, "2025-06-01", 9), on(t, "2025-08-01", 6), on(t, "2025-10-01", 6)),
		},
		{ // what is booked more rarely than once in 14 days has no such habits
			Code:   "incomplete_spend",
			Raises: inSteps(t, 15),
			Says:   "spend seems to be missing: there is none at all from 2025-02-01 to 2025-03-01, from 2025-04-02 to 2025-04-30, from 2025-06-01 to 2025-06-29 and 2 more" + remedy,
			Silent: inSteps(t, 14),
		},
	})
}

func TestWarningsOfChannels(t *testing.T) {
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{ // a channel may pause for a month
			Code:   "incomplete_spend",
			Raises: search(t, 32, nil),
			Says:   `spend seems to be missing: none on "search" from 2025-06-01 to 2025-07-02, while customers were acquired by it` + remedy,
			Silent: search(t, 31, nil),
		},
		{ // 100 a day are half of (333 · 209 + 32 · 100) / 365 = 199.4, not of 200.4
			Code:   "incomplete_spend",
			Raises: search(t, 32, outside(t, 209)),
			Says:   `spend seems to be missing: none on "search" from 2025-06-01 to 2025-07-02, while customers were acquired by it` + remedy,
			Silent: search(t, 32, outside(t, 210)),
		},
		{
			Code:   "net_credit",
			Raises: ofChannels(channelSpend{"search", 1, -1}, channelSpend{"social", 1, -123456}),
			Says:   `more was credited than spent over the last 12 months on "social" (-1,234.56 EUR); "search" (-0.01 EUR): if spend is negative in the files, reverse its sign in spend.columns.amount`,
			Silent: ofChannels(channelSpend{"search", 1, 0}, channelSpend{"social", 1, 123456}),
		},
		{
			Code:   "spend_without_customers",
			Raises: ofChannels(channelSpend{"Pay_Search", 0, 1}, channelSpend{"pay search", 7, 0}),
			Says:   `over the last 12 months nobody was acquired by "Pay_Search" (0.01 EUR), which orders call "pay search": it counts in the paid and the blended cost of acquisition; check that spend.columns.channel and orders.columns.channel name channels alike`,
			Silent: ofChannels(channelSpend{"Pay_Search", 1, 1}, channelSpend{"pay search", 7, 0}),
		},
		{ // five are named, most first
			Code:   "spend_without_customers",
			Raises: ofChannels(channelSpend{"a", 0, 100}, channelSpend{"b", 0, 200}, channelSpend{"c", 0, 300}, channelSpend{"d", 0, 400}, channelSpend{"e", 0, 500}, channelSpend{"f", 0, 600}),
			Says:   `over the last 12 months nobody was acquired by "f" (6.00 EUR); "e" (5.00 EUR); "d" (4.00 EUR); "c" (3.00 EUR); "b" (2.00 EUR); 1 more: it counts in the paid and the blended cost of acquisition; check that spend.columns.channel and orders.columns.channel name channels alike`,
			Silent: ofChannels(channelSpend{"a", 0, 0}),
		},
	})
}
