package judgement

import (
	"fmt"

	"cbv/valuation/config"
	"cbv/valuation/intake"
	"cbv/valuation/money"
	"cbv/valuation/publication"
)

// The bounds of the warnings about finished figures.
const (
	// fewRepeaters is the number of repeat customers below which the parameters, and
	// every value with them, are a guess.
	fewRepeaters = 100
	// mostReturned is the share of revenue that comes back on a later day from which
	// on amounts are more likely read wrong.
	mostReturned = 0.5
)

func hasFewRepeaters(customers float64) bool { return customers < fewRepeaters }

func hasHighReturns(share float64) bool { return share > mostReturned }

// losesMoney reports whether a new customer costs as much as they bring, or more.
func losesMoney(cac, newcomerValue float64) bool { return cac >= newcomerValue }

// warnOfBasis warns of value that is not counted in margin.
func (j *Judgement) warnOfBasis() {
	if !j.Config.HasMargin() {
		j.Warn("revenue_not_margin", "no margin is configured, so value is counted in revenue: set value.margin_rate or orders.columns.margin")
	}
}

// warnOfFigures adds the warnings that the figures of a base with a model call for.
func (j *Judgement) warnOfFigures() {
	value := func(metric string) float64 { return *j.Figures.Base[metric].Value }
	if repeaters := value("repeat_customers"); hasFewRepeaters(repeaters) {
		j.Warn("few_repeat_customers", "customers who bought again: %.0f, fewer than %d: the models rest on them, and every value is rough", repeaters, fewRepeaters)
	}
	if cac, brings := value("cac"), value("newcomer_value"); j.AcquisitionTerms().Source != "first_order" && losesMoney(cac, brings) {
		j.Warn("acquisition_loses_money", "a new customer costs %s and brings %s over the horizon: acquisition earns nothing, so replacement is worth nothing and the floor alone decides whom to retain", j.money(cac), j.money(brings))
	}
	if share := value("later_return_share"); hasHighReturns(share) {
		j.Warn("high_returns", "%.1f %% of what purchases are worth is returned beside them, and every value is lowered by as much: check the sign of orders.columns.amount, and that a return carries the id of its order (orders.columns.order_id)", 100*share)
	}
}

// money writes an amount with its currency.
func (j *Judgement) money(amount float64) string {
	return money.Format(money.ToMinor(amount, j.Minor), j.Minor) + " " + j.Config.Value.Currency
}

// warnOfNoPaidChannel warns of spend that could not set the marks, given a model.
// value.replace_by says of which channels it was to.
func (j *Judgement) warnOfNoPaidChannel() {
	terms := j.AcquisitionTerms()
	if !j.intake.HasSpend() || j.Config.Orders.Columns.Channel == "" || terms == nil || terms.Source == "spend" {
		return
	}
	instead := "a first order is taken to pay for its acquisition"
	if terms.Source == "configured" {
		instead = "value.cac sets the marks"
	}
	whose := "paid channels have"
	if by := j.Config.Value.ReplaceBy; by != config.ReplaceByPaid {
		whose = fmt.Sprintf("channel %q has", by)
	}
	j.Warn("no_paid_channel", "%s no cost of acquisition, or fewer than %d new customers, over the last 12 months, so %s: see cac_reason in channels.parquet",
		whose, intake.Rules.MinChannelCustomers, instead)
}

// AcquisitionTerms says which cost of acquisition set the marks, nil where there
// is none.
func (j *Judgement) AcquisitionTerms() *publication.Acquisition {
	cac := j.Figures.Base["cac"].Value
	if cac == nil {
		return nil
	}
	terms := &publication.Acquisition{Source: "first_order", CAC: money.Exact(money.ToMinor(*cac, j.Minor), j.Minor)}
	if j.Figures.Base["cac_from_spend"].Value != nil {
		terms.Source, terms.Channel = "spend", j.Figures.CACChannel
	} else if j.Config.Value.CAC != nil {
		terms.Source = "configured"
	}
	return terms
}
