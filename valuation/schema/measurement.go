package schema

// MeasurementTables are the tables of a campaign's measurement, which stand in a
// folder of their own.
var MeasurementTables = []Table{
	{Name: "measure", Grain: "one row per arm, versus, metric and estimate", Columns: measure},
	{Name: "contact_quarantine", Grain: "one row per row of the contacts that is quarantined", Columns: contactQuarantine},
}

var measure = []Column{
	asOf,
	{"campaign", text, "", "name of the campaign"},
	{"arm", text, "", "none, champion or challenger, as assigned; global_holdout, and unassigned for customers in no arm, of assigned people and contacts only"},
	{"versus", text, "", "the arm that it is compared with; null where the figure is of the arm alone"},
	{"metric", text, "", "name of the figure"},
	{"estimate", text, "", "of comparisons: raw, or adjusted by the campaign's covariate (CUPED); null elsewhere"},
	{"value", decimal, "see unit", "the figure; null where it is not known"},
	{"low", decimal, "see unit", "lower end of the 95 % interval of a campaign that is measured once"},
	{"high", decimal, "see unit", "upper end of the same"},
	{"sequential_low", decimal, "see unit", "lower end of the interval that holds at all looks together in 95 % of campaigns; null where there is none"},
	{"sequential_high", decimal, "see unit", "upper end of the same"},
	{"standard_error", decimal, "see unit", "of a difference"},
	{"p_value", decimal, "probability", "two-sided, of no difference, for a campaign that is measured once"},
	{"unit", text, "", "customers, messages, money, share, ratio or probability"},
	{"n", whole, "customers", "assigned people behind the figure; of unassigned those contacted"},
	{"reason", text, "", "why the figure or an end is missing, or what stands in for it"},
}

var contactQuarantine = []Column{
	asOf,
	{"file", text, "", "contact file, relative to the folder that all contact files share"},
	{"row_number", whole, "", "row in the file, from 1"},
	{"reason", text, "", "why the row is not used"},
	{"customer_id", text, "", "who was contacted; null where that is missing"},
	{"campaign", text, "", "the campaign; null where that is missing"},
	{"sent_at", instant, "", "time of the send, as in the file"},
	{"cost", decimal, "money", "cost, as in the file; null where it is no number"},
}
