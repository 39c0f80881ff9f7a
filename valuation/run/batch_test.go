package run

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/engine/duckdb"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
	"cbv/valuation/scoring"
)

// sharedData returns a file of the real order histories, which lie beside the
// project and are not part of it.
func sharedData(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join("../../../shared/data", name)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("order history is missing: %v", err)
		}
		t.Skipf("order history is missing: %v", err)
	}
	return path
}

// cdnow is the configuration of the published figures.
func cdnow(t *testing.T, file, asOf string, zeroIsPurchase bool) config.Config {
	t.Helper()
	rate := 0.3
	c := config.Default()
	c.Orders.Files = config.Files{sharedData(t, file)}
	c.Orders.Columns.OrderedAt = "date"
	c.Orders.ZeroIsPurchase = zeroIsPurchase
	c.Value.Currency = "USD"
	c.Lists.Include = nil
	c.Value.MarginRate = &rate
	c.Time.AsOf = parseDay(t, asOf)
	c.Out = filepath.Join(t.TempDir(), "out")
	return c
}

// runCDNOW runs the configuration of the published figures, once for all tests.
func runCDNOW(t *testing.T, file, asOf string, zeroIsPurchase bool) Result {
	t.Helper()
	sharedData(t, file) // without which each of the tests is skipped
	return runShared(t, fmt.Sprint(file, asOf, zeroIsPurchase), func(folder string) config.Config {
		c := cdnow(t, file, asOf, zeroIsPurchase)
		c.Out = filepath.Join(folder, "out")
		return c
	}).Result
}

// sharedRun is a run that several tests look at, and its configuration.
type sharedRun struct {
	Config config.Config
	Result
}

// sharedRuns are the runs so far.
var sharedRuns shared[sharedRun]

// shared are values by name, each made once for all tests, which may ask for it at once.
type shared[T any] struct {
	mutex  sync.Mutex
	byName map[string]*once[T]
}

type once[T any] struct {
	sync.Once
	value  T
	isMade bool
}

func (s *shared[T]) get(t testing.TB, name string, made func() T) T {
	t.Helper()
	s.mutex.Lock()
	if s.byName == nil {
		s.byName = map[string]*once[T]{}
	}
	if s.byName[name] == nil {
		s.byName[name] = &once[T]{}
	}
	found := s.byName[name]
	s.mutex.Unlock()
	found.Do(func() { found.value, found.isMade = made(), true })
	if !found.isMade {
		t.Fatalf("%s could not be made, for another test", name)
	}
	return found.value
}

// sharedFolder holds the shared runs and outlives single tests.
var sharedFolder string

// runShared runs the configuration that settings makes in a folder, once for all tests.
func runShared(t *testing.T, name string, settings func(folder string) config.Config) sharedRun {
	t.Helper()
	return sharedRuns.get(t, name, func() sharedRun {
		c := settings(filepath.Join(sharedFolder, name))
		return sharedRun{c, runBatch(t, c)}
	})
}

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if sharedFolder, err = os.MkdirTemp("", "cbv-test-"); err != nil {
			panic(err)
		}
		defer os.RemoveAll(sharedFolder)
		return m.Run()
	}())
}

func parseDay(t testing.TB, text string) *config.Day {
	t.Helper()
	day, err := config.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return &day
}

// testJob carries a configuration out on one thread, where it does not say how many:
// on a small shop more of them cost more than they bring.
func testJob(c config.Config) pipeline.Job {
	c.Engine.Threads = cmp.Or(c.Engine.Threads, 1)
	return pipeline.Job{
		Config: c, SQL: os.DirFS("../../sql"), Program: pipeline.Program{Version: "test", Identity: "test"}, Open: duckdb.Open,
		Clock: time.Now, Progress: func(pipeline.Event) {},
	}
}

// runBatch runs a configuration that must succeed. Where steps are named, it carries out
// these and what they need, and publishes nothing: the folder of the result has the tables
// of these steps, its manifest the warnings, and its figures are those of kpis where the
// step "warnings" is among them, which reads them.
func runBatch(t *testing.T, c config.Config, steps ...string) Result {
	t.Helper()
	ctx, job := context.Background(), testJob(c)
	if len(steps) == 0 {
		result, err := Run(ctx, job)
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	entries, err := pipeline.Load(job.SQL, Nightly)
	if err != nil {
		t.Fatal(err)
	}
	part := aside{build: t.TempDir(), entries: pipeline.Needed(entries, func(entry pipeline.Entry) bool { return slices.Contains(steps, entry.Name) })}
	if part.reused, err = scoring.Reused(ctx, c); err != nil {
		t.Fatal(err)
	}
	r, err := walkAside(ctx, job, part)
	if err != nil {
		t.Fatal(err)
	}
	return Result{Folder: part.build, Manifest: publication.Manifest{Warnings: r.Warnings}, Figures: r.judgement.Figures}
}

func readModel(t *testing.T, result Result) scoring.ModelFile {
	t.Helper()
	var model scoring.ModelFile
	readJSON(t, filepath.Join(result.Folder, "model.json"), &model)
	return model
}

func readJSON(t testing.TB, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// sameFiles fails unless two runs have the same bytes in the named files.
func sameFiles(t *testing.T, a, b string, names ...string) {
	t.Helper()
	for _, name := range names {
		left, err := os.ReadFile(filepath.Join(a, name))
		if err != nil {
			t.Fatal(err)
		}
		right, err := os.ReadFile(filepath.Join(b, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(left, right) {
			t.Errorf("%s differs between the runs", name)
		}
	}
}
