package page

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/dustin/go-humanize"

	"cbv/valuation/parquetfile"
	"cbv/valuation/report/chart"
)

// causes are those of movement in the order in which they are taken, as a reader knows
// them.
var causes = []struct{ name, words string }{
	{"input_restated", "input restated"}, {"time_passed", "time passed"}, {"purchases_and_returns", "purchases, returns"}, {"parameters", "parameters"},
	{"replacement_and_cuts", "replacement, cut points"}, {"settings_or_program", "settings or program"}, {"new", "new customers"}, {"gone", "gone"},
}

// mostMoves are as many ways as the table of a measure lists, those of most customers.
const mostMoves = 25

// moved shows what moved since the run before, and by what.
func moved(d Data) section {
	s := section{id: "movement", title: "What moved since the last run", byModel: "values and marks"}
	rows := d.where("movement", "measure", "mark")
	if len(rows) == 0 {
		s.nothing = "there is no run before this one to compare with."
		return s
	}
	var values, marks []chart.Bar
	total, other := 0., int64(0)
	for _, cause := range causes {
		change, customers := 0., int64(0)
		any := false
		for _, row := range rows {
			if row["cause"] != cause.name {
				continue
			}
			any = true
			change += known(row["clv_change"])
			if row["moved_from"] != row["moved_to"] {
				customers += int64(known(row["customers"]))
			}
		}
		if !any {
			continue
		}
		change = math.Round(change*float64(d.Minor)) / float64(d.Minor)
		total += change
		moves := float64(customers)
		if cause.name != "time_passed" && cause.name != "purchases_and_returns" && cause.name != "new" {
			other += customers
		}
		values = append(values, chart.Bar{Label: cause.words, Values: []*float64{&change}, Text: d.asChange(change)})
		marks = append(marks, chart.Bar{Label: cause.words, Values: []*float64{&moves}, Text: humanize.Comma(customers)})
	}
	s.parts = []part{
		say("Compared with the run ", stated("movement_since", d.Manifest.MovementSince, asText), fmt.Sprintf(", the value of the base has changed by %s. The causes are taken one after the other, in this order, and add up to that.", d.asChange(total))),
		figure{title: "Change of value by cause", about: "Bars of the change of the base's value since the run before, by cause.", why: d.whyNoValue(),
			drawing: chart.Bars{Unit: "change of value", Format: chart.Short, Rows: values}},
		figure{title: "Customers with another mark, by cause", about: "Bars of the number of customers whose mark changed since the run before, by cause; new customers and those who are gone count.", why: d.whyNoValue(),
			drawing: chart.Bars{Unit: "customers", Format: chart.Short, Rows: marks}},
		d.ways("mark", "Marks"), d.ways("segment", "Segments"),
	}
	if other > 0 {
		s.parts = append(s.parts, paragraph{class: "note", phrases: join("What moved a mark beyond time and purchases is nothing that a customer did: a list that depends on the mark changes by it all the same.")})
	}
	return s
}

// ways lists the ways that customers went.
func (d Data) ways(measure, title string) part {
	rows := filter(d.where("movement", "measure", measure), func(r parquetfile.Record) bool { return r["moved_from"] != r["moved_to"] })
	slices.SortStableFunc(rows, func(a, b parquetfile.Record) int { return cmp.Compare(known(b["customers"]), known(a["customers"])) })
	if len(rows) == 0 {
		return say(title + ": nobody moved.")
	}
	caption := title + ": who moved, from and to"
	if len(rows) > mostMoves {
		caption += fmt.Sprintf(" (the %d ways of most customers of %d)", mostMoves, len(rows))
	}
	return table{caption: caption, from: "movement", where: "measure=" + measure, rows: rows[:min(len(rows), mostMoves)], columns: []column{
		{title: "from", name: "moved_from", format: asText, isName: true}, {title: "to", name: "moved_to", format: asText, isText: true}, {title: "by", name: "cause", format: asCause, isText: true},
		{title: "customers", name: "customers", format: asCount}, {title: "value before", name: "clv_before", format: d.asMoney}, {title: "value after", name: "clv_after", format: d.asMoney},
	}}
}

// asCause writes a cause of movement.
func asCause(value any) string {
	for _, cause := range causes {
		if cause.name == value {
			return cause.words
		}
	}
	return asText(value)
}

// asChange writes a change of money with its sign.
func (d Data) asChange(change float64) string {
	if change < 0 {
		return "\u2212" + d.asMoney(-change)
	}
	return "+" + d.asMoney(change)
}

// lastCampaign says what the last campaign brought, in the words of its measurement.
func lastCampaign(d Data) section {
	s := section{id: "campaign", title: "The last campaign"}
	m := d.Manifest.LastCampaign
	if m == nil {
		s.nothing = "none has been measured. cbv measure compares those who got a message with those who got none."
		return s
	}
	s.parts = []part{say(fmt.Sprintf("%s, measured as of %s: %s", m.Campaign, m.AsOf, m.Conclusion))}
	return s
}
