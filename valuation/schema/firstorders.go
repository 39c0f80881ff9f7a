package schema

import "slices"

func init() {
	Tables = append(Tables, Table{Name: "first_orders", Grain: "one row per attribute and value of the first order", Columns: firstOrders})
}

var firstOrders = slices.Concat([]Column{
	asOf,
	{"attribute", text, "", "channel, where one is mapped, or a name of orders.attributes that is of the first purchase"},
	{"value", text, "", "what the attribute was on the first purchase day; unknown where it is missing, and others for all values of fewer than 10 customers together"},
	{"is_overlapping", yesNo, "", "whether a customer may count under several values: many: true"},
	{"customers", whole, "customers", "whose first order has the value, of those whose first order the files hold"},
	{"share_of_customers", decimal, "share", "of all whose first order the files hold"},
	{"first_order_value", decimal, "money", "revenue of the first purchase day per customer, net of its orders' returns"},
	{"first_order_margin", decimal, "money", "margin of the same; revenue where no margin is known, as all margins below"},
},
	startWindow("30"), startWindow("60"), startWindow("90"), startWindow("180"), startWindow("365"),
	[]Column{
		{"median_days_to_second_purchase", whole, "days", "after which half of the customers have purchased again: Kaplan-Meier; null where the curve does not fall so far"},
		startMargin("90"), startMargin("180"), startMargin("365"),
		{"clv", decimal, "money", "mean clv of the customers"},
		{"clv_low", decimal, "money", "lower end of the 95 % interval, by the spread between customers; the model is taken as known"},
		{"clv_high", decimal, "money", "upper end of the same interval"},
		{"lifetime_value", decimal, "money", "mean of margin so far and clv"},
		{"lifetime_value_low", decimal, "money", "lower end of the 95 % interval, by the spread between customers; the model is taken as known"},
		{"lifetime_value_high", decimal, "money", "upper end of the same interval"},
		{"retain_share", decimal, "share", "of the customers who are worth retaining; null without a model"},
		{"share_of_clv", decimal, "share", "of the clv of all whose first order the files hold"},
		{"allowable_cac_target", decimal, "money", "what a new customer who starts like this may cost: the discounted margin of the first 365 days, of first orders, and of repeat purchases so far, raised to 365 days by the model's curve; over value.target_ltv_cac"},
		{"allowable_cac_1y", decimal, "money", "what a new customer who starts like this may cost to break even in a year: margin_365d"},
		{"compared_customers", whole, "customers", "of these, who started in a month, and by a channel where the attribute is another, with others to compare with"},
		{"other_customers", whole, "customers", "the others of the same months and channels, whose first order has not the value"},
		{"repeats", whole, "purchases", "repeat purchases of the compared customers to date; null where there are none"},
		{"expected_repeats", decimal, "purchases", "what they would have made had they bought as the others of their month and channel did, at their own ages in days"},
		{"repeat_ratio", decimal, "ratio", "repeats over expected_repeats"},
		{"repeat_ratio_low", decimal, "ratio", "lower end of the 95 % interval, by the spread between customers on both sides"},
		{"repeat_ratio_high", decimal, "ratio", "upper end of the same interval"},
		{"repeat_ratio_shrunken", decimal, "ratio", "repeat_ratio drawn towards 1 by what may be chance: rank by it"},
		{"repeat_verdict", text, "", "better, worse or as_others, by a test in which at most 5 % of all better and worse, of purchases and margin and of every attribute, are expected to be chance; not_separable where there are fewer than 30 compared or other customers; a value of fewer than 30 customers is not compared at all"},
		{"repeat_margin", decimal, "money", "margin of the compared customers to date after their first purchase day, each purchase net of its orders' returns; null where there are none"},
		{"expected_repeat_margin", decimal, "money", "as expected_repeats"},
		{"margin_ratio", decimal, "ratio", "repeat_margin over expected_repeat_margin"},
		{"margin_ratio_low", decimal, "ratio", "lower end of the 95 % interval, as that of repeat_ratio"},
		{"margin_ratio_high", decimal, "ratio", "upper end of the same interval"},
		{"margin_ratio_shrunken", decimal, "ratio", "margin_ratio drawn towards 1 by what may be chance: rank by it"},
		{"margin_verdict", text, "", "as repeat_verdict"},
	})

// startWindow are the columns of who purchased again within a window of days.
func startWindow(days string) []Column {
	return []Column{
		{"customers_" + days + "d", whole, "customers", "who are " + days + " days old or more"},
		{"repeat_rate_" + days + "d", decimal, "share", "of these who purchased again within " + days + " days; null where nobody is old enough"},
		{"repeat_rate_" + days + "d_low", decimal, "share", "lower end of the 95 % interval (Wilson)"},
		{"repeat_rate_" + days + "d_high", decimal, "share", "upper end of the same interval"},
	}
}

// startMargin is the column of what customers have brought by an age in days.
func startMargin(days string) Column {
	return Column{"margin_" + days + "d", decimal, "money", "margin in the first " + days + " days, the first order included, per customer who is as old; returns on the day they came"}
}
