package run

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/simulation"
)

// every returns the days from one to another, with a step of so many months or days,
// except those that without names.
func every(t *testing.T, from, to string, months, days int, without func(time.Time) bool) []time.Time {
	t.Helper()
	var found []time.Time
	end := parseDay(t, to).Time
	for day := parseDay(t, from).Time; !day.After(end); day = day.AddDate(0, months, days) {
		if without == nil || !without(day) {
			found = append(found, day)
		}
	}
	return found
}

// The trailing period, months and quarters of a shop whose spend has holes.
func TestPeriodsWithHoles(t *testing.T) {
	t.Parallel()
	options := simulation.Default()
	options.Customers, options.Days, options.Returns = 600, 730, 0
	options.Channels = []simulation.Channel{{Name: "search", Share: 0.6}, {Name: "social", Share: 0.4}}
	c, _ := simulated(t, options)
	c.Orders.Columns.Channel = "channel"
	reasons := func(spend []rawSpend) (map[string]string, Result) {
		c.Out, c.Spend.Files = filepath.Join(t.TempDir(), "out"), config.Files{writeSpend(t, spend)}
		result, found := runBatch(t, c, "channels", "warnings"), map[string]string{}
		for _, row := range readTable[channelRow](t, result, "channels") {
			found[fmt.Sprintf("%s %s %s %s", *row.Period, dateText(int(*row.Start)), *row.Scope, shown(row.Channel))] = shown(row.Reason)
			if (row.CAC == nil) != (row.Reason != nil) {
				t.Errorf("%v", row)
			}
		}
		return found, result
	}
	book := func(channel string, months, days int, without func(time.Time) bool) (rows []rawSpend) {
		for _, day := range every(t, "2022-01-01", "2023-12-31", months, days, without) {
			rows = append(rows, spent(day.Format(time.DateOnly), channel, 100))
		}
		return rows
	}
	expect := func(got map[string]string, want map[string]string) {
		t.Helper()
		for key, reason := range want {
			if got[key] != reason {
				t.Errorf("%s: %s, want %s", key, got[key], reason)
			}
		}
	}
	spring := func(day time.Time) bool { return day.Year() == 2023 && day.Month() > 2 && day.Month() < 6 }

	got, result := reasons(slices.Concat(book("search", 1, 0, spring), book("social", 0, 7, nil)))
	expect(got, map[string]string{
		"trailing_12m 2023-01-01 channel search": "incomplete_spend", "trailing_12m 2023-01-01 channel social": "null",
		"trailing_12m 2023-01-01 paid null": "incomplete_spend", "quarter 2023-04-01 channel search": "incomplete_spend",
		"quarter 2023-07-01 channel search": "null", "month 2023-02-01 channel search": "null", "month 2023-04-01 channel search": "no_spend",
	})
	for _, warning := range result.Manifest.Warnings {
		if warning.Code == "incomplete_spend" && !strings.Contains(warning.Message, `none on "search" from 2023-02-02 to 2023-05-31, while customers were acquired by it`) {
			t.Error(warning.Message)
		}
	}
	if !warned(result.Manifest.Warnings, "incomplete_spend") {
		t.Errorf("%+v", result.Manifest.Warnings)
	}

	if testing.Short() {
		return
	}
	// One channel's spend is booked by the quarter, another's by the day.
	got, _ = reasons(slices.Concat(book("search", 3, 0, nil), book("social", 0, 1, nil)))
	expect(got, map[string]string{
		"trailing_12m 2023-01-01 paid null": "null", "quarter 2023-04-01 paid null": "null",
		"month 2023-04-01 paid null": "coarse_spend", "month 2023-05-01 blended null": "coarse_spend",
		"month 2023-05-01 channel social": "null",
	})

	// Spend that is booked by day and stops halfway is missing in every month that it
	// lies in.
	got, _ = reasons(book("search", 0, 1, func(day time.Time) bool {
		return !day.Before(parseDay(t, "2023-10-27").Time) && !day.After(parseDay(t, "2023-11-05").Time)
	}))
	expect(got, map[string]string{
		"month 2023-10-01 blended null": "incomplete_spend", "month 2023-11-01 blended null": "incomplete_spend", "month 2023-12-01 blended null": "null",
		"quarter 2023-10-01 blended null": "incomplete_spend", "trailing_12m 2023-01-01 blended null": "null",
	})

	// A month that is not over has the spend of all of it, or none, where spend is
	// booked by the month.
	c.Time.AsOf = parseDay(t, "2023-12-09")
	got, _ = reasons(book("search", 1, 0, nil))
	expect(got, map[string]string{
		"month 2023-11-01 paid null": "null", "month 2023-12-01 paid null": "coarse_spend", "trailing_12m 2022-12-10 paid null": "null",
	})
}

// A cent of credit on one channel says nothing against the cost of all; one that
// outweighs what a tenth of the rest cost does.
func TestCreditsAmongChannels(t *testing.T) {
	t.Parallel()
	for credit, want := range map[float64]string{-1: "null", -20: "net_credit"} {
		result := runBatch(t, smallShopWith(t, []rawSpend{
			spent("2023-02-10", "search", 50), spent("2023-03-10", "search", 50), spent("2023-03-10", "affiliate", credit), spent("2023-04-20", "search", 10),
		}, nil), "channels")
		for _, line := range costLines(t, result, "trailing_12m") {
			if strings.Contains(line, "blended") && !strings.HasSuffix(line, want) {
				t.Errorf("credit of %g: %s, want %s", credit, line, want)
			}
		}
	}
}

func TestSpendThatFitsNoCustomer(t *testing.T) {
	t.Parallel()
	result := runBatch(t, smallShopWith(t, []rawSpend{
		spent("2023-02-10", "search", 12), spent("2023-03-10", "search", 12), spent("2023-04-10", "search", 12), spent("2023-04-30", "search", 12),
		spent("2023-03-01", "Sea rch", 5), spent("2023-03-01", "billboard", 7), spent("2023-03-02", "affiliate", -4),
	}, nil), "warnings")
	messages := map[string]string{}
	for _, warning := range result.Manifest.Warnings {
		messages[warning.Code] = warning.Message
	}
	for code, part := range map[string]string{
		"spend_without_customers": `"billboard" (7.00 EUR); "Sea rch" (5.00 EUR), which orders call "search"`,
		"net_credit":              `"affiliate" (-4.00 EUR)`,
	} {
		if !strings.Contains(messages[code], part) {
			t.Errorf("%s: %q", code, messages[code])
		}
	}
}
