package command

import (
	"bytes"
	"context"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cbv/valuation/config"
	"cbv/valuation/parquetfile"
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

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository(t), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
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

// The commands of a page are run, in order, and print what it says.
func TestReadmeCommands(t *testing.T) {
	root := repository(t)
	blocks := 0
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
				})
				if code != 0 {
					t.Errorf("%s: exit %d: %s", strings.TrimSpace(line), code, &stderr)
				}
				output.Write(stdout.Bytes())
			}
			return "```console\n" + output.String() + "```"
		})
		holdPage(t, file, text, ran)
	})
	if blocks == 0 {
		t.Fatal("no page has a console block")
	}
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

func TestReadmeNamesEveryKeyMetricAndMap(t *testing.T) {
	text := readme(t)
	var names []string
	for _, key := range config.Keys() {
		names = append(names, key.Path)
	}
	names = append(names, rfm.Maps()...)
	out := filepath.Join(t.TempDir(), "out")
	var stdout, stderr bytes.Buffer
	code := Main(context.Background(), []string{"cbv", "run", "--config", "../../fixtures/shop/cbv.yaml", "--out", out}, Env{
		Stdout: &stdout, Stderr: &stderr, SQL: os.DirFS("../../sql"), Pages: os.DirFS("../.."), Clock: time.Now,
	})
	if code != 0 {
		t.Fatalf("exit %d: %s", code, &stderr)
	}
	metrics, err := parquetfile.Read[struct {
		Metric *string `parquet:"metric"`
	}](filepath.Join(out, "latest", "kpis.parquet"))
	if err != nil || len(metrics) == 0 {
		t.Fatalf("%d metrics, %v", len(metrics), err)
	}
	for _, row := range metrics {
		names = append(names, *row.Metric)
	}
	for _, name := range names {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("the README does not explain `%s`", name)
		}
	}
}

var warningCode = regexp.MustCompile(`\bwarn\("([a-z_]+)"`)

func TestReadmeNamesEveryWarning(t *testing.T) {
	text := readme(t)
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
				t.Errorf("the README does not explain the warning `%s`", match[1])
			}
		}
	}
	if codes < 20 {
		t.Errorf("%d warnings found: the pattern misses them", codes)
	}
}
