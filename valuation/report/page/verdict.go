package page

import (
	"fmt"
	"strconv"
	"strings"

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
	switch {
	case b.Trust == nil:
		s.parts = append(s.parts, say("That is not known, for the reason that stands at the top of the page."))
	case *b.Trust:
		s.parts = append(s.parts, say(phrase{text: "Yes: ", strong: true}, b.Reason, "."))
	default:
		s.parts = append(s.parts, say("No, for the reason that stands at the top of the page."))
	}
	for _, note := range b.Notes {
		s.parts = append(s.parts, say(note, "."))
	}
	if len(b.Untested) > 0 {
		s.parts = append(s.parts, say("Unknown besides: ", strings.Join(b.Untested, "; "), "."))
	}
	if b.Purchases != nil {
		s.parts = append(s.parts, say(fmt.Sprintf("As of %s, a run with the model %s knew nothing of the %s that followed. This is what it would have forecast of them, the season included, for ",
			b.Cutoff, d.Manifest.Model.Name, days(b.HoldoutDays)), stated("backtest.customers", b.Customers, asCount), " customers, and what came:"))
		s.parts = append(s.parts, table{
			caption: "Forecast and actual", from: "manifest", open: true,
			columns: []column{
				{title: "of", name: "what", format: asText, isName: true}, {title: "forecast", name: "expected", format: asText},
				{title: "actual", name: "actual", format: asText}, {title: "error", name: "error", format: asShare},
			},
			rows: []parquetfile.Record{forecastRow("purchases", b.Purchases, asCount), forecastRow("margin", b.Margin, d.asMoney)},
		})
	}
	if b.Season != nil {
		s.parts = append(s.parts, say("In the same days of earlier years, ", stated("backtest.season.purchases.raw", b.Season.Purchases.Raw, asRatio),
			" times as many purchases came as were expected. Forecasts are multiplied by ", stated("backtest.season.purchases.multiplier", b.Season.Purchases.Multiplier, asRatio), "."))
	}
	return s
}

func forecastRow(what string, f *publication.Forecast, format func(any) string) parquetfile.Record {
	row := parquetfile.Record{"what": what, "expected": written{f.Expected, format(f.Expected)}, "actual": written{f.Actual, format(f.Actual)}, "error": nil}
	if f.Error != nil {
		row["error"] = *f.Error
	}
	return row
}

// direction says where the next effort should go.
func direction(d Data) section {
	f := d.Manifest.Focus
	s := section{id: "focus", title: "Where the next effort should go"}
	answer := map[focus.Verdict]string{
		focus.RetentionLed: "Hold the customers there are: ", focus.AcquisitionLed: "Win new customers: ", focus.Balanced: "Neither first: ",
	}[f.Verdict]
	s.parts = append(s.parts, say(phrase{text: answer, strong: true}, f.Why, "."))
	var speaking list
	var rows []parquetfile.Record
	for _, finding := range f.Findings {
		row := parquetfile.Record{"rule": finding.Rule, "saw": nil, "lean": string(finding.Lean), "why": finding.Why}
		if finding.Saw != nil {
			row["saw"] = written{*finding.Saw, seen(*finding.Saw, finding.Unit)}
		}
		rows = append(rows, row)
		if finding.Votes > 0 && finding.Saw != nil {
			speaking = append(speaking, join(phrase{text: "For " + string(finding.Lean) + ": ", strong: true}, finding.Rule, ", ", seen(*finding.Saw, finding.Unit), ": ", finding.Why, "."))
		}
	}
	if len(speaking) > 0 {
		s.parts = append(s.parts, speaking)
	}
	s.parts = append(s.parts, table{caption: "What each rule saw", from: "manifest", rows: rows, columns: []column{
		{title: "rule", name: "rule", format: asText, isName: true}, {title: "figure", name: "saw", format: asText},
		{title: "speaks for", name: "lean", format: asText, isText: true}, {title: "why", name: "why", format: asText, isText: true},
	}})
	if f.Split != nil {
		s.parts = append(s.parts, say("The next unit of budget: ", stated("focus.next_unit_of_budget.acquisition", f.Split.Acquisition, asShare), " to acquisition, ",
			stated("focus.next_unit_of_budget.retention", f.Split.Retention, asShare), " to retention; ", f.Split.Label, "."))
	} else {
		s.parts = append(s.parts, say("How to split the next unit of budget is not known: ", f.WhyNoSplit, "."))
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
