package config

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// samples are values other than the defaults, one for each key.
var samples = map[string]string{
	"out":                              "elsewhere",
	"orders.files":                     "[a.parquet, b.parquet]",
	"orders.columns.customer_id":       "who",
	"orders.columns.order_id":          "order",
	"orders.columns.ordered_at":        "when",
	"orders.columns.amount":            "qty * price",
	"orders.columns.margin":            "profit",
	"orders.columns.channel":           "source",
	"orders.grain":                     "order",
	"orders.keep":                      "code <> 'M'",
	"orders.zero_is_purchase":          "true",
	"orders.returns":                   "order",
	"orders.fit_from":                  "2024-01-31",
	"orders.hive_partitions":           "true",
	"spend.files":                      "[/data/spend.parquet]",
	"spend.columns.date":               "day",
	"spend.columns.channel":            "medium",
	"spend.columns.amount":             "cost + fee",
	"spend.columns.currency":           "money",
	"surveys.files":                    "[/data/answers.parquet]",
	"surveys.columns.customer_id":      "who",
	"surveys.columns.answered_at":      "when",
	"surveys.columns.score":            "answer",
	"people.files":                     "[/data/people.parquet]",
	"people.columns.customer_id":       "who",
	"people.columns.email":             "mail",
	"people.columns.phone":             "mobile",
	"people.columns.first_name":        "given",
	"people.columns.last_name":         "family",
	"people.columns.country":           "land",
	"people.columns.zip":               "postcode",
	"people.columns.city":              "town",
	"people.columns.state":             "region",
	"people.columns.consent_email":     "opted_in",
	"people.columns.consent_ads":       "ads_status = 'yes'",
	"people.columns.suppressed":        "blocked",
	"suppression.files":                "[/data/objections.parquet]",
	"suppression.columns.customer_id":  "who",
	"suppression.columns.email":        "mail",
	"suppression.columns.hash":         "sha256",
	"export.region":                    "GB",
	"export.global_holdout":            "0.02",
	"export.global_salt":               "2026",
	"targets":                          "[{name: phones, channel: ads, needs: [phone], columns: [{header: phone, field: phone, form: [digits, sha256]}], min_members: 1000}]",
	"audiences":                        "[{name: back, lifecycle: lapsed, target: csv, channel: email, columns: [clv], campaign: {name: spring, salt: s1, holdout: 0.1, window_days: 30, nights: 30, covariate: clv}}]",
	"value.target_ltv_cac":             "4",
	"value.replace_by":                 "search",
	"value.currency":                   "JPY",
	"value.margin_rate":                "0.25",
	"orders.columns.currency":          "curr",
	"orders.columns.version":           "updated_at",
	"orders.attributes":                "{country: Country, Tier: \"upper(tier)\"}",
	"identities.files":                 "[/data/merged.parquet]",
	"identities.columns.from":          "loser",
	"identities.columns.to":            "winner",
	"rates.files":                      "[/data/rates.parquet]",
	"rates.columns.date":               "on",
	"rates.columns.currency":           "code",
	"rates.columns.rate":               "1 / per_euro",
	"value.discount_rate":              "0.08",
	"value.horizon_days":               "730",
	"value.retention_cost":             "1.5",
	"value.cac":                        "12",
	"value.fit_by":                     "channel",
	"value.min_keep_share":             "0.1",
	"backtest.holdout_days":            "180",
	"backtest.max_total_error":         "0.4",
	"suspicions.order_total_share":     "0.07",
	"suspicions.order_total_slope":     "0.07",
	"suspicions.whole_share":           "0.07",
	"suspicions.whole_median":          "200",
	"suspicions.uneven_share":          "0.07",
	"suspicions.unmapped_share":        "0.07",
	"suspicions.quantity_slope":        "0.07",
	"suspicions.tax_share":             "0.07",
	"suspicions.refund_share":          "0.07",
	"suspicions.alike_share":           "0.07",
	"suspicions.one_id_day_share":      "0.07",
	"suspicions.one_id_factor":         "5",
	"suspicions.one_time_share":        "0.07",
	"suspicions.doubled_share":         "0.07",
	"suspicions.doubled_file_share":    "0.07",
	"suspicions.doubled_month_share":   "0.07",
	"suspicions.two_files_share":       "0.07",
	"suspicions.scale_factor":          "40",
	"suspicions.whole_scale_factor":    "10",
	"suspicions.swapped_days":          "60",
	"suspicions.rounding_share":        "0.07",
	"time.zone":                        "Europe/Berlin",
	"time.as_of":                       "2026-11-21",
	"rfm.map":                          "published",
	"rfm.frequency_cuts":               "[1, 2, 4, 8, 16]",
	"rfm.recency_cuts":                 "[10, 20, 40, 80]",
	"rfm.monetary_cuts":                "[10, 20.5, 40, 80]",
	"lifecycle.active":                 "0.6",
	"lifecycle.cooling":                "0.3",
	"lists.include":                    "[seed]",
	"lists.columns":                    "[customer_id, clv]",
	"engine.threads":                   "1",
	"engine.memory_limit":              "800MB",
	"run.strict":                       "true",
	"run.max_age_days":                 "2",
	"run.wait":                         "30m",
	"run.model":                        "/out/latest",
	"run.model_max_age_days":           "60",
	"log":                              "json",
	"run.accept":                       "[untested]",
	"suspicions.lost_share":            "0.02",
	"suspicions.lost_share_fails":      "0.02",
	"suspicions.restated_share":        "0.02",
	"suspicions.restated_share_fails":  "0.02",
	"suspicions.vanished_share":        "0.02",
	"suspicions.vanished_share_fails":  "0.02",
	"suspicions.shortened_share_fails": "0.02",
}

// leafOf returns the setting of a path.
func leafOf(c *Config, path string) any {
	var found any
	walk(reflect.ValueOf(c).Elem(), "", func(key Key, leaf reflect.Value) {
		if key.Path == path {
			found = leaf.Interface()
		}
	})
	return found
}

// Every key can be given by flag, by variable and by file, with one result that
// is not the default.
func TestEveryKeyIsReachable(t *testing.T) {
	standard := Default()
	for _, key := range Keys() {
		sample, ok := samples[key.Path]
		if !ok {
			t.Errorf("%s has no sample", key.Path)
			continue
		}
		base := map[string]string{"orders.files": "x.parquet"}
		// What one setting needs of others.
		switch key.Path {
		case "orders.grain", "orders.returns", "orders.columns.version":
			base["orders.columns.order_id"] = "order"
		case "rates.files":
			base["orders.columns.currency"] = "code"
		case "value.fit_by":
			base["orders.columns.channel"] = "source"
		case "value.replace_by":
			base["orders.columns.channel"], base["spend.files"], base["value.margin_rate"] = "source", "spend.parquet", "0.3"
		case "value.cac", "value.retention_cost", "spend.files":
			base["value.margin_rate"] = "0.3"
		}
		switch key.Path {
		case "suppression.files":
			base["suppression.columns.email"] = "mail"
		case "export.global_holdout":
			base["export.global_salt"] = "2026"
		}
		base[key.Path] = sample
		if key.FileOnly {
			base["people.files"] = "[/data/people.parquet]"
			byFile, err := Load(Sources{File: writeFile(t, nested(base))})
			if err != nil || reflect.DeepEqual(leafOf(&byFile, key.Path), leafOf(&standard, key.Path)) {
				t.Errorf("%s by file: %v, %v", key.Path, leafOf(&byFile, key.Path), err)
			}
			continue
		}
		byFlag, err := Load(Sources{Flags: base})
		if err != nil {
			t.Errorf("%s by flag: %v", key.Path, err)
			continue
		}
		var environ []string
		for _, k := range Keys() {
			if value, given := base[k.Path]; given {
				environ = append(environ, k.Env()+"="+value)
			}
		}
		byVariable, err := Load(Sources{Environ: environ})
		if err != nil || !reflect.DeepEqual(byFlag, byVariable) {
			t.Errorf("%s by variable: %v, %v", key.Path, leafOf(&byVariable, key.Path), err)
		}
		if reflect.DeepEqual(leafOf(&byFlag, key.Path), leafOf(&standard, key.Path)) {
			t.Errorf("%s: %s changes nothing", key.Path, sample)
		}
		byFile, err := Load(Sources{File: writeFile(t, nested(base))})
		if err != nil {
			t.Errorf("%s by file: %v", key.Path, err)
		}
		if !reflect.DeepEqual(byFile.Value, byFlag.Value) || !reflect.DeepEqual(byFile.RFM, byFlag.RFM) || !reflect.DeepEqual(byFile.Run, byFlag.Run) || byFile.Time.Zone != byFlag.Time.Zone ||
			!reflect.DeepEqual(byFile.People, byFlag.People) || !reflect.DeepEqual(byFile.Orders.Attributes, byFlag.Orders.Attributes) || byFile.Export != byFlag.Export {
			t.Errorf("%s by file: %+v, want %+v", key.Path, byFile, byFlag)
		}
	}
}

// Without a setting, a return belongs to its order where the orders are known, and the
// value in force is the one that everybody reads.
func TestReturnsFollowTheOrderIDs(t *testing.T) {
	for _, c := range []struct {
		flags map[string]string
		want  string
	}{
		{nil, "same_day"},
		{map[string]string{"orders.columns.order_id": "order"}, "order"},
		{map[string]string{"orders.columns.order_id": "order", "orders.returns": "same_day"}, "same_day"},
	} {
		from := Sources{Flags: map[string]string{"orders.files": "x.parquet"}}
		maps.Copy(from.Flags, c.flags)
		loaded, err := Load(from)
		if err != nil || loaded.Orders.Returns != c.want || loaded.Orders.NetsByOrder() != (c.want == "order") {
			t.Errorf("%v: %q, %v, want %q", c.flags, loaded.Orders.Returns, err, c.want)
		}
		settings, err := Explain(from)
		if err != nil {
			t.Fatal(err)
		}
		for _, setting := range settings {
			if setting.Path == "orders.returns" && setting.Value != c.want {
				t.Errorf("%v: shown as %q, want %q", c.flags, setting.Value, c.want)
			}
		}
	}
	if _, err := Load(Sources{Flags: map[string]string{"orders.files": "x.parquet", "orders.returns": "order"}}); err == nil || !strings.Contains(err.Error(), "orders.returns: order needs orders.columns.order_id") {
		t.Errorf("by orders that are not known: %v", err)
	}
}

// nested writes dotted keys as YAML, each section spelt out.
func nested(values map[string]string) string {
	var text strings.Builder
	sections := map[string]bool{}
	for _, key := range Keys() {
		value, given := values[key.Path]
		if !given {
			continue
		}
		parts := strings.Split(key.Path, ".")
		for depth := range parts[:len(parts)-1] {
			section := strings.Join(parts[:depth+1], ".")
			if !sections[section] {
				sections[section] = true
				text.WriteString(strings.Repeat("  ", depth) + parts[depth] + ":\n")
			}
		}
		text.WriteString(strings.Repeat("  ", len(parts)-1) + parts[len(parts)-1] + ": " + value + "\n")
	}
	return text.String()
}

func writeFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cbv.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFlagOutranksVariableOutranksFile(t *testing.T) {
	file := writeFile(t, "orders: {files: x.parquet}\nvalue: {currency: USD, horizon_days: 100, discount_rate: 0.2}\n")
	c, err := Load(Sources{
		File:    file,
		Environ: []string{"CBV_VALUE_HORIZON_DAYS=200", "CBV_VALUE_DISCOUNT_RATE=0.3"},
		Flags:   map[string]string{"value.discount_rate": "0.4"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.Value.Currency != "USD" || c.Value.HorizonDays != 200 || c.Value.DiscountRate != 0.4 || c.Value.MinKeepShare != 0.05 {
		t.Errorf("%+v", c.Value)
	}
	if want := filepath.Join(filepath.Dir(file), "x.parquet"); c.Orders.Files[0] != want {
		t.Errorf("files of the file: %s, want %s", c.Orders.Files[0], want)
	}
}

func TestNullUnsetsWhatTheFileSets(t *testing.T) {
	file := writeFile(t, "orders: {files: x.parquet}\nvalue: {margin_rate: 0.3}\ntime: {as_of: 2026-01-01}\n")
	c, err := Load(Sources{File: file, Flags: map[string]string{"value.margin_rate": "null", "time.as_of": "null"}})
	if err != nil {
		t.Fatal(err)
	}
	if c.Value.MarginRate != nil || c.Time.AsOf != nil {
		t.Errorf("margin_rate %v, as_of %v", c.Value.MarginRate, c.Time.AsOf)
	}
}

func TestMessagesNameTheKeyAndTheRemedy(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"ordrs: {}", `line 1: unknown key "ordrs": did you mean "orders"?`},
		{"orders:\n  files: x\n  colums: {}", `line 3: unknown key "colums": did you mean "columns"?`},
		{"value: {horizon_days: 0}", "value.horizon_days: 0 is not between 1"},
		{"value: {cac: 3}", "set value.margin_rate or orders.columns.margin"},
		{"spend: {files: s.parquet}", "set value.margin_rate or orders.columns.margin"},
		{"spend: {columns: {amount: ''}}", "spend.columns.amount: must name"},
		{"value: {target_ltv_cac: 0}", "3 is three times the cost"},
		{"value: {margin_rate: 30}", "0.3 is 30 %"},
		{"value: {currency: Euro}", "ISO 4217 code such as EUR"},
		{"time: {zone: Local}", "Europe/Berlin"},
		{"time: {as_of: 21.11.2026}", "write it as 2026-11-21"},
		{"suspicions: {doubled_share: 2}", "suspicions.doubled_share: 2 is not between 0 and 1: 0.01 is 1 %"},
		{"suspicions: {one_id_factor: 0}", "suspicions.one_id_factor: 0 is not between 1"},
		{"suspicions: {whole_median: 0}", "suspicions.whole_median: 0 is not an amount above 0"},
		{"rfm: {frequency_cuts: [2, 3, 4, 5, 6]}", "start at 1"},
		{"lifecycle: {active: 0.1}", "0 < cooling < active < 1"},
		{"contacts: {columns: {sent_at: ''}}", "contacts.columns.sent_at: must name"},
		{"measure: {winsorise_percentile: 0.99}", "99 cuts off"},
		{"engine: {memory_limit: lots}", "such as 2GB"},
		{"engine: {memory_limit: 511MB}", "511MB is too little to work with: give at least 512MB"},
	} {
		text := c.text
		if !strings.Contains(text, "files: x") && !strings.Contains(text, "colums") && !strings.Contains(text, "ordrs") {
			text += "\norders: {files: x.parquet}"
		}
		_, err := Load(Sources{File: writeFile(t, text)})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\n%v\nwant %s", c.text, err, c.want)
		}
	}
}

// The engine has three quarters of the memory of a run.
func TestMemoryOfTheEngine(t *testing.T) {
	for limit, want := range map[string]string{"1GB": "750000000B", "512MB": "384000000B", "1 GiB": "805306368B"} {
		if got := (Engine{MemoryLimit: limit}).EngineMemory(); got != want {
			t.Errorf("of %s the engine has %s, want %s", limit, got, want)
		}
	}
}
