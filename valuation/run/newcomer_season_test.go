package run

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"cbv/valuation/config"
	"cbv/valuation/scoring"
	"cbv/valuation/simulation"
)

// seasonalOrders draws the purchases of a shop over 2022 and 2023: MBG/NBD with r .25,
// α 17 days, a .8 and b 4.8, and Gamma-Gamma with 6, 4 and 22.5, whose buying is
// multiplied in November and December.
func seasonalOrders(customers int, factor float64, seed uint64) []rawOrder {
	const days = 730
	source := rand.NewPCG(seed, 14)
	random := rand.New(source)
	clock := make([]float64, days+1) // how much buying there is before a day
	for day := range days {
		rate := 1.
		if day%365 >= 304 {
			rate = factor
		}
		clock[day+1] = clock[day] + rate
	}
	first := dayNumber("2022-01-01")
	var raw []rawOrder
	for i := range customers {
		id := fmt.Sprintf("C%06d", i)
		day := random.IntN(days)
		rate := distuv.Gamma{Alpha: .25, Beta: 17, Src: source}.Rand()
		scale := distuv.Gamma{Alpha: 4, Beta: 22.5, Src: source}.Rand()
		leaves := distuv.Beta{Alpha: .8, Beta: 4.8, Src: source}.Rand()
		buy := func() {
			at, amount := int64(first+day)*86400e6, max(0.01, math.Round(100*distuv.Gamma{Alpha: 6, Beta: scale, Src: source}.Rand())/100)
			raw = append(raw, rawOrder{Customer: &id, At: &at, Amount: &amount})
		}
		buy()
		for at := clock[day+1]; random.Float64() >= leaves; {
			at += random.ExpFloat64() / rate
			next, _ := slices.BinarySearch(clock, at)
			if next > days {
				break
			}
			if next-1 > day {
				day = next - 1
				buy()
			}
		}
	}
	return raw
}

// A shop with twice the buying in November and December says on December 31 and on June
// 30 that a new customer is worth the same, and gives the same mark to the same history,
// as far as sampling allows: two fits to a shop without a season do not differ less.
func TestRecoveryMarksKnowNoSeason(t *testing.T) {
	t.Parallel()
	size, factors := 20_000, []float64{1, 2}
	if testing.Short() {
		size, factors = 10_000, factors[1:]
	}
	shares := map[float64]float64{}
	for _, factor := range factors {
		config, results := map[string]config.Config{}, map[string]Result{}
		models, rows := map[string]scoring.RunModel{}, map[string][]valuedRow{}
		raw := seasonalOrders(size, factor, 3)
		options := simulation.Default()
		options.Customers = 2
		base, _ := simulated(t, options)
		base.Orders.Files = []string{writeOrders(t, raw)}
		days := []string{"2023-12-31", "2023-06-30"}
		for _, day := range days {
			c := base
			c.Time.AsOf = parseDay(t, day)
			config[day], results[day] = c, runBatch(t, c)
			model, err := scoring.OpenModel(context.Background(), results[day].Folder)
			if err != nil {
				t.Fatal(err)
			}
			models[day], rows[day] = model, readTable[valuedRow](t, results[day], "customers")
		}
		replacement := func(day string) float64 { return *results[day].Figures.Base["replacement"].Value }
		if ratio := replacement(days[0]) / replacement(days[1]); !(math.Abs(ratio-1) <= .1) {
			t.Errorf("%g times: the replacement is %.2f on %s, and %.2f on %s", factor, replacement(days[0]), days[0], replacement(days[1]), days[1])
		}
		same, all := 0, 0
		for at, day := range days {
			other := days[1-at]
			oracle := newValueOracle(t, config[day], results[other], models[other], rows[day])
			for i, row := range rows[day] {
				all++
				if (*row.Mark == "retain") == (oracle.values[i].clv > oracle.cost) {
					same++
				}
			}
		}
		shares[factor] = float64(same) / float64(all)
		t.Logf("%g times: replacement %.2f and %.2f, %.4f of the marks are the same", factor, replacement(days[0]), replacement(days[1]), shares[factor])
	}
	if !(shares[2] >= .95) || shares[1] > 0 && !(shares[2] >= shares[1]-.02) {
		t.Errorf("%.4f of the marks are the same, and without a season %.4f", shares[2], shares[1])
	}
}
