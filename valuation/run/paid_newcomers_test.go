package run

import (
	"fmt"
	"math"
	"testing"
	"time"

	"cbv/valuation/calendar"
	"cbv/valuation/config"
	"cbv/valuation/simulation"
)

// paidRow is the row of paid channels over the trailing 12 months.
func paidRow(t *testing.T, result Result) channelRow {
	t.Helper()
	for _, row := range readTable[channelRow](t, result, "channels") {
		if *row.Period == "trailing_12m" && *row.Scope == "paid" {
			return row
		}
	}
	t.Fatal("no row of paid channels")
	return channelRow{}
}

// A replacement is worth what customers of paid channels are, in a shop of one year as in
// one of two, where these are worth 70 % of others: because their orders are smaller, or
// because they buy half as often.
func TestRecoveryPaidNewcomers(t *testing.T) {
	if testing.Short() {
		t.Skip("a long simulation")
	}
	for _, like := range []simulation.Channel{{OrderValue: .7}, {Rate: .5}} {
		for _, years := range []int{1, 2} {
			options := simulation.Default()
			options.Customers, options.Days, options.Seed, options.Returns = 5000*years, 365*years, 31, 0
			like.Name, like.Share, like.CAC = "search", .4, 5
			options.Channels = []simulation.Channel{like, {Name: "direct", Share: .6}}
			c, _ := simulated(t, options)
			c.Value.HorizonDays = 365
			result := runBatch(t, c)
			paid, direct := trueLTV(t, options, options.Channels[0], *c.Value.MarginRate), trueLTV(t, options, options.Channels[1], *c.Value.MarginRate)
			got := *result.Figures.Base["newcomer_value"].Value
			t.Logf("%d years, %.0f %% of others: a paid new customer is worth %.2f, the truth is %.2f; channels.parquet has %.2f", years, 100*paid/direct, got, paid, *paidRow(t, result).Value)
			if !(math.Abs(got/paid-1) <= .1) {
				t.Errorf("%d years: a paid new customer is worth %.2f, and the truth is %.2f", years, got, paid)
			}
		}
	}
}

// The donors of debruyn who came by a channel with spend, four in ten, are worth about what
// those of the next year brought, as all new donors are: what the formula of channels
// makes of them is a third of it after the first gift, since most give again after a year.
func TestPaidDonorsAreWorthWhatTheyBring(t *testing.T) {
	if testing.Short() {
		t.Skip("a real history with spend")
	}
	for _, year := range []int{2012, 2010} {
		c := cdnow(t, "debruyn.parquet", fmt.Sprintf("%d-12-31", year), false)
		c.Orders.Columns.Channel = "case when substr(customer_id, 7, 1) in ('0', '1', '2', '3') then 'search' else 'direct' end"
		var spend []rawSpend
		for day := time.Date(2005, 1, 1, 0, 0, 0, 0, time.UTC); !day.After(c.Time.AsOf.Time); day = day.AddDate(0, 0, 1) {
			spend = append(spend, spent(day.Format(time.DateOnly), "search", 1))
		}
		c.Spend.Files, c.Value.Currency = config.Files{writeSpend(t, spend)}, "EUR"
		result := runBatch(t, c)
		asOf := calendar.DaysBetween(time.Unix(0, 0).UTC(), c.Time.AsOf.Time)
		var came, next float64
		for _, n := range donors(t, math.MaxInt32) {
			if n.first <= asOf || n.first > asOf+365 {
				continue
			}
			next++
			for age, minor := range n.money {
				if age <= 365 {
					came += *c.Value.MarginRate * float64(minor) / 100 * math.Pow(1+c.Value.DiscountRate, -float64(age)/365)
				}
			}
		}
		paid, got := paidRow(t, result), *result.Figures.Base["newcomer_value"].Value
		t.Logf("%d: %.2f; of the next year's came %.2f; channels.parquet has %.2f, %.2f of it by the first gift", year, got, came/next, *paid.Value, *paid.FirstOrder)
		if source := result.Manifest.Acquisition.Source; source != "spend" {
			t.Errorf("%d: the cost is that of %s", year, source)
		}
		if !(math.Abs(math.Log(got/(came/next))) <= .25) {
			t.Errorf("%d: a new donor is worth %.2f, and those of the next year brought %.2f", year, got, came/next)
		}
	}
}
