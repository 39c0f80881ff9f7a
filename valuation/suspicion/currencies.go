package suspicion

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"cbv/valuation/intake"
	"cbv/valuation/vocabulary"
)

const (
	// fewScaleRows is how many rows of a channel or country say nothing of its scale.
	fewScaleRows = 50
	// fewScaleShare is the share of the rows that they must be.
	fewScaleShare = 0.01
	// shownValues is how many values a message lists.
	shownValues = 5
)

// suspectCurrencies warns of orders in several currencies, in another than the shop's,
// or with amounts of another scale in a channel or country.
func (s *Suspicion) suspectCurrencies(p *profile) {
	if column, ok := s.roles["currency"]; ok {
		s.suspectCurrencyColumn(p, column)
		return
	}
	channels, countries := map[string]scale{}, map[string]scale{}
	for name, sum := range p.sumsByChannel() {
		channels[name] = scale{name, sum.OrderRows, sum.WholeRows, sum.PositiveRows, sum.LogMillionths}
	}
	for _, v := range p.unmapped {
		countries[v.Country] = countries[v.Country].plus(scale{v.Country, v.OrderRows, v.WholeRows, v.PositiveRows, v.LogMillionths})
	}
	s.suspectScales("channel", channels)
	s.suspectScales("country", countries)
}

// scale is how large the amounts of a channel or country are.
type scale struct {
	name                                 string
	rows, whole, positive, logMillionths int64
}

func (s scale) plus(other scale) scale {
	return scale{other.name, s.rows + other.rows, s.whole + other.whole, s.positive + other.positive, s.logMillionths + other.logMillionths}
}

func (s scale) without(other scale) scale {
	return scale{s.name, s.rows - other.rows, s.whole - other.whole, s.positive - other.positive, s.logMillionths - other.logMillionths}
}

// suspectScales warns where the amounts of some of the values of a column are far from
// those of the others: wholesale beside retail is ten or forty times as much.
func (s *Suspicion) suspectScales(column string, scales map[string]scale) {
	var all scale
	var listed []scale
	for _, one := range scales {
		all = all.plus(one)
		listed = append(listed, one)
	}
	slices.SortFunc(listed, func(a, b scale) int { return strings.Compare(a.name, b.name) })
	bounds := s.Config.Suspicions
	isWhole := func(of scale) bool { return intake.ShareOf(of.whole, of.rows) >= bounds.WholeShare }
	for _, one := range listed {
		rest := all.without(one)
		if one.positive < fewScaleRows || rest.positive < one.positive || intake.ShareOf(one.positive, all.positive) < fewScaleShare {
			continue
		}
		factor := math.Exp((float64(one.logMillionths)/float64(one.positive) - float64(rest.logMillionths)/float64(rest.positive)) / 1e6)
		apart := max(factor, 1/factor)
		if apart < bounds.ScaleFactor && (apart < bounds.WholeScaleFactor || isWhole(one) == isWhole(rest)) {
			continue
		}
		s.Warn("several_currencies", "the amounts of %s %q (%s) are usually %.3g times those of the others: they may be in another currency or in minor units; convert them in orders.columns.amount, or leave them out with orders.keep",
			column, one.name, intake.CountOf(one.rows, "row"), factor)
	}
}

// suspectCurrencyColumn warns where a column that no setting uses names several
// currencies, or another than the shop's.
func (s *Suspicion) suspectCurrencyColumn(p *profile, column string) {
	rows := map[string]int64{}
	for _, v := range p.unmapped {
		if v.Currency != "" {
			rows[intake.ShownCurrency(v.Currency)] += v.OrderRows
		}
	}
	var listed []string
	for currency := range rows {
		listed = append(listed, currency)
	}
	slices.SortFunc(listed, func(a, b string) int { return cmp.Or(cmp.Compare(rows[b], rows[a]), strings.Compare(a, b)) })
	own := s.Config.Value.Currency
	isKnown := func(currency string) bool { return unitsPerEuro[currency] > 0 }
	if !vocabulary.Says(vocabulary.Currency, column) && len(slices.DeleteFunc(slices.Clone(listed), func(c string) bool { return !isKnown(c) })) < 2 {
		return // a short name may be that of something else
	}
	switch {
	case len(listed) > 1:
		var values []string
		for _, currency := range listed[:min(shownValues, len(listed))] {
			values = append(values, intake.CountOf(rows[currency], "row")+" "+currency)
		}
		s.Warn("several_currencies", "column %s names %d currencies (%s), and all amounts are counted as %s: map orders.columns.currency to it and give rates, or leave the others out with orders.keep",
			column, len(listed), strings.Join(values, ", "), own)
	case len(listed) == 1 && listed[0] != own:
		s.Warn("several_currencies", "column %s says %s on %s, and all amounts are counted as %s: set value.currency to it",
			column, listed[0], intake.CountOf(rows[listed[0]], "row"), own)
	}
}
