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

// HistoryValue is what the customers with a history are worth together: the sum
// of their P(alive)·Discounted·(value of a purchase).
type HistoryValue struct {
	History
	Value float64
}

// ValueGradient returns the derivatives of the values' sum by the logarithms of
// the parameters of m, a model of one of the Families. Discounted is evaluated
// once for each (x, T) and shift. The number of workers changes no digit, the
// order of the values may change the last.
func ValueGradient(m Model, values []HistoryValue, t, delta float64, workers int) ([]float64, error) {
	shifts, err := NewShifts(m)
	if err != nil {
		return nil, err
	}
	parameters := len(shifts.above)
	survivors, of := survivorsOf(values)
	ofFuture := make([]float64, parameters*len(survivors))
	eachRow(len(survivors), workers, func(i int) {
		shifts.Discounted(survivors[i], t, delta, ofFuture[i*parameters:(i+1)*parameters])
	})
	chunks := (len(values) + chunkRows - 1) / chunkRows
	sums := make([]float64, parameters*chunks)
	eachChunk(chunks, workers, func(chunk int) {
		sum := sums[chunk*parameters : (chunk+1)*parameters]
		alive := make([]float64, parameters)
		for row := chunk * chunkRows; row < min((chunk+1)*chunkRows, len(values)); row++ {
			shifts.PAlive(values[row].History, alive)
			for i := range sum {
				sum[i] += values[row].Value * (alive[i] + ofFuture[of[row]*parameters+i])
			}
		}
	})
	gradient := make([]float64, parameters)
	for i, sum := range sums {
		gradient[i%parameters] += sum
	}
	return gradient, nil
}

// survivorsOf returns the distinct (x, T) of the values and the index there of
// each value's.
func survivorsOf(values []HistoryValue) (survivors []Survivor, of []int) {
	index := map[Survivor]int{}
	of = make([]int, len(values))
	for row, v := range values {
		key := Survivor{v.Repeats, v.Age}
		i, known := index[key]
		if !known {
			i = len(survivors)
			index[key] = i
			survivors = append(survivors, key)
		}
		of[row] = i
	}
	return survivors, of
}

// eachRow calls do once for each row, in any order, on up to workers goroutines.
func eachRow(rows, workers int, do func(row int)) {
	const together = 256
	eachChunk((rows+together-1)/together, workers, func(chunk int) {
		for row := chunk * together; row < min((chunk+1)*together, rows); row++ {
			do(row)
		}
	})
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
