// Package valuation_test holds the packages below to the architecture.
package valuation_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// owners are the outside things, by the beginning of their paths, that one package
// alone may know.
var owners = map[string]string{
	"github.com/marcboeker":           "cbv/valuation/engine/duckdb",
	"github.com/duckdb":               "cbv/valuation/engine/duckdb", // to which go.mod takes it
	"github.com/parquet-go":           "cbv/valuation/parquetfile",
	"github.com/urfave/cli":           "cbv/valuation/command",
	"github.com/schollz/progressbar":  "cbv/valuation/command",
	"github.com/goccy/go-yaml":        "cbv/valuation/config",
	"github.com/gofrs/flock":          "cbv/valuation/publication",
	"github.com/bmatcuk/doublestar":   "cbv/valuation/source",
	"github.com/nyaruka/phonenumbers": "cbv/valuation/region",
}

// layers are the packages from the lowest layer to the highest, as valuation/README.md
// explains them. A package imports of ours what stands on a line above its own, never
// below; on one line it imports what stands before it.
var layers = [][]string{
	// what everything may know, and pure mathematics
	{"failure", "calendar", "orderdays", "money", "vocabulary", "stat", "rfm", "focus", "experiment", "btyd/likelihood", "btyd/likelihood/likelihoodtest", "btyd", "btyd/spend", "btyd/pool", "btyd/effects", "pastfits", "score", "pastdays", "recentvalue", "contest", "season", "trust", "backtest", "modelfit"},
	// files, and declarations
	{"diskspace", "parquetfile", "csvfile", "region", "celltext", "mailbox", "audiencename", "csvparts", "changefile", "platform", "schema", "campaign", "engine", "engine/enginetest", "simulation"},
	{"config"},
	// the outside: engines, input files
	{"engine/duckdb", "source/remedy", "source", "proposal"},
	{"pipeline", "pipeline/pipelinetest"},
	{"publication"},
	// the page of a run, which a run writes, and what it says of one customer
	{"report/chart", "report/page", "report/page/pagetest", "explanation", "figurehistory"},
	// the Go steps of a subject each
	{"intake", "suspicion", "scores", "starts", "scoring", "movement", "acquisition", "retention", "firstorders", "judgement", "measurement", "export"},
	// the plans of a run, and what people read and type
	{"run", "performance"},
	{"report"},
	{"command"},
}

// imports returns the direct imports of each of our packages.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	output, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "cbv/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	found := map[string][]string{}
	for line := range strings.Lines(string(output)) {
		fields := strings.Fields(line)
		found[fields[0]] = fields[1:]
	}
	return found
}

func TestEachOutsideThingHasOneOwner(t *testing.T) {
	for importer, imported := range imports(t) {
		for _, path := range imported {
			for owned, owner := range owners {
				if (path == owned || strings.HasPrefix(path, owned+"/")) && importer != owner {
					t.Errorf("%s imports %s, which is %s's", importer, path, owner)
				}
			}
		}
	}
}

func TestNoImportGoesUp(t *testing.T) {
	const prefix = "cbv/valuation/"
	places := map[string]int{}
	for _, layer := range layers {
		for _, name := range layer {
			places[name] = len(places)
		}
	}
	found := imports(t)
	for importer, imported := range found {
		name, ours := strings.CutPrefix(importer, prefix)
		if !ours {
			continue
		}
		place, known := places[name]
		if !known {
			t.Errorf("%s has no place in the architecture: give it one in this test", importer)
		}
		for _, path := range imported {
			if below, ours := strings.CutPrefix(path, prefix); ours && places[below] >= place {
				t.Errorf("%s imports %s, which does not lie below it", importer, path)
			}
		}
	}
	for name := range places {
		if _, exists := found[prefix+name]; !exists {
			t.Errorf("package %s is gone", name)
		}
	}
}

// The models stand on mathematics alone, all the way down.
func TestModelsDependOnGonumOnly(t *testing.T) {
	output, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "cbv/valuation/btyd/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for path := range strings.FieldsSeq(string(output)) {
		// gonum's optimisers bring intsets with them
		if path != "cbv/valuation/btyd" && !strings.HasPrefix(path, "cbv/valuation/btyd/") && !strings.HasPrefix(path, "gonum.org/") && path != "golang.org/x/tools/container/intsets" {
			t.Errorf("the models depend on %s", path)
		}
	}
}

// driverTests are the test binaries that link the driver, which is 67 MB and takes
// seconds to link. There are six at the most: what tests SQL goes into one of them.
var driverTests = []string{"command", "engine/duckdb", "export", "measurement", "run"}

func TestFewTestBinariesLinkTheDriver(t *testing.T) {
	const driver, most = "github.com/marcboeker/go-duckdb/v2", 6
	output, err := exec.Command("go", "list", "-test", "-f", `{{if eq .Name "main"}}{{.ImportPath}} {{join .Deps " "}}{{end}}`, "cbv/valuation/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var linked []string
	for line := range strings.Lines(string(output)) {
		fields := strings.Fields(line)
		if len(fields) > 0 && slices.Contains(fields[1:], driver) {
			linked = append(linked, strings.TrimSuffix(strings.TrimPrefix(fields[0], "cbv/valuation/"), ".test"))
		}
	}
	slices.Sort(linked)
	if !slices.Equal(linked, driverTests) {
		t.Errorf("the tests of %v link the driver, want those of %v", linked, driverTests)
	}
	if len(driverTests) > most {
		t.Errorf("%d test binaries may link the driver, and %d are enough", len(driverTests), most)
	}
}

// mostLines of code a package has: beyond that it has more than one subject.
const mostLines = 3000

func TestNoPackageIsTooLarge(t *testing.T) {
	for _, layer := range layers {
		for _, name := range layer {
			lines := 0
			files, err := filepath.Glob(filepath.Join(name, "*.go"))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range files {
				if !strings.HasSuffix(file, "_test.go") {
					lines += codeLines(t, file)
				}
			}
			if lines > mostLines {
				t.Errorf("%s has %d lines of code, more than %d", name, lines, mostLines)
			}
		}
	}
}

// codeLines counts the lines of a file that are neither blank nor a comment.
func codeLines(t *testing.T, file string) (lines int) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			lines++
		}
	}
	return lines
}
