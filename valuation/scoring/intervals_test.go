package scoring

import (
	"math"
	"testing"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/pipeline/pipelinetest"
)

// Bands share p and q, so that what their errors leave of uncertainty does not average
// out between bands: the variance is that of one gradient by p, q and the gamma of each.
func TestBandsShareTheErrorsOfPAndQ(t *testing.T) {
	s := scoringOf(pipelinetest.NewContext())
	few, many := spend.GammaGamma{P: 4, Q: 3, Gamma: 10}, spend.GammaGamma{P: 4, Q: 3, Gamma: 20}
	covariance := [][]float64{{0.02, 0.01, 0.003, 0.004}, {0.01, 0.05, 0.006, 0.007}, {0.003, 0.006, 0.03, 0.002}, {0.004, 0.007, 0.002, 0.04}}
	nbd := btyd.NBD{R: 0.7, Alpha: 9}
	s.models.groups = []Group{{
		Purchase: btyd.Fit{Model: nbd, Covariance: [][]float64{{0.01, 0}, {0, 0.02}}},
		Spend: spend.Model{
			Form: spend.OnPurchases, PositiveShare: 1, Fit: &spend.Fit{Models: []spend.GammaGamma{few, many}, Parameters: make([]btyd.Estimate, 4), Covariance: covariance},
			Bands: []spend.Band{{Range: spend.Range{From: 0, To: 3}, Model: &few}, {Range: spend.Range{From: 4, To: spend.MostRepeats}, Model: &many}},
		},
	}}
	low, high := s.valueTotal(map[parameterSet]*valueSums{
		{0, 0}: {minor: 400_000, variance: 5_000, noPurchase: -20_000_000, byParameter: []int64{10_000, -20_000, 0}, bySpend: []int64{30_000, -40_000, 50_000}},
		{0, 4}: {minor: 600_000, variance: 6_000, noPurchase: -30_000_000, byParameter: []int64{30_000, 5_000, 0}, bySpend: []int64{-10_000, 70_000, 80_000}},
	}, 20).Interval(intervalLevel)
	perUnit := float64(s.Minor)
	gradient := []float64{20_000 / perUnit, 30_000 / perUnit, 50_000 / perUnit, 80_000 / perUnit}
	total := btyd.Total{
		Expected:   1_000_000 / perUnit,
		Parameters: btyd.ParameterVariance(gradient, covariance) + btyd.ParameterVariance([]float64{40_000 / perUnit, -15_000 / perUnit}, [][]float64{{0.01, 0}, {0, 0.02}}),
		Customers:  11 * 20 * 20,
		Nothing:    math.Exp(-50),
	}
	wantLow, wantHigh := total.Interval(intervalLevel)
	if !(math.Abs(low-wantLow) <= 1e-9*wantLow) || !(math.Abs(high-wantHigh) <= 1e-9*wantHigh) {
		t.Errorf("from %g to %g, want %g to %g", low, high, wantLow, wantHigh)
	}
	if !(low > 0 && high > low) {
		t.Errorf("from %g to %g", low, high)
	}
}
