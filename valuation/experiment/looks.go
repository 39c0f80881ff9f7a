package experiment

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/integrate/quad"
)

const (
	sequentialLevel = 0.05 // the chance to err over all the looks together
	firstShare      = 0.25 // of the planned people, for the first look
	mostLooks       = 1000
)

// Look is one look of several at a campaign that still grows.
type Look struct {
	People int64   // whose outcome is whole
	Share  float64 // of all that are planned, by which the error is spent
}

// Looks are those taken so far, in their order.
type Looks []Look

// Add returns the looks with one more. The same people looked at again are the same
// look, and a plan that has grown since takes back no error that is spent.
func (l Looks) Add(look Look) Looks {
	before := slices.DeleteFunc(slices.Clone(l), func(earlier Look) bool { return earlier.People >= look.People })
	for _, earlier := range l {
		if earlier.People <= look.People {
			look.Share = max(look.Share, earlier.Share)
		}
	}
	return append(before, look)
}

// isEnough says whether so large a share of the planned people is enough for a look.
func isEnough(share float64) bool { return share >= firstShare }

// spent is how much of the error may be spent up to a share of the information.
//
// Lan & DeMets (1983), "Discrete Sequential Boundaries for Clinical Trials",
// Biometrika 70: their function of Pocock's type.
func spent(share float64) float64 {
	return sequentialLevel * math.Log(1+(math.E-1)*math.Min(share, 1))
}

// Bounds returns how many standard errors a difference must be from 0 at each of
// the looks, for all of them together to err in 5 % of campaigns that do nothing.
// It is infinite at a look for which no error is left, which is then no look. Looks must
// grow in people.
//
// Differences at two looks are correlated as sums of independent people are, so the
// bound needs no plan of when they are taken, only of how many people there will be;
// where more come than planned, or fewer, the error stays what it is.
func (l Looks) Bounds() ([]float64, error) {
	if len(l) > mostLooks {
		return nil, fmt.Errorf("%d looks: give up to %d", len(l), mostLooks)
	}
	people := int64(0)
	for _, look := range l {
		if look.People <= people {
			return nil, fmt.Errorf("a look at %d people after one at %d: looks grow", look.People, people)
		}
		people = look.People
	}
	bounds := make([]float64, len(l))
	var p paths
	spentBefore := 0.0
	for i, look := range l {
		information := float64(look.People) / float64(people)
		scale := math.Inf(1)
		if i+1 < len(l) {
			scale = math.Sqrt(float64(l[i+1].People-look.People) / float64(people))
		}
		bounds[i] = p.boundFor(information, spent(look.Share)-spentBefore)
		p = p.within(information, bounds[i], scale)
		spentBefore = spent(look.Share)
	}
	return bounds, nil
}

// LastBound is the bound of the last of so many looks that are evenly spread from
// the first on, 1.96 of one.
func LastBound(looks int) (float64, error) {
	if looks < 1 || looks > mostLooks {
		return 0, fmt.Errorf("%d planned looks: give 1 to %d", looks, mostLooks)
	}
	if looks == 1 {
		return normal975, nil
	}
	var planned Looks
	for i := range looks {
		share := firstShare + (1-firstShare)*float64(i)/float64(looks-1)
		planned = append(planned, Look{People: int64(math.Round(1e6 * share)), Share: share})
	}
	bounds, err := planned.Bounds()
	if err != nil {
		return 0, err
	}
	return bounds[looks-1], nil
}

// paths are the standardised differences of campaigns that do nothing and have not
// crossed a bound before: with S = Z sqrt(information), S moves between looks by a
// normal step of the information that is new. The density of S at a look is the
// integral of that at the look before, over the values that did not cross there, times
// the density of the step. It is even, so half a line of nodes holds it.
//
// Armitage, McPherson & Rowe (1969), "Repeated Significance Tests on
// Accumulating Data", Journal of the Royal Statistical Society A 132.
type paths struct {
	information   float64
	nodes, masses []float64 // of S above 0: weight times density; none before the first look
}

// crossing returns the chance of paths that first cross a bound at this look.
func (p paths) crossing(information, bound float64) float64 {
	edge := bound * math.Sqrt(information)
	step := math.Sqrt(information-p.information) * math.Sqrt2
	if p.nodes == nil {
		return math.Erfc(edge / step)
	}
	sum := 0.0
	for i, u := range p.nodes {
		sum += p.masses[i] * (math.Erfc((edge-u)/step) + math.Erfc((edge+u)/step))
	}
	return sum
}

// boundFor returns the bound that so much of the error crosses.
func (p paths) boundFor(information, chance float64) float64 {
	const highest = 8 // nobody crosses it: one in 10^15
	if !(p.crossing(information, highest) < chance) {
		return math.Inf(1)
	}
	low, high := 0.0, float64(highest)
	for range 100 {
		middle := (low + high) / 2
		if middle == low || middle == high {
			break
		}
		if p.crossing(information, middle) > chance {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// within returns the paths that do not cross the bound at this look. The next look
// reads them on the scale of its step.
func (p paths) within(information, bound, nextStep float64) paths {
	step := math.Sqrt(information - p.information)
	// no path gets beyond 9 standard deviations, whatever the bound
	edge := math.Min(bound, 9) * math.Sqrt(information)
	// The density varies on the scale of the last step, and is read on that of
	// the next one. Six nodes to the shorter is more than enough.
	count := int(3*edge/math.Min(step, nextStep)) + 24
	next, weights := make([]float64, count), make([]float64, count)
	quad.Legendre{}.FixedLocations(next, weights, 0, edge)
	if next[0] > next[count-1] { // gonum gives them from above, which it does not promise
		slices.Reverse(next)
		slices.Reverse(weights)
	}
	density := 1 / (step * math.Sqrt(2*math.Pi))
	for i, x := range next {
		weights[i] *= density * p.near(x, step)
	}
	return paths{information, next, weights}
}

// near adds up the paths before by how likely a step leads from them to x.
func (p paths) near(x, step float64) float64 {
	if p.nodes == nil {
		return math.Exp(-x * x / (2 * step * step))
	}
	sum := 0.0
	for j, u := range p.nodes {
		far := (x - u) / step
		if far > 8.5 {
			continue // less than 1e-15 of the density arrives
		}
		if far < -8.5 {
			break
		}
		sum += p.masses[j] * math.Exp(-far*far/2)
		if mirrored := (x + u) / step; mirrored < 8.5 {
			sum += p.masses[j] * math.Exp(-mirrored*mirrored/2)
		}
	}
	return sum
}
