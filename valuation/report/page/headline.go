package page

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"cbv/valuation/config"
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
	class := "lead"
	if d.isDistrusted() {
		parts, class = distrust(d), ""
	}
	customers, noun := d.kpi("customers", asCount), " customers"
	are := " are worth "
	if n := d.figure("customers"); n != nil && *n == 1 {
		noun, are = " customer", " is worth "
	}
	if !d.hasModel() {
		return append(parts, paragraph{class: class, phrases: join(
			customers, noun, " brought ", d.kpi("revenue", d.asMoney), " of revenue to date. What they will bring is not known, because no model of their purchases could be fitted.",
		)}, basis(d))
	}
	worth := join(customers, noun, are, d.kpi("clv", d.asMoney), " over the next ", days(d.Settings.Value.HorizonDays))
	if d.isDistrusted() {
		worth = join("The model, which is not trusted, puts the ", customers, noun, " at ", d.kpi("clv", d.asMoney), " over the next ", days(d.Settings.Value.HorizonDays))
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
	parts = append(parts, paragraph{class: class, phrases: join(worth, keep, ".")})
	if d.Manifest.Backtest.Trust == nil {
		parts = append(parts, box{says: join(phrase{text: "Not tested. ", strong: true}, "Nothing shows whether this deserves trust:"), items: d.reasons()})
	}
	return append(parts, basis(d))
}

// reasons are why trust is not given, a sentence each, and what may be why.
func (d Data) reasons() (items list) {
	b := d.Manifest.Backtest
	for _, reason := range b.Reasons {
		items = append(items, join(sentence(reason)))
	}
	if len(items) == 0 {
		items = list{join(sentence(b.Reason))}
	}
	if b.MayBeWhy != "" {
		items = append(items, join(phrase{text: "What may be why: ", strong: true}, b.MayBeWhy, "."))
	}
	return items
}

// capital begins a text with a capital letter.
func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + text[size:]
}

// sentence begins a text with a capital letter and ends it with a full stop.
func sentence(text string) string { return capital(text) + "." }

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
	if w := d.toMend(); w != nil {
		first = w.Message
	}
	bySegment, counted := ", and may go out.", ", which are counted and not forecast."
	if len(d.Manifest.MissingDays) > 0 {
		bySegment = ", and may go out if whoever sends them knows that purchases of the missing days are not in them: who bought in these days may be among those who seem to have stopped."
		counted = ", which are counted and not forecast. Purchases of the missing days are not in them either."
	}
	return []part{
		box{
			says:  join(phrase{text: "Not trusted. ", strong: true}, "Do not use the total below, nor any value, mark or chance of purchase of this run: what it would have forecast of its own past missed what came."),
			items: d.reasons(),
		},
		list{
			join(phrase{text: "Mend first: ", strong: true}, first, "."),
			join(phrase{text: "Tonight's lists: ", strong: true}, "those by segment", d.listFiles("segment"), " rest on what customers did", bySegment,
				" Those by mark", d.listFiles("mark"), " or by lifecycle, the chance that a customer still buys", d.listFiles("lifecycle"),
				", and the seed, the customers of most value for an ad platform to find others like them", d.listFiles("seed"), ", rest on the model, and may not."),
			join(phrase{text: "Until then: ", strong: true}, "go by the segments, the repeat rates and the cohorts on this page", counted),
		},
	}
}

// toMend is the warning to mend first, nil for none: days without orders where they may be
// why the forecasts missed, else the first of the input.
func (d Data) toMend() *pipeline.Warning {
	var first *pipeline.Warning
	for i, w := range d.Manifest.Warnings {
		switch {
		case w.Accepted || !pipeline.IsOfInput(w.Code):
		case w.Code == "missing_days" && d.Manifest.Backtest.MayBeWhy != "":
			return &d.Manifest.Warnings[i]
		case first == nil:
			first = &d.Manifest.Warnings[i]
		}
	}
	return first
}

// listFiles names the files of a kind of list in brackets, "" where the run writes none.
func (d Data) listFiles(kind string) string {
	kinds, err := config.ListKinds(d.Settings.RFM.Map)
	if err != nil || !slices.Contains(d.Settings.Lists.Include, kind) {
		return ""
	}
	if kind == "segment" {
		return " (lists/segment_….csv)"
	}
	var files []string
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		if kinds[name] == kind {
			files = append(files, "lists/"+name+".csv")
		}
	}
	return " (" + strings.Join(files, ", ") + ")"
}

// doubts lists the warnings.
func doubts(d Data) section {
	s := section{id: "doubts", title: "What to doubt"}
	var items list
	for i, w := range d.Manifest.Warnings {
		if w.Code == "not_trusted" || w.Code == "untested" {
			continue // which the page begins with
		}
		accepted := ""
		if w.Accepted {
			accepted = ", accepted"
		}
		message := capital(w.Message)
		if d.isDistrusted() && &d.Manifest.Warnings[i] == d.toMend() {
			message = "What to mend first, as said above"
		}
		items = append(items, join(fmt.Sprintf("%s (%s%s)", message, w.Code, accepted)))
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
