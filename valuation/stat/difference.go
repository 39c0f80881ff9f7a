package stat

import "math"

// ProportionDifference returns the difference of two proportions seen in independent
// samples, and its 95 % interval, made of theirs.
//
// Newcombe (1998), "Interval estimation for the difference between independent
// proportions", Statistics in Medicine 17, method 10.
func ProportionDifference(successes, trials, otherSuccesses, otherTrials int64) (difference, low, high float64) {
	p, q := float64(successes)/float64(trials), float64(otherSuccesses)/float64(otherTrials)
	pLow, pHigh := Wilson(successes, trials)
	qLow, qHigh := Wilson(otherSuccesses, otherTrials)
	difference = p - q
	return difference, difference - math.Hypot(p-pLow, qHigh-q), difference + math.Hypot(pHigh-p, q-qLow)
}
