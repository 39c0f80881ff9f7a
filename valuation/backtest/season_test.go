package backtest_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd/spend"
)

// seasonal is the base of which a shop with a season is drawn: MBG/NBD, customers
// acquired evenly over two years, purchases over three.
type seasonal struct {
	customers int
	factor    float64 // of buying in November and December

	// What changes for customers, where it is set.
	quality   func(firstDay int) float64 // multiplies the rate of a customer acquired on a day
	price     func(day int) float64      // multiplies the value of a purchase
	bought    func(day int) float64      // multiplies the rate of everybody
	regular   int                        // gaps are Erlang of this shape; 0: exponential
	leavesNot bool
}

const (
	acquiredDays = 730  // 2022 and 2023
	drawnDays    = 1095 // and 2024, of which a leap day is left out
)

// rate is what buying of a day is multiplied by.
func (s seasonal) rate(day int) float64 {
	rate := 1.
	if day%365 >= 304 { // from November 1
		rate = s.factor
	}
	if s.bought != nil {
		rate *= s.bought(day)
	}
	return rate
}

// draw draws the purchases of each customer.
func (s seasonal) draw(seed uint64) [][]purchase {
	source := rand.NewPCG(seed, 14)
	random := rand.New(source)
	clock := make([]float64, drawnDays+1) // how much buying there is up to the end of a day
	for day := 1; day <= drawnDays; day++ {
		clock[day] = clock[day-1] + s.rate(day-1)
	}
	customers := make([][]purchase, s.customers)
	for i := range customers {
		first := random.IntN(acquiredDays)
		rate := distuv.Gamma{Alpha: .25, Beta: 17, Src: source}.Rand()
		if s.quality != nil {
			rate *= s.quality(first)
		}
		scale := distuv.Gamma{Alpha: 4, Beta: 22.5, Src: source}.Rand()
		leaves := distuv.Beta{Alpha: .8, Beta: 4.8, Src: source}.Rand()
		value := func(day int) float64 {
			v := distuv.Gamma{Alpha: 6, Beta: scale, Src: source}.Rand()
			if s.price != nil {
				v *= s.price(day)
			}
			return max(v, 0.01)
		}
		purchases := []purchase{{first, value(first)}}
		at := clock[first+1]
		for s.leavesNot || random.Float64() >= leaves {
			gap := random.ExpFloat64()
			for range s.regular - 1 {
				gap += random.ExpFloat64()
			}
			at += gap / rate / float64(max(1, s.regular))
			day, _ := slices.BinarySearch(clock, at)
			if day > drawnDays {
				break
			}
			if last := &purchases[len(purchases)-1]; last.day == day-1 {
				continue // purchases of a day are one
			}
			purchases = append(purchases, purchase{day - 1, value(day - 1)})
		}
		customers[i] = purchases
	}
	return customers
}

// asOfDays are December 31, October 31 and June 30 of the second year.
var asOfDays = map[string]int{"December 31": 729, "October 31": 668, "June 30": 545}

// seasonOf rolls a shop back from a day.
func seasonOf(t *testing.T, customers [][]purchase, asOf int) backtest.Rolling {
	t.Helper()
	look := backtest.NewLookback(asOf, 365, 0)
	rolling, err := backtest.Roll(pastOf(customers, asOf, look), backtest.Procedure{Family: "MBG/NBD", Form: spend.OnPurchases},
		backtest.Terms{MaxTotalError: .25, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	return rolling
}

// A shop with a season is forecast within a tenth of what comes (15 % at four times the
// buying in November and December), whatever day it is asked; and a season of up to one
// and a half times denies no trust.
func TestRecoverySeason(t *testing.T) {
	size, factors := 20_000, []float64{1, 1.3, 1.5, 2, 4}
	if testing.Short() {
		size, factors = 8_000, []float64{1.5, 2}
	}
	for _, factor := range factors {
		customers := seasonal{customers: size, factor: factor}.draw(1)
		for _, name := range []string{"December 31", "October 31", "June 30"} {
			asOf := asOfDays[name]
			rolling := seasonOf(t, customers, asOf)
			judgement := rolling.Judge(math.NaN())
			expected, money := todays(t, customers, asOf, 365, "MBG/NBD")
			came, value := comes(customers, asOf, 365)
			byPurchases := rolling.Ratio(backtest.Purchases, 365)
			off := expected*byPurchases.Multiplier/came - 1
			offMoney := money*rolling.Ratio(backtest.Margin, 365).Multiplier/value - 1
			within := .1
			if factor >= 4 {
				within = .15
			}
			if testing.Short() {
				within += .05
			}
			what := fmt.Sprintf("%g times on %s", factor, name)
			if !(math.Abs(off) <= within && math.Abs(offMoney) <= within) {
				t.Errorf("%s: purchases %+.3f, money %+.3f", what, off, offMoney)
			}
			if factor <= 1.5 && judgement.Trust == backtest.NotTrusted {
				t.Errorf("%s: not trusted: %q", what, judgement.Reasons)
			}
			t.Logf("%s: purchases %+.3f (%+.3f without), money %+.3f, raw %.3f, multiplier %.3f, sigma %.3f, trust %d %q",
				what, off, expected/came-1, offMoney, byPurchases.Raw, byPurchases.Multiplier,
				math.Sqrt(rolling.ErrorVariance(backtest.Margin)), judgement.Trust, judgement.Reasons)
		}
	}
}
