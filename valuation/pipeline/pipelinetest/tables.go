package pipelinetest

import (
	"os"
	"slices"
	"strings"
	"testing"

	"cbv/valuation/pipeline"
)

// goTables says what the tests of rules take the tables for that Go makes. It is found
// from the folder of a package below valuation.
const goTables = "../../fixtures/rules/tables.txt"

// HoldGoTables fails where a table that Go makes, as the context's steps finish, is
// another one than the tests of rules take it for.
func HoldGoTables(t *testing.T, c *pipeline.Context, entries []pipeline.Entry) {
	t.Helper()
	text, err := os.ReadFile(goTables)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	beside := openBeside(t, c)
	progress := c.Progress
	c.Progress = func(event pipeline.Event) {
		progress(event)
		if event.Kind != pipeline.StepFinished || entries[event.Number-1].Kind != pipeline.Go {
			return
		}
		for _, name := range entries[event.Number-1].Makes {
			if name == "params" || name == "input_limits" {
				continue // the settings are read as the program makes them
			}
			made, err := beside().Describe(t.Context(), name)
			if err != nil {
				t.Error(err)
			}
			var columns string
			for _, column := range made {
				columns += " " + column.Name + ":" + strings.ToLower(column.Spelling)
			}
			isHeld := slices.ContainsFunc(lines, func(line string) bool {
				added, isAdded := strings.CutPrefix(line, name+" +:")
				return line == name+":"+columns || isAdded && strings.HasSuffix(columns, added)
			})
			if !isHeld {
				t.Errorf("fixtures/rules/tables.txt does not have the line\n%s:%s", name, columns)
			}
		}
	}
}
