package backtest_test

import (
	"math"
	"testing"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
)

// purchase is one of a customer's, on a day counted from the first of the files.
type purchase struct {
	day   int
	value float64
}

// pastOf makes what is known on the past days of a shop whose purchases are given, each
// customer's in order, up to asOf. Money is margin.
func pastOf(customers [][]purchase, asOf int, look backtest.Lookback) backtest.Past {
	past := backtest.Past{Lookback: look}
	for _, before := range look.Days() {
		day := backtest.PastDay{Before: before}
		for i, purchases := range customers {
			c, known := knownOn(purchases, asOf-before, look.HoldoutDays)
			if !known {
				continue
			}
			c.U = (float64(i) + 0.5) / float64(len(customers))
			of := backtest.PastCustomer{Customer: c}
			for _, days := range look.Windows() {
				of.Came = append(of.Came, cameIn(purchases, asOf-before, min(asOf-before+days, asOf)))
			}
			day.Customers = append(day.Customers, of)
		}
		past.Days = append(past.Days, day)
	}
	for i, purchases := range customers {
		from := asOf - backtest.RecentDays
		c, known := knownOn(purchases, from, look.HoldoutDays)
		came := cameIn(purchases, from, asOf)
		if !known && came.Purchases == 0 {
			continue
		}
		c.U = (float64(i) + 0.5) / float64(len(customers))
		past.Recent = append(past.Recent, backtest.RecentCustomer{Customer: c, IsNew: !known, Purchases: came.Purchases, Value: came.Margin})
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

// cameIn is what a customer purchased after one day and up to another.
func cameIn(purchases []purchase, after, to int) (came backtest.Came) {
	for _, p := range purchases {
		if p.day > after && p.day <= to {
			came.Purchases++
			came.Margin += p.value
		}
	}
	return came
}

// todays forecasts the purchases and the money of the days after asOf, without a season,
// by the first family that has a fit.
func todays(t *testing.T, customers [][]purchase, asOf, days int) (purchases, money float64) {
	t.Helper()
	var known []backtest.Customer
	for _, of := range customers {
		if c, ok := knownOn(of, asOf, days); ok {
			known = append(known, c)
		}
	}
	var fit *btyd.Fit
	var worth spend.Model
	for _, family := range btyd.Families {
		if fit == nil {
			fit, worth = fitsOf(t, family, known)
		}
	}
	if fit == nil {
		t.Fatal("no family has a fit")
	}
	for _, c := range known {
		expected := btyd.ExpectedPurchases(fit.Model, c.History, float64(days))
		purchases += expected
		money += expected * worth.Expected(c.History.Repeats, c.Positive, c.FirstSpend+c.RepeatSpend)
	}
	return purchases, money
}

// comes is what the customers known on a day purchased after it.
func comes(customers [][]purchase, asOf, days int) (purchases, money float64) {
	for _, of := range customers {
		if _, known := knownOn(of, asOf, days); known {
			came := cameIn(of, asOf, asOf+days)
			purchases, money = purchases+float64(came.Purchases), money+came.Margin
		}
	}
	return purchases, money
}
