package btyd

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Fit is a fitted purchase model and what the fit knows about it.
type Fit struct {
	Model         Model
	Parameters    []Estimate  // in the order of Model.Parameters
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

// Estimate is a fitted parameter and its standard error.
type Estimate struct {
	Parameter
	StandardError float64
}

// Reason says why there is no fit.
type Reason int

// The reasons why there is no fit.
const (
	// NoRepeats: nobody has bought again, which every rate near 0 explains.
	NoRepeats Reason = iota + 1
	// TooFewHistories: fewer distinct histories than parameters.
	TooFewHistories
	// NoDropout: the likelihood rises toward the boundary where no customer
	// ever leaves, which is NBD.
	NoDropout
	// Boundary: the likelihood rises toward other parameters of 0 or infinity,
	// where the model becomes a simpler one.
	Boundary
	// Ridge: the likelihood is all but level along some direction, so that
	// parameters cannot be told apart. It may have no maximum at all.
	Ridge
	// NotConcave: the Hessian of -ln L at the best point that was found is not
	// positive definite.
	NotConcave
	// NoOptimum: no point where the gradient vanishes was found within the
	// budget of evaluations.
	NoOptimum
)

// NoFitError says that counts determine no parameters of a model. Its text is
// meant for the reader of a report: facts can be published without a model.
type NoFitError struct {
	Model  string
	Reason Reason
	Detail string

	// LogLikelihood is the best ln L that was found, at a point that is no
	// optimum; 0 where nothing was searched.
	LogLikelihood float64
}

func (e *NoFitError) Error() string {
	return fmt.Sprintf("%s was not fitted: %s", e.Model, e.Detail)
}

// boundary is a limit of the parameters at which a model turns into a
// simpler one, and how far a fit has run toward it.
type boundary struct {
	reason   Reason // NoDropout or Boundary
	text     string
	quantity string // the one that tends to 0 or to infinity there
	value    float64
	reached  bool
}

// A shape above manyShapes is that of no variation to speak of, one below
// fewShapes that of nearly all weight at 0: beyond these a refused fit has run
// to the boundary.
const (
	manyShapes = 1e3
	fewShapes  = 1e-3
)

// refusal is why the end of a search is not an acceptable optimum.
type refusal struct {
	reason Reason
	why    string
}

func (r refusal) Error() string { return r.why }

// noFit makes the error for an optimum that was not accepted.
func noFit(model string, parameters []Parameter, boundaries []boundary, lnL float64, err error) error {
	values := make([]string, len(parameters))
	for i, p := range parameters {
		values[i] = fmt.Sprintf("%s %.3g", p.Name, p.Value)
	}
	at := strings.Join(values, ", ")
	for _, b := range boundaries {
		if b.reached {
			return &NoFitError{model, b.reason, fmt.Sprintf("the likelihood rises toward the boundary of %s (%s is %.3g; stopped at %s)", b.text, b.quantity, b.value, at), lnL}
		}
	}
	reason := NoOptimum
	var refused refusal
	if errors.As(err, &refused) {
		reason = refused.reason
	}
	return &NoFitError{model, reason, fmt.Sprintf("no acceptable optimum (stopped at %s: %v)", at, err), lnL}
}

// estimates pairs parameters with their standard errors. The covariance of the
// optimum is of logarithms, hence relative: Cov = diag(p) H⁻¹ diag(p).
func estimates(parameters []Parameter, o optimum) []Estimate {
	estimates := make([]Estimate, len(parameters))
	for i, p := range parameters {
		estimates[i] = Estimate{p, p.Value * math.Sqrt(o.covariance[i][i])}
	}
	return estimates
}

// sortAndMerge sorts counts in place by compare, a total order, and merges
// neighbours that are equal by it. It makes every sum over customers independent
// of the order that the counts came in.
func sortAndMerge[C any](counts []C, workers int, compare func(a, b C) int, merge func(into *C, from C)) []C {
	if !slices.IsSortedFunc(counts, compare) {
		sortPieces(counts, workers, compare)
	}
	kept := counts[:0]
	for _, c := range counts {
		if len(kept) > 0 && compare(kept[len(kept)-1], c) == 0 {
			merge(&kept[len(kept)-1], c)
			continue
		}
		kept = append(kept, c)
	}
	return kept
}

// sortPieces sorts counts: pieces side by side, then pairs of them merged.
func sortPieces[C any](counts []C, workers int, compare func(a, b C) int) {
	const pieces = 8
	width := (len(counts) + pieces - 1) / pieces
	piece := func(i, width int) (from, to int) {
		return min(i*width, len(counts)), min((i+1)*width, len(counts))
	}
	eachChunk(pieces, workers, func(i int) {
		from, to := piece(i, width)
		slices.SortFunc(counts[from:to], compare)
	})
	spare := make([]C, len(counts))
	for n := pieces / 2; n >= 1; n /= 2 {
		eachChunk(n, workers, func(i int) {
			from, to := piece(i, 2*width)
			middle := min(from+width, to)
			left, right := counts[from:middle], counts[middle:to]
			for out := from; out < to; out++ {
				if len(right) == 0 || len(left) > 0 && compare(left[0], right[0]) <= 0 {
					spare[out], left = left[0], left[1:]
				} else {
					spare[out], right = right[0], right[1:]
				}
			}
			copy(counts[from:to], spare[from:to])
		})
		width *= 2
	}
}

// Above thinAbove distinct histories the starts are tried on every n-th one,
// thinTo of them, and the whole only finishes what the best of them began.
const (
	thinAbove = 32768
	thinTo    = 8192
)

// thinned returns about limit of the sorted counts, evenly spread.
func thinned[C any](counts []C, limit int) []C {
	stride := (len(counts) + limit - 1) / limit
	thin := make([]C, 0, limit)
	for i := 0; i < len(counts); i += stride {
		thin = append(thin, counts[i])
	}
	return thin
}

// finite reports whether v is neither infinite nor NaN.
func finite(v float64) bool {
	return !math.IsNaN(v) && !math.IsInf(v, 0)
}
