package likelihood

import "math"

// The digits that values are sorted by: passes of them make 64 bits.
const (
	digitBits = 11
	passes    = 6
)

// ByValue returns the places of values, none of them NaN, in the order of these, equal ones
// as they come: it sorts digit by digit, which compares no two of them.
func ByValue(values []float64) []int32 {
	type keyed struct {
		key   uint64
		place int32
	}
	from, to := make([]keyed, len(values)), make([]keyed, len(values))
	var counts [passes][1 << digitBits]int32
	digit := func(key uint64, pass int) uint64 { return key >> (pass * digitBits) & (1<<digitBits - 1) }
	for i, v := range values {
		key := math.Float64bits(v + 0) // -0 is 0
		if key>>63 == 1 {
			key = ^key
		} else {
			key |= 1 << 63
		}
		from[i] = keyed{key, int32(i)}
		for pass := range passes {
			counts[pass][digit(key, pass)]++
		}
	}
	for pass := range passes {
		if len(from) > 0 && int(counts[pass][digit(from[0].key, pass)]) == len(from) {
			continue // all have one digit
		}
		next := int32(0) // place of the first with a digit
		for d, n := range counts[pass] {
			counts[pass][d] = next
			next += n
		}
		for _, k := range from {
			at := &counts[pass][digit(k.key, pass)]
			to[*at] = k
			*at++
		}
		from, to = to, from
	}
	places := make([]int32, len(values))
	for i, k := range from {
		places[i] = k.place
	}
	return places
}
