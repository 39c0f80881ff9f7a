package btyd

// purchaseBase is a base of customers laid out for likelihoods: rows are
// distinct histories sorted by x, times are divided by the oldest age and
// looked up by index, because at daily grain a few thousand distinct ones
// serve hundreds of thousands of rows.
type purchaseBase struct {
	weight    []float64 // customers of each row
	last, age []int32   // of each row: indices of t_x and T in times
	times     []float64 // distinct t_x and T

	repeats   []float64 // distinct x, ascending
	sharing   []float64 // customers of each distinct x
	chunks    [][]segment
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
	distinct, chunks := segments(len(counts), func(row int) int { return counts[row].Repeats })
	base.chunks = chunks
	base.repeats = make([]float64, len(distinct))
	for i, x := range distinct {
		base.repeats[i] = float64(x)
	}
	base.sharing = make([]float64, len(distinct))
	for _, chunk := range chunks {
		for _, s := range chunk {
			for _, customers := range base.weight[s.from:s.to] {
				base.sharing[s.repeats] += customers
				base.customers += customers
			}
		}
	}
	return base
}
