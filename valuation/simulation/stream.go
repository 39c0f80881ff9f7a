package simulation

import (
	"math"
	"math/rand/v2"
)

// A stream is one customer's source of randomness for one purpose. It depends
// on the seed, the customer and the purpose alone, so customers can be made in
// any order, and more returns do not change the purchases.
type stream struct {
	source *rand.PCG
	*rand.Rand
}

// The purposes that have streams of their own.
const (
	behaviour = iota // arrival, purchases, dropout, spend
	mishaps          // returns and dirty rows
	purposes
)

func newStream() stream {
	source := rand.NewPCG(0, 0)
	return stream{source: source, Rand: rand.New(source)}
}

// restart sets the stream to its beginning for a customer. Seeds of PCG that
// differ in few bits give related states, hence the mixing.
func (s stream) restart(seed uint64, customer, purpose int) {
	s.source.Seed(mix(seed), mix(uint64(customer)*purposes+uint64(purpose)))
}

// mix is the finaliser of SplitMix64 (Steele, Lea & Flood 2014): a bijection
// in which each bit of the input changes half of the output's.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// gamma draws from Gamma(shape, rate 1). It does what gonum's distuv does,
// without its three allocations a draw, which would be most of the run.
//
// Marsaglia & Tsang (2000), "A Simple Method for Generating Gamma Variables";
// for shape < 1 their section 6.
func (s stream) gamma(shape float64) float64 {
	if shape < 1 {
		return s.gamma(shape+1) * math.Pow(s.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for { // accepts more than 95 % of the time at any shape
		x := s.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-s.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

// beta draws from Beta(a, b).
func (s stream) beta(a, b float64) float64 {
	x, y := s.gamma(a), s.gamma(b)
	if x+y == 0 {
		// Both shapes are so small that both draws underflowed; the
		// distribution is then a coin.
		if s.Float64() < a/(a+b) {
			return 1
		}
		return 0
	}
	return x / (x + y)
}
