package run

import (
	"flag"
	"math"
	"path/filepath"
	"testing"

	"cbv/valuation/parquetfile"
	"cbv/valuation/simulation"
)

var alikeShops = flag.Int("alike", 2, "simulated shops whose first orders mean nothing, valued with and without them: 30 for the long run")

// alikeCustomer is what of a customer says how they started, and what they are worth.
type alikeCustomer struct {
	ID       string   `parquet:"customer_id"`
	Category *string  `parquet:"category,optional"`
	Coupon   *string  `parquet:"coupon,optional"`
	Channel  *string  `parquet:"first_channel"`
	CLV      *float64 `parquet:"clv"`
}

// Where first orders mean nothing, that they are told apart moves the mean value of the
// customers of no value that 1,000 have by more than 2 %.
func TestFirstOrdersThatMeanNothingMoveNoValue(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates shops")
	}
	for seed := range *alikeShops {
		options := startedShop(uint64(1000 + seed))
		options.Customers = 10_000
		options.FirstOrders.Categories = []simulation.Category{
			{Name: "basic", Share: 0.4}, {Name: "kitchen", Share: 0.2}, {Name: "garden", Share: 0.2}, {Name: "toys", Share: 0.2},
		}
		c, _ := simulated(t, options)
		with := runBatch(t, c)
		file := readEffects(t, with.Folder)
		c.Orders.Attributes, c.Out = nil, c.Out+"-without"
		without := runBatch(t, c)
		type sums struct{ customers, with, without float64 }
		by := map[[2]string]sums{}
		worth := map[string]float64{}
		for _, row := range readTable[struct {
			ID  string  `parquet:"customer_id"`
			CLV float64 `parquet:"clv"`
		}](t, without, "customers") {
			worth[row.ID] = row.CLV
		}
		rows, err := parquetfile.Read[alikeCustomer](filepath.Join(with.Folder, "customers.parquet"))
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			for attribute, value := range map[string]*string{"category": row.Category, "coupon": row.Coupon, "channel": row.Channel} {
				if value == nil {
					continue
				}
				s := by[[2]string{attribute, *value}]
				s.customers, s.with, s.without = s.customers+1, s.with+*row.CLV, s.without+worth[row.ID]
				by[[2]string{attribute, *value}] = s
			}
		}
		held := 0
		for of, s := range by {
			if s.customers < 1000 {
				continue
			}
			held++
			if moved := s.with/s.without - 1; !(math.Abs(moved) <= 0.02) {
				t.Errorf("shop %d: the mean value of %s %s moves by %.1f %% (purchases %v, spend %v)", seed, of[0], of[1], 100*moved, file.Purchases.Chosen, file.Spend.Chosen)
			}
		}
		t.Logf("shop %d: %d values that 1,000 have; chosen: purchases %v, spend %v", seed, held, file.Purchases.Chosen, file.Spend.Chosen)
		if held < 5 || len(worth) != len(rows) {
			t.Errorf("shop %d: %d values have 1,000 customers; %d customers with first orders and %d without", seed, held, len(rows), len(worth))
		}
	}
}
