package page

import (
	"fmt"
	"slices"
	"time"

	"cbv/valuation/parquetfile"
	"cbv/valuation/report/chart"
)

// comparedAges are the ages, in months, at which cohorts are compared.
var comparedAges = []int64{0, 3, 6, 12, 24, 36}

// leastCompared is of how many new customers a quarter is drawn: what fewer bring is
// chance. The table has them all.
const leastCompared = 30

// mostQuarters are as many quarters of new customers as a chart compares.
const mostQuarters = 12

// equalAge compares cohorts when they were as old as each other.
func equalAge(d Data) section {
	s := section{id: "ages", title: "Cohorts at equal age"}
	rows := d.where("lenses", "lens", int64(4))
	var cohorts []time.Time
	at := map[time.Time]parquetfile.Record{}
	for _, row := range rows {
		cohort := timeOf(row["cohort"])
		if at[cohort] == nil {
			at[cohort] = parquetfile.Record{"cohort": cohort}
			cohorts = append(cohorts, cohort)
		}
		age := fmt.Sprint(row["age_months"])
		at[cohort][age] = row["cumulative_revenue_per_customer"]
		at[cohort]["customers"+age] = row["customers"]
	}
	slices.SortFunc(cohorts, time.Time.Compare)
	shown := table{from: "lenses", where: "lens=4", columns: []column{
		{title: "first purchase in the quarter from", name: "cohort", format: asMonth, isName: true}, {title: "customers", name: "customers", where: "age_months=0", key: "customers0", format: asCount},
	}}
	for _, cohort := range cohorts {
		shown.rows = append(shown.rows, at[cohort])
	}
	drawing := chart.Lines{Unit: "revenue per customer so far", Across: "quarter of the first purchase", Format: chart.Short}
	drawn := slices.DeleteFunc(slices.Clone(cohorts), func(cohort time.Time) bool {
		customers := decimal(at[cohort]["customers0"])
		return customers == nil || *customers < leastCompared
	})
	drawn = drawn[max(0, len(drawn)-mostQuarters):]
	for _, cohort := range drawn {
		drawing.Ticks = append(drawing.Ticks, chart.Tick{At: dayNumber(cohort), Label: cohort.Format("2006-01")})
	}
	for _, age := range comparedAges {
		key := fmt.Sprint(age)
		name := fmt.Sprintf("%d months on", age)
		if age == 0 {
			name = "first month"
		}
		line := chart.Series{Name: name, Dots: true}
		isKnown, isDrawn := false, false
		for i, cohort := range drawn {
			if i > 0 && drawn[i-1].AddDate(0, 3, 0).Before(cohort) { // a quarter between them has nobody
				line.Points = append(line.Points, chart.Point{X: dayNumber(drawn[i-1].AddDate(0, 3, 0))})
			}
			value := decimal(at[cohort][key])
			isKnown = isKnown || value != nil
			if d.touchesMissing(cohort, cohort.AddDate(0, 3+int(max(age, 1)), 0)) {
				value = nil
			}
			isDrawn = isDrawn || value != nil
			line.Points = append(line.Points, chart.Point{X: dayNumber(cohort), Y: value})
		}
		if isDrawn {
			drawing.Series = append(drawing.Series, line)
		}
		if isKnown {
			shown.columns = append(shown.columns, column{title: name, name: "cumulative_revenue_per_customer", where: "age_months=" + key, key: key, format: d.asMoney})
		}
	}
	why, note := "", join(fmt.Sprintf("A line that falls says that newer customers bring less by the same age. Quarters of fewer than %d new customers stand in the table alone.", leastCompared))
	if len(drawing.Series) == 0 || len(drawn) < 2 {
		why = "The missing days bend all of these figures."
		note = nil
	}
	if len(drawn) < 2 || len(shown.columns) < 3 {
		why = fmt.Sprintf("There are not two quarters with %d new customers or more to compare yet.", leastCompared)
		note = nil
	}
	drawing.Shades = d.gaps()
	s.parts = append(d.lacking("what a cohort brought in these days is not in its line, and who first bought in them stands in a later quarter or in none. Figures that this bends stand in the table alone"), figure{
		title: "What a customer has brought by an age", about: "Lines of the revenue per customer by a number of months after the first purchase, over the quarters in which customers first purchased.",
		why: why, drawing: drawing, table: shown, note: note,
	})
	return s
}

// mostMonths are as many months of the base as a chart shows.
const mostMonths = 36

// base shows which cohorts the revenue of each month is of.
func base(d Data) section {
	s := section{id: "base", title: "The base by cohort and month"}
	rows := d.where("lenses", "lens", int64(5))
	months, years := map[time.Time]parquetfile.Record{}, map[time.Time]bool{}
	var order []time.Time
	for _, row := range rows {
		month := timeOf(row["period_start"])
		if months[month] == nil {
			months[month] = parquetfile.Record{"period_start": month}
			order = append(order, month)
		}
		if cohort, isCohort := row["cohort"].(time.Time); isCohort && !d.isMissing(month, month.AddDate(0, 1, 0)) {
			months[month][cohort.Format(time.DateOnly)] = row["revenue"]
			years[cohort] = true
		}
	}
	slices.SortFunc(order, time.Time.Compare)
	order = slices.DeleteFunc(order, func(month time.Time) bool {
		if d.isMissing(month, month.AddDate(0, 1, 0)) {
			return false
		}
		for _, value := range months[month] {
			if decimal(value) != nil {
				return false
			}
		}
		return true // as_of does not complete it
	})
	order = order[max(0, len(order)-mostMonths):]
	var cohorts []time.Time
	for year := range years {
		cohorts = append(cohorts, year)
	}
	slices.SortFunc(cohorts, time.Time.Compare)
	drawing := chart.Columns{Unit: "revenue of the month, by year of the first purchase", Format: chart.Short, Stacked: true}
	shown := table{from: "lenses", where: "lens=5", columns: []column{{title: "month", name: "period_start", format: asMonth, isName: true}}}
	for _, month := range order {
		drawing.Categories = append(drawing.Categories, month.Format("2006-01"))
		shown.rows = append(shown.rows, months[month])
	}
	for _, cohort := range cohorts {
		key := cohort.Format(time.DateOnly)
		part := chart.Column{Name: cohort.Format("2006")}
		for _, month := range order {
			part.Values = append(part.Values, decimal(months[month][key]))
		}
		drawing.Series = append(drawing.Series, part)
		shown.columns = append(shown.columns, column{title: part.Name, name: "revenue", where: "cohort=" + key, key: key, format: d.asMoney})
	}
	why := ""
	if len(order) == 0 {
		why = "There is no whole month of orders yet."
	}
	drawing.Gaps = d.missingColumns(order)
	s.parts = append(d.lacking("the revenue of a month that is missing is not known, and of one that is missing in part too low"), figure{
		title: "Revenue by cohort", about: "Columns of the revenue of each month, stacked by the year in which the customers first purchased.", why: why, drawing: drawing, table: shown,
	})
	return s
}

// months shows what the runs of the last twelve months said.
func months(d Data) section {
	s := section{id: "months", title: "The last twelve months", byModel: "worth"}
	own := parquetfile.Record{"as_of": d.Manifest.AsOf}
	rows := []parquetfile.Record{}
	add := func(row parquetfile.Record, figures map[string]parquetfile.Record) {
		for _, metric := range []string{"customers", "clv", "repeat_rate"} {
			row[metric] = figures[metric]["value"]
		}
		rows = append(rows, row)
	}
	for _, earlier := range d.Earlier {
		add(parquetfile.Record{"as_of": earlier.AsOf}, earlier.figures)
	}
	add(own, d.figures)
	for _, of := range []struct {
		metric, title, unit string
		tick                func(float64) string
	}{
		{"customers", "Customers", "customers with a purchase", chart.Short}, {"clv", "Worth", "value over the horizon", chart.Short},
		{"repeat_rate", "Repeat rate", "share of customers with two purchases or more", chart.Percent},
	} {
		line := chart.Series{Name: of.title, Dots: true}
		drawing := chart.Lines{Unit: of.unit, Format: of.tick, Height: 110}
		for _, row := range rows {
			day, err := time.Parse(time.DateOnly, text(row["as_of"]))
			if err != nil {
				continue
			}
			line.Points = append(line.Points, chart.Point{X: dayNumber(day), Y: decimal(row[of.metric])})
			drawing.Ticks = append(drawing.Ticks, chart.Tick{At: dayNumber(day), Label: day.Format("2006-01")})
		}
		drawing.Series = []chart.Series{line}
		s.parts = append(s.parts, figure{title: of.title, about: "A line of " + of.unit + " as each month's last run had it.", drawing: drawing})
	}
	shown := table{caption: "Runs of the last twelve months", from: "runs", rows: rows, columns: []column{
		{title: "as of", name: "as_of", format: asText, isName: true}, {title: "customers", name: "customers", format: asCount},
		{title: "worth", name: "clv", format: d.asMoney}, {title: "repeat rate", name: "repeat_rate", format: asShare},
	}}
	if len(rows) < 2 {
		s.nothing = "this is the first month with a run."
		return s
	}
	s.parts = append(s.parts, shown)
	return s
}
