package experiment

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// shop is a simulated one: few buy, and what they spend is log-normal.
type shop struct {
	rate          float64 // of buyers in the window
	basket, sigma float64 // median in minor units, and deviation of its logarithm
}

var ordinary = shop{rate: 0.06, basket: 4000, sigma: 0.9}

func (s shop) spend(random *rand.Rand) int64 {
	return 1 + int64(s.basket*math.Exp(s.sigma*random.NormFloat64()))
}

// meanSpend is 1 + E[floor(X)], and the floor of so large an X takes half a unit.
func (s shop) meanSpend() float64 { return 0.5 + s.basket*math.Exp(s.sigma*s.sigma/2) }

// arm returns people who buy once or not at all in the window: their revenue and
// whether they converted.
func (s shop) arm(random *rand.Rand, people int64, lift float64) (revenue, converted Sample) {
	buyers := int64(distuv.Binomial{N: float64(people), P: s.rate * (1 + lift), Src: random}.Rand())
	for range buyers {
		revenue.Add(s.spend(random), 0, 1)
	}
	revenue.Add(0, 0, people-buyers)
	converted.Add(1, 0, buyers)
	converted.Add(0, 0, people-buyers)
	return revenue, converted
}

// base is customers of a shop over the days of a campaign, one look a day, all arms alike.
type base struct {
	people    int
	purchases float64 // a day, of all people
	buyers    []int   // people, each as often as they are likely to buy
	visits    []int   // of each person, before the campaign: their covariate, 0 without
	most      int     // visits
}

// newBase draws customers whose rates are of a gamma distribution of that shape,
// all alike at 0.
func newBase(people int, purchasesPerDay, shape float64) base {
	b := base{people: people, purchases: purchasesPerDay, visits: make([]int, people)}
	random := rand.New(rand.NewPCG(0, 0))
	for person := range people {
		times := 1.0
		if shape > 0 {
			times = distuv.Gamma{Alpha: shape, Beta: shape / 20, Src: random}.Rand()
		}
		for range int(math.Round(times)) {
			b.buyers = append(b.buyers, person)
		}
	}
	return b
}

// remember draws what the people bought in 120 days before the campaign.
func (b *base) remember() {
	random := rand.New(rand.NewPCG(0, 1))
	b.visits = make([]int, b.people)
	for range int(120 * b.purchases) {
		person := b.buyers[random.IntN(len(b.buyers))]
		b.visits[person]++
		b.most = max(b.most, b.visits[person])
	}
}

// looks plays a campaign without effect: the people are assigned anew, and see
// is called after each look with the two arms' cumulative spend.
func (b base) looks(random *rand.Rand, looks int, treatedShare float64, see func(look int, treated, control Sample)) {
	isTreated := make([]bool, b.people)
	spent := make([]int64, b.people)
	var arms [2]Sample
	var people [2][]int64 // by their visits, which is fewer additions
	for arm := range people {
		people[arm] = make([]int64, b.most+1)
	}
	for person := range isTreated {
		isTreated[person] = random.Float64() < treatedShare
		people[int(one(isTreated[person]))][b.visits[person]]++
	}
	for arm := range people {
		for visits, n := range people[arm] {
			arms[arm].Add(0, int64(visits), n)
		}
	}
	for look := 1; look <= looks; look++ {
		for range int(distuv.Poisson{Lambda: b.purchases, Src: random}.Rand()) {
			person := b.buyers[random.IntN(len(b.buyers))]
			arm := &arms[int(one(isTreated[person]))]
			arm.Add(spent[person], int64(b.visits[person]), -1)
			spent[person] += ordinary.spend(random)
			arm.Add(spent[person], int64(b.visits[person]), 1)
		}
		see(look, arms[1], arms[0])
	}
}
