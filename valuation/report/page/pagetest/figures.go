package pagetest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"cbv/valuation/parquetfile"
)

// Agrees holds every figure of a page to the file of the run that it names, digit for
// digit, and what is shown of it to its value. It returns how many figures it has held.
func Agrees(t *testing.T, root *Element, folder string) (held int) {
	t.Helper()
	f := files{folder: folder, tables: map[string][]parquetfile.Record{}}
	text, err := os.ReadFile(filepath.Join(folder, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &f.manifest); err != nil {
		t.Fatal(err)
	}
	for _, data := range root.All("data") {
		held++
		soundRounding(t, data)
		switch from := data.Attr["data-from"]; from {
		case "":
		case "manifest":
			f.holdStated(t, data)
		default:
			wanted := map[string]string{data.Attr["data-column"]: data.Attr["value"]}
			if !f.has(t, from, data.Attr["data-where"], wanted) {
				t.Errorf("%s has no row with %s and %v", from, data.Attr["data-where"], wanted)
			}
		}
	}
	for _, table := range root.All("table") {
		f.holdTable(t, table)
	}
	return held
}

// files are those of a run.
type files struct {
	folder   string
	tables   map[string][]parquetfile.Record
	manifest map[string]any
}

// has reports whether a table has a row that satisfies conditions, a=1;b=2, and holds
// values, "" for null.
func (f files) has(t *testing.T, table, where string, values map[string]string) bool {
	t.Helper()
	rows, read := f.tables[table]
	if !read {
		var err error
		if rows, err = parquetfile.ReadRecords(filepath.Join(f.folder, table+".parquet"), func(parquetfile.Record) bool { return true }); err != nil {
			t.Fatal(err)
		}
		f.tables[table] = rows
	}
	conditions := map[string]string{}
	for condition := range strings.SplitSeq(where, ";") {
		if column, value, has := strings.Cut(condition, "="); has {
			conditions[column] = value
		}
	}
	for _, row := range rows {
		if satisfies(row, conditions) && satisfies(row, values) {
			return true
		}
	}
	return false
}

func satisfies(row parquetfile.Record, values map[string]string) bool {
	for column, value := range values {
		if exact(row[column]) != value {
			return false
		}
	}
	return true
}

// exact writes a value with all digits.
func exact(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(value, 'g', -1, 64)
	case time.Time:
		return value.Format(time.DateOnly)
	}
	return fmt.Sprint(value)
}

// holdStated holds a figure to its place in the manifest.
func (f files) holdStated(t *testing.T, data *Element) {
	t.Helper()
	var value any = f.manifest
	for name := range strings.SplitSeq(data.Attr["data-column"], ".") {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	if got := data.Attr["value"]; exact(value) != got {
		t.Errorf("the manifest has %s at %s, the page %s", exact(value), data.Attr["data-column"], got)
	}
}

// holdTable holds each row of a table to one of its file. A pivot's columns of one
// condition are of one row.
func (f files) holdTable(t *testing.T, table *Element) {
	t.Helper()
	from := table.Attr["data-from"]
	heads := table.All("thead")[0].All("th")
	for _, row := range table.All("tbody")[0].All("tr") {
		groups := map[string]map[string]string{}
		names := map[string]string{}
		for i, cell := range row.Children {
			value := ""
			if data := cell.All("data"); len(data) == 1 {
				value = data[0].Attr["value"]
			}
			where, column := heads[i].Attr["data-where"], heads[i].Attr["data-column"]
			if cell.Name == "th" {
				names[column] = value
				continue
			}
			if groups[where] == nil {
				groups[where] = map[string]string{}
			}
			groups[where][column] = value
		}
		switch from {
		case "manifest":
			f.holdRow(t, row)
		case "runs":
			f.holdRun(t, names["as_of"], groups[""])
		default:
			delete(names, "")
			for where, values := range groups {
				for column, value := range names {
					values[column] = value
				}
				if where = table.Attr["data-where"] + ";" + where; !f.has(t, from, where, values) && !isAllUnknown(values, names) {
					t.Errorf("%s has no row with %s and %v", from, where, values)
				}
			}
		}
	}
}

// isAllUnknown reports whether a group of cells says nothing: a pivot has no row for what
// is not known yet.
func isAllUnknown(values, names map[string]string) bool {
	for column, value := range values {
		if _, isName := names[column]; !isName && value != "" {
			return false
		}
	}
	return true
}

// holdRow wants every number of a row somewhere in the manifest.
func (f files) holdRow(t *testing.T, row *Element) {
	t.Helper()
	known := map[string]bool{}
	leaves(f.manifest, known)
	for _, data := range row.All("data") {
		value := data.Attr["value"]
		if _, err := strconv.ParseFloat(value, 64); err == nil && !known[value] {
			t.Errorf("the manifest has no %s", value)
		}
	}
}

func leaves(value any, into map[string]bool) {
	switch value := value.(type) {
	case map[string]any:
		for _, each := range value {
			leaves(each, into)
		}
	case []any:
		for _, each := range value {
			leaves(each, into)
		}
	default:
		into[exact(value)] = true
	}
}

// holdRun holds a line of the months to the figures of its run.
func (f files) holdRun(t *testing.T, asOf string, values map[string]string) {
	t.Helper()
	other := files{folder: filepath.Join(f.folder, "..", "..", asOf), tables: map[string][]parquetfile.Record{}}
	if asOf == f.manifest["as_of"] {
		other = f
	}
	for metric, value := range values {
		if !other.has(t, "kpis", "metric="+metric, map[string]string{"value": value}) {
			t.Errorf("the run of %s has no %s of %s", asOf, metric, value)
		}
	}
}

// soundRounding wants a number to be shown as what its value rounds to.
func soundRounding(t *testing.T, data *Element) {
	t.Helper()
	value, err := strconv.ParseFloat(data.Attr["value"], 64)
	if err != nil {
		return // a text, a day
	}
	shown, unit := strings.ReplaceAll(data.Text, ",", ""), 1.
	if percent, is := strings.CutSuffix(shown, "\u00a0%"); is {
		shown, unit = percent, 0.01
	}
	if least, is := strings.CutPrefix(shown, "under "); is {
		if bound, err := strconv.ParseFloat(least, 64); err != nil || value >= bound*unit {
			t.Errorf("%s is shown as %s", data.Attr["value"], data.Text)
		}
		return
	}
	shown, _, _ = strings.Cut(shown, " ")
	if shown == "yes" || shown == "no" {
		return
	}
	got, err := strconv.ParseFloat(shown, 64)
	if err != nil {
		t.Errorf("%s is shown as %q", data.Attr["value"], data.Text)
		return
	}
	if strings.HasSuffix(data.Text, "points") {
		unit = 0.01
	}
	_, digits, _ := strings.Cut(shown, ".")
	step := unit
	for range digits {
		step /= 10
	}
	if off := got*unit - value; off > step*0.5000001 || off < -step*0.5000001 {
		t.Errorf("%s is shown as %s", data.Attr["value"], data.Text)
	}
}
