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
	total      float64 // of the purchases up to the cutoff, the first included
	lnValues   float64 // Σ ln of their values
	purchases  int     // within the horizon
	spent      float64 // on them
	discounted float64 // the same, discounted to the cutoff
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
		c.total = value.Rand()
		c.lnValues = math.Log(c.total)
		for now := draw.ExpFloat64() / rate; now <= c.Age+s.horizon; now += draw.ExpFloat64() / rate {
			amount := value.Rand()
			if now <= c.Age {
				c.Repeats++
				c.LastPurchase = now
				c.total += amount
				c.lnValues += math.Log(amount)
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
	sample := Sample{Form: OnPurchases}
	for i, c := range shoppers {
		histories[i] = btyd.HistoryCount{History: c.History, Customers: 1}
		sample.Counts = append(sample.Counts, Count{c.Repeats, c.Repeats + 1, c.total, 1})
		sample.LnValues += c.lnValues
	}
	base, err := btyd.NewBase(histories, 1)
	if err != nil {
		return btyd.Fit{}, Fit{}, err
	}
	fit, err := family("bgnbd").Fit(base, 1)
	if err != nil {
		return btyd.Fit{}, Fit{}, err
	}
	spendFit, err := FitGammaGamma(sample, nil, 1)
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

// after returns the shapes of a spend model that the first purchase counts for; nil
// stands for only a mean.
func after(m *GammaGamma) func(repeats int) Shape {
	return func(repeats int) Shape {
		if m == nil {
			return Shape{}
		}
		return m.Shape(repeats + 1)
	}
}

// simulatedSpend returns the spend of customers drawn from a Gamma-Gamma model, to
// the cent if cents is set. How often they buy is geometric and independent of what
// they spend. Of means, all have a repeat.
func simulatedSpend(m GammaGamma, form Form, customers int, cents bool, seed uint64) Sample {
	source := rand.NewPCG(seed, 1)
	draw := rand.New(source)
	scales := distuv.Gamma{Alpha: m.Q, Beta: m.Gamma, Src: source}
	sample := Sample{Form: form, Counts: make([]Count, 0, customers)}
	for range customers {
		n := 1
		for draw.Float64() < 0.6 {
			n++
		}
		value := distuv.Gamma{Alpha: m.P, Beta: scales.Rand(), Src: source}
		if !form.FirstCounts {
			value.Alpha *= float64(n)
			total := rounded(value.Rand(), cents)
			sample.Counts = append(sample.Counts, Count{Repeats: n, Purchases: n, Total: total, Customers: 1})
			continue
		}
		total := 0.0
		for range n {
			amount := rounded(value.Rand(), cents)
			if cents {
				amount = max(0.01, amount)
			}
			total += amount
			sample.LnValues += math.Log(amount)
		}
		sample.Counts = append(sample.Counts, Count{Repeats: n - 1, Purchases: n, Total: total, Customers: 1})
	}
	return sample
}

func rounded(amount float64, cents bool) float64 {
	if !cents {
		return amount
	}
	return math.Round(amount*100) / 100
}

// logUniform draws a number whose order of magnitude is uniform.
func logUniform(low, high float64) *rapid.Generator[float64] {
	return rapid.Map(rapid.Float64Range(math.Log(low), math.Log(high)), math.Exp)
}
