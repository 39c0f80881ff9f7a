package btyd

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// simulated returns the histories of customers drawn from a BG/NBD model,
// with ages uniform over (0, oldest). In whole units of time if days is set.
func simulated(m BGNBD, customers int, oldest float64, days bool, seed uint64) []HistoryCount {
	source := rand.NewPCG(seed, 0)
	draw := rand.New(source)
	rates := distuv.Gamma{Alpha: m.R, Beta: m.Alpha, Src: source}
	leaving := distuv.Beta{Alpha: m.A, Beta: m.B, Src: source}
	merged := make(map[History]int64, customers)
	for range customers {
		h := History{Age: oldest * draw.Float64()}
		rate, leaves := rates.Rand(), leaving.Rand()
		for now := draw.ExpFloat64() / rate; now <= h.Age; now += draw.ExpFloat64() / rate {
			h.Repeats++
			h.LastPurchase = now
			if draw.Float64() < leaves {
				break
			}
		}
		if days {
			h.Age, h.LastPurchase = math.Floor(h.Age), math.Floor(h.LastPurchase)
		}
		merged[h]++
	}
	counts := make([]HistoryCount, 0, len(merged))
	for h, n := range merged {
		counts = append(counts, HistoryCount{h, n})
	}
	return counts
}

// simulatedSpend returns the repeat spend of customers drawn from a
// Gamma-Gamma model, to the cent if cents is set. How often they buy is
// geometric and independent of what they spend.
func simulatedSpend(m GammaGamma, customers int, cents bool, seed uint64) []SpendCount {
	source := rand.NewPCG(seed, 1)
	draw := rand.New(source)
	scales := distuv.Gamma{Alpha: m.Q, Beta: m.Gamma, Src: source}
	counts := make([]SpendCount, 0, customers)
	for range customers {
		x := 1
		for draw.Float64() < 0.6 {
			x++
		}
		total := distuv.Gamma{Alpha: m.P * float64(x), Beta: scales.Rand(), Src: source}.Rand()
		if cents {
			total = math.Round(total*100) / 100
		}
		counts = append(counts, SpendCount{Repeats: x, Total: total, Customers: 1})
	}
	return counts
}

// fitted fits the family of a key to counts.
func fitted(key string, counts []HistoryCount, workers int) (Fit, error) {
	base, err := NewBase(counts, workers)
	if err != nil {
		return Fit{}, err
	}
	return familyOf(key).Fit(base, workers)
}

// familyOf returns the family of a key.
func familyOf(key string) Family {
	for _, family := range Families {
		if family.Key == key {
			return family
		}
	}
	panic("no family " + key)
}
