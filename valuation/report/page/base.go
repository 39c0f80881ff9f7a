package page

import (
	"fmt"
	"slices"
	"strings"

	"cbv/valuation/parquetfile"
	"cbv/valuation/report/chart"
)

// marks shows segments and marks, by number and by value.
func marks(d Data) section {
	s := section{id: "segments", title: "Whom to keep: segments and marks", byModel: "values and marks"}
	rows := slices.Clone(d.tables["segments"])
	slices.SortStableFunc(rows, func(a, b parquetfile.Record) int {
		if by := known(b["clv"]) - known(a["clv"]); by != 0 {
			return int(by / max(by, -by))
		}
		return int(known(b["customers"]) - known(a["customers"]))
	})
	parts := []string{"retain", "acquisition lookalike"}
	columns := func(values ...string) (bars []chart.Bar) {
		for _, row := range rows {
			bar := chart.Bar{Label: text(row["segment"])}
			for _, name := range values {
				bar.Values = append(bar.Values, decimal(row[name]))
			}
			bars = append(bars, bar)
		}
		return bars
	}
	byNumber, byValue := columns("retain_customers", "lookalike_customers"), columns("retain_clv", "lookalike_clv")
	shown := table{from: "segments", rows: rows, columns: []column{
		{title: "segment", name: "segment", format: asText, isName: true}, {title: "customers", name: "customers", format: asCount},
		{title: "retain", name: "retain_customers", format: asCount}, {title: "lookalike", name: "lookalike_customers", format: asCount},
		{title: "value", name: "clv", format: d.asMoney}, {title: "value to retain", name: "retain_clv", format: d.asMoney},
		{title: "value of lookalikes", name: "lookalike_clv", format: d.asMoney}, {title: "revenue to date", name: "revenue", format: d.asMoney},
	}}
	if !d.hasModel() {
		byNumber, parts = columns("customers"), nil
		columns := []column{}
		for _, c := range shown.columns {
			if !strings.Contains(c.name, "retain") && !strings.Contains(c.name, "lookalike") {
				columns = append(columns, c)
			}
		}
		shown.columns = columns
	}
	for i, row := range rows {
		byNumber[i].Text, byValue[i].Text = asCount(row["customers"]), d.asMoney(row["clv"])
	}
	number := figure{title: "Customers by segment and mark", about: "Bars of the number of customers in each RFM segment, by mark.",
		drawing: chart.Bars{Unit: "customers", Format: chart.Short, Parts: parts, Rows: byNumber}}
	value := figure{title: "Value by segment and mark", about: "Bars of the value to come of each RFM segment, by mark.", why: d.whyNoValue(),
		drawing: chart.Bars{Unit: "value over the horizon", Format: chart.Short, Parts: parts, Rows: byValue}}
	shown.caption, shown.open = "Segments and marks", true
	by := ""
	if d.isDistrusted() {
		by = ", by the model"
	}
	s.parts = append([]part{
		say("The segment says how someone has behaved, so what to write: by RFM, how recently, how frequently and for how much money they bought. The mark says what is at stake, so whether to spend: losing a customer to retain costs more than a new one would bring", by, "."),
	}, d.lacking("who bought in these days looks less recent and less frequent than they are, and may stand in a lower segment")...)
	s.parts = append(s.parts, number, value, shown)
	return s
}

// whyNoValue says why nobody has a value, "" where they have.
func (d Data) whyNoValue() string {
	if d.hasModel() {
		return ""
	}
	return "No model of purchases could be fitted, so no customer has a value."
}

// mostCurvePoints are as many points of a curve as can be told apart.
const mostCurvePoints = 180

// repeats shows how many buy again, and when.
func repeats(d Data) section {
	s := section{id: "repeats", title: "Who buys again"}
	curve := slices.Clone(d.tables["repeat_curve"])
	slices.SortFunc(curve, func(a, b parquetfile.Record) int { return int(known(a["day"]) - known(b["day"])) })
	drawn, listed := thinned(curve, mostCurvePoints), thinned(curve, 40)
	var points []chart.Point
	for _, row := range drawn {
		points = append(points, chart.Point{X: known(row["day"]), Y: decimal(row["repeat_probability"]), Low: decimal(row["low"]), High: decimal(row["high"])})
	}
	var ticks []chart.Tick
	if len(curve) > 0 {
		ticks = dayTicks(known(curve[len(curve)-1]["day"]))
	}
	why := ""
	if len(curve) < 2 {
		why = "Nobody has bought a second time yet, so there is no curve."
	}
	s.parts = d.lacking("a second purchase in these days is not counted, or a later one is, and a first one is not either; the rates are bent by it")
	s.parts = append(s.parts, figure{
		title: "Second purchase by days since the first", about: "A line of the share of new customers who have purchased a second time, by days since the first purchase, with its 95 % interval.",
		why:     why,
		drawing: chart.Lines{Unit: "share with a second purchase (95 % interval)", Across: "days since the first purchase", Format: chart.Percent, Ticks: ticks, Series: []chart.Series{{Name: "all", Points: points}}},
		note:    join("By the estimator of Kaplan and Meier: each customer counts for as long as they have been known, so that young ones do not lower the curve."),
		table: table{from: "repeat_curve", where: "scope=all", rows: listed, columns: []column{
			{title: "day", name: "day", format: asCount, isName: true}, {title: "at risk", name: "at_risk", format: asCount}, {title: "second purchases", name: "events", format: asCount},
			{title: "probability", name: "repeat_probability", format: asShare}, {title: "low", name: "low", format: asShare}, {title: "high", name: "high", format: asShare},
		}},
	})
	windows := slices.Clone(d.tables["repeat_windows"])
	slices.SortFunc(windows, func(a, b parquetfile.Record) int { return int(known(a["window_days"]) - known(b["window_days"])) })
	s.parts = append(s.parts, figure{
		title: "Second purchase within a window", about: "Bars of the share of new customers with a second purchase within a number of days, of those old enough, with 95 % intervals.",
		why:     whyAllUnknown(windows, "rate", "No customer is old enough for a window yet."),
		drawing: chart.Bars{Unit: "share of the customers who are old enough (95 % interval)", Format: chart.Percent, Rows: rateBars(windows, "", func(row parquetfile.Record) string { return asCount(row["window_days"]) + " days" })},
		table: table{from: "repeat_windows", where: "scope=all", rows: windows, columns: []column{
			{title: "days", name: "window_days", format: asCount, isName: true}, {title: "customers", name: "customers", format: asCount}, {title: "repeaters", name: "repeaters", format: asCount},
			{title: "rate", name: "rate", format: asShare}, {title: "low", name: "low", format: asShare}, {title: "high", name: "high", format: asShare},
		}},
	}, steps(d))
	return s
}

// steps shows how many go on from one purchase to the next.
func steps(d Data) figure {
	rows := slices.Clone(d.tables["repeat_steps"])
	slices.SortFunc(rows, func(a, b parquetfile.Record) int {
		return int(known(a["purchase_number"]) - known(b["purchase_number"]))
	})
	of := "_365d"
	unit := "share with the next purchase within 365 days (95 % interval)"
	if whyAllUnknown(rows, "rate_365d", "-") != "" {
		of, unit = "", "share with the next purchase so far (95 % interval)"
	}
	return figure{
		title: "From each purchase to the next", about: "Bars of the share of customers who go on from their first purchase to the second, from the second to the third, and so on.",
		why: whyAllUnknown(rows, "rate"+of, "No purchase is a day old yet."),
		drawing: chart.Bars{Unit: unit, Format: chart.Percent, Rows: rateBars(rows, of, func(row parquetfile.Record) string {
			n := int64(known(row["purchase_number"]))
			if row["is_and_more"] == true {
				return fmt.Sprintf("%d and later", n)
			}
			return fmt.Sprintf("%d to %d", n, n+1)
		})},
		note: join("The last line counts purchases, of which a customer can have many; the others count customers."),
		table: table{from: "repeat_steps", rows: withOpenEnd(rows, "purchase_number", "step", "and later"), columns: []column{
			{title: "from purchase", name: "purchase_number", key: "step", format: asText, isName: true}, {title: "customers (last line: purchases)", name: "customers", format: asCount}, {title: "went on", name: "repeaters", format: asCount},
			{title: "rate so far", name: "rate", format: asShare}, {title: "within 365 days", name: "rate_365d", format: asShare}, {title: "low", name: "low_365d", format: asShare},
			{title: "high", name: "high_365d", format: asShare}, {title: "median days", name: "median_gap_days", format: asCount},
		}},
	}
}

// rateBars are bars of a rate with its interval, in columns that end alike.
func rateBars(rows []parquetfile.Record, ending string, label func(parquetfile.Record) string) (bars []chart.Bar) {
	for _, row := range rows {
		rate := row["rate"+ending]
		bars = append(bars, chart.Bar{
			Label: label(row), Values: []*float64{decimal(rate)}, Text: asShare(rate), Low: decimal(row["low"+ending]), High: decimal(row["high"+ending]),
		})
	}
	return bars
}

// whyAllUnknown returns a reason where no row has a value in a column, else "".
func whyAllUnknown(rows []parquetfile.Record, column, why string) string {
	for _, row := range rows {
		if row[column] != nil {
			return ""
		}
	}
	return why
}

// thinned returns so many rows at the most, evenly, the first and the last among them.
func thinned(rows []parquetfile.Record, most int) []parquetfile.Record {
	if len(rows) <= most {
		return rows
	}
	var few []parquetfile.Record
	for i := range most {
		few = append(few, rows[i*(len(rows)-1)/(most-1)])
	}
	return few
}

// dayTicks are the ticks of an axis of days since something.
func dayTicks(last float64) (ticks []chart.Tick) {
	step := 30.
	for _, wider := range []float64{90, 180, 365, 730, 1825} {
		if last/step > 9 {
			step = wider
		}
	}
	for at := 0.; at <= last; at += step {
		ticks = append(ticks, chart.Tick{At: at, Label: asCount(int64(at))})
	}
	return ticks
}

// rfm shows the map of recency and frequency.
func rfm(d Data) section {
	s := section{id: "rfm", title: "The RFM map", byModel: "values and marks"}
	rows := d.tables["rfm_cells"]
	if len(rows) == 0 {
		return section{}
	}
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b parquetfile.Record) int { return strings.Compare(text(b["rfm"]), text(a["rfm"])) })
	sums := map[[2]int]float64{}
	for _, row := range rows {
		sums[[2]int{int(known(row["r_score"])), int(known(row["f_score"]))}] += known(row["customers"])
	}
	var cells []chart.Cell
	for f := 5; f >= 1; f-- {
		for r := 1; r <= 5; r++ {
			if customers := sums[[2]int{r, f}]; customers > 0 {
				cells = append(cells, chart.Cell{Across: r, Up: f, Value: customers})
			}
		}
	}
	s.parts = append(d.lacking("who bought in these days has lower scores than they should"), figure{
		title: "Customers by recency and frequency", about: "A grid of five scores of recency by five of frequency; the area of each square is the number of customers.",
		drawing: chart.Grid{Size: 5, Across: "recency score: 5 bought last", Up: "frequency score: 5 bought most often", Cells: cells, Text: func(v float64) string { return asCount(int64(v)) }},
		table: table{from: "rfm_cells", rows: rows, columns: []column{
			{title: "R F M", name: "rfm", format: asText, isName: true}, {title: "segment", name: "segment", format: asText, isText: true}, {title: "customers", name: "customers", format: asCount},
			{title: "revenue to date", name: "revenue", format: d.asMoney}, {title: "value", name: "clv", format: d.asMoney}, {title: "value each", name: "mean_clv", format: d.asMoney},
			{title: "retain", name: "retain_customers", format: asCount},
		}},
	})
	return s
}
