package command

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cbv/valuation/config"
	"cbv/valuation/engine/duckdb"
	"cbv/valuation/parquetfile"
	"cbv/valuation/pipeline"
	"cbv/valuation/report"
	"cbv/valuation/rfm"
)

var update = flag.Bool("update", false, "write the console blocks and the tables of every README anew")

var (
	consoleBlock = regexp.MustCompile("(?s)```console\n(.*?)```")
	// runHash is what of a run's name changes with the program: its page shows the
	// one of the day it was written on.
	runHash = regexp.MustCompile(`\b(\d{4}-\d{2}-\d{2})-[0-9a-f]{12}\b`)
)

func masked(text string) string { return runHash.ReplaceAllString(text, "$1-…") }

// repository is the folder of the project, absolute before a test changes
// folders.
func repository(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// eachReadme calls test for every README.md of the repository, by its path in it.
func eachReadme(t *testing.T, test func(t *testing.T, file, text string)) {
	root := repository(t)
	for _, pattern := range rooms {
		found, err := fs.Glob(os.DirFS(root), pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range found {
			t.Run(name, func(t *testing.T) {
				file := filepath.Join(root, name)
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				test(t, file, string(text))
			})
		}
	}
}

// holdPage compares a page with what it should be, or writes it anew.
func holdPage(t *testing.T, file, text, want string) {
	t.Helper()
	if masked(text) == masked(want) {
		return // also where another build names a run otherwise
	}
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	diff := cmp.Diff(strings.Split(masked(text), "\n"), strings.Split(masked(want), "\n"))
	t.Errorf("the page shows (-) what is no longer so (+); go test ./valuation/command -run Readme -update writes it anew:\n%s", diff)
}

// The commands of a page are run, in order, and print what it says. What they
// publish is explained by a page.
func TestReadmeCommands(t *testing.T) {
	root := repository(t)
	blocks := 0
	var metrics []string
	eachReadme(t, func(t *testing.T, file, text string) {
		folder := t.TempDir()
		if err := os.Symlink(filepath.Join(root, "fixtures"), filepath.Join(folder, "fixtures")); err != nil {
			t.Fatal(err)
		}
		t.Chdir(folder)
		ran := consoleBlock.ReplaceAllStringFunc(text, func(block string) string {
			blocks++
			var output strings.Builder
			for line := range strings.Lines(consoleBlock.FindStringSubmatch(block)[1]) {
				words, isCommand := strings.CutPrefix(line, "$ ")
				if !isCommand {
					continue
				}
				output.WriteString(line)
				var stdout, stderr bytes.Buffer
				code := Main(context.Background(), strings.Fields(words), Env{
					Stdout: &stdout, Stderr: &stderr, SQL: os.DirFS(filepath.Join(root, "sql")), Pages: os.DirFS(root), Clock: time.Now,
					Open: duckdb.Open, Engine: duckdb.Version, Program: func() (pipeline.Program, error) { return pipeline.Program{Version: Version}, nil },
				})
				if code != 0 {
					t.Errorf("%s: exit %d: %s", strings.TrimSpace(line), code, &stderr)
				}
				output.Write(stdout.Bytes())
			}
			return "```console\n" + output.String() + "```"
		})
		holdPage(t, file, text, ran)
		metrics = append(metrics, publishedMetrics(t, "out")...)
	})
	if blocks == 0 || len(metrics) == 0 {
		t.Fatalf("the pages have %d console blocks and publish %d metrics", blocks, len(metrics))
	}
	slices.Sort(metrics)
	holdNames(t, readmes(t), slices.Compact(metrics))
}

// The tables of a page are those of the declarations.
func TestReadmeTables(t *testing.T) {
	eachReadme(t, func(t *testing.T, file, text string) {
		made, err := report.Regenerate(text, generate)
		if err != nil {
			t.Fatal(err)
		}
		holdPage(t, file, text, made)
	})
}

// readmes is the text of all pages.
func readmes(t *testing.T) string {
	var all strings.Builder
	eachReadme(t, func(_ *testing.T, _, text string) { all.WriteString(text) })
	return all.String()
}

func TestReadmesNameEveryKeyAndMap(t *testing.T) {
	var names []string
	for _, key := range config.Keys() {
		if !key.FileOnly { // told by the settings of an item
			names = append(names, key.Path)
		}
	}
	holdNames(t, readmes(t), append(names, rfm.Maps()...))
}

// holdNames wants each name explained by some page.
func holdNames(t *testing.T, text string, names []string) {
	t.Helper()
	for _, name := range names {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("no README explains `%s`", name)
		}
	}
}

// publishedMetrics are those of the run that a page has published.
func publishedMetrics(t *testing.T, out string) []string {
	t.Helper()
	rows, err := parquetfile.Read[struct {
		Metric *string `parquet:"metric"`
	}](filepath.Join(out, "latest", "kpis.parquet"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	var metrics []string
	for _, row := range rows {
		metrics = append(metrics, *row.Metric)
	}
	return metrics
}

var warningCode = regexp.MustCompile(`\bwarn\("([a-z_]+)"`)

func TestReadmesNameEveryWarning(t *testing.T) {
	text := readmes(t)
	files, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	codes := 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range warningCode.FindAllStringSubmatch(string(source), -1) {
			codes++
			if !strings.Contains(text, "`"+match[1]+"`") {
				t.Errorf("no README explains the warning `%s`", match[1])
			}
		}
	}
	if codes < 20 {
		t.Errorf("%d warnings found: the pattern misses them", codes)
	}
}
