package batch

import (
	"cmp"
	"context"
	"database/sql/driver"
	"maps"
	"math"
	"slices"
	"strings"

	"cbv/valuation/btyd"
	"cbv/valuation/engine"
)

// valueSums is a row of value_sums, or several added up: what customers with
// one set of parameters are worth, in money.
type valueSums struct {
	minor                int64   // clv
	losing               int64   // customers whose clv is below 0
	variance             int64   // in thousandths of the squared value of a first purchase
	noPurchase           int64   // ln P(nobody purchases), in millionths
	byParameter, bySpend []int64 // derivatives by the logarithms of the parameters, in minor units
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
		"segment", "mark", "fit_group", "spend_band", "clv_minor", "losing_customers", "variance_thousandths", "ln_no_purchase_millionths",
		"parameter", "by_parameter_minor", "by_spend_minor",
	}
	var firstPurchase float64
	if err := r.engine.Scan(ctx, "base_rates", []string{"first_purchase_value"}, &firstPurchase); err != nil {
		return err
	}
	err := r.engine.Each(ctx, "value_sums", columns, func(v []driver.Value) error {
		set := parameterSet{int(v[2].(int64)), int(v[3].(int64))}
		for _, in := range []scope{{"base", "clv"}, {"segment", v[0].(string)}, {"mark", markMetrics[v[1].(string)]}} {
			if sums[in] == nil {
				sums[in] = map[parameterSet]*valueSums{}
			}
			if sums[in][set] == nil {
				sums[in][set] = &valueSums{byParameter: make([]int64, r.models.places()), bySpend: make([]int64, r.models.places())}
			}
			whole := func(i int) int64 { return v[i].(int64) }
			sum := sums[in][set]
			sum.minor += whole(4)
			sum.losing += whole(5)
			sum.variance += whole(6)
			sum.noPurchase += whole(7)
			sum.byParameter[whole(8)] += whole(9)
			sum.bySpend[whole(8)] += whole(10)
		}
		return nil
	})
	if err != nil {
		return err
	}
	var rows [][]driver.Value
	for in, bySet := range sums {
		low, high := r.valueInterval(bySet, firstPurchase)
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
func (r *run) valueInterval(bySet map[parameterSet]*valueSums, firstPurchase float64) (low, high float64) {
	var total valueSums
	var fits []sharedFit
	for _, set := range slices.SortedFunc(maps.Keys(bySet), parameterSet.compare) {
		sums, group := bySet[set], r.models.groups[set.group]
		total.minor += sums.minor
		total.losing += sums.losing
		total.variance += sums.variance
		total.noPurchase += sums.noPurchase
		fits = restOn(fits, group.purchase.Model, group.purchase.Covariance, sums.byParameter)
		if fit := group.spend.Band(set.band).Fit; fit != nil {
			fits = restOn(fits, fit.Model, fit.Covariance, sums.bySpend)
		}
	}
	perUnit := float64(r.minor)
	estimate := btyd.Total{
		Expected:  float64(total.minor) / perUnit,
		Customers: float64(total.variance) / 1000 * firstPurchase * firstPurchase,
		Nothing:   math.Exp(float64(total.noPurchase) / 1e6),
		Mixed:     total.losing > 0,
	}
	for _, fit := range fits {
		estimate.Parameters += btyd.ParameterVariance(fit.gradient, fit.covariance) / (perUnit * perUnit)
	}
	return estimate.Interval(intervalLevel)
}

// sharedFit is a fit and the derivatives of all the value that rests on it:
// channels and bands without parameters of their own share those of the base.
type sharedFit struct {
	model      any // of btyd: equal models are one fit
	covariance [][]float64
	gradient   []float64
}

// restOn adds derivatives to those of a model.
func restOn(fits []sharedFit, model any, covariance [][]float64, gradient []int64) []sharedFit {
	at := slices.IndexFunc(fits, func(fit sharedFit) bool { return fit.model == model })
	if at < 0 {
		at = len(fits)
		fits = append(fits, sharedFit{model, covariance, make([]float64, len(gradient))})
	}
	for i, by := range gradient {
		fits[at].gradient[i] += float64(by)
	}
	return fits
}

func (s parameterSet) compare(t parameterSet) int {
	return cmp.Or(cmp.Compare(s.group, t.group), cmp.Compare(s.band, t.band))
}
