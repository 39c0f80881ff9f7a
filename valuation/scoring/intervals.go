package scoring

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/engine"
	"cbv/valuation/rfm"
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

// valueSumsRow is a row of value_sums.
type valueSumsRow struct {
	Segment, Mark          string
	FitGroup, SpendBand    int
	CLVMinor               int64
	LosingCustomers        int64
	VarianceThousandths    int64
	LnNoPurchaseMillionths int64
	Parameter              int // its place in its model, from 0
	ByParameterMinor       int64
	BySpendMinor           int64
}

// valueScope names customers whose value together has an interval.
type valueScope struct{ kind, name string } // base, segment or mark

// valueInterval is a row of value_intervals.
type valueInterval struct {
	Scope, Name string
	Low, High   *float64
}

// makeValueIntervals makes the intervals of what the base, each segment and each
// mark will realise.
func (s *Scoring) makeValueIntervals(ctx context.Context) error {
	rates, err := engine.One[struct{ FirstPurchaseValue float64 }](ctx, s.Engine, "base_rates")
	if err != nil {
		return err
	}
	sums := map[valueScope]map[parameterSet]*valueSums{}
	for row, err := range engine.Select[valueSumsRow](ctx, s.Engine, "value_sums") {
		if err != nil {
			return err
		}
		set := parameterSet{row.FitGroup, row.SpendBand}
		for _, of := range []valueScope{{"base", "clv"}, {"segment", row.Segment}, {"mark", markMetrics[row.Mark]}} {
			if sums[of] == nil {
				sums[of] = map[parameterSet]*valueSums{}
			}
			if sums[of][set] == nil {
				sums[of][set] = &valueSums{byParameter: make([]int64, s.models.places()), bySpend: make([]int64, s.models.places())}
			}
			sums[of][set].add(row)
		}
	}
	in, err := s.scopesOfPast(ctx)
	if err != nil {
		return err
	}
	errors := map[valueScope]float64{}
	for of := range sums {
		errors[of] = s.rolling.ErrorVariance(backtest.Margin)
		if of.kind != "base" {
			errors[of] = s.rolling.ErrorVarianceOf(backtest.Margin, func(c backtest.Known) bool { return in(of, c) })
		}
	}
	var intervals []valueInterval
	for of, bySet := range sums {
		total := s.valueTotal(bySet, rates.FirstPurchaseValue)
		square := total.Expected * total.Expected
		// clv holds the same-season ratio, and so the error that its customers and
		// parameters leave in it.
		total.Parameters += s.rolling.Ratio(backtest.Margin, s.rolling.HorizonDays).LogVariance() * square
		if of == (valueScope{"base", "clv"}) {
			low, high := total.Interval(intervalLevel)
			s.narrow = &NarrowInterval{Level: intervalLevel, Low: low, High: high}
		}
		// What a season and change leave unexplained is an error of the logarithm, like
		// that of the parameters.
		total.Parameters += errors[of] * square
		low, high := total.Interval(intervalLevel)
		intervals = append(intervals, valueInterval{of.kind, of.name, engine.Known(low), engine.Known(high)})
	}
	slices.SortFunc(intervals, func(a, b valueInterval) int {
		return cmp.Or(cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Name, b.Name))
	})
	return engine.Insert(ctx, s.Engine, "value_intervals", intervals)
}

// markLine is what of replacement decides the mark.
type markLine struct {
	Replacement *float64
	KeepFloor   *float64
}

// scopesOfPast returns whether a customer of a past day was in a segment or had a mark, by
// the cut points and the line of today. The value over the horizon that the line is held
// against is what was expected of its days, as much per day over a longer one, discounted
// as if it came evenly.
func (s *Scoring) scopesOfPast(ctx context.Context) (func(of valueScope, c backtest.Known) bool, error) {
	line, err := engine.One[markLine](ctx, s.Engine, "replacement")
	if err != nil {
		return nil, err
	}
	cells, err := rfm.Map(s.Config.RFM.Map)
	if err != nil {
		return nil, err
	}
	segments := map[[3]int]string{}
	for _, cell := range cells {
		segments[[3]int{cell.R, cell.F, cell.M}] = cell.Segment
	}
	horizon, delta := s.horizon()
	present := btyd.Annuity(horizon, delta) / float64(max(1, s.rolling.HorizonDays))
	return func(of valueScope, c backtest.Known) bool {
		if of.kind == "segment" {
			h := c.Customer.History
			r, f, m := s.cuts.Scores(int64(h.Age-h.LastPurchase), int64(h.Repeats+1), int64(math.Round(c.Customer.Revenue*float64(s.Minor))))
			return segments[[3]int{r, f, m}] == of.name
		}
		if line.Replacement == nil || line.KeepFloor == nil {
			return false
		}
		value := present * c.Margin
		isRetained := value > s.Config.Value.RetentionCost+*line.Replacement && value >= *line.KeepFloor
		return isRetained == (of.name == markMetrics["retain"])
	}, nil
}

func (v *valueSums) add(row valueSumsRow) {
	v.minor += row.CLVMinor
	v.losing += row.LosingCustomers
	v.variance += row.VarianceThousandths
	v.noPurchase += row.LnNoPurchaseMillionths
	v.byParameter[row.Parameter] += row.ByParameterMinor
	v.bySpend[row.Parameter] += row.BySpendMinor
}

// markMetrics are the metrics of kpis that hold the value of a mark.
var markMetrics = map[string]string{"retain": "retain_clv", "acquisition_lookalike": "lookalike_clv"}

// intervalLevel is the probability of an interval of value.
const intervalLevel = highLevel - lowLevel

// valueTotal returns what customers will realise, in money, with the variances that
// customers and parameters leave in it. Sets of parameters are fitted apart, so that the
// variances which their errors leave add up.
func (s *Scoring) valueTotal(bySet map[parameterSet]*valueSums, firstPurchase float64) btyd.Total {
	var total valueSums
	var fits btyd.SharedFits // the address of a fit of spend is its model, and bands share p and q
	for _, set := range slices.SortedFunc(maps.Keys(bySet), parameterSet.compare) {
		sums, group := bySet[set], s.models.groups[set.group]
		total.minor += sums.minor
		total.losing += sums.losing
		total.variance += sums.variance
		total.noPurchase += sums.noPurchase
		fits.Add(group.Purchase.Model, group.Purchase.Covariance, sums.byParameter)
		if fit := group.Spend.Fit; fit != nil {
			fits.Add(fit, fit.Covariance, ofBands(sums.bySpend, group.Spend.Place(set.band), len(fit.Parameters)))
		}
	}
	perUnit := float64(s.Minor)
	return btyd.Total{
		Expected:   float64(total.minor) / perUnit,
		Customers:  float64(total.variance) / 1000 * firstPurchase * firstPurchase,
		Nothing:    math.Exp(float64(total.noPurchase) / 1e6),
		Mixed:      total.losing > 0,
		Parameters: fits.Variance() / (perUnit * perUnit),
	}
}

// ofBands returns derivatives by p, q and gamma of one band as those by p, q and the
// gamma of each.
func ofBands(byParameter []int64, band, parameters int) []int64 {
	by := make([]int64, parameters)
	by[0], by[1], by[2+band] = byParameter[0], byParameter[1], byParameter[2]
	return by
}

func (s parameterSet) compare(t parameterSet) int {
	return cmp.Or(cmp.Compare(s.group, t.group), cmp.Compare(s.band, t.band))
}
