package page

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cbv/valuation/parquetfile"
	"cbv/valuation/report/chart"
)

// distribution shows how many customers are worth how much, and on how few the revenue
// rests.
func distribution(d Data) section {
	s := section{id: "value", title: "How value is spread", byModel: "values"}
	rows := slices.Clone(d.tables["value_distribution"])
	slices.SortFunc(rows, func(a, b parquetfile.Record) int { return int(known(b["place"]) - known(a["place"])) })
	bars := func(column string, format func(any) string) (bars []chart.Bar) {
		for _, row := range rows {
			bars = append(bars, chart.Bar{Label: d.band(row), Values: []*float64{decimal(row[column])}, Text: format(row[column])})
		}
		return bars
	}
	shown := table{from: "value_distribution", rows: rows, columns: []column{
		{title: "value from", name: "from_clv", format: d.asMoney, isName: true}, {title: "below", name: "below_clv", format: d.asMoney}, {title: "customers", name: "customers", format: asCount},
		{title: "share", name: "share_of_customers", format: asShare}, {title: "value", name: "clv", format: d.asMoney}, {title: "share", name: "share_of_clv", format: asShare},
		{title: "retain", name: "retain_customers", format: asCount},
	}}
	why := d.whyNoValue()
	if why == "" && len(rows) == 0 {
		why = "This run has no value_distribution.parquet: an older program made it."
	}
	s.parts = []part{
		figure{title: "Customers by value", about: "Bars of the number of customers by what each is worth.", why: why,
			drawing: chart.Bars{Unit: "customers, by value each", Format: chart.Short, Rows: bars("customers", asCount)}, table: shown},
		figure{title: "Value held by them", about: "Bars of the share of the base's value that customers of each band hold, by what each of them is worth.", why: why,
			drawing: chart.Bars{Unit: "share of all value, by value each", Format: chart.Percent, Rows: bars("share_of_clv", asShare)}},
		concentration(d),
	}
	return s
}

// band names a band of value_distribution.
func (d Data) band(row parquetfile.Record) string {
	switch from, below := row["from_clv"], row["below_clv"]; {
	case from == nil:
		return "below 0"
	case below == nil:
		return d.bound(from) + " or more"
	case known(from) == 0:
		return "0"
	default:
		return d.bound(from) + " to " + d.bound(below)
	}
}

// bound writes a bound of a band, which is a round number.
func (d Data) bound(value any) string {
	if v := known(value); v >= 1 {
		return chart.Short(v)
	}
	return d.asMoney(value)
}

// concentration shows which share of revenue the top customers brought.
func concentration(d Data) figure {
	var rows []parquetfile.Record
	var bars []chart.Bar
	for _, top := range []string{"1", "5", "10", "20"} {
		for _, row := range d.where("concentration", "metric", "top_"+top+"_percent_share") {
			rows = append(rows, row)
			bars = append(bars, chart.Bar{Label: "top " + top + " %", Values: []*float64{decimal(row["value"])}, Text: asShare(row["value"])})
		}
	}
	return figure{
		title: "Revenue to date of the top customers", about: "Bars of the share of revenue that the top 1, 5, 10 and 20 per cent of customers brought.",
		why:     whyAllUnknown(rows, "value", "Nobody brought revenue."),
		drawing: chart.Bars{Unit: "share of all revenue", Format: chart.Percent, Rows: bars},
		table: table{from: "concentration", rows: rows, columns: []column{
			{title: "customers of most revenue", name: "metric", format: asTop, isName: true}, {title: "share", name: "value", format: asShare}, {title: "customers", name: "n", format: asCount},
		}},
	}
}

// asTop writes which top of the customers a figure of concentration is of.
func asTop(value any) string {
	return strings.TrimSuffix(strings.ReplaceAll(text(value), "_", " "), " percent share") + "\u00a0%"
}

// fit shows what the model expected beside what came.
func fit(d Data) section {
	if !d.hasModel() {
		return section{}
	}
	return section{id: "model", title: "Does the model fit?", parts: []part{repeatCounts(d), weeks(d), calibration(d), cutoffs(d), earlierRuns(d)}}
}

// repeatCounts shows customers by their number of repeat purchases.
func repeatCounts(d Data) figure {
	rows := slices.Clone(d.tables["model_fit"])
	slices.SortFunc(rows, func(a, b parquetfile.Record) int {
		return int(known(a["repeat_purchases"]) - known(b["repeat_purchases"]))
	})
	drawing := chart.Columns{Unit: "customers", Across: "repeat purchases", Format: chart.Short}
	actual, expected := chart.Column{Name: "actual"}, chart.Column{Name: "expected by the model"}
	for _, row := range rows {
		name := fmt.Sprint(row["repeat_purchases"])
		if row["is_and_more"] == true {
			name += "+"
		}
		drawing.Categories = append(drawing.Categories, name)
		actual.Values = append(actual.Values, decimal(row["customers"]))
		expected.Values = append(expected.Values, decimal(row["expected_customers"]))
	}
	drawing.Series = []chart.Column{actual, expected}
	why := ""
	if len(rows) == 0 {
		why = "This run has no model_fit.parquet: an older program made it."
	}
	return figure{
		title: "Customers by repeat purchases", about: "Columns of the number of customers with each number of repeat purchases, actual and expected.", why: why, drawing: drawing,
		table: table{from: "model_fit", rows: withOpenEnd(rows, "repeat_purchases", "number", "and more"), columns: []column{
			{title: "repeat purchases", name: "repeat_purchases", key: "number", format: asText, isName: true},
			{title: "customers", name: "customers", format: asCount}, {title: "expected", name: "expected_customers", format: asCount},
		}},
	}
}

// mostWeeks are as many weeks as a chart shows: three years.
const mostWeeks = 156

// weeks shows repeat purchases week by week.
func weeks(d Data) figure {
	rows := slices.Clone(d.tables["tracking"])
	slices.SortFunc(rows, func(a, b parquetfile.Record) int { return timeOf(a["week_start"]).Compare(timeOf(b["week_start"])) })
	drawing := chart.Lines{Unit: "repeat purchases a week", Format: chart.Short}
	actual, expected, seasonal := chart.Series{Name: "actual"}, chart.Series{Name: "expected"}, chart.Series{Name: "with season"}
	isSeasonal := false
	drawn := rows[max(0, len(rows)-mostWeeks):]
	for _, row := range drawn {
		at := dayNumber(timeOf(row["week_start"]))
		came := decimal(row["purchases"])
		if d.isMissing(timeOf(row["week_start"]), timeOf(row["week_start"]).AddDate(0, 0, 7)) {
			came = nil
		}
		actual.Points = append(actual.Points, chart.Point{X: at, Y: came})
		expected.Points = append(expected.Points, chart.Point{X: at, Y: decimal(row["expected_purchases"])})
		seasonal.Points = append(seasonal.Points, chart.Point{X: at, Y: decimal(row["expected_with_season"])})
		isSeasonal = isSeasonal || row["expected_with_season"] != nil
		drawing.Shades = lengthened(drawing.Shades, row, at)
	}
	note := weeksNote(drawing.Shades)
	drawing.Shades = append(drawing.Shades, d.gaps()...)
	listed := filter(rows, func(r parquetfile.Record) bool {
		return !d.isMissing(timeOf(r["week_start"]), timeOf(r["week_start"]).AddDate(0, 0, 7))
	})
	if len(listed) < len(rows) {
		note = join(note, " Weeks whose orders are missing have no purchases in the chart, and are not in the table.")
	}
	drawing.Ticks = weekTicks(drawn)
	drawing.Series = []chart.Series{actual, expected}
	if isSeasonal {
		drawing.Series = append(drawing.Series, seasonal)
	}
	why := ""
	if len(rows) < 2 {
		why = "There are not two whole weeks of orders to compare."
	}
	return figure{
		title: "Repeat purchases by week", about: "Lines of the repeat purchases of each week, actual and expected; the weeks that the model did not know are shaded.", why: why, drawing: drawing,
		note: note,
		table: table{from: "tracking", rows: listed, columns: []column{
			{title: "week from", name: "week_start", format: asDay, isName: true}, {title: "customers", name: "customers", format: asCount}, {title: "purchases", name: "purchases", format: asCount},
			{title: "expected", name: "expected_purchases", format: asCount}, {title: "with season", name: "expected_with_season", format: asCount}, {title: "holdout", name: "is_holdout", format: asYes},
			{title: "same season", name: "is_same_season", format: asYes},
		}},
	}
}

// weeksNote says whose purchases the weeks are of.
func weeksNote(shades []chart.Shade) []phrase {
	if len(shades) == 0 {
		return join("The model was fitted to all of these weeks.")
	}
	note := "The holdout is kept from the model to test it: of the weeks from then on it knew nothing. The purchases are those of the customers who were known when it began."
	if slices.ContainsFunc(shades, func(s chart.Shade) bool { return s.Label == sameSeason }) {
		note += " The season is that of the same days of earlier years."
	}
	return join(note)
}

// The names of stretches of weeks.
const (
	holdout    = "holdout"
	sameSeason = "same season"
)

// lengthened adds a week to the stretches that are shaded.
func lengthened(shades []chart.Shade, row parquetfile.Record, at float64) []chart.Shade {
	label := ""
	switch {
	case row["is_holdout"] == true:
		label = holdout
	case row["is_same_season"] == true:
		label = sameSeason
	default:
		return shades
	}
	const halfWeek = 3.5
	if last := len(shades) - 1; last >= 0 && shades[last].Label == label && shades[last].To >= at-halfWeek-1 {
		shades[last].To = at + halfWeek
		return shades
	}
	return append(shades, chart.Shade{From: at - halfWeek, To: at + halfWeek, Label: label})
}

// weekTicks are the first weeks of months.
func weekTicks(rows []parquetfile.Record) (ticks []chart.Tick) {
	month := time.Time{}
	for _, row := range rows {
		week := timeOf(row["week_start"])
		if week.Format("2006-01") != month.Format("2006-01") && week.Day() <= 7 {
			ticks = append(ticks, chart.Tick{At: dayNumber(week), Label: week.Format("2006-01")})
			month = week
		}
	}
	return ticks
}

// calibration shows the chances of a purchase by tenths of customers.
func calibration(d Data) figure {
	pick := func(metric string) []parquetfile.Record {
		rows := filter(d.tables["backtest"], func(r parquetfile.Record) bool {
			return r["is_chosen"] == true && r["target"] == "p_purchase" && r["metric"] == metric
		})
		slices.SortFunc(rows, func(a, b parquetfile.Record) int { return int(known(a["decile"]) - known(b["decile"])) })
		return rows
	}
	actual, expected := pick("mean_actual"), pick("mean_expected")
	drawing := chart.Columns{Unit: "share with a purchase in the holdout", Across: "tenths of customers, by forecast", Format: chart.Percent}
	of := [2]chart.Column{{Name: "actual"}, {Name: "forecast"}}
	shown := table{from: "backtest", where: "is_chosen=true;target=p_purchase", columns: []column{
		{title: "tenth", name: "decile", format: asCount, isName: true}, {title: "customers", name: "n", where: "metric=mean_actual", key: "n", format: asCount},
		{title: "forecast", name: "value", where: "metric=mean_expected", key: "expected", format: asShare}, {title: "actual", name: "value", where: "metric=mean_actual", key: "actual", format: asShare},
	}}
	for i, row := range actual {
		if i >= len(expected) {
			break
		}
		drawing.Categories = append(drawing.Categories, asCount(row["decile"]))
		of[0].Values, of[1].Values = append(of[0].Values, decimal(row["value"])), append(of[1].Values, decimal(expected[i]["value"]))
		shown.rows = append(shown.rows, parquetfile.Record{"decile": row["decile"], "n": row["n"], "expected": expected[i]["value"], "actual": row["value"]})
	}
	drawing.Series = of[:]
	why := ""
	if len(shown.rows) == 0 {
		why = "The model that values customers has no backtest in this run, so its chances were not held against what came."
	}
	return figure{title: "Chance of a purchase by tenths", about: "Columns of the share of customers who purchased in the holdout, actual and forecast, by tenths of customers from the lowest forecast to the highest.",
		why: why, drawing: drawing, table: shown}
}

// cutoffs shows the totals forecast on earlier days.
func cutoffs(d Data) figure {
	at := map[time.Time]parquetfile.Record{}
	var order []time.Time
	for _, row := range d.tables["backtest"] {
		metric := text(row["metric"])
		if row["model"] != "procedure" || row["target"] != "purchases" || metric != "expected" && metric != "actual" {
			continue
		}
		cutoff := timeOf(row["cutoff"])
		if at[cutoff] == nil {
			at[cutoff] = parquetfile.Record{"cutoff": cutoff, "holdout_days": row["holdout_days"]}
			order = append(order, cutoff)
		}
		at[cutoff][metric] = row["value"]
	}
	slices.SortFunc(order, time.Time.Compare)
	drawing := chart.Columns{Unit: "purchases in the holdout", Across: "forecast as of", Format: chart.Short}
	of := [2]chart.Column{{Name: "actual"}, {Name: "forecast"}}
	shown := table{from: "backtest", where: "model=procedure;target=purchases;decile=0", columns: []column{
		{title: "as of", name: "cutoff", format: asDay, isName: true}, {title: "days", name: "holdout_days", where: "metric=actual", format: asCount},
		{title: "forecast", name: "value", where: "metric=expected", key: "expected", format: asCount}, {title: "actual", name: "value", where: "metric=actual", key: "actual", format: asCount},
	}}
	for _, cutoff := range order {
		drawing.Categories = append(drawing.Categories, cutoff.Format(time.DateOnly))
		of[0].Values, of[1].Values = append(of[0].Values, decimal(at[cutoff]["actual"])), append(of[1].Values, decimal(at[cutoff]["expected"]))
		shown.rows = append(shown.rows, at[cutoff])
	}
	drawing.Series = of[:]
	var trusted []string
	for _, judged := range d.Manifest.Backtest.Judged {
		trusted = append(trusted, judged.Cutoff)
	}
	var note []phrase
	if len(trusted) > 0 && len(trusted) < len(order) {
		note = join("Trust goes by the forecasts as of ", strings.Join(trusted, ", "), ".")
	}
	why := ""
	if len(order) == 0 {
		why = "The orders are of too few days for a forecast of earlier days."
	}
	return figure{title: "What was forecast on earlier days", about: "Columns of the purchases forecast as of earlier days, and of those that came.", why: why, drawing: drawing, note: note, table: shown}
}

// earlierRuns shows what earlier runs published beside what came.
func earlierRuns(d Data) figure {
	drawing := chart.Columns{Unit: "share of customers with a purchase", Across: "published as of", Format: chart.Percent}
	of := [2]chart.Column{{Name: "actual"}, {Name: "published"}}
	shown := table{from: "manifest", columns: []column{
		{title: "as of", name: "as_of", format: asText, isName: true}, {title: "days", name: "days", format: asCount}, {title: "customers", name: "customers", format: asCount},
		{title: "published", name: "expected_share", format: asShare}, {title: "actual", name: "actual_share", format: asShare},
	}}
	records := slices.Clone(d.Manifest.Record)
	slices.Reverse(records)
	for _, r := range records {
		drawing.Categories = append(drawing.Categories, r.AsOf)
		of[0].Values, of[1].Values = append(of[0].Values, &r.Actual), append(of[1].Values, &r.Expected)
		shown.rows = append(shown.rows, parquetfile.Record{"as_of": r.AsOf, "days": int64(r.Days), "customers": r.Customers, "expected_share": r.Expected, "actual_share": r.Actual})
	}
	drawing.Series = of[:]
	why := ""
	if len(records) == 0 {
		why = "No earlier run is old enough for what it published to have come true or not."
	}
	return figure{title: "What earlier runs published", about: "Columns of the share of customers that earlier runs expected to purchase, and of those who did.", why: why, drawing: drawing, table: shown}
}
