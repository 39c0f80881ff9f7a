package spend

import (
	"math"
	"sort"

	"cbv/valuation/btyd"
)

const (
	// Counts from 64 purchases on are not all distinguished: their probability is
	// shared between the nearest two of sizes, which are √n/sizesPerRoot
	// apart. It widens the spread of Poisson counts by half a percent.
	sizesPerRoot = 4

	// Larger counts are not asked for. Their mean is known, and they are all
	// taken for that, among sizes some 5 % apart.
	mostCounted = 4096
	largestSize = 1 << 24
	sizeRatio   = 1.05

	uncounted = 1e-6 // the counts' tail beyond which no single count is asked for
	tail      = 1e-3 // of the spend below the first knot, and above the last

	// Second moments are of spend up to where this many customers of the
	// base would lie beyond: what nine bases in ten do not see adds to the
	// variance of their totals and not to what an 80 % interval has to hold.
	// At q = 2.2 the interval of the whole second moment holds in 87 % of
	// bases, at q = 1.7 the second moment is infinite. With this, 80 % in both.
	unseen = 0.1
)

// sizes are the numbers of purchases n that tables have rows for,
// ascending from 1.
var sizes = func() []float64 {
	var sizes []float64
	n := 1.0
	for n < mostCounted {
		sizes = append(sizes, n)
		n += max(1, math.Floor(math.Sqrt(n)/sizesPerRoot))
	}
	for ; n < largestSize; n *= sizeRatio {
		sizes = append(sizes, n)
	}
	return append(sizes, n)
}()

// place is where a number of purchases is among sizes.
type place struct {
	size  int
	share float64 // of size+1; the rest is of size
}

// places are the places of n < mostCounted.
var places = func() []place {
	places := make([]place, mostCounted)
	for n := 1; n < mostCounted; n++ {
		places[n] = placeOf(float64(n))
	}
	return places
}()

// placeOf returns the place of n ≥ 1, which need not be whole.
func placeOf(n float64) place {
	last := len(sizes) - 1
	size := sort.SearchFloat64s(sizes, n)
	switch {
	case size > last:
		return place{last - 1, 1}
	case sizes[size] == n:
		return place{size, 0}
	}
	low, high := sizes[size-1], sizes[size]
	return place{size - 1, (n - low) / (high - low)}
}

// mixture mixes the rows of a table with counts of purchases. What it
// remembers from one future to the next only says where to look first.
type mixture struct {
	table     *worthTable
	customers float64 // of the base
	length    int     // of counts
	counts    []float64
	weights   []float64 // of sizes
	rows      []*worthRow
	total     float64 // of the weights: P(N > 0)

	// Grid points: the last at which P(W > w) is still nearly all, half, and
	// more than next to nothing of the total.
	low, middle, high int

	sampled []float64 // P(W > w) at every stride-th grid point from start on
	start   int
	stride  int
	knots   [Knots]float64 // of the distribution in hand, in grid points
}

func newMixture(table *worthTable, customers int64) *mixture {
	return &mixture{table: table, customers: float64(customers), length: 32}
}

// distribution returns the Distribution of a future.
func (x *mixture) distribution(f btyd.Future, horizon float64) Distribution {
	d := Distribution{Power: 1, Step: 1}
	var mean, square float64
	d.None, mean, square = x.weigh(f, horizon)
	if x.total == 0 {
		return d
	}
	x.look()
	x.placeKnots(&d)
	if x.table.p == 0 {
		x.countAbove(&d)
	} else {
		x.mix()
		x.interpolate(&d.Exceeds)
	}
	for i := range d.Exceeds {
		d.Exceeds[i] = min(d.Exceeds[i], 1-d.None) // the sum's rounding apart
	}
	d.SecondMoment = x.secondMoment(&d, mean, square)
	return d
}

// secondMoment returns E[W²] from the mean and the mean square of the counts,
// the tail beyond what the base will hardly see cut off.
//
//	E[W_n²] = pn (pn+1) / ((b-1)(b-2)),  b > 2,  and P(W > w) ~ w^-b far out.
//
// With c where the tail is cut, ∫ 2w P(W > w) dw beyond it is 2c² P(W > c)/(b-2).
func (x *mixture) secondMoment(d *Distribution, mean, square float64) float64 {
	p, b := x.table.p, x.table.b
	if p == 0 {
		return square
	}
	const last = Knots - 1
	knot, left := d.at(last), d.Exceeds[last]
	far := max(1, math.Pow(left*x.customers/unseen, 1/b)) // c / last knot
	if b > 2 {
		whole := (p*p*square + p*mean) / ((b - 1) * (b - 2))
		beyond := 2 * knot * knot * left * math.Pow(far, 2-b) / (b - 2)
		if beyond <= whole/2 {
			return whole - beyond
		}
		return max(whole-beyond, d.cutSecondMoment()) // w^-b is not that near
	}
	atLast := d.cutSecondMoment()
	growth := math.Log(far) // ((c/knot)^(2-b) - 1)/(2-b)
	if b < 2 {
		growth = math.Expm1((2-b)*growth) / (2 - b)
	}
	return atLast + 2*knot*knot*left*growth
}

// weigh sets the weights of sizes, and returns P(0), the mean and the mean
// square of the counts.
func (x *mixture) weigh(f btyd.Future, horizon float64) (none, mean, square float64) {
	rest := x.count(f, horizon)
	none = x.counts[0]
	x.weights, x.rows = x.weights[:0], x.rows[:0]
	add := func(place place, weight float64) {
		for len(x.weights) <= place.size+1 {
			x.weights = append(x.weights, 0)
			x.rows = append(x.rows, nil)
		}
		x.weights[place.size] += weight * (1 - place.share)
		x.weights[place.size+1] += weight * place.share
	}
	for n := 1; n < len(x.counts); n++ {
		add(places[n], x.counts[n])
		purchases := float64(n) * x.counts[n]
		mean += purchases
		square += float64(n) * purchases
	}
	if rest > 0 {
		beyond := float64(len(x.counts))
		if rest > uncounted {
			// Too many to count: they have the mean that is missing.
			beyond = max(beyond, (f.Expected(horizon)-mean)/rest)
		}
		add(placeOf(beyond), rest)
		mean += rest * beyond
		square += rest * beyond * beyond
	}
	x.total = 0
	for size, weight := range x.weights {
		x.total += weight
		if weight > 0 {
			x.rows[size] = x.table.row(size)
		}
	}
	return none, mean, square
}

// count sets the counts as far as they matter and returns the probability of
// more.
func (x *mixture) count(f btyd.Future, horizon float64) float64 {
	for {
		if cap(x.counts) < x.length {
			x.counts = make([]float64, x.length, 2*x.length)
		}
		x.counts = x.counts[:x.length]
		f.Counts(horizon, x.counts)
		rest := 1.0
		for n, p := range x.counts {
			rest -= p
			if rest <= uncounted {
				x.counts = x.counts[:n+1]
				x.length = min(n+2+n/16, mostCounted)
				return max(0, rest)
			}
		}
		if x.length == mostCounted {
			return rest
		}
		x.length = min(2*x.length, mostCounted)
	}
}

// exceeds returns P(W > w, N > 0) at a grid point.
func (x *mixture) exceeds(at int) float64 {
	sum := 0.0
	for size, row := range x.rows {
		if row == nil {
			continue
		}
		i := max(0, at-row.first)
		if i < len(row.exceeds) {
			sum += x.weights[size] * row.exceeds[i]
		}
	}
	return sum
}

// The mixture is sampled so often in the shorter of its halves, three of its
// deviations, and not at more points.
const (
	mixturePoints = 9
	mostMixture   = 600
)

// mix sets the mixture from before the first knot until after the last.
func (x *mixture) mix() {
	x.stride = max(1, min(x.middle-x.low, x.high-x.middle)/mixturePoints, (x.high-x.low)/mostMixture)
	x.start = x.low - x.stride
	points := (x.high-x.low)/x.stride + 4
	if cap(x.sampled) < points+1 {
		x.sampled = make([]float64, points+1, 2*points)
	}
	// First what all the points before one have of rows that begin there.
	x.sampled = x.sampled[:points+1]
	clear(x.sampled)
	for size, row := range x.rows {
		if row == nil {
			continue
		}
		x.sampled[x.begins(row, points)] += x.weights[size] * row.exceeds[0]
	}
	sum := 0.0
	for point := points; point >= 0; point-- {
		sum, x.sampled[point] = sum+x.sampled[point], sum
	}
	x.sampled = x.sampled[:points]
	for size, row := range x.rows {
		if row == nil {
			continue
		}
		weight, point := x.weights[size], x.begins(row, points)
		for i := x.start + point*x.stride - row.first; point < points && i < len(row.exceeds); i += x.stride {
			x.sampled[point] += weight * row.exceeds[i]
			point++
		}
	}
}

// begins returns the first point of the mixture at which a row has begun, or
// points.
func (x *mixture) begins(row *worthRow, points int) int {
	ahead := row.first - x.start
	if ahead <= 0 {
		return 0
	}
	return min((ahead+x.stride-1)/x.stride, points)
}

// interpolate sets exceeds to the mixture at the knots, by cubics through four
// points.
func (x *mixture) interpolate(exceeds *[Knots]float64) {
	last := x.total
	for knot, at := range x.knots {
		position := (at - float64(x.start)) / float64(x.stride)
		i := min(max(int(position), 1), len(x.sampled)-3)
		f, s := x.sampled[i-1:i+3], position-float64(i)
		value := -s*(s-1)*(s-2)/6*f[0] + (s+1)*(s-1)*(s-2)/2*f[1] - (s+1)*s*(s-2)/2*f[2] + (s+1)*s*(s-1)/6*f[3]
		last = max(0, min(value, last)) // cubics may rise by a hair
		exceeds[knot] = last
	}
}

// countAbove sets Exceeds where W is the number of purchases.
func (x *mixture) countAbove(d *Distribution) {
	above, size := 0.0, len(x.weights)
	for knot := Knots - 1; knot >= 0; knot-- {
		w := d.at(float64(knot))
		for size > 0 && sizes[size-1] > w {
			size--
			above += x.weights[size]
		}
		d.Exceeds[knot] = above
	}
}
