package btyd

import (
	"fmt"
	"math"
	"strings"

	"cbv/valuation/btyd/likelihood"
)

// Families are the purchase models there are, each declared in its own file, in
// the order in which one is preferred to another that is no better.
var Families = []Family{
	mbgnbd,
	paretonbd,
	bgnbd,
	nbd,
}

// Family is a kind of purchase model.
type Family struct {
	Key     string // as a command line names it: bgnbd
	Dropout bool   // customers leave; false: they are customers for ever

	parameters []declared                         // in the order of the paper
	of         func(values []float64) fittedModel // makes the model of values in that order
	objective  func(base *purchaseBase, workers int) likelihood.Objective
	starts     func(base *purchaseBase) [][]float64 // log-parameters that searches start from
}

// declared is what is known of a parameter before it is fitted.
type declared struct {
	name   string
	inTime bool // in units of time
}

// fittedModel is a Model that knows the simpler models it turns into, the ones
// that a refused fit explains first.
type fittedModel interface {
	Model
	limits(oldest float64) []likelihood.Limit // oldest: the age of the oldest customer
}

// Fit fits the family by maximum likelihood. A *NoFitError says that the base
// determines no model of it, and is the only error. The number of workers
// changes no digit.
func (f Family) Fit(base *Base, workers int) (Fit, error) { return base.fit(f, workers) }

// Name returns the field's name of the family, "BG/NBD" say.
func (f Family) Name() string { return f.of(make([]float64, len(f.parameters))).Name() }

// named returns the parameters of values in their order.
func (f Family) named(values ...float64) []Parameter {
	parameters := make([]Parameter, len(values))
	for i, p := range f.parameters {
		parameters[i] = Parameter{Name: p.name, Value: values[i]}
	}
	return parameters
}

// fromLogs returns the model of log-parameters, those of time in units of scale.
func (f Family) fromLogs(logs []float64, scale float64) fittedModel {
	values := make([]float64, len(logs))
	for i, log := range logs {
		values[i] = math.Exp(log)
		if f.parameters[i].inTime {
			values[i] *= scale
		}
	}
	return f.of(values)
}

// familyOf returns the family that has a key or a field's name.
func familyOf(name string) (Family, bool) {
	for _, f := range Families {
		if f.Key == name || f.Name() == name {
			return f, true
		}
	}
	return Family{}, false
}

// HasDropout reports whether customers leave in the family of a key or a field's
// name: true unless the family says that they do not.
func HasDropout(family string) bool {
	f, known := familyOf(family)
	return !known || f.Dropout
}

// NewModel returns the model of a family, named by its key or by the field's
// name, with the given parameters: all of them, each positive.
func NewModel(family string, values map[string]float64) (Model, error) {
	f, known := familyOf(family)
	if !known {
		var keys []string
		for _, f := range Families {
			keys = append(keys, f.Key)
		}
		return nil, fmt.Errorf("there is no purchase model %q: there is %s", family, strings.Join(keys, ", "))
	}
	ordered := make([]float64, len(f.parameters))
	for i, p := range f.parameters {
		ordered[i] = values[p.name]
	}
	model := f.of(ordered)
	return model, likelihood.CheckParameters(model.Name(), model.Parameters(), values)
}
