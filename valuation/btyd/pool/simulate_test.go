package pool

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"

	"cbv/valuation/btyd"
)

// simulated returns customers whose past is that of steady buyers of any age below
// oldest, and who purchase in a window of so many days as a fading memory says.
func simulated(m FadingMemory, customers, oldest, days int, seed uint64) []Observed {
	source := rand.NewPCG(seed, 0)
	draw := rand.New(source)
	observed := make([]Observed, customers)
	for i := range observed {
		o := &observed[i]
		age := 1 + draw.IntN(oldest)
		o.History.Age = float64(age)
		rate := distuv.Gamma{Alpha: 0.5, Beta: 60, Src: source}.Rand()
		for day := draw.ExpFloat64() / rate; day < float64(age); day += draw.ExpFloat64() / rate {
			o.addPurchase(day, days)
		}
		size := m.Size(o.Customer)
		mean := distuv.Gamma{Alpha: size, Beta: size / m.Expected(o.Customer, float64(days)), Src: source}.Rand()
		o.Purchases = int(distuv.Poisson{Lambda: mean, Src: source}.Rand())
	}
	return observed
}

// addPurchase adds a repeat purchase, so many days after the first.
func (o *Observed) addPurchase(day float64, windowDays int) {
	ago := o.History.Age - day
	o.History.Repeats++
	o.History.LastPurchase = day
	if ago < float64(windowDays) {
		o.Recent++
	}
	if ago < float64(HalfWindow(windowDays)) {
		o.RecentHalf++
	}
	for i, halfLife := range HalfLives {
		o.Faded[i] += Weight(int(ago), halfLife)
	}
}

// steady are models of families, as good as any for a feature.
func steady(memory FadingMemory) Models {
	return Models{MBGNBD: btyd.MBGNBD{R: 0.5, Alpha: 50, A: 0.8, B: 5}, NBD: btyd.NBD{R: 0.5, Alpha: 60}, Memory: memory}
}
