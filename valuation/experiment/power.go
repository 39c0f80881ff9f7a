package experiment

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

const (
	normal975 = 1.959963984540054 // 97.5 % point of the normal distribution
	normal80  = 0.8416212335729143
)

// Question is what is asked of a send before it is made: which two arms of the
// audience are compared, and how sure the answer has to be.
type Question struct {
	// Control and Treated are the two arms' shares of the audience. With a third
	// arm they add up to less than 1.
	Control, Treated float64
	// Critical is how many standard errors the difference must be from 0: 1.96
	// when the campaign is measured once, LastBound when it is looked at
	// several times. The power at that is of the last look alone, so a
	// little less than the whole sequence has.
	Critical float64
	// Power is the chance that a difference which is there is seen.
	Power float64
}

// Detectable is the least gain that an audience can show.
type Detectable struct {
	Absolute float64 // in the metric's unit
	Relative float64 // to the metric of the control
}

// Sizes are how many people it takes to show a gain.
type Sizes struct {
	Control, Treated int64
	Audience         int64 // all arms of the campaign
}

// quantiles returns the sum of the two normal quantiles that a difference of
// so many standard errors has to cover.
func (q Question) quantiles() float64 {
	if q.Power == 0.8 {
		return q.Critical + normal80
	}
	return q.Critical + distuv.UnitNormal.Quantile(q.Power)
}

// validate returns what no question can be answered with.
func (q Question) validate() error {
	switch {
	case !(q.Control > 0 && q.Treated > 0 && q.Control+q.Treated <= 1+1e-9):
		return fmt.Errorf("arms of %g and %g of the audience: give both a share above 0, and no more than 1 together", q.Control, q.Treated)
	case !(q.Critical > 0) || math.IsInf(q.Critical, 1):
		return fmt.Errorf("critical value %g: give one above 0, 1.96 for 5 %% two-sided", q.Critical)
	case !(q.Power > 0.5 && q.Power < 1):
		return fmt.Errorf("power %g: give one between 0.5 and 1, 0.8 is usual", q.Power)
	}
	return nil
}

// RateSizes returns how many people it takes to see a conversion rate rise by a
// relative lift: at a base of 0.02 and a lift of 0.1, from 2 % to 2.2 %.
//
// The variance is unpooled, p0(1-p0)/n0 + p1(1-p1)/n1: Fleiss, Levin & Paik
// (2003), "Statistical Methods for Rates and Proportions", 3rd edition, section
// 4.2, without its continuity correction.
func (q Question) RateSizes(base, lift float64) (Sizes, error) {
	if err := q.validate(); err != nil {
		return Sizes{}, err
	}
	if err := validateRate(base); err != nil {
		return Sizes{}, err
	}
	raised := base * (1 + lift)
	if !(lift > 0 && raised <= 1) {
		return Sizes{}, fmt.Errorf("lift %g on a rate of %g: give one above 0 that leaves the rate at 1 or less", lift, base)
	}
	return q.sizes(base*(1-base), raised*(1-raised), raised-base), nil
}

// MarginFactor is how many times as many people it takes to see a rise of the margin
// per person as to see the rise of the conversion rate that it comes from: what
// purchases differ by adds to the variance. Variation is the standard deviation of
// the value of a purchase over its mean.
func MarginFactor(base, variation float64) (float64, error) {
	if err := validateRate(base); err != nil {
		return 0, err
	}
	if !(variation >= 0) || math.IsInf(variation, 1) {
		return 0, fmt.Errorf("variation %g of the purchase value: give one of 0 or more, its deviation over its mean", variation)
	}
	return ((1+variation*variation)/base - 1) / ((1 - base) / base), nil
}

// MarginSizes returns how many people it takes to see the margin per person rise by
// a relative lift, as many more buying: see RateSizes and MarginFactor.
func (q Question) MarginSizes(base, variation, lift float64) (Sizes, error) {
	factor, err := MarginFactor(base, variation)
	if err != nil {
		return Sizes{}, err
	}
	if _, err := q.RateSizes(base, lift); err != nil {
		return Sizes{}, err
	}
	raised := base * (1 + lift)
	return q.sizes(factor*base*(1-base), factor*raised*(1-raised), raised-base), nil
}

func (q Question) sizes(controlVariance, treatedVariance, gain float64) Sizes {
	ratio := q.quantiles() / gain
	audience := ratio * ratio * (controlVariance/q.Control + treatedVariance/q.Treated)
	return Sizes{
		Control:  ceiling(audience * q.Control),
		Treated:  ceiling(audience * q.Treated),
		Audience: ceiling(audience),
	}
}

// ceiling does not count a person more for the last digit of a product.
func ceiling(value float64) int64 { return int64(math.Ceil(value * (1 - 1e-12))) }

// DetectableRate returns the least rise of a conversion rate that an audience
// of all arms can show. It is an error that no rise up to 1 can be shown.
func (q Question) DetectableRate(base float64, audience int64) (Detectable, error) {
	if err := q.validate(); err != nil {
		return Detectable{}, err
	}
	if err := validateRate(base); err != nil {
		return Detectable{}, err
	}
	if err := validateAudience(audience); err != nil {
		return Detectable{}, err
	}
	// gain² = c² (base(1-base)/n0 + (base+gain)(1-base-gain)/n1), solved for the gain
	squared := q.quantiles() * q.quantiles()
	perControl, perTreated := squared/(float64(audience)*q.Control), squared/(float64(audience)*q.Treated)
	a := 1 + perTreated
	b := -perTreated * (1 - 2*base)
	c := -base * (1 - base) * (perControl + perTreated)
	gain := (-b + math.Sqrt(b*b-4*a*c)) / (2 * a)
	if base+gain > 1 {
		return Detectable{}, fmt.Errorf("an audience of %d at a rate of %g: no rise up to 1 would show: pool several sends, or measure over a longer window", audience, base)
	}
	return Detectable{Absolute: gain, Relative: gain / base}, nil
}

// DetectableMargin returns the least rise of the margin per person that an audience
// of all arms can show, relative to the control's, as MarginSizes.
func (q Question) DetectableMargin(base, variation float64, audience int64) (float64, error) {
	factor, err := MarginFactor(base, variation)
	if err != nil {
		return 0, err
	}
	found, err := q.DetectableRate(base, int64(float64(audience)/factor))
	return found.Relative, err
}

func validateRate(base float64) error {
	if !(base > 0 && base < 1) {
		return fmt.Errorf("rate %g: give one between 0 and 1, such as the share of the audience that bought in an earlier window of that length", base)
	}
	return nil
}

func validateAudience(audience int64) error {
	if audience <= 0 {
		return fmt.Errorf("an audience of %d: nobody is eligible: look at consent and suppression, or choose another list", audience)
	}
	return nil
}
