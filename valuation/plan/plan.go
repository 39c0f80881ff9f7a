// Package plan is the order of a run, as data: what each step reads, what it
// makes, and the key that makes its rows unique. Nothing else knows the order.
package plan

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// Kind says what becomes of a step.
type Kind string

// The kinds of step. All but Go are one SQL file, named after the step.
const (
	View  Kind = "view"
	Table Kind = "table"
	File  Kind = "file"  // a published Parquet file, sorted by the key
	Lists Kind = "lists" // one published CSV file per value of its column list, sorted by the key
	Check Kind = "check" // returns the offenders; none must be left
	Go    Kind = "go"    // mathematics, or a small table that Go holds
)

// Step is one step of a run.
type Step struct {
	Name   string
	Kind   Kind
	Folder string   // below sql/, where Name.sql stands; "" for Go steps
	Reads  []string // of Go steps; a SQL file states its own
	Makes  []string // of Go steps; a SQL file makes the table of its name
	Key    []string // of files and lists: the unique sort key
}

// Nightly is the run, in order.
var Nightly = []Step{
	{Name: "inputs", Kind: Go, Makes: []string{"orders_input", "order_files", "spend_input", "surveys_input", "input_files", "calendar", "windows", "rfm_map", "segment_lists"}},
	{Name: "order_rows", Kind: View, Folder: "stage"},
	{Name: "order_days", Kind: Table, Folder: "stage"},
	{Name: "last_order_places", Kind: View, Folder: "stage"},
	{Name: "as_of", Kind: Go, Reads: []string{"order_days", "last_order_places"}, Makes: []string{"params", "months", "compared_periods"}},
	{Name: "repeated_orders", Kind: Table, Folder: "stage"},
	{Name: "orders", Kind: Table, Folder: "stage"},
	{Name: "customer_days", Kind: Table, Folder: "stage"},
	{Name: "row_counts", Kind: Table, Folder: "stage"},
	{Name: "quarantine", Kind: File, Folder: "stage", Key: []string{"file", "row_number"}},
	{Name: "quarantine_places", Kind: View, Folder: "stage"},
	{Name: "spend_rows", Kind: Table, Folder: "acquisition"},
	{Name: "survey_rows", Kind: Table, Folder: "acquisition"},
	{Name: "input_counts", Kind: Table, Folder: "acquisition"},
	{Name: "input_quarantine", Kind: File, Folder: "acquisition", Key: []string{"input", "file", "row_number"}},
	{Name: "contract", Kind: Go, Reads: []string{"row_counts", "quarantine_places", "input_counts", "input_quarantine"}},

	{Name: "first_purchases", Kind: Table, Folder: "customers"},
	{Name: "first_channels", Kind: Table, Folder: "customers"},
	{Name: "customer_totals", Kind: Table, Folder: "customers"},
	{Name: "returns_only", Kind: Table, Folder: "customers"},
	{Name: "summary", Kind: Table, Folder: "customers"},
	{Name: "cohort_sizes", Kind: Table, Folder: "customers"},
	{Name: "base", Kind: Go, Reads: []string{"returns_only", "cohort_sizes"}},
	{Name: "cohort_activity", Kind: Table, Folder: "base"}, // here, so that customer_days can go soon
	{Name: "day_money", Kind: Table, Folder: "lenses"},     // here, as all that reads every customer
	{Name: "returns_only_activity", Kind: Table, Folder: "lenses"},
	{Name: "period_activity", Kind: Table, Folder: "lenses"},
	{Name: "revenue_deciles", Kind: Table, Folder: "lenses"},
	{Name: "period_groups", Kind: Table, Folder: "lenses"},

	{Name: "spend_days", Kind: Table, Folder: "acquisition"},
	{Name: "newcomer_days", Kind: Table, Folder: "acquisition"},
	{Name: "periods", Kind: Go, Reads: []string{"spend_days", "newcomer_days"}, Makes: []string{"periods", "spend_gaps"}},
	{Name: "channel_costs", Kind: Table, Folder: "acquisition"},
	{Name: "newcomer_margins", Kind: Table, Folder: "acquisition"},
	{Name: "newcomer_activity", Kind: Table, Folder: "acquisition"},
	{Name: "payback_waits", Kind: Table, Folder: "acquisition"},
	{Name: "paybacks", Kind: Go, Reads: []string{"channel_costs", "newcomer_days", "newcomer_activity", "payback_waits"}, Makes: []string{"paybacks"}},

	{Name: "channel_sizes", Kind: Table, Folder: "customers"},
	{Name: "candidate_groups", Kind: Go, Reads: []string{"channel_sizes"}, Makes: []string{"candidate_groups"}},

	{Name: "backtest_sample", Kind: Table, Folder: "backtest"},
	{Name: "backtest_members", Kind: Table, Folder: "backtest"},
	{Name: "backtest_customers", Kind: Table, Folder: "backtest"},
	{Name: "backtest_fits", Kind: Go, Reads: []string{"backtest_sample", "backtest_customers"}},

	{Name: "histories", Kind: Table, Folder: "customers"},
	{Name: "spend_sample", Kind: Table, Folder: "customers"},
	{Name: "spend_histories", Kind: Table, Folder: "customers"},
	{Name: "fit", Kind: Go, Reads: []string{"histories", "spend_histories", "cohort_activity"}, Makes: []string{"scores", "outlooks", "parameter_places", "fit_groups", "backtest_scores"}},
	{Name: "backtest", Kind: File, Folder: "backtest", Key: []string{"model", "target", "metric", "decile"}},

	{Name: "rfm_quintiles", Kind: Table, Folder: "customers"},
	{Name: "rfm_cuts", Kind: Go, Reads: []string{"rfm_quintiles"}, Makes: []string{"rfm_cuts"}},
	{Name: "rfm", Kind: View, Folder: "customers"},
	{Name: "base_rates", Kind: Table, Folder: "customers"},
	{Name: "channel_margins", Kind: Table, Folder: "customers"},
	{Name: "value", Kind: View, Folder: "customers"},
	{Name: "newcomer_curve", Kind: Go, Reads: []string{"scores"}, Makes: []string{"newcomer_curve"}},
	{Name: "newcomer_values", Kind: Table, Folder: "acquisition"},
	{Name: "channel_values", Kind: Table, Folder: "acquisition"},
	{Name: "replacement", Kind: Table, Folder: "customers"},
	{Name: "marks", Kind: View, Folder: "customers"},
	{Name: "seed_cut", Kind: Table, Folder: "customers"},
	{Name: "customers", Kind: File, Folder: "customers", Key: []string{"customer_id"}},

	{Name: "top_customers", Kind: Table, Folder: "base"},
	{Name: "value_sums", Kind: Table, Folder: "base"},
	{Name: "exposure", Kind: View, Folder: "base"},
	{Name: "value_intervals", Kind: Go, Reads: []string{"value_sums", "base_rates"}, Makes: []string{"value_intervals"}},
	{Name: "segments", Kind: File, Folder: "base", Key: []string{"segment"}},
	{Name: "cohorts", Kind: File, Folder: "base", Key: []string{"cohort_month", "age_months"}},
	{Name: "second_purchases", Kind: Table, Folder: "base"},
	{Name: "repeat_counts", Kind: View, Folder: "base"},
	{Name: "repeat_rates", Kind: Go, Reads: []string{"repeat_counts"}, Makes: []string{"repeat_rates"}},
	{Name: "repeat_windows", Kind: File, Folder: "base", Key: []string{"scope", "cohort_month", "channel", "window_days"}},
	{Name: "repeat_waits", Kind: View, Folder: "base"},
	{Name: "repeat_probabilities", Kind: Go, Reads: []string{"repeat_waits"}, Makes: []string{"repeat_probabilities"}},
	{Name: "repeat_curve", Kind: File, Folder: "base", Key: []string{"scope", "cohort_month", "channel", "day"}},
	{Name: "revenue_holders", Kind: View, Folder: "base"},
	{Name: "revenue_concentration", Kind: Go, Reads: []string{"revenue_holders"}, Makes: []string{"revenue_concentration"}},
	{Name: "concentration", Kind: File, Folder: "base", Key: []string{"metric"}},
	{Name: "returning_shares", Kind: View, Folder: "base"},

	{Name: "lens_spread", Kind: View, Folder: "lenses"},
	{Name: "lens_change", Kind: View, Folder: "lenses"},
	{Name: "lens_cohort", Kind: View, Folder: "lenses"},
	{Name: "lens_ages", Kind: View, Folder: "lenses"},
	{Name: "lens_base", Kind: View, Folder: "lenses"},
	{Name: "lenses", Kind: File, Folder: "lenses", Key: []string{"lens", "period", "period_start", "cohort", "age_months", "customer_group"}},
	{Name: "survivors", Kind: Table, Folder: "base"},
	{Name: "retention_counts", Kind: View, Folder: "base"},
	{Name: "retention_rates", Kind: Go, Reads: []string{"retention_counts"}, Makes: []string{"retention_rates"}},
	{Name: "retention_figures", Kind: View, Folder: "base"},

	{Name: "channels", Kind: File, Folder: "acquisition", Key: []string{"period", "period_start", "scope", "channel"}},
	{Name: "survey_scores", Kind: Table, Folder: "acquisition"},
	{Name: "satisfaction", Kind: File, Folder: "acquisition", Key: []string{"scope", "name"}},
	{Name: "acquisition_kpis", Kind: View, Folder: "acquisition"},
	{Name: "kpis", Kind: File, Folder: "base", Key: []string{"metric", "month", "channel"}},

	{Name: "audiences", Kind: Lists, Folder: "lists", Key: []string{"customer_id"}},

	{Name: "rows_add_up", Kind: Check, Folder: "checks"},
	{Name: "money_adds_up", Kind: Check, Folder: "checks"},
	{Name: "cohorts_add_up", Kind: Check, Folder: "checks"},
	{Name: "acquisition_adds_up", Kind: Check, Folder: "checks"},
	{Name: "customers_are_sound", Kind: Check, Folder: "checks"},
	{Name: "lenses_add_up", Kind: Check, Folder: "checks"},
}

// Export is an export of one audience of a published run, in order.
var Export = []Step{
	{Name: "inputs", Kind: Go, Makes: []string{"customers", "people_input", "suppression_input", "input_files", "audience_terms", "segment_lists", "earlier_rows", "assigned"}},
	{Name: "people_rows", Kind: Table, Folder: "exports"},
	{Name: "repeated_people", Kind: Table, Folder: "exports"},
	{Name: "people", Kind: View, Folder: "exports"},
	{Name: "people_counts", Kind: View, Folder: "exports"},
	{Name: "suppression_rows", Kind: View, Folder: "exports"},
	{Name: "objections_name_somebody", Kind: Check, Folder: "exports"},
	{Name: "objections", Kind: View, Folder: "exports"},
	{Name: "holdout_people", Kind: View, Folder: "exports"},
	{Name: "assigned_people", Kind: View, Folder: "exports"},
	{Name: "suppression", Kind: Go, Reads: []string{"people_counts", "people_rows", "customers", "suppression_rows", "objections", "holdout_people", "assigned_people"}},

	{Name: "earlier_members", Kind: Table, Folder: "exports"},
	{Name: "audiences", Kind: View, Folder: "lists"},
	{Name: "chosen", Kind: Table, Folder: "exports"},
	{Name: "audience_rows", Kind: View, Folder: "exports"},
	{Name: "full", Kind: Go, Reads: []string{"audience_rows"}, Makes: []string{"placed"}}, // and entered
	{Name: "members", Kind: File, Folder: "exports", Key: []string{"customer_id"}},
	{Name: "audience_figures", Kind: View, Folder: "exports"},
	{Name: "power", Kind: Go, Reads: []string{"audience_figures"}},
	{Name: "exited_rows", Kind: View, Folder: "exports"},
	{Name: "exited", Kind: Go, Reads: []string{"exited_rows"}},
	{Name: "removal_rows", Kind: View, Folder: "exports"},
	{Name: "suppressed", Kind: Go, Reads: []string{"removal_rows"}},
	{Name: "newly_assigned", Kind: View, Folder: "exports"},
	{Name: "assignment", Kind: Go, Reads: []string{"newly_assigned"}}, // before anything can be sent
}

// Backtest is the part of the run that tests the models on the shop's own past.
var Backtest = upTo("backtest")

// upTo returns the steps of the run up to the one of a name.
func upTo(name string) []Step {
	return Nightly[:1+slices.IndexFunc(Nightly, func(s Step) bool { return s.Name == name })]
}

// Contract is the part of the run that holds the input to its contract.
var Contract = upTo("contract")

// Measure measures a campaign: the contract, of which nothing is published here,
// and what the assigned people did since.
var Measure = slices.Concat(Unpublished(Contract), []Step{
	{Name: "campaign", Kind: Go, Reads: []string{"params"}, Makes: []string{"campaign_terms", "campaign_files", "assignment_parts", "contacts_input"}},
	{Name: "assignments", Kind: Table, Folder: "campaigns"},
	{Name: "outcomes", Kind: Table, Folder: "campaigns"},
	{Name: "outcome_values", Kind: Table, Folder: "campaigns"},
	{Name: "winsorise_cap", Kind: Go, Reads: []string{"outcome_values"}, Makes: []string{"winsorise_cap"}},
	{Name: "arm_sums", Kind: Table, Folder: "campaigns"},
	{Name: "contact_rows", Kind: Table, Folder: "campaigns"},
	{Name: "contact_row_counts", Kind: Table, Folder: "campaigns"},
	{Name: "contact_quarantine", Kind: File, Folder: "campaigns", Key: []string{"file", "row_number"}},
	{Name: "contact_counts", Kind: Table, Folder: "campaigns"},
	{Name: "assignments_are_sound", Kind: Check, Folder: "checks"},
	{Name: "contacts_add_up", Kind: Check, Folder: "checks"},
	{Name: "measurement", Kind: Go, Reads: []string{"arm_sums", "contact_counts", "contact_row_counts"}, Makes: []string{"measured_figures"}},
	{Name: "measure", Kind: File, Folder: "campaigns", Key: []string{"arm", "versus", "metric", "estimate"}},
})

// Unpublished returns the steps with views in place of the files, so that they
// leave nothing behind.
func Unpublished(steps []Step) []Step {
	unpublished := slices.Clone(steps)
	for i := range unpublished {
		if unpublished[i].Kind == File {
			unpublished[i].Kind, unpublished[i].Key = View, nil
		}
	}
	return unpublished
}

// Header is what a SQL file says of itself in its opening comment.
type Header struct {
	Name  string
	What  string
	Grain string
	Reads []string
}

var headerPattern = regexp.MustCompile(`(?s)^-- ([a-z0-9_]+): (.+?)\n-- grain: ([^\n]+)\n-- reads: ([^\n]+)\n`)

// ParseHeader reads the opening comment of a SQL file.
func ParseHeader(text string) (Header, error) {
	match := headerPattern.FindStringSubmatch(text)
	if match == nil {
		return Header{}, fmt.Errorf("header is not `-- name: what`, `-- grain: …`, `-- reads: a, b`")
	}
	first, _, _ := strings.Cut(match[2], "\n--\n")
	what := strings.ReplaceAll(first, "\n-- ", " ")
	return Header{Name: match[1], What: what, Grain: match[3], Reads: strings.Split(match[4], ", ")}, nil
}

// Entry is a step as it is shown and recorded.
type Entry struct {
	Name  string   `json:"name"`
	Kind  Kind     `json:"kind"`
	File  string   `json:"file,omitempty"` // below sql/
	Reads []string `json:"reads"`
	Makes []string `json:"makes"`
	Grain string   `json:"grain,omitempty"`
	Key   []string `json:"key,omitempty"`
	SQL   string   `json:"-"`
}

// Load joins steps with their SQL files.
func Load(files fs.FS, steps []Step) ([]Entry, error) {
	var entries []Entry
	for _, step := range steps {
		entry := Entry{Name: step.Name, Kind: step.Kind, Reads: step.Reads, Makes: step.Makes, Key: step.Key}
		if step.Kind != Go {
			entry.File = step.Folder + "/" + step.Name + ".sql"
			text, err := fs.ReadFile(files, entry.File)
			if err != nil {
				return nil, err
			}
			header, err := ParseHeader(string(text))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", entry.File, err)
			}
			entry.Reads, entry.Grain, entry.SQL = header.Reads, header.Grain, string(text)
			entry.Makes = []string{step.Name}
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// LastUses returns, for each entry, the tables that nothing after it reads, so
// that they can be dropped. What reads a view reads all that the view reads.
func LastUses(entries []Entry) [][]string {
	behind := map[string][]string{} // the tables behind each name
	last := map[string]int{}
	for i, entry := range entries {
		var tables []string
		for _, name := range entry.Reads {
			tables = append(tables, behind[name]...)
		}
		if entry.Kind != View {
			for _, table := range tables {
				last[table] = i
			}
		}
		for _, name := range entry.Makes {
			behind[name] = []string{name}
			if entry.Kind == View {
				behind[name] = tables
			}
		}
	}
	uses := make([][]string, len(entries))
	for _, entry := range entries {
		if entry.Kind != Table {
			continue // files are published, and what Go makes is small
		}
		if end, ok := last[entry.Name]; ok {
			uses[end] = append(uses[end], entry.Name)
		}
	}
	return uses
}
