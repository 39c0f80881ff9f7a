package performance

// earlySteps are the steps of the run that do what revision 2d0978a did, the first
// whose time was held against the floor. What came since is left out of their sum, so
// that it tells whether the same work got faster.
var earlySteps = []string{
	"inputs", "order_rows", "order_days", "as_of", "repeated_orders", "orders", "customer_days", "row_counts", "quarantine", "spend_rows",
	"survey_rows", "input_counts", "input_quarantine", "contract", "first_purchases", "first_channels", "customer_returns", "customer_totals",
	"returns_only", "summary", "cohort_sizes", "base",
	"cohort_activity", "day_money", "returns_only_activity", "period_activity", "revenue_deciles",
	"period_groups", "spend_days", "newcomer_days", "periods", "channel_costs", "aged_days", "newcomer_margins", "newcomer_activity", "payback_times",
	"paybacks", "channel_sizes", "candidate_groups", "past_sample", "past_members", "past_customers", "backtest_fits", "histories",
	"spend_sample", "spend_histories", "fit", "backtest", "rfm_quintiles", "rfm_cuts", "rfm", "base_rates", "channel_margins", "value",
	"newcomer_curve", "newcomer_values", "channel_values", "replacement", "marks", "seed_cut", "customers", "top_customers", "value_sums",
	"exposure", "value_intervals", "segments", "cohorts", "second_purchases", "repeat_counts", "repeat_rates", "repeat_windows", "repeat_times",
	"repeat_probabilities", "repeat_curve", "revenue_holders", "revenue_concentration", "concentration", "lens_spread", "lens_change",
	"lens_cohort", "lens_ages", "lens_base", "lenses", "survivors", "channels", "survey_scores", "satisfaction", "kpis", "customer_lists",
	"rows_add_up", "money_adds_up", "cohorts_add_up", "acquisition_adds_up", "customers_are_sound", "lenses_add_up",
}

// backtestSteps are those that test the models on the shop's own past.
var backtestSteps = []string{"past_sample", "past_members", "past_customers", "recent_purchases", "spend_levels", "backtest_fits", "backtest"}
