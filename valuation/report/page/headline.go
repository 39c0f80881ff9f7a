package page

import (
	"fmt"

	"cbv/valuation/pipeline"
)

// kpi is a figure of kpis in a sentence.
func (d Data) kpi(metric string, format func(any) string) phrase {
	return d.kpiPart(metric, "value", format)
}

// kpiPart is a figure of kpis, or an end of its interval.
func (d Data) kpiPart(metric, column string, format func(any) string) phrase {
	value := d.figures[metric][column]
	shown := unknown
	if value != nil {
		shown = format(value)
	}
	return phrase{cell: &cell{shown, value}, source: source{"kpis", "metric=" + metric, column}}
}

// stated is a figure of the manifest, at a place such as rows.files.rows, in a sentence.
func stated(place string, value any, format func(any) string) phrase {
	return phrase{cell: &cell{format(value), value}, source: source{"manifest", "", place}}
}

// headline says what the base is worth and whom to keep; before that, whether that may be
// believed.
func headline(d Data) []part {
	var parts []part
	if d.isDistrusted() {
		parts = append(parts, distrust(d)...)
	}
	customers := d.kpi("customers", asCount)
	if !d.hasModel() {
		return append(parts, paragraph{class: "lead", phrases: join(
			customers, " customers brought ", d.kpi("revenue", d.asMoney), " of revenue to date. What they will bring is not known, because no model of their purchases could be fitted.",
		)}, basis(d))
	}
	worth := join(customers, " customers are worth ", d.kpi("clv", d.asMoney), " over the next ", days(d.Settings.Value.HorizonDays))
	if d.isDistrusted() {
		worth = join("The model, which is not trusted, puts the ", customers, " customers at ", d.kpi("clv", d.asMoney), " over the next ", days(d.Settings.Value.HorizonDays))
	} else if clv := d.figures["clv"]; clv["low"] != nil && clv["high"] != nil {
		worth = join(worth, ", between ", d.kpiPart("clv", "low", d.asMoney), " and ", d.kpiPart("clv", "high", d.asMoney), " with a probability of 80 %")
	}
	keep := join(". Retain ", d.kpi("retain_customers", asCount), " of them (", d.kpi("retain_share", asShare), ")")
	if d.isDistrusted() {
		keep = join(". By that it would retain ", d.kpi("retain_customers", asCount), " of them (", d.kpi("retain_share", asShare), ")")
	}
	if d.figure("retain_share_of_clv") != nil {
		keep = join(keep, ", who hold ", d.kpi("retain_share_of_clv", asShare), " of that value")
	}
	parts = append(parts, paragraph{class: "lead", phrases: join(worth, keep, ".")})
	if d.Manifest.Backtest.Trust == nil {
		parts = append(parts, paragraph{class: "alarm", phrases: join(
			phrase{text: "Not tested. ", strong: true}, "Nothing shows whether this deserves trust: ", d.Manifest.Backtest.Reason, ".",
		)})
	}
	return append(parts, basis(d))
}

// basis names the currency, and what money is.
func basis(d Data) paragraph {
	sentence := fmt.Sprintf("All money is in %s. Value is margin", d.Manifest.Currency)
	if d.Manifest.MoneyBasis == "revenue" {
		sentence = fmt.Sprintf("All money is in %s. Value is revenue, since no margin is configured", d.Manifest.Currency)
	}
	return paragraph{class: "basis", phrases: join(fmt.Sprintf("%s, discounted at %s a year. The figures are as of %s.", sentence, asShare(d.Settings.Value.DiscountRate), d.Manifest.AsOf))}
}

// distrust says what is not to be used and why, what to mend first, and what to do until
// then.
func distrust(d Data) []part {
	first := "no input is known to be wrong: look at the section on the model below for where its forecasts fell short, and at cbv backtest for what other models do; if the shop changed, set orders.fit_from to the day from which on it is what it is now"
	for _, w := range d.Manifest.Warnings {
		if pipeline.IsOfInput(w.Code) && !w.Accepted {
			first = w.Message
			break
		}
	}
	return []part{
		paragraph{class: "alarm", phrases: join(
			phrase{text: "Not trusted. ", strong: true}, "Do not use the total below, nor any value, mark or chance of purchase of this run: ", d.Manifest.Backtest.Reason, ".",
		)},
		list{
			join(phrase{text: "Mend first: ", strong: true}, first, "."),
			join(phrase{text: "Tonight's lists: ", strong: true}, "those by segment rest on what customers did, and may go out. Those by mark or lifecycle, and the seed, rest on the model, and may not."),
			join(phrase{text: "Until then: ", strong: true}, "go by the segments, the repeat rates and the cohorts on this page, which are counted and not forecast."),
		},
	}
}

// doubts lists the warnings.
func doubts(d Data) section {
	s := section{id: "doubts", title: "What to doubt"}
	var items list
	for _, w := range d.Manifest.Warnings {
		if w.Code == "not_trusted" || w.Code == "untested" {
			continue // which the page begins with
		}
		accepted := ""
		if w.Accepted {
			accepted = ", accepted"
		}
		items = append(items, join(fmt.Sprintf("%s (%s%s)", w.Message, w.Code, accepted)))
	}
	s.parts = []part{items}
	if len(items) == 0 {
		s.parts = []part{say("Nothing in the input stands out.")}
	}
	return s
}

// colophon says where the page is from.
func colophon(d Data) []part {
	return []part{say(fmt.Sprintf("Made by cbv %s from the run %s of identity %s. Every figure is in the tables of the run, and %s means that it is not known. No customer is named on this page.",
		d.Manifest.Version, d.Manifest.AsOf, d.Manifest.Identity, unknown))}
}
