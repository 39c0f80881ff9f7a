// Package retention carries out the Go steps about customers who purchase again: the
// intervals of rates, the curve of the time to a second purchase, and how few
// customers hold the revenue.
package retention

import "cbv/valuation/pipeline"

// Retention is what a run knows of its retention.
type Retention struct{ *pipeline.Context }

// New returns the retention of a run.
func New(c *pipeline.Context) *Retention { return &Retention{c} }

// Actions are the Go steps of retention.
func (r *Retention) Actions() pipeline.Actions {
	return pipeline.Actions{
		"repeat_rates":          r.makeRepeatRates,
		"repeat_probabilities":  r.makeRepeatProbabilities,
		"step_rates":            r.makeStepRates,
		"revenue_concentration": r.makeConcentration,
		"value_bands":           r.makeValueBands,
		"figures":               r.makeFigures,
	}
}
