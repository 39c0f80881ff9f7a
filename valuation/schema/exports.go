package schema

// Exports are the tables that exports write beside those of a run.
var Exports = []Table{
	{Name: "members", Grain: "one row per customer in the files of an export, sorted by customer_id; in the export's folder", Columns: members},
	{Name: "former", Grain: "one row per customer and identifier that earlier exports of an audience gave its target and this one does not, sorted by customer_id and key; in the export's folder", Columns: former},
	{Name: "assigned", Grain: "one row per customer of a campaign, over all its parts; below campaigns/", Columns: assigned},
}

var members = []Column{
	asOf,
	{"customer_id", text, "", "the customer, as in customers"},
	{"arm", text, "", "champion or challenger; all where the audience has no campaign"},
	{"key_1", whole, "", "first 8 bytes of the SHA-256 of the first cell by which the target knows the row, as the target reads it; null where it is blank"},
	{"key_2", whole, "", "the same of the second such cell; null where the target has one"},
	{"key_3", whole, "", "the same of the third"},
	{"row_key", whole, "", "digest of the whole row, by which the next export sees whether it changed"},
}

var former = []Column{
	asOf,
	{"customer_id", text, "", "the customer to whom it belonged then"},
	{"key", whole, "", "digest of the identifier, as key_1 of members"},
	{"given_on", day, "day", "day of the last export of the audience that gave it"},
}

var assigned = []Column{
	{"campaign", text, "", "name of the campaign"},
	{"customer_id", text, "", "the customer, as in customers"},
	{"arm", text, "", "none (the campaign's holdout), champion, challenger, or global_holdout"},
	{"probability", decimal, "probability", "of any customer to come into the arm"},
	{"salt", text, "", "text that decides the arms with the campaign and the id"},
	{"clv", decimal, "money", "clv as of the assignment; 0 where no model could be fitted"},
	{"as_of", day, "day", "day of the assignment: the customer is watched from the next one on"},
}
