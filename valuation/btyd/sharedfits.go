package btyd

import "slices"

// SharedFits are fits and the derivatives of all that rests on each, by the logarithms of
// its parameters: groups without parameters of their own share those of the base. Fits
// are made apart, so that the variances which their errors leave add up.
type SharedFits []sharedFit

type sharedFit struct {
	model      any
	covariance [][]float64
	gradient   []float64
}

// Add adds derivatives to those of a model; equal models are one fit.
func (f *SharedFits) Add(model any, covariance [][]float64, gradient []int64) {
	at := slices.IndexFunc(*f, func(fit sharedFit) bool { return fit.model == model })
	if at < 0 {
		at = len(*f)
		*f = append(*f, sharedFit{model, covariance, make([]float64, len(gradient))})
	}
	for i, by := range gradient {
		(*f)[at].gradient[i] += float64(by)
	}
}

// Variance is what the errors of all parameters leave in what rests on them.
func (f SharedFits) Variance() (variance float64) {
	for _, fit := range f {
		variance += ParameterVariance(fit.gradient, fit.covariance)
	}
	return variance
}
