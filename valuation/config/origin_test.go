package config

import (
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestEverySettingHasItsOrigin(t *testing.T) {
	file := writeFile(t, `# a comment
orders:
  files:
    - a.parquet
    - b.parquet
  columns: {customer_id: who,
            amount: qty * price}
value:

  cac: null
  margin_rate: 0.3
run: {wait: 5m, max_age_days: 2}
rfm:
`)
	settings, err := Explain(Sources{
		File:    file,
		Environ: []string{"CBV_VALUE_CURRENCY=USD", "CBV_VALUE_MARGIN_RATE=0.2"},
		Flags:   map[string]string{"value.margin_rate": "0.1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	line := func(n int) string { return fmt.Sprintf("%s line %d", file, n) }
	want := map[string]string{
		"orders.files": line(3), "orders.columns.customer_id": line(6), "orders.columns.amount": line(7),
		"value.cac": line(10), "value.currency": "CBV_VALUE_CURRENCY", "value.margin_rate": "--value.margin_rate",
		"run.wait": line(12), "run.max_age_days": line(12),
	}
	for _, setting := range settings {
		expected, given := want[setting.Path]
		if !given {
			expected = "default"
		}
		if setting.Origin != expected {
			t.Errorf("%s comes from %q, want %q", setting.Path, setting.Origin, expected)
		}
	}
	if len(settings) != len(Keys()) {
		t.Errorf("%d settings, want %d", len(settings), len(Keys()))
	}
}

// What is printed, read as a file, gives the same settings.
func TestPrintedValuesReadBack(t *testing.T) {
	hostile := []string{"", "plain", "null", "No", "1e5", "a # b", "code <> 'M' and x > \"1\"", "- a", "a: b", "[x]", "tab\tand\nline", "é ☃ \u2028", "~", "*a", "&a", "2024-01-01", ".5", "-", " edge "}
	for _, text := range append(hostile, samples["orders.keep"]) {
		flags := map[string]string{}
		for path, value := range samples {
			flags[path] = value
		}
		flags["orders.keep"] = text
		flags["orders.files"] = "[/a.parquet, '/b #c/*.parquet']"
		flags["out"] = "/elsewhere"
		delete(flags, "orders.columns.margin") // beside margin_rate
		want, err := Load(Sources{Flags: flags})
		if err != nil {
			t.Fatal(err)
		}
		settings, err := Explain(Sources{Flags: flags})
		if err != nil {
			t.Fatal(err)
		}
		printed := map[string]string{}
		for _, setting := range settings {
			printed[setting.Path] = setting.Value
		}
		file := writeFile(t, nested(printed))
		got, err := Load(Sources{File: file})
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if !reflect.DeepEqual(got, want) {
			t.Errorf("%q:\n%+v\nwant\n%+v", text, got, want)
		}
	}
}

// Settings that break a limit are shown with the error: that is when one looks.
func TestSettingsOutOfLimitsAreShown(t *testing.T) {
	settings, err := Explain(Sources{})
	if err == nil || !strings.Contains(err.Error(), "orders.files") || len(settings) != len(Keys()) {
		t.Errorf("%d settings, %v", len(settings), err)
	}
}

func TestModelOfTheFileLiesBesideIt(t *testing.T) {
	file := writeFile(t, "orders: {files: x.parquet}\nrun: {model: out/latest}\n")
	c, err := Load(Sources{File: file})
	if want := filepath.Join(filepath.Dir(file), "out/latest"); err != nil || c.Run.Model != want {
		t.Errorf("%s, %v, want %s", c.Run.Model, err, want)
	}
}
