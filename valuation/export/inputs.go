package export

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/experiment"
	"cbv/valuation/failure"
	"cbv/valuation/intake"
	"cbv/valuation/parquetfile"
	"cbv/valuation/platform"
	"cbv/valuation/schema"
	"cbv/valuation/source"
)

// mapInputs makes the views over the files, and the tables of what earlier exports
// wrote.
func (x *export) mapInputs(ctx context.Context) error {
	for _, input := range x.auxiliary() {
		if err := input.Map(ctx, x.Engine); err != nil {
			return err
		}
	}
	if err := source.ListFiles(ctx, x.Engine, "input_files", []source.Auxiliary{x.people, x.objecting, x.identities}); err != nil {
		return err
	}
	var parts, spends []string
	earlierFiles, formerFiles := tablesOf(x.held())
	changedFiles, changedFormer := tablesOf(x.changed)
	otherFiles, otherFormer := tablesOf(x.others)
	if x.begun != nil {
		parts = x.begun.Parts
	}
	if x.run.spends != "" {
		spends = []string{x.run.spends}
	}
	for _, table := range []struct {
		name, table string
		files       []string
	}{
		{"earlier_rows", "members", earlierFiles}, {"former_rows", "former", slices.Concat(formerFiles, changedFormer)},
		{"changed_rows", "members", changedFiles},
		{"other_rows", "members", otherFiles}, {"other_former_rows", "former", otherFormer},
		{"assignment_parts", "assigned", parts}, {"window_spends", "window_spends", spends},
	} {
		if err := tableOf(ctx, x.Engine, table.name, table.table, table.files); err != nil {
			return err
		}
	}
	return x.setExitedArm(ctx, everyone)
}

// tablesOf are the files of what exports gave their target: of the members, and of what
// they gave before.
func tablesOf(exports []earlier) (members, former []string) {
	for _, e := range exports {
		members, former = append(members, e.table(membersFile)), append(former, e.table(formerFile))
	}
	return members, former
}

// holdIdentities stops an export whose merged customers are not sound: nobody could say
// whose an objection is.
func (x *export) holdIdentities(ctx context.Context) error {
	return intake.HoldIdentities(ctx, x.Engine)
}

type exitedArm struct{ Arm experiment.Arm }

// setExitedArm makes exited_rows be of an arm.
func (x *export) setExitedArm(ctx context.Context, arm experiment.Arm) error {
	return engine.Insert(ctx, x.Engine, "exited_arm", []exitedArm{{arm}})
}

// audienceTerms is the one row of what SQL takes from the audience.
type audienceTerms struct {
	AsOf             time.Time
	Choice           string
	ChoiceValue      string
	IsEmail          bool
	IsAds            bool
	HasSuppression   bool
	HasGlobalHoldout bool
	EarlierExports   int
	IsKeyedByEmail   bool
}

// choose makes what says who is in the audience.
func (x *export) choose(ctx context.Context) error {
	if err := makeChoice(ctx, x.Engine, x.run, x.audience); err != nil {
		return err
	}
	for _, column := range x.audience.Columns {
		if known := schema.ColumnNames("customers", x.run.attributes...); !slices.Contains(known, column) {
			return failure.Usagef("columns: the customers of %s have no %q, which orders.attributes had not named then: run anew", x.run.id, column)
		}
	}
	if err := x.checkSpec(); err != nil {
		return err
	}
	channel := x.channel()
	terms := termsOfChoice(x.run, x.audience)
	terms.IsEmail, terms.IsAds = channel == platform.EmailChannel, channel == platform.AdsChannel
	terms.HasSuppression, terms.HasGlobalHoldout = len(x.objecting.Files) > 0, x.design.GlobalHoldout > 0
	terms.EarlierExports, terms.IsKeyedByEmail = len(x.held()), x.target.Key == platform.Email
	return engine.Insert(ctx, x.Engine, "audience_terms", []audienceTerms{terms})
}

// termsOfChoice are the terms of an audience by which its customers are chosen.
func termsOfChoice(run published, a config.Audience) audienceTerms {
	terms := audienceTerms{AsOf: run.asOf}
	terms.Choice, terms.ChoiceValue = a.Choice()
	return terms
}

// tableOf makes a view over files of a table that exports write, with the places of
// its rows, an empty table without any.
func tableOf(ctx context.Context, e engine.Engine, name, table string, files []string) error {
	if len(files) == 0 {
		columns := append(columnsOf(table), engine.Column{Name: "file_number", Type: engine.Bigint}, engine.Column{Name: "file_row", Type: engine.Bigint})
		return e.Insert(ctx, name, columns, noRows)
	}
	return e.Input(ctx, engine.Input{Name: name, Files: files, Columns: inputColumns(table)})
}

// makeEmpty makes a table with the columns of a published one, customers with their
// attributes, and no row.
func makeEmpty(ctx context.Context, e engine.Engine, name, table string, attributes ...schema.Attribute) error {
	return e.Insert(ctx, name, columnsOf(table, attributes...), noRows)
}

// noRows are the rows of an empty table.
func noRows(func([]any) bool) {}

// columnsOf are the columns of a published table as the engine makes them.
func columnsOf(table string, attributes ...schema.Attribute) []engine.Column {
	var columns []engine.Column
	for _, column := range schema.ColumnsOf(table, attributes...) {
		columns = append(columns, engine.Column{Name: column.Name, Type: engine.TypeOf(column.Type)})
	}
	return columns
}

// inputColumns are the columns of a published table as they stand in its file.
func inputColumns(table string) []engine.InputColumn {
	var columns []engine.InputColumn
	for _, column := range schema.ColumnNames(table) {
		columns = append(columns, engine.InputColumn{Name: column, Expression: engine.Identifier(column)})
	}
	return columns
}

// makeChoice makes the view customers, with is_chosen for the condition of an
// audience, and the table segment_lists.
func makeChoice(ctx context.Context, e engine.Engine, run published, a config.Audience) error {
	if err := checkWhere(ctx, e, run, a); err != nil {
		return err
	}
	input := engine.Input{Name: "customers", Files: []string{run.customers}, Columns: append(inputColumns("customers"), chosenColumn(a))}
	for _, attribute := range run.attributes {
		input.Columns = append(input.Columns, engine.InputColumn{Name: schema.AttributeSlot(attribute.Slot), Expression: engine.Identifier(attribute.Name)})
	}
	if err := e.Input(ctx, input); err != nil {
		return err
	}
	lists, err := intake.SegmentLists(run.segmentMap)
	if err != nil {
		return failure.Inputf("%s: %w", run.id, err)
	}
	if a.Segment != "" && !slices.ContainsFunc(lists, func(l intake.SegmentList) bool { return l.Segment == a.Segment }) {
		var segments []string
		for _, list := range lists {
			segments = append(segments, list.Segment)
		}
		return failure.Usagef("segment: the run's map %s has no %q: it has %s", run.segmentMap, a.Segment, strings.Join(segments, ", "))
	}
	return engine.Insert(ctx, e, "segment_lists", lists)
}

// chosenColumn says whether a customer meets the condition of an audience.
func chosenColumn(a config.Audience) engine.InputColumn {
	chosen := "false"
	if a.Where != "" {
		chosen = a.Where
	}
	return engine.InputColumn{Name: "is_chosen", Expression: chosen, Type: engine.Boolean}
}

// diagnoseWhere returns the error of a condition that cannot be computed, with the
// row but without the engine's words: they quote the value, which may be an id. It
// returns nil where there is no condition, or it can be computed for every row.
func diagnoseWhere(ctx context.Context, e engine.Engine, run published, a config.Audience) error {
	if a.Where == "" {
		return nil
	}
	file, err := parquetfile.ReadFooter(run.customers)
	if err != nil {
		return err
	}
	probe := engine.Input{Name: conditionProbe, Files: []string{run.customers}, Columns: []engine.InputColumn{chosenColumn(a)}}
	row, err := e.FirstUnread(ctx, probe, file.Rows)
	if err != nil || row == 0 {
		return err
	}
	return failure.Inputf("where: %s: cannot be computed for row %d of customers.parquet: make the condition give null for such a value, with try_cast or nullif", a.Where, row)
}

// conditionProbe is a view that is only looked at.
const conditionProbe = "condition_probe"

// checkWhere holds the condition of an audience to be one over the columns of
// customers.parquet. Of the run it needs no more than the names of the attributes.
func checkWhere(ctx context.Context, e engine.Engine, run published, a config.Audience) error {
	if a.Where == "" {
		return nil
	}
	columns := schema.ColumnNames("customers", run.attributes...)
	_, err := e.CheckExpression(ctx, a.Where, columns)
	var unknown *engine.UnknownColumnError
	if errors.As(err, &unknown) {
		for _, attribute := range run.many {
			if strings.EqualFold(attribute, unknown.Name) {
				return failure.Usagef("where: "+config.ManyIsNoColumn, attribute)
			}
		}
		hint := ""
		if nearest := config.Nearest(unknown.Name, columns); nearest != "" {
			hint = fmt.Sprintf(": did you mean %q?", nearest)
		}
		return failure.Usagef("where: customers.parquet has no column %q%s", unknown.Name, hint)
	}
	if err != nil {
		return failure.Usagef("where: %s: %w", a.Where, err)
	}
	const nobody = conditionProbe + "_customers"
	if err := makeEmpty(ctx, e, nobody, "customers", run.attributes...); err != nil {
		return err
	}
	if err := e.View(ctx, conditionProbe, "select (\n"+a.Where+"\n) as chosen from "+nobody); err != nil {
		return failure.Usagef("where: %s: %w", a.Where, engine.Cause(err))
	}
	described, err := e.Describe(ctx, conditionProbe)
	if err != nil {
		return err
	}
	if described[0].Type != engine.Boolean {
		return failure.Usagef("where: %s is %s, and a condition is true or false", a.Where, described[0].Spelling)
	}
	return nil
}
