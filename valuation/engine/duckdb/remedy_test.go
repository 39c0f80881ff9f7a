// Which expressions read which values is the engine's to say, so the remedies are
// tested here.
package duckdb_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cbv/valuation/engine"
	"cbv/valuation/engine/duckdb"
	"cbv/valuation/source/remedy"
)

func openEngine(t *testing.T, folder string) engine.Engine {
	t.Helper()
	macros, err := os.ReadFile("../../../sql/engine/duckdb.sql")
	if err != nil {
		t.Fatal(err)
	}
	e, err := duckdb.Open(context.Background(), engine.Options{Threads: 1, MemoryLimit: "500MB", TempDir: folder, Writable: folder, Macros: string(macros)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// columnOf writes files whose column v has the values of a list each, and returns it.
func columnOf(t *testing.T, e engine.Engine, folder string, lists ...string) remedy.Column {
	t.Helper()
	column := remedy.Column{Value: "v", Zone: "Europe/Berlin"}
	for i, list := range lists {
		path := filepath.Join(folder, fmt.Sprintf("%s-%d.parquet", strings.ReplaceAll(t.Name(), "/", "-"), i))
		query := "select row_number() over () as n, v from (select unnest([" + list + "]) as v)"
		if _, err := e.File(context.Background(), "written", query, engine.File{Path: path, Key: []string{"n"}, Metadata: map[string]string{"made_by": "test"}}); err != nil {
			t.Fatalf("%s: %v", list, err)
		}
		column.Input.Files = append(column.Input.Files, path)
		if len(lists) > 1 {
			column.Input.Parts = append(column.Input.Parts, engine.InputPart{Files: []int{i}})
		}
	}
	return column
}

// reads is a column and how it is read.
type reads struct {
	name   string
	want   remedy.Want
	values string // the list of them, as SQL
	by     string // "" for nothing
	of     string // read of values
	before string
	after  string
	others int
}

var readings = []reads{
	{"ISO in UTC", remedy.Time, `'2024-03-01T23:30:00Z', null, '2024-03-02T04:30:00Z'`, "try_cast(v as timestamptz)", "2 of 2", "2024-03-01T23:30:00Z", "2024-03-01 23:30:00+00", 0},
	{"an offset after a space", remedy.Time, `'2024-03-01 22:00:00 -0500'`, "try_strptime(v, '%Y-%m-%d %H:%M:%S %z')", "1 of 1", "2024-03-01 22:00:00 -0500", "2024-03-02 03:00:00+00", 0},
	{"an offset with a colon", remedy.Time, `'2024-03-01T22:00:00+02:00'`, "try_cast(v as timestamptz)", "1 of 1", "2024-03-01T22:00:00+02:00", "2024-03-01 20:00:00+00", 0},
	{"as in an e-mail", remedy.Time, `'Tue, 02 Jan 2024 03:00:00 +0100'`, "try_strptime(v, '%a, %d %b %Y %H:%M:%S %z')", "1 of 1", "Tue, 02 Jan 2024 03:00:00 +0100", "2024-01-02 02:00:00+00", 0},
	{"with a zone and without", remedy.Time, `'2024-03-01T23:30:00Z', '2024-03-02 04:30:00'`, "", "1 of 2", "", "", 0},
	{"local", remedy.Time, `'2024-03-01 10:00:00', ' ', '2024-03-01T11:00'`, "try_cast(v as timestamp)", "2 of 2", "2024-03-01 10:00:00", "2024-03-01 10:00:00", 0},
	{"days", remedy.Time, `'2024-03-01'`, "try_cast(v as date)", "1 of 1", "2024-03-01", "2024-03-01", 0},
	{"a day above the 12th", remedy.Time, `'01/02/2024', '13/02/2024'`, "try_strptime(v, '%d/%m/%Y')", "2 of 2", "01/02/2024", "2024-02-01 00:00:00", 0},
	{"months first", remedy.Time, `'01/02/2024 9:05 PM', '02/13/2024 10:00 AM'`, "try_strptime(v, '%m/%d/%Y %I:%M %p')", "2 of 2", "01/02/2024 9:05 PM", "2024-01-02 21:05:00", 0},
	{"day or month first", remedy.Time, `'01/02/2024', '03/04/2024'`, "try_strptime(v, '%d/%m/%Y')", "2 of 2", "01/02/2024", "2024-02-01 00:00:00", 1},
	{"a year of two figures", remedy.Time, `'13.02.24'`, "try_strptime(v, '%d.%m.%y')", "1 of 1", "13.02.24", "2024-02-13 00:00:00", 0},
	{"months in words", remedy.Time, `'Jan 2, 2024'`, "try_strptime(v, '%b %d, %Y')", "1 of 1", "Jan 2, 2024", "2024-01-02 00:00:00", 0},
	{"seconds", remedy.Time, `1709336096, 1709336097`, "to_timestamp(v)", "2 of 2", "1709336096", "2024-03-01 23:34:56+00", 0},
	{"milliseconds", remedy.Time, `1709336096000`, "to_timestamp(v / 1e3)", "1 of 1", "1709336096000", "2024-03-01 23:34:56+00", 0},
	{"microseconds", remedy.Time, `1709336096000000`, "to_timestamp(v / 1e6)", "1 of 1", "1709336096000000", "2024-03-01 23:34:56+00", 0},
	{"nanoseconds", remedy.Time, `1709336096000000000`, "to_timestamp(v / 1e9)", "1 of 1", "1709336096000000000", "2024-03-01 23:34:56+00", 0},
	{"seconds as text", remedy.Time, `'1709336096'`, "to_timestamp(try_cast(v as bigint))", "1 of 1", "1709336096", "2024-03-01 23:34:56+00", 0},
	{"seconds as doubles", remedy.Time, `1709336096e0`, "to_timestamp(v)", "1 of 1", "1709336096.0", "2024-03-01 23:34:56+00", 0},
	{"days as numbers", remedy.Time, `20240301`, "try_strptime(cast(v as varchar), '%Y%m%d')", "1 of 1", "20240301", "2024-03-01 00:00:00", 0},
	{"a time that fits", remedy.Time, `timestamp '2024-03-01 10:00:00'`, "v", "1 of 1", "2024-03-01 10:00:00", "2024-03-01 10:00:00", 0},
	{"a time of day", remedy.Time, `time '10:00:00'`, "", "0 of 1", "", "", 0},
	{"numbers that are no times", remedy.Time, `1, 2`, "", "0 of 2", "", "", 0},
	{"no time at all", remedy.Time, `'soon', null`, "", "0 of 1", "", "", 0},
	{"no value", remedy.Time, `'', null`, "", "0 of 0", "", "", 0},
	{"days of a zone", remedy.Day, `'2024-03-01T23:30:00Z'`, "cast(timezone('Europe/Berlin', try_cast(v as timestamptz)) as date)", "1 of 1", "2024-03-01T23:30:00Z", "2024-03-02", 0},
	{"days of a zone by an offset", remedy.Day, `'2024-03-01 23:30:00 +0000'`, "cast(timezone('Europe/Berlin', try_strptime(v, '%Y-%m-%d %H:%M:%S %z')) as date)", "1 of 1", "2024-03-01 23:30:00 +0000", "2024-03-02", 0},
	{"local days", remedy.Day, `'2024-03-01'`, "try_cast(v as date)", "1 of 1", "2024-03-01", "2024-03-01", 0},

	{"points", remedy.Money, `'12.50', '-3', '', '1e2', 'nan'`, "try_cast(v as double)", "3 of 3", "12.50", "12.5", 0},
	{"thousands with commas", remedy.Money, `'1,234.56', '7.00'`, `try_cast(regexp_replace(v, ',(\d{3})\b', '\1', 'g') as double)`, "2 of 2", "1,234.56", "1234.56", 0},
	{"decimal commas", remedy.Money, `'1.234,56', '12,50', '1.000.000,00', '7'`, `try_cast(replace(regexp_replace(v, '\.(\d{3})\b', '\1', 'g'), ',', '.') as double)`, "4 of 4", "1.234,56", "1234.56", 0},
	{"spaces in thousands", remedy.Money, `'1 234,56', concat('12', chr(160), '345,00')`, `try_cast(replace(regexp_replace(v, '[\s\p{Zs}]', '', 'g'), ',', '.') as double)`, "2 of 2", "1 234,56", "1234.56", 0},
	{"apostrophes", remedy.Money, `'1''234.50'`, `try_cast(replace(v, '''', '') as double)`, "1 of 1", "1'234.50", "1234.5", 0},
	{"a sign before", remedy.Money, `'$12.50', '-$3.00'`, `try_cast(replace(v, '$', '') as double)`, "2 of 2", "$12.50", "12.5", 0},
	{"a sign after decimal commas", remedy.Money, `'1.234,50 €', '3,00 €'`, `try_cast(replace(regexp_replace(replace(v, '€', ''), '\.(\d{3})\b', '\1', 'g'), ',', '.') as double)`, "2 of 2", "1.234,50 €", "1234.5", 0},
	{"a code before", remedy.Money, `'EUR 12.50'`, `try_cast(replace(v, 'EUR', '') as double)`, "1 of 1", "EUR 12.50", "12.5", 0},
	{"two currencies", remedy.Money, `'$12.50', '€3.00'`, "", "1 of 2", "", "", 0},
	{"thousands or decimals", remedy.Money, `'1,234', '5,678'`, `try_cast(regexp_replace(v, ',(\d{3})\b', '\1', 'g') as double)`, "2 of 2", "1,234", "1234.0", 1},
	{"decimal points and commas", remedy.Money, `'12,50', '12.50'`, "", "1 of 2", "", "", 0},
	{"a word among amounts", remedy.Money, `'12.50', 'free'`, "", "1 of 2", "", "", 0},
	{"money that fits", remedy.Money, `12.50`, "v", "1 of 1", "12.50", "12.50", 0},
	{"a truth as money", remedy.Money, `true`, "", "0 of 1", "", "", 0},

	{"versions as doubles", remedy.Version, `1e0, 3e0`, "try_cast(v as bigint)", "2 of 2", "1.0", "1", 0},
	{"versions as text", remedy.Version, `'1', '12'`, "try_cast(v as bigint)", "2 of 2", "1", "1", 0},
	{"versions as times", remedy.Version, `'2024-03-01T23:30:00Z'`, "try_cast(v as timestamptz)", "1 of 1", "2024-03-01T23:30:00Z", "2024-03-01 23:30:00+00", 0},

	{"whole doubles", remedy.ID, `1e0, null, 'nan'::double`, "try_cast(v as bigint)", "1 of 1", "1.0", "1", 0},
	{"a double beyond what it holds", remedy.ID, `1e0, 9007199254740993::double`, "", "1 of 2", "", "", 0},
	{"fractions", remedy.ID, `1.5::double`, "cast(v as varchar)", "1 of 1", "1.5", "1.5", 0},
	{"decimals", remedy.ID, `12.00`, "cast(v as bigint)", "1 of 1", "12.00", "12", 0},
	{"bytes", remedy.ID, `'\xC3\xA4'::blob`, "decode(v)", "1 of 1", `\xC3\xA4`, "ä", 0},
	{"a record", remedy.ID, `{'id': 1}`, "", "0 of 1", "", "", 0},

	{"a number as condition", remedy.Condition, `0, 1`, "v > 0", "2 of 2", "0", "false", 0},
	{"words as condition", remedy.Condition, `'Yes', 'no'`, "case v when 'Yes' then true when 'no' then false end", "2 of 2", "Yes", "true", 0},
	{"words that are none", remedy.Condition, `'paid', 'open'`, "", "0 of 2", "", "", 0},
	{"a time as condition", remedy.Condition, `date '2024-03-01', null`, "v is not null", "1 of 1", "2024-03-01", "true", 0},
	{"consent in words", remedy.Consent, `'subscribed', 'pending', 'unsubscribed'`, "case v when 'subscribed' then true when 'unsubscribed' then false end", "3 of 3", "subscribed", "true", 0},
	{"consent as numbers", remedy.Consent, `0, 1`, "case v when 1 then true when 0 then false end", "2 of 2", "0", "false", 0},
	{"consent as a time", remedy.Consent, `date '2024-03-01', null`, "case when v is not null then true end", "1 of 1", "2024-03-01", "true", 0},
	{"no consent", remedy.Consent, `'a@example.com', 'b@example.com'`, "", "0 of 2", "", "", 0},
}

func TestReadings(t *testing.T) {
	folder := t.TempDir()
	e := openEngine(t, folder)
	for _, c := range readings {
		t.Run(c.name, func(t *testing.T) {
			got, err := remedy.Find(context.Background(), e, columnOf(t, e, folder, c.values), c.want)
			if err != nil {
				t.Fatal(err)
			}
			read := fmt.Sprintf("%d of %d", got.Read, got.Values)
			if got.Expression != c.by || read != c.of || len(got.Others) != c.others {
				t.Errorf("%s is read by %q, %s, %d others; want %q, %s, %d", c.values, got.Expression, read, len(got.Others), c.by, c.of, c.others)
			}
			if c.by != "" && (got.Before != c.before || got.After != c.after) {
				t.Errorf("%s: %q becomes %q, want %q and %q", c.values, got.Before, got.After, c.before, c.after)
			}
			if c.by == "" {
				return
			}
			// What is proposed must be allowed in a configuration.
			if _, err := e.CheckExpression(context.Background(), got.Expression, []string{"v"}); err != nil {
				t.Errorf("%s: %v", got.Expression, err)
			}
		})
	}
}
