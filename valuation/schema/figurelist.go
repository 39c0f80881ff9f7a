package schema

// What n counts, and what low and high are, where several figures share it.
const (
	allCustomers    = "customers"
	valuedCustomers = "customers; null without a model"
	valuedRepeat    = "repeat customers; null without a model"
	oldEnough       = "new customers old enough"
	ofMonth         = "customers acquired in the month"
	topCustomers    = "these customers; null without a model"
	boughtBefore    = "customers who bought in the 365 days before the last 365; 0 where the figure is null"
	acquiredIn12m   = "new customers of the 12 months"
	paidIn12m       = "new customers of the 12 months, of channels with spend"

	wilson95 = "95 % (Wilson)"
	value80  = "80 %, by parameters and customers"
	spread95 = "95 %, by the spread between customers"
	wald95   = "95 % (adjusted Wald)"
)

// The meanings of figures that differ in their window or in how many are at the top.
const (
	repeatWithin     = "new customers whose second purchase was within the window, of those old enough to have had all of it; null where nobody is. New customers are those first seen from orders.fit_from on; where it is not set all, but for those of the first 31 days of files that start in the middle of the shop's life"
	churnWithin      = "expected share of today's alive customers who will be gone at the end of the window: Σ P(alive) (1 - S(t)) / Σ P(alive), S being the chance to stay"
	clvQuantile      = "clv of a customer at the percentile: that part of the customers is worth as much or less"
	survivalTo       = "expected share of today's alive customers who will still be customers at the end of the window: 1 less the expected churn of it"
	knownYearBefore  = ". Null where the files begin later than the 365 days before"
	chanceOfAll      = "mean chance of a purchase in the window over all customers there are"
	chanceOfAlive    = "mean chance of a purchase in the window over the customers who are alive: weighted by p_alive. By the family, also where the pool forecasts who purchases, which does not know who is alive"
	chanceOfRepeat   = "mean chance of a purchase in the window over repeat customers, alive or not"
	chanceOfNewcomer = "chance that a new customer purchases a second time within the window after the first: repeat_rate_30d and its like, to stand beside the chances of others"
	valueOfTop       = "value that leaves if the customers of the highest clv go"
	revenueOfTop     = "revenue that the customers of the highest clv brought in the last 12 months; null where the files begin later"
)

// Figures is the catalogue of the figures of kpis.parquet, in the order in which it
// is shown. A figure is what it says and a column of one of the SQL files
// kpis/*_figures.sql.
var Figures = []Figure{
	{Name: "customers", Unit: "customers", Meaning: "customers with a purchase", Counts: allCustomers},
	{Name: "repeat_customers", Unit: "customers", Meaning: "customers with more than one purchase", Counts: allCustomers},
	{Name: "purchases", Unit: "purchases", Meaning: "purchase days in all", Counts: allCustomers},
	{Name: "gross_revenue", Unit: "money", Meaning: "sum of the positive rows to date", Counts: allCustomers},
	{Name: "returns", Unit: "money", Meaning: "sum of the negative rows to date, 0 or less", Counts: allCustomers},
	{Name: "revenue", Unit: "money", Meaning: "gross_revenue plus returns", Counts: allCustomers},
	{Name: "margin", Unit: "money", Meaning: "margin of the revenue; null where no margin is configured", Counts: allCustomers},
	{Name: "historic_margin", Unit: "money", Meaning: "margin to date; revenue to date where no margin is configured", Counts: allCustomers},
	{Name: "returns_only_customers", Unit: "customers", Meaning: "customers without a purchase", Counts: "customers without a purchase"},
	{Name: "returns_only_revenue", Unit: "money", Meaning: "net money of customers without a purchase", Counts: "customers without a purchase"},

	{Name: "repeat_rate", Unit: "share", Meaning: "repeat purchase rate: customers with two purchases or more, of all", Counts: allCustomers, Interval: wilson95},
	{Name: "repeat_rate_30d", Unit: "share", Meaning: repeatWithin, Counts: oldEnough, Interval: wilson95},
	{Name: "repeat_rate_60d", Unit: "share", Meaning: repeatWithin, Counts: oldEnough, Interval: wilson95},
	{Name: "repeat_rate_90d", Unit: "share", Meaning: repeatWithin, Counts: oldEnough, Interval: wilson95},
	{Name: "repeat_rate_180d", Unit: "share", Meaning: repeatWithin, Counts: oldEnough, Interval: wilson95},
	{Name: "repeat_rate_365d", Unit: "share", Meaning: repeatWithin, Counts: oldEnough, Interval: wilson95},
	{Name: "returning_share_of_buyers", Unit: "share", Scope: ByMonthAndChannel, Counts: "buyers of the month", Meaning: "part of the month's buyers who first purchased in an earlier month. Whole months in which somebody bought, null in the first of them, which knows no earlier one, and in those that begin before orders.fit_from. Buyers of unknown channel are in the row of all channels only"},
	{Name: "returning_share_of_revenue", Unit: "share", Scope: ByMonthAndChannel, Counts: "buyers of the month", Meaning: "part of the month's net revenue that is of customers who first purchased in an earlier month; null where returning_share_of_buyers is, and where that is not positive, and below 0 where returning customers returned more than they bought"},
	{Name: "median_days_to_second_purchase", Unit: "days", Meaning: "among new customers who purchased again", Counts: "new customers who purchased again"},
	{Name: "mean_order_value", Unit: "money", Scope: ByMonth, Counts: "buyers of the month", Meaning: "mean worth of a purchase of the month, less the returns that belong to it; orders of one customer and day are one purchase. Whole months in which somebody bought"},
	{Name: "margin_share", Unit: "share", Meaning: "margin per revenue of repeat purchases, shrunk towards that of all purchases (these count with the revenue of 100 customers), and by channel towards the base's likewise", Counts: allCustomers},
	{Name: "later_return_share", Unit: "share", Meaning: "returns that belong to no purchase, per worth of purchases (orders.returns)", Counts: allCustomers},
	{Name: "margin_share_weight", Unit: "purchases", Meaning: "with how many purchases margin_share, or the channel's, counts where a customer's own is shrunk towards it, of which clv is; 10 where customers do not tell, null where their shares differ by chance alone", Counts: allCustomers},
	{Name: "return_share_weight", Unit: "purchases", Meaning: "the same of later_return_share and a customer's own", Counts: allCustomers},

	{Name: "expected_purchases", Unit: "purchases", Meaning: "sum over the base; the horizon is in the manifest", Counts: valuedCustomers},
	{Name: "clv", Unit: "money", Meaning: "residual value of the base: sum of clv", Counts: valuedCustomers, Interval: value80},
	{Name: "clv_p10", Unit: "money", Meaning: clvQuantile, Counts: valuedCustomers},
	{Name: "clv_p25", Unit: "money", Meaning: clvQuantile, Counts: valuedCustomers},
	{Name: "clv_p50", Unit: "money", Meaning: clvQuantile, Counts: valuedCustomers},
	{Name: "clv_p75", Unit: "money", Meaning: clvQuantile, Counts: valuedCustomers},
	{Name: "clv_p90", Unit: "money", Meaning: clvQuantile, Counts: valuedCustomers},
	{Name: "clv_p99", Unit: "money", Meaning: clvQuantile, Counts: valuedCustomers},
	{Name: "lifetime_value", Unit: "money", Meaning: "historic_margin plus clv", Counts: valuedCustomers},
	{Name: "spend_frequency_correlation", Unit: "ratio", Meaning: "Spearman's rank correlation of a customer's repeat purchases and the mean value of their purchases, as the spend model sees them and takes to be 0; null without a model", Counts: "repeat customers"},
	{Name: "first_to_later_value", Unit: "ratio", Meaning: "value of first purchases per mean value of later ones, of the same customers; null where nobody has both", Counts: "repeat customers all of whose purchases have a positive value"},
	{Name: "retain_customers", Unit: "customers", Meaning: "marked retain", Counts: valuedCustomers},
	{Name: "lookalike_customers", Unit: "customers", Meaning: "marked acquisition_lookalike", Counts: valuedCustomers},
	{Name: "retain_share", Unit: "share", Meaning: "retain_customers of all", Counts: valuedCustomers},
	{Name: "retain_clv", Unit: "money", Meaning: "residual value of those to retain", Counts: "customers to retain", Interval: value80},
	{Name: "lookalike_clv", Unit: "money", Meaning: "residual value of the lookalikes", Counts: "lookalikes", Interval: value80},
	{Name: "retain_share_of_clv", Unit: "share", Meaning: "retain_clv of clv", Counts: valuedCustomers},
	{Name: "retain_share_at_cac_75", Unit: "share", Meaning: "share to retain were the CAC 25 % lower", Counts: valuedCustomers},
	{Name: "retain_share_at_cac_125", Unit: "share", Meaning: "share to retain were the CAC 25 % higher", Counts: valuedCustomers},
	{Name: "breakeven_retention_gain", Unit: "share", Meaning: "retention cost per CLV of those to retain: the least relative gain in value that pays for contacting them", Counts: "customers to retain"},
	{Name: "neediest_breakeven_gain", Unit: "share", Meaning: "largest breakeven_gain among those to retain: what the neediest of them needs; null where value.retention_cost is 0", Counts: "customers to retain"},
	{Name: "new_customers", Unit: "customers", Meaning: "with lifecycle new", Counts: valuedCustomers},
	{Name: "active_customers", Unit: "customers", Meaning: "with lifecycle active", Counts: valuedCustomers},
	{Name: "cooling_customers", Unit: "customers", Meaning: "with lifecycle cooling", Counts: valuedCustomers},
	{Name: "lapsed_customers", Unit: "customers", Meaning: "with lifecycle lapsed", Counts: valuedCustomers},
	{Name: "seed_customers", Unit: "customers", Meaning: "with seed true", Counts: valuedCustomers},

	{Name: "residual_customer_equity", Unit: "money", Meaning: "residual value of the customers there are: clv and its interval", Counts: valuedCustomers, Interval: value80},
	{Name: "value_added_by_acquisition_before_cac", Unit: "money", Scope: ByMonth, Counts: ofMonth, Meaning: "of the last 12 whole months: margin of the first orders of the customers acquired in it, net of later returns, plus newcomer_clv for each; acquisition cost is not subtracted. Null in months that begin before orders.fit_from. Not to be added to residual_customer_equity"},
	{Name: "value_added_by_acquisition", Unit: "money", Scope: ByMonth, Counts: ofMonth, Meaning: "value_added_by_acquisition_before_cac less all spend of the month: what current acquisition adds net of CAC; null where that is, and where the month's spend is not known"},
	{Name: "expected_alive_customers", Unit: "customers", Meaning: "sum of p_alive", Counts: valuedCustomers},
	{Name: "expected_churn_30d", Unit: "share", Meaning: churnWithin, Counts: valuedCustomers},
	{Name: "expected_churn_90d", Unit: "share", Meaning: churnWithin, Counts: valuedCustomers},
	{Name: "expected_churn_180d", Unit: "share", Meaning: churnWithin, Counts: valuedCustomers},
	{Name: "expected_churn_365d", Unit: "share", Meaning: churnWithin, Counts: valuedCustomers},
	{Name: "expected_survival_90d", Unit: "share", Meaning: survivalTo, Counts: valuedCustomers},
	{Name: "expected_survival_180d", Unit: "share", Meaning: survivalTo, Counts: valuedCustomers},
	{Name: "expected_survival_365d", Unit: "share", Meaning: survivalTo, Counts: valuedCustomers},
	{Name: "silent_share_of_repeat_customers", Unit: "share", Meaning: "repeat customers silent for more than twice their own mean gap between purchases (t_x / x), of all repeat customers. Silence is observed, and is no churn: gaps vary, and many of the silent come back. The two figures that follow are what the model makes of it", Counts: "repeat customers", Interval: wilson95},
	{Name: "expected_gone_share_of_repeat_customers", Unit: "share", Meaning: "repeat customers who are expected to have left by as_of (1 - p_alive), of all repeat customers: what the model expects, beside those who are silent", Counts: valuedRepeat},
	{Name: "expected_alive_share_of_silent_customers", Unit: "share", Meaning: "of the repeat customers who are silent, those who are expected still to be customers: the mean of p_alive; null where nobody is silent", Counts: "silent repeat customers; null without a model, and where there are none"},
	{Name: "customer_retention", Unit: "share", Meaning: "customers who bought in the last 365 days, of those who bought in the 365 before" + knownYearBefore, Counts: boughtBefore, Interval: wilson95},
	{Name: "net_revenue_retention", Unit: "share", Meaning: "net revenue of the last 365 days from the customers who bought in the 365 before, per their net revenue then; above 1 where they brought more than then" + knownYearBefore + ", or they brought nothing then", Counts: boughtBefore},
	{Name: "gross_revenue_retention", Unit: "share", Meaning: "the same, of each customer at the most what they brought then: what was kept, without what grew" + knownYearBefore + ", or they brought nothing then", Counts: boughtBefore},
	{Name: "reactivated_customers", Unit: "customers", Meaning: "customers with a purchase in the last 365 days that followed one by more than 365 days" + knownYearBefore, Counts: "customers who bought in the last 365 days; 0 where the figure is null"},
	{Name: "sale_chance_all_30d", Unit: "share", Meaning: chanceOfAll, Counts: valuedCustomers},
	{Name: "sale_chance_all_90d", Unit: "share", Meaning: chanceOfAll, Counts: valuedCustomers},
	{Name: "sale_chance_all_365d", Unit: "share", Meaning: chanceOfAll, Counts: valuedCustomers},
	{Name: "sale_chance_alive_30d", Unit: "share", Meaning: chanceOfAlive, Counts: valuedCustomers},
	{Name: "sale_chance_alive_90d", Unit: "share", Meaning: chanceOfAlive, Counts: valuedCustomers},
	{Name: "sale_chance_alive_365d", Unit: "share", Meaning: chanceOfAlive, Counts: valuedCustomers},
	{Name: "sale_chance_repeat_30d", Unit: "share", Meaning: chanceOfRepeat, Counts: valuedRepeat},
	{Name: "sale_chance_repeat_90d", Unit: "share", Meaning: chanceOfRepeat, Counts: valuedRepeat},
	{Name: "sale_chance_repeat_365d", Unit: "share", Meaning: chanceOfRepeat, Counts: valuedRepeat},
	{Name: "sale_chance_newcomer_30d", Unit: "share", Meaning: chanceOfNewcomer, Counts: oldEnough, Interval: wilson95},
	{Name: "sale_chance_newcomer_90d", Unit: "share", Meaning: chanceOfNewcomer, Counts: oldEnough, Interval: wilson95},
	{Name: "sale_chance_newcomer_365d", Unit: "share", Meaning: chanceOfNewcomer, Counts: oldEnough, Interval: wilson95},
	{Name: "dropout_loss", Unit: "money", Meaning: "value that expected dropout takes over the horizon", Counts: valuedCustomers},
	{Name: "dropout_loss_share", Unit: "share", Meaning: "dropout_loss of clv plus dropout_loss", Counts: valuedCustomers},
	{Name: "retain_dropout_loss", Unit: "money", Meaning: "dropout_loss of those to retain", Counts: "customers to retain; null where there are none"},
	{Name: "lookalike_dropout_loss", Unit: "money", Meaning: "dropout_loss of the lookalikes", Counts: "lookalikes; null where there are none"},
	{Name: "top_1_percent_clv", Unit: "money", Meaning: valueOfTop, Counts: topCustomers},
	{Name: "top_5_percent_clv", Unit: "money", Meaning: valueOfTop, Counts: topCustomers},
	{Name: "top_ten_clv", Unit: "money", Meaning: valueOfTop, Counts: topCustomers},
	{Name: "top_1_percent_revenue_12m", Unit: "money", Meaning: revenueOfTop, Counts: topCustomers},
	{Name: "top_5_percent_revenue_12m", Unit: "money", Meaning: revenueOfTop, Counts: topCustomers},
	{Name: "top_ten_revenue_12m", Unit: "money", Meaning: revenueOfTop, Counts: topCustomers},
	{Name: "shop_age_days", Unit: "days", Meaning: "from the first purchase of anybody to as_of; null where somebody was first seen before orders.fit_from: the shop is older than its files", Counts: allCustomers},
	{Name: "new_customers_12m", Unit: "customers", Meaning: "first seen in the last 12 months; null in a shop younger than that, and where the 12 months begin before orders.fit_from", Counts: allCustomers},
	{Name: "customers_12m_ago", Unit: "customers", Meaning: "first seen before the last 12 months; null in a shop younger than that", Counts: allCustomers},
	{Name: "base_growth_12m", Unit: "share", Meaning: "new_customers_12m per customers_12m_ago; null where one of them is", Counts: allCustomers},
	{Name: "expected_alive_customers_12m_ago", Unit: "customers", Meaning: "customers expected alive 365 days before as_of: sum of p_alive by this run's model, at the histories as known then; null where base_growth_12m is for the age of the files or orders.fit_from", Counts: "customers there were then"},
	{Name: "alive_growth_12m", Unit: "share", Meaning: "expected_alive_customers per expected_alive_customers_12m_ago, less 1", Counts: allCustomers},
	{Name: "repeat_rate_90d_last_12m", Unit: "share", Meaning: "customers who purchased again within 90 days, of the 12 months of cohorts that have all had them; null where these begin before orders.fit_from", Counts: "customers of these cohorts", Interval: wilson95},
	{Name: "repeat_rate_90d_12m_before", Unit: "share", Meaning: "repeat_rate_90d_last_12m of the cohorts of the 12 months before", Counts: "customers of these cohorts", Interval: wilson95},
	{Name: "repeat_rate_90d_change", Unit: "share", Meaning: "repeat_rate_90d_last_12m less repeat_rate_90d_12m_before; null where one of them is", Counts: "customers of both years' cohorts", Interval: "95 % (Newcombe 1998, method 10)"},

	{Name: "first_order_margin", Unit: "money", Meaning: "mean margin of the first purchase days of the new customers of the trailing 12 months, or, where these are under 50, of all (with orders.columns.margin that of their own rows, else the rate of their revenue), less later_return_share", Counts: "these new customers"},
	{Name: "newcomer_clv", Unit: "money", Meaning: "residual value of a new customer on the day of the first purchase: of the model's customer of that day, corrected by what the new customers of the year before have brought within a year, and by the level of the latest beside them as far as it lies beyond chance", Counts: allCustomers},
	{Name: "newcomer_value", Unit: "money", Meaning: "first_order_margin plus newcomer_clv; where spend sets the CAC, value of a new customer of the channels whose it is (value.replace_by)", Counts: allCustomers},
	{Name: "cac", Unit: "money", Meaning: "cost of acquiring a customer by which the marks are set", Counts: allCustomers},
	{Name: "replacement", Unit: "money", Meaning: "newcomer_value less cac, 0 or more: what it is worth to have a new customer instead", Counts: allCustomers},
	{Name: "keep_floor", Unit: "money", Meaning: "clv below which nobody is marked retain", Counts: allCustomers},
	{Name: "cac_from_spend", Unit: "money", Scope: OfChannel, Meaning: "CAC of all paid channels, or of the channel that value.replace_by names: cac where it is not null, and newcomer_value is then of the same new customers", Counts: "new customers of these channels"},
	{Name: "cac_configured", Unit: "money", Meaning: "value.cac: cac where there is none from spend"},
	{Name: "cac_of_first_order", Unit: "money", Meaning: "margin of a first order: cac, unless negative, where there is none of the two"},
	{Name: "marks_changed_by_cac", Unit: "customers", Meaning: "customers whose mark would be another if a first order paid for its acquisition", Counts: "customers with a mark"},
	{Name: "residual_customer_equity_365d", Unit: "money", Meaning: "residual_customer_equity over 365 days, whatever the horizon: the focus looks at figures that no setting moves", Counts: valuedCustomers},
	{Name: "dropout_loss_share_365d", Unit: "share", Meaning: "dropout_loss_share over 365 days, whatever the horizon", Counts: valuedCustomers},
	{Name: "newcomer_clv_365d", Unit: "money", Meaning: "newcomer_clv over 365 days, whatever the horizon", Counts: valuedCustomers},
	{Name: "predicted_ltv_cac_365d", Unit: "ratio", Meaning: "ltv_cac over the first 365 days of new customers, whatever the horizon", Counts: paidIn12m, Interval: spread95},
	{Name: "predicted_blended_ltv_cac_365d", Unit: "ratio", Meaning: "blended_ltv_cac over the first 365 days of new customers, whatever the horizon", Counts: acquiredIn12m, Interval: spread95},
	{Name: "newcomers", Unit: "customers", Meaning: "new customers of the trailing 12 months, as all figures of acquisition that follow", Counts: acquiredIn12m},
	{Name: "acquisition_spend", Unit: "money", Meaning: "spend; null without a spend file", Counts: acquiredIn12m},
	{Name: "paid_cac", Unit: "money", Meaning: "spend per new customer of channels with spend", Counts: paidIn12m},
	{Name: "blended_cac", Unit: "money", Meaning: "spend per new customer of all", Counts: acquiredIn12m},
	{Name: "marketing_efficiency", Unit: "ratio", Meaning: "net revenue of the 12 months, of all customers, per spend in them; null where not all of the spend is known"},
	{Name: "marketing_efficiency_new", Unit: "ratio", Meaning: "net revenue of the 12 months, of the customers acquired in them, per spend in them; null where not all of the spend is known", Counts: acquiredIn12m},
	{Name: "ltv_cac", Unit: "ratio", Meaning: "value of a new customer per cost, in paid channels", Counts: paidIn12m, Interval: spread95},
	{Name: "blended_ltv_cac", Unit: "ratio", Meaning: "value of a new customer per cost, in all", Counts: acquiredIn12m, Interval: spread95},
	{Name: "payback_days", Unit: "days", Meaning: "age at which the mean new customer of paid channels has paid back", Counts: paidIn12m},
	{Name: "median_payback_days", Unit: "days", Meaning: "age at which the median new customer of paid channels has paid back", Counts: paidIn12m, Interval: "95 % (Kaplan-Meier)"},
	{Name: "nps", Unit: "points", Meaning: "Net Promoter Score of all who answered", Counts: "customers who answered", Interval: wald95},
	{Name: "nps_retain", Unit: "points", Meaning: "Net Promoter Score of those to retain", Counts: "customers who answered", Interval: wald95},
	{Name: "nps_lookalike", Unit: "points", Meaning: "Net Promoter Score of the lookalikes", Counts: "customers who answered", Interval: wald95},
}
