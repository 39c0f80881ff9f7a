package suspicion

import "cbv/valuation/pipeline"

// Profile draws what the orders look like, and holds it against what a shop looks
// like. It is part of a run and of a check.
var Profile = []pipeline.Step{
	{Name: "unmapped", Kind: pipeline.Go, Makes: []string{"unmapped_input"}},
	{Name: "rounding", Kind: pipeline.Table, Folder: "intake"},
	{Name: "unmapped_values", Kind: pipeline.Table, Folder: "intake"},
	{Name: "unused_versions", Kind: pipeline.Table, Folder: "intake"},
	{Name: "file_channels", Kind: pipeline.Table, Folder: "intake"},
	{Name: "order_parts", Kind: pipeline.Table, Folder: "intake"},
	{Name: "several_row_sums", Kind: pipeline.Table, Folder: "intake"},
	{Name: "line_counts", Kind: pipeline.Table, Folder: "intake"},
	{Name: "orders_in_two_files", Kind: pipeline.Table, Folder: "intake"},
	{Name: "orders_left_out_elsewhere", Kind: pipeline.Table, Folder: "intake"},
	{Name: "later_amounts", Kind: pipeline.Table, Folder: "intake"},
	{Name: "stray_returns", Kind: pipeline.Table, Folder: "intake"},
	{Name: "equal_rows", Kind: pipeline.Table, Folder: "intake"},
	{Name: "profile_customers", Kind: pipeline.Table, Folder: "intake"},
	{Name: "alike_ids", Kind: pipeline.Table, Folder: "intake"},
	{Name: "suspect_ids", Kind: pipeline.Table, Folder: "intake"},
	{Name: "suspect_places", Kind: pipeline.View, Folder: "intake"},
	{Name: "purchase_values", Kind: pipeline.Table, Folder: "intake"},
	{Name: "base_profile", Kind: pipeline.Table, Folder: "intake"},
	{Name: "suspicions", Kind: pipeline.Go, Reads: []string{
		"rounding", "unmapped_values", "unused_versions", "file_channels", "file_days", "several_row_sums", "line_counts", "orders_in_two_files", "orders_left_out_elsewhere", "later_amounts", "stray_returns",
		"equal_rows", "alike_ids", "suspect_ids", "suspect_places", "base_profile",
	}, Makes: []string{"shared_ids"}},
}

// Compared holds what the files have of past days against what they had for the
// earlier run. It is part of a run and of a check, in which the step Earlier finds
// that run.
var Compared = []pipeline.Step{
	{Name: "file_days", Kind: pipeline.Table, Folder: "intake"},
	{Name: "days", Kind: pipeline.File, Folder: "intake", Key: []string{"day", "file"}},
	{Name: "earlier_run", Kind: pipeline.Go, Makes: []string{"earlier_days", "month_days", "earlier_base"}},
	{Name: "day_changes", Kind: pipeline.Table, Folder: "intake"},
	{Name: "compared_days", Kind: pipeline.Go, Reads: []string{"day_changes"}, Makes: []string{"changed_days", "compared_span"}},
	{Name: "file_changes", Kind: pipeline.View, Folder: "intake"},
	{Name: "earlier_customers", Kind: pipeline.View, Folder: "intake"},
	{Name: "gone_customers", Kind: pipeline.Table, Folder: "intake"},
	{Name: "comparison", Kind: pipeline.Go, Reads: []string{"file_changes", "gone_customers"}},
}

// Record holds what earlier runs published against what came. It is part of a run, and
// reads the facts.
var Record = []pipeline.Step{
	{Name: "published", Kind: pipeline.Go, Makes: []string{"published_chances"}},
	{Name: "published_buyers", Kind: pipeline.Table, Folder: "facts"},
	{Name: "record", Kind: pipeline.Go, Reads: []string{"published_buyers"}},
}
