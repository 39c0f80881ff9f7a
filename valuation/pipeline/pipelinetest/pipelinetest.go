// Package pipelinetest holds plans to what they are joined with by name: SQL files,
// the published schema, and the actions of Go.
package pipelinetest

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cbv/valuation/engine"
	"cbv/valuation/pipeline"
	"cbv/valuation/schema"
)

// layers are the folders below sql/ whose files read their own layer or an earlier
// one, in this order. Checks come last and may read all of them.
var layers = []string{"intake", "facts", "acquisition", "models", "value", "verdict", "audit", "kpis", "movement", "lists", "exports", "campaigns", "checks"}

// Plan holds a plan to its SQL files, to the schema of what it publishes, and to its
// actions, so that what is missing is named by a test and never by a panic.
func Plan(t *testing.T, files fs.FS, steps []pipeline.Step, actions pipeline.Actions) {
	t.Helper()
	entries, err := pipeline.Load(files, steps)
	if err != nil {
		t.Fatal(err)
	}
	holdReads(t, entries)
	acted := map[string]bool{}
	for _, entry := range entries {
		if entry.Kind == pipeline.Go || entry.Kind == pipeline.Lists {
			acted[entry.Name] = true
			if actions[entry.Name] == nil {
				t.Errorf("step %s has no action", entry.Name)
			}
		}
		if entry.Kind != pipeline.Go {
			holdHeader(t, entry)
		}
		if entry.Kind == pipeline.File {
			holdSchema(t, entry)
		}
	}
	for name := range actions {
		if !acted[name] {
			t.Errorf("action %s is in no step", name)
		}
	}
}

// holdReads wants every step to read what an earlier one makes, in its own layer or
// one before it.
func holdReads(t *testing.T, entries []pipeline.Entry) {
	t.Helper()
	made := map[string]int{} // the layer of each table; of what Go makes, the highest that it reads
	makers := map[string]string{}
	for _, entry := range entries {
		layer := slices.Index(layers, path.Dir(entry.File))
		if entry.Kind != pipeline.Go && layer < 0 {
			t.Errorf("%s is in no layer", entry.File)
		}
		for _, name := range entry.Reads {
			from, known := made[name]
			if !known {
				t.Errorf("%s reads %s, which no earlier step makes", entry.Name, name)
			}
			if entry.Kind == pipeline.Go {
				layer = max(layer, from) // what it makes is of the layer that it reads
			}
			if from > layer {
				t.Errorf("%s is of layer %s and reads %s, of layer %s", entry.Name, layers[layer], name, layers[from])
			}
		}
		for _, name := range entry.Makes {
			if makers[name] != "" {
				t.Errorf("%s and %s make %s: who reads it could read either", makers[name], entry.Name, name)
			}
			made[name], makers[name] = layer, entry.Name
		}
	}
}

// holdHeader wants a SQL file to be named after its table, and to say its grain.
func holdHeader(t *testing.T, entry pipeline.Entry) {
	t.Helper()
	header, err := pipeline.ParseHeader(entry.SQL)
	if err != nil {
		t.Errorf("%s: %v", entry.File, err)
	}
	if header.Name != entry.Name {
		t.Errorf("%s: header says %s", entry.File, header.Name)
	}
	if !strings.HasPrefix(header.Grain, "one row") {
		t.Errorf("%s: grain %q does not say what one row is", entry.File, header.Grain)
	}
}

// holdSchema wants what is published to be described, and sorted by columns that it
// has.
func holdSchema(t *testing.T, entry pipeline.Entry) {
	t.Helper()
	if !slices.ContainsFunc(schema.All(), func(table schema.Table) bool { return table.Name == entry.Name }) {
		t.Errorf("%s is published, and the schema has no such table", entry.Name)
		return
	}
	columns := schema.ColumnNames(entry.Name)
	if len(entry.Key) == 0 {
		t.Errorf("%s is published without a sort key", entry.Name)
	}
	for _, column := range entry.Key {
		if !slices.Contains(columns, column) {
			t.Errorf("%s is sorted by %s, which the schema does not have", entry.Name, column)
		}
	}
}

// Keep loads the steps of a plan, writes them to plan.json in a folder, and returns
// them with tables in place of files, lists and checks, so that each can be looked at.
// As the context's steps finish, what they make is written to Parquet beside it: every
// table can be repeated by another engine. Steps of Go are held to what they say that
// they read.
func Keep(t *testing.T, c *pipeline.Context, steps []pipeline.Step, folder string, more ...pipeline.Entry) []pipeline.Entry {
	t.Helper()
	entries, err := pipeline.Load(c.SQL, steps)
	if err != nil {
		t.Fatal(err)
	}
	entries = append(entries, more...)
	text, err := json.Marshal(entries)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "plan.json"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	for i := range entries {
		if k := entries[i].Kind; k == pipeline.File || k == pipeline.Lists || k == pipeline.Check {
			entries[i].Kind = pipeline.Table
		}
	}
	var step pipeline.Entry // of Go, under way
	var own []string
	beside := openBeside(t, c)
	open := c.Open
	c.Open = func(ctx context.Context, options engine.Options) (engine.Engine, error) {
		e, err := open(ctx, options)
		return watched{e, t, &step, &own}, err
	}
	c.Progress = func(event pipeline.Event) {
		switch event.Kind {
		case pipeline.StepStarted:
			if entry := entries[event.Number-1]; entry.Kind == pipeline.Go {
				step, own = entry, nil
			}
		case pipeline.StepFinished:
			for _, name := range entries[event.Number-1].Makes {
				file := engine.File{Path: filepath.Join(folder, name+".parquet"), Key: []string{"all"}, Metadata: map[string]string{"table": name}}
				if _, err := beside().File(t.Context(), "kept_"+name, "select * from "+name, file); err != nil {
					t.Error(err)
				}
			}
		}
	}
	return entries
}

// openBeside returns what gives an engine beside that of a walk, once the context has
// opened one: the walk's own are in use.
func openBeside(t *testing.T, c *pipeline.Context) func() engine.Engine {
	var beside engine.Engine
	open := c.Open
	c.Open = func(ctx context.Context, options engine.Options) (engine.Engine, error) {
		e, err := open(ctx, options)
		if err == nil {
			beside, err = e.Beside(ctx)
			t.Cleanup(func() { _ = beside.Close() })
		}
		return e, err
	}
	return func() engine.Engine { return beside }
}
