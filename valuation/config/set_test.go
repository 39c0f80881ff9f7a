package config

import (
	"reflect"
	"strings"
	"testing"
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
		"rfm.frequency_cuts":      {"", "1,2,3,4,5", "[1, 2, 3, 4, 5.5]", "[a]", "{}", "[1, 2"},
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
	} {
		c, err := load("orders.files", text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if !reflect.DeepEqual(c.Orders.Files, want) {
			t.Errorf("%q is read as %q, want %q", text, c.Orders.Files, want)
		}
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
