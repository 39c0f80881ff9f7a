package run

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cbv/valuation/pipeline"
)

var (
	duckdbMacro   = regexp.MustCompile(`create or replace macro (\w+)\(([^)]*)\)`)
	sparkFunction = regexp.MustCompile(`create or replace temporary function (\w+)\(([^)]*)\)`)
)

// definitions returns the parameters of each macro in a file of sql/engine,
// without their types.
func definitions(t *testing.T, name string, pattern *regexp.Regexp) map[string]string {
	t.Helper()
	text, err := fs.ReadFile(sqlFiles, "engine/"+name)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, match := range pattern.FindAllStringSubmatch(string(text), -1) {
		var parameters []string
		for parameter := range strings.SplitSeq(match[2], ",") {
			parameters = append(parameters, strings.Fields(parameter)[0])
		}
		found[match[1]] = strings.Join(parameters, ", ")
	}
	if defined := strings.Count(string(text), "create "); len(found) == 0 || len(found) != defined {
		t.Fatalf("%s: %d definitions, %d of them understood", name, defined, len(found))
	}
	return found
}

func TestEnginesDefineTheSameMacros(t *testing.T) {
	duckdb, spark := definitions(t, "duckdb.sql", duckdbMacro), definitions(t, "spark.sql", sparkFunction)
	if !maps.Equal(duckdb, spark) {
		t.Errorf("duckdb.sql defines\n%v\nspark.sql defines\n%v", duckdb, spark)
	}
}

func TestEveryMacroIsUsed(t *testing.T) {
	entries := plans(t)
	for name := range definitions(t, "duckdb.sql", duckdbMacro) {
		if name == "csv_text" {
			continue // used by the engine itself, which writes the lists
		}
		call := regexp.MustCompile(`\b` + name + `\(`)
		if !slices.ContainsFunc(entries, func(entry pipeline.Entry) bool { return call.MatchString(entry.SQL) }) {
			t.Errorf("no SQL file uses %s", name)
		}
	}
}
