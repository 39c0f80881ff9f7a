package run

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cbv/valuation/engine"
	"cbv/valuation/export"
	"cbv/valuation/intake"
	"cbv/valuation/measurement"
	"cbv/valuation/movement"
	"cbv/valuation/pipeline"
)

const rulesFolder = "../../fixtures/rules"

// rules runs SQL files over rows made by hand. What a case does not give of a
// table that the file reads is null, and the table empty.
type rules struct {
	engine  engine.Engine
	entries map[string]pipeline.Entry     // by the table that they make
	shapes  map[string][]ruleColumn       // of the tables that are known so far
	rows    map[string]map[string]*string // of the tables that a run makes of its settings
}

func openRules(t *testing.T) *rules {
	t.Helper()
	sql := os.DirFS("../../sql")
	entries, err := pipeline.Load(sql, slices.Concat(Nightly, intake.Starts, measurement.Steps, export.Steps, movement.Listed))
	if err != nil {
		t.Fatal(err)
	}
	r := &rules{engine: openRuleEngine(t, sql), entries: map[string]pipeline.Entry{}, shapes: goTables(t)}
	for _, entry := range entries {
		if entry.Kind != pipeline.Go {
			r.entries[entry.Name] = entry
		}
	}
	shapes, rows := defaultTables(t, r.engine)
	maps.Copy(r.shapes, shapes)
	r.rows = rows
	return r
}

// shape returns the columns of a table: those that its SQL file gives it.
func (r *rules) shape(ctx context.Context, name string) ([]ruleColumn, error) {
	if shape, known := r.shapes[name]; known {
		return shape, nil
	}
	entry, known := r.entries[name]
	if !known {
		return nil, fmt.Errorf("no step makes %s, and tables.txt does not have it", name)
	}
	query, err := r.over(ctx, entry, ruleFile{}, nil)
	if err != nil {
		return nil, err
	}
	if err := r.engine.View(ctx, "rule_shape", query); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	shape, err := shapeOf(ctx, r.engine, "rule_shape")
	r.shapes[name] = append(shape, r.shapes[name+" +"]...)
	return r.shapes[name], err
}

// over returns a SQL file as a query over tables as they are given.
func (r *rules) over(ctx context.Context, entry pipeline.Entry, file ruleFile, given map[string]ruleTable) (string, error) {
	for _, tables := range []map[string]ruleTable{given, file.shared, file.defaults} {
		for name := range tables {
			if !slices.Contains(entry.Reads, name) {
				return "", fmt.Errorf("%s does not read %s", entry.File, name)
			}
		}
	}
	var tables []string
	for _, name := range entry.Reads {
		shape, err := r.shape(ctx, name)
		if err != nil {
			return "", err
		}
		table, ok := given[name]
		if !ok {
			table = file.shared[name]
		}
		defaults := map[string]*string{}
		if row, isSetting := r.rows[name]; isSetting {
			if shared := file.shared[name]; ok {
				table = table.over(shared)
			}
			if len(table.rows) == 0 {
				table.rows = [][]*string{nil}
			}
			defaults = maps.Clone(row)
		}
		if row, ok := file.defaults[name]; ok {
			for i, column := range row.columns {
				defaults[column] = row.rows[0][i]
			}
		}
		text, err := table.query(shape, defaults)
		if err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		tables = append(tables, name+" as (\n"+text+"\n)")
	}
	return "with\n" + strings.Join(tables, ",\n") + "\nselect * from (\n" + entry.SQL + "\n) as made", nil
}

// over returns a one-row table, its columns joined by those of another that it
// does not have.
func (t ruleTable) over(below ruleTable) ruleTable {
	for i, column := range below.columns {
		if !slices.Contains(t.columns, column) {
			t.columns = append(slices.Clip(t.columns), column)
			t.rows = [][]*string{append(slices.Clip(t.rows[0]), below.rows[0][i])}
		}
	}
	return t
}

// query writes a table as a SELECT of all columns of its shape.
func (t ruleTable) query(shape []ruleColumn, defaults map[string]*string) (string, error) {
	for i, column := range t.columns {
		if !slices.ContainsFunc(shape, func(c ruleColumn) bool { return c.Name == column }) {
			return "", fmt.Errorf("no column %q", column)
		}
		if slices.Contains(t.columns[:i], column) {
			return "", fmt.Errorf("column %q is given twice", column)
		}
	}
	literal := func(value *string, column ruleColumn) string {
		if value == nil {
			return fmt.Sprintf("cast(null as %s) as %s", column.Spelling, column.Name)
		}
		return fmt.Sprintf("cast(%s as %s) as %s", engine.Quote(*value), column.Spelling, column.Name)
	}
	var selects []string
	for _, row := range append(slices.Clip(t.rows), nil)[:max(1, len(t.rows))] {
		var items []string
		for _, column := range shape {
			value := defaults[column.Name]
			if i := slices.Index(t.columns, column.Name); i >= 0 && row != nil {
				value = row[i]
			}
			items = append(items, literal(value, column))
		}
		selects = append(selects, "select "+strings.Join(items, ", "))
	}
	text := strings.Join(selects, "\nunion all\n")
	if len(t.rows) == 0 {
		text += "\nwhere false"
	}
	return text, nil
}

// check runs one case and says what it gives beside what is expected.
func (r *rules) check(entry pipeline.Entry, file ruleFile, c *ruleCase) error {
	ctx := context.Background()
	query, err := r.over(ctx, entry, file, c.given)
	if err != nil {
		return err
	}
	got, err := textRows(ctx, r.engine, "(\n"+query+"\n)", c.want.columns)
	if err != nil {
		return err
	}
	missing, left := c.want.mismatches(got)
	var errs []error
	if len(missing) > 0 {
		errs = append(errs, fmt.Errorf("%s does not give\n%s", entry.File, c.want.show(missing)))
	}
	if len(left) > 0 {
		errs = append(errs, fmt.Errorf("%s gives, and nothing expects,\n%s", entry.File, c.want.show(left)))
	}
	return errors.Join(errs...)
}

// Every rule in SQL, over rows made by hand, gives what was worked out by hand.
func TestRules(t *testing.T) {
	t.Parallel()
	r := openRules(t)
	paths, err := fs.Glob(os.DirFS(rulesFolder), "*/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases in %s: %v", rulesFolder, err)
	}
	for _, path := range paths {
		name := strings.TrimSuffix(path, ".txt")
		t.Run(name, func(t *testing.T) {
			entry, known := r.entries[filepath.Base(name)]
			if !known || entry.File != name+".sql" {
				t.Fatalf("%s.sql is no step of a plan", name)
			}
			file, err := readRuleFile(filepath.Join(rulesFolder, path))
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range file.cases {
				t.Run(c.name, func(t *testing.T) {
					if err := r.check(entry, file, c); err != nil {
						t.Error(err)
					}
				})
			}
		})
	}
}

func TestEveryRuleHasCases(t *testing.T) {
	for name, entry := range openRules(t).entries {
		cases := strings.TrimSuffix(entry.File, ".sql") + ".txt"
		if _, err := os.Stat(filepath.Join(rulesFolder, cases)); err != nil {
			t.Errorf("%s has no cases by hand: %v", name, err)
		}
	}
}

var changedRules = flag.String("changes", "", "file of changes, a JSON object per line, for each of which TestChangedRules prints whether a case notices")

// A ruleChange is a SQL file that is changed, or a number of those that a run makes of
// its settings and rules.
type ruleChange struct {
	File, SQL     string
	Column, Value string
}

// .ci/mutate.py changes rules one at a time; here the cases of each are run.
func TestChangedRules(t *testing.T) {
	if *changedRules == "" {
		t.Skip("no -changes")
	}
	text, err := os.ReadFile(*changedRules)
	if err != nil {
		t.Fatal(err)
	}
	r := openRules(t)
	number := 0
	for line := range bytes.Lines(text) {
		var change ruleChange
		if err := json.Unmarshal(line, &change); err != nil {
			t.Fatal(err)
		}
		outcome, err := r.outcome(change)
		if err != nil {
			t.Fatalf("%v: %v", change, err)
		}
		fmt.Printf("change %d %s\n", number, outcome)
		number++
	}
}

// outcome says whether a case notices a change: caught or survived, or invalid where
// the engine does not take it for SQL.
func (r *rules) outcome(change ruleChange) (string, error) {
	if change.Column == "" {
		name := strings.TrimSuffix(change.File, ".sql")
		entry := r.entries[filepath.Base(name)]
		entry.SQL = change.SQL
		return r.outcomeOf(entry)
	}
	for table, row := range r.rows {
		value, known := row[change.Column]
		if !known {
			continue
		}
		row[change.Column] = &change.Value
		defer func() { row[change.Column] = value }()
		for _, entry := range r.entries {
			if !slices.Contains(entry.Reads, table) {
				continue
			}
			if outcome, err := r.outcomeOf(entry); outcome != "survived" {
				return outcome, err
			}
		}
		return "survived", nil
	}
	return "", fmt.Errorf("no column %q", change.Column)
}

func (r *rules) outcomeOf(entry pipeline.Entry) (string, error) {
	file, err := readRuleFile(filepath.Join(rulesFolder, strings.TrimSuffix(entry.File, ".sql")+".txt"))
	if errors.Is(err, fs.ErrNotExist) {
		return "survived", nil
	}
	if err != nil {
		return "", err
	}
	for _, c := range file.cases {
		err := r.check(entry, file, c)
		switch {
		case err == nil:
		case engine.Cause(err) != nil && !engine.IsDataError(err):
			return "invalid", nil
		default:
			return "caught", nil
		}
	}
	return "survived", nil
}
