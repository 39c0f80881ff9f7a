package experiment

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Rule is how two arms are compared.
type Rule struct {
	// Share says that outcomes are 0 and 1: the variance is then m(1-m).
	Share bool
	// Adjust asks for the estimate adjusted by the covariate, CUPED.
	Adjust bool
	// Buyers is how many bought in the arm in which fewer did: see leastBuyers.
	Buyers int64
	// Instead names what may be there where this is not.
	Instead string
	// Withheld is why the outcome says nothing, "" where it does.
	Withheld string
	// SequentialBound is that of this look, 0 where it is none: there is then no
	// sequential interval, and NoLook says why.
	SequentialBound float64
	NoLook          string
}

// Estimate is the difference of two arms' means, treated less control.
type Estimate struct {
	Difference float64
	// StandardError is 0 when nobody's outcome differs from the rest of the arm.
	StandardError    float64
	DegreesOfFreedom float64
	Skew             float64  // of the difference
	PValue           *float64 // two-sided, of no difference
	// Fixed is the 95 % interval of a campaign measured once. Looked at every
	// day, it errs far more often than in 5 % of campaigns.
	Fixed *Interval
	// Sequential covers the differences at all the looks together in 95 %
	// of campaigns. Where it is missing SequentialReason says why.
	Sequential       *Interval
	SequentialReason string
	// Lift is the difference relative to the control's mean.
	Lift Figure
	// Reason says why there is no interval, and IsWithheld that not even the
	// difference means anything.
	Reason     string
	IsWithheld bool
}

// Comparison is what two arms' outcomes say.
type Comparison struct {
	TreatedPeople, ControlPeople int64
	TreatedMean, ControlMean     float64
	Raw                          Estimate
	// Adjusted is CUPED's, nil when it is not asked for.
	Adjusted *Estimate
	// Theta is what a unit of the covariate moves the outcome by; VarianceReduction
	// the share of the raw variance that the adjustment takes away.
	Theta, VarianceReduction float64
}

// Compare returns the difference of two arms of two people each at least.
//
// Welch (1947), "The Generalization of 'Student's' Problem when Several
// Different Population Variances are Involved", Biometrika 34, with Hall's
// correction for skew (see skew.h), and for CUPED
// Deng, Xu, Kohavi & Walker (2013), "Improving the Sensitivity of Online
// Controlled Experiments by Utilizing Pre-Experiment Data", WSDM.
func Compare(treated, control Sample, rule Rule) (Comparison, error) {
	if treated.people < 2 || control.people < 2 {
		return Comparison{}, fmt.Errorf("arms of %d and %d people: a comparison takes 2 in each", treated.people, control.people)
	}
	t, c := treated.moments(), control.moments()
	if rule.Share {
		t.outcomeVariance, c.outcomeVariance = t.outcomeMean*(1-t.outcomeMean), c.outcomeMean*(1-c.outcomeMean)
		// the covariance by the same divisor, or the adjusted variance could come
		// out below 0
		t.covariateVariance *= (t.people - 1) / t.people
		c.covariateVariance *= (c.people - 1) / c.people
		t.both *= (t.people - 1) / t.people
		c.both *= (c.people - 1) / c.people
	}
	comparison := Comparison{
		TreatedPeople: treated.people, ControlPeople: control.people,
		TreatedMean: t.outcomeMean, ControlMean: c.outcomeMean,
	}
	comparison.Raw = rule.estimate(t, c, 0)
	if rule.Adjust {
		theta := pooledTheta(t, c)
		adjusted := rule.estimate(t, c, theta)
		comparison.Adjusted = &adjusted
		comparison.Theta = theta
		if raw := comparison.Raw.StandardError; raw > 0 {
			ratio := adjusted.StandardError / raw
			comparison.VarianceReduction = 1 - ratio*ratio
		}
	}
	return comparison, nil
}

// Best returns the adjusted estimate, or the raw one where none was asked for.
func (c Comparison) Best() Estimate {
	if c.Adjusted != nil {
		return *c.Adjusted
	}
	return c.Raw
}

// pooledTheta returns the slope of the outcome on the covariate within the arms.
// Each arm is centred on its own means: about the means of both, a lift that
// happens to go along with a difference in the covariate would enter the slope,
// and the adjustment would take part of the lift away. It is 0 for a covariate
// that distinguishes nobody.
func pooledTheta(t, c moments) float64 {
	squares := (t.people-1)*t.covariateVariance + (c.people-1)*c.covariateVariance
	if !(squares > 0) {
		return 0
	}
	return ((t.people-1)*t.both + (c.people-1)*c.both) / squares
}

// estimate compares the means of outcome - theta × covariate; the raw outcomes at
// theta 0.
func (r Rule) estimate(t, c moments, theta float64) Estimate {
	e := Estimate{Difference: t.outcomeMean - c.outcomeMean - theta*(t.covariateMean-c.covariateMean)}
	perTreated, perControl := t.residualVariance(theta)/t.people, c.residualVariance(theta)/c.people
	e.StandardError = math.Sqrt(perTreated + perControl)
	var shape shape
	if e.StandardError > 0 {
		shape = shapeOf(t, c, theta)
		e.Skew = float64(shape.of(1))
	}
	e.Reason = r.Withheld
	if e.Reason == "" {
		e.Reason = skew(e.Skew).refuse(r.Buyers, r.Instead)
	}
	e.IsWithheld = e.Reason != ""
	if e.Reason == "" && e.StandardError == 0 {
		e.Reason = "all people of an arm have the same outcome"
	}
	if e.Reason != "" {
		e.SequentialReason = e.Reason
		e.Lift = unknown(e.Reason)
		return e
	}
	// Welch's formula, with the shares of the variance so that nothing underflows
	ofTreated := perTreated / (perTreated + perControl)
	ofControl := 1 - ofTreated
	e.DegreesOfFreedom = 1 / (ofTreated*ofTreated/(t.people-1) + ofControl*ofControl/(c.people-1))
	p := 2 * e.student().CDF(-math.Abs(skew(e.Skew).h(e.Difference/e.StandardError)))
	e.PValue = &p
	quantile := studentAt(normal975, e.DegreesOfFreedom)
	e.Fixed = skew(e.Skew).interval(e.Difference, e.StandardError, quantile)
	if r.SequentialBound > 0 {
		e.Sequential = skew(e.Skew).interval(e.Difference, e.StandardError, studentAt(r.SequentialBound, e.DegreesOfFreedom))
	} else {
		e.SequentialReason = r.NoLook
	}
	e.Lift = lift(t, c, theta, shape, quantile)
	return e
}

func (e Estimate) student() distuv.StudentsT {
	return distuv.StudentsT{Sigma: 1, Nu: e.DegreesOfFreedom}
}

// Figure is the difference with the interval of a campaign measured once.
func (e Estimate) Figure() Figure { return e.times(1) }

// times returns the difference of so many people.
func (e Estimate) times(people float64) Figure {
	switch {
	case e.IsWithheld:
		return unknown(e.Reason)
	case e.Fixed == nil:
		value := people * e.Difference
		return Figure{Value: &value, Reason: e.Reason}
	}
	return between(people*e.Difference, people*e.Fixed.Low, people*e.Fixed.High)
}

// probabilityAbove returns how likely the true difference is above a value:
// Student's distribution about the estimate, its skew taken out, read as a
// posterior under a flat prior.
func (e Estimate) probabilityAbove(value float64) Figure {
	if e.Reason != "" {
		return unknown(e.Reason)
	}
	return known(e.student().CDF(skew(e.Skew).h((e.Difference - value) / e.StandardError)))
}

// studentAt returns the point of Student's distribution that is as far out as a point of
// the normal one, 8 at most. Above 200 degrees of freedom it takes the expansion about
// the normal point, which is good to 10 digits there at 1.96, and to 5 at 8; gonum
// inverts the incomplete beta function, takes up to 0.2 ms and is good to 9.
//
// Abramowitz & Stegun (1964), "Handbook of Mathematical Functions", 26.7.5.
func studentAt(z, degrees float64) float64 {
	if degrees <= 200 {
		return -distuv.StudentsT{Sigma: 1, Nu: degrees}.Quantile(distuv.UnitNormal.CDF(-z))
	}
	z2 := z * z
	g1 := z * (z2 + 1) / 4
	g2 := z * ((5*z2+16)*z2 + 3) / 96
	g3 := z * (((3*z2+19)*z2+17)*z2 - 15) / 384
	g4 := z * ((((79*z2+776)*z2+1482)*z2-1920)*z2 - 945) / 92160
	return z + (g1+(g2+(g3+g4/degrees)/degrees)/degrees)/degrees
}

func (m moments) residualVariance(theta float64) float64 {
	// rounding may leave a little less than nothing of an outcome that the
	// covariate explains in full
	return math.Max(0, m.outcomeVariance-2*theta*m.both+theta*theta*m.covariateVariance)
}
