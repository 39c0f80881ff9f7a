package btyd

import (
	"math"
	"slices"
	"strings"
)

// pin is a log-parameter that is held where it has run to a boundary: the model
// there is the simpler one, to a thousandth, and the others have their optimum.
type pin struct {
	parameter int
	log       float64
}

const (
	// How many parameters are held at the most.
	mostPins = 2

	// Fewer customers with a repeat cannot tell no variation from little data.
	leastToHold = 50
)

// pinned returns the surface of the parameters that are not held.
func (s surface) pinned(pins []pin) surface {
	if len(pins) == 0 {
		return s
	}
	evaluate := s.evaluate
	s.evaluate = func(free, gradient []float64) float64 {
		logs := withPins(free, pins)
		all := make([]float64, len(logs))
		mean := evaluate(logs, all)
		copy(gradient, withoutPins(all, pins))
		return mean
	}
	return s
}

// withPins puts the pinned log-parameters back among the free ones.
func withPins(free []float64, pins []pin) []float64 {
	logs := slices.Clone(free)
	for _, p := range sortedPins(pins) {
		logs = slices.Insert(logs, p.parameter, p.log)
	}
	return logs
}

// withoutPins leaves out the values of pinned parameters.
func withoutPins(values []float64, pins []pin) []float64 {
	var free []float64
	for i, v := range values {
		if !slices.ContainsFunc(pins, func(p pin) bool { return p.parameter == i }) {
			free = append(free, v)
		}
	}
	return free
}

func sortedPins(pins []pin) []pin {
	return slices.SortedFunc(slices.Values(pins), func(a, b pin) int { return a.parameter - b.parameter })
}

// unpinned returns an optimum of the free parameters as one of all: what is held
// does not vary.
func (o optimum) unpinned(pins []pin) optimum {
	if len(pins) == 0 {
		return o
	}
	o.logs, o.gradient, o.curvature = withPins(o.logs, pins), nil, nil
	if o.covariance == nil {
		return o
	}
	for i := range o.covariance {
		for _, p := range sortedPins(pins) {
			o.covariance[i] = slices.Insert(o.covariance[i], p.parameter, 0)
		}
	}
	for _, p := range sortedPins(pins) {
		o.covariance = slices.Insert(o.covariance, p.parameter, make([]float64, len(o.logs)))
	}
	return o
}

// maximiseWithin is maximise, and where the search runs to a boundary that
// leaves a model, and enough customers have a repeat, holds the parameter that ran away and searches again. It
// returns which boundaries those are, "" for none.
func maximiseWithin(s surface, thin *surface, starts [][]float64, repeaters int64, boundaries func(logs []float64) []boundary) (o optimum, evaluations int, at string, err error) {
	var pins []pin
	var texts []string
	for {
		free := make([][]float64, len(starts))
		for i, start := range starts {
			free[i] = withoutPins(start, pins)
		}
		held := s.pinned(pins)
		var heldThin *surface
		if thin != nil {
			t := thin.pinned(pins)
			heldThin = &t
		}
		found, spent, err := maximise(held, heldThin, free)
		evaluations += spent
		o = found.unpinned(pins)
		if err == nil {
			return o, evaluations, strings.Join(texts, ", "), nil
		}
		near := boundaries(o.logs)
		reached := slices.IndexFunc(near, func(b boundary) bool {
			return b.reached && (b.held == nil || !slices.ContainsFunc(pins, func(p pin) bool { return p.parameter == b.held.parameter }))
		})
		if reached < 0 || near[reached].held == nil || len(pins) == mostPins || repeaters < leastToHold {
			return o, evaluations, "", err
		}
		pins = append(pins, *near[reached].held)
		texts = append(texts, near[reached].text)
	}
}

// heldAt pins a parameter at the shape from which there is no variation to
// speak of.
func heldAt(parameter int) *pin { return &pin{parameter, math.Log(manyShapes)} }
