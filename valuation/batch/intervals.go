package batch

import (
	"cmp"
	"context"
	"database/sql/driver"
	"maps"
	"slices"
	"strings"

	"cbv/valuation/btyd"
	"cbv/valuation/engine"
)

// valueSums is a row of value_sums, or several added up: what customers with
// one set of parameters are worth, in money.
type valueSums struct {
	value, variance float64
	byParameter     []float64 // derivatives by the logarithms of the parameters
	bySpend         []float64
}

// parameterSet names the parameters of a row of value_sums.
type parameterSet struct {
	group, band int
}

// valueIntervals makes the intervals of what the base, each segment and each
// mark will realise.
func valueIntervals(ctx context.Context, r *run) error {
	type scope struct{ kind, name string }
	sums := map[scope]map[parameterSet]*valueSums{}
	columns := []string{
		"segment", "mark", "fit_group", "spend_band", "clv_minor", "variance_hundredths",
		"by_parameter_1", "by_parameter_2", "by_parameter_3", "by_parameter_4", "by_spend_1", "by_spend_2", "by_spend_3",
	}
	err := r.engine.Each(ctx, "value_sums", columns, func(v []driver.Value) error {
		set := parameterSet{int(v[2].(int64)), int(v[3].(int64))}
		for _, in := range []scope{{"base", "clv"}, {"segment", v[0].(string)}, {"mark", markMetrics[v[1].(string)]}} {
			if sums[in] == nil {
				sums[in] = map[parameterSet]*valueSums{}
			}
			if sums[in][set] == nil {
				sums[in][set] = &valueSums{byParameter: make([]float64, mostParameters), bySpend: make([]float64, 3)}
			}
			// Whole numbers of minor units below 2^53, whose sum is exact in
			// any order.
			sum := sums[in][set]
			sum.value += float64(v[4].(int64))
			sum.variance += float64(v[5].(int64))
			for i := range sum.byParameter {
				sum.byParameter[i] += float64(v[6+i].(int64))
			}
			for i := range sum.bySpend {
				sum.bySpend[i] += float64(v[10+i].(int64))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	var rows [][]driver.Value
	for in, bySet := range sums {
		low, high := r.valueInterval(bySet)
		rows = append(rows, []driver.Value{in.kind, in.name, known(low), known(high)})
	}
	slices.SortFunc(rows, func(a, b []driver.Value) int {
		return strings.Compare(a[0].(string)+a[1].(string), b[0].(string)+b[1].(string))
	})
	return r.engine.Rows(ctx, "value_intervals", []engine.Column{
		{Name: "scope", Type: "varchar"}, {Name: "name", Type: "varchar"}, {Name: "low", Type: "double"}, {Name: "high", Type: "double"},
	}, rows)
}

// markMetrics are the metrics of kpis that hold the value of a mark.
var markMetrics = map[string]string{"retain": "retain_clv", "acquisition_lookalike": "lookalike_clv"}

// intervalLevel is the probability of an interval of value.
const intervalLevel = highLevel - lowLevel

// valueInterval returns the interval of what customers will realise, in money.
// Sets of parameters are fitted apart, so that the variances which their errors
// leave add up.
func (r *run) valueInterval(bySet map[parameterSet]*valueSums) (low, high float64) {
	var value, own float64
	var fits []sharedFit
	for _, set := range slices.SortedFunc(maps.Keys(bySet), parameterSet.compare) {
		sums, group := bySet[set], r.models.groups[set.group]
		value += sums.value
		own += sums.variance
		fits = restOn(fits, group.purchase.Model, group.purchase.Covariance, sums.byParameter)
		if fit := group.spend.Band(set.band).Fit; fit != nil {
			fits = restOn(fits, fit.Model, fit.Covariance, sums.bySpend)
		}
	}
	ofParameters := 0.0
	for _, fit := range fits {
		ofParameters += btyd.ParameterVariance(fit.gradient, fit.covariance)
	}
	perUnit := float64(r.minor)
	return btyd.TotalInterval(value/perUnit, ofParameters/perUnit/perUnit, own/100, intervalLevel)
}

// sharedFit is a fit and the derivatives of all the value that rests on it:
// channels and bands without parameters of their own share those of the base.
type sharedFit struct {
	model      any // of btyd: equal models are one fit
	covariance [][]float64
	gradient   []float64
}

// restOn adds derivatives to those of a model.
func restOn(fits []sharedFit, model any, covariance [][]float64, gradient []float64) []sharedFit {
	for _, fit := range fits {
		if fit.model == model {
			for i, by := range gradient {
				fit.gradient[i] += by
			}
			return fits
		}
	}
	return append(fits, sharedFit{model, covariance, slices.Clone(gradient)})
}

func (s parameterSet) compare(t parameterSet) int {
	return cmp.Or(cmp.Compare(s.group, t.group), cmp.Compare(s.band, t.band))
}
