package retention

import (
	"math"
	"testing"
)

func TestRateOf(t *testing.T) {
	// two of five went on, after 3 and 5 days; one waits since today, two since 9 days:
	// of 5, 4 are at risk on day 3 and 3 on day 5: the curve ends at 3/4 × 2/3 = 1/2
	step := rateOf(2, []stepTime{
		{Day: 9, Censored: 2, Mature: 2}, {Day: 3, Events: 1, Mature: 1, MatureEvents: 1}, {Day: 0, Censored: 1}, {Day: 5, Events: 1},
	})
	if step.PurchaseNumber != 2 || step.Customers != 5 || step.Repeaters != 2 || step.Customers365d != 3 || step.Repeaters365d != 1 {
		t.Errorf("counts %+v, want 2 of 5, 1 of 3", step)
	}
	if !(math.Abs(*step.Rate-0.4) <= 1e-15) || !(math.Abs(*step.Rate365d-1.0/3) <= 1e-15) {
		t.Errorf("rates %g and %g, want 2 of 5 and 1 of 3", *step.Rate, *step.Rate365d)
	}
	if step.MedianGapDays == nil || *step.MedianGapDays != 5 || *step.MedianGapOfRepeaters != 3 {
		t.Errorf("median gap %v, of repeaters %d, want 5 and 3", step.MedianGapDays, *step.MedianGapOfRepeaters)
	}
}

// What cannot be known yet is null, never 0.
func TestRateOfTheFirstDay(t *testing.T) {
	step := rateOf(1, []stepTime{{Day: 0, Censored: 7}})
	if step.Customers != 7 || step.Rate != nil || step.Low != nil || step.Rate365d != nil || step.MedianGapDays != nil || step.MedianGapOfRepeaters != nil {
		t.Errorf("%+v: nobody has been watched for a day", step)
	}
	step = rateOf(1, []stepTime{{Day: 1, Censored: 7}})
	if step.Rate == nil || *step.Rate != 0 {
		t.Errorf("%+v: of 7 nobody has gone on after a day", step)
	}
}
