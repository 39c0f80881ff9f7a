package experiment

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
)

// everyCell asks for all cells of the simulation, which takes a quarter of an hour:
//
//	go test ./valuation/experiment -run TestIntervalRecovery -every-cell -v -timeout 2h
var everyCell = flag.Bool("every-cell", false, "simulate every cell, 2,000 campaigns each")

// campaigns is how often a campaign is drawn anew.
var campaigns = 2000

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		campaigns = 500
	}
	os.Exit(m.Run())
}

// tally is how the intervals of a figure did: how many there were, and how many had
// the truth on each side.
type tally struct{ printed, below, above int }

func (t *tally) count(interval *Interval, truth float64) {
	if interval == nil {
		return
	}
	t.printed++
	switch {
	case truth < interval.Low:
		t.below++
	case truth > interval.High:
		t.above++
	}
}

func (t tally) String() string {
	if t.printed == 0 {
		return fmt.Sprintf("%5.1f %%                    ", 100.0)
	}
	share := func(n int) float64 { return 100 * float64(n) / float64(t.printed) }
	return fmt.Sprintf("%5.1f %% %5.1f %% %4.1f %4.1f", 100-100*float64(t.printed)/float64(campaigns), 100-share(t.below+t.above), share(t.below), share(t.above))
}

// result is what the campaigns of a cell came to.
type result struct {
	cell                      cell
	revenue, conversion, lift tally
	// erred are the campaigns of which an interval at any of the looks did not hold
	// the truth.
	erredRevenue, erredConversion int
}

func (c cell) simulate() result {
	r := result{cell: c}
	looks, bounds := c.looks()
	first := fillingNights - len(looks) + 1
	gain := c.conversion * c.lift
	for seed := range uint64(campaigns) {
		var hasErredRevenue, hasErredConversion bool
		c.arms(rand.New(rand.NewPCG(seed, 1)), func(night int, treated, control Outcomes) {
			if night < first || treated.people() < 2 || control.people() < 2 {
				return
			}
			rule := Rule{Buyers: min(treated.buyers(), control.buyers()), SequentialBound: bounds[night-first]}
			if rule.Buyers < leastBuyers {
				return
			}
			revenue, err := Compare(treated.Revenue, control.Revenue, rule)
			if err != nil {
				panic(err)
			}
			rule.Share = true
			conversion, err := Compare(treated.Converted, control.Converted, rule)
			if err != nil {
				panic(err)
			}
			misses := func(interval *Interval, truth float64) bool {
				return interval != nil && (truth < interval.Low || truth > interval.High)
			}
			hasErredRevenue = hasErredRevenue || misses(revenue.Raw.Sequential, gain*c.spend.mean)
			hasErredConversion = hasErredConversion || misses(conversion.Raw.Sequential, gain)
			if night == fillingNights {
				r.revenue.count(revenue.Raw.Fixed, gain*c.spend.mean)
				r.conversion.count(conversion.Raw.Fixed, gain)
				if f := revenue.Raw.Lift; f.Low != nil {
					r.lift.count(&Interval{*f.Low, *f.High}, c.lift)
				}
			}
		})
		if hasErredRevenue {
			r.erredRevenue++
		}
		if hasErredConversion {
			r.erredConversion++
		}
	}
	return r
}
