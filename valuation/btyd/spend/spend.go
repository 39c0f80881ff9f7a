// Package spend has what a purchase to come is worth (Gamma-Gamma), and how what
// a customer will spend over a horizon is distributed, given a model of their
// purchases.
//
// Money may be in any unit. Nothing here reads a clock, prints, or depends on the
// number of workers.
package spend

import (
	"errors"
	"fmt"
	"math"
	"sort"

	"cbv/valuation/btyd/likelihood"
)

// MostRepeats stands for no upper bound of repeats.
const MostRepeats = math.MaxInt32

// Range is a range of repeats, both ends included.
type Range struct{ From, To int }

var everyRepeat = Range{0, MostRepeats}

// Model is what a purchase to come is worth, by the purchases so far.
type Model struct {
	Form          Form
	PositiveShare float64 // of purchases; 1 where all have a positive value
	Bands         []Band  // ascending, from 0 to MostRepeats without a gap
	Fit           *Fit    // whose models are those of the bands; nil: there is none
	Spearman      float64 // of repeats and the mean value of purchases, over repeaters
	Findings      []Finding
}

// Band is the spend model of the customers with repeats in a range.
type Band struct {
	Range
	Model *GammaGamma // nil: there is none, and every purchase is worth Mean
	Mean  float64     // expected value of a purchase of a customer of whom the model has seen none
}

// Finding is a warning about the customers of a band, and the number that
// it is about.
type Finding struct {
	Warning Warning
	Range

	// Number is Spearman's correlation where spend goes with frequency,
	// elsewhere the mean value that stands in for one of the model.
	Number float64
	Cause  error // the *likelihood.NoFitError where there is no model
}

// bandLimits are the ranges of repeats that have a γ of their own when spend goes
// with frequency.
var bandLimits = [...]Range{{0, 1}, {2, 3}, {4, 7}, {8, MostRepeats}}

const (
	// MaxSpearman is the correlation, of either sign, above which the model's
	// assumption, that what customers spend says nothing of how often they
	// buy, no longer holds.
	MaxSpearman = 0.3

	// Fewer customers cannot set a level of their own.
	minBandCustomers = 200
)

// FitModel fits what purchases are worth to a sample: one model for all, or, where
// spend goes with frequency, one with a γ for each band of repeats. p and q are
// always the whole base's: one-timers alone do not distinguish them, and x hardly
// varies in a band. A band with too few customers is one with its neighbour. The
// error is a sample that FitGammaGamma refuses. The number of workers changes no
// digit.
func FitModel(sample Sample, workers int) (Model, error) {
	if err := sample.check(); err != nil {
		return Model{}, err
	}
	sample.Counts = sample.seen(workers) // sorted once for all that asks for them
	model := Model{Form: sample.Form, PositiveShare: sample.PositiveShare, Spearman: Spearman(sample)}
	if model.PositiveShare == 0 {
		model.PositiveShare = 1
	}
	bands := []Range{everyRepeat}
	if math.Abs(model.Spearman) > MaxSpearman {
		model.Findings = append(model.Findings, Finding{Warning: GoesWithFrequency, Range: everyRepeat, Number: model.Spearman})
		bands = bandsOf(sample)
	}
	fit, err := FitGammaGamma(sample, bands, workers)
	var none *likelihood.NoFitError
	if errors.As(err, &none) && len(bands) > 1 {
		bands = []Range{everyRepeat}
		fit, err = FitGammaGamma(sample, bands, workers)
	}
	switch {
	case errors.As(err, &none):
		mean := meanPurchase(sample.seen(workers))
		model.Bands = []Band{{Range: everyRepeat, Mean: mean}}
		model.Findings = append(model.Findings, Finding{Warning: NoModel, Range: everyRepeat, Number: mean, Cause: none})
		return model, nil
	case err != nil:
		return Model{}, err
	}
	model.Fit = &fit
	warning := fit.Warning
	if fit.Boundary != "" {
		// There is one mean for all or one value for a customer: no spread of
		// means that the model could add to the pooled one.
		warning = AtBoundary
	}
	for i, limits := range bands {
		band := Band{Range: limits, Model: &fit.Models[i], Mean: fit.Models[i].Mean()}
		if warning != 0 {
			band.Mean = meanPurchase(within(sample.seen(workers), limits))
		}
		model.Bands = append(model.Bands, band)
	}
	if warning != 0 { // nobody asks for the mean of a band whose customers have bought often
		model.Findings = append(model.Findings, Finding{Warning: warning, Range: bands[0], Number: model.Bands[0].Mean})
	}
	return model, nil
}

// bandsOf returns the bands of a sample, those with too few customers joined to the
// one before, the first to the one after.
func bandsOf(sample Sample) []Range {
	var bands []Range
	few := false // of the last of the bands
	for _, limits := range bandLimits {
		customers := int64(0)
		for _, c := range within(sample.seen(1), limits) {
			customers += c.Customers
		}
		isFew := customers < minBandCustomers
		if last := len(bands) - 1; last >= 0 && (few || isFew) {
			bands[last].To = limits.To
			few = few && isFew
			continue
		}
		bands = append(bands, limits)
		few = isFew
	}
	return bands
}

// within returns the counts of a range of repeats among sorted ones.
func within(counts []Count, limits Range) []Count {
	first := func(repeats int) int {
		return sort.Search(len(counts), func(i int) bool { return counts[i].Repeats >= repeats })
	}
	return counts[first(limits.From):first(limits.To+1)]
}

// bandAt returns the place of the range that repeats are in.
func bandAt(bands []Range, repeats int) int {
	for i, limits := range bands {
		if limits.From <= repeats && repeats <= limits.To {
			return i
		}
	}
	panic(fmt.Sprintf("spend: %d repeats are in no band of %+v", repeats, bands))
}

// HasModel reports whether there is a model beside the mean. Below p + q = 1
// the expectation for a customer with one purchase does not exist either.
func (b Band) HasModel() bool { return b.Model != nil && b.Model.P+b.Model.Q > 1 }

// IsMeanFitted reports whether the mean is that of the model.
func (b Band) IsMeanFitted() bool { return b.HasModel() && b.Mean == b.Model.Mean() }

// Band returns the band of customers with that many repeats.
func (s Model) Band(repeats int) Band { return s.Bands[s.Place(repeats)] }

// Place returns the place of the band of customers with that many repeats, and of its
// model in the fit.
func (s Model) Place(repeats int) int {
	for i, b := range s.Bands {
		if b.From <= repeats && repeats <= b.To {
			return i
		}
	}
	panic(fmt.Sprintf("spend: %d repeats are in no band of %+v", repeats, s.Bands))
}

// Expected returns the expected value of a future purchase of a customer with x
// repeats and n purchases, as the form counts them, that add up to total: the
// band's mean without one, or without a model.
func (s Model) Expected(repeats, purchases int, total float64) float64 {
	return s.PositiveShare * s.Band(repeats).Expected(purchases, total)
}

// Expected returns the expected value of a future purchase, of positive value, of a
// customer of the band with n purchases that add up to total.
func (b Band) Expected(purchases int, total float64) float64 {
	if purchases <= 0 || !b.HasModel() {
		return b.Mean
	}
	return b.Model.ExpectedSpend(purchases, total)
}

// Shape is how what m purchases to come are worth together, W, is distributed, in
// units of γ + S: W/(1+W) is Beta(P m, B). Where only a mean is known, P is 0 and
// W is m, in units of that mean.
type Shape struct{ P, B float64 }

// Shape returns the shape for customers with x repeats, all purchases having a
// positive value. Customers with zeros among theirs have the same, and a scale that
// keeps their own mean: an approximation, for their spread is a little wider.
func (s Model) Shape(repeats int) Shape {
	band := s.Band(repeats)
	if !band.HasModel() {
		return Shape{}
	}
	return band.Model.Shape(s.Form.Purchases(repeats))
}

// Shape returns the shape for customers with n purchases. Fader & Hardie (2013), (4).
func (m GammaGamma) Shape(purchases int) Shape {
	return Shape{P: m.P, B: m.P*float64(purchases) + m.Q}
}
