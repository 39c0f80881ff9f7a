package run

import (
	"context"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"testing"
	"time"

	"cbv/valuation/engine"
	"cbv/valuation/pipeline"
)

// slow is an engine on which some calls take their time.
type slow struct {
	engine.Engine
	byGo, bySQL time.Duration // of what steps of Go call, and of what those of SQL do
}

func (s slow) Beside(ctx context.Context) (engine.Engine, error) {
	beside, err := s.Engine.Beside(ctx)
	return slow{beside, s.byGo, s.bySQL}, err
}

func (s slow) Insert(ctx context.Context, name string, columns []engine.Column, rows iter.Seq[[]any]) error {
	time.Sleep(s.byGo)
	return s.Engine.Insert(ctx, name, columns, rows)
}

func (s slow) Table(ctx context.Context, name, query string) (int64, error) {
	time.Sleep(s.bySQL)
	return s.Engine.Table(ctx, name, query)
}

func (s slow) File(ctx context.Context, name, query string, file engine.File) (int64, error) {
	time.Sleep(s.bySQL)
	return s.Engine.File(ctx, name, query, file)
}

// Which steps are under way beside which changes nothing that is published: not where Go
// is slow, so that SQL runs ahead, nor where SQL is.
func TestResultsDoNotDependOnWhatIsQuicker(t *testing.T) {
	t.Parallel()
	c := oddShop(t)
	var folders []string
	for _, delays := range []slow{{byGo: 30 * time.Millisecond}, {bySQL: 10 * time.Millisecond}} {
		c.Out = filepath.Join(t.TempDir(), "out")
		job := testJob(c)
		var order []string
		open := job.Open
		job.Open = func(ctx context.Context, options engine.Options) (engine.Engine, error) {
			e, err := open(ctx, options)
			return slow{e, delays.byGo, delays.bySQL}, err
		}
		job.Progress = func(event pipeline.Event) {
			if event.Kind == pipeline.StepFinished {
				order = append(order, event.Step)
			}
		}
		result, err := Run(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		folders = append(folders, result.Folder)
		if len(order) != len(Nightly) {
			t.Errorf("%d steps have ended, want %d", len(order), len(Nightly))
		}
	}
	err := fs.WalkDir(os.DirFS(folders[0]), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && name != "timing.json" {
			sameFiles(t, folders[0], folders[1], name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
