package btyd

import "math"

// shiftStep is the step in a log-parameter of central differences: they err by
// its square, and by the 1e-13 of Discounted over the step.
const shiftStep = 1e-3

// Shifts are the models with one parameter a step above and below a model's, in
// logarithms, for derivatives by the logarithms of the parameters, in the order
// of Model.Parameters: the delta method's share of Fit.Covariance.
type Shifts struct {
	above, below []Model
	leaving      leaving // nil: P(alive) is one of those whose derivatives are differences
}

// leaving is a model that knows the derivatives of the log-odds that a customer has left:
// every history of a base is asked for them.
type leaving interface {
	leftSlopes(h History, slopes []float64) (logOdds float64)
}

// NewShifts returns the shifts of a model of one of the Families.
func NewShifts(m Model) (Shifts, error) {
	parameters := m.Parameters()
	shifted := func(which int, step float64) (Model, error) {
		values := map[string]float64{}
		for i, p := range parameters {
			values[p.Name] = p.Value
			if i == which {
				values[p.Name] *= math.Exp(step)
			}
		}
		return NewModel(m.Name(), values)
	}
	var s Shifts
	s.leaving, _ = m.(leaving)
	for i := range parameters {
		above, err := shifted(i, shiftStep)
		if err != nil {
			return Shifts{}, err
		}
		below, err := shifted(i, -shiftStep)
		if err != nil {
			return Shifts{}, err
		}
		s.above, s.below = append(s.above, above), append(s.below, below)
	}
	return s, nil
}

// PAlive sets derivatives to those of ln P(alive) of a customer with history h.
// They are 0 where P(alive) underflows: nothing is worth anything there.
func (s Shifts) PAlive(h History, derivatives []float64) {
	if s.leaving != nil {
		slopes := derivatives[:len(s.above)]
		odds := math.Exp(s.leaving.leftSlopes(h, slopes))
		if math.IsInf(odds, 1) {
			clear(slopes)
			return
		}
		for i := range slopes {
			slopes[i] *= -odds / (1 + odds)
		}
		return
	}
	for i := range s.above {
		derivatives[i] = logSlope(s.above[i].PAlive(h), s.below[i].PAlive(h))
	}
}

// Discounted sets derivatives to those of ln Future.Discounted(t, delta). They
// are 0 for a horizon of 0.
func (s Shifts) Discounted(c Survivor, t, delta float64, derivatives []float64) {
	for i := range s.above {
		above := s.above[i].Future(c.Repeats, c.Age)
		below := s.below[i].Future(c.Repeats, c.Age)
		derivatives[i] = logSlope(above.Discounted(t, delta), below.Discounted(t, delta))
	}
}

// Expected sets derivatives to those of ln Future.Expected(t). They are 0 for a horizon
// of 0.
func (s Shifts) Expected(c Survivor, t float64, derivatives []float64) {
	for i := range s.above {
		above := s.above[i].Future(c.Repeats, c.Age)
		below := s.below[i].Future(c.Repeats, c.Age)
		derivatives[i] = logSlope(above.Expected(t), below.Expected(t))
	}
}

func logSlope(above, below float64) float64 {
	if !(above > 0 && below > 0) {
		return 0
	}
	return math.Log(above/below) / (2 * shiftStep)
}

// ParameterVariance returns the variance that the errors of a fit leave in a
// quantity with the given derivatives by the logarithms of its parameters:
// gᵀ Cov g. Purchases and spend are fitted independently, so theirs add up.
func ParameterVariance(gradient []float64, covariance [][]float64) float64 {
	variance := 0.0
	for i, row := range covariance {
		for j, c := range row {
			variance += gradient[i] * c * gradient[j]
		}
	}
	return max(0, variance)
}

// Total is what customers are expected to bring together, and what keeps it from
// being certain.
type Total struct {
	Expected   float64
	Parameters float64 // variance that ParameterVariance finds in the expectation
	Customers  float64 // sum of the customers' own variances about it
	Nothing    float64 // probability that they bring nothing at all
	Mixed      bool    // some are expected to bring less than nothing
}

// Interval returns the central interval that holds with probability level what
// the customers will in fact bring.
//
// The total is taken for log-normal. The logarithm of the expectation errs by
// the normal errors of log-parameters; about the true one the customers' total,
// of that mean and variance, is positive and skewed to the right. For a base of
// any size it is the normal interval, for a few hundred customers it does not
// reach below 0 and is no less often right. A total of gains and losses is taken
// for normal, and an end at which bringing nothing is likely enough is 0.
func (t Total) Interval(level float64) (low, high float64) {
	reach := math.Sqrt2 * math.Erfinv(level)
	if t.Mixed || t.Expected < 0 {
		deviation := math.Sqrt(t.Parameters + t.Customers)
		return t.Expected - reach*deviation, t.Expected + reach*deviation
	}
	tail := (1 - level) / 2
	if t.Expected == 0 || t.Nothing >= 1-tail {
		return 0, 0
	}
	square := t.Expected * t.Expected
	ownLog := math.Log1p(t.Customers / square)
	deviation := math.Sqrt(t.Parameters/square + ownLog)
	middle := t.Expected * math.Exp(-ownLog/2)
	low, high = middle*math.Exp(-reach*deviation), middle*math.Exp(reach*deviation)
	if t.Nothing >= tail {
		low = 0
	}
	return low, high
}
