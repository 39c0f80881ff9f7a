package run

import (
	"math"
	"testing"

	"cbv/valuation/simulation"
)

// A base simulated in continuous time goes through files and days; a year is
// held out. The purchases expected of it must be those observed, within 2 % by the
// model, and within what chance leaves in it with the same-season ratio.
func TestRecoveryOfAHeldOutYear(t *testing.T) {
	if testing.Short() {
		t.Skip("a long simulation")
	}
	options := simulation.Default()
	options.Customers, options.Days, options.Returns = 80_000, 1095, 0
	options.Seed = 7
	c, _ := simulated(t, options)
	const asOf, end = "2023-12-31", "2024-12-30" // 365 days
	c.Time.AsOf = parseDay(t, asOf)
	result := runBatch(t, c)

	type customerDay struct {
		customer string
		day      int
	}
	first := map[string]int{}
	days := map[customerDay]bool{}
	for _, raw := range readOrders(t, c) {
		row, ok := usable(raw)
		if !ok {
			t.Fatal("a clean history has a bad row")
		}
		if day, seen := first[row.customer]; !seen || row.day < day {
			first[row.customer] = row.day
		}
		days[customerDay{row.customer, row.day}] = true
	}
	actual := 0
	for key := range days {
		if first[key.customer] <= dayNumber(asOf) && key.day > dayNumber(asOf) && key.day <= dayNumber(end) {
			actual++
		}
	}
	expected := *result.Figures.Base["expected_purchases"].Value
	t.Logf("held-out year: %d purchases, %.0f expected (%+.2f %%)", actual, expected, 100*(expected/float64(actual)-1))
	season := readSeason(t, result.Folder)
	ratio, variance := season.ratio(t, "purchases", 365), season.logVariance(t, "purchases", 365)
	if !(math.Abs(expected/ratio/float64(actual)-1) <= 0.02) {
		t.Errorf("%.0f purchases expected of the held-out year without a ratio, %d were observed", expected/ratio, actual)
	}
	if miss := math.Log(expected / float64(actual)); !(math.Abs(miss) <= 0.02+2*math.Sqrt(variance)) {
		t.Errorf("%.0f purchases expected of the held-out year, %d were observed; the ratio %.3f has a standard error of %.3f", expected, actual, ratio, math.Sqrt(variance))
	}
	for _, p := range readModel(t, result).Purchase.Parameters {
		truth := map[string]float64{"r": options.Purchases.R, "alpha": options.Purchases.Alpha, "a": options.Purchases.A, "b": options.Purchases.B}[p.Name]
		t.Logf("%-5s %.4f ± %.4f, truth %g", p.Name, p.Value, p.StandardError, truth)
	}
}
