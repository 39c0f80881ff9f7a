package firstorders

import (
	"math"

	"cbv/valuation/stat"
)

// A comparison holds what a group brought against what it would have brought had it done
// as others did.
type comparison struct {
	observed, expected float64

	ownVariance    float64 // of observed, by the spread within the group
	otherVariance  float64 // of expected, by the spread of the others
	chanceVariance float64 // of their difference, were the group like the others
}

// ratio returns observed over expected with its 95 % interval: of the logarithm by both
// variances, or, where the group brought nothing or less, of the ratio itself. All are NaN
// where nothing is expected.
func (c comparison) ratio() (ratio, low, high float64) {
	if !(c.expected > 0) {
		return math.NaN(), math.NaN(), math.NaN()
	}
	ratio = c.observed / c.expected
	if c.observed > 0 {
		margin := math.Exp(stat.Z * math.Sqrt(c.logVariance()))
		return ratio, ratio / margin, ratio * margin
	}
	margin := stat.Z * math.Sqrt(c.ownVariance+ratio*ratio*c.otherVariance) / c.expected
	return ratio, ratio - margin, ratio + margin
}

// logVariance is the variance of the logarithm of the ratio, by the spread on both sides.
func (c comparison) logVariance() float64 {
	return c.ownVariance/(c.observed*c.observed) + c.otherVariance/(c.expected*c.expected)
}

// pValue returns with which probability a group that is like the others would be as far
// from them. Of the two variances that can be told it takes the larger one: money and
// purchases are so skewed that a group without big customers has too small a spread of its
// own, and that of all makes too much of a few big ones. In logarithms, with the larger, the
// share of chance findings stays below what the normal distribution says far out in
// both tails, which is where the verdict on one of thousands of values lies.
func (c comparison) pValue() float64 {
	distance := 0.0
	if c.observed > 0 {
		variance := math.Max(c.logVariance(), c.chanceVariance/(c.expected*c.expected))
		distance = math.Abs(math.Log(c.observed/c.expected)) / math.Sqrt(variance)
	} else {
		distance = (c.expected - c.observed) / math.Sqrt(math.Max(c.ownVariance+c.otherVariance, c.chanceVariance))
	}
	if math.IsNaN(distance) {
		return 1 // no distance and no spread
	}
	return math.Erfc(distance / math.Sqrt2)
}

// relativeVariance is the variance of the ratio of a group that is like the others.
func (c comparison) relativeVariance() float64 { return c.chanceVariance / (c.expected * c.expected) }

// spread returns the variance of the true ratios of an attribute's values about 1, by the
// method of moments: what their distances from 1 show beyond chance.
//
// DerSimonian & Laird (1986), "Meta-analysis in clinical trials", (8), with a known mean.
func spread(comparisons []comparison) float64 {
	excess, weights := 0.0, 0.0
	for _, c := range comparisons {
		if variance := c.relativeVariance(); c.expected > 0 && variance > 0 {
			distance := c.observed/c.expected - 1
			excess += distance*distance/variance - 1
			weights += 1 / variance
		}
	}
	if !(excess > 0) {
		return 0
	}
	return excess / weights
}

// shrunken returns the ratio as it is best ranked by: drawn towards 1 the more, the more of
// its distance from 1 may be chance, given the spread of the attribute's true ratios. It is
// NaN where nothing is expected.
func (c comparison) shrunken(spread float64) float64 {
	ratio, _, _ := c.ratio()
	if math.IsNaN(ratio) || spread == 0 {
		return ratio - ratio + 1 // NaN stays NaN
	}
	return 1 + (ratio-1)*spread/(spread+c.relativeVariance())
}
