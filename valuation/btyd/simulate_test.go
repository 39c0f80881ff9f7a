package btyd

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// simulated returns the histories of customers drawn from a model, with ages
// uniform over (0, oldest). In whole units of time, rounded down as days are, if
// days is set.
func simulated(m Model, customers int, oldest float64, days bool, seed uint64) []HistoryCount {
	return simulatedAt(m, customers, seed, func(draw *rand.Rand) float64 { return oldest * draw.Float64() }, func(h *History) {
		if days {
			h.Age, h.LastPurchase = math.Floor(h.Age), math.Floor(h.LastPurchase)
		}
	})
}

// simulatedOnGrid is simulated with ages that are whole numbers and last
// purchases at the nearest of them: unlike rounding down, it moves no estimate
// by anything that 30,000 customers would show, and histories coincide.
func simulatedOnGrid(m Model, customers, oldest int, seed uint64) []HistoryCount {
	return simulatedAt(m, customers, seed, func(draw *rand.Rand) float64 { return float64(1 + draw.IntN(oldest)) }, func(h *History) {
		h.LastPurchase = math.Round(h.LastPurchase)
	})
}

// simulatedAt draws customers of ages that age draws, and counts their histories
// after record has rounded them.
func simulatedAt(m Model, customers int, seed uint64, age func(*rand.Rand) float64, record func(*History)) []HistoryCount {
	source := rand.NewPCG(seed, 0)
	draw := rand.New(source)
	purchase := customersOf(m, draw, source)
	merged := make(map[History]int64, customers)
	for range customers {
		h := History{Age: age(draw)}
		purchase(&h)
		record(&h)
		merged[h]++
	}
	counts := make([]HistoryCount, 0, len(merged))
	for h, n := range merged {
		counts = append(counts, HistoryCount{h, n})
	}
	return counts
}

// customersOf returns a function that lets a customer drawn from m purchase until
// they leave or reach their age.
func customersOf(m Model, draw *rand.Rand, source rand.Source) func(h *History) {
	gamma := func(shape, rate float64) distuv.Gamma { return distuv.Gamma{Alpha: shape, Beta: rate, Src: source} }
	switch m := m.(type) {
	case BGNBD:
		rates, leaving := gamma(m.R, m.Alpha), distuv.Beta{Alpha: m.A, Beta: m.B, Src: source}
		return func(h *History) { *h = drawn(draw, *h, rates.Rand(), leaving.Rand()) }
	case MBGNBD:
		rates, leaving := gamma(m.R, m.Alpha), distuv.Beta{Alpha: m.A, Beta: m.B, Src: source}
		return func(h *History) {
			if rate, leaves := rates.Rand(), leaving.Rand(); draw.Float64() >= leaves {
				*h = drawn(draw, *h, rate, leaves)
			}
		}
	case ParetoNBD:
		rates, dropouts := gamma(m.R, m.Alpha), gamma(m.S, m.Beta)
		return func(h *History) {
			lifetime := draw.ExpFloat64() / dropouts.Rand()
			alive := drawn(draw, History{Age: min(h.Age, lifetime)}, rates.Rand(), 0)
			h.Repeats, h.LastPurchase = alive.Repeats, alive.LastPurchase
		}
	case NBD:
		rates := gamma(m.R, m.Alpha)
		return func(h *History) { *h = drawn(draw, *h, rates.Rand(), 0) }
	}
	panic("no such model")
}

// drawn returns the history of one customer of a given age.
func drawn(draw *rand.Rand, h History, rate, leaves float64) History {
	for now := draw.ExpFloat64() / rate; now <= h.Age; now += draw.ExpFloat64() / rate {
		h.Repeats++
		h.LastPurchase = now
		if draw.Float64() < leaves {
			break
		}
	}
	return h
}

// fitted fits the family of a key to counts.
func fitted(key string, counts []HistoryCount, workers int) (Fit, error) {
	base, err := NewBase(counts, workers)
	if err != nil {
		return Fit{}, err
	}
	family, known := familyOf(key)
	if !known {
		panic("no family " + key)
	}
	return family.Fit(base, workers)
}
