package pipelinetest

import (
	"context"
	"iter"
	"slices"
	"testing"

	"cbv/valuation/engine"
	"cbv/valuation/pipeline"
)

// watched is an engine that holds a step of Go to the tables it says that it reads. A
// table that it read without saying so could be dropped before.
type watched struct {
	engine.Engine
	t    *testing.T
	step *pipeline.Entry // under way
	own  *[]string       // what the step has made so far
}

func (w watched) hold(name string) {
	if w.step.Kind == pipeline.Go && !slices.Contains(w.step.Reads, name) && !slices.Contains(*w.own, name) {
		w.t.Errorf("step %s reads %s, and does not say so", w.step.Name, name)
	}
}

func (w watched) made(name string) { *w.own = append(*w.own, name) }

func (w watched) Rows(ctx context.Context, name string, columns []string) iter.Seq2[[]any, error] {
	w.hold(name)
	return w.Engine.Rows(ctx, name, columns)
}

func (w watched) RowsInOrder(ctx context.Context, name string, columns []string, key string) iter.Seq2[[]any, error] {
	w.hold(name)
	return w.Engine.RowsInOrder(ctx, name, columns, key)
}

func (w watched) Count(ctx context.Context, name string) (int64, error) {
	w.hold(name)
	return w.Engine.Count(ctx, name)
}

func (w watched) Describe(ctx context.Context, name string) ([]engine.Described, error) {
	w.hold(name)
	return w.Engine.Describe(ctx, name)
}

func (w watched) View(ctx context.Context, name, query string) error {
	w.made(name)
	return w.Engine.View(ctx, name, query)
}

func (w watched) Input(ctx context.Context, input engine.Input) error {
	w.made(input.Name)
	return w.Engine.Input(ctx, input)
}

func (w watched) Insert(ctx context.Context, name string, columns []engine.Column, rows iter.Seq[[]any]) error {
	w.made(name)
	return w.Engine.Insert(ctx, name, columns, rows)
}
