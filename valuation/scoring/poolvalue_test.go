package scoring

import (
	"math"
	"testing"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/pipeline/pipelinetest"
)

// A month of Christmas before two of nothing brings as much as all three: what a shorter
// time brings above a longer one by the ratios of both, each shrunk by itself, is no
// customer's share.
func TestALongerTimeBringsAsMuchAtTheLeast(t *testing.T) {
	pc := pipelinetest.NewContext()
	pc.Config.Value.HorizonDays = 365
	s := scoringOf(pc)
	s.pooled = aPool()
	s.models.groups = []Group{{
		Purchase: btyd.Fit{Model: btyd.BGNBD{R: 0.3, Alpha: 20, A: 0.8, B: 2}},
		Spend:    spend.Model{Form: spend.OnMeans, Bands: []spend.Band{{Range: spend.Range{To: math.MaxInt}, Mean: 20}}},
	}}
	s.rolling.Ratios = []backtest.Ratio{
		{Target: backtest.Purchases, WindowDays: 30, Multiplier: 2.9},
		{Target: backtest.Purchases, WindowDays: 90, Multiplier: 0.9},
		{Target: backtest.Purchases, WindowDays: 365, Multiplier: 1.1},
	}
	forecasts, _, err := s.forecasts(t.Context(), []history{of(40, 0, 0, 500), of(9, 1, 5, 20), of(5, 30, 490, 500)})
	if err != nil {
		t.Fatal(err)
	}
	if month, quarter := s.seasonal[30], s.seasonal[90]; !(month > 60 && month == quarter && quarter < s.seasonal[365]) {
		t.Errorf("days without a season: %v", s.seasonal)
	}
	for _, f := range forecasts {
		if row := s.poolShares(f); !(0 < row.Share30d && row.Share30d <= row.Share90d && row.Share90d < row.Share365d && row.Share365d == 1) {
			t.Errorf("%+v: shares %g, %g and %g", f.Survivor, row.Share30d, row.Share90d, row.Share365d)
		}
	}
}
