package btyd

import "sort"

// Interval is the central 80 % of a distribution of counts, and the probability of it.
type Interval struct {
	Low, High int
	Coverage  float64
}

// Counts is the distribution of the number of purchases given that a customer
// is alive: P[n] is the probability of n, and cumulative[n] that of n or fewer.
type Counts struct {
	P, cumulative []float64
}

const (
	// Tail is what the central 80 % interval leaves on either side.
	Tail = 0.1

	// mostCounts bounds a distribution that nothing else does.
	mostCounts = 1 << 16
)

// Set makes the distribution up to most, and as far as its upper tail.
func (c *Counts) Set(future Future, t, expected float64, most int) {
	size := max(most+1, 8, int(min(1.5*expected, mostCounts)))
	for {
		c.P = resized(c.P, size)
		c.cumulative = resized(c.cumulative, size)
		future.Counts(t, c.P)
		sum := 0.0
		for n, p := range c.P {
			sum = min(sum+p, 1) // rounding
			c.cumulative[n] = sum
		}
		if sum >= 1-Tail || size >= mostCounts {
			return
		}
		size *= 2
	}
}

func resized(values []float64, size int) []float64 {
	if cap(values) < size {
		return make([]float64, size)
	}
	return values[:size]
}

// UpTo returns the probability of n purchases or fewer of a customer who is
// alive with probability pAlive.
func (c *Counts) UpTo(pAlive float64, n int) float64 {
	if n < 0 {
		return 0
	}
	return 1 - pAlive + pAlive*c.cumulative[n]
}

// Middle returns the central 80 % of a customer who is alive with probability pAlive.
func (c *Counts) Middle(pAlive float64) Interval {
	i := Interval{Low: c.quantile(pAlive, Tail), High: c.quantile(pAlive, 1-Tail)}
	i.Coverage = c.UpTo(pAlive, i.High) - c.UpTo(pAlive, i.Low-1)
	return i
}

// quantile returns the least n with a probability of at least q to purchase n
// times or less often.
func (c *Counts) quantile(pAlive, q float64) int {
	last := len(c.cumulative) - 1
	return sort.Search(last, func(n int) bool { return c.UpTo(pAlive, n) >= q })
}

// momentPrecision is the share of the mean that the distribution of counts has to hold
// before its second moment is taken from it.
const momentPrecision = 1e-3

// SecondMoment returns the expected square of the number of purchases of a customer who
// is alive. p is scratch space, which it returns grown.
func SecondMoment(future Future, t, expected float64, p []float64) (square float64, grown []float64) {
	for size := max(8, int(min(3*expected, mostCounts))); ; size *= 2 {
		p = resized(p, size)
		future.Counts(t, p)
		mean := 0.
		square = 0
		for n, chance := range p {
			mean += float64(n) * chance
			square += float64(n) * float64(n) * chance
		}
		if mean >= (1-momentPrecision)*expected || size >= mostCounts {
			return square, p
		}
	}
}
