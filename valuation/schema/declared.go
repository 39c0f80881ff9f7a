package schema

import (
	"encoding/json"
	"slices"
)

// MarshalJSON writes a table with its key, by which its rows are sorted, and each column
// with whether it may be null and, where it is one of a few values, these in their order.
func (t Table) MarshalJSON() ([]byte, error) {
	type column struct {
		Column
		Nullable bool     `json:"nullable"`
		Values   []string `json:"values,omitempty"`
	}
	columns := make([]column, len(t.Columns))
	for i, c := range t.Columns {
		columns[i] = column{c, t.IsNullable(c.Name), t.Values(c.Name)}
	}
	return json.Marshal(struct {
		Name    string   `json:"name"`
		Grain   string   `json:"grain"`
		Key     []string `json:"key"`
		Columns []column `json:"columns"`
	}{t.Name, t.Grain, t.Key(), columns})
}

// Key returns the columns that make a row of the table unique, by which rows are sorted.
func (t Table) Key() []string { return keys[t.Name] }

// IsNullable reports whether a column may be null.
func (t Table) IsNullable(column string) bool {
	return column != asOf.Name && !slices.Contains(required[t.Name], column)
}

// Values returns the values of a column that is one of a few, in their order, nil of others.
func (t Table) Values(column string) []string {
	if values, special := valuesOfTable[t.Name+"."+column]; special {
		return values
	}
	return valuesOf[column]
}

var keys = map[string][]string{
	"quarantine": {"file", "row_number"}, "input_quarantine": {"input", "file", "row_number"}, "days": {"day", "file"}, "restated": {"customer_id"},
	"model_fit": {"repeat_purchases"}, "tracking": {"week_start"}, "backtest": {"cutoff", "model", "target", "metric", "decile"}, "customers": {"customer_id"}, "segments": {"segment"},
	"cohorts": {"cohort_month", "age_months"}, "margin_curve": {"scope", "cohort_month", "channel", "age_months"}, "repeat_windows": {"scope", "cohort_month", "channel", "window_days"},
	"repeat_curve": {"scope", "cohort_month", "channel", "day"}, "repeat_steps": {"purchase_number"}, "concentration": {"metric"}, "rfm_cells": {"r_score", "f_score", "m_score"},
	"value_distribution": {"place"}, "lenses": {"lens", "period", "period_start", "cohort", "age_months", "customer_group"}, "first_orders": {"attribute", "value"}, "window_spends": {"window_days", "purchases_from", "days_since_from"},
	"channels": {"period", "period_start", "scope", "channel"}, "satisfaction": {"scope", "name"}, "kpis": {"metric", "month", "channel"}, "movement": {"measure", "moved_from", "moved_to", "cause"},
	"contact_quarantine": {"file", "row_number"}, "members": {"customer_id"}, "former": {"customer_id", "key"}, "assigned": {"customer_id"}, "measure": {"arm", "versus", "metric", "estimate"},
}

// required are the columns that are never null, beside as_of.
var required = map[string][]string{
	"customers": {
		"customer_id", "first_purchase_date", "last_purchase_date", "purchases", "gross_revenue", "returns", "revenue", "mean_purchase_value", "is_repeat", "repeat_purchases", "age_at_last_purchase_days",
		"customer_age_days", "days_since_last_purchase", "r_score", "f_score", "m_score", "rfm", "segment", "historic_margin", "seed",
	},
	"segments":           {"segment", "customers", "share_of_customers", "repeat_customers", "purchases", "revenue"},
	"cohorts":            {"cohort_month", "age_months", "customers"},
	"repeat_windows":     {"scope", "window_days", "customers", "repeaters"},
	"repeat_curve":       {"scope", "day", "at_risk", "events", "repeat_probability"},
	"repeat_steps":       {"purchase_number", "is_and_more", "customers", "repeaters", "customers_365d", "repeaters_365d"},
	"margin_curve":       {"scope", "age_months", "customers"},
	"kpis":               {"metric", "unit"},
	"concentration":      {"metric", "unit"},
	"lenses":             {"lens", "period", "customer_group"},
	"channels":           {"period", "period_start", "period_end", "is_whole", "scope", "new_customers"},
	"backtest":           {"cutoff", "holdout_days", "model", "is_chosen", "target", "metric", "decile", "n"},
	"model_fit":          {"repeat_purchases", "is_and_more", "customers"},
	"tracking":           {"week_start", "customers", "purchases", "cumulative_purchases", "is_holdout", "is_same_season"},
	"rfm_cells":          {"r_score", "f_score", "m_score", "rfm", "segment", "customers", "share_of_customers", "revenue"},
	"value_distribution": {"place", "customers", "share_of_customers", "clv", "retain_customers"},
	"first_orders":       {"attribute", "value", "is_overlapping", "customers", "share_of_customers"},
	"window_spends":      {"window_days", "purchases_from", "days_since_from", "buyers", "mean_spend", "spend_deviation"},
	"movement":           {"measure", "cause", "customers", "clv_before", "clv_after", "clv_change"},
	"restated":           {"customer_id"},
	"satisfaction":       {"scope", "answers"},
	"days":               {"day", "file", "rows", "amount", "used_rows", "used_amount", "customers", "superseded_rows"},
	"quarantine":         {"file", "row_number", "reason"},
	"input_quarantine":   {"input", "file", "row_number", "reason"},
}

// Segments are the names that the shipped maps give cells, the best customers first.
var Segments = []string{
	"Champions", "Loyal", "Potential Loyalist", "New Customers", "Promising", "Need Attention", "About To Sleep", "At Risk", "Can't Lose Them", "Hibernating", "Lost",
}

var (
	periods     = []string{"trailing_12m", "month", "quarter", "year"}
	whyNoCost   = []string{"no_spend", "net_credit", "unknown_channel", "before_fit_from", "no_new_customers", "coarse_spend", "incomplete_spend"}
	comparisons = []string{"better", "worse", "as_others", "not_separable"}
)

// valuesOf are the values of columns by their names, whichever table has them.
var valuesOf = map[string][]string{
	"segment": Segments, "lifecycle": {"new", "active", "cooling", "lapsed"}, "mark": {"retain", "acquisition_lookalike"},
	"mark_reason": {"borderline", "worth_more", "new_onboard", "lapsed", "below_floor", "no_better_than_new"},
	"cac_reason":  whyNoCost, "ltv_cac_reason": append(slices.Clip(whyNoCost), "unknown_value"), "payback_reason": append(slices.Clip(whyNoCost), "not_yet"),
	"median_payback_reason": append(slices.Clip(whyNoCost), "not_yet", "no_monthly_cost"),
	"repeat_verdict":        comparisons, "margin_verdict": comparisons, "measure": {"segment", "mark", "lifecycle"},
	"cause": {"input_restated", "time_passed", "purchases_and_returns", "parameters", "replacement_and_cuts", "settings_or_program", "new", "gone"},
}

// valuesOfTable are those of a column of one table.
var valuesOfTable = map[string][]string{
	"channels.period": periods, "channels.scope": {"channel", "paid", "blended"},
	"repeat_windows.scope": {"all", "cohort", "channel"}, "repeat_curve.scope": {"all", "cohort", "channel"}, "margin_curve.scope": {"all", "cohort", "channel"},
	"backtest.target": {"purchases", "margin", "p_purchase"}, "kpis.unit": figureUnits,
}
