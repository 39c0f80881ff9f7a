package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/rogpeppe/go-internal/testscript"

	"cbv/valuation/engine"
	"cbv/valuation/engine/duckdb"
	"cbv/valuation/pipeline"
)

// sqlFolder is the variable that says to the program under test where sql/ lies:
// it runs in the folder of its script. The program itself takes any name that
// starts with CBV_ for a setting.
const sqlFolder = "SQL_FOLDER"

// oneThread makes the program under test work on one: on a small shop more of them
// cost more than they bring.
const oneThread = "CBV_ENGINE_THREADS"

// collector lets the heap of the program under test grow further before it is collected:
// its runs are many and small, and a tenth of their work would be the collector's.
const collector = "GOGC"

// noLists keeps the runs of scripts from writing lists, which take a fifth of a small
// run. A script that looks at them says which it wants.
const noLists = "CBV_LISTS_INCLUDE"

// TestMain makes the test binary stand in for cbv as well: a script, or a test
// that needs a process to kill, runs the program by that name.
func TestMain(m *testing.M) {
	if os.Getenv(sqlFolder) == "" {
		folder, err := filepath.Abs("../../sql")
		if err != nil {
			panic(err)
		}
		os.Setenv(sqlFolder, folder)
		os.Setenv(oneThread, "1")
		os.Setenv(collector, "400")
	}
	testscript.Main(m, map[string]func(){"cbv": cbv})
}

// cbv is main.go but for the SQL, which comes from the folder.
func cbv() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := Main(ctx, os.Args, Env{
		Stdout:  os.Stdout,
		Stderr:  os.Stderr,
		Environ: os.Environ(),
		SQL:     os.DirFS(os.Getenv(sqlFolder)),
		Pages:   os.DirFS(filepath.Dir(os.Getenv(sqlFolder))),
		Open:    duckdb.Open,
		Engine:  duckdb.Version,
		Program: testProgram,
		Clock:   time.Now,
	})
	stop()
	os.Exit(code)
}

// testProgram is the program under test without its identity, which is that of the
// test binary: a hundred megabytes to hash at every start.
func testProgram() (pipeline.Program, error) {
	return pipeline.Program{Version: Version, Identity: "test"}, nil
}

func TestScripts(t *testing.T) {
	folder := t.TempDir()
	publish := sync.OnceValue(func() error { return publishShop(folder) })
	testscript.Run(t, testscript.Params{
		Dir: "../../fixtures/scripts",
		Setup: func(env *testscript.Env) error {
			env.Setenv(sqlFolder, os.Getenv(sqlFolder))
			env.Setenv(oneThread, "1")
			env.Setenv(collector, os.Getenv(collector))
			env.Setenv(noLists, "[]")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"assign":            assignCustomers,
			"exits":             exits,
			"parquet":           writeParquet,
			"query":             queryParquet,
			"truncate":          truncate,
			"damage":            damage,
			"hold-lock":         holdLock,
			"link-measured":     linkMeasured,
			"nothing-published": nothingPublished,

			"published-shop": func(ts *testscript.TestScript, neg bool, args []string) {
				wantArgs(ts, neg, args, "published-shop")
				ts.Check(publish())
				ts.Check(exec.Command("cp", "-Rp", folder+"/.", ts.MkAbs(".")).Run())
			},
		},
	})
}

// publishShop makes a shop, and a run of it, in a folder. A script that looks at what
// comes after a run takes a copy, by published-shop.
func publishShop(folder string) error {
	for _, args := range [][]string{
		{"simulate", "--out", "shop", "--customers", "100", "--days", "100"},
		{"run", "--config", "shop/cbv.yaml", "--lists.include", "[]"},
	} {
		command := exec.Command("cbv", args...)
		command.Dir = folder
		if text, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("cbv %s: %w\n%s", strings.Join(args, " "), err, text)
		}
	}
	return nil
}

func wantArgs(ts *testscript.TestScript, neg bool, args []string, usage string) {
	if neg || len(args) != len(strings.Fields(usage))-1 {
		ts.Fatalf("usage: %s", usage)
	}
}

// exits runs a program and holds it to an exit code: exits CODE PROGRAM ARGS….
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%s: %v", args[1], err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("%s ended with exit code %d, want %d", args[1], got, want)
	}
}

// openEngine opens an engine that may read the given files and write below the
// folder of the script.
func openEngine(ctx context.Context, ts *testscript.TestScript, readable ...string) engine.Engine {
	e, err := duckdb.Open(ctx, engine.Options{
		Threads: 1, MemoryLimit: "500MB", TempDir: ts.Getenv("TMPDIR"),
		Readable: readable, Writable: ts.Getenv("WORK"), Macros: "select 1",
	})
	ts.Check(err)
	return e
}

// writeParquet writes the rows of a SELECT to a Parquet file, sorted by all
// columns from the left: parquet FILE SQLFILE VIEWS. The views are further SELECTs,
// which it knows by the names of their files.
func writeParquet(ts *testscript.TestScript, neg bool, args []string) {
	wantArgs(ts, neg, args[:min(2, len(args))], "parquet FILE SQLFILE")
	ctx := context.Background()
	e := openEngine(ctx, ts)
	defer e.Close()
	defineViews(ctx, ts, e, args[2:])
	path := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o755))
	_, err := e.File(ctx, "rows_of_script", ts.ReadFile(args[1]), engine.File{Path: path, Key: []string{"all"}, Metadata: map[string]string{"made_by": "script"}})
	ts.Check(err)
}

// defineViews makes views of the SELECTs in files.
func defineViews(ctx context.Context, ts *testscript.TestScript, e engine.Engine, files []string) {
	for _, file := range files {
		ts.Check(e.View(ctx, strings.TrimSuffix(file, ".sql"), ts.ReadFile(file)))
	}
}

// queryParquet prints the rows of a SELECT over a Parquet file, which the SELECT
// knows as file: query FILE SELECT.
func queryParquet(ts *testscript.TestScript, neg bool, args []string) {
	wantArgs(ts, neg, args, "query FILE SELECT")
	ctx := context.Background()
	path, err := filepath.EvalSymlinks(ts.MkAbs(args[0]))
	ts.Check(err)
	e := openEngine(ctx, ts, path)
	defer e.Close()
	ts.Check(e.View(ctx, "file", "select * from read_parquet("+engine.Quote(path)+")"))
	ts.Check(e.View(ctx, "answer", args[1]))
	columns, err := e.Describe(ctx, "answer")
	ts.Check(err)
	var names []string
	for _, column := range columns {
		names = append(names, engine.Identifier(column.Name))
	}
	for values, err := range e.Rows(ctx, "answer", names) {
		ts.Check(err)
		fields := make([]any, len(values))
		for i, value := range values {
			fields[i] = value
			if value == nil {
				fields[i] = "null"
			}
		}
		fmt.Fprintln(ts.Stdout(), fields...)
	}
}

// truncate cuts a file off: truncate FILE BYTES.
func truncate(ts *testscript.TestScript, neg bool, args []string) {
	wantArgs(ts, neg, args, "truncate FILE BYTES")
	bytes, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), bytes))
}

// damage overwrites the middle of a file: damage FILE OFFSET BYTES.
func damage(ts *testscript.TestScript, neg bool, args []string) {
	wantArgs(ts, neg, args, "damage FILE OFFSET BYTES")
	offset, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	bytes, err := strconv.Atoi(args[2])
	ts.Check(err)
	file, err := os.OpenFile(ts.MkAbs(args[0]), os.O_WRONLY, 0)
	ts.Check(err)
	defer file.Close()
	_, err = file.WriteAt([]byte(strings.Repeat("x", bytes)), offset)
	ts.Check(err)
}

// holdLock holds the lock of an output folder as another run would, until the
// script ends or for some time: hold-lock DIR [DURATION].
func holdLock(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: hold-lock DIR [DURATION]")
	}
	folder := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(folder, 0o755))
	lock := flock.New(filepath.Join(folder, ".lock"))
	held, err := lock.TryLock()
	ts.Check(err)
	if !held {
		ts.Fatalf("%s: somebody else holds the lock", folder)
	}
	if len(args) == 2 {
		duration, err := time.ParseDuration(args[1])
		ts.Check(err)
		time.AfterFunc(duration, func() { lock.Close() })
	}
	ts.Defer(func() { lock.Close() })
}

// nothingPublished verifies that an output folder has no run, no link and
// nothing unfinished: nothing-published DIR. The folder itself may be missing.
func nothingPublished(ts *testscript.TestScript, neg bool, args []string) {
	wantArgs(ts, neg, args, "nothing-published DIR")
	folder := ts.MkAbs(args[0])
	for _, inside := range []string{"runs", ".staging"} {
		entries, err := os.ReadDir(filepath.Join(folder, inside))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			ts.Fatalf("%v", err)
		}
		for _, entry := range entries {
			ts.Fatalf("%s was left behind", filepath.Join(args[0], inside, entry.Name()))
		}
	}
	links, err := filepath.Glob(filepath.Join(folder, "[a-z0-9]*"))
	ts.Check(err)
	for _, link := range links {
		if filepath.Base(link) != "runs" {
			ts.Fatalf("%s was left behind", link)
		}
	}
}
