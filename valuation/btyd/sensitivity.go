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

func logSlope(above, below float64) float64 {
	if !(above > 0 && below > 0) {
		return 0
	}
	return math.Log(above/below) / (2 * shiftStep)
}

// Sensitivity returns the derivatives of ln ExpectedSpend by ln p, ln q, ln γ of
// a customer with x repeat purchases of the given mean value. They are 0 where
// it is infinite.
func (m GammaGamma) Sensitivity(x int, mean float64) [3]float64 {
	total, px := 0.0, m.P*float64(x)
	if x > 0 {
		total = float64(x) * mean
	}
	shape := px + m.Q - 1
	if shape <= 0 {
		return [3]float64{}
	}
	return [3]float64{1 - px/shape, -m.Q / shape, m.Gamma / (m.Gamma + total)}
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

// TotalInterval returns the central interval that holds with probability level
// what a base will in fact spend, whose expectation by the fitted models is
// expected. parameters is the variance that ParameterVariance finds in the
// expectation, own the sum of the customers' own variances about it.
//
// The total is taken for log-normal. The logarithm of the expectation errs by
// the normal errors of log-parameters; about the true one the customers' total,
// of that mean and variance, is positive and skewed to the right. For a base of
// any size it is the normal interval, for a few hundred customers it does not
// reach below 0 and is no less often right.
func TotalInterval(expected, parameters, own, level float64) (low, high float64) {
	if !(expected > 0) {
		return 0, 0
	}
	square := expected * expected
	ownLog := math.Log1p(own / square)
	deviation := math.Sqrt(parameters/square + ownLog)
	reach := math.Sqrt2 * math.Erfinv(level) * deviation
	middle := expected * math.Exp(-ownLog/2)
	return middle * math.Exp(-reach), middle * math.Exp(reach)
}
