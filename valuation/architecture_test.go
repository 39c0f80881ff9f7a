// Package valuation_test holds the packages below to the architecture.
package valuation_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// owners are the outside things that one package alone may know.
var owners = map[string]string{
	"github.com/marcboeker/go-duckdb/v2":        "cbv/valuation/engine",
	"github.com/parquet-go/parquet-go":          "cbv/valuation/parquetfile",
	"github.com/urfave/cli/v2":                  "cbv/valuation/command",
	"github.com/schollz/progressbar/v3":         "cbv/valuation/command",
	"github.com/goccy/go-yaml":                  "cbv/valuation/config",
	"github.com/gofrs/flock":                    "cbv/valuation/publication",
	"github.com/bmatcuk/doublestar/v4":          "cbv/valuation/source",
	"github.com/nyaruka/phonenumbers":           "cbv/valuation/audience",
	"github.com/parquet-go/parquet-go/encoding": "cbv/valuation/parquetfile",
}

// layers say what a package of ours may import of ours, above it nothing.
var layers = map[string][]string{
	"backtest":      {"btyd"},
	"btyd":          {},
	"calendar":      {},
	"concentration": {},
	"experiment":    {},
	"failure":       {},
	"parquetfile":   {},
	"plan":          {},
	"proportion":    {},
	"focus":         {},
	"rfm":           {},
	"schema":        {},
	"survival":      {},
	"audience":      {"failure"},
	"campaign":      {"experiment", "failure", "parquetfile"},
	"measurement":   {"campaign", "experiment"},
	"config":        {"audience", "campaign", "experiment", "failure", "rfm", "schema"},
	"engine":        {},
	"simulation":    {"failure", "parquetfile"},
	"source":        {"config", "engine", "failure", "parquetfile"},
	"publication":   {"failure", "focus", "plan", "source"},
	"export": {
		"audience", "campaign", "config", "engine", "experiment", "failure", "parquetfile", "plan", "publication", "rfm", "schema", "source",
	},
	"batch": {
		"backtest", "btyd", "calendar", "campaign", "concentration", "config", "engine", "experiment", "failure", "focus", "measurement", "plan", "proportion", "publication", "rfm", "schema", "source", "survival",
	},
	"report": {
		"audience", "backtest", "batch", "btyd", "config", "experiment", "export", "failure", "focus", "measurement", "plan", "publication", "schema", "simulation", "source",
	},
	"command": {
		"audience", "batch", "btyd", "campaign", "config", "engine", "export", "failure", "plan", "publication", "report", "schema", "simulation", "source",
	},
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
			if owner, owned := owners[path]; owned && importer != owner {
				t.Errorf("%s imports %s, which is %s's", importer, path, owner)
			}
		}
	}
}

func TestPackagesImportOnlyWhatLiesBelow(t *testing.T) {
	const prefix = "cbv/valuation/"
	found := imports(t)
	for importer, imported := range found {
		name, ours := strings.CutPrefix(importer, prefix)
		if !ours {
			continue
		}
		allowed, known := layers[name]
		if !known {
			t.Errorf("%s has no place in the architecture: give it one in this test", importer)
		}
		for _, path := range imported {
			if below, ours := strings.CutPrefix(path, prefix); ours && !slices.Contains(allowed, below) {
				t.Errorf("%s imports %s", importer, path)
			}
		}
	}
	for name := range layers {
		if _, exists := found[prefix+name]; !exists {
			t.Errorf("package %s is gone", name)
		}
	}
}

// The models stand on mathematics alone, all the way down.
func TestModelsDependOnGonumOnly(t *testing.T) {
	output, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "cbv/valuation/btyd").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for path := range strings.FieldsSeq(string(output)) {
		// gonum's optimisers bring intsets with them
		if path != "cbv/valuation/btyd" && !strings.HasPrefix(path, "gonum.org/") && path != "golang.org/x/tools/container/intsets" {
			t.Errorf("btyd depends on %s", path)
		}
	}
}

// The driver is 67 MB and links for seconds: nothing that works without it may
// pull it in.
func TestOnlyTheBatchCarriesTheDriver(t *testing.T) {
	for _, name := range []string{"audience", "backtest", "btyd", "calendar", "campaign", "concentration", "config", "experiment", "focus", "measurement", "parquetfile", "plan", "proportion", "rfm", "schema", "simulation", "survival"} {
		output, err := exec.Command("go", "list", "-deps", "cbv/valuation/"+name).Output()
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		if strings.Contains(string(output), "go-duckdb") {
			t.Errorf("%s depends on the DuckDB driver", name)
		}
	}
}
