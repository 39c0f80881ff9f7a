package experiment

import "math"

// lift returns treated over control less 1, and the ratios that the outcomes do not
// rule out: those at which treated less ratio times control is not beyond so many
// standard errors from 0, its skew taken out as that of the difference is. So it
// never contradicts the difference.
//
// Adjusted, the two means are those at the covariate's mean over both arms, and
// so each of them depends on both arms.
//
// Fieller (1954), "Some Problems in Interval Estimation", Journal of the Royal
// Statistical Society B 16.
func lift(t, c moments, theta float64, shape shape, quantile float64) Figure {
	q := quotient{t, c, theta, t.people / (t.people + c.people), shape}
	gap := t.covariateMean - c.covariateMean
	treated := t.outcomeMean - theta*(1-q.ofTreated)*gap
	control := c.outcomeMean + theta*q.ofTreated*gap
	if !(control > 0) {
		return unknown("the control's mean is not above 0")
	}
	figure := known(treated/control - 1)
	step := math.Sqrt(q.variance(1)) / control
	low, hasLow := q.solve(treated/control, -step, quantile)
	high, hasHigh := q.solve(treated/control, step, -quantile)
	if !hasLow || !hasHigh {
		figure.Reason = "the lift has no interval: the control's mean is not clear of 0"
		return figure
	}
	low, high = low-1, high-1
	figure.Low, figure.High = &low, &high
	return figure
}

// quotient is two means of which one is divided by the other.
type quotient struct {
	t, c      moments
	theta     float64
	ofTreated float64 // share of the people
	shape     shape
}

// slope is what a unit of the covariate's gap takes off treated less ratio times
// control.
func (q quotient) slope(ratio float64) float64 {
	return q.theta * ((1 - q.ofTreated) + ratio*q.ofTreated)
}

// variance is that of treated less ratio times control.
func (q quotient) variance(ratio float64) float64 {
	slope := q.slope(ratio)
	return q.t.linearVariance(1, -slope) + q.c.linearVariance(-ratio, slope)
}

// score is how many standard errors treated less ratio times control is from 0, its
// skew taken out.
func (q quotient) score(ratio float64) float64 {
	difference := q.t.outcomeMean - ratio*q.c.outcomeMean - q.slope(ratio)*(q.t.covariateMean-q.c.covariateMean)
	return q.shape.of(ratio).h(difference / math.Sqrt(q.variance(ratio)))
}

// solve returns the ratio of a score on the side of the step. Where the control may
// be 0 no ratio is too far, and there is none.
func (q quotient) solve(from, step, score float64) (float64, bool) {
	isBeyond := func(ratio float64) bool {
		if step < 0 {
			return q.score(ratio) >= score
		}
		return q.score(ratio) <= score
	}
	const doublings = 60
	within, beyond := from, from+step
	for range doublings {
		if isBeyond(beyond) {
			for range 200 {
				middle := within + (beyond-within)/2
				if middle == within || middle == beyond {
					break
				}
				if isBeyond(middle) {
					beyond = middle
				} else {
					within = middle
				}
			}
			return beyond, true
		}
		step *= 2
		within, beyond = beyond, from+step
	}
	return 0, false
}

// linearVariance returns the variance of a times the mean outcome plus b times
// the mean covariate.
func (m moments) linearVariance(a, b float64) float64 {
	return math.Max(0, a*a*m.outcomeVariance+2*a*b*m.both+b*b*m.covariateVariance) / m.people
}
