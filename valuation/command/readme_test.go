package command

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cbv/valuation/config"
	"cbv/valuation/rfm"
)

var update = flag.Bool("update", false, "write the README's console blocks anew")

var consoleBlock = regexp.MustCompile("(?s)```console\n(.*?)```")

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

// The commands of the README are run, in order, and print what it says.
func TestReadmeCommands(t *testing.T) {
	root, text := repository(t), readme(t)
	folder := t.TempDir()
	if err := os.Symlink(filepath.Join(root, "fixtures"), filepath.Join(folder, "fixtures")); err != nil {
		t.Fatal(err)
	}
	t.Chdir(folder)
	blocks := 0
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
				Stdout: &stdout, Stderr: &stderr, SQL: os.DirFS(filepath.Join(root, "sql")), Clock: time.Now,
			})
			if code != 0 {
				t.Errorf("%s: exit %d: %s", strings.TrimSpace(line), code, &stderr)
			}
			output.Write(stdout.Bytes())
		}
		return "```console\n" + output.String() + "```"
	})
	if blocks == 0 {
		t.Fatal("the README has no console block")
	}
	if *update {
		if err := os.WriteFile(filepath.Join(root, "README.md"), []byte(ran), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(strings.Split(text, "\n"), strings.Split(ran, "\n")); diff != "" {
		t.Errorf("the README shows (-) what its commands do not print (+); go test ./valuation/command -run Readme -update writes it anew:\n%s", diff)
	}
}

func TestReadmeNamesEveryKeyAndMap(t *testing.T) {
	text := readme(t)
	var names []string
	for _, key := range config.Keys() {
		names = append(names, key.Path)
	}
	names = append(names, rfm.Maps()...)
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
