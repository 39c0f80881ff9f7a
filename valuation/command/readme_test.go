package command

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cbv/valuation/config"
	"cbv/valuation/engine/duckdb"
	"cbv/valuation/pipeline"
	"cbv/valuation/report"
	"cbv/valuation/rfm"
	"cbv/valuation/schema"
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

// eachReadme calls test for every README.md of the repository.
func eachReadme(t *testing.T, root string, test func(t *testing.T, file, text string)) {
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

// console carries out the commands of a block, in this folder, and returns the block
// as it then is. A command that fails shows its message and its exit code.
func console(t *testing.T, root, block string) string {
	t.Helper()
	var shown strings.Builder
	for line := range strings.Lines(block) {
		words, isCommand := strings.CutPrefix(line, "$ ")
		if !isCommand {
			continue
		}
		shown.WriteString(line)
		var stdout, stderr bytes.Buffer
		code := Main(context.Background(), strings.Fields(words), Env{
			Stdout: &stdout, Stderr: &stderr, SQL: os.DirFS(filepath.Join(root, "sql")), Pages: os.DirFS(root),
			Open: duckdb.Open, Engine: duckdb.Version, Program: func() (pipeline.Program, error) { return pipeline.Program{Version: Version}, nil }, Clock: time.Now,
		})
		shown.Write(stdout.Bytes())
		if code != 0 {
			shown.Write(stderr.Bytes())
			fmt.Fprintf(&shown, "exit code %d\n", code)
		}
	}
	return shown.String()
}

// The commands of the pages are run, in order, and print what the pages say. All run
// in one folder, the page at the top first, so that a room can show more of what that
// has made.
func TestReadmeCommands(t *testing.T) {
	root := repository(t)
	folder := t.TempDir()
	if err := os.Symlink(filepath.Join(root, "fixtures"), filepath.Join(folder, "fixtures")); err != nil {
		t.Fatal(err)
	}
	t.Chdir(folder)
	blocks := 0
	eachReadme(t, root, func(t *testing.T, file, text string) {
		ran := consoleBlock.ReplaceAllStringFunc(text, func(block string) string {
			blocks++
			return "```console\n" + console(t, root, consoleBlock.FindStringSubmatch(block)[1]) + "```"
		})
		holdPage(t, file, text, ran)
	})
	if blocks == 0 {
		t.Fatal("the pages have no console block")
	}
}

// The tables of a page are those of the declarations.
func TestReadmeTables(t *testing.T) {
	eachReadme(t, repository(t), func(t *testing.T, file, text string) {
		made, err := report.Regenerate(text, generate)
		if err != nil {
			t.Fatal(err)
		}
		holdPage(t, file, text, made)
	})
}

// A page says in one line what it is for, as help lists it. The first one is read to
// the end.
func TestReadmesAreShort(t *testing.T) {
	root := repository(t)
	eachReadme(t, root, func(t *testing.T, file, text string) {
		about := report.FirstSentence(text)
		if line := item("", 22, about); about == "" || strings.Count(line, "\n") > 1 {
			t.Errorf("opens with %q, which is no line of help", about)
		}
		if lines := strings.Count(text, "\n"); file == filepath.Join(root, "README.md") && lines > 300 {
			t.Errorf("has %d lines, more than 300", lines)
		}
	})
}

// readmes is the text of all pages.
func readmes(t *testing.T) string {
	var all strings.Builder
	eachReadme(t, repository(t), func(_ *testing.T, _, text string) { all.WriteString(text) })
	return all.String()
}

func TestReadmesNameWhatIsDeclared(t *testing.T) {
	names := rfm.Maps()
	for _, key := range config.Keys() {
		if !key.FileOnly { // the settings of an item have names of their own
			names = append(names, key.Path)
		}
	}
	for _, figure := range schema.Figures {
		names = append(names, figure.Name)
	}
	for _, warning := range pipeline.Warnings {
		names = append(names, warning.Code)
	}
	for _, table := range schema.All() {
		names = append(names, table.Name+".parquet")
	}
	holdNames(t, readmes(t), names)
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
