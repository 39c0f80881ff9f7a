package export

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"cbv/valuation/audiencename"
	"cbv/valuation/config"
	"cbv/valuation/failure"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
)

// crowd is a shop of many, of whom some share addresses, with a run of two days.
func crowd(s *shop, count int) (monday, tuesday string) {
	var people, customers []row
	for i := range count {
		id := fmt.Sprintf("c%05d", i)
		p := person(id, fmt.Sprintf("p%d@example.com", i%(count-count/10)))
		p["phone"] = fmt.Sprintf("07700 9%05d", i)
		people, customers = append(people, p), append(customers, customer(id))
	}
	s.people(people...)
	return s.run("2026-11-23", customers...), s.run("2026-11-24", customers[count/4:]...)
}

// Interrupted at whatever moment, an export ends as interrupted and not by a fault of
// the program, publishes nothing, and stands in the way of nothing: the next one writes
// what an undisturbed one does.
func TestInterruptedExports(t *testing.T) {
	interruptions := 24
	if testing.Short() {
		interruptions = 4
	}
	s := newShop(t)
	monday, tuesday := crowd(s, 6000)
	a := config.Audience{Name: "all", Lifecycle: "active", Target: "klaviyo", Columns: []string{"clv"}, Campaign: &config.Campaign{
		Name: "spring", Salt: "s", Holdout: 0.2, WindowDays: 30, Nights: 1, Covariate: "clv",
	}}
	s.mustExport(monday, a)
	calm := &shop{t: t, folder: t.TempDir(), config: s.config}
	calm.config.Out = filepath.Join(calm.folder, "out")
	s.must(os.CopyFS(calm.config.Out, os.DirFS(s.config.Out)))
	start := time.Now()
	want := calm.mustExport(tuesday, a)
	undisturbed := time.Since(start)

	random := rand.New(rand.NewPCG(3, 4))
	interrupted := 0
	steps := map[string]bool{}
	for i := range interruptions {
		moment := time.Duration(random.Float64() * float64(undisturbed))
		step, err := s.interrupt(tuesday, a, moment)
		if err == nil {
			// it was done before; the next one has to write it anew
			s.must(os.RemoveAll(publication.ExportsFolder(s.config.Out, a.Name)))
			s.must(os.CopyFS(publication.ExportsFolder(s.config.Out, a.Name), os.DirFS(publication.ExportsFolder(calm.config.Out, a.Name))))
			s.must(os.RemoveAll(want.onto(s)))
			continue
		}
		var fault *failure.Panic
		if errors.As(err, &fault) {
			t.Fatalf("interruption %d after %v, at step %s: %v\n%s", i, moment, step, err, fault.Stack)
		}
		if failure.KindOf(err) != failure.Interrupted {
			t.Fatalf("interruption %d after %v, at step %s: %v", i, moment, step, err)
		}
		interrupted++
		steps[step] = true
		if _, err := os.Stat(want.onto(s)); err == nil {
			t.Fatalf("interruption %d after %v, at step %s: something is published", i, moment, step)
		}
	}
	if interrupted < interruptions/2 {
		t.Errorf("%d of %d were interrupted: too few to prove anything", interrupted, interruptions)
	}
	t.Logf("an undisturbed export took %v; %d of %d were interrupted, at %d steps", undisturbed, interrupted, interruptions, len(steps))
	got := s.mustExport(tuesday, a)
	if !slices.Equal(got.Manifest.Outputs, want.Manifest.Outputs) {
		t.Errorf("after interruptions the export is %+v, undisturbed %+v", got.Manifest.Outputs, want.Manifest.Outputs)
	}
}

// onto is where the export of a result would be in a shop.
func (r Result) onto(s *shop) string {
	return filepath.Join(publication.ExportsFolder(s.config.Out, r.Audience.Name), filepath.Base(r.Folder))
}

// interrupt exports, is interrupted after a while, and says at which step.
func (s *shop) interrupt(run string, a config.Audience, after time.Duration) (step string, err error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	store := s.open()
	defer store.Close()
	job := s.job()
	job.Progress = func(event pipeline.Event) {
		if event.Kind == pipeline.StepStarted {
			step = event.Step
		}
	}
	timer := time.AfterFunc(after, cancel)
	defer timer.Stop()
	_, err = Run(ctx, Job{Job: job, Store: store, Run: run, Audience: a, Announce: func(Power) {}})
	return step, err
}

// A disk that takes no more, at whatever file, ends an export without a trace.
func TestFilesThatCannotBeWritten(t *testing.T) {
	s := newShop(t)
	monday, _ := crowd(s, 300)
	a := config.Audience{Name: "all", Lifecycle: "active", Target: "klaviyo"}
	name := audiencename.Neutral(a.Name)
	files := []string{
		name + "-klaviyo-full-001.csv", name + "-klaviyo-entered-001.csv", name + "-klaviyo-full-rejects.csv", name + "-klaviyo-changes.jsonl", "members.parquet", "former.parquet",
	}
	if testing.Short() {
		files = files[3:5]
	}
	for _, file := range files {
		store := s.open()
		job := s.job()
		job.Progress = func(event pipeline.Event) {
			if event.Kind == pipeline.StepStarted && event.Step == "choice" {
				// a folder of that name: the file cannot be made
				s.must(os.MkdirAll(filepath.Join(store.Build(), file, "full"), 0o700))
			}
		}
		_, err := Run(t.Context(), Job{Job: job, Store: store, Run: monday, Audience: a, Announce: func(Power) {}})
		if err == nil {
			t.Errorf("%s could not be written, and the export is published", file)
		}
		var fault *failure.Panic
		if errors.As(err, &fault) {
			t.Errorf("%s: %v\n%s", file, err, fault.Stack)
		}
		if entries, _ := os.ReadDir(publication.ExportsFolder(s.config.Out, a.Name)); len(entries) > 0 {
			t.Errorf("%s: %v is left", file, entries)
		}
		s.must(store.Close())
	}
	s.mustExport(monday, a)
}
