package export

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cbv/valuation/audience"
	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/parquetfile"
	"cbv/valuation/rfm"
	"cbv/valuation/schema"
	"cbv/valuation/source"
)

// inputs makes the views over the files and the small tables that no file gives.
func inputs(ctx context.Context, x *export) error {
	for i := range x.sides {
		if err := x.sides[i].Map(ctx, x.engine); err != nil {
			return err
		}
	}
	if err := source.SideFiles(ctx, x.engine, x.sides); err != nil {
		return err
	}
	if err := makeChoice(ctx, x.engine, x.run, x.Audience); err != nil {
		return err
	}
	if err := x.checkSpec(); err != nil {
		return err
	}
	err := x.engine.Rows(ctx, "audience_terms", termColumns, [][]driver.Value{x.termValues()})
	if err != nil {
		return err
	}
	var earlierFiles, parts []string
	for _, e := range x.held() {
		earlierFiles = append(earlierFiles, e.members)
	}
	if x.begun != nil {
		parts = x.begun.Parts
	}
	if err := tableOf(ctx, x.engine, "earlier_rows", "members", earlierFiles); err != nil {
		return err
	}
	return tableOf(ctx, x.engine, "assigned", "assigned", parts)
}

var termColumns = []engine.Column{
	{Name: "as_of", Type: "date"},
	{Name: "choice", Type: "varchar"},
	{Name: "choice_value", Type: "varchar"},
	{Name: "is_email", Type: "boolean"},
	{Name: "is_ads", Type: "boolean"},
	{Name: "has_suppression", Type: "boolean"},
	{Name: "has_global_holdout", Type: "boolean"},
	{Name: "earlier_exports", Type: "bigint"},
	{Name: "is_keyed_by_email", Type: "boolean"},
}

func (x *export) termValues() []driver.Value {
	choice, value := x.Audience.Choice()
	channel := x.channel()
	return []driver.Value{
		x.run.asOf, choice, value, channel == audience.EmailChannel, channel == audience.AdsChannel, len(x.sides[1].Files) > 0, x.design.GlobalHoldout > 0,
		int64(len(x.held())), x.target.Key == audience.Email,
	}
}

// tableOf makes a view over files of a table that exports write, an empty table
// without any.
func tableOf(ctx context.Context, e *engine.Engine, name, table string, files []string) error {
	if len(files) == 0 {
		return e.Rows(ctx, name, columnsOf(table), nil)
	}
	input := engine.Input{Name: name, Files: files}
	for _, column := range schema.ColumnNames(table) {
		input.Columns = append(input.Columns, engine.InputColumn{Name: column, Expression: engine.Identifier(column)})
	}
	return e.Input(ctx, input)
}

// columnsOf are the columns of a table as the engine makes them.
func columnsOf(table string) []engine.Column {
	var columns []engine.Column
	for _, column := range schema.ColumnsOf(table) {
		columns = append(columns, engine.Column{Name: column.Name, Type: column.Type})
	}
	return columns
}

// makeChoice makes the view customers, with is_chosen for the condition of an
// audience, and the table segment_lists.
func makeChoice(ctx context.Context, e *engine.Engine, run published, a config.Audience) error {
	if err := checkWhere(ctx, e, a); err != nil {
		return err
	}
	input := engine.Input{Name: "customers", Files: []string{run.customers}}
	for _, column := range schema.ColumnNames("customers") {
		input.Columns = append(input.Columns, engine.InputColumn{Name: column, Expression: engine.Identifier(column)})
	}
	input.Columns = append(input.Columns, chosenColumn(a))
	if err := e.Input(ctx, input); err != nil {
		return err
	}
	segments, err := rfm.Segments(run.segmentMap)
	if err != nil {
		return failure.Inputf("%s: %w", run.id, err)
	}
	if a.Segment != "" && !slices.Contains(segments, a.Segment) {
		return failure.Usagef("segment: the run's map %s has no %q: it has %s", run.segmentMap, a.Segment, strings.Join(segments, ", "))
	}
	var rows [][]driver.Value
	for _, segment := range segments {
		rows = append(rows, []driver.Value{segment, config.SegmentList(segment)})
	}
	return e.Rows(ctx, "segment_lists", []engine.Column{{Name: "segment", Type: "varchar"}, {Name: "list", Type: "varchar"}}, rows)
}

// chosenColumn tells whether a customer meets the condition of an audience.
func chosenColumn(a config.Audience) engine.InputColumn {
	chosen := "false"
	if a.Where != "" {
		chosen = a.Where
	}
	return engine.InputColumn{Name: "is_chosen", Expression: chosen, Type: "boolean"}
}

// blameWhere returns the error of a condition that cannot be computed, with the
// row but without the engine's words: they quote the value, which may be an id. It
// returns nil where the condition can be computed for every row.
func blameWhere(ctx context.Context, e *engine.Engine, run published, a config.Audience) error {
	file, err := parquetfile.ReadFooter(run.customers)
	if err != nil {
		return err
	}
	probe := engine.Input{Name: "condition_probe", Files: []string{run.customers}, Columns: []engine.InputColumn{chosenColumn(a)}}
	row, err := e.FirstUnread(ctx, probe, file.Rows)
	if err != nil || row == 0 {
		return err
	}
	return failure.Inputf("where: %s: cannot be computed for row %d of customers.parquet: make the condition give null for such a value, with try_cast or nullif", a.Where, row)
}

// checkWhere holds the condition of an audience to be one over the columns of
// customers.parquet. It needs no run.
func checkWhere(ctx context.Context, e *engine.Engine, a config.Audience) error {
	if a.Where == "" {
		return nil
	}
	columns := schema.ColumnNames("customers")
	_, err := e.CheckExpression(ctx, a.Where, columns)
	var unknown *engine.UnknownColumnError
	if errors.As(err, &unknown) {
		hint := ""
		if nearest := config.Nearest(unknown.Name, columns); nearest != "" {
			hint = fmt.Sprintf(": did you mean %q?", nearest)
		}
		return failure.Usagef("where: customers.parquet has no column %q%s", unknown.Name, hint)
	}
	if err != nil {
		return failure.Usagef("where: %s: %w", a.Where, err)
	}
	const probe = "condition_probe"
	if err := e.Rows(ctx, probe+"_customers", columnsOf("customers"), nil); err != nil {
		return err
	}
	if err := e.View(ctx, probe, "select (\n"+a.Where+"\n) as chosen from "+probe+"_customers"); err != nil {
		return failure.Usagef("where: %s: %w", a.Where, engine.Cause(err))
	}
	described, err := e.Describe(ctx, probe)
	if err != nil {
		return err
	}
	if described[0].Type != "BOOLEAN" {
		return failure.Usagef("where: %s is %s, and a condition is true or false", a.Where, described[0].Type)
	}
	return nil
}
