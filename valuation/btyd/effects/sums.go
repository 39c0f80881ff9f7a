package effects

// Sums are what came of those who have a value of an attribute and what was expected of them
// but for the attribute, added up. Of a customer with several values each has its part, and
// Spread is of what is expected, by the squares of the parts.
type Sums struct{ Observed, Expected, Spread float64 }

// OfSums returns the effects of the values of one attribute by their sums in each window or
// band of repeats, in which all are there. It is a round of Fit for customers of whom no more
// is known, and φ is that of others.
func OfSums(windows [][]Sums, values int, dispersion float64) Effects {
	sums := make([]valueSums, values)
	for _, window := range windows {
		var came, want float64
		for _, of := range window {
			came, want = came+of.Observed, want+of.Expected
		}
		if !(came > 0 && want > 0) {
			continue
		}
		for i, of := range window {
			sums[i].observed += of.Observed
			sums[i].expected += of.Expected * came / want
			sums[i].spread += of.Spread * came / want
		}
	}
	fitted := make(Effects, values)
	fitted.shrink(sums, dispersion, 0)
	return fitted
}
