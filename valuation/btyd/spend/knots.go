package spend

import "math"

// look finds the grid points of the tails and of the median.
func (x *mixture) look() {
	bound := int(lnFarthest / x.table.step)
	find := func(near, from int, share float64) int {
		return lastTrue(min(near, bound), from, bound, func(at int) bool { return x.exceeds(at) > share*x.total })
	}
	x.low = find(x.low, -bound, 1-tail)
	x.middle = find(x.middle, x.low, 0.5)
	x.high = find(x.high, x.middle, tail) + 1
}

// placeKnots chooses the power in which the median is halfway between the
// tails, and puts the knots between these.
func (x *mixture) placeKnots(d *Distribution) {
	step := x.table.step
	low, high := float64(x.low)*step, float64(x.high)*step
	d.Power = symmetricPower(float64(x.middle-x.low)*step, float64(x.high-x.middle)*step)
	// Neither end may overflow.
	if most := max(math.Abs(low), math.Abs(high)); math.Abs(d.Power)*most > 2*lnFarthest {
		d.Power *= 2 * lnFarthest / (math.Abs(d.Power) * most)
	}
	d.First = math.Exp(d.Power * low)
	d.Step = (math.Exp(d.Power*high) - d.First) / (Knots - 1)
	for i := range x.knots {
		x.knots[i] = math.Log(d.First+float64(i)*d.Step) / (d.Power * step)
	}
}

// symmetricPower returns the power c, other than 0, that makes equal distances
// in w^c of two distances in ln w from the median: e^(c above) + e^(-c below) = 2.
// Above 1 it goes only a third of the way: those who leave early are spread
// evenly over w, and higher powers pack too many of them before the second knot.
func symmetricPower(below, above float64) float64 {
	const least, most, lessAboveOne = 0.01, 20, 3
	if !(below > 0 && above > 0) {
		return least
	}
	c := math.Ln2 / above
	if above > below {
		c = -math.Ln2 / below
	}
	// Convex, and c is beyond the root: Newton's steps come down to it.
	for range 8 {
		up, down := math.Exp(c*above), math.Exp(-c*below)
		c -= (up + down - 2) / (above*up - below*down)
	}
	if !(math.Abs(c) >= least) {
		return least
	}
	if c > 1 {
		c = 1 + (c-1)/lessAboveOne
	}
	return min(max(c, -most), most)
}

// lastTrue returns the last point of [from, to] at which a property holds that
// holds up to some point: from if it holds nowhere. It looks around near first.
func lastTrue(near, from, to int, holds func(at int) bool) int {
	low, high := from, to+1 // holds at low (or it is from), not at high
	near = max(near, from)
	for reach := 1; ; reach *= 4 {
		if holds(near) {
			low = near
			if near == to {
				return to
			}
			if high <= to {
				break
			}
			near = min(near+reach, to)
		} else {
			high = near
			if near == from || low > from {
				break
			}
			near = max(near-reach, from)
		}
	}
	for high-low > 1 {
		middle := (low + high) / 2
		if holds(middle) {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}
