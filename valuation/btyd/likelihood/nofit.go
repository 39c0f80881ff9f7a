package likelihood

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

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
	// parameters cannot be distinguished. It may have no maximum at all.
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

// Limit is a boundary of the parameters at which a model turns into a simpler
// one, and how far a fit has run toward it.
type Limit struct {
	reason   Reason
	text     string // names the simpler model
	quantity string // the one that tends to 0 or to infinity there
	value    float64
	reached  bool
	fixes    *fix // what leaves the simpler model; nil: there is none, or another family is it
}

// Where a search ends in a shape above largeShape and without an acceptable
// optimum, it has run toward no variation, and the shape is fixed at manyShapes,
// which has none to speak of. Below SmallShape nearly all weight is at the ends; a
// shape that leaves it there and nowhere else is fixed at noShape, which differs
// from 0 by no digit that counts.
const (
	SmallShape = 1e-3
	noShape    = 1e-9
	largeShape = 50
	manyShapes = 1e3
)

// Toward returns a limit that leaves no model of the family: quantity names the
// value that tends to 0 or to infinity there.
func Toward(reason Reason, text, quantity string, value float64, reached bool) Limit {
	return Limit{reason, text, quantity, value, reached, nil}
}

// NoVariation returns the limit at which a shape is so large that customers do
// not differ. The model that is left has the parameter of that place, from 0,
// fixed.
func NoVariation(text, quantity string, shape float64, parameter int) Limit {
	return Limit{Boundary, text, quantity, shape, shape > largeShape, &fix{parameter, math.Log(manyShapes)}}
}

// AllOrNone returns the limit at which both shapes of a probability, the smaller of
// which is given, are so small that it is 1 for some customers and 0 for the others.
// The model that is left has the parameter of that place, from 0, fixed, and its
// ratio to the other is the odds.
func AllOrNone(text, quantity string, shape float64, parameter int) Limit {
	return Limit{Boundary, text, quantity, shape, shape < SmallShape, &fix{parameter, math.Log(noShape)}}
}

// Negligible returns the limit at which a parameter is too small to count: below least.
// The model that is left has the parameter of that place, from 0, fixed at a logarithm.
func Negligible(text, quantity string, value, least float64, parameter int, log float64) Limit {
	return Limit{Boundary, text, quantity, value, value < least, &fix{parameter, log}}
}

// refusal is why the end of a search is not an acceptable optimum.
type refusal struct {
	reason Reason
	why    string
}

func (r refusal) Error() string { return r.why }

// NoFit makes the *NoFitError for an optimum that was not accepted: it ran into
// the first of the limits that is reached or, where none is, err says why.
// logLikelihood is the best that was found.
func NoFit(model string, parameters []Parameter, limits []Limit, logLikelihood float64, err error) error {
	values := make([]string, len(parameters))
	for i, p := range parameters {
		values[i] = fmt.Sprintf("%s %.3g", p.Name, p.Value)
	}
	at := strings.Join(values, ", ")
	for _, limit := range limits {
		if limit.reached {
			return &NoFitError{model, limit.reason, fmt.Sprintf("the likelihood rises toward the boundary of %s (%s is %.3g; stopped at %s)", limit.text, limit.quantity, limit.value, at), logLikelihood}
		}
	}
	reason := NoOptimum
	var refused refusal
	if errors.As(err, &refused) {
		reason = refused.reason
	}
	return &NoFitError{model, reason, fmt.Sprintf("no acceptable optimum (stopped at %s: %v)", at, err), logLikelihood}
}
