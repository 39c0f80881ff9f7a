package likelihood

import (
	"slices"
	"strings"
)

// fix is a log-parameter that is fixed where it has run to a limit: the model
// there is the simpler one, to a thousandth, and the others have their optimum.
type fix struct {
	parameter int
	log       float64
}

const (
	// How many parameters are fixed at the most.
	mostFixed = 2

	// Fewer customers with a repeat cannot distinguish no variation from little data.
	leastToFix = 50
)

// Search is the search for the maximum of an objective.
type Search struct {
	Objective Objective
	Subsample *Objective // the same over some of the rows; nil where these are few
	Near      *Optimum   // that of a similar objective, from which a few steps may do; nil: none is known
	Starts    [][]float64
	Repeaters int64 // customers with a repeat purchase
	Limits    func(logs []float64) []Limit
}

// Maximise returns the best optimum. Where the search runs to a limit that leaves
// a model, and enough customers have a repeat, it fixes the parameter that ran
// away, searches again and names the limit in Boundary. The error says why the
// optimum is not acceptable; the point is returned with it.
func (s Search) Maximise() (Optimum, error) {
	var fixed []fix
	var texts []string
	evaluations := 0
	for {
		free := make([][]float64, len(s.Starts))
		for i, start := range s.Starts {
			free[i] = withoutFixed(start, fixed)
		}
		var subsample *Objective
		if s.Subsample != nil {
			some := s.Subsample.fixing(fixed)
			subsample = &some
		}
		near := s.Near
		if len(fixed) > 0 {
			near = nil
		}
		found, err := maximise(s.Objective.fixing(fixed), near, subsample, free)
		evaluations += found.Evaluations
		o := found.freed(fixed)
		o.Evaluations = evaluations
		if err == nil {
			o.Boundary = strings.Join(texts, ", ")
			return o, nil
		}
		limits := s.Limits(o.Logs)
		reached := slices.IndexFunc(limits, func(limit Limit) bool {
			return limit.reached && (limit.fixes == nil || !slices.ContainsFunc(fixed, limit.fixes.same))
		})
		if reached < 0 || limits[reached].fixes == nil || len(fixed) == mostFixed || s.Repeaters < leastToFix {
			return o, err
		}
		fixed = append(fixed, *limits[reached].fixes)
		texts = append(texts, limits[reached].text)
	}
}

// same reports whether both fix one parameter.
func (f fix) same(other fix) bool { return f.parameter == other.parameter }

// fixing returns the objective of the parameters that are not fixed.
func (s Objective) fixing(fixed []fix) Objective {
	if len(fixed) == 0 {
		return s
	}
	evaluate := s.Evaluate
	s.Evaluate = func(free, gradient []float64) float64 {
		logs := withFixed(free, fixed)
		all := make([]float64, len(logs))
		mean := evaluate(logs, all)
		copy(gradient, withoutFixed(all, fixed))
		return mean
	}
	return s
}

// withFixed puts the fixed log-parameters back among the free ones.
func withFixed(free []float64, fixed []fix) []float64 {
	logs := slices.Clone(free)
	for _, f := range inOrder(fixed) {
		logs = slices.Insert(logs, f.parameter, f.log)
	}
	return logs
}

// withoutFixed leaves out the values of fixed parameters.
func withoutFixed(values []float64, fixed []fix) []float64 {
	var free []float64
	for i, v := range values {
		if !slices.ContainsFunc(fixed, fix{parameter: i}.same) {
			free = append(free, v)
		}
	}
	return free
}

// inOrder returns what is fixed in the order of the parameters.
func inOrder(fixed []fix) []fix {
	return slices.SortedFunc(slices.Values(fixed), func(a, b fix) int { return a.parameter - b.parameter })
}

// freed returns an optimum of the free parameters as one of all: what is fixed
// does not vary.
func (o Optimum) freed(fixed []fix) Optimum {
	if len(fixed) == 0 {
		return o
	}
	o.Logs, o.gradient, o.curvature = withFixed(o.Logs, fixed), nil, nil
	if o.Covariance == nil {
		return o
	}
	for i := range o.Covariance {
		for _, f := range inOrder(fixed) {
			o.Covariance[i] = slices.Insert(o.Covariance[i], f.parameter, 0)
		}
	}
	for _, f := range inOrder(fixed) {
		o.Covariance = slices.Insert(o.Covariance, f.parameter, make([]float64, len(o.Logs)))
	}
	return o
}
