// Package movement says what moved between two runs, and by what: it gives SQL the
// customers of the earlier one, its cut points and worth of a replacement, and what the
// models of both say of each history that lies between.
package movement

import (
	"context"
	"path/filepath"
	"slices"
	"time"

	"cbv/valuation/calendar"
	"cbv/valuation/engine"
	"cbv/valuation/parquetfile"
	"cbv/valuation/pipeline"
	"cbv/valuation/schema"
	"cbv/valuation/scoring"
)

// The causes of movement, in the order in which they are taken.
const (
	restated   = "input_restated"        // rows that came late or were changed
	timePassed = "time_passed"           // without a purchase
	purchases  = "purchases_and_returns" // since
	parameters = "parameters"            // of the models, and all else that is estimated of the base
	terms      = "replacement_and_cuts"  // the worth of a replacement, cut points
	settings   = "settings_or_program"
	came       = "new"
	left       = "gone"
)

// Causes are all causes, in the order in which they are taken.
var Causes = []string{restated, timePassed, purchases, parameters, terms, settings, came, left}

// Earlier gives SQL the run before, ahead of the facts that are held against it.
var Earlier = []pipeline.Step{
	{Name: "predecessor", Kind: pipeline.Go, Makes: []string{"predecessor", "before"}},
}

// Restated holds what the files now say of the day of the run before against it.
var Restated = []pipeline.Step{
	{Name: "restated", Kind: pipeline.File, Folder: "facts", Key: []string{"customer_id"}},
}

// Steps are those of movement, once everything that a run publishes of its customers is
// known.
var Steps = []pipeline.Step{
	{Name: "movement_terms", Kind: pipeline.Go, Reads: []string{"kpis"}, Makes: []string{"movement_terms", "movement_maps", "moved_groups"}},
	{Name: "moved_facts", Kind: pipeline.Table, Folder: "movement"},
	{Name: "moved_histories", Kind: pipeline.Table, Folder: "movement"},
	{Name: "moved_scores", Kind: pipeline.Go, Reads: []string{"moved_histories"}, Makes: []string{"moved_scores"}},
	{Name: "moved_values", Kind: pipeline.Table, Folder: "movement"},
	{Name: "moves", Kind: pipeline.View, Folder: "movement"},
	{Name: "movement", Kind: pipeline.File, Folder: "movement", Key: []string{"measure", "moved_from", "moved_to", "cause"}},
}

// Movement is what moved since an earlier run.
type Movement struct {
	*pipeline.Context
	scoring *scoring.Scoring // of the run under way
	find    func() string

	before Standing // zero without an earlier run
	after  Standing
}

// New returns the movement of a run since the one whose folder find returns, "" without
// one.
func New(c *pipeline.Context, s *scoring.Scoring, find func() string) *Movement {
	return &Movement{Context: c, scoring: s, find: find}
}

// Actions are the Go steps of movement.
func (m *Movement) Actions() pipeline.Actions {
	return pipeline.Actions{"predecessor": m.makePredecessor, "movement_terms": m.makeOwnTerms, "moved_scores": m.makeScores}
}

// predecessor is the row of the table: the run before, and what comparing with it takes.
type predecessor struct {
	AsOf          time.Time
	BeforeDay     time.Time
	DaysPassed    int64
	MinorPerUnit  int64
	HasOtherTerms bool
}

// comparedColumns are the columns of customers.parquet that two runs are compared by.
var comparedColumns = []string{
	"customer_id", "first_channel", "first_purchase_date", "last_purchase_date", "purchases", "revenue", "repeat_purchases", "age_at_last_purchase_days", "customer_age_days",
	"days_since_last_purchase", "p_purchase_365d", "expected_purchase_value", "clv", "segment", "lifecycle", "mark",
}

// makePredecessor reads what the run before says of itself, and makes its customers a
// view; both tables are empty without one, or where it cannot be read any more.
func (m *Movement) makePredecessor(ctx context.Context) error {
	folder := m.find()
	if folder == "" {
		if err := engine.Insert(ctx, m.Engine, "predecessor", []predecessor(nil)); err != nil {
			return err
		}
		return mapCustomers(ctx, m.Engine, "before", "")
	}
	var err error
	if m.before, err = ReadStanding(ctx, folder); err != nil {
		return err
	}
	m.after = Standing{Settings: m.Config, Program: m.Program.Version, AsOf: m.Days.AsOf}
	return m.compare(ctx, folder)
}

// compare makes predecessor and before.
func (m *Movement) compare(ctx context.Context, folder string) error {
	if err := m.insertPredecessor(ctx); err != nil {
		return err
	}
	return mapCustomers(ctx, m.Engine, "before", filepath.Join(folder, customersFile))
}

// insertPredecessor makes predecessor.
func (m *Movement) insertPredecessor(ctx context.Context) error {
	row := predecessor{
		AsOf: m.after.AsOf, BeforeDay: m.before.AsOf, DaysPassed: int64(calendar.DaysBetween(m.before.AsOf, m.after.AsOf)), MinorPerUnit: m.Minor,
		HasOtherTerms: m.before.differsFrom(m.after),
	}
	return engine.Insert(ctx, m.Engine, "predecessor", []predecessor{row})
}

// makeOwnTerms makes the terms of the run under way, once its figures are known.
func (m *Movement) makeOwnTerms(ctx context.Context) error {
	if m.before.AsOf.IsZero() {
		return m.makeTerms(ctx)
	}
	var err error
	if m.after.figures, err = figuresOf(ctx, m.Engine); err != nil {
		return err
	}
	if m.after.Cuts, err = cutsOf(m.scoring.RFMCuts(), m.Config); err != nil {
		return err
	}
	m.after.Groups = m.scoring.Groups()
	return m.makeTerms(ctx)
}

const customersFile = "customers.parquet"

// mapCustomers makes the customers of a run a view, an empty table without a path.
func mapCustomers(ctx context.Context, e engine.Engine, name, path string) error {
	return mapTable(ctx, e, name, path, "customers", comparedColumns)
}

// mapTable makes columns of a published table a view, an empty table without a path.
func mapTable(ctx context.Context, e engine.Engine, name, path, table string, wanted []string) error {
	if path == "" {
		return insertRecord(ctx, e, name, table, wanted, nil)
	}
	types := typesOf(table)
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	footer, err := parquetfile.ReadFooter(resolved)
	if err != nil {
		return err
	}
	var columns []engine.InputColumn
	for _, column := range wanted {
		expression := engine.Identifier(column)
		if !slices.ContainsFunc(footer.Columns, func(c parquetfile.Column) bool { return c.Name == column }) {
			expression = "null" // an older program did not have it
		}
		columns = append(columns, engine.InputColumn{Name: column, Expression: expression, Type: types[column]})
	}
	return e.Input(ctx, engine.Input{Name: name, Files: []string{resolved}, Columns: columns})
}

// typesOf are the types of a published table's columns.
func typesOf(table string) map[string]engine.Type {
	types := map[string]engine.Type{}
	for _, column := range schema.ColumnsOf(table) {
		types[column.Name] = engine.TypeOf(column.Type)
	}
	return types
}
