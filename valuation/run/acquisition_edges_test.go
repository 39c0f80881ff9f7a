package run

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/publication"
)

// smallShopWith is the small shop with margins, spend and answers.
func smallShopWith(t *testing.T, spend []rawSpend, answers []rawAnswer) config.Config {
	t.Helper()
	var rows []rawOrder
	for i, order := range smallShop {
		id, at := fmt.Sprint(i), int64(dayNumber(order.day))*86400e6
		row := rawOrder{OrderID: &id, Customer: &order.customer, At: &at, Amount: &order.amount}
		if order.channel != "" {
			row.Channel = &order.channel
		}
		rows = append(rows, row)
	}
	rate := 0.5
	c := config.Default()
	c.Lists.Include = nil
	c.Orders.Files, c.Out = config.Files{writeOrders(t, rows)}, filepath.Join(t.TempDir(), "out")
	c.Orders.Columns.Channel, c.Value.MarginRate, c.Time.AsOf = "channel", &rate, parseDay(t, "2023-04-30")
	if spend != nil {
		c.Spend.Files = config.Files{writeSpend(t, spend)}
	}
	if answers != nil {
		c.Surveys.Files = config.Files{writeAnswers(t, answers)}
	}
	return c
}

var oddMonths = []rawSpend{
	spent("2023-01-15", "search", 10), // acquired nobody
	spent("2023-02-10", "search", 12),
	spent("2023-02-20", "search", -2), // a credit is netted
	spent("2023-02-11", "billboard", 7),
	spent("2023-02-12", "", 3),
	spent("2023-03-05", "search", -4), // a credit and nothing else
	spent("2023-05-01", "search", 99), // after as_of
	spent("", "search", 1000),
}

func costLines(t *testing.T, result Result, period string) []string {
	t.Helper()
	var lines []string
	for _, row := range readTable[channelRow](t, result, "channels") {
		if *row.Period == period {
			lines = append(lines, fmt.Sprintf("%s %s %s: %d for %g, %s %s", dateText(int(*row.Start)), *row.Scope, shown(row.Channel), *row.Customers, *row.Spend, shown(row.CAC), shown(row.Reason)))
		}
	}
	return lines
}

func TestCostsByHand(t *testing.T) {
	t.Parallel()
	result := runBatch(t, smallShopWith(t, oddMonths, nil))
	sameLines(t, costLines(t, result, "month"), []string{
		"2023-01-01 blended null: 0 for 10, null no_new_customers",
		"2023-01-01 channel search: 0 for 10, null no_new_customers",
		"2023-01-01 paid null: 0 for 10, null no_new_customers",
		"2023-02-01 blended null: 3 for 20, 6.67 null",
		"2023-02-01 channel billboard: 0 for 7, null no_new_customers",
		"2023-02-01 channel search: 2 for 10, 5 null",
		"2023-02-01 channel null: 1 for 3, null unknown_channel",
		"2023-02-01 paid null: 2 for 20, 10 null",
		"2023-03-01 blended null: 0 for -4, null net_credit",
		"2023-03-01 channel search: 0 for -4, null net_credit",
		"2023-03-01 paid null: 0 for -4, null net_credit",
		"2023-04-01 blended null: 1 for 0, null no_spend",
		"2023-04-01 channel search: 1 for 0, null no_spend",
		"2023-04-01 paid null: 0 for 0, null no_spend",
	})
	sameLines(t, costLines(t, result, "quarter"), []string{
		"2023-01-01 blended null: 3 for 26, 8.67 null",
		"2023-01-01 channel billboard: 0 for 7, null no_new_customers",
		"2023-01-01 channel search: 2 for 16, 8 null",
		"2023-01-01 channel null: 1 for 3, null unknown_channel",
		"2023-01-01 paid null: 2 for 26, 13 null",
		"2023-04-01 blended null: 1 for 0, null no_spend",
		"2023-04-01 channel search: 1 for 0, null no_spend",
		"2023-04-01 paid null: 0 for 0, null no_spend",
	})
	// Spend is silent for the last 56 days: the year's is not all there.
	for _, line := range costLines(t, result, "trailing_12m") {
		if !strings.Contains(line, "incomplete_spend") && !strings.Contains(line, "no_new_customers") && !strings.Contains(line, "unknown_channel") {
			t.Error(line)
		}
	}
	codes := map[string]bool{}
	for _, warning := range result.Manifest.Warnings {
		codes[warning.Code] = true
	}
	if !codes["incomplete_spend"] {
		t.Errorf("warnings %v", codes)
	}

	rows := result.Manifest.OtherRows["spend"]
	if rows.Files != (publication.Amount{Rows: 8, Money: "1125.00"}) || rows.Used != (publication.Amount{Rows: 6, Money: "26.00"}) ||
		!maps.Equal(rows.Quarantined, map[string]publication.Amount{"after_as_of": {Rows: 1, Money: "99.00"}, "null_date": {Rows: 1, Money: "1000.00"}}) {
		t.Errorf("rows of spend %+v", rows)
	}
	var places []string
	for _, row := range readTable[struct {
		Input  *string `parquet:"input"`
		File   *string `parquet:"file"`
		Row    *int64  `parquet:"row_number"`
		Reason *string `parquet:"reason"`
	}](t, result, "input_quarantine") {
		places = append(places, fmt.Sprintf("%s %s %d %s", *row.Input, *row.File, *row.Row, *row.Reason))
	}
	sameLines(t, places, []string{"spend spend.parquet 7 after_as_of", "spend spend.parquet 8 null_date"})
}

// A row of 0 says that nothing was spent, and the year's spend is all there.
func TestZeroSpendIsKnownSpend(t *testing.T) {
	t.Parallel()
	result := runBatch(t, smallShopWith(t, append(slices.Clone(oddMonths), spent("2023-04-30", "search", 0)), nil), "channels")
	sameLines(t, costLines(t, result, "trailing_12m"), []string{
		"2022-05-01 blended null: 4 for 26, 6.5 null",
		"2022-05-01 channel billboard: 0 for 7, null no_new_customers",
		"2022-05-01 channel search: 3 for 16, 5.33 null",
		"2022-05-01 channel null: 1 for 3, null unknown_channel",
		"2022-05-01 paid null: 3 for 26, 8.67 null",
	})
}

// Customers who may be old ones have no cost of acquisition.
func TestNoCostBeforeFitFrom(t *testing.T) {
	t.Parallel()
	c := smallShopWith(t, oddMonths, nil)
	c.Orders.FitFrom = parseDay(t, "2023-03-01")
	if got := costLines(t, runBatch(t, c, "channels"), "month")[3]; got != "2023-02-01 blended null: 3 for 20, null before_fit_from" {
		t.Error(got)
	}
}

// What new customers bring is not known where they may be old ones, whatever the
// reason that they have no cost; they are counted all the same.
func TestNewCustomersBeforeFitFromAreCountedOnly(t *testing.T) {
	t.Parallel()
	c := smallShopWith(t, oddMonths, nil)
	c.Orders.FitFrom = parseDay(t, "2023-02-02")
	counted, known := 0, 0
	for _, row := range readTable[channelRow](t, runBatch(t, c, "channels"), "channels") {
		if int(*row.Start) >= dayNumber("2023-02-02") {
			if row.Customers90 == nil || *row.Customers > 0 && row.FirstOrder == nil {
				t.Errorf("%v: nothing is known of new customers", row)
			}
			known++
			continue
		}
		counted += int(*row.Customers)
		if row.FirstOrder != nil || row.Customers90 != nil || row.Margin90 != nil || row.Customers365 != nil || row.Margin365 != nil ||
			row.Value != nil || row.LTV != nil || row.CAC != nil || row.Payback != nil {
			t.Errorf("%v: begins before customers are known to be new", row)
		}
	}
	if counted == 0 || known == 0 {
		t.Errorf("%d customers counted, %d rows known", counted, known)
	}
}

// withoutSpend is the run of the small shop that spends nothing.
func withoutSpend(t *testing.T) Result {
	t.Helper()
	return runShared(t, "small without spend", func(folder string) config.Config {
		c := smallShopWith(t, nil, nil)
		c.Out = filepath.Join(folder, "out")
		return c
	}).Result
}

// Without spend the tables are there and say so.
func TestNoSpend(t *testing.T) {
	t.Parallel()
	result := withoutSpend(t)
	for _, row := range readTable[channelRow](t, result, "channels") {
		if row.CAC != nil || *row.Reason != "no_spend" || row.LTV != nil || row.Margin90 != nil || row.Payback != nil || *row.PayReason != "no_spend" || *row.MedianReason != "no_spend" {
			t.Errorf("%v", row)
		}
	}
	for _, metric := range []string{"paid_cac", "blended_cac", "ltv_cac", "payback_days", "median_payback_days", "nps"} {
		if result.Figures.Base[metric].Value != nil {
			t.Errorf("%s is %v", metric, *result.Figures.Base[metric].Value)
		}
	}
	if result.Manifest.OtherRows != nil {
		t.Errorf("rows of %v", result.Manifest.OtherRows)
	}
}

func TestTwoCurrenciesStopTheRun(t *testing.T) {
	t.Parallel()
	dollars := spent("2023-02-10", "search", 12)
	*dollars.Currency = "USD"
	unknown := spent("2023-02-10", "search", 12)
	unknown.Currency = nil
	for name, odd := range map[string]rawSpend{"dollars": dollars, "unknown": unknown} {
		c := smallShopWith(t, []rawSpend{spent("2023-02-09", "search", 1), odd}, nil)
		// Not mapped, spend is in the currency of the shop.
		if _, err := Check(context.Background(), testJob(c)); err != nil {
			t.Error(err)
		}
		c.Spend.Columns.Currency = "currency"
		_, err := Run(context.Background(), testJob(c))
		if err == nil || !strings.Contains(err.Error(), "spend.parquet row 2") || !strings.Contains(err.Error(), "not in EUR") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSatisfactionByHand(t *testing.T) {
	t.Parallel()
	result := runBatch(t, smallShopWith(t, nil, []rawAnswer{
		answered("ann", "2023-02-04", 2), answered("ann", "2023-03-04", 9), // the last one counts
		answered("bob", "2023-03-04", 10), answered("bob", "2023-03-04", 6), // of two at once the worse
		answered("cat", "2023-04-04", 8), answered("dan", "2023-04-04", 10),
		answered("dan", "2023-05-04", 0),  // after as_of
		answered("zoe", "2023-04-04", 10), // no customer
		answered("eve", "2023-04-04", 0),  // no purchase left
		answered("cat", "2023-04-05", 11), answered("", "2023-04-05", 1),
	}))
	var lines []string
	for _, row := range readTable[struct {
		Scope      *string  `parquet:"scope"`
		Name       *string  `parquet:"name"`
		Answers    *int64   `parquet:"answers"`
		Promoters  *int64   `parquet:"promoters"`
		Detractors *int64   `parquet:"detractors"`
		NPS        *float64 `parquet:"nps"`
		Low        *float64 `parquet:"nps_low"`
		High       *float64 `parquet:"nps_high"`
	}](t, result, "satisfaction") {
		if *row.Scope == "all" {
			lines = append(lines, fmt.Sprintf("%s: %d, %d, %d, %.0f (%.2f to %.2f)", shown(row.Name), *row.Answers, *row.Promoters, *row.Detractors, *row.NPS, *row.Low, *row.High))
		}
	}
	// shares 2.75/7 and 1.75/7: 14.29 ± 1.96 sqrt((4.5/7 - (1/7)²) / 7) = ± 58.45
	sameLines(t, lines, []string{"null: 4, 2, 1, 25 (-44.16 to 72.73)"})
	if got := *result.Figures.Base["nps"].Value; got != 25 {
		t.Errorf("nps %v", got)
	}
	if got := result.Manifest.OtherRows["surveys"]; got.Used.Rows != 8 || got.Quarantined["unusable_score"].Rows != 1 ||
		got.Quarantined["null_customer"].Rows != 1 || got.Quarantined["after_as_of"].Rows != 1 {
		t.Errorf("%+v", got)
	}
}
