package page

import (
	"fmt"
	"strconv"

	"cbv/valuation/focus"
	"cbv/valuation/parquetfile"
	"cbv/valuation/publication"
)

// verdict says whether the forecasts of earlier days held.
func verdict(d Data) section {
	if !d.hasModel() {
		return section{}
	}
	b := d.Manifest.Backtest
	s := section{id: "verdict", title: "Can it be trusted?"}
	above := "the reason that stands at the top of the page."
	if n := len(b.Reasons); n > 1 {
		above = fmt.Sprintf("the %d reasons that stand at the top of the page.", n)
	}
	switch {
	case b.Trust == nil:
		s.parts = append(s.parts, say("That is not known, for ", above))
	case *b.Trust:
		s.parts = append(s.parts, say(phrase{text: "Yes: ", strong: true}, b.Reason, "."))
	default:
		s.parts = append(s.parts, say(phrase{text: "No", strong: true}, ", for ", above))
	}
	for _, note := range b.Notes {
		s.parts = append(s.parts, say(note, "."))
	}
	if len(b.Untested) > 0 {
		besides := make(list, len(b.Untested))
		for i, untested := range b.Untested {
			besides[i] = join(sentence(untested))
		}
		s.parts = append(s.parts, say("Unknown besides:"), besides)
	}
	s.parts = append(s.parts, d.judged()...)
	if b.Season != nil {
		years := "an earlier year"
		if n := b.Season.Years; n > 1 {
			years = fmt.Sprintf("%d earlier years", n)
		}
		s.parts = append(s.parts, say("In the same days of ", years, ", ", stated("backtest.season.purchases.raw", b.Season.Purchases.Raw, asRatio),
			" times as many purchases came as were expected. Forecasts are multiplied by ", stated("backtest.season.purchases.multiplier", b.Season.Purchases.Multiplier, asRatio), b.Season.Remark(), "."))
	}
	return s
}

// judged shows the forecasts of earlier days that trust goes by beside what came or, where
// it goes by none, the nearest.
func (d Data) judged() []part {
	b := d.Manifest.Backtest
	forecasts := b.Judged
	if len(forecasts) == 0 && b.Purchases != nil {
		forecasts = []publication.JudgedForecast{{Cutoff: b.Cutoff, Purchases: *b.Purchases, Margin: *b.Margin}}
	}
	if len(forecasts) == 0 {
		return nil
	}
	var rows []parquetfile.Record
	for _, f := range forecasts {
		rows = append(rows, d.forecastRow(f.Cutoff, f))
	}
	when, caption := "As of this day", "Forecast and actual"
	if len(forecasts) > 1 {
		when = "As of each of these days"
	}
	if len(b.Judged) > 0 {
		caption += ", by which trust goes"
	}
	intro := say(fmt.Sprintf("%s, a run with the model %s (of how often customers buy, and when they stop) knew nothing of the %s that followed. This is what it would have forecast of them, with the season where earlier years showed it, for the customers known then, and what came:",
		when, d.Manifest.Model.Name, days(b.HoldoutDays)))
	if b.Together != nil {
		rows = append(rows, d.forecastRow("together", *b.Together))
	}
	basis := d.Manifest.MoneyBasis
	return []part{intro, table{
		caption: caption, from: "manifest", open: true, rows: rows,
		columns: []column{
			{title: "forecast as of", name: "cutoff", format: asText, isName: true},
			{title: "purchases forecast", name: "purchases_expected", format: asCount}, {title: "actual", name: "purchases_actual", format: asCount}, {title: "error", name: "purchases_error", format: asShare},
			{title: basis + " forecast", name: "margin_expected", format: d.asMoney}, {title: "actual", name: "margin_actual", format: d.asMoney}, {title: "error", name: "margin_error", format: asShare},
		},
	}}
}

func (d Data) forecastRow(cutoff string, f publication.JudgedForecast) parquetfile.Record {
	row := parquetfile.Record{"cutoff": cutoff}
	for name, of := range map[string]publication.Forecast{"purchases": f.Purchases, "margin": f.Margin} {
		row[name+"_expected"], row[name+"_actual"], row[name+"_error"] = of.Expected, of.Actual, nil
		if of.Error != nil {
			row[name+"_error"] = *of.Error
		}
	}
	return row
}

// direction says where the next effort should go.
func direction(d Data) section {
	f := d.Manifest.Focus
	s := section{id: "focus", title: "Where the next effort should go"}
	j, uncounted := f.Judgement, ""
	if d.isDistrusted() {
		j = j.WithoutForecasts()
		uncounted = " What rests on the model, which is not trusted, has no vote."
	}
	answer := map[focus.Verdict]string{
		focus.RetentionLed: "Hold the customers there are: ", focus.AcquisitionLed: "Win new customers: ", focus.Balanced: "Neither first: ",
	}[j.Verdict]
	s.parts = append(s.parts, say(phrase{text: answer, strong: true}, j.Why, ".", uncounted))
	var speaking list
	var rows []parquetfile.Record
	for i, finding := range f.Findings {
		row := parquetfile.Record{"rule": finding.Rule, "saw": nil, "lean": string(finding.Lean), "why": finding.Why}
		if finding.Saw != nil {
			row["saw"] = written{*finding.Saw, seen(*finding.Saw, finding.Unit)}
		}
		spoken := "For " + string(finding.Lean)
		if j.Findings[i].Votes < finding.Votes {
			row["lean"], spoken = string(finding.Lean)+", not counted", spoken+", not counted"
		}
		rows = append(rows, row)
		if finding.Votes > 0 && finding.Saw != nil {
			speaking = append(speaking, join(phrase{text: spoken + ": ", strong: true}, finding.Rule, ", ", seen(*finding.Saw, finding.Unit), ": ", finding.Why, "."))
		}
	}
	if len(speaking) > 0 {
		s.parts = append(s.parts, speaking)
	}
	s.parts = append(s.parts, table{caption: "What each rule saw", from: "manifest", rows: rows, columns: []column{
		{title: "rule", name: "rule", format: asText, isName: true}, {title: "figure", name: "saw", format: asText},
		{title: "speaks for", name: "lean", format: asText, isText: true}, {title: "why", name: "why", format: asText, isText: true},
	}})
	switch {
	case f.Split == nil:
		s.parts = append(s.parts, say("How to split the next unit of budget is not known: ", f.WhyNoSplit, "."))
	case d.isDistrusted():
		s.parts = append(s.parts, say("How to split the next unit of budget is not known: that would rest on the model, which is not trusted."))
	default:
		s.parts = append(s.parts, say("The next unit of budget: ", stated("focus.next_unit_of_budget.acquisition", f.Split.Acquisition, asShare), " to acquisition, ",
			stated("focus.next_unit_of_budget.retention", f.Split.Retention, asShare), " to retention; ", f.Split.Label, "."))
	}
	return s
}

// seen writes what a rule of the focus saw, in its unit.
func seen(value float64, unit focus.Unit) string {
	switch unit {
	case focus.Days:
		return days(int(value))
	case focus.Customers:
		return asCount(int64(value))
	case focus.Share:
		return asShare(value)
	case focus.Difference:
		return fmt.Sprintf("%+.1f points", 100*value)
	}
	return strconv.FormatFloat(value, 'f', 2, 64)
}
