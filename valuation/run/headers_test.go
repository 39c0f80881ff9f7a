package run

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"cbv/valuation/engine"
	"cbv/valuation/engine/duckdb"
	"cbv/valuation/pipeline"
)

// The header of a file says what it reads; the parser knows what it does read.
func TestHeadersNameTheTablesThatAreRead(t *testing.T) {
	ctx := context.Background()
	e, err := duckdb.Open(ctx, engine.Options{Threads: 1, MemoryLimit: "500MB", TempDir: t.TempDir(), Macros: "select 1"})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for _, entry := range plans(t) {
		if entry.Kind == pipeline.Go {
			continue
		}
		tree := parse(ctx, t, e, entry.SQL)
		if statements := tree["statements"].([]any); len(statements) != 1 {
			t.Errorf("%s: %d statements, want one SELECT", entry.File, len(statements))
		}
		read := tablesOf(tree)
		stated := slices.Clone(entry.Reads)
		slices.Sort(stated)
		if !slices.Equal(read, stated) {
			t.Errorf("%s: header says it reads %v, it reads %v", entry.File, stated, read)
		}
	}
}

// parse returns DuckDB's parse tree of a statement.
func parse(ctx context.Context, t *testing.T, e engine.Engine, statement string) map[string]any {
	t.Helper()
	query := fmt.Sprintf("select cast(json_serialize_sql(%s) as varchar) as tree", engine.Quote(statement))
	if err := e.View(ctx, "parsed", query); err != nil {
		t.Fatal(err)
	}
	row, err := engine.One[struct{ Tree string }](ctx, e, "parsed")
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := json.Unmarshal([]byte(row.Tree), &tree); err != nil {
		t.Fatal(err)
	}
	if tree["error"] != false {
		t.Fatalf("%v", tree["error_message"])
	}
	return tree
}

// tablesOf returns the tables in a parse tree that are no CTE of it, sorted.
func tablesOf(tree map[string]any) []string {
	names := map[string]bool{}
	ctes := map[string]bool{}
	var visit func(any)
	visit = func(value any) {
		switch value := value.(type) {
		case []any:
			for _, item := range value {
				visit(item)
			}
		case map[string]any:
			if value["type"] == "BASE_TABLE" {
				names[value["table_name"].(string)] = true
			}
			if ctesHere, ok := value["cte_map"].(map[string]any); ok {
				for _, cte := range ctesHere["map"].([]any) {
					ctes[cte.(map[string]any)["key"].(string)] = true
				}
			}
			for _, child := range value {
				visit(child)
			}
		}
	}
	visit(tree)
	var tables []string
	for name := range names {
		if !ctes[name] {
			tables = append(tables, name)
		}
	}
	slices.Sort(tables)
	return tables
}
