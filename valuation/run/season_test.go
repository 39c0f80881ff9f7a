package run

import (
	"math"
	"testing"
	"time"

	"cbv/valuation/backtest"
)

// The same-season ratio of debruyn as of December 31, 2013: what 2013 brought over what
// the model as of 2012 expected, before shrinking. The reference was fitted by another
// program, whose total lies .4 % above this one's, half a standard error of the fit.
func TestSameSeasonRatioOfARealHistory(t *testing.T) {
	s := splitOf(t, "debruyn", time.Date(2012, 12, 31, 0, 0, 0, 0, time.UTC), 365)
	procedure := backtest.Procedure{Family: "MBG/NBD", Form: s.report.Rolling.Form} // whichever is chosen
	rolling, err := backtest.Roll(s.report.Past, procedure, backtest.Terms{MaxTotalError: .25, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	for target, want := range map[backtest.Target]float64{backtest.Purchases: .808, backtest.Margin: 1.076} {
		ratio := rolling.Ratio(target, 365)
		if len(ratio.Years) != 3 {
			t.Fatalf("%s: %d years", target, len(ratio.Years))
		}
		if got := ratio.Years[0].Ratio; !(math.Abs(got-want) <= .005) {
			t.Errorf("the ratio of %s is %.4f, want %.3f", target, got, want)
		}
		t.Logf("%s: %.4f of %+v, multiplier %.4f", target, ratio.Raw, ratio.Years, ratio.Multiplier)
	}
}
