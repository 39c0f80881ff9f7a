package btyd

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Family is a kind of purchase model: one more is one more line in Families.
type Family struct {
	Key string                               // as a command line names it: bgnbd
	new func(value map[string]float64) Model // by the names of the parameters
	fit func(base *Base, workers int) (Fit, error)
}

// Fit fits the family by maximum likelihood. A *NoFitError says that the base
// determines no model of it, and is the only error. The number of workers
// changes no digit.
func (f Family) Fit(base *Base, workers int) (Fit, error) { return f.fit(base, workers) }

// Name returns the field's name of the family, "BG/NBD" say.
func (f Family) Name() string { return f.new(nil).Name() }

// Families are the purchase models there are, in the order in which one is
// preferred to another that is no better.
var Families = []Family{
	{
		"mbgnbd",
		func(v map[string]float64) Model { return MBGNBD{R: v["r"], Alpha: v["alpha"], A: v["a"], B: v["b"]} },
		(*Base).fitMBG,
	},
	{
		"paretonbd",
		func(v map[string]float64) Model {
			return ParetoNBD{R: v["r"], Alpha: v["alpha"], S: v["s"], Beta: v["beta"]}
		},
		(*Base).fitPareto,
	},
	{
		"bgnbd",
		func(v map[string]float64) Model { return BGNBD{R: v["r"], Alpha: v["alpha"], A: v["a"], B: v["b"]} },
		(*Base).fitBG,
	},
	{
		"nbd",
		func(v map[string]float64) Model { return NBD{R: v["r"], Alpha: v["alpha"]} },
		(*Base).fitNBD,
	},
}

// NewModel returns the model of a family, named by its key or by the field's
// name, with the given parameters: all of them, each positive.
func NewModel(family string, values map[string]float64) (Model, error) {
	var keys []string
	for _, f := range Families {
		model := f.new(values)
		if f.Key == family || model.Name() == family {
			return model, complete(model.Name(), model.Parameters(), values)
		}
		keys = append(keys, f.Key)
	}
	return nil, fmt.Errorf("there is no purchase model %q: there is %s", family, strings.Join(keys, ", "))
}

// NewGammaGamma returns the spend model with the given parameters: all of them,
// each positive.
func NewGammaGamma(values map[string]float64) (GammaGamma, error) {
	m := GammaGamma{P: values["p"], Q: values["q"], Gamma: values["gamma"]}
	return m, complete(spendName, m.Parameters(), values)
}

// complete refuses values that are not those of the parameters, one each.
func complete(model string, parameters []Parameter, values map[string]float64) error {
	known := map[string]bool{}
	var names []string
	for _, p := range parameters {
		known[p.Name] = true
		names = append(names, p.Name)
	}
	takes := fmt.Sprintf("%s takes %s", model, strings.Join(names, ", "))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !known[name] {
			return fmt.Errorf("there is no parameter %q: %s", name, takes)
		}
	}
	for _, p := range parameters {
		if _, given := values[p.Name]; !given {
			return fmt.Errorf("parameter %s is missing: %s", p.Name, takes)
		}
		if !(p.Value > 0) || !finite(p.Value) {
			return fmt.Errorf("parameter %s is %g: %s, each a positive number", p.Name, p.Value, takes)
		}
	}
	return nil
}
