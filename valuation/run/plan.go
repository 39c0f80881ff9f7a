package run

import (
	"slices"

	"cbv/valuation/intake"
	"cbv/valuation/judgement"
	"cbv/valuation/movement"
	"cbv/valuation/pipeline"
	"cbv/valuation/retention"
	"cbv/valuation/suspicion"
)

const (
	identityStep = "identity"       // ends a run that stands already
	earlierStep  = "earlier"        // of a check: finds the run to compare with
	pastStep     = "past"           // of customers alone: what of earlier runs changes them
	startStep    = "starts"         // of a check: whether the files start mid-life
	listStep     = "customer_lists" // whose rows are written to the lists
)

// Contract is the layer intake, with which every plan begins.
var Contract = intake.Steps

// Checked is the plan of a check: intake, and what is found between it and the
// figures.
var Checked = slices.Concat(afterAsOf(Contract, earlierStep), suspicion.Compared, suspicion.Profile, intake.Starts, []pipeline.Step{
	{Name: startStep, Kind: pipeline.Go, Reads: []string{"first_months"}},
})

// Tested is the plan of a backtest: the run up to the test of the models on the
// shop's own past.
var Tested = slices.Concat(intake.Steps, facts, acquired, models)

// Nightly is the run, layer after layer. What stands on a layer reads that layer or
// an earlier one.
var Nightly = slices.Concat(afterAsOf(Contract, identityStep), suspicion.Compared, suspicion.Profile, movement.Earlier, facts, suspicion.Record, movement.Restated, acquired, models, value, verdict, audit, kpis, movement.Steps, lists, checks, judgement.Steps, []pipeline.Step{
	{Name: "documents", Kind: pipeline.Go},
})

// accepted are the steps that hold the orders to their contract and to what a shop looks
// like, for customers alone as for a run.
var accepted = slices.Concat(afterAsOf(Contract, pastStep), suspicion.Compared, suspicion.Profile)

// valued are the steps of a run up to the verdict on each customer, and the checks.
var valued = slices.Concat(accepted, facts, acquired, models, value, verdict, checks)

// afterAsOf returns steps with one more of Go, right after the as-of day is known.
func afterAsOf(steps []pipeline.Step, name string) []pipeline.Step {
	after := 1 + slices.IndexFunc(steps, func(s pipeline.Step) bool { return s.Name == intake.AsOfStep })
	return slices.Insert(slices.Clone(steps), after, pipeline.Step{Name: name, Kind: pipeline.Go})
}

var facts = []pipeline.Step{
	{Name: "customer_returns", Kind: pipeline.Table, Folder: "facts"},
	{Name: "customer_totals", Kind: pipeline.Table, Folder: "facts"},
	{Name: "window_spends", Kind: pipeline.File, Folder: "facts", Key: []string{"window_days", "purchases_from", "days_since_from"}},
	{Name: "first_purchases", Kind: pipeline.View, Folder: "facts"},
	{Name: "earlier_first_purchases", Kind: pipeline.Table, Folder: "facts"},
	{Name: "undone_orders", Kind: pipeline.Table, Folder: "facts"},
	{Name: "first_channels", Kind: pipeline.Table, Folder: "facts"},
	{Name: "attribute_rows", Kind: pipeline.Table, Folder: "facts"},
	{Name: "last_attributes", Kind: pipeline.Table, Folder: "facts"},
	{Name: "first_contents", Kind: pipeline.Table, Folder: "facts"},
	{Name: "first_attributes", Kind: pipeline.Table, Folder: "facts"},
	{Name: "returns_only", Kind: pipeline.Table, Folder: "facts"},
	{Name: "cohort_sizes", Kind: pipeline.Table, Folder: "facts"},
	{Name: "base", Kind: pipeline.Go, Reads: []string{"returns_only", "cohort_sizes"}, Makes: []string{"newcomer_span"}},
	{Name: "summary", Kind: pipeline.Table, Folder: "facts"},
	{Name: "cohort_activity", Kind: pipeline.Table, Folder: "facts"},
	{Name: "day_money", Kind: pipeline.Table, Folder: "facts"},
	{Name: "returns_only_activity", Kind: pipeline.Table, Folder: "facts"},
	{Name: "period_activity", Kind: pipeline.Table, Folder: "facts"},
	{Name: "revenue_deciles", Kind: pipeline.Table, Folder: "facts"},
	{Name: "period_groups", Kind: pipeline.Table, Folder: "facts"},
	{Name: "channel_sizes", Kind: pipeline.Table, Folder: "facts"},
	{Name: "second_purchases", Kind: pipeline.Table, Folder: "facts"},
	{Name: "purchase_gaps", Kind: pipeline.Table, Folder: "facts"},
	{Name: "waiting_times", Kind: pipeline.Table, Folder: "facts"},
	{Name: "year_activity", Kind: pipeline.Table, Folder: "facts"},
	{Name: "gap_shares", Kind: pipeline.View, Folder: "facts"},
}

var acquired = []pipeline.Step{
	{Name: "spend_days", Kind: pipeline.Table, Folder: "acquisition"},
	{Name: "newcomer_days", Kind: pipeline.Table, Folder: "acquisition"},
	{Name: "periods", Kind: pipeline.Go, Reads: []string{"spend_days", "newcomer_days"}, Makes: []string{"periods", "spend_gaps"}},
	{Name: "channel_costs", Kind: pipeline.Table, Folder: "acquisition"},
	{Name: "aged_days", Kind: pipeline.Table, Folder: "acquisition"},
	{Name: "newcomer_margins", Kind: pipeline.Table, Folder: "acquisition"},
	{Name: "late_repeats", Kind: pipeline.Table, Folder: "acquisition"},
	{Name: "newcomer_activity", Kind: pipeline.Table, Folder: "acquisition"},
	{Name: "newcomer_years", Kind: pipeline.Table, Folder: "acquisition"},
	{Name: "season_days", Kind: pipeline.Table, Folder: "acquisition"},
	{Name: "payback_times", Kind: pipeline.Table, Folder: "acquisition"},
	{Name: "paybacks", Kind: pipeline.Go, Reads: []string{"channel_costs", "newcomer_days", "newcomer_activity", "payback_times"}, Makes: []string{"paybacks"}},
}

var models = []pipeline.Step{
	{Name: "candidate_groups", Kind: pipeline.Go, Reads: []string{"channel_sizes"}, Makes: []string{"candidate_groups"}},
	{Name: "past_known", Kind: pipeline.View, Folder: "models"},
	{Name: "past_sample", Kind: pipeline.Table, Folder: "models"},
	{Name: "past_members", Kind: pipeline.Table, Folder: "models"},
	{Name: "past_customers", Kind: pipeline.Table, Folder: "models"},
	{Name: "past_revisions", Kind: pipeline.Table, Folder: "models"},
	{Name: "past_contents", Kind: pipeline.Table, Folder: "models"},
	{Name: "recent_purchases", Kind: pipeline.Table, Folder: "models"},
	{Name: "spend_levels", Kind: pipeline.Table, Folder: "models"},
	{Name: "backtest_fits", Kind: pipeline.Go, Reads: []string{"past_sample", "past_customers", "past_revisions", "past_contents", "start_attributes", "recent_purchases", "spend_levels"}, Makes: []string{"spend_terms"}},
	{Name: "histories", Kind: pipeline.Table, Folder: "models"},
	{Name: "histories_year_ago", Kind: pipeline.Table, Folder: "models"},
	{Name: "spend_summary", Kind: pipeline.View, Folder: "models"},
	{Name: "spend_sample", Kind: pipeline.Table, Folder: "models"},
	{Name: "spend_histories", Kind: pipeline.Table, Folder: "models"},
	{Name: "fit", Kind: pipeline.Go, IsLong: true, Reads: []string{"gap_shares", "histories", "spend_histories", "cohort_activity", "start_attributes"}, Makes: []string{"scores", "conditional_forecasts", "forecast_months", "parameter_places", "season_terms", "spend_correlation", "fit_groups", "backtest_scores", "pool_terms", "pool_days", "pool_histories", "start_given", "start_used", "start_windows", "start_bands", "start_expected", "repeat_distribution"}},
	{Name: "first_labels", Kind: pipeline.Table, Folder: "models"},
	{Name: "window_customers", Kind: pipeline.Table, Folder: "models"},
	{Name: "start_outcomes", Kind: pipeline.Table, Folder: "models"},
	{Name: "start_effects", Kind: pipeline.Go, Reads: []string{"start_outcomes", "start_attributes"}, Makes: []string{"start_effects"}},
	{Name: "pool_purchasing", Kind: pipeline.Table, Folder: "models"},
	{Name: "model_fit", Kind: pipeline.File, Folder: "models", Key: []string{"repeat_purchases"}},
	{Name: "tracked_newcomers", Kind: pipeline.Table, Folder: "models"},
	{Name: "tracked_purchases", Kind: pipeline.Table, Folder: "models"},
	{Name: "tracked_weeks", Kind: pipeline.Go, Reads: []string{"tracked_newcomers", "tracked_purchases"}, Makes: []string{"tracked_weeks"}},
	{Name: "tracking", Kind: pipeline.File, Folder: "models", Key: []string{"week_start"}},
	{Name: "alive_year_ago", Kind: pipeline.Go, Reads: []string{"histories_year_ago"}, Makes: []string{"alive_year_ago"}},
	{Name: "backtest", Kind: pipeline.File, Folder: "models", Key: []string{"cutoff", "model", "target", "metric", "decile"}},
}

var value = []pipeline.Step{
	{Name: "rfm_quintiles", Kind: pipeline.Table, Folder: "value"},
	{Name: "rfm_cuts", Kind: pipeline.Go, Reads: []string{"rfm_quintiles"}, Makes: []string{"rfm_cuts"}},
	{Name: "rfm", Kind: pipeline.View, Folder: "value"},
	{Name: "base_rates", Kind: pipeline.Table, Folder: "value"},
	{Name: "channel_margins", Kind: pipeline.Table, Folder: "value"},
	{Name: "own_shares", Kind: pipeline.View, Folder: "value"},
	{Name: "share_sums", Kind: pipeline.Table, Folder: "value"},
	{Name: "share_weights", Kind: pipeline.View, Folder: "value"},
	{Name: "start_factors", Kind: pipeline.Table, Folder: "value"},
	{Name: "pool_forecasts", Kind: pipeline.Table, Folder: "value"},
	{Name: "pool_scale", Kind: pipeline.Table, Folder: "value"},
	{Name: "start_scale", Kind: pipeline.Table, Folder: "value"},
	{Name: "pooled", Kind: pipeline.Table, Folder: "value"},
	{Name: "pooled_nodes", Kind: pipeline.Table, Folder: "value"},
	{Name: "pooled_spends", Kind: pipeline.Go, Reads: []string{"pooled_nodes"}, Makes: []string{"pooled_spends"}},
	{Name: "pooled_forecasts", Kind: pipeline.View, Folder: "value"},
	{Name: "value", Kind: pipeline.View, Folder: "value"},
	{Name: "newcomer_curve", Kind: pipeline.Go, Reads: []string{"scores", "newcomer_days", "season_days"}, Makes: []string{"newcomer_curve", "newcomer_expectations"}},
	{Name: "value_horizons", Kind: pipeline.View, Folder: "value"},
	{Name: "newcomer_values", Kind: pipeline.Table, Folder: "value"},
	{Name: "earlier_newcomers", Kind: pipeline.Table, Folder: "value"},
	{Name: "newcomer_worth", Kind: pipeline.Table, Folder: "value"},
	{Name: "channel_members", Kind: pipeline.View, Folder: "value"},
	{Name: "channel_values", Kind: pipeline.Table, Folder: "value"},
}

var verdict = []pipeline.Step{
	{Name: "replacement", Kind: pipeline.Table, Folder: "verdict"},
	{Name: "marks", Kind: pipeline.View, Folder: "verdict"},
	{Name: "seed_cut", Kind: pipeline.Table, Folder: "verdict"},
	{Name: "customers", Kind: pipeline.File, Folder: "verdict", Key: []string{"customer_id"}},
	{Name: "clv_counts", Kind: pipeline.Table, Folder: "verdict"},
	{Name: "top_customers", Kind: pipeline.Table, Folder: "verdict"},
	{Name: "value_sums", Kind: pipeline.Table, Folder: "verdict"},
	{Name: "exposure", Kind: pipeline.View, Folder: "verdict"},
	{Name: "value_intervals", Kind: pipeline.Go, Reads: []string{"value_sums", "base_rates", "replacement"}, Makes: []string{"value_intervals"}},
}

var audit = []pipeline.Step{
	{Name: "segments", Kind: pipeline.File, Folder: "audit", Key: []string{"segment"}},
	{Name: "cohorts", Kind: pipeline.File, Folder: "audit", Key: []string{"cohort_month", "age_months"}},
	{Name: "cohort_forecasts", Kind: pipeline.Table, Folder: "audit"},
	{Name: "margin_curve", Kind: pipeline.File, Folder: "audit", Key: []string{"scope", "cohort_month", "channel", "age_months"}},
	{Name: "repeat_scopes", Kind: pipeline.View, Folder: "audit"},
	{Name: "repeat_counts", Kind: pipeline.View, Folder: "audit"},
	{Name: "repeat_rates", Kind: pipeline.Go, Reads: []string{"repeat_counts"}, Makes: []string{"repeat_rates"}},
	{Name: "repeat_windows", Kind: pipeline.File, Folder: "audit", Key: []string{"scope", "cohort_month", "channel", "window_days"}},
	{Name: "repeat_times", Kind: pipeline.View, Folder: "audit"},
	{Name: "repeat_probabilities", Kind: pipeline.Go, Reads: []string{"repeat_times"}, Makes: []string{"repeat_probabilities"}},
	{Name: "repeat_curve", Kind: pipeline.File, Folder: "audit", Key: []string{"scope", "cohort_month", "channel", "day"}},
	{Name: "step_times", Kind: pipeline.View, Folder: "audit"},
	{Name: "step_rates", Kind: pipeline.Go, Reads: []string{"step_times"}, Makes: []string{"step_rates"}},
	{Name: "repeat_steps", Kind: pipeline.File, Folder: "audit", Key: []string{"purchase_number"}},
	{Name: "revenue_holders", Kind: pipeline.View, Folder: "audit"},
	{Name: "revenue_concentration", Kind: pipeline.Go, Reads: []string{"revenue_holders"}, Makes: []string{"revenue_concentration"}},
	{Name: "concentration", Kind: pipeline.File, Folder: "audit", Key: []string{"metric"}},
	{Name: "rfm_cells", Kind: pipeline.File, Folder: "audit", Key: []string{"r_score", "f_score", "m_score"}},
	{Name: "value_bands", Kind: pipeline.Go, Makes: []string{"value_bands"}},
	{Name: "value_distribution", Kind: pipeline.File, Folder: "audit", Key: []string{"place"}},
	{Name: "lens_spread", Kind: pipeline.Table, Folder: "audit"},
	{Name: "lens_change", Kind: pipeline.Table, Folder: "audit"},
	{Name: "lens_cohort", Kind: pipeline.Table, Folder: "audit"},
	{Name: "lens_ages", Kind: pipeline.Table, Folder: "audit"},
	{Name: "lens_base", Kind: pipeline.Table, Folder: "audit"},
	{Name: "lens_lines", Kind: pipeline.Table, Folder: "audit"},
	{Name: "lenses", Kind: pipeline.File, Folder: "audit", Key: []string{"lens", "period", "period_start", "cohort", "age_months", "customer_group"}},
	{Name: "start_customers", Kind: pipeline.Table, Folder: "audit"},
	{Name: "start_cells", Kind: pipeline.Table, Folder: "audit"},
	{Name: "start_base", Kind: pipeline.Table, Folder: "audit"},
	{Name: "start_places", Kind: pipeline.Table, Folder: "audit"},
	{Name: "start_contents", Kind: pipeline.Table, Folder: "audit"},
	{Name: "start_labels", Kind: pipeline.Table, Folder: "audit"},
	{Name: "start_spellings", Kind: pipeline.View, Folder: "audit"},
	{Name: "start_members", Kind: pipeline.Table, Folder: "audit"},
	{Name: "start_groups", Kind: pipeline.Table, Folder: "audit"},
	{Name: "start_ages", Kind: pipeline.Table, Folder: "audit"},
	{Name: "start_late", Kind: pipeline.Table, Folder: "audit"},
	{Name: "start_days", Kind: pipeline.Table, Folder: "audit"},
	{Name: "start_risks", Kind: pipeline.Table, Folder: "audit"},
	{Name: "start_alone", Kind: pipeline.Table, Folder: "audit"},
	{Name: "start_tails", Kind: pipeline.View, Folder: "audit"},
	{Name: "start_pairs", Kind: pipeline.View, Folder: "audit"},
	{Name: "start_ratios", Kind: pipeline.Table, Folder: "audit"},
	{Name: "start_sums", Kind: pipeline.Table, Folder: "audit"},
	{Name: "start_times", Kind: pipeline.Table, Folder: "audit"},
	{Name: "start_medians", Kind: pipeline.Table, Folder: "audit"},
	{Name: "start_verdicts", Kind: pipeline.Go, Reads: []string{"start_sums", "start_ratios", "start_spellings"}, Makes: []string{"start_verdicts"}},
	{Name: "first_orders", Kind: pipeline.File, Folder: "audit", Key: []string{"attribute", "value"}},
	{Name: "start_findings", Kind: pipeline.View, Folder: "audit"},
	{Name: "findings", Kind: pipeline.Go, Reads: []string{"start_findings"}},
	{Name: "channels", Kind: pipeline.File, Folder: "audit", Key: []string{"period", "period_start", "scope", "channel"}},
	{Name: "survey_scores", Kind: pipeline.Table, Folder: "audit"},
	{Name: "satisfaction", Kind: pipeline.File, Folder: "audit", Key: []string{"scope", "name"}},
}

var kpis = []pipeline.Step{
	{Name: "survivors", Kind: pipeline.Table, Folder: "kpis"},
	{Name: "base_sums", Kind: pipeline.Table, Folder: "kpis"},
	{Name: "base_figures", Kind: pipeline.View, Folder: "kpis"},
	{Name: "repeat_rate_figures", Kind: pipeline.View, Folder: "kpis"},
	{Name: "returning_figures", Kind: pipeline.View, Folder: "kpis"},
	{Name: "order_value_figures", Kind: pipeline.View, Folder: "kpis"},
	{Name: "value_figures", Kind: pipeline.View, Folder: "kpis"},
	{Name: "clv_quantile_figures", Kind: pipeline.View, Folder: "kpis"},
	{Name: "spend_figures", Kind: pipeline.View, Folder: "kpis"},
	{Name: "mark_figures", Kind: pipeline.View, Folder: "kpis"},
	{Name: "acquired_value_figures", Kind: pipeline.View, Folder: "kpis"},
	{Name: "chance_figures", Kind: pipeline.View, Folder: "kpis"},
	{Name: "retention_rate_figures", Kind: pipeline.View, Folder: "kpis"},
	{Name: "kept_revenue_figures", Kind: pipeline.View, Folder: "kpis"},
	{Name: "stake_figures", Kind: pipeline.View, Folder: "kpis"},
	{Name: "growth_figures", Kind: pipeline.View, Folder: "kpis"},
	{Name: "replacement_figures", Kind: pipeline.View, Folder: "kpis"},
	{Name: "channel_cac_figures", Kind: pipeline.View, Folder: "kpis"},
	{Name: "focus_figures", Kind: pipeline.View, Folder: "kpis"},
	{Name: "acquisition_figures", Kind: pipeline.View, Folder: "kpis"},
	{Name: "marketing_figures", Kind: pipeline.View, Folder: "kpis"},
	{Name: "satisfaction_figures", Kind: pipeline.View, Folder: "kpis"},
	{Name: "figures", Kind: pipeline.Go, Reads: retention.FigureTables, Makes: []string{"figures"}},
	{Name: "kpis", Kind: pipeline.File, Folder: "kpis", Key: []string{"metric", "month", "channel"}},
}

var lists = []pipeline.Step{
	{Name: listStep, Kind: pipeline.Lists, Folder: "lists", Key: []string{listKey}},
}

var checks = []pipeline.Step{
	{Name: "rows_add_up", Kind: pipeline.Check, Folder: "checks"},
	{Name: "money_adds_up", Kind: pipeline.Check, Folder: "checks"},
	{Name: "purchases_add_up", Kind: pipeline.Check, Folder: "checks"},
	{Name: "cohorts_add_up", Kind: pipeline.Check, Folder: "checks"},
	{Name: "repeats_add_up", Kind: pipeline.Check, Folder: "checks"},
	{Name: "acquisition_adds_up", Kind: pipeline.Check, Folder: "checks"},
	{Name: "customers_are_sound", Kind: pipeline.Check, Folder: "checks"},
	{Name: "chances_are_sound", Kind: pipeline.Check, Folder: "checks"},
	{Name: "lenses_add_up", Kind: pipeline.Check, Folder: "checks"},
	{Name: "lens_cohorts_add_up", Kind: pipeline.Check, Folder: "checks"},
	{Name: "dropout_adds_up", Kind: pipeline.Check, Folder: "checks"},
}
