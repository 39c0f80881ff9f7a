package experiment

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// spend is what a purchase brings, in minor units.
type spend struct {
	name string
	mean float64
	draw func(random *rand.Rand) float64
}

const basket = 5000 // mean value of a purchase

// spends are those of shops: mild, skewed, and so skewed that there is no variance.
var spends = []spend{
	{"Gamma-Gamma 6, 4", basket, func(random *rand.Rand) float64 {
		const purchases, customers = 6, 4
		return basket * (customers - 1) / purchases * gamma(random, purchases) / gamma(random, customers)
	}},
	{"lognormal 1.3", basket, func(random *rand.Rand) float64 {
		const sigma = 1.3
		return basket * math.Exp(sigma*random.NormFloat64()-sigma*sigma/2)
	}},
	{"Pareto 1.7", basket, func(random *rand.Rand) float64 {
		const tail = 1.7
		return basket * (tail - 1) / tail * math.Pow(1-random.Float64(), -1/tail)
	}},
}

// gamma draws from the gamma distribution of a whole shape and rate 1: a sum of
// exponentials.
func gamma(random *rand.Rand, shape int) float64 {
	product := 1.0
	for range shape {
		product *= 1 - random.Float64()
	}
	return -math.Log(product)
}

// cell is a kind of campaign: one look at all of it, and looks on each night on which
// people become mature, from a quarter of them on.
type cell struct {
	control    float64 // share of the people
	spend      spend
	conversion float64 // of the control
	lift       float64 // of the treated one's
	people     int64
}

func (c cell) String() string {
	return fmt.Sprintf("%2.0f/%2.0f  %-16s %2.0f %%  %+3.0f %%  %6d", 100-100*c.control, 100*c.control, c.spend.name, 100*c.conversion, 100*c.lift, c.people)
}

const fillingNights = 60

// arms plays a campaign of which a sixtieth of the people become mature each night,
// and calls see with the people so far.
func (c cell) arms(random *rand.Rand, see func(night int, treated, control Outcomes)) {
	var treated, control Outcomes
	ofControl := int64(math.Round(float64(c.people) * c.control))
	for night := int64(1); night <= fillingNights; night++ {
		upTo := func(people int64) int64 { return people*night/fillingNights - people*(night-1)/fillingNights }
		c.buy(random, &treated, upTo(c.people-ofControl), c.conversion*(1+c.lift))
		c.buy(random, &control, upTo(ofControl), c.conversion)
		see(int(night), treated, control)
	}
}

func (c cell) buy(random *rand.Rand, arm *Outcomes, people int64, rate float64) {
	buyers := int64(distuv.Binomial{N: float64(people), P: rate, Src: random}.Rand())
	for range buyers {
		// whole units cut off half of one on average
		revenue := int64(c.spend.draw(random) + 0.5)
		arm.Revenue.Add(revenue, 0, 1)
	}
	arm.Revenue.Add(0, 0, people-buyers)
	arm.Converted.Add(1, 0, buyers)
	arm.Converted.Add(0, 0, people-buyers)
}

// looks are those of the nights from a quarter of the people on.
func (c cell) looks() (Looks, []float64) {
	var looks Looks
	for night := int64(1); night <= fillingNights; night++ {
		if share := float64(night) / fillingNights; isEnough(share) {
			looks = append(looks, Look{People: max(night, c.people*night/fillingNights), Share: share})
		}
	}
	bounds, err := looks.Bounds()
	if err != nil {
		panic(err)
	}
	return looks, bounds
}
