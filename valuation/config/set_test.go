package config

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cbv/valuation/rfm"
)

// load reads one flag beside what every configuration needs.
func load(path, text string) (Config, error) {
	flags := map[string]string{"orders.files": "x.parquet", "value.margin_rate": "0.3"}
	flags[path] = text
	return Load(Sources{Flags: flags})
}

func TestTextThatIsNoValueIsRefused(t *testing.T) {
	for path, texts := range map[string][]string{
		"value.horizon_days":      {"", " ", "30.5", "1e2", "0x10", "ten", "null", "[30]"},
		"value.discount_rate":     {"", "10 %", "0,1", "nan", "inf", "null"},
		"value.cac":               {"", "free", "-1", "inf", "nan", "1e300"},
		"orders.zero_is_purchase": {"", "yes", "1", "TRUE", "null"},
		"time.as_of":              {"", "2024-02-30", "30.6.2024", "2024-1-1", "today"},
		"rfm.frequency_cuts":      {"", "1 2 3 4 5", "1,2,3,4,5.5", "[1, 2, 3, 4, 5.5]", "[a]", "{}", "[1, 2"},
		"rfm.monetary_cuts":       {"[1, 2, 3, .inf]", "[1, 2, 3, .nan]", "[1, 2, 3]"},
		"orders.files":            {"", "[a.parquet, '']"},
		"run.max_age_days":        {"", "-1", "1.5", "36h", "two", "2d3h", "1e9", "nan"},
		"run.model_max_age_days":  {"", "null", "-3"},
		"run.wait":                {"", "-1m", "soon", "30", "null", "9000h"},
		"run.strict":              {"", "yes", "1"},
		"log":                     {"", "JSON", "xml"},
	} {
		for _, text := range texts {
			_, err := load(path, text)
			if err == nil {
				t.Errorf("--%s %q is taken", path, text)
			} else if !strings.Contains(err.Error(), path) {
				t.Errorf("--%s %q: the message does not name the setting: %v", path, text, err)
			}
		}
	}
}

func TestListsNeedNoBrackets(t *testing.T) {
	for text, want := range map[string][]string{
		"seed,mark":    {"seed", "mark"},
		"seed, mark":   {"seed", "mark"},
		"[seed, mark]": {"seed", "mark"},
		"seed":         {"seed"},
		"[]":           {},
	} {
		c, err := load("lists.include", text)
		if err != nil || !slices.Equal(c.Lists.Include, want) {
			t.Errorf("%q is read as %q, %v, want %q", text, c.Lists.Include, err, want)
		}
	}
	c, err := load("rfm.frequency_cuts", "1,2,3,4,5")
	if err != nil || !slices.Equal(c.RFM.FrequencyCuts, []int{1, 2, 3, 4, 5}) {
		t.Errorf("frequency cuts %v, %v", c.RFM.FrequencyCuts, err)
	}
}

func TestPathsAreTakenToTheLetter(t *testing.T) {
	for text, want := range map[string]Files{
		"orders":           {"orders"},
		"a: b.parquet":     {"a: b.parquet"},
		"#1.parquet":       {"#1.parquet"},
		"[1].parquet":      {"[1].parquet"},
		"**/*.parquet":     {"**/*.parquet"},
		"{a,b}.parquet":    {"{a,b}.parquet"},
		"[a, b/*.parquet]": {"a", "b/*.parquet"},
		"[a]":              {"a"},
		"null":             {"null"}, // what must be there cannot be unset
	} {
		c, err := load("orders.files", text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if !reflect.DeepEqual(c.Orders.Files, want) {
			t.Errorf("%q is read as %q, want %q", text, c.Orders.Files, want)
		}
	}
}

func TestNullUnsetsFiles(t *testing.T) {
	for _, path := range []string{"spend.files", "surveys.files", "people.files", "suppression.files", "contacts.files"} {
		var c Config
		walk(reflect.ValueOf(&c).Elem(), "", func(key Key, leaf reflect.Value) {
			if key.Path != path {
				return
			}
			leaf.Set(reflect.ValueOf(Files{"configured.parquet"}))
			if err := set(leaf, key, "--"+path, " null "); err != nil || !leaf.IsNil() {
				t.Errorf("%s: %v, %v", path, leaf, err)
			}
		})
	}
}

// What may be absent is unset by null, from a flag as from a variable; what may not is
// refused by its name.
func TestNullUnsetsTexts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cbv.yaml")
	text := `{orders: {files: x.parquet, keep: a > 0, columns: {currency: cur, channel: ch, order_id: o}}, value: {margin_rate: 0.3}, spend: {files: y.parquet},
  people: {columns: {email: mail, suppressed: gone}}, export: {region: GB}, run: {model: auto}}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	paths := []string{"orders.keep", "orders.columns.currency", "orders.columns.channel", "orders.columns.order_id",
		"people.columns.email", "people.columns.suppressed", "export.region", "run.model"}
	for _, path := range paths {
		for _, sources := range []Sources{
			{File: file, Flags: map[string]string{path: " null "}},
			{File: file, Environ: []string{Key{Path: path}.Env() + "=null"}},
		} {
			c, err := Load(sources)
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			walk(reflect.ValueOf(&c).Elem(), "", func(key Key, leaf reflect.Value) {
				if key.Path == path && leaf.String() != "" {
					t.Errorf("%s is %q after null", path, leaf)
				}
			})
		}
	}
	for _, path := range []string{"orders.columns.customer_id", "orders.columns.amount", "spend.columns.channel", "value.currency", "time.zone", "rfm.map", "log", "orders.grain", "engine.memory_limit"} {
		if _, err := load(path, "null"); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: null is taken: %v", path, err)
		}
	}
	if c, err := load("out", "null"); err != nil || c.Out != "null" {
		t.Errorf("out is %q, %v", c.Out, err)
	}
}

func TestNearest(t *testing.T) {
	known := []string{"customer_id", "ordered_at", "amount", "InvoiceDate", "total"}
	for name, want := range map[string]string{
		"CustomerID":  "customer_id",
		"customer":    "customer_id",
		"amonut":      "amount",
		"invoicedate": "InvoiceDate",
		"InvoiceNo":   "InvoiceDate",
		"price":       "",
		"":            "",
	} {
		if got := Nearest(name, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
}

// Every setting with few values takes each of them and no other.
func TestChoices(t *testing.T) {
	for _, key := range Keys() {
		if key.Path == "rfm.map" && !slices.Equal(key.Choices, rfm.Maps()) {
			t.Errorf("rfm.map: choices %v, and there are %v", key.Choices, rfm.Maps())
		}
		if len(key.Choices) == 0 {
			continue
		}
		load := func(value string) error {
			_, err := Load(Sources{Flags: map[string]string{
				"orders.files": "x", "orders.columns.order_id": "o", "orders.columns.channel": "c", key.Path: value,
			}})
			return err
		}
		for _, choice := range key.Choices {
			if err := load(choice); err != nil {
				t.Errorf("%s: %v", key.Path, err)
			}
		}
		if err := load("perhaps"); err == nil || !strings.Contains(err.Error(), key.Path) {
			t.Errorf("%s: perhaps: %v", key.Path, err)
		}
	}
}

// The sections hold every setting once, and an audience's and a target's beside.
func TestSections(t *testing.T) {
	var paths []string
	for _, section := range Sections() {
		if section.Meaning == "" || len(section.Keys) == 0 {
			t.Errorf("section %s: meaning %q, %d settings", section.Name, section.Meaning, len(section.Keys))
		}
		for _, key := range section.Keys {
			if key.Help == "" {
				t.Errorf("%s has no meaning", key.Path)
			}
			if !strings.Contains(key.Path, "[].") {
				paths = append(paths, key.Path)
			}
		}
	}
	var want []string
	for _, key := range Keys() {
		if !key.FileOnly {
			want = append(want, key.Path)
		}
	}
	if !slices.Equal(paths, want) {
		t.Errorf("sections hold %v, want %v", paths, want)
	}
}
