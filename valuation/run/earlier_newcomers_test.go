package run

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"cbv/valuation/btyd"
	"cbv/valuation/calendar"
	"cbv/valuation/config"
	"cbv/valuation/parquetfile"
	"cbv/valuation/scoring"
)

// newcomerWorth is what a new customer brings after the first order within 365 days, one
// customer at a time: what the model says, times what the new customers of the year
// before brought over it, shrunk, and times the level of the latest beside them, as far
// as that lies beyond chance.
func newcomerWorth(t *testing.T, c config.Config, result Result, customers []newCustomer) float64 {
	t.Helper()
	run, err := scoring.OpenModel(context.Background(), result.Folder)
	if err != nil {
		t.Fatal(err)
	}
	var all scoring.Group
	for _, group := range run.Groups() {
		if group.Channel == "" {
			all = group
		}
	}
	rate, delta := *c.Value.MarginRate, btyd.Discounting(c.Value.DiscountRate, 365)
	model := all.Purchase.Model
	modelled := model.PAlive(btyd.History{}) * model.Future(0, 0).Discounted(365, delta) * all.Spend.Band(0).Mean *
		rate * (1 - *result.Figures.Base["later_return_share"].Value)

	// What a customer brought up to an age, in how many purchases.
	later := func(n newCustomer, until int) (brought float64, purchases int) {
		for age, minor := range n.money {
			if age > 0 && age <= min(until, 365) {
				brought += rate * float64(minor) / 100 * math.Exp(-delta*float64(age))
				if minor > 0 {
					purchases++
				}
			}
		}
		return brought, purchases
	}
	type year struct {
		again, largest, customers, first, brought float64
		purchases, repeats, squares               int
		inBand, broughtByThen                     [13]float64
		purchasesByThen                           [13]int
	}
	var latest, earlier year
	for _, n := range customers {
		of, ended := &latest, n.age
		if n.age >= 730 {
			continue
		} else if n.age >= 365 {
			of, ended = &earlier, n.age-365
		}
		brought, purchases := later(n, n.age)
		of.customers, of.brought, of.purchases = of.customers+1, of.brought+brought, of.purchases+purchases
		of.first += rate * float64(n.money[0]) / 100
		repeats, again := 0, 0.0
		for age, minor := range n.money {
			if age > 0 && minor > 0 {
				repeats++
				again += float64(minor)
			}
		}
		of.repeats, of.squares = of.repeats+repeats, of.squares+repeats*repeats
		of.again, of.largest = of.again+again, max(of.largest, again)
		band := ended / 30
		brought, purchases = later(n, ended)
		of.inBand[band]++
		of.broughtByThen[band] += brought
		of.purchasesByThen[band] += purchases
	}
	var soFar, asTheirs float64
	var purchasesAsTheirs float64
	var purchasesOfTheirs int
	for band := range latest.inBand {
		if latest.inBand[band] > 0 && earlier.inBand[band] > 0 {
			soFar += latest.broughtByThen[band]
			asTheirs += latest.inBand[band] * earlier.broughtByThen[band] / earlier.inBand[band]
			purchasesAsTheirs += latest.inBand[band] * float64(earlier.purchasesByThen[band]) / earlier.inBand[band]
			purchasesOfTheirs += earlier.purchasesByThen[band]
		}
	}
	beyond := func(deviation, variance float64) float64 {
		return deviation * max(0, 1-9*variance/(deviation*deviation))
	}
	clipped := func(ratio float64) float64 { return math.Log(max(1./3, min(3, ratio))) }
	largest, ofLatest := earlier.largest/earlier.again, latest.largest/latest.again
	variance := 2*float64(earlier.squares)/float64(earlier.repeats)/float64(earlier.purchases) + largest*largest
	// what comes back of first orders, which the first order is less already
	later1 := earlier.brought/earlier.customers + *result.Figures.Base["later_return_share"].Value*earlier.first/earlier.customers
	deviation := clipped(later1/modelled) / (1 + variance/.04)
	unequal := max(float64(latest.squares)/float64(latest.repeats), float64(earlier.squares)/float64(earlier.repeats))
	deviation += beyond(clipped(soFar/asTheirs), 2*unequal*(1/purchasesAsTheirs+1/float64(purchasesOfTheirs))+largest*largest+ofLatest*ofLatest+.04)
	t.Logf("modelled %.2f, of the year before %.2f, level %.3f; deviation %.3f", modelled, later1, soFar/asTheirs, deviation)
	return modelled * math.Exp(deviation)
}

// donors are the customers of debruyn, which has no returns, as known on a day.
func donors(t *testing.T, asOf int) []newCustomer {
	t.Helper()
	rows, err := parquetfile.Read[struct {
		ID     *string  `parquet:"customer_id"`
		Day    *int32   `parquet:"date,date"`
		Amount *float64 `parquet:"amount"`
	}](sharedData(t, "debruyn.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	days := map[string]map[int]int64{}
	for _, row := range rows {
		if int(*row.Day) > asOf {
			continue
		}
		if days[*row.ID] == nil {
			days[*row.ID] = map[int]int64{}
		}
		days[*row.ID][int(*row.Day)] += int64(math.Round(*row.Amount * 100))
	}
	var customers []newCustomer
	for _, gifts := range days {
		n := newCustomer{first: math.MaxInt, money: map[int]int64{}}
		for day, minor := range gifts {
			if minor > 0 {
				n.first = min(n.first, day)
			}
		}
		if n.first == math.MaxInt {
			continue
		}
		n.age = asOf - n.first
		for day, minor := range gifts {
			n.money[max(0, day-n.first)] += minor
		}
		customers = append(customers, n)
	}
	return customers
}

// A new donor of debruyn, where most give again after a year, is worth by the run what is
// so by a plain computation from raw rows, and about what those of the next year brought.
func TestNewDonorsAreWorthWhatTheyBring(t *testing.T) {
	t.Parallel()
	first := 2009
	if testing.Short() {
		first = 2013
	}
	for year := first; year <= 2013; year++ {
		t.Run(fmt.Sprint(year), func(t *testing.T) {
			c := cdnow(t, "debruyn.parquet", fmt.Sprintf("%d-12-31", year), false)
			result := runBatch(t, c)
			asOf := calendar.DaysBetween(time.Unix(0, 0).UTC(), c.Time.AsOf.Time)
			near(t, result, "newcomer_clv", newcomerWorth(t, c, result, donors(t, asOf)), 0.0101) // first_order_margin and newcomer_value are rounded

			var came, next float64
			for _, n := range donors(t, math.MaxInt32) {
				if n.first <= asOf || n.first > asOf+365 {
					continue
				}
				next++
				for age, minor := range n.money {
					if age > 0 && age <= 365 {
						came += *c.Value.MarginRate * float64(minor) / 100 * math.Pow(1+c.Value.DiscountRate, -float64(age)/365)
					}
				}
			}
			got := *result.Figures.Base["newcomer_clv"].Value
			t.Logf("%d: %.2f; of the next year's came %.2f", year, got, came/next)
			// A year differs from the next by about .2, and so does what is known of it.
			if !(math.Abs(math.Log(got/(came/next))) <= 0.45) {
				t.Errorf("a new donor is worth %.2f, and those of the next year brought %.2f", got, came/next)
			}
		})
	}
}
