package contest

import (
	"math"
	"slices"

	"cbv/valuation/btyd"
)

// Detectable is what DropoutEvidence has to exceed: the 95 % point of
// chi-squared for the two parameters that dropout takes.
const Detectable = 5.99

// DropoutEvidence returns by how much the best family with dropout raises 2 ln L
// over the best without, NBD, on the same customers: 0 at least, since each of
// them comes as near to NBD as one likes, and +Inf where NBD has no fit.
//
// A search that was refused is evidence too, for the likelihood is at least what
// it reached; unless it ran to where nobody leaves, which is NBD.
func DropoutEvidence(fits []btyd.Fit, refused []*btyd.NoFitError) float64 {
	without, best := math.Inf(-1), math.Inf(-1)
	for _, fit := range fits {
		if hasDropout(fit) {
			best = max(best, fit.LogLikelihood)
		} else {
			without = max(without, fit.LogLikelihood)
		}
	}
	for _, none := range refused {
		searched := none.LogLikelihood != 0 && !math.IsNaN(none.LogLikelihood) && !math.IsInf(none.LogLikelihood, 0)
		if searched && btyd.HasDropout(none.Model) && none.Reason != btyd.NoDropout {
			best = max(best, none.LogLikelihood)
		}
	}
	if math.IsInf(without, -1) {
		return math.Inf(1)
	}
	return max(0, 2*(best-without))
}

// ByDropout says which of the families that were fitted to the same customers,
// or refused, may be chosen: those without dropout where none is detectable, those
// with it where it is and one of them has a fit. Where it is and none has, the
// customers are valued all the same, by the families without. In a contest NBD would
// win whenever buying picks up, for it promises the most.
func ByDropout(fits []btyd.Fit, refused []*btyd.NoFitError) func(family string) bool {
	dropout := DropoutEvidence(fits, refused) > Detectable && slices.ContainsFunc(fits, hasDropout)
	return func(family string) bool { return btyd.HasDropout(family) == dropout }
}

func hasDropout(fit btyd.Fit) bool { return btyd.HasDropout(fit.Model.Name()) }
