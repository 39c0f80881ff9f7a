// Package contest holds a model against another on the same customers: the one that is
// held stays unless the other is better by more than two standard errors.
//
// Nothing here reads a clock, prints, or depends on the number of workers.
package contest

import (
	"fmt"
	"math"
	"strings"
)

// Target is what is predicted.
type Target string

// The targets.
const (
	Purchases Target = "purchases"
	Margin    Target = "margin"
)

// Contest is a model, the holder, against another, the challenger, on the same
// customers.
type Contest struct {
	Target             Target // "" where it is the likelihood of histories
	Holder, Challenger string

	// Gain is by how much the challenger is better, per customer: in Poisson
	// deviance, or in ln L. Its standard error is that of paired differences,
	// infinite for a single customer.
	Gain, StandardError float64
}

// Won reports whether the challenger is better by more than two standard
// errors: only then does it replace the holder, so that what a base is valued
// with does not flip from night to night.
func (c Contest) Won() bool { return c.Gain > 2*c.StandardError }

// New makes a contest of each customer's gain, gain(i) of weight(i)
// customers.
func New(c Contest, n int, gain func(i int) float64, weight func(i int) float64) Contest {
	var customers, sum float64
	for i := range n {
		customers += weight(i)
		sum += weight(i) * gain(i)
	}
	c.Gain = sum / customers
	squares := 0.0
	for i := range n {
		off := gain(i) - c.Gain
		squares += weight(i) * off * off
	}
	c.StandardError = math.Inf(1)
	if customers > 1 {
		c.StandardError = math.Sqrt(squares / (customers - 1) / customers)
	}
	return c
}

// Text says how a model was chosen.
func Text(contests []Contest, measure, chosen string) string {
	var parts []string
	for _, c := range contests {
		verdict, gain := "does not beat", fmt.Sprintf("%.2g worse", -c.Gain)
		if c.Won() {
			verdict = "beats"
		}
		if c.Gain >= 0 {
			gain = fmt.Sprintf("%.2g better", c.Gain)
		}
		parts = append(parts, fmt.Sprintf("%s %s %s (%s %s, with a standard error of %.2g)", c.Challenger, verdict, c.Holder, measure, gain, c.StandardError))
	}
	if len(parts) == 0 {
		return chosen + " is the only one to choose from"
	}
	return strings.Join(parts, "; ")
}

// PerCustomer says of a gain over so many cutoffs what it is the mean of: customers'
// sums, each over the cutoffs at which the customer is known, which may be one of them.
func PerCustomer(cutoffs int) string {
	if cutoffs == 1 {
		return "per customer at 1 cutoff"
	}
	return fmt.Sprintf("per customer, over those of %d cutoffs at which they are known,", cutoffs)
}

// Cutoffs counts cutoffs in a sentence.
func Cutoffs(n int) string {
	if n == 1 {
		return "1 cutoff"
	}
	return fmt.Sprintf("%d cutoffs", n)
}
