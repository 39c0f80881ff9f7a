package run

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/engine/duckdb"
	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
)

// This file is all that the tests of rules know of the engine and of a run.

// A ruleColumn is a column of a table, its type in the engine's spelling.
type ruleColumn struct{ Name, Spelling string }

// ruleAsOf is as_of in cases that do not give another.
var ruleAsOf = time.Date(2023, 12, 31, 0, 0, 0, 0, time.UTC)

func openRuleEngine(t *testing.T, sql fs.FS) engine.Engine {
	t.Helper()
	macros, err := fs.ReadFile(sql, "engine/duckdb.sql")
	if err != nil {
		t.Fatal(err)
	}
	e, err := duckdb.Open(context.Background(), engine.Options{Threads: 1, MemoryLimit: "1GB", TempDir: t.TempDir(), Macros: string(macros)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// defaultTables are the tables of one row that a run makes of its settings and rules,
// as a run makes them that sets nothing but its day: their columns, and the row.
func defaultTables(t *testing.T, e engine.Engine) (shapes map[string][]ruleColumn, rows map[string]map[string]*string) {
	t.Helper()
	ctx := context.Background()
	c := config.Default()
	c.Time.AsOf = &config.Day{Time: ruleAsOf}
	shared, err := pipeline.NewContext(testJob(c))
	if err != nil {
		t.Fatal(err)
	}
	shared.Engine = e
	if err := e.View(ctx, "order_days", "select cast(null as date) as order_day, 0 as order_rows, 0 as all_rows where false"); err != nil {
		t.Fatal(err)
	}
	actions := intake.New(shared, intake.Inputs{}).Actions()
	for _, step := range []string{intake.AsOfStep, "params"} {
		if err := actions[step](ctx); err != nil {
			t.Fatal(err)
		}
	}
	limits := intake.Limits
	limits.AskedAsOf = &c.Time.AsOf.Time
	if err := engine.Insert(ctx, e, "input_limits", []intake.InputLimits{limits}); err != nil {
		t.Fatal(err)
	}
	shapes, rows = map[string][]ruleColumn{}, map[string]map[string]*string{}
	for _, name := range []string{"params", "input_limits"} {
		if shapes[name], err = shapeOf(ctx, e, name); err != nil {
			t.Fatal(err)
		}
		var columns []string
		for _, column := range shapes[name] {
			columns = append(columns, column.Name)
		}
		read, err := textRows(ctx, e, name, columns)
		if err != nil || len(read) != 1 {
			t.Fatalf("%s: %d rows, %v", name, len(read), err)
		}
		rows[name] = map[string]*string{}
		for i, column := range columns {
			rows[name][column] = read[0][i]
		}
	}
	return shapes, rows
}

// shapeOf returns the columns of a table or view.
func shapeOf(ctx context.Context, e engine.Engine, name string) ([]ruleColumn, error) {
	described, err := e.Describe(ctx, name)
	var shape []ruleColumn
	for _, column := range described {
		shape = append(shape, ruleColumn{column.Name, column.Spelling})
	}
	return shape, err
}

// textRows reads columns of a table, or of a SELECT in parentheses, as text, nil for null.
func textRows(ctx context.Context, e engine.Engine, name string, columns []string) ([][]*string, error) {
	var items []string
	for _, column := range columns {
		items = append(items, fmt.Sprintf("cast(%s as varchar) as %s", column, column))
	}
	if err := e.View(ctx, "rule_texts", "select "+strings.Join(items, ", ")+" from "+name); err != nil {
		return nil, err
	}
	var rows [][]*string
	for values, err := range e.Rows(ctx, "rule_texts", columns) {
		if err != nil {
			return nil, err
		}
		row := make([]*string, len(values))
		for i, value := range values {
			if text, ok := value.(string); ok {
				text = strings.Clone(text)
				row[i] = &text
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// goTables reads the columns of the tables that Go makes, by name.
func goTables(t *testing.T) map[string][]ruleColumn {
	t.Helper()
	text, err := os.ReadFile(rulesFolder + "/tables.txt")
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string][]ruleColumn{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		name, columns, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			t.Fatalf("tables.txt: %q is not `table: column:type …`", line)
		}
		for field := range strings.FieldsSeq(columns) {
			column, spelling, _ := strings.Cut(field, ":")
			tables[name] = append(tables[name], ruleColumn{column, spelling})
		}
	}
	return tables
}
