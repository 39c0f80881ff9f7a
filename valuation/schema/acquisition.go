package schema

import "slices"

func init() {
	Tables = append(Tables,
		Table{Name: "channels", Grain: "one row per period, period_start, scope and channel", Columns: channels},
		Table{Name: "input_quarantine", Grain: "one row per row of the auxiliary inputs that is quarantined", Columns: inputQuarantine},
		Table{Name: "satisfaction", Grain: "one row per scope and name with an answer", Columns: satisfaction},
	)
}

var channels = slices.Concat([]Column{
	asOf,
	{"period", text, "", "month, quarter, year, or trailing_12m: the 12 months to as_of, from orders.fit_from on"},
	{"period_start", day, "day", "first day of the period"},
	{"period_end", day, "day", "last day of the period"},
	{"is_whole", yesNo, "", "whether as_of completes the period"},
	{"scope", text, "", "channel; paid: all spend over the new customers of known channels with spend in the period; blended: all spend over all new customers"},
	{"channel", text, "", "channel of the first purchase and of the spend; null unless scope is channel, and there for what has none"},
	{"new_customers", whole, "customers", "whose first purchase lies in the period"},
	{"spend", decimal, "money", "sales and marketing spend of the period, credits netted; null without a spend file"},
	{"cac", decimal, "money", "customer acquisition cost: spend per new customer"},
	{"cac_reason", text, "", "why there is no cac: no_spend, net_credit, unknown_channel, before_fit_from, no_new_customers, coarse_spend or incomplete_spend"},
	{"first_order_margin", decimal, "money", "margin of the first purchase day per new customer; null, as all that follows, without spend, and in periods that begin before orders.fit_from"},
},
	atAge("90"), atAge("180"), atAge("365"),
	[]Column{
		{"newcomer_value", decimal, "money", "discounted margin of the first horizon_days of a new customer's life: of first orders, and of repeat purchases so far, raised to the horizon by the model's curve: what those of the period have shown. newcomer_value of kpis, by which marks are set, is another: what the next new customer is expected to bring"},
		{"ltv_cac", decimal, "ratio", "newcomer_value per cac"},
		{"ltv_cac_low", decimal, "ratio", "lower end of the 95 % interval, by the spread between customers; null where they have had less than half of the purchases expected by the horizon"},
		{"ltv_cac_high", decimal, "ratio", "upper end of the same interval"},
		{"ltv_cac_reason", text, "", "why there is no ltv_cac: as cac_reason, or unknown_value: no model could be fitted, or all were acquired on as_of"},
		{"reaches_target", yesNo, "", "whether all of the interval of ltv_cac is at value.target_ltv_cac or above (true) or below it (false); null where the interval holds it, or ltv_cac is null"},
		{"payback_days", whole, "days", "age at which the mean cumulative margin of the new customers reaches cac, over those old enough, at least half of them; 0: with the first purchase"},
		{"payback_reason", text, "", "why there is no payback_days: as cac_reason, or not_yet"},
		{"median_payback_days", whole, "days", "age by which half of the new customers have each paid back the cac of their channel (blended: of all) in the month they were acquired: Kaplan-Meier"},
		{"median_payback_low", whole, "days", "lower end of the 95 % interval"},
		{"median_payback_high", whole, "days", "upper end of the same interval; null where it is open"},
		{"median_payback_reason", text, "", "why there is no median_payback_days: as cac_reason, not_yet, or no_monthly_cost: no month in which customers were acquired has a cac"},
		{"repeat_ratio", decimal, "ratio", "repeat purchases of all the channel's customers, whatever the period, over what they would have made as others of the same month of first purchase did: see first_orders; null unless scope is channel, and for channels of few customers"},
		{"repeat_ratio_low", decimal, "ratio", "lower end of the 95 % interval, by the spread between customers on both sides"},
		{"repeat_ratio_high", decimal, "ratio", "upper end of the same interval"},
		{"margin_ratio", decimal, "ratio", "as repeat_ratio, of the margin after the first purchase day"},
		{"margin_ratio_low", decimal, "ratio", "lower end of the 95 % interval, as that of repeat_ratio"},
		{"margin_ratio_high", decimal, "ratio", "upper end of the same interval"},
	})

// atAge are the columns of what new customers brought by an age in days.
func atAge(days string) []Column {
	return []Column{
		{"customers_" + days + "d", whole, "customers", "new customers who are " + days + " days old or more"},
		{"margin_" + days + "d", decimal, "money", "cumulative margin of these in their first " + days + " days, each; null where nobody is old enough"},
		{"ltv_cac_" + days + "d", decimal, "ratio", "margin_" + days + "d per cac"},
		{"ltv_cac_" + days + "d_low", decimal, "ratio", "lower end of the 95 % interval, by the spread between customers"},
		{"ltv_cac_" + days + "d_high", decimal, "ratio", "upper end of the same interval"},
	}
}

var inputQuarantine = []Column{
	asOf,
	{"input", text, "", "spend or surveys"},
	{"file", text, "", "file, relative to the folder all files of the input share"},
	{"row_number", whole, "row", "row within the file, counted from 1"},
	{"reason", text, "", "first rule that the row breaks"},
	{"subject", text, "", "channel of the spend, customer of the answer"},
	{"happened_at", instant, "time", "as in the file"},
	{"number", decimal, "", "amount of the spend, score of the answer; null where it is no finite number in range"},
}

var satisfaction = []Column{
	asOf,
	{"scope", text, "", "all, segment or mark: which customers the row is of"},
	{"name", text, "", "the segment or the mark; null where scope is all"},
	{"answers", whole, "customers", "customers who answered; the last answer of each counts"},
	{"promoters", whole, "customers", "with a score of 9 or 10"},
	{"detractors", whole, "customers", "with a score of 0 to 6"},
	{"nps", decimal, "points", "Net Promoter Score: percentage of promoters less that of detractors, -100 to 100"},
	{"nps_low", decimal, "points", "lower end of the 95 % interval (adjusted Wald)"},
	{"nps_high", decimal, "points", "upper end of the same interval"},
}
