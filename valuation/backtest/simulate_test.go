package backtest_test

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd/spend"
)

// shop draws customers who first purchase evenly over oldestDays before the
// cutoff, and purchase by the day.
type shop struct {
	life       life
	rates      [2]float64 // Gamma: shape, rate in days
	spend      spend.GammaGamma
	oldestDays int
	holdout    int

	// Buying is surge times as fast from this many days after the cutoff on;
	// 0: it stays as it is.
	surge     float64
	surgeFrom float64
	returns   float64 // chance that a purchase of the holdout comes back; margin shares know it
}

// life says when a customer leaves: for draws of its own, after how many days
// and after which of the purchases, the first being 0, with which probability.
type life interface {
	draw(source rand.Source, draw *rand.Rand) (days float64, afterPurchase float64, fromFirst bool)
}

type (
	bg      struct{ a, b float64 } // BG/NBD
	mbg     struct{ a, b float64 } // MBG/NBD
	pareto  struct{ s, beta float64 }
	forever struct{}
)

func (l bg) draw(source rand.Source, _ *rand.Rand) (float64, float64, bool) {
	return math.Inf(1), distuv.Beta{Alpha: l.a, Beta: l.b, Src: source}.Rand(), false
}

func (l mbg) draw(source rand.Source, _ *rand.Rand) (float64, float64, bool) {
	return math.Inf(1), distuv.Beta{Alpha: l.a, Beta: l.b, Src: source}.Rand(), true
}

func (l pareto) draw(source rand.Source, draw *rand.Rand) (float64, float64, bool) {
	return draw.ExpFloat64() / distuv.Gamma{Alpha: l.s, Beta: l.beta, Src: source}.Rand(), 0, false
}

func (forever) draw(rand.Source, *rand.Rand) (float64, float64, bool) { return math.Inf(1), 0, false }

// ordinary is a shop two years old with a holdout of 240 days.
func ordinary(l life) shop {
	return shop{life: l, rates: [2]float64{0.5, 80}, spend: spend.GammaGamma{P: 6.25, Q: 3.74, Gamma: 15.44}, oldestDays: 500, holdout: 240}
}

const marginShare = 0.3

// customers draws n of them.
func (s shop) customers(n int, seed uint64) []backtest.Customer {
	source := rand.NewPCG(seed, 0)
	draw := rand.New(source)
	customers := make([]backtest.Customer, n)
	for i := range customers {
		customers[i] = s.customer(source, draw)
	}
	return customers
}

func (s shop) customer(source rand.Source, draw *rand.Rand) backtest.Customer {
	c := backtest.Customer{MarginShare: marginShare * (1 - s.returns), U: 1e-9 + draw.Float64()*(1-2e-9)}
	age := math.Floor(float64(s.oldestDays) * draw.Float64())
	c.History.Age = age
	rate := distuv.Gamma{Alpha: s.rates[0], Beta: s.rates[1], Src: source}.Rand()
	scale := distuv.Gamma{Alpha: s.spend.Q, Beta: s.spend.Gamma, Src: source}.Rand()
	c.FirstSpend = distuv.Gamma{Alpha: s.spend.P, Beta: scale, Src: source}.Rand()
	c.Positive, c.LnSpend = 1, math.Log(c.FirstSpend)
	leavesAt, leaves, fromFirst := s.life.draw(source, draw)
	if fromFirst && draw.Float64() < leaves {
		return c
	}
	today := 0.0 // of the last purchase; the first ended day 0
	for now := s.next(draw, 0, age, rate); now <= min(leavesAt, age+float64(s.holdout)); now = s.next(draw, now, age, rate) {
		// Purchases of a day are one, and leaving follows each of them.
		if day := math.Ceil(now); day > today {
			today = day
			s.purchase(&c, day, distuv.Gamma{Alpha: s.spend.P, Beta: scale, Src: source}.Rand(), draw)
		}
		if draw.Float64() < leaves {
			break
		}
	}
	return c
}

// next returns the time of the next purchase.
func (s shop) next(draw *rand.Rand, now, age, rate float64) float64 {
	wait := draw.ExpFloat64() / rate
	surge := age + s.surgeFrom
	switch {
	case s.surge == 0 || now+wait < surge:
		return now + wait
	case now >= surge:
		return now + wait/s.surge
	}
	return surge + (now+wait-surge)/s.surge
}

// purchase adds a repeat purchase.
func (s shop) purchase(c *backtest.Customer, day, value float64, draw *rand.Rand) {
	if day > c.History.Age {
		c.Purchases++
		c.Margin += marginShare * value
		if draw.Float64() < s.returns {
			c.Margin -= marginShare * value
		}
		return
	}
	c.History.Repeats++
	c.History.LastPurchase = day
	c.RepeatSpend += value
	c.Positive++
	c.LnSpend += math.Log(value)
	if day > c.History.Age-float64(s.holdout) {
		c.RecentPurchases++
		c.RecentMargin += marginShare * value
	}
}
