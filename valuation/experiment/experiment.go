// Package experiment says which customers a campaign leaves alone, what such a
// holdout can show before anything is sent, and what the campaign brought
// after.
//
// It compares people as they were assigned, whatever message they received, and counts
// those who bought nothing as zeros. Money goes in as whole minor units, and
// what is made of it comes out in minor units too.
package experiment

// Interval is a range of values, both ends included.
type Interval struct {
	Low, High float64
}

// Figure is a number of the report, or why there is none.
type Figure struct {
	Value *float64
	// Low and High are its 95 % interval. An end may be missing though the value
	// is there: Reason then says why.
	Low, High *float64
	Reason    string
}

func known(value float64) Figure { return Figure{Value: &value} }

func unknown(reason string) Figure { return Figure{Reason: reason} }

func between(value, low, high float64) Figure {
	return Figure{Value: &value, Low: &low, High: &high}
}
