// Package stat has the statistics of customers counted: intervals of shares, how
// long something takes when some have been watched for too short a time to see
// it, and how unevenly something is spread over holders.
package stat

import "math"

// Z is how many standard errors the margin of error of a 95 % interval is: the 97.5 %
// point of the normal distribution.
const Z = 1.959963984540054

// Wilson returns the 95 % interval of a proportion when successes of
// trials were seen. With no trials it is 0 to 1.
//
// Wilson (1927), "Probable Inference, the Law of Succession, and Statistical
// Inference", Journal of the American Statistical Association 22.
func Wilson(successes, trials int64) (low, high float64) {
	if trials == 0 {
		return 0, 1
	}
	const z = Z
	n := float64(trials)
	p := float64(successes) / n
	center := p + z*z/(2*n)
	spread := z * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	scale := 1 + z*z/n
	return math.Max(0, (center-spread)/scale), math.Min(1, (center+spread)/scale)
}
