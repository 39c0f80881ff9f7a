package page

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cbv/valuation/parquetfile"
	"cbv/valuation/report/chart"
)

// mostStarts are as many values of an attribute as a chart compares, those furthest from
// the others on both sides, and mostStartRows as many as its table lists, those of most
// customers.
const (
	mostStarts    = 12
	mostStartRows = 40
)

// starts shows which first orders were followed by more purchases than those of others of
// the same month and channel.
func starts(d Data) section {
	s := section{id: "starts", title: "Where good customers start", byModel: "what one may cost"}
	rows := d.tables["first_orders"]
	if len(rows) == 0 {
		s.nothing = "nothing is known of first orders. Map orders.columns.channel, or an attribute of the first order (orders.attributes)."
		return s
	}
	var attributes []string
	for _, row := range rows {
		if name := text(row["attribute"]); !slices.Contains(attributes, name) {
			attributes = append(attributes, name)
		}
	}
	slices.Sort(attributes)
	s.parts = []part{say("Customers are compared with those who started in the same month, and by the same channel where another attribute is compared. A ratio of 1 is as many repeat purchases as these made; where the 95 % interval crosses 1, chance may be all of it.")}
	for _, attribute := range attributes {
		s.parts = append(s.parts, d.startsBy(attribute))
	}
	return s
}

// startsBy compares the values of an attribute.
func (d Data) startsBy(attribute string) figure {
	rows := d.where("first_orders", "attribute", attribute)
	slices.SortStableFunc(rows, func(a, b parquetfile.Record) int { return cmp.Compare(known(b["customers"]), known(a["customers"])) })
	compared := filter(rows, func(r parquetfile.Record) bool { return r["repeat_ratio_low"] != nil && r["repeat_ratio_high"] != nil })
	slices.SortStableFunc(compared, func(a, b parquetfile.Record) int {
		return cmp.Compare(known(b["repeat_ratio_shrunken"]), known(a["repeat_ratio_shrunken"]))
	})
	drawn := compared
	if len(compared) > mostStarts {
		drawn = slices.Concat(compared[:mostStarts/2], compared[len(compared)-mostStarts/2:])
	}
	var bars []chart.Bar
	for _, row := range drawn {
		bars = append(bars, chart.Bar{
			Label: text(row["value"]), Values: []*float64{decimal(row["repeat_ratio"])}, Text: asRatio(row["repeat_ratio"]) + ", " + asVerdict(row["repeat_verdict"]),
			Low: decimal(row["repeat_ratio_low"]), High: decimal(row["repeat_ratio_high"]),
		})
	}
	var why string
	var note []string
	switch {
	case len(compared) == 0:
		why = "No value of this attribute has customers enough, on both sides, to be compared."
	case len(compared) > mostStarts:
		note = append(note, fmt.Sprintf("Of %d values that are compared, the chart shows the %d highest and the %d lowest.", len(compared), mostStarts/2, mostStarts/2))
	}
	if len(rows) > mostStartRows {
		note = append(note, fmt.Sprintf("The table has the %d of most customers; first_orders.parquet has all %d.", mostStartRows, len(rows)))
	}
	return figure{
		title: "Repeat purchases by first order: " + attribute, about: "Bars of the repeat purchases after first orders with a value over those of others of the same month, with 95 % intervals.",
		why: why, drawing: chart.Bars{Unit: "repeat purchases over those of others (95 % interval)", Format: chart.Short, Rows: bars, Mark: &chart.Reference{Value: 1, Label: "as others"}},
		note: join(strings.Join(note, " ")),
		table: table{from: "first_orders", where: "attribute=" + attribute, rows: rows[:min(len(rows), mostStartRows)], columns: []column{
			{title: attribute, name: "value", format: asText, isName: true}, {title: "customers", name: "customers", format: asCount}, {title: "first order", name: "first_order_value", format: d.asMoney},
			{title: "repeat within 180 days", name: "repeat_rate_180d", format: asShare}, {title: "ratio", name: "repeat_ratio", format: asRatio}, {title: "from", name: "repeat_ratio_low", format: asRatio},
			{title: "to", name: "repeat_ratio_high", format: asRatio}, {title: "verdict", name: "repeat_verdict", format: asVerdict, isText: true}, {title: "margin ratio", name: "margin_ratio", format: asRatio},
			{title: "may cost", name: "allowable_cac_target", format: d.asMoney},
		}},
	}
}

// asVerdict writes how a value compares.
func asVerdict(value any) string {
	switch verdict := text(value); verdict {
	case "as_others":
		return "as others"
	case "not_separable":
		return "too few"
	case "":
		return "not compared"
	default:
		return verdict
	}
}
