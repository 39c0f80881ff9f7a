package measurement

import (
	"slices"

	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
)

// Steps measure a campaign: the contract, of which nothing is published here, and
// what the assigned people did since.
var Steps = slices.Concat(pipeline.Unpublished(intake.Steps), []pipeline.Step{
	{Name: "campaign", Kind: pipeline.Go, Reads: []string{"params"}, Makes: []string{"campaign_terms", "campaign_files", "assignment_parts", "contacts_input"}},
	{Name: "first_assignments", Kind: pipeline.Table, Folder: "exports"},
	{Name: "merged_assignments", Kind: pipeline.View, Folder: "campaigns"},
	{Name: "assignments", Kind: pipeline.Table, Folder: "campaigns"},
	{Name: "assigned_days", Kind: pipeline.Table, Folder: "campaigns"},
	{Name: "contact_rows", Kind: pipeline.Table, Folder: "campaigns"},
	{Name: "contacted", Kind: pipeline.Table, Folder: "campaigns"},
	{Name: "outcomes", Kind: pipeline.Table, Folder: "campaigns"},
	{Name: "outcome_values", Kind: pipeline.Table, Folder: "campaigns"},
	{Name: "winsorise_cap", Kind: pipeline.Go, Reads: []string{"outcome_values"}, Makes: []string{"winsorise_cap"}},
	{Name: "arm_sums", Kind: pipeline.Table, Folder: "campaigns"},
	{Name: "contact_row_counts", Kind: pipeline.Table, Folder: "campaigns"},
	{Name: "contact_quarantine", Kind: pipeline.File, Folder: "campaigns", Key: []string{"file", "row_number"}},
	{Name: "contact_counts", Kind: pipeline.Table, Folder: "campaigns"},
	{Name: "contact_nights", Kind: pipeline.Table, Folder: "campaigns"},
	{Name: "assignments_are_sound", Kind: pipeline.Check, Folder: "checks"},
	{Name: "contacts_add_up", Kind: pipeline.Check, Folder: "checks"},
	{Name: "measurement", Kind: pipeline.Go, Reads: []string{"arm_sums", "assigned_days", "merged_assignments", "contact_counts", "contact_nights", "contact_row_counts"}, Makes: []string{"measured_figures"}},
	{Name: "measure", Kind: pipeline.File, Folder: "campaigns", Key: []string{"arm", "versus", "metric", "estimate"}},
})

// Actions are the Go steps of the measurement.
func (m *Measurement) Actions() pipeline.Actions {
	return pipeline.Actions{
		"campaign":      m.mapCampaign,
		"winsorise_cap": m.makeCap,
		"measurement":   m.measureArms,
	}
}
