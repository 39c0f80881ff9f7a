package btyd

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// shopper is a customer drawn from the models, with what they do after the
// cutoff.
type shopper struct {
	History
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
	ordinaryShop = shop{BGNBD{R: 0.45, Alpha: 80, A: 0.7, B: 2.5}, GammaGamma{P: 6.25, Q: 3.74, Gamma: 15.44}, 800, 365, 0.10}
	loyalShop    = shop{BGNBD{R: 0.8, Alpha: 150, A: 0.3, B: 4}, GammaGamma{P: 1.5, Q: 2.2, Gamma: 30}, 800, 365, 0.10}
)

// shop is a base to draw customers from.
type shop struct {
	model           BGNBD
	spend           GammaGamma
	oldest          float64 // ages are uniform up to this, in whole cohorts of four weeks
	horizon, yearly float64
}

func (s shop) delta() float64 { return Discounting(s.yearly, 365) }

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
func fits(shoppers []shopper) (Fit, SpendFit, error) {
	histories := make([]HistoryCount, len(shoppers))
	spends := make([]SpendCount, len(shoppers))
	for i, c := range shoppers {
		histories[i] = HistoryCount{c.History, 1}
		spends[i] = SpendCount{c.Repeats, c.total, 1}
	}
	fit, err := fitted("bgnbd", histories, 1)
	if err != nil {
		return fit, SpendFit{}, err
	}
	spendFit, err := FitGammaGamma(spends, 1)
	return fit, spendFit, err
}
