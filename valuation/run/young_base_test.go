package run

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"cbv/valuation/config"
)

// metricsOfModel are null without a model, those of two years on a base younger
// than that.
var (
	metricsOfModel = []string{
		"expected_alive_customers", "expected_churn_30d", "expected_churn_90d", "expected_churn_365d", "sale_chance_all_30d",
		"sale_chance_alive_90d", "sale_chance_repeat_365d", "residual_customer_equity", "dropout_loss", "dropout_loss_share",
		"retain_dropout_loss", "lookalike_dropout_loss", "top_1_percent_clv", "top_5_percent_revenue_12m", "top_ten_clv", "top_ten_revenue_12m",
	}
	metricsOfYears = []string{
		"base_growth_12m", "customers_12m_ago", "new_customers_12m", "repeat_rate_90d_12m_before", "repeat_rate_90d_change", "sale_chance_newcomer_365d",
	}
)

// Three months of four customers without a model: what is not known is null,
// and lenses are silent of the years before.
func TestLensesOfAYoungBaseWithoutAModel(t *testing.T) {
	result := runSmallShop(t, "2023-04-30", true)
	for _, metric := range slices.Concat(metricsOfModel, metricsOfYears) {
		if kpi, ok := result.Figures.Base[metric]; !ok || kpi.Value != nil || kpi.Low != nil || kpi.High != nil {
			t.Errorf("%s of a base without a model or a year is %s", metric, shown(kpi.Value))
		}
	}
	if silent := result.Figures.Base["silent_share_of_repeat_customers"]; silent.N != 1 || *silent.Value != 1 { // ann, after 17 days
		t.Errorf("silent_share_of_repeat_customers: %s of %d", shown(silent.Value), silent.N)
	}
	var lines []string
	for _, g := range readTable[lensRow](t, result, "lenses") {
		switch *g.Lens {
		case 1, 2:
			if g.Customers != nil || g.Revenue != nil || g.Change != nil || g.Share != nil {
				t.Errorf("lens %s knows of a time before the files", g.key())
			}
		case 5:
			lines = append(lines, fmt.Sprintf("%s %s: %s of %s active, %g", dateText(int(*g.Start)), *g.Group, shown(g.Active), shown(g.Customers), *g.Revenue))
		}
	}
	sameLines(t, lines, []string{
		"2023-01-01 cohort: 0 of 0 active, -5", // ann's return, before she was a customer
		"2023-01-01 returns_only: 0 of 0 active, 0",
		"2023-02-01 cohort: 3 of 3 active, 62",
		"2023-02-01 returns_only: 0 of 0 active, 0",
		"2023-03-01 cohort: 0 of 3 active, 0",
		"2023-03-01 returns_only: 0 of 1 active, -3",
		"2023-04-01 cohort: 1 of 4 active, 0",
		"2023-04-01 returns_only: 0 of 0 active, 0",
	})
	for _, s := range readTable[exposureRow](t, result, "segments") {
		if s.Loss != nil || s.LossShare != nil || s.N1 != nil || s.CLV5 != nil || s.Revenue10 != nil {
			t.Errorf("%s stands to lose what is not known: %+v", *s.Segment, s)
		}
	}
}

// dailyShop writes orders of one currency unit times weight and runs them.
func dailyShop(t *testing.T, orders []rawOrder, asOf string) Result {
	t.Helper()
	rate := 0.5
	c := config.Default()
	c.Lists.Include = nil
	c.Orders.Files, c.Out = config.Files{writeOrders(t, orders)}, filepath.Join(t.TempDir(), "out")
	c.Time.AsOf, c.Value.MarginRate = parseDay(t, asOf), &rate
	c.Value.HorizonDays = 400 // a day further behind the last order than the horizon is refused
	return runBatch(t, c)
}

func order(customer string, day int, amount float64) rawOrder {
	at := int64(day) * 86400e6
	return rawOrder{Customer: &customer, At: &at, Amount: &amount}
}

// All orders on one day: nothing is divided by nothing.
func TestLensesOfASingleDay(t *testing.T) {
	t.Parallel()
	day := dayNumber("2023-05-10")
	for _, asOf := range []string{"2023-05-10", "2024-05-31"} {
		result := dailyShop(t, []rawOrder{order("a", day, 10), order("b", day, 20), order("c", day, -5)}, asOf)
		if age := result.Figures.Base["shop_age_days"]; *age.Value != float64(dayNumber(asOf)-day) {
			t.Errorf("%s: %g days old", asOf, *age.Value)
		}
		if silent := result.Figures.Base["silent_share_of_repeat_customers"]; silent.Value != nil || silent.N != 0 {
			t.Errorf("%s: nobody repeats, and %s of them are silent", asOf, shown(silent.Value))
		}
		if growth := result.Figures.Base["base_growth_12m"]; asOf == "2023-05-10" && growth.Value != nil || asOf == "2024-05-31" && *growth.Value != 0 {
			t.Errorf("%s: growth %s", asOf, shown(growth.Value))
		}
	}
}

// One customer brings nearly everything, and takes it along with the top 1 %.
func TestLensesOfOneDominatingCustomer(t *testing.T) {
	t.Parallel()
	var orders []rawOrder
	end := dayNumber("2023-12-31")
	for i := range 400 {
		id := fmt.Sprintf("c%03d", i)
		for n := range 1 + i%4 {
			if day := end - 700 + i + n*(20+i%37); day <= end {
				orders = append(orders, order(id, day, 10+float64(i%7)))
			}
		}
	}
	for day := end - 700; day <= end; day += 5 {
		orders = append(orders, order("giant", day, 90_000))
	}
	result := dailyShop(t, orders, "2023-12-31")
	ten, one := result.Figures.Base["top_ten_revenue_12m"], result.Figures.Base["top_1_percent_revenue_12m"]
	if giant := float64(73 * 90_000); ten.N != 10 || !(giant <= *ten.Value && *ten.Value < 1.001*giant) || !(giant <= *one.Value && *one.Value <= *ten.Value) {
		t.Errorf("the top bring %s and %s, one of them %g", shown(ten.Value), shown(one.Value), giant)
	}
	for _, g := range readTable[lensRow](t, result, "lenses") {
		if *g.Lens == 1 && *g.Group == "decile_10" && !(*g.Share > 0.99) {
			t.Errorf("the top decile holds %g of revenue", *g.Share)
		}
	}
}
