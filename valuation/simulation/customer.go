package simulation

import (
	"fmt"
	"math"
)

const (
	microsPerDay = 24 * 60 * 60 * 1_000_000

	// No option allowed by Validate comes near it.
	maxPurchasesPerCustomer = 1_000_000

	// A return comes back after two days to a month, and is a tenth to nine
	// tenths of the purchase.
	minReturnDays, maxReturnDays   = 2.0, 30.0
	minReturnShare, maxReturnShare = 0.1, 0.9

	minCents = 1                   // an order costs at least 0.01
	maxCents = 100_000_000_000 - 1 // and less than a thousand million
)

// A customer is the truth about one: what the models can only estimate.
type customer struct {
	index             int
	channel           uint8
	category          uint8 // of the first order
	firstPurchase     int64 // microseconds since the epoch
	ratePerDay        float64
	dropoutChance     float64 // at a purchase; BG/NBD and MBG/NBD
	dropoutPerDay     float64 // Pareto/NBD
	droppedOut        int64   // microseconds since the epoch; 0: alive at the end
	meanPurchaseValue float64 // money
	purchases         int
}

// A generator makes customers with their rows, one at a time.
type generator struct {
	options   Options
	start     int64 // microseconds since the epoch
	end       int64 // exclusive
	behaviour stream
	mishaps   stream
	origins   stream
}

func newGenerator(options Options) *generator {
	start := options.Start.UnixMicro()
	return &generator{
		options:   options,
		start:     start,
		end:       start + int64(options.Days)*microsPerDay,
		behaviour: newStream(),
		mishaps:   newStream(),
		origins:   newStream(),
	}
}

// draw returns customer number index and appends the customer's rows, in order
// of purchase, to rows.
func (g *generator) draw(index int, rows []row) (customer, []row, error) {
	random, purchases := g.behaviour, g.options.Purchases
	random.restart(g.options.Seed, index, behaviour)
	g.mishaps.restart(g.options.Seed, index, mishaps)
	g.origins.restart(^g.options.Seed, index, behaviour)

	c := customer{index: index, channel: g.channel(random.Float64())}
	c.firstPurchase = g.arrival(index, random.Float64())
	channel := g.options.Channels[c.channel]
	var category Category
	c.category, category = g.category(g.origins.Float64())
	c.ratePerDay = random.gamma(purchases.R) / purchases.Alpha * factor(channel.Rate)
	lastDay := math.Inf(1) // of the customer's life, from the first purchase
	if g.options.Model == ParetoNBD {
		c.dropoutPerDay = random.gamma(purchases.S) / purchases.Beta * factor(category.Dropout)
		lastDay = random.ExpFloat64() / c.dropoutPerDay
	} else {
		c.dropoutChance = min(1, random.beta(purchases.A, purchases.B)*factor(category.Dropout))
	}
	valueRate := random.gamma(g.options.Spend.Q) / (g.options.Spend.Gamma * factor(channel.OrderValue) * factor(category.OrderValue))
	c.meanPurchaseValue = g.options.Spend.P / valueRate

	day := 0.0
	at := c.firstPurchase
	for {
		if c.purchases == maxPurchasesPerCustomer {
			return c, rows, fmt.Errorf("customer %d makes more than %d purchases: lower r or raise alpha", index, maxPurchasesPerCustomer)
		}
		c.purchases++
		from := len(rows)
		rows = g.purchase(rows, c, at, cents(random.gamma(g.options.Spend.P)/valueRate))
		if c.purchases == 1 {
			rows = g.describeFirst(rows, from, c)
		} else {
			g.describeLater(rows, from)
		}

		if g.leaves(c, random) {
			c.droppedOut = at
			return c, rows, nil
		}
		if wait := random.ExpFloat64() / c.ratePerDay; len(g.options.Season) == 0 {
			day += wait
			at = g.after(c.firstPurchase, day)
		} else {
			at = g.later(at, wait)
			day = float64(at-c.firstPurchase) / microsPerDay
		}
		if at >= g.end || day > lastDay {
			break
		}
	}
	if death := g.after(c.firstPurchase, lastDay); death < g.end {
		c.droppedOut = death
	}
	return c, rows, nil
}

// arrival places customer i of n at (i+u)/n of the span: uniform over it, and
// in order of i, so that files can be written as customers come.
func (g *generator) arrival(index int, u float64) int64 {
	share := (float64(index) + u) / float64(g.options.Customers)
	// The share of the last customer can round up to 1.
	return min(g.start+int64(share*float64(g.end-g.start)), g.end-1)
}

// after returns the time some days after another, or the end if that is later.
func (g *generator) after(at int64, days float64) int64 {
	if micros := days * microsPerDay; micros < float64(g.end-at) {
		return at + int64(micros)
	}
	return g.end
}

func (g *generator) channel(u float64) uint8 {
	last := len(g.options.Channels) - 1
	for i, channel := range g.options.Channels[:last] {
		if u < channel.Share {
			return uint8(i)
		}
		u -= channel.Share
	}
	return uint8(last)
}

// leaves tosses the coin after a purchase: MBG/NBD after each of them, BG/NBD
// after each but the first.
func (g *generator) leaves(c customer, random stream) bool {
	switch g.options.Model {
	case BGNBD:
		return c.purchases > 1 && random.Float64() < c.dropoutChance
	case MBGNBD:
		return random.Float64() < c.dropoutChance
	}
	return false
}

// purchase appends a purchase, what comes back of it, and the broken copy that
// some purchases leave in the files.
func (g *generator) purchase(rows []row, c customer, at, cents int64) []row {
	order := row{at: at, cents: cents, customer: uint32(c.index), channel: c.channel, kind: purchase}
	rows = append(rows, order)

	random := g.mishaps
	if random.Float64() < g.options.Returns {
		share := minReturnShare + (maxReturnShare-minReturnShare)*random.Float64()
		order.at = g.after(at, minReturnDays+(maxReturnDays-minReturnDays)*random.Float64())
		order.cents = -max(minCents, int64(math.Round(share*float64(cents))))
		order.kind = partialReturn
		if order.at < g.end {
			rows = append(rows, order)
		}
	}
	if random.Float64() < g.options.Dirty {
		order.at, order.cents = at, cents
		order.kind = firstDirty + kind(random.IntN(int(kinds-firstDirty)))
		rows = append(rows, order)
	}
	return rows
}

func cents(money float64) int64 {
	return int64(math.Round(min(max(money*100, minCents), maxCents)))
}
