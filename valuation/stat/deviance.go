package stat

import "math"

// Deviance returns the Poisson deviance of an outcome y ≥ 0 when mu was
// expected, at least least.
func Deviance(y, mu, least float64) float64 {
	mu = max(mu, least)
	if y <= 0 {
		return 2 * mu
	}
	return 2 * (y*math.Log(y/mu) - (y - mu))
}

// TotalError returns the error of the total and its 95 % interval.
//
// The total is a ratio of sums over a sample of customers, whose variance is
// that of the residuals predicted - ratio · actual: Cochran (1977), "Sampling
// Techniques", (6.13).
func TotalError(predicted, actual []float64, expected, total float64) (relative, low, high float64) {
	if !(total > 0) {
		return math.NaN(), math.NaN(), math.NaN()
	}
	ratio := expected / total
	squares := 0.0
	for i, mu := range predicted {
		residual := mu - ratio*actual[i]
		squares += residual * residual
	}
	n := float64(len(predicted))
	half := Z * math.Sqrt(squares*n/max(1, n-1)) / total
	return ratio - 1, ratio - 1 - half, ratio - 1 + half
}

// Mean returns that of some values.
func Mean(values []float64) float64 {
	sum := 0.
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}
