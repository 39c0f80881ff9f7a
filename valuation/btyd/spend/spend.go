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

	"cbv/valuation/btyd/likelihood"
)

// MostRepeats stands for no upper bound of repeats.
const MostRepeats = math.MaxInt32

// Model is what a purchase to come is worth, by the repeat purchases so far.
type Model struct {
	Bands    []Band  // ascending, from 0 to MostRepeats without a gap
	Spearman float64 // of repeats and their mean value
	Findings []Finding
}

// Band is the spend model of the customers with repeats in a range.
type Band struct {
	From, To int     // repeats, both included
	Fit      *Fit    // nil: there is none, and every purchase is worth Mean
	Mean     float64 // expected value of a purchase of a customer without repeats
}

// Finding is a warning about the customers of a band, and the number that
// it is about.
type Finding struct {
	Warning  Warning
	From, To int // repeats, both included

	// Number is Spearman's correlation where spend goes with frequency,
	// elsewhere the mean value that stands in for one of the model.
	Number float64
	Cause  error // the *likelihood.NoFitError where there is no model
}

// bandLimits are the ranges of repeats within which spend is modelled separately
// when it goes with frequency.
var bandLimits = [][2]int{{0, 1}, {2, 3}, {4, 7}, {8, MostRepeats}}

const (
	// MaxSpearman is the correlation, of either sign, above which the model's
	// assumption, that what customers spend says nothing of how often they
	// buy, no longer holds.
	MaxSpearman = 0.3

	// Fewer repeaters cannot carry three parameters.
	minBandRepeaters = 200
)

// FitModel fits what purchases are worth to repeat purchases counted by (x,
// total), in any order and with repetitions: one model for all, or, where spend
// goes with frequency, one per band of repeats. A band has the model for all
// where it has too few repeaters, or where they determine none: what determines p
// from q is that means vary less at larger x, and x hardly varies in a band. The
// error is a count that FitGammaGamma refuses. The number of workers changes no
// digit.
func FitModel(counts []Count, workers int) (Model, error) {
	pooled, finding, err := fitBand(counts, 0, MostRepeats, workers)
	if err != nil {
		return Model{}, err
	}
	model := Model{Bands: []Band{pooled}, Spearman: Spearman(counts)}
	if math.Abs(model.Spearman) <= MaxSpearman {
		model.find(finding)
		return model, nil
	}
	model.find(&Finding{Warning: GoesWithFrequency, To: MostRepeats, Number: model.Spearman})
	model.Bands = nil
	for _, limits := range bandLimits {
		band, own := pooled, finding
		if inside, repeaters := within(counts, limits[0], limits[1]); repeaters >= minBandRepeaters {
			found, foundOf, err := fitBand(inside, limits[0], limits[1], workers)
			if err != nil {
				return Model{}, err
			}
			if found.Fit != nil && found.Fit.Boundary == "" {
				band, own = found, foundOf
			}
		}
		band.From, band.To = limits[0], limits[1]
		model.Bands = append(model.Bands, band)
		// Nobody asks for a band's mean where all have repeats and a model.
		if own != nil && (band.From == 0 || !band.HasModel()) {
			model.find(&Finding{Warning: own.Warning, From: band.From, To: band.To, Number: own.Number, Cause: own.Cause})
		}
	}
	return model, nil
}

// find notes a finding, nil being none.
func (s *Model) find(finding *Finding) {
	if finding != nil {
		s.Findings = append(s.Findings, *finding)
	}
}

// within returns the counts of a range of repeats, both ends included, and the
// customers among them who have a repeat.
func within(counts []Count, from, to int) (inside []Count, repeaters int64) {
	for _, c := range counts {
		if from <= c.Repeats && c.Repeats <= to {
			inside = append(inside, c)
			if c.Repeats > 0 {
				repeaters += c.Customers
			}
		}
	}
	return inside, repeaters
}

// fitBand fits one spend model, and says where the pooled mean of the repeat
// purchases stands in for one of the model.
func fitBand(counts []Count, from, to, workers int) (Band, *Finding, error) {
	band := Band{From: from, To: to}
	found, err := FitGammaGamma(counts, workers)
	var none *likelihood.NoFitError
	if errors.As(err, &none) {
		band.Mean = pooledMean(repeatSpend(counts, workers))
		return band, &Finding{Warning: NoModel, From: from, To: to, Number: band.Mean, Cause: none}, nil
	}
	if err != nil {
		return Band{}, nil, err
	}
	band.Fit, band.Mean = &found, found.Model.Mean()
	switch {
	case found.Boundary != "":
		// There is one mean for all or one value for a customer: no spread of
		// means that the model could add to the pooled one.
		band.Mean = found.PooledMean
		return band, &Finding{Warning: AtBoundary, From: from, To: to, Number: band.Mean}, nil
	case found.Warning == 0:
		return band, nil, nil
	}
	band.Mean = found.PooledMean
	return band, &Finding{Warning: found.Warning, From: from, To: to, Number: band.Mean}, nil
}

// pooledMean returns the mean value of all repeat purchases, 0 where there is
// none.
func pooledMean(counts []Count) float64 {
	value, repeats := 0.0, int64(0)
	for _, c := range counts {
		value += c.Total * float64(c.Customers)
		repeats += c.Customers * int64(c.Repeats)
	}
	if repeats == 0 {
		return 0
	}
	return value / float64(repeats)
}

// HasModel reports whether there is a model beside the mean. Below p + q = 1
// the expectation for a customer with one repeat does not exist either.
func (b Band) HasModel() bool {
	return b.Fit != nil && b.Fit.Model.P+b.Fit.Model.Q > 1
}

// Band returns the band of customers with that many repeats.
func (s Model) Band(repeats int) Band {
	for _, b := range s.Bands {
		if b.From <= repeats && repeats <= b.To {
			return b
		}
	}
	panic(fmt.Sprintf("spend: %d repeats are in no band of %+v", repeats, s.Bands))
}

// Expected returns the expected value of a future purchase of a customer whose
// repeat purchases add up to total: the band's mean without repeats or model.
func (s Model) Expected(repeats int, total float64) float64 {
	return s.Band(repeats).Expected(repeats, total)
}

// Expected returns the expected value of a future purchase of a customer of the
// band whose repeat purchases add up to total: the mean without repeats or
// model.
func (b Band) Expected(repeats int, total float64) float64 {
	if repeats <= 0 || !b.HasModel() {
		return b.Mean
	}
	return b.Fit.Model.ExpectedSpend(repeats, total/float64(repeats))
}
