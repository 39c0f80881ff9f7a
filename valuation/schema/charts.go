package schema

func init() {
	Tables = append(Tables,
		Table{Name: "model_fit", Grain: "one row per repeat_purchases", Columns: modelFit},
		Table{Name: "movement", Grain: "one row per measure, moved_from, moved_to and cause with a customer who moved or whose value changed; none in a run without an earlier one", Columns: movement},
		Table{Name: "restated", Grain: "one row per customer of whom the order files no longer say of the day of the run before what that run read; none without one", Columns: restated},
		Table{Name: "rfm_cells", Grain: "one row per r_score, f_score and m_score with a customer", Columns: rfmCells},
		Table{Name: "tracking", Grain: "one row per week_start, up to the last week that as_of completes", Columns: tracking},
		Table{Name: "value_distribution", Grain: "one row per place: a band of clv, from that of the least valuable customer to that of the most valuable", Columns: valueDistribution},
	)
}

var modelFit = []Column{
	asOf,
	{"repeat_purchases", whole, "purchases", "x: purchases after the first"},
	{"is_and_more", yesNo, "", "whether the row stands for this number and all larger ones"},
	{"customers", whole, "customers", "first seen from orders.fit_from on, with so many repeat purchases by as_of"},
	{"share_of_customers", decimal, "share", "of all of these customers"},
	{"expected_customers", decimal, "customers", "how many of these customers the model expects to have so many, by how long ago each first purchased; null without a model"},
	{"expected_share_of_customers", decimal, "share", "expected_customers of all of these customers"},
}

var tracking = []Column{
	asOf,
	{"week_start", day, "day", "Monday of the week"},
	{"customers", whole, "customers", "of those who are followed, with a first purchase by the end of the week: customers first seen from orders.fit_from on and, where there is a backtest, by its cutoff"},
	{"purchases", whole, "purchases", "their repeat purchases in the week"},
	{"expected_purchases", decimal, "purchases", "what the model expects of the week, knowing only when each of them first purchased: the model as of the cutoff, without a backtest that of as_of; null without a model"},
	{"expected_with_season", decimal, "purchases", "in the holdout, expected_purchases times the same-season ratio that was known on the cutoff; null elsewhere, and where no earlier year showed the season"},
	{"cumulative_purchases", whole, "purchases", "purchases of this and all earlier weeks"},
	{"cumulative_expected_purchases", decimal, "purchases", "expected_purchases of the same; null without a model"},
	{"is_holdout", yesNo, "", "whether the week ends after the cutoff: the model did not know it"},
	{"is_same_season", yesNo, "", "whether the week ends in the same days of an earlier year as the holdout: those that its same-season ratio rests on"},
}

var rfmCells = []Column{
	asOf,
	{"r_score", smallInt, "score 1-5", "recency: 5 for the most recent"},
	{"f_score", smallInt, "score 1-5", "frequency: 5 for the most purchases"},
	{"m_score", smallInt, "score 1-5", "monetary value: 5 for the most net revenue"},
	{"rfm", text, "", "the three scores as text: 545"},
	{"segment", text, "", "name of the cell in the configured map"},
	{"customers", whole, "customers", "customers in the cell"},
	{"share_of_customers", decimal, "share", "of all customers"},
	{"revenue", decimal, "money", "their net revenue to date"},
	{"clv", decimal, "money", "their residual value; null without a model"},
	{"mean_clv", decimal, "money", "clv per customer"},
	{"retain_customers", whole, "customers", "marked retain; null without a model"},
}

var valueDistribution = []Column{
	asOf,
	{"place", whole, "", "of the band, ascending: 0 is below 0, 1 is 0 to the smallest unit of the currency, and so on in steps of 1, 2 and 5"},
	{"from_clv", decimal, "money", "clv from which on a customer is in the band; null for the band below 0"},
	{"below_clv", decimal, "money", "clv below which; null for the highest band there is"},
	{"customers", whole, "customers", "customers in the band"},
	{"share_of_customers", decimal, "share", "of all customers with a clv"},
	{"clv", decimal, "money", "their residual value"},
	{"share_of_clv", decimal, "share", "of that of the base; null where it is not positive"},
	{"retain_customers", whole, "customers", "of the customers, those marked retain"},
}

var movement = []Column{
	asOf,
	{"measure", text, "", "what is compared: segment, mark or lifecycle"},
	{"moved_from", text, "", "of the customers before the cause; null where the run before did not have them, not_valued where it had no model"},
	{"moved_to", text, "", "behind it: the same where it moved their value alone; null where this run does not have them"},
	{"cause", text, "", "taken in this order: input_restated (rows of days up to the run before that came late, were changed or are gone), time_passed, purchases_and_returns, parameters (of the models, and what else is estimated of the base), replacement_and_cuts (the worth of a replacement; cut points), settings_or_program, new, gone"},
	{"customers", whole, "customers", "who went that way"},
	{"clv_before", decimal, "money", "their residual value before the cause"},
	{"clv_after", decimal, "money", "behind it"},
	{"clv_change", decimal, "money", "clv_after less clv_before: over all rows of a measure, what the value of the base has changed by since the run before, to the smallest unit of the currency"},
}

var restated = []Column{
	asOf,
	{"customer_id", text, "", "customer of the run before, or whom it should have had"},
	{"first_purchase_date", day, "day", "by what the order files now say of the day of the run before, like all that follows; null where no purchase is known of then"},
	{"last_purchase_date", day, "day", "of the latest purchase"},
	{"purchases", whole, "purchases", "days with a purchase"},
	{"revenue", decimal, "money", "net revenue to that day"},
}
