package backtest_test

import (
	"math"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd/pool"
	"cbv/valuation/pastdays"
	"cbv/valuation/recentvalue"
)

// purchase is one of a customer's, on a day counted from the first of the files.
type purchase struct {
	day   int
	value float64
}

// pastOf makes what is known on the past days of a shop whose purchases are given, each
// customer's in order, up to asOf. Money is margin.
func pastOf(customers [][]purchase, asOf int, look pastdays.Lookback) backtest.Past {
	past := backtest.Past{Lookback: look}
	for _, before := range look.Days() {
		day := backtest.PastDay{Before: before}
		for i, purchases := range customers {
			c, known := knownOn(purchases, asOf-before, look.HoldoutDays)
			if !known {
				continue
			}
			c.U = (float64(i) + 0.5) / float64(len(customers))
			of := pooledOn(c, purchases, asOf-before, look.HoldoutDays)
			for _, days := range look.Windows() {
				of.Came = append(of.Came, cameIn(purchases, asOf-before, min(asOf-before+days, asOf)))
			}
			day.Customers = append(day.Customers, of)
		}
		past.Days = append(past.Days, day)
	}
	past.Recent = map[int][]recentvalue.Customer{}
	for _, before := range look.TestedQuarters() {
		for _, purchases := range customers {
			past.Recent[before] = append(past.Recent[before], recentOf(purchases, asOf-before))
		}
	}
	return past
}

// knownOn is a customer as known on a day, false where they had not purchased.
func knownOn(purchases []purchase, day, recentDays int) (backtest.Customer, bool) {
	c := backtest.Customer{MarginShare: 1}
	for i, p := range purchases {
		if p.day > day {
			break
		}
		c.Positive++
		c.LnSpend += math.Log(p.value)
		if i == 0 {
			c.FirstSpend = p.value
			continue
		}
		c.RepeatSpend += p.value
		c.History.Repeats++
		c.History.LastPurchase = float64(p.day - purchases[0].day)
		if p.day > day-recentDays {
			c.RecentPurchases++
			c.RecentMargin += p.value
		}
	}
	if c.Positive == 0 {
		return c, false
	}
	c.History.Age = float64(day - purchases[0].day)
	return c, true
}

// recentOf is what a customer had bought by a day, and bought in the quarter after it.
func recentOf(purchases []purchase, day int) (c recentvalue.Customer) {
	for i, p := range purchases {
		switch {
		case p.day <= day:
			c.Purchases++
			c.Value += p.value
			c.LnValues += math.Log(p.value)
			if i == 0 {
				c.First = p.value
			}
		case p.day <= day+pastdays.RecentDays:
			c.RecentPurchases++
			c.RecentValue += p.value
			if i == 0 {
				c.RecentFirst = p.value
			}
		}
	}
	return c
}

// pooledOn adds what the pool sees of a customer on a day.
func pooledOn(c backtest.Customer, purchases []purchase, day, holdoutDays int) backtest.PastCustomer {
	of := backtest.PastCustomer{Customer: c}
	for _, p := range purchases[1:] {
		if p.day > day {
			break
		}
		if day-p.day < pool.HalfWindow(holdoutDays) {
			of.RecentHalf++
		}
		for place, halfLife := range pool.HalfLives {
			of.Faded[place] += pool.Weight(day-p.day, halfLife)
		}
	}
	return of
}

// cameIn is what a customer purchased after one day and up to another.
func cameIn(purchases []purchase, after, to int) (came backtest.Came) {
	for _, p := range purchases {
		if p.day > after && p.day <= to {
			came.Purchases++
			came.Margin += p.value
			came.Revenue += p.value
		}
	}
	return came
}
