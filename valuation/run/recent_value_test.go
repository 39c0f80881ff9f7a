package run

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/simulation"
)

// A shop in which half of the orders lose half of their value 50 days later has not changed,
// although of those of the last weeks nothing has come back yet: trust is not denied for
// what purchases are worth, whether there is an earlier year to compare with or not. And
// what the summary says of the backtest is what trust goes by: the procedure's forecast.
func TestRecentPurchasesBeforeTheirReturns(t *testing.T) {
	t.Parallel()
	ages := []int{1, 2}
	if testing.Short() {
		ages = ages[:1]
	}
	for _, years := range ages {
		options := simulation.Default()
		options.Customers, options.Days, options.Returns, options.Seed = 6000, 365*years, 0, 21
		c, _ := simulated(t, options)
		random := rand.New(rand.NewPCG(7, 0))
		var rows []rawOrder
		asOf := float64(dayNumber("2022-01-01")+365*years-1) * 86400e6
		for i, row := range readOrders(t, c) {
			id := fmt.Sprint(i)
			row.OrderID = &id
			rows = append(rows, row)
			if late := *row.At + 50*86400e6; random.Float64() < 0.5 && float64(late) < asOf {
				back := -math.Round(50**row.Amount) / 100
				rows = append(rows, rawOrder{OrderID: &id, Customer: row.Customer, At: &late, Amount: &back, Channel: row.Channel})
			}
		}
		c.Orders.Files, c.Orders.Columns.OrderID, c.Orders.Returns = config.Files{writeOrders(t, rows)}, "order_id", "order"
		c.Out = filepath.Join(t.TempDir(), "out")
		result := runBatch(t, c)
		tested, cutoff := false, int32(dayNumber(result.Manifest.Backtest.Cutoff))
		for _, row := range readTable[testRow](t, result, "backtest") {
			forecast := result.Manifest.Backtest.Purchases
			if *row.Target == "margin" {
				forecast = result.Manifest.Backtest.Margin
			}
			of := fmt.Sprintf("%s of %s", *row.Metric, *row.Target)
			switch isNearest := *row.Model == "procedure" && int(*row.HoldoutDays) == result.Manifest.Backtest.HoldoutDays && *row.Cutoff == cutoff; {
			case *row.Metric == "test_recent_value_failed":
				tested = true
				if *row.Value != 0 {
					t.Errorf("%d years: %s", years, result.Manifest.Backtest.Reason)
				}
			case isNearest && *row.Metric == "expected" && *row.Value != forecast.Expected, isNearest && *row.Metric == "total_error" && *row.Value != *forecast.Error:
				t.Errorf("%d years: the %s is %g, and the manifest has %+v", years, of, *row.Value, forecast)
			}
		}
		if !tested {
			t.Errorf("%d years: the value of recent purchases is not tested", years)
		}
	}
}

type testRow struct {
	Cutoff      *int32   `parquet:"cutoff,optional,date"`
	HoldoutDays *int64   `parquet:"holdout_days,optional"`
	Model       *string  `parquet:"model,optional"`
	Target      *string  `parquet:"target,optional"`
	Metric      *string  `parquet:"metric,optional"`
	Value       *float64 `parquet:"value,optional"`
}
