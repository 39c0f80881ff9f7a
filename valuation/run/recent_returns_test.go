package run

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/simulation"
)

// A shop in which two of five orders are returned whole some weeks later has not changed,
// although of the last ones nothing has come back yet: its recent purchases are held to
// those of a year before as these were known on their last day.
func TestRecentPurchasesOfWhichOrdersComeBack(t *testing.T) {
	t.Parallel()
	days := []int{21, 30, 60}
	if testing.Short() {
		days = days[:1]
	}
	for _, after := range days {
		options := simulation.Default()
		options.Customers, options.Days, options.Returns, options.Seed = 6000, 3*365, 0, 14
		c, _ := simulated(t, options)
		random := rand.New(rand.NewPCG(uint64(after), 14))
		asOf := int64(dayNumber("2022-01-01")+options.Days-1) * 86400e6
		var rows []rawOrder
		for i, row := range readOrders(t, c) {
			id := fmt.Sprint(i)
			row.OrderID = &id
			rows = append(rows, row)
			if late := *row.At + int64(after)*86400e6; random.Float64() < .4 && late < asOf {
				back := -*row.Amount
				rows = append(rows, rawOrder{OrderID: &id, Customer: row.Customer, At: &late, Amount: &back, Channel: row.Channel})
			}
		}
		c.Orders.Files, c.Orders.Columns.OrderID, c.Orders.Returns = config.Files{writeOrders(t, rows)}, "order_id", "order"
		c.Out = filepath.Join(t.TempDir(), "out")
		result := runBatch(t, c)
		figures := map[string]float64{}
		for _, row := range readTable[testRow](t, result, "backtest") {
			if row.Value != nil {
				figures[*row.Metric] = *row.Value
			}
		}
		expected, actual := figures["test_recent_total_expected"], figures["test_recent_total_actual"]
		if failed, tested := figures["test_recent_total_failed"]; !tested || failed != 0 || !(actual > .9*expected && actual < 1.1*expected) {
			t.Errorf("returns after %d days: %.0f purchases expected, %.0f came: %s", after, expected, actual, result.Manifest.Backtest.Reason)
		}
	}
}
