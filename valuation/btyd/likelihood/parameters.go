package likelihood

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Parameter is one parameter of a model under the name the papers give it.
type Parameter struct {
	Name  string
	Value float64
}

// Estimate is a fitted parameter and its standard error.
type Estimate struct {
	Parameter
	StandardError float64
}

// Estimates pairs parameters with their standard errors. The covariance of the
// optimum is of logarithms, hence relative: Cov = diag(p) H⁻¹ diag(p).
func (o Optimum) Estimates(parameters []Parameter) []Estimate {
	estimates := make([]Estimate, len(parameters))
	for i, p := range parameters {
		estimates[i] = Estimate{p, p.Value * math.Sqrt(o.Covariance[i][i])}
	}
	return estimates
}

// CheckParameters refuses values that are not those of a model's parameters,
// one each, all of them positive.
func CheckParameters(model string, parameters []Parameter, values map[string]float64) error {
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
		if !(p.Value > 0) || !Finite(p.Value) {
			return fmt.Errorf("parameter %s is %g: %s, each a positive number", p.Name, p.Value, takes)
		}
	}
	return nil
}

// Finite reports whether v is neither infinite nor NaN.
func Finite(v float64) bool {
	return !math.IsNaN(v) && !math.IsInf(v, 0)
}
