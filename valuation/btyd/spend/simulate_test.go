package spend

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"cbv/valuation/btyd"
)

// shopper is a customer drawn from the models, with what they do after the
// cutoff.
type shopper struct {
	btyd.History
	total      float64 // of the repeat purchases
	purchases  int     // within the horizon
	spent      float64 // on them
	discounted float64 // the same, discounted to the cutoff
}

// mean returns m̄.
func (c shopper) mean() float64 {
	if c.Repeats == 0 {
		return 0
	}
	return c.total / float64(c.Repeats)
}

// Two shops, in days: one of ordinary customers, and one whose customers stay and
// whose spend has so long a tail that its fourth moment is infinite.
var (
	ordinaryShop = shop{btyd.BGNBD{R: 0.45, Alpha: 80, A: 0.7, B: 2.5}, GammaGamma{P: 6.25, Q: 3.74, Gamma: 15.44}, 800, 365, 0.10}
	loyalShop    = shop{btyd.BGNBD{R: 0.8, Alpha: 150, A: 0.3, B: 4}, GammaGamma{P: 1.5, Q: 2.2, Gamma: 30}, 800, 365, 0.10}
)

// shop is a base to draw customers from.
type shop struct {
	model           btyd.BGNBD
	spend           GammaGamma
	oldest          float64 // ages are uniform up to this, in whole cohorts of four weeks
	horizon, yearly float64
}

func (s shop) delta() float64 { return btyd.Discounting(s.yearly, 365) }

// draw returns customers with their futures.
func (s shop) draw(customers int, seed uint64) []shopper {
	source := rand.NewPCG(seed, 11)
	draw := rand.New(source)
	rates := distuv.Gamma{Alpha: s.model.R, Beta: s.model.Alpha, Src: source}
	leaving := distuv.Beta{Alpha: s.model.A, Beta: s.model.B, Src: source}
	scales := distuv.Gamma{Alpha: s.spend.Q, Beta: s.spend.Gamma, Src: source}
	shoppers := make([]shopper, customers)
	for i := range shoppers {
		c := &shoppers[i]
		c.Age = 28 * math.Floor(s.oldest/28*draw.Float64())
		rate, leaves := rates.Rand(), leaving.Rand()
		value := distuv.Gamma{Alpha: s.spend.P, Beta: scales.Rand(), Src: source}
		for now := draw.ExpFloat64() / rate; now <= c.Age+s.horizon; now += draw.ExpFloat64() / rate {
			amount := value.Rand()
			if now <= c.Age {
				c.Repeats++
				c.LastPurchase = now
				c.total += amount
			} else {
				c.purchases++
				c.spent += amount
				c.discounted += amount * math.Exp(-s.delta()*(now-c.Age))
			}
			if draw.Float64() < leaves {
				break
			}
		}
	}
	return shoppers
}

// fits returns the models fitted to the shoppers' histories.
func fits(shoppers []shopper) (btyd.Fit, Fit, error) {
	histories := make([]btyd.HistoryCount, len(shoppers))
	spends := make([]Count, len(shoppers))
	for i, c := range shoppers {
		histories[i] = btyd.HistoryCount{History: c.History, Customers: 1}
		spends[i] = Count{c.Repeats, c.total, 1}
	}
	base, err := btyd.NewBase(histories, 1)
	if err != nil {
		return btyd.Fit{}, Fit{}, err
	}
	fit, err := family("bgnbd").Fit(base, 1)
	if err != nil {
		return btyd.Fit{}, Fit{}, err
	}
	spendFit, err := FitGammaGamma(spends, 1)
	return fit, spendFit, err
}

// family returns the family of purchase models of a key.
func family(key string) btyd.Family {
	return btyd.Families[slices.IndexFunc(btyd.Families, func(f btyd.Family) bool { return f.Key == key })]
}

// survivorsOf returns the distinct (x, T) of the shoppers and the index there of
// each one's.
func survivorsOf(shoppers []shopper) (survivors []btyd.Survivor, of []int) {
	index := map[btyd.Survivor]int{}
	of = make([]int, len(shoppers))
	for i, c := range shoppers {
		survivor := at(c.Repeats, c.Age)
		place, known := index[survivor]
		if !known {
			place = len(survivors)
			index[survivor] = place
			survivors = append(survivors, survivor)
		}
		of[i] = place
	}
	return survivors, of
}

// at returns the survivor with x repeats at T = age.
func at(x int, age float64) btyd.Survivor { return btyd.Survivor{Repeats: x, Age: age} }

// simulatedSpend returns the repeat spend of customers drawn from a
// Gamma-Gamma model, to the cent if cents is set. How often they buy is
// geometric and independent of what they spend.
func simulatedSpend(m GammaGamma, customers int, cents bool, seed uint64) []Count {
	source := rand.NewPCG(seed, 1)
	draw := rand.New(source)
	scales := distuv.Gamma{Alpha: m.Q, Beta: m.Gamma, Src: source}
	counts := make([]Count, 0, customers)
	for range customers {
		x := 1
		for draw.Float64() < 0.6 {
			x++
		}
		total := distuv.Gamma{Alpha: m.P * float64(x), Beta: scales.Rand(), Src: source}.Rand()
		if cents {
			total = math.Round(total*100) / 100
		}
		counts = append(counts, Count{Repeats: x, Total: total, Customers: 1})
	}
	return counts
}

// logUniform draws a number whose order of magnitude is uniform.
func logUniform(low, high float64) *rapid.Generator[float64] {
	return rapid.Map(rapid.Float64Range(math.Log(low), math.Log(high)), math.Exp)
}
