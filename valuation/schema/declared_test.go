package schema

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"cbv/valuation/rfm"
)

// What is declared beside the columns is of tables and columns that there are, and every
// table has a key of its own columns, none of which it lacks.
func TestDeclaredIsOfColumnsThatThereAre(t *testing.T) {
	all := map[string]Table{}
	for _, table := range All() {
		all[table.Name] = table
		if len(table.Key()) == 0 {
			t.Errorf("%s has no key", table.Name)
		}
	}
	has := func(table, column string) bool {
		return slices.ContainsFunc(all[table].Columns, func(c Column) bool { return c.Name == column })
	}
	for _, declared := range []map[string][]string{keys, required} {
		for table, columns := range declared {
			for _, column := range columns {
				if !has(table, column) {
					t.Errorf("%s has no column %s", table, column)
				}
			}
		}
	}
	for name, values := range valuesOfTable {
		if table, column, _ := strings.Cut(name, "."); !has(table, column) || len(values) < 2 {
			t.Errorf("%s: there is no such column, or it has %d values", name, len(values))
		}
	}
	for column := range valuesOf {
		if !slices.ContainsFunc(All(), func(table Table) bool { return has(table.Name, column) }) {
			t.Errorf("no table has a column %s", column)
		}
	}
}

func TestSegmentsAreThoseOfTheMaps(t *testing.T) {
	var named []string
	for _, name := range rfm.Maps() {
		segments, err := rfm.Segments(name)
		if err != nil {
			t.Fatal(err)
		}
		named = append(named, segments...)
	}
	slices.Sort(named)
	if ours := slices.Sorted(slices.Values(Segments)); !slices.Equal(slices.Compact(named), ours) {
		t.Errorf("the maps have %v, declared are %v", slices.Compact(named), ours)
	}
}

func TestJSONHasKeysNullsAndValues(t *testing.T) {
	text, err := json.Marshal(find("customers", nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"key":["customer_id"]`, `"name":"mark","type":"VARCHAR"`, `"nullable":true,"values":["retain","acquisition_lookalike"]`, `"name":"purchases","type":"BIGINT","unit":"purchases"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s lacks %s", text, want)
		}
	}
}
