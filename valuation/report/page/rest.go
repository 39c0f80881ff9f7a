package page

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cbv/valuation/parquetfile"
	"cbv/valuation/publication"
	"cbv/valuation/report/chart"
)

// mostChannels are as many channels as a chart shows, those of most new customers.
const mostChannels = 15

// channels shows what new customers cost and bring, by channel.
func channels(d Data) section {
	s := section{id: "channels", title: "Channels: what new customers cost and bring", byModel: "values"}
	rows := d.where("channels", "scope", "channel")
	slices.SortStableFunc(rows, func(a, b parquetfile.Record) int { return int(known(b["new_customers"]) - known(a["new_customers"])) })
	named := slices.ContainsFunc(rows, func(r parquetfile.Record) bool { return r["channel"] != nil })
	if !named {
		s.nothing = "no channel is known. Map orders.columns.channel, and give spend.files."
		return s
	}
	paid := filter(d.where("channels", "scope", "paid"), func(r parquetfile.Record) bool { return known(r["new_customers"]) > 0 || known(r["spend"]) != 0 })
	shown := slices.Concat(rows, paid, d.where("channels", "scope", "blended"))
	var ratios, numbers []chart.Bar
	for _, row := range rows[:min(len(rows), mostChannels)] {
		numbers = append(numbers, chart.Bar{Label: channelName(row), Values: []*float64{decimal(row["new_customers"])}, Text: asCount(row["new_customers"])})
		if row["ltv_cac"] != nil {
			ratios = append(ratios, chart.Bar{Label: channelName(row), Values: []*float64{decimal(row["ltv_cac"])}, Text: asRatio(row["ltv_cac"]), Low: decimal(row["ltv_cac_low"]), High: decimal(row["ltv_cac_high"])})
		}
	}
	why := ""
	if len(ratios) == 0 {
		why = "No channel has an LTV:CAC: " + noRatio(rows) + "."
	}
	target := d.Settings.Value.TargetLTVCAC
	for i, row := range shown {
		shown[i] = maps.Clone(row)
		shown[i]["name"] = channelName(row)
	}
	s.parts = []part{
		figure{title: "New customers of the last 12 months", about: "Bars of the number of new customers of each channel in the last twelve months.", drawing: chart.Bars{Unit: "new customers", Format: chart.Short, Rows: numbers}},
		figure{title: "LTV:CAC of the last 12 months", about: "Bars of the value of a new customer per cost of acquisition by channel, with 95 % intervals and the target.", why: why,
			drawing: chart.Bars{Unit: "value of a new customer per cost (95 % interval)", Format: chart.Short, Rows: ratios, Mark: &chart.Reference{Value: target, Label: fmt.Sprintf("target %g", target)}}},
		table{caption: "Channels over the last 12 months", from: "channels", where: "period=trailing_12m", open: true, rows: shown, columns: []column{
			{title: "channel", key: "name", format: asText, isName: true}, {title: "new customers", name: "new_customers", format: asCount},
			{title: "spend", name: "spend", format: d.asMoney}, {title: "CAC", name: "cac", format: d.asMoney}, {title: "value of a new customer", name: "newcomer_value", format: d.asMoney},
			{title: "LTV:CAC", name: "ltv_cac", format: asRatio}, {title: "payback, days", name: "payback_days", format: asCount},
			{title: "median payback, days", name: "median_payback_days", format: asCount}, {title: "why not known", name: "ltv_cac_reason", format: asReason, isText: true},
		}},
	}
	if len(rows) > mostChannels {
		s.parts = append(s.parts, say(fmt.Sprintf("The charts show the %d channels of most new customers, the table all of them.", mostChannels)))
	}
	return s
}

// channelName names a row of channels.
func channelName(row parquetfile.Record) string {
	switch name := text(row["channel"]); {
	case row["scope"] == "paid":
		return "all paid channels"
	case row["scope"] == "blended":
		return "all new customers"
	case name == "":
		return "not known"
	default:
		return name
	}
}

// noRatio says why no channel has an LTV:CAC.
func noRatio(rows []parquetfile.Record) string {
	var reasons []string
	for _, row := range rows {
		if row["ltv_cac_reason"] == nil {
			continue
		}
		if reason := asReason(row["ltv_cac_reason"]); !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
		}
	}
	return strings.Join(reasons, "; ")
}

// asReason writes why a channel has no cost or no ratio.
func asReason(value any) string {
	switch reason := text(value); reason {
	case "no_spend":
		return "there is no spend"
	case "net_credit":
		return "credits exceed the spend"
	case "unknown_channel":
		return "the channel is not known"
	case "before_fit_from":
		return "the period begins before orders.fit_from"
	case "no_new_customers":
		return "there are no new customers"
	case "coarse_spend":
		return "the spend is of longer periods"
	case "incomplete_spend":
		return "the spend is not complete"
	case "unknown_value":
		return "what a new customer brings is not known"
	default:
		return reason
	}
}

// leftOut shows the rows that were not used.
func leftOut(d Data) section {
	s := section{id: "rows", title: "What was left out"}
	r := d.Manifest.Rows
	used := stated("rows.used.rows", r.Used.Rows, asCount)
	if r.Used.Rows == r.Files.Rows {
		s.parts = append(s.parts, say("All ", used, " rows in the order files are used."))
	} else {
		s.parts = append(s.parts, say("Of ", stated("rows.files.rows", r.Files.Rows, asCount), " rows in the order files, ", used, " are used."))
	}
	s.parts = append(s.parts, d.lacking("what was bought then is in no figure")...)
	var rows []parquetfile.Record
	add := func(kind string, amounts map[string]publication.Amount) {
		for _, reason := range slices.Sorted(maps.Keys(amounts)) {
			if amounts[reason].Rows > 0 {
				rows = append(rows, parquetfile.Record{"reason": reason, "kind": kind, "rows": amounts[reason].Rows, "money": amounts[reason].Money})
			}
		}
	}
	add("excluded", r.Excluded)
	add("quarantined", r.Quarantined)
	if len(rows) > 0 {
		s.parts = append(s.parts, table{caption: "Rows that are not used", from: "manifest", open: true, rows: rows, columns: []column{
			{title: "reason", name: "reason", format: asText, isName: true}, {title: "kind", name: "kind", format: asText, isText: true}, {title: "rows", name: "rows", format: asCount}, {title: "money", name: "money", format: asText},
		}})
	}
	if n := d.Manifest.Totals.ReturnsOnlyCustomers; n > 0 {
		who := " customers have no purchase left, only returns or orders that came to nothing. They are in no other figure."
		if n == 1 {
			who = " customer has no purchase left, only returns or orders that came to nothing, and is in no other figure."
		}
		s.parts = append(s.parts, say(stated("totals.returns_only_customers", n, asCount), who))
	}
	return s
}

// assumptions lists what the figures rest on.
func assumptions(d Data) section {
	v := d.Settings.Value
	items := list{
		join(fmt.Sprintf("Value is counted over the next %s, and discounted at %s a year.", days(v.HorizonDays), asShare(v.DiscountRate))),
		join("Customers go on as they did: the models know no prices, no plans, and of the season only what the same days of earlier years show."),
	}
	switch {
	case d.Settings.Orders.Columns.Margin != "":
		items = append(items, join("The margin is that of each row of the orders."))
	case v.MarginRate != nil:
		items = append(items, join(fmt.Sprintf("The margin is %s of revenue throughout.", asShare(*v.MarginRate))))
	default:
		items = append(items, join("No margin is configured, so all value is revenue."))
	}
	if a := d.Manifest.Acquisition; a != nil {
		how := map[string]string{
			"spend": ", from the spend", "configured": ", as configured (value.cac)", "first_order": ", which is what a first order brings: no cost of acquisition is known (value.cac)",
		}[a.Source]
		item := join("A new customer is taken to cost ", d.kpi("cac", d.asMoney), how, ".")
		if d.figure("newcomer_value") != nil {
			item = join(item, " They bring ", d.kpi("newcomer_value", d.asMoney), ".")
		}
		items = append(items, item)
	}
	if v.RetentionCost > 0 {
		items = append(items, join(fmt.Sprintf("Retaining a customer costs %s.", d.asMoney(v.RetentionCost))))
	} else {
		items = append(items, join("Retaining a customer is taken to cost nothing (value.retention_cost)."))
	}
	if d.hasModel() {
		items = append(items, join(fmt.Sprintf("Purchases are modelled by %s, which takes customers to buy at random, each at a rate of their own, until they stop. The mark assumes that a customer who is kept stands for one new customer; whether a message keeps anybody, only a holdout shows, customers like them who get none.", d.Manifest.Model.Name)))
	}
	items = append(items, join(fmt.Sprintf("Days are those of %s. RFM scores are by the map %s.", d.Settings.Time.Zone, d.Settings.RFM.Map)))
	return section{id: "assumptions", title: "What the figures assume", parts: []part{items}}
}
