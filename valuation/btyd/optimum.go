package btyd

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// surface is a mean log-likelihood over customers in log-parameters.
type surface struct {
	// evaluate returns the mean and sets its gradient.
	evaluate  func(logs, gradient []float64) float64
	customers float64
}

// optimum is a point of a surface.
type optimum struct {
	logs     []float64
	mean     float64 // the surface there
	gradient []float64

	// Set by settle: the curvature of -mean, and the covariance of the
	// log-parameters.
	curvature  *mat.Cholesky
	covariance [][]float64
}

const (
	// A search ends at this gradient of the mean log-likelihood; Newton steps
	// do the rest with digits that a line search cannot see.
	searchGradient   = 1e-7
	searchIterations = 200

	// Log-parameters beyond this are outside any surface: e^40 of the units
	// of scaled data.
	logLimit = 40

	// A gradient is small when the optimum is within this many standard
	// errors, squared: gᵀH⁻¹g of the total log-likelihood.
	settled    = 1e-12
	closeBy    = 1e-6 // so few, squared, that the curvature is the same there
	newtonHops = 15

	// A log-parameter known to no better than this is not determined: its
	// 95 % interval spans a factor of e^20 either way.
	worstStandardError = 10

	// Step of the central differences of the gradient.
	hessianStep = 1e-4
)

// maximise returns the best optimum of s, and the number of evaluations. The
// error says why it is not acceptable; the point is returned with it.
//
// Searches from all starts are for small surfaces. Of a large one, thin is the
// same over a few of its rows: its optimum and its curvature there leave
// only Newton steps to do. If they do not get there, the large surface is
// searched after all.
func maximise(s surface, thin *surface, starts [][]float64) (optimum, int, error) {
	evaluations := 0
	s = s.counting(&evaluations)
	if thin != nil {
		if begun, err := thin.counting(&evaluations).climb(starts); err == nil {
			near := s.at(begun.logs)
			near.curvature = begun.curvature
			if o, err := s.settle(near); err == nil {
				return o, evaluations, nil
			}
		}
	}
	o, err := s.climb(starts)
	return o, evaluations, err
}

// counting returns s with its evaluations counted.
func (s surface) counting(evaluations *int) surface {
	evaluate := s.evaluate
	s.evaluate = func(logs, gradient []float64) float64 {
		*evaluations++
		return evaluate(logs, gradient)
	}
	return s
}

// climb searches from each start and settles the best end.
func (s surface) climb(starts [][]float64) (optimum, error) {
	var best optimum
	var bestErr error
	for _, start := range starts {
		// Whether a search ended well is judged by where it ended, not by
		// how; its own complaint only explains a point that is refused.
		o, err := s.search(start)
		if best.logs == nil || o.mean > best.mean {
			best, bestErr = o, err
		}
	}
	o, err := s.settle(best)
	if err != nil && bestErr != nil {
		err = fmt.Errorf("%w; %w", err, bestErr)
	}
	return o, err
}

// at evaluates the surface.
func (s surface) at(logs []float64) optimum {
	o := optimum{logs: slices.Clone(logs), gradient: make([]float64, len(logs))}
	for _, l := range logs {
		if !(math.Abs(l) <= logLimit) {
			o.mean = math.Inf(-1)
			return o
		}
	}
	o.mean = s.evaluate(o.logs, o.gradient)
	if !finite(o.mean) || slices.ContainsFunc(o.gradient, func(g float64) bool { return !finite(g) }) {
		o.mean = math.Inf(-1)
		clear(o.gradient)
	}
	return o
}

// search climbs from start by BFGS and returns the best point seen.
func (s surface) search(start []float64) (optimum, error) {
	best := s.at(start)
	if math.IsInf(best.mean, -1) {
		return best, errors.New("the likelihood is not finite at the start")
	}
	// The optimiser asks for the value and the gradient apart, the
	// likelihood has both at once.
	last := best
	visit := func(logs []float64) optimum {
		if !slices.Equal(last.logs, logs) {
			last = s.at(logs)
			if last.mean > best.mean {
				best = last
			}
		}
		return last
	}
	problem := optimize.Problem{
		Func: func(logs []float64) float64 { return -visit(logs).mean },
		Grad: func(gradient, logs []float64) {
			for i, g := range visit(logs).gradient {
				gradient[i] = -g
			}
		},
	}
	settings := optimize.Settings{
		GradientThreshold: searchGradient,
		Converger:         optimize.NeverTerminate{},
		MajorIterations:   searchIterations,
	}
	result, err := optimize.Minimize(problem, start, &settings, &optimize.BFGS{})
	if err == nil {
		err = result.Status.Err() // Minimize returns nil for a spent budget
	}
	return best, err
}

// settle takes Newton steps from o until it is an optimum to all digits, and
// sets its curvature and covariance. A curvature that o comes with, of a
// similar surface, serves for the first steps. The error says what keeps the
// point from being an acceptable optimum.
func (s surface) settle(o optimum) (optimum, error) {
	if !finite(o.mean) {
		return o, refusal{NoOptimum, "the likelihood is not finite"}
	}
	for range newtonHops {
		own := o.curvature == nil
		if own {
			o.curvature = new(mat.Cholesky)
			if !o.curvature.Factorize(s.hessian(o.logs)) {
				return o, refusal{NotConcave, "the likelihood has no strict maximum there: its Hessian is not negative definite"}
			}
		}
		next, distance := s.newton(o)
		// The mean can be near 0, for it is per customer in scaled units, and is
		// the difference of terms that are not: relative to itself alone, rounding
		// would look like a fall.
		if !(next.mean >= o.mean-1e-12*max(1, math.Abs(o.mean))) {
			return o, refusal{NoOptimum, "the likelihood falls along its own gradient"}
		}
		switch {
		case own && distance < closeBy:
			// The curvature still holds after so short a step.
			next.curvature = o.curvature
			if _, rest := s.newton(next); rest < settled {
				return next.withCovariance(s.customers)
			}
			next.curvature = nil
		case !own && distance > closeBy:
			next.curvature = o.curvature
		}
		o = next
	}
	return o, refusal{NoOptimum, "the gradient does not vanish"}
}

// newton returns the point one Newton step from o and the step's length in
// standard errors, squared. The point is evaluated only if it differs.
func (s surface) newton(o optimum) (optimum, float64) {
	var step mat.VecDense
	gradient := mat.NewVecDense(len(o.gradient), o.gradient)
	if err := o.curvature.SolveVecTo(&step, gradient); err != nil {
		var condition mat.Condition
		if !errors.As(err, &condition) { // an ill-conditioned step is still a step
			return o, math.Inf(1)
		}
	}
	distance := s.customers * mat.Dot(gradient, &step)
	if distance < settled {
		return o, distance
	}
	logs := make([]float64, len(o.logs))
	for i := range logs {
		logs[i] = o.logs[i] + step.AtVec(i)
	}
	return s.at(logs), distance
}

// hessian returns minus the second derivatives of the mean log-likelihood, by
// central differences of its gradient.
func (s surface) hessian(logs []float64) *mat.SymDense {
	n := len(logs)
	rows := make([][]float64, n)
	for i := range rows {
		moved := slices.Clone(logs)
		moved[i] = logs[i] + hessianStep
		up := s.at(moved).gradient
		moved[i] = logs[i] - hessianStep
		down := s.at(moved).gradient
		rows[i] = make([]float64, n)
		for j := range rows[i] {
			rows[i][j] = (down[j] - up[j]) / (2 * hessianStep)
		}
	}
	h := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			h.SetSym(i, j, (rows[i][j]+rows[j][i])/2)
		}
	}
	return h
}

// withCovariance sets the covariance from the curvature, and refuses an optimum
// that leaves a parameter undetermined.
func (o optimum) withCovariance(customers float64) (optimum, error) {
	var inverse mat.SymDense
	if err := o.curvature.InverseTo(&inverse); err != nil {
		return o, refusal{Ridge, fmt.Sprintf("the parameters cannot be told apart: %v", err)}
	}
	covariance := make([][]float64, len(o.logs))
	for i := range covariance {
		covariance[i] = make([]float64, len(o.logs))
		for j := range covariance[i] {
			covariance[i][j] = inverse.At(i, j) / customers
		}
		if e := math.Sqrt(covariance[i][i]); !(e <= worstStandardError) {
			return o, refusal{Ridge, fmt.Sprintf("a parameter is not determined: the standard error of the logarithm of the %s is %.3g", ordinal(i), e)}
		}
	}
	o.covariance = covariance
	return o, nil
}

// ordinal returns the word for the i-th of a few, from 0.
func ordinal(i int) string {
	return [...]string{"first", "second", "third", "fourth"}[i]
}
