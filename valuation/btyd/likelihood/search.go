// Package likelihood maximises likelihoods of customers counted by what a model
// sees of them: the search, what a fit knows about its optimum or why there is
// none, sums in fixed chunks, and the differences of gamma functions that
// likelihoods are made of. Nothing here depends on the number of workers.
package likelihood

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// Objective is a mean log-likelihood over customers in log-parameters.
type Objective struct {
	// Evaluate returns the mean and sets its gradient.
	Evaluate  func(logs, gradient []float64) float64
	Customers float64
}

// Optimum is a point of an objective.
type Optimum struct {
	Logs       []float64
	Mean       float64     // the objective there
	Covariance [][]float64 // of the log-parameters
	Boundary   string      // where parameters are fixed: "one purchase rate for all customers"; "" elsewhere

	// Evaluations of the objective, and of that of the subsample, that it took.
	Evaluations int

	gradient  []float64
	curvature *mat.Cholesky // of -Mean
}

const (
	// A search ends at this gradient of the mean log-likelihood; Newton steps
	// do the rest with digits that a line search cannot see.
	searchGradient   = 1e-7
	searchIterations = 200

	// Log-parameters beyond this are outside any objective: e^40 of the units
	// of scaled data.
	logLimit = 40

	// A gradient is small when the optimum is within this many standard
	// errors, squared: gᵀH⁻¹g of the total log-likelihood.
	polished   = 1e-12
	closeBy    = 1e-6  // so few, squared, that the curvature is the same there
	nextTo     = 1e-10 // so few that the one of a similar objective has done its work
	newtonHops = 15

	// A log-parameter known to no better than this is not determined: its
	// 95 % interval spans a factor of e^20 either way.
	worstStandardError = 10

	// Step of the central differences of the gradient.
	hessianStep = 1e-4
)

// maximise returns the best optimum of s. The error says why it is not
// acceptable; the point is returned with it.
//
// Searches from all starts are for objectives of few rows. Where there are many,
// subsample is the same over some of them: its optimum and its curvature there
// leave only Newton steps to do, as those of a near objective do. If they do not get
// there, the whole is searched after all.
func maximise(s Objective, near *Optimum, subsample *Objective, starts [][]float64) (Optimum, error) {
	evaluations := 0
	s = s.counting(&evaluations)
	counted := func(o Optimum, err error) (Optimum, error) {
		o.Evaluations = evaluations
		return o, err
	}
	if near != nil && near.curvature != nil {
		if o, err := s.polish(s.from(*near)); err == nil {
			return counted(o, nil)
		}
	}
	if subsample != nil {
		if begun, err := subsample.counting(&evaluations).search(starts); err == nil {
			if o, err := s.polish(s.from(begun)); err == nil {
				return counted(o, nil)
			}
		}
	}
	return counted(s.search(starts))
}

// counting returns s with its evaluations counted.
func (s Objective) counting(evaluations *int) Objective {
	evaluate := s.Evaluate
	s.Evaluate = func(logs, gradient []float64) float64 {
		*evaluations++
		return evaluate(logs, gradient)
	}
	return s
}

// search searches from each start and polishes the best end.
func (s Objective) search(starts [][]float64) (Optimum, error) {
	var best Optimum
	var bestErr error
	for _, start := range starts {
		// Whether a search ended well is judged by where it ended, not by
		// how; its own complaint only explains a point that is refused.
		o, err := s.searchFrom(start)
		if best.Logs == nil || o.Mean > best.Mean {
			best, bestErr = o, err
		}
	}
	o, err := s.polish(best)
	if err != nil && bestErr != nil {
		err = fmt.Errorf("%w; %w", err, bestErr)
	}
	return o, err
}

// at evaluates the objective.
func (s Objective) at(logs []float64) Optimum {
	o := Optimum{Logs: slices.Clone(logs), gradient: make([]float64, len(logs))}
	for _, l := range logs {
		if !(math.Abs(l) <= logLimit) {
			o.Mean = math.Inf(-1)
			return o
		}
	}
	o.Mean = s.Evaluate(o.Logs, o.gradient)
	if !Finite(o.Mean) || slices.ContainsFunc(o.gradient, func(g float64) bool { return !Finite(g) }) {
		o.Mean = math.Inf(-1)
		clear(o.gradient)
	}
	return o
}

// from evaluates the objective at the optimum of a similar one, whose curvature it takes.
func (s Objective) from(similar Optimum) Optimum {
	o := s.at(similar.Logs)
	o.curvature = similar.curvature
	return o
}

// searchFrom searches from start by BFGS and returns the best point seen.
func (s Objective) searchFrom(start []float64) (Optimum, error) {
	best := s.at(start)
	if math.IsInf(best.Mean, -1) {
		return best, errors.New("the likelihood is not finite at the start")
	}
	// The optimiser asks for the value and the gradient separately, the
	// likelihood has both at once.
	last := best
	visit := func(logs []float64) Optimum {
		if !slices.Equal(last.Logs, logs) {
			last = s.at(logs)
			if last.Mean > best.Mean {
				best = last
			}
		}
		return last
	}
	problem := optimize.Problem{
		Func: func(logs []float64) float64 { return -visit(logs).Mean },
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

// polish takes Newton steps from o until it is an optimum to all digits, and
// sets its curvature and covariance. A curvature that o comes with, of a
// similar objective, serves for the first steps. The error says what keeps the
// point from being an acceptable optimum.
func (s Objective) polish(o Optimum) (Optimum, error) {
	if !Finite(o.Mean) {
		return o, refusal{NoOptimum, "the likelihood is not finite"}
	}
	for range newtonHops {
		own := o.curvature == nil
		if own {
			o.curvature = new(mat.Cholesky)
			if !o.curvature.Factorize(s.hessian(o.Logs)) {
				return o, refusal{NotConcave, "the likelihood has no strict maximum there: its Hessian is not negative definite"}
			}
		}
		next, distance := s.newton(o)
		// The mean can be near 0, for it is per customer in scaled units, and is
		// the difference of terms that are not: relative to itself alone, rounding
		// would look like a fall.
		if !(next.Mean >= o.Mean-1e-12*max(1, math.Abs(o.Mean))) {
			return o, refusal{NoOptimum, "the likelihood falls along its own gradient"}
		}
		switch {
		case own && distance < closeBy:
			// The curvature still holds after so short a step.
			next.curvature = o.curvature
			if _, rest := s.newton(next); rest < polished {
				return next.withCovariance(s.Customers)
			}
			next.curvature = nil
		case !own && distance > nextTo:
			next.curvature = o.bentBy(next)
		default:
			next.curvature = nil
		}
		o = next
	}
	return o, refusal{NoOptimum, "the gradient does not vanish"}
}

// bentBy returns the curvature of o with what a Newton step from it has shown, by the update
// of Broyden, Fletcher, Goldfarb and Shanno: the steps to come are nearly those by a
// curvature of their own.
func (o Optimum) bentBy(next Optimum) *mat.Cholesky {
	change := make([]float64, len(o.Logs)) // of the gradient
	var found, held float64                // curvature along the step, of which the gradient is what o holds
	for i, g := range o.gradient {
		step := next.Logs[i] - o.Logs[i]
		change[i] = g - next.gradient[i]
		found, held = found+step*change[i], held+step*g
	}
	var bent mat.Cholesky
	if !(found > 0 && held > 0) ||
		!bent.SymRankOne(o.curvature, 1/found, mat.NewVecDense(len(change), change)) ||
		!bent.SymRankOne(&bent, -1/held, mat.NewVecDense(len(change), o.gradient)) {
		return o.curvature
	}
	return &bent
}

// newton returns the point one Newton step from o and the step's length in
// standard errors, squared. The point is evaluated only if it differs.
func (s Objective) newton(o Optimum) (Optimum, float64) {
	var step mat.VecDense
	gradient := mat.NewVecDense(len(o.gradient), o.gradient)
	if err := o.curvature.SolveVecTo(&step, gradient); err != nil {
		var condition mat.Condition
		if !errors.As(err, &condition) { // an ill-conditioned step is still a step
			return o, math.Inf(1)
		}
	}
	distance := s.Customers * mat.Dot(gradient, &step)
	if distance < polished {
		return o, distance
	}
	logs := make([]float64, len(o.Logs))
	for i := range logs {
		logs[i] = o.Logs[i] + step.AtVec(i)
	}
	return s.at(logs), distance
}

// hessian returns minus the second derivatives of the mean log-likelihood, by
// central differences of its gradient.
func (s Objective) hessian(logs []float64) *mat.SymDense {
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
func (o Optimum) withCovariance(customers float64) (Optimum, error) {
	var inverse mat.SymDense
	if err := o.curvature.InverseTo(&inverse); err != nil {
		return o, refusal{Ridge, fmt.Sprintf("the parameters cannot be distinguished: %v", err)}
	}
	covariance := make([][]float64, len(o.Logs))
	for i := range covariance {
		covariance[i] = make([]float64, len(o.Logs))
		for j := range covariance[i] {
			covariance[i][j] = inverse.At(i, j) / customers
		}
		if e := math.Sqrt(covariance[i][i]); !(e <= worstStandardError) {
			return o, refusal{Ridge, fmt.Sprintf("a parameter is not determined: the standard error of the logarithm of the %s is %.3g", ordinal(i), e)}
		}
	}
	o.Covariance = covariance
	return o, nil
}

// ordinal returns the word for the i-th of a few, from 0.
func ordinal(i int) string {
	if words := [...]string{"first", "second", "third", "fourth"}; i < len(words) {
		return words[i]
	}
	return fmt.Sprintf("%dth", i+1)
}
