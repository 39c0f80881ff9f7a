package intake

import "cbv/valuation/pipeline"

// Steps hold the input to its contract: they classify every row, and set the
// day from which the plan looks. Every plan over orders begins with them.
var Steps = []pipeline.Step{
	{Name: "inputs", Kind: pipeline.Go, Makes: []string{"orders_input", "order_files", "identities_input", "rates_input", "rate_days", "spend_input", "surveys_input", "input_files", "calendar", "input_limits", "windows", "attribute_slots", "start_attributes", "rfm_map", "segment_lists"}},
	{Name: "identities", Kind: pipeline.Table, Folder: "intake"},
	{Name: "identity_faults", Kind: pipeline.View, Folder: "intake"},
	{Name: "merged_customers", Kind: pipeline.View, Folder: "intake"},
	{Name: "identity_contract", Kind: pipeline.Go, Reads: []string{"identity_faults", "merged_customers"}},
	{Name: "dated_rows", Kind: pipeline.View, Folder: "intake"},
	{Name: "order_rate_days", Kind: pipeline.Table, Folder: "intake"},
	{Name: "order_rows", Kind: pipeline.View, Folder: "intake"},
	{Name: "superseded_rows", Kind: pipeline.Table, Folder: "intake"},
	{Name: "repeated_orders", Kind: pipeline.Table, Folder: "intake"},
	{Name: "orders", Kind: pipeline.Table, Folder: "intake"},
	{Name: "order_days", Kind: pipeline.Table, Folder: "intake"},
	{Name: "last_order_places", Kind: pipeline.View, Folder: "intake"},
	{Name: AsOfStep, Kind: pipeline.Go, Reads: []string{"order_days", "last_order_places"}, Makes: []string{"months", "compared_periods"}},
	{Name: "params", Kind: pipeline.Go, Makes: []string{"params", "past_days", "purchase_weights", "looks", "watched_days"}},
	{Name: "personal_looks", Kind: pipeline.View, Folder: "intake"},
	{Name: "several_row_orders", Kind: pipeline.Table, Folder: "intake"},
	{Name: "version_rows", Kind: pipeline.Table, Folder: "intake"},
	{Name: "order_versions", Kind: pipeline.Table, Folder: "intake"},
	{Name: "version_money", Kind: pipeline.Table, Folder: "intake"},
	{Name: "returned_orders", Kind: pipeline.Table, Folder: "intake"},
	{Name: "order_worths", Kind: pipeline.Table, Folder: "intake"},
	{Name: "order_returns", Kind: pipeline.Table, Folder: "intake"},
	{Name: "customer_days", Kind: pipeline.Table, Folder: "intake"},
	{Name: "look_days", Kind: pipeline.Table, Folder: "intake"},
	{Name: "voided_purchases", Kind: pipeline.Table, Folder: "intake"},
	{Name: "purchase_counts", Kind: pipeline.Table, Folder: "intake"},
	{Name: "row_counts", Kind: pipeline.Table, Folder: "intake"},
	{Name: "quarantine", Kind: pipeline.File, Folder: "intake", Key: []string{"file", "row_number"}},
	{Name: "quarantine_places", Kind: pipeline.View, Folder: "intake"},
	{Name: "other_currencies", Kind: pipeline.View, Folder: "intake"},
	{Name: "spend_rows", Kind: pipeline.Table, Folder: "intake"},
	{Name: "survey_rows", Kind: pipeline.Table, Folder: "intake"},
	{Name: "input_counts", Kind: pipeline.Table, Folder: "intake"},
	{Name: "input_quarantine", Kind: pipeline.File, Folder: "intake", Key: []string{"input", "file", "row_number"}},
	{Name: "contract", Kind: pipeline.Go, Reads: []string{"row_counts", "voided_purchases", "purchase_counts", "quarantine_places", "other_currencies", "input_counts", "input_quarantine"}},
}

// AsOfStep is the step after which the as-of day is known.
const AsOfStep = "as_of"

// Starts is what a check makes to see whether the files start in the middle of the
// shop's life, which a run says of its base.
var Starts = []pipeline.Step{
	{Name: "first_months", Kind: pipeline.Table, Folder: "intake"},
}
