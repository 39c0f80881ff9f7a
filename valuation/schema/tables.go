package schema

import (
	"slices"
	"strings"
)

// Tables are the published tables, their columns in the order of the files.
var Tables = []Table{
	{Name: "customers", Grain: "one row per customer with a purchase, sorted by customer_id", Columns: customers},
	{Name: "backtest", Grain: "one row per cutoff, model, target, metric and decile", Columns: backtest},
	{Name: "cohorts", Grain: "one row per cohort_month and age_months, up to the month of as_of", Columns: cohorts},
	{Name: "concentration", Grain: "one row per metric", Columns: concentration},
	{Name: "days", Grain: "one row per day up to as_of and file that has rows of it", Columns: days},
	{Name: "kpis", Grain: "one row per metric, month and channel", Columns: kpis},
	{Name: "lenses", Grain: "one row per lens, period, period_start, cohort, age_months and customer_group", Columns: lenses},
	{Name: "margin_curve", Grain: "one row per scope, cohort_month, channel and age_months, up to the last month that ends within the horizon", Columns: marginCurve},
	{Name: "quarantine", Grain: "one row per input row that is quarantined", Columns: quarantine},
	{Name: "repeat_curve", Grain: "one row per scope, cohort_month, channel and day on which someone purchased again, and day 0", Columns: repeatCurve},
	{Name: "repeat_steps", Grain: "one row per purchase_number that a new customer has made", Columns: repeatSteps},
	{Name: "repeat_windows", Grain: "one row per scope, cohort_month, channel and window_days", Columns: repeatWindows},
	{Name: "segments", Grain: "one row per RFM segment", Columns: segments},
	{Name: "window_spends", Grain: "one row per window_days, purchases_from and days_since_from", Columns: windowSpends},
}

const (
	text     = "VARCHAR"
	whole    = "BIGINT"
	decimal  = "DOUBLE"
	day      = "DATE"
	instant  = "TIMESTAMP"
	yesNo    = "BOOLEAN"
	smallInt = "INTEGER"
)

var asOf = Column{"as_of", day, "day", "last day that counts; the run looks from here"}

var customers = []Column{
	asOf,
	{"customer_id", text, "", "the customer, as text, as in the orders"},
	{"first_channel", text, "", "channel of the first purchase; null where none is known"},

	{"first_purchase_date", day, "day", "day of the first purchase"},
	{"last_purchase_date", day, "day", "day of the latest purchase"},
	{"purchases", whole, "purchases", "days on which the customer purchased: days that are worth something, less the returns that belong to them (orders.returns)"},
	{"gross_revenue", decimal, "money", "sum of the positive rows"},
	{"returns", decimal, "money", "sum of the negative rows, 0 or less"},
	{"revenue", decimal, "money", "gross_revenue plus returns"},
	{"margin", decimal, "money", "margin of the revenue; null where no margin is configured"},
	{"mean_purchase_value", decimal, "money", "mean worth of the purchase days, less the returns that belong to them, the first one included"},

	{"is_repeat", yesNo, "", "whether the customer purchased again after the first day"},
	{"repeat_purchases", whole, "purchases", "x: purchases after the first"},
	{"age_at_last_purchase_days", whole, "days", "t_x: from the first purchase to the latest; 0 without a repeat. The models' recency, not RFM's"},
	{"customer_age_days", whole, "days", "T: from the first purchase to as_of"},
	{"days_since_last_purchase", whole, "days", "from the latest purchase to as_of: RFM's recency"},
	{"mean_gap_days", decimal, "days", "mean days between purchases so far, t_x / x; null without a repeat"},
	{"observed_repeat_rate", decimal, "purchases per year", "365 x / T; null for customers younger than 30 days"},
	{"expected_repeat_rate", decimal, "purchases per year", "the model's rate while the customer is alive: 365 (r + x) / (alpha + T)"},

	{"r_score", smallInt, "score 1-5", "recency: 5 for the most recent"},
	{"f_score", smallInt, "score 1-5", "frequency: 5 for the most purchases"},
	{"m_score", smallInt, "score 1-5", "monetary value: 5 for the most net revenue"},
	{"rfm", text, "", "the three scores as text: 545"},
	{"segment", text, "", "name of the RFM cell in the configured map"},

	{"p_alive", decimal, "probability", "that the customer is still one on as_of. BG/NBD has customers leave after a repeat purchase only, so it is 1 without one. The family's, also where the pool forecasts who purchases (cbv help scoring)"},
	{"p_purchase_30d", decimal, "probability", "of at least one purchase in the 30 days after as_of. Where the pool forecasts who purchases, it is the pool's, which does not know p_alive, and can be above that"},
	{"p_purchase_90d", decimal, "probability", "of at least one purchase in the 90 days after as_of. Where the pool forecasts who purchases, it is the pool's, which does not know p_alive, and can be above that"},
	{"p_purchase_365d", decimal, "probability", "of at least one purchase in the 365 days after as_of. Where the pool forecasts who purchases, it is the pool's, which does not know p_alive, and can be above that"},
	{"next_purchase_due", day, "day", "day by which half of the customers with this history who stay will have made their next purchase: last_purchase_date plus (alpha + t_x) (2^(1/(r + x)) - 1) days, to the nearest day; null without a repeat or a model, and more than a century away"},
	{"days_overdue", whole, "days", "days by which as_of is past next_purchase_due: 0 where it is not, null where that is"},
	{"expected_purchases", decimal, "purchases", "expected number over the horizon, not discounted; where the backtest chose it, by what the first order was (first_order_effects in model.json), which is no cause"},
	{"expected_purchase_value", decimal, "money", "expected revenue of one future purchase"},
	{"clv", decimal, "money", "residual customer lifetime value: discounted expected margin over the horizon, net of later returns, by the customer's own margin and return shares, shrunk"},
	{"clv_low", decimal, "money", "10 % point of the margin that the customer will have brought at the end of the horizon, discounted: 0 where buying nothing is that likely"},
	{"clv_high", decimal, "money", "90 % point of the same; clv is its mean and lies above it where a little chance of much makes the mean"},
	{"value_at_risk", decimal, "money", "what the customer, if alive, would bring over the horizon beyond clv if they could not leave: P(alive) times that; 0 under NBD, in which nobody leaves. Where the pool forecasts who purchases, both are of its purchases, in the family's proportion"},
	{"historic_margin", decimal, "money", "margin to date; revenue to date where no margin is configured"},
	{"lifetime_value", decimal, "money", "historic_margin plus clv"},

	{"lifecycle", text, "", "new, active, cooling or lapsed"},
	{"mark", text, "", "retain or acquisition_lookalike; null where no model could be fitted"},
	{"keep_value", decimal, "money", "clv less the cost of retention and the worth of a replacement: what losing the customer costs"},
	{"keep_probability", decimal, "probability", "that the margin realised over the horizon exceeds the cost of retention and the worth of a replacement"},
	{"breakeven_gain", decimal, "share", "value.retention_cost per clv: by which share a contact at that cost must raise the customer's value to pay; null where the cost is 0, or clv is not above 0"},
	{"mark_reason", text, "", "borderline, worth_more, new_onboard, lapsed, below_floor or no_better_than_new"},
	{"seed", yesNo, "", "among the top 10 % by lifetime_value of the repeat customers who are worth retaining, and no id that many people share: whom an ad platform should look for"},
}

var backtest = []Column{
	asOf,
	{"cutoff", day, "day", "last day that the models knew; as_of where the figure is of the run's own forecast"},
	{"holdout_days", whole, "days", "the days after the cutoff that were, or are, forecast"},
	{"model", text, "", "the model (by channel: with parameters of its own for each large one), a baseline: mean_rate, recent_rate; pool: what distributes the chosen model's total over customers; first_orders: the effects of what first orders were on that, which are no causes; or procedure: what a run would have forecast on past days"},
	{"is_chosen", yesNo, "", "whether the run values customers by this model"},
	{"target", text, "", "what is forecast: purchases, margin, or p_purchase, the chance of a purchase in the holdout"},
	{"metric", text, "", "name of the figure"},
	{"decile", whole, "", "1 (lowest forecast) to 10 of the customers by forecast, or 1 to 5 by age; 0 where the figure is of all"},
	{"value", decimal, "see metric", "the figure; null where it is not known"},
	{"low", decimal, "see metric", "lower end of the 95 % interval, where there is one"},
	{"high", decimal, "see metric", "upper end of the 95 % interval, where there is one"},
	{"n", whole, "customers", "customers behind the figure; years behind a ratio of the season, cutoffs behind forecast_error"},
	{"note", text, "", "of a test of trust: the customers that it is of, and where it failed what it says; null elsewhere"},
}

var cohorts = []Column{
	asOf,
	{"cohort_month", day, "day", "first day of the month of the first purchase"},
	{"age_months", whole, "months", "calendar months after that of the first purchase, which is 0"},
	{"customers", whole, "customers", "customers of the cohort; of the month of as_of, those so far"},
	{"active_customers", whole, "customers", "with a purchase in the month; null, as all that follows, where as_of does not complete the month"},
	{"purchases", whole, "purchases", "purchases in the month"},
	{"revenue", decimal, "money", "net revenue of the month; returns count in their own month, those from before the first purchase at age 0"},
	{"margin", decimal, "money", "margin of the month's revenue; null where no margin is configured"},
	{"cumulative_revenue_per_customer", decimal, "money", "revenue from age 0 to this, per customer of the cohort"},
	{"cumulative_margin_per_customer", decimal, "money", "margin from age 0 to this, per customer of the cohort; null where no margin is configured"},
}

var concentration = []Column{
	asOf,
	{"metric", text, "", "name of the figure"},
	{"value", decimal, "see unit", "the figure; null where nobody brought revenue. A customer whose net revenue is negative counts with 0"},
	{"n", whole, "customers", "customers behind the figure; for a top share those at the top, at least one"},
	{"unit", text, "", "share, index or customers"},
}

var days = []Column{
	asOf,
	{"day", day, "day", "local day of the orders"},
	{"file", text, "", "the file, by its path below the folder that all order files share"},
	{"rows", whole, "rows", "rows with an amount, whatever became of them; superseded versions are left out"},
	{"amount", decimal, "money", "their amount"},
	{"used_rows", whole, "rows", "those of them that are used"},
	{"used_amount", decimal, "money", "the amount of those"},
	{"customers", whole, "customers", "customers with used rows on the day, each in the first file that has them, so that the files add up"},
	{"superseded_rows", whole, "rows", "rows with an amount of versions that a newer one of their order stands for: 0 where orders.columns.version is not mapped"},
}

var scopeColumns = []Column{
	asOf,
	{"scope", text, "", "all, cohort or channel: which customers the row is of"},
	{"cohort_month", day, "day", "first day of the month of the first purchase; null unless scope is cohort"},
	{"channel", text, "", "channel of the first purchase; null unless scope is channel, and there for customers of unknown channel"},
}

var marginCurve = append(slices.Clip(scopeColumns), []Column{
	{"age_months", whole, "months", "calendar months after that of the first purchase, which is 0"},
	{"customers", whole, "customers", "of the cohorts that are that old: as_of completes that month of theirs. Cohorts begin with orders.fit_from"},
	{"cumulative_margin_per_customer", decimal, "money", "margin from age 0 to this, per customer of these cohorts; revenue where no margin is configured; null where no cohort is that old"},
	{"customers_with_forecast", whole, "customers", "of all cohorts that are that old or will be within the horizon, 36 months at the most"},
	{"cumulative_margin_with_forecast_per_customer", decimal, "money", "the same per customer of all these cohorts: actual where they are that old; beyond, what they have brought so far and, not discounted, what the model expects of them by then; null without a model, and where no month ends within the horizon"},
}...)

var repeatCurve = append(slices.Clip(scopeColumns), []Column{
	{"day", whole, "days", "days after the first purchase"},
	{"at_risk", whole, "customers", "first seen from orders.fit_from on, and observed up to this day at least without a second purchase before it"},
	{"events", whole, "customers", "with their second purchase on this day"},
	{"repeat_probability", decimal, "probability", "of a second purchase by this day: 1 less the Kaplan-Meier estimate"},
	{"low", decimal, "probability", "lower end of the 95 % interval (log-log Greenwood); 0 on day 0, null where all at risk purchased again"},
	{"high", decimal, "probability", "upper end of the 95 % interval (log-log Greenwood); 0 on day 0, null where all at risk purchased again"},
}...)

var repeatWindows = append(slices.Clip(scopeColumns), []Column{
	{"window_days", whole, "days", "length of the window after the first purchase"},
	{"customers", whole, "customers", "first seen from orders.fit_from on, and old enough to have had the whole window"},
	{"repeaters", whole, "customers", "of these, with a second purchase within the window"},
	{"rate", decimal, "share", "repeaters of customers; null where nobody is old enough"},
	{"low", decimal, "share", "lower end of the 95 % interval (Wilson); null where nobody is old enough"},
	{"high", decimal, "share", "upper end of the 95 % interval (Wilson); null where nobody is old enough"},
}...)

var windowSpends = []Column{
	asOf,
	{"window_days", whole, "days", "length of a window that ends on as_of"},
	{"purchases_from", whole, "purchases", "least number of purchases before the window"},
	{"purchases_to", whole, "purchases", "greatest number of purchases before the window; null for the most"},
	{"days_since_from", whole, "days", "least number of days from the last of them to the day before the window"},
	{"days_since_to", whole, "days", "greatest number of days from the last of them to the day before the window; null for the most"},
	{"buyers", whole, "customers", "with so many purchases before the window, the last so long ago, and one or more within it"},
	{"mean_spend", decimal, "money", "mean of what each of them spent within the window, less what came back: of the margin where rows have one, else of the revenue"},
	{"spend_deviation", decimal, "money", "standard deviation of it; 0 of one buyer"},
}

var repeatSteps = []Column{
	asOf,
	{"purchase_number", whole, "purchases", "which of a customer's purchases the step starts from: 1 is the step from the first to the second"},
	{"is_and_more", yesNo, "", "whether the row stands for this purchase and all later ones; customers are then counted once for each of them"},
	{"customers", whole, "customers", "first seen from orders.fit_from on, and with this purchase"},
	{"repeaters", whole, "customers", "of these, with the next purchase by as_of"},
	{"rate", decimal, "share", "repeaters of customers, everybody so far, however short ago the purchase was; null while nobody has been watched for a day after it"},
	{"low", decimal, "share", "lower end of the 95 % interval (Wilson); null where rate is"},
	{"high", decimal, "share", "upper end of the 95 % interval (Wilson); null where rate is"},
	{"customers_365d", whole, "customers", "of the customers, those whose purchase was 365 days ago or earlier"},
	{"repeaters_365d", whole, "customers", "of these, with the next purchase within 365 days"},
	{"rate_365d", decimal, "share", "repeaters_365d of customers_365d; null where no purchase is that old"},
	{"low_365d", decimal, "share", "lower end of the 95 % interval (Wilson); null where rate_365d is"},
	{"high_365d", decimal, "share", "upper end of the 95 % interval (Wilson); null where rate_365d is"},
	{"median_gap_days", whole, "days", "days by which half have made the next purchase (Kaplan-Meier): those who still wait count; null where fewer than half are expected to by the longest time watched"},
	{"median_gap_low", whole, "days", "lower end of the 95 % interval of median_gap_days, known sooner than the median; null where not even it is reached"},
	{"median_gap_high", whole, "days", "upper end of the 95 % interval of median_gap_days; null where it is not reached"},
	{"median_gap_of_repeaters_days", whole, "days", "days by which half of the repeaters had made it: shorter, since those who still wait do not count; null without a repeater"},
}

var kpis = []Column{
	asOf,
	{"metric", text, "", "name of the figure"},
	{"month", day, "day", "first day of the month that the figure is of; null where it is of the base to date"},
	{"channel", text, "", "channel of the first purchase that the figure is of; null where it is of all customers"},
	{"value", decimal, "see unit", "the figure; null where it is not known"},
	{"low", decimal, "see unit", "lower end of the interval, where there is one: 95 % for rates, 80 % for clv and residual_customer_equity, which counts parameters and customers"},
	{"high", decimal, "see unit", "upper end of the same interval"},
	{"unit", text, "", strings.Join(figureUnits[:len(figureUnits)-1], ", ") + " or " + figureUnits[len(figureUnits)-1]},
	{"n", whole, "customers", "customers behind the figure"},
}

var quarantine = []Column{
	asOf,
	{"file", text, "", "order file, relative to the folder all order files share"},
	{"row_number", whole, "row", "row within the file, counted from 1"},
	{"reason", text, "", "first rule that the row breaks"},
	{"customer_id", text, "", "as in the orders"},
	{"order_id", text, "", "as in the orders, where mapped"},
	{"ordered_at", instant, "time", "as in the orders; zoned times in UTC"},
	{"amount", decimal, "money", "as in the orders; null where it is no finite amount"},
}

var segments = []Column{
	asOf,
	{"segment", text, "", "name of the RFM segment"},
	{"customers", whole, "customers", "customers in the segment"},
	{"share_of_customers", decimal, "share", "of all customers"},
	{"repeat_customers", whole, "customers", "with a purchase after the first day"},
	{"purchases", whole, "purchases", "purchases to date"},
	{"revenue", decimal, "money", "net revenue to date"},
	{"margin", decimal, "money", "margin to date; null where no margin is configured"},
	{"clv", decimal, "money", "residual value of the segment's customers"},
	{"clv_low", decimal, "money", "lower end of the 80 % interval of what the segment will realise, by parameters and customers"},
	{"clv_high", decimal, "money", "upper end of the same interval"},
	{"mean_clv", decimal, "money", "clv per customer"},
	{"lifetime_value", decimal, "money", "historic margin plus clv"},
	{"retain_customers", whole, "customers", "marked retain"},
	{"lookalike_customers", whole, "customers", "marked acquisition_lookalike"},
	{"retain_clv", decimal, "money", "clv of the customers marked retain"},
	{"lookalike_clv", decimal, "money", "clv of the customers marked acquisition_lookalike"},
	{"new_customers", whole, "customers", "with lifecycle new"},
	{"active_customers", whole, "customers", "with lifecycle active"},
	{"cooling_customers", whole, "customers", "with lifecycle cooling"},
	{"lapsed_customers", whole, "customers", "with lifecycle lapsed"},
	{"seed_customers", whole, "customers", "with seed true"},
	{"dropout_loss", decimal, "money", "value that expected dropout takes over the horizon: what the customers who are alive would bring if none left, less clv"},
	{"dropout_loss_share", decimal, "share", "dropout_loss of clv plus dropout_loss"},
	{"top_1_percent_customers", whole, "customers", "of the top 1 % of the whole base by clv, those in the segment"},
	{"top_1_percent_clv", decimal, "money", "clv that leaves with them"},
	{"top_1_percent_revenue_12m", decimal, "money", "their revenue of the last 12 months; null where the files begin later"},
	{"top_5_percent_customers", whole, "customers", "of the top 5 % of the whole base by clv, those in the segment"},
	{"top_5_percent_clv", decimal, "money", "clv that leaves with them"},
	{"top_5_percent_revenue_12m", decimal, "money", "their revenue of the last 12 months; null where the files begin later"},
	{"top_ten_customers", whole, "customers", "of the ten customers of the highest clv in the whole base, those in the segment"},
	{"top_ten_clv", decimal, "money", "clv that leaves with them"},
	{"top_ten_revenue_12m", decimal, "money", "their revenue of the last 12 months; null where the files begin later"},
}
