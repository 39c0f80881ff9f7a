package intake

import (
	"math"
	"testing"
)

// How many customers are read decides which are, and so every figure of a base above
// these sizes. The cases of SQL set sizes of a handful; here are those of a run.
func TestSampleSizes(t *testing.T) {
	for _, size := range []struct {
		name      string
		got, want int64
	}{
		{"bases that the backtest reads whole", Rules.BacktestFullCustomers, 60_000},
		{"customers that it reads of larger ones", Rules.BacktestSampleCustomers, 52_000},
		{"bases that other past days read whole", Rules.PastFullCustomers, 25_000},
		{"customers that they read of larger ones", Rules.PastSampleCustomers, 20_000},
		{"repeat customers that the spend model is fitted on", Rules.SpendSampleCustomers, 1_000_000},
	} {
		if size.got != size.want {
			t.Errorf("%s: %d, want %d", size.name, size.got, size.want)
		}
	}
	// the hash puts each customer into the sample or not: a binomial, whose variance is
	// below its mean
	least := float64(Rules.BacktestSampleCustomers) - 8*math.Sqrt(float64(Rules.BacktestSampleCustomers))
	if least < 50_000 {
		t.Errorf("a sample of %d can have %.0f customers, and 50,000 are promised", Rules.BacktestSampleCustomers, least)
	}
}
