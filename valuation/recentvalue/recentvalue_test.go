package recentvalue_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"cbv/valuation/recentvalue"
)

// shop returns customers whose purchases are worth around a level of each customer's own,
// first ones times a factor; those of the quarter times another. A third are new in it.
func shop(first, quarter float64) []recentvalue.Customer {
	random := rand.New(rand.NewPCG(3, 1))
	customers := make([]recentvalue.Customer, 3000)
	for i := range customers {
		c := &customers[i]
		level := 20 * math.Exp(.5*random.NormFloat64())
		value := func(times float64) float64 { return level * times * math.Exp(.3*random.NormFloat64()) }
		if i%3 > 0 {
			for c.Purchases = 0; c.Purchases < 1+i%4; c.Purchases++ {
				worth := value(1)
				if c.Purchases == 0 {
					worth *= first
					c.First = worth
				}
				c.Value += worth
				c.LnValues += math.Log(worth)
			}
		}
		for c.RecentPurchases = 0; c.RecentPurchases < 1+i%2; c.RecentPurchases++ {
			worth := value(quarter)
			if c.Purchases == 0 && c.RecentPurchases == 0 {
				worth *= first
				c.RecentFirst = worth
			}
			c.RecentValue += worth
		}
	}
	return customers
}

// What is expected is what comes, whatever first purchases are worth beside later ones; of
// dearer purchases the ratio says by how much, but for what is expected of who is new by
// their own first, which is dearer too.
func TestRecentValue(t *testing.T) {
	for _, c := range []struct{ first, quarter float64 }{{1, 1}, {.5, 1}, {1.6, 1}, {.5, 1.5}, {1, .7}} {
		customers := shop(c.first, c.quarter)
		v, err := recentvalue.Of(customers, 2)
		if err != nil || v == nil {
			t.Fatal(v, err)
		}
		own := .1 * math.Abs(c.quarter-1)
		if off := v.Actual/v.Expected/c.quarter - 1; math.Abs(off) > 4*v.StandardError/v.Expected+own || v.StandardError > .03*v.Expected {
			t.Errorf("first purchases times %g, the quarter's times %g: worth %.2f for %.2f, standard error %.2f", c.first, c.quarter, v.Actual, v.Expected, v.StandardError)
		}
	}
}

// Too few purchases, or none before the quarter, say nothing.
func TestNothingToCompare(t *testing.T) {
	customers := shop(1, 1)
	for name, few := range map[string][]recentvalue.Customer{"few": customers[:15], "nobody": nil, "all new": {customers[0], customers[3]}} {
		if v, err := recentvalue.Of(few, 1); v != nil || err != nil {
			t.Errorf("%s: %+v, %v", name, v, err)
		}
	}
}
