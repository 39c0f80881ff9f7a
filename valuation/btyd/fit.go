package btyd

import "math"

// Fit is a fitted purchase model and what the fit knows about it.
type Fit struct {
	Model         Model
	Parameters    []Estimate  // in the order of Model.Parameters
	Boundary      string      // where parameters are fixed: "one purchase rate for all customers"; "" elsewhere
	Covariance    [][]float64 // of the logarithms of the parameters
	LogLikelihood float64     // in the unit of time that was given
	Evaluations   int         // of the log-likelihood and its gradient
	Customers     int64
	Repeats       int64 // repeat purchases of all customers, Σx
	Histories     int   // distinct ones
}

// AIC returns Akaike's information criterion, 2p - 2 ln L.
func (f Fit) AIC() float64 { return 2*float64(len(f.Parameters)) - 2*f.LogLikelihood }

// BIC returns the Bayesian information criterion, p ln n - 2 ln L, n being
// customers.
func (f Fit) BIC() float64 {
	return float64(len(f.Parameters))*math.Log(float64(f.Customers)) - 2*f.LogLikelihood
}
