package btyd

import (
	"math"
	"slices"

	"cbv/valuation/btyd/likelihood"
)

// purchaseBase is a base of customers laid out for likelihoods: rows are
// distinct histories sorted by x, times are divided by the oldest age and
// looked up by index, because at daily grain a few thousand distinct ones
// serve hundreds of thousands of rows.
type purchaseBase struct {
	weight    []float64 // customers of each row
	last, age []int32   // of each row: indices of t_x and T in times
	times     []float64 // distinct t_x and T, ascending

	repeats   []float64 // distinct x, ascending
	sharing   []float64 // customers of each distinct x
	chunks    [][]likelihood.Segment
	customers float64
}

// newPurchaseBase lays out counts that are canonical.
func newPurchaseBase(counts []HistoryCount, scale float64) *purchaseBase {
	base := &purchaseBase{
		weight: make([]float64, len(counts)),
		last:   make([]int32, len(counts)),
		age:    make([]int32, len(counts)),
	}
	indices := make(map[float64]int32)
	indexOf := func(time float64) int32 {
		index, known := indices[time]
		if !known {
			index = int32(len(base.times))
			indices[time] = index
			base.times = append(base.times, time/scale)
		}
		return index
	}
	for i, c := range counts {
		base.weight[i] = float64(c.Customers)
		base.last[i] = indexOf(c.LastPurchase)
		if i > 0 && c.Age == counts[i-1].Age {
			base.age[i] = base.age[i-1]
		} else {
			base.age[i] = indexOf(c.Age)
		}
	}
	base.sortTimes()
	distinct, chunks := likelihood.Segments(len(counts), func(row int) int { return counts[row].Repeats })
	base.chunks = chunks
	base.repeats = make([]float64, len(distinct))
	for i, x := range distinct {
		base.repeats[i] = float64(x)
	}
	base.sharing = make([]float64, len(distinct))
	for _, chunk := range chunks {
		for _, s := range chunk {
			for _, customers := range base.weight[s.From:s.To] {
				base.sharing[s.Repeats] += customers
				base.customers += customers
			}
		}
	}
	return base
}

// sortTimes puts the distinct times in order.
func (base *purchaseBase) sortTimes() {
	order := make([]int32, len(base.times))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int {
		if base.times[a] < base.times[b] {
			return -1
		}
		return 1
	})
	times, place := make([]float64, len(order)), make([]int32, len(order))
	for i, old := range order {
		times[i], place[old] = base.times[old], int32(i)
	}
	base.times = times
	for i := range base.last {
		base.last[i], base.age[i] = place[base.last[i]], place[base.age[i]]
	}
}

// rowsOfX returns the number of rows of each distinct x.
func (base *purchaseBase) rowsOfX() []int {
	rows := make([]int, len(base.repeats))
	for _, chunk := range base.chunks {
		for _, s := range chunk {
			rows[s.Repeats] += s.To - s.From
		}
	}
	return rows
}

// ofTime is what likelihoods need of a time d since the first purchase, next to
// an α (or β).
type ofTime struct {
	log   float64 // ℓ(d) = ln(1+d/α)
	share float64 // d/(α+d)
}

// ofTimes sets into to what the distinct times are next to alpha.
func (base *purchaseBase) ofTimes(alpha float64, into []ofTime, workers int) {
	likelihood.EachChunk((len(base.times)+likelihood.ChunkRows-1)/likelihood.ChunkRows, workers, func(chunk int) {
		for i := chunk * likelihood.ChunkRows; i < min((chunk+1)*likelihood.ChunkRows, len(base.times)); i++ {
			d := base.times[i]
			into[i] = ofTime{log: math.Log1p(d / alpha), share: d / (alpha + d)}
		}
	})
}

// meanRate returns the repeat purchases per unit of time of the whole base.
func (base *purchaseBase) meanRate() float64 {
	var purchases, time float64
	for _, chunk := range base.chunks {
		for _, s := range chunk {
			for row := s.From; row < s.To; row++ {
				purchases += base.weight[row] * base.repeats[s.Repeats]
				time += base.weight[row] * base.times[base.age[row]]
			}
		}
	}
	return purchases / time
}
