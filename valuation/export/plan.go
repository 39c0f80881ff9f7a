package export

import "cbv/valuation/pipeline"

// Steps are an export of one audience of a published run, in order.
var Steps = []pipeline.Step{
	{Name: "inputs", Kind: pipeline.Go, Makes: []string{"people_input", "suppression_input", "input_files", "identities_input", "earlier_rows", "former_rows", "changed_rows", "other_rows", "other_former_rows", "assignment_parts", "window_spends", "exited_arm"}},
	{Name: "identities", Kind: pipeline.Table, Folder: "intake"},
	{Name: "identity_faults", Kind: pipeline.View, Folder: "intake"},
	{Name: "identity_contract", Kind: pipeline.Go, Reads: []string{"identity_faults"}},
	choice,
	{Name: "people_rows", Kind: pipeline.Table, Folder: "exports"},
	{Name: "repeated_people", Kind: pipeline.Table, Folder: "exports"},
	{Name: "people", Kind: pipeline.View, Folder: "exports"},
	{Name: "merged_people", Kind: pipeline.Table, Folder: "exports"},
	{Name: "known_people", Kind: pipeline.View, Folder: "exports"},
	{Name: "people_counts", Kind: pipeline.View, Folder: "exports"},
	{Name: "suppression_rows", Kind: pipeline.View, Folder: "exports"},
	{Name: "objections_name_somebody", Kind: pipeline.Check, Folder: "exports"},
	{Name: "objections", Kind: pipeline.View, Folder: "exports"},
	{Name: "holdout_people", Kind: pipeline.View, Folder: "exports"},
	{Name: "first_assignments", Kind: pipeline.Table, Folder: "exports"},
	{Name: "inherited_arms", Kind: pipeline.View, Folder: "exports"},
	{Name: "assigned_people", Kind: pipeline.View, Folder: "exports"},
	{Name: "suppression", Kind: pipeline.Go, Reads: []string{"people_counts", "people_rows", "customers", "suppression_rows", "objections", "merged_people", "holdout_people", "inherited_arms", "assigned_people"}},

	{Name: "earlier_members", Kind: pipeline.Table, Folder: "exports"},
	customerLists, lists,
	chosen,
	{Name: "audience_rows", Kind: pipeline.View, Folder: "exports"},
	{Name: "audience_people", Kind: pipeline.View, Folder: "exports"},
	{Name: "full", Kind: pipeline.Go, Reads: []string{"audience_people"}, Makes: []string{"placed"}}, // and entered
	{Name: "members", Kind: pipeline.File, Folder: "exports", Key: []string{"customer_id"}},
	{Name: "held_keys", Kind: pipeline.Table, Folder: "exports"},
	{Name: "former", Kind: pipeline.File, Folder: "exports", Key: []string{"customer_id", "key"}},
	{Name: "audience_figures", Kind: pipeline.View, Folder: "exports"},
	{Name: "audience_spends", Kind: pipeline.View, Folder: "exports"},
	{Name: "power", Kind: pipeline.Go, Reads: []string{"audience_figures", "audience_spends"}},
	{Name: "given_rows", Kind: pipeline.Table, Folder: "exports"},
	{Name: "exited_rows", Kind: pipeline.View, Folder: "exports"},
	{Name: "exited", Kind: pipeline.Go, Reads: []string{"given_rows", "exited_rows"}},
	{Name: "removal_rows", Kind: pipeline.View, Folder: "exports"},
	{Name: "handed_rows", Kind: pipeline.View, Folder: "exports"},
	{Name: "suppressed", Kind: pipeline.Go, Reads: []string{"given_rows", "removal_rows", "handed_rows"}},
	{Name: "changes", Kind: pipeline.Go},
	{Name: "newly_assigned", Kind: pipeline.View, Folder: "exports"},
	{Name: "assignment", Kind: pipeline.Go, Reads: []string{"newly_assigned"}}, // before anything can be sent
}

// SizeSteps count the customers that an audience is made of.
var SizeSteps = []pipeline.Step{
	choice, customerLists, lists, chosen,
	{Name: "size", Kind: pipeline.Go, Reads: []string{"chosen"}},
}

var (
	choice        = pipeline.Step{Name: "choice", Kind: pipeline.Go, Makes: []string{"customers", "segment_lists", "audience_terms"}}
	customerLists = pipeline.Step{Name: "customer_lists", Kind: pipeline.View, Folder: "lists"}
	lists         = pipeline.Step{Name: "list_membership", Kind: pipeline.View, Folder: "lists"}
	chosen        = pipeline.Step{Name: "chosen", Kind: pipeline.Table, Folder: "exports"}
)

// CheckSteps hold the declared audiences to what can be known without a run.
var CheckSteps = []pipeline.Step{{Name: "declared", Kind: pipeline.Go, Makes: []string{"people_input", "suppression_input"}}}

// Actions are the Go steps of an export.
func (x *export) Actions() pipeline.Actions {
	return pipeline.Actions{
		"inputs":            x.mapInputs,
		"identity_contract": x.holdIdentities,
		"choice":            x.choose,
		"suppression":       x.fillSuppression,
		"full":              x.writeFull,
		"power":             x.reportPower,
		"exited":            x.writeExited,
		"suppressed":        x.writeSuppressed,
		"changes":           x.writeChanges,
		"assignment":        x.assign,
	}
}
