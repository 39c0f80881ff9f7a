package command

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/zeebo/xxh3"

	"cbv/valuation/engine"
	"cbv/valuation/engine/duckdb"
	"cbv/valuation/pipeline"
)

// Whoever changes a result has to say so: what this version makes of fixtures/shop is
// held by its hash beside the version, on the architecture that it was taken on, and
// by its figures on every one.
func TestOutputsAreThoseOfTheVersion(t *testing.T) {
	t.Parallel()
	run := runShop(t)
	holdFigures(t, run, filepath.Join("..", "..", "fixtures", "shop", "figures.csv"))
	if runtime.GOARCH != "amd64" {
		return
	}
	if got := hashOutputs(t, run); got != Outputs {
		t.Errorf("fixtures/shop comes out otherwise than in version %s: if a result was meant to change, say so in Version and set Outputs to %q", Version, got)
	}
}

// runShop runs the shop of the fixtures and returns the folder of the run.
func runShop(t *testing.T) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	root := repository(t)
	code := Main(context.Background(), []string{
		"cbv", "run", "--config", filepath.Join(root, "fixtures", "shop", "cbv.yaml"), "--out", filepath.Join(t.TempDir(), "out"),
	}, Env{
		Stdout: &stdout, Stderr: &stderr, SQL: os.DirFS(filepath.Join(root, "sql")), Pages: os.DirFS(root), Open: duckdb.Open, Clock: time.Now,
		Program: func() (pipeline.Program, error) { return pipeline.Program{Version: Version}, nil },
	})
	if code != 0 {
		t.Fatalf("exit %d: %s", code, &stderr)
	}
	lines := strings.Split(strings.TrimSpace(stdout.String()), "\n")
	return lines[len(lines)-1]
}

// hashOutputs hashes the names, columns and cells of the tables, and the lists.
func hashOutputs(t *testing.T, run string) string {
	t.Helper()
	hash := xxh3.New()
	tables, lists := outputs(t, run)
	for _, table := range tables {
		columns, rows := readRows(t, table)
		fmt.Fprintf(hash, "%s %s\n%s\n", filepath.Base(table), columns, strings.Join(rows, "\n"))
	}
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(hash, "%s %d\n%s\n", filepath.Base(list), len(text), text)
	}
	return fmt.Sprintf("%016x", hash.Sum64())
}

// outputs returns the paths of a run's tables and lists, sorted.
func outputs(t *testing.T, run string) (tables, lists []string) {
	t.Helper()
	tables, err := filepath.Glob(filepath.Join(run, "*.parquet"))
	if err != nil || len(tables) == 0 {
		t.Fatalf("%s: %d tables, %v", run, len(tables), err)
	}
	lists, err = filepath.Glob(filepath.Join(run, "lists", "*.csv"))
	if err != nil || len(lists) == 0 {
		t.Fatalf("%s: %d lists, %v", run, len(lists), err)
	}
	return tables, lists
}

// openFile returns an engine with a view of a Parquet file, called file.
func openFile(t *testing.T, path string) engine.Engine {
	t.Helper()
	ctx := context.Background()
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		t.Fatal(err)
	}
	e, err := duckdb.Open(ctx, engine.Options{Threads: 1, MemoryLimit: "500MB", TempDir: t.TempDir(), Readable: []string{resolved}, Macros: "select 1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	if err := e.View(ctx, "file", "select * from read_parquet("+engine.Quote(resolved)+")"); err != nil {
		t.Fatal(err)
	}
	return e
}

// readRows returns the columns of a Parquet file with their types, and its rows as
// texts, sorted.
func readRows(t *testing.T, path string) (columns string, rows []string) {
	t.Helper()
	ctx, e := context.Background(), openFile(t, path)
	described, err := e.Describe(ctx, "file")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, column := range described {
		names = append(names, engine.Identifier(column.Name))
		columns += column.Name + " " + column.Spelling + ", "
	}
	for row, err := range e.Rows(ctx, "file", names) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, fmt.Sprint(row...))
	}
	slices.Sort(rows)
	return columns, rows
}

// holdFigures compares the figures of a run with those of a file, or writes it anew.
func holdFigures(t *testing.T, run, path string) {
	t.Helper()
	rows := figureRows(t, run)
	if *update {
		var text bytes.Buffer
		writer := csv.NewWriter(&text)
		if err := writer.WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	want, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(want) {
		t.Fatalf("%d figures, want %d", len(rows), len(want))
	}
	for i, row := range rows {
		if !slices.Equal(row[:3], want[i][:3]) || !same(row[3], want[i][3]) {
			t.Errorf("figure %v, want %v", row, want[i])
		}
	}
}

// same reports whether two figures agree as far as processors do.
func same(got, want string) bool {
	x, errX := strconv.ParseFloat(got, 64)
	y, errY := strconv.ParseFloat(want, 64)
	if errX != nil || errY != nil {
		return got == want
	}
	return math.Abs(x-y) <= 1e-6*math.Max(1, math.Abs(y))
}

// figureRows returns metric, month, channel and value of each figure, sorted.
func figureRows(t *testing.T, run string) (rows [][]string) {
	t.Helper()
	e := openFile(t, filepath.Join(run, "kpis.parquet"))
	for row, err := range engine.Select[struct {
		Metric  string
		Month   *time.Time
		Channel *string
		Value   *float64
	}](context.Background(), e, "file") {
		if err != nil {
			t.Fatal(err)
		}
		cells := []string{row.Metric, "", "", ""}
		if row.Month != nil {
			cells[1] = row.Month.Format(time.DateOnly)
		}
		if row.Channel != nil {
			cells[2] = *row.Channel
		}
		if row.Value != nil {
			cells[3] = strconv.FormatFloat(*row.Value, 'g', -1, 64)
		}
		rows = append(rows, cells)
	}
	slices.SortFunc(rows, slices.Compare)
	return rows
}
