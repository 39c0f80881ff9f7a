package duckdb

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cbv/valuation/engine"
)

func open(t *testing.T, readable ...string) (*database, string) {
	t.Helper()
	folder := t.TempDir()
	macros, err := os.ReadFile("../../../sql/engine/duckdb.sql")
	if err != nil {
		t.Fatal(err)
	}
	e, err := Open(context.Background(), engine.Options{
		MemoryLimit: "1GB", TempDir: folder, Writable: folder, Readable: readable, Macros: string(macros),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e.(*database), folder
}

func TestExpressionsOverOneRow(t *testing.T) {
	e, _ := open(t)
	columns := []string{"Quantity", "UnitPrice", "Invoice Date", "code"}
	for text, want := range map[string][]string{
		"Quantity * UnitPrice":                             {"Quantity", "UnitPrice"},
		"quantity":                                         {"Quantity"},
		`try_cast("Invoice Date" as timestamp)`:            {"Invoice Date"},
		"code not in ('POST', 'M') and code is not null":   {"code"},
		"case when Quantity > 0 then UnitPrice else 0 end": {"Quantity", "UnitPrice"},
		"coalesce(nullif(trim(code), ''), 'none') -- note": {"code"},
		"Quantity between 1 and 2 or code like 'A%'":       {"Quantity", "code"},
		"date '2020-01-01' + interval 1 day":               nil,
	} {
		used, err := e.CheckExpression(context.Background(), text, columns)
		slices.Sort(used)
		slices.Sort(want)
		if err != nil || !slices.Equal(used, want) {
			t.Errorf("%s: uses %v, %v; want %v", text, used, err, want)
		}
	}
}

func TestExpressionsThatAreMoreThanThat(t *testing.T) {
	e, _ := open(t)
	for _, text := range []string{
		"", "code; drop table t", "drop table t", "1) union (select 2", "(select 1)", "exists (select 1)", "code in (select 'x')",
		"sum(Quantity)", "count(*)", "list(code)", "row_number() over ()", "lag(code) over (order by code)", "unnest([1, 2])",
		"now()", "current_date", "random()", "getvariable('x')", "getenv('HOME')", "read_text('/etc/passwd')", "nextval('s')",
		"*", "columns('.*')", "?", "$1", "#1", "code from t", "code as other", "code, Quantity", "distinct code", "code order by 1",
		"code limit 1", "t.code", "list_transform([1], x -> x)", "nothing", "code union select 1", "other.lower(code)",
		"sum(Quantity) filter (where true)", "pg_sleep(1)", "query('select 1')", "query_table('t')", "error('stop')",
	} {
		if used, err := e.CheckExpression(context.Background(), text, []string{"Quantity", "code"}); err == nil {
			t.Errorf("%q passes as an expression over one row, using %v", text, used)
		}
	}
}

// A parse tree is only as good as what is embedded afterwards: what passes must
// still be one expression inside the parentheses that the view puts around it.
func FuzzExpression(f *testing.F) {
	for _, seed := range []string{"a", "a -- b", "1) union (select 2", "a /* b", "'a", "a)--", "((a))", "case when a then 1 end", "$$x$$", "0,"} {
		f.Add(seed)
	}
	macros, err := os.ReadFile("../../../sql/engine/duckdb.sql")
	if err != nil {
		f.Fatal(err)
	}
	e, err := Open(context.Background(), engine.Options{MemoryLimit: "1GB", TempDir: f.TempDir(), Macros: string(macros)})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { e.Close() })
	f.Fuzz(func(t *testing.T, text string) {
		ctx := context.Background()
		if _, err := e.CheckExpression(ctx, text, []string{"a", "b"}); err != nil {
			return
		}
		tree, err := e.(*database).parse(ctx, "select (\n"+text+"\n) as x")
		if err != nil {
			t.Fatalf("%q passes and does not parse in parentheses: %v", text, err)
		}
		item := tree["statements"].([]any)[0].(map[string]any)["node"].(map[string]any)["select_list"].([]any)
		if len(item) != 1 {
			t.Fatalf("%q becomes %d items", text, len(item))
		}
	})
}

func TestTheEngineTouchesOnlyWhatIsDeclared(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside.parquet")
	if err := os.WriteFile(outside, []byte("PAR1"), 0o600); err != nil {
		t.Fatal(err)
	}
	e, folder := open(t)
	ctx := context.Background()
	for _, query := range []string{
		"select * from read_parquet(" + engine.Quote(outside) + ")",
		"select * from read_text('/etc/hostname')",
		"select * from glob('/etc/*')",
	} {
		if _, err := e.Table(ctx, "t", query); err == nil {
			t.Errorf("%s is allowed", query)
		}
	}
	for _, statement := range []string{"install httpfs", "load httpfs", "set threads = 1", "set enable_external_access = true", "attach " + engine.Quote(outside)} {
		if err := e.exec(ctx, statement); err == nil {
			t.Errorf("%s is allowed", statement)
		}
	}
	if _, err := e.File(ctx, "f", "select 1 as a", engine.File{Path: filepath.Join(filepath.Dir(outside), "f.parquet"), Key: []string{"a"}, Metadata: map[string]string{"a": "b"}}); err == nil {
		t.Error("a file outside the writable folder is allowed")
	}
	if _, err := e.File(ctx, "f", "select 1 as a", engine.File{Path: filepath.Join(folder, "f.parquet"), Key: []string{"a"}, Metadata: map[string]string{"a": "b"}}); err != nil {
		t.Errorf("a file inside the writable folder is not allowed: %v", err)
	}
}

func TestCancellingStopsAQuery(t *testing.T) {
	e, _ := open(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := e.Table(ctx, "t", "select count(*) as n from range(10000000000)")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want the context's own error", err)
	}
}

func TestFilesAreTheSameWhateverTheThreads(t *testing.T) {
	var files []string
	for _, threads := range []int{1, 2, 4} {
		folder := t.TempDir()
		e, err := Open(context.Background(), engine.Options{Threads: threads, MemoryLimit: "1GB", TempDir: folder, Writable: folder, Macros: "select 1"})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, "f.parquet")
		_, err = e.File(context.Background(), "f", "select (i * 7919) % 300000 as k, i % 7 as v from range(300000) as r(i)", engine.File{Path: path, Key: []string{"k"}, Metadata: map[string]string{"cbv.schema": "it's"}})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		bytes, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, string(bytes))
	}
	if files[0] != files[1] || files[0] != files[2] {
		t.Error("the bytes of a file depend on the number of threads")
	}
}

// Percentiles of SQL must be the inverted CDF that the documentation states:
// the smallest value whose share of values at or below it reaches the level.
func TestQuantilesAreTheInvertedCDF(t *testing.T) {
	e, _ := open(t)
	ctx := context.Background()
	for n := 1; n <= 60; n++ {
		query := strings.ReplaceAll(`select
    percentile_disc(0.2) within group (order by i) as a, percentile_disc(0.4) within group (order by i) as b,
    percentile_disc(0.6) within group (order by i) as c, percentile_disc(0.8) within group (order by i) as d,
    percentile_disc(0.1) within group (order by i desc) as e
from range(1, N + 1) as r(i)`, "N", strconv.Itoa(n))
		if _, err := e.Table(ctx, "q", query); err != nil {
			t.Fatal(err)
		}
		row, err := engine.One[struct{ A, B, C, D, E int }](ctx, e, "q")
		if err != nil {
			t.Fatal(err)
		}
		got := [5]int{row.A, row.B, row.C, row.D, row.E}
		var want [5]int
		for i, tenths := range []int{2, 4, 6, 8, 1} {
			want[i] = (n*tenths + 9) / 10 // ⌈n · level⌉ in whole numbers
		}
		want[4] = n + 1 - want[4]
		if got != want {
			t.Errorf("of 1 to %d: %v, want %v", n, got, want)
		}
	}
}

// Rows come in the order of the key's bytes, each once, however many ranges they
// are read in.
func TestRowsInOrder(t *testing.T) {
	ctx := context.Background()
	e, _ := open(t)
	const query = "select case when i % 3 = 0 then concat('x''', cast(i as varchar)) else md5(cast(i as varchar)) end as id, i as number from range(150000) as numbers (i)"
	if _, err := e.Table(ctx, "keyed", query); err != nil {
		t.Fatal(err)
	}
	var last string
	var sum, rows int64
	for row, err := range engine.SelectInOrder[struct {
		Number int64
		ID     string
	}](ctx, e, "keyed", "id") {
		if err != nil {
			t.Fatal(err)
		}
		if rows > 0 && row.ID <= last {
			t.Fatalf("%q comes after %q", row.ID, last)
		}
		last = row.ID
		sum += row.Number
		rows++
	}
	if rows != 150_000 || sum != 150_000*149_999/2 {
		t.Errorf("%d rows, sum %d", rows, sum)
	}
	for range e.RowsInOrder(ctx, "keyed", []string{"id"}, "id") {
		break // whoever has seen enough stops
	}
	if _, err := e.Count(ctx, "rows_in_order"); err == nil {
		t.Error("the table of ordered rows is left")
	}
}

// The first row that cannot be computed is found wherever it stands, with several
// row groups, and where values repeat.
func TestFirstUnread(t *testing.T) {
	ctx := context.Background()
	const rows = 300_000
	e, folder := open(t)
	path := filepath.Join(folder, "rows.parquet")
	query := fmt.Sprintf("select i, case when i in (200123, 250000) then 'x' else cast(i %% 7 as varchar) end as code from range(1, %d) as r (i)", rows+1)
	if _, err := e.File(ctx, "rows_file", query, engine.File{Path: path, Key: []string{"i"}, Metadata: map[string]string{"made_by": "test"}}); err != nil {
		t.Fatal(err)
	}
	for expression, want := range map[string]int64{
		"cast(code as integer)":                                  200_123,
		"cast(i as integer) + 1":                                 0,
		"try_cast(code as integer)":                              0,
		"cast(i * 1000 as integer)":                              0,
		"cast(1000000 * i as integer)":                           2_148,
		"case when i = 1 then cast(code || 'y' as int) end":      1,
		"case when i = 300000 then cast(code || 'y' as int) end": rows,
	} {
		in := engine.Input{Name: "probed", Files: []string{path}, Columns: []engine.InputColumn{{Name: "value", Expression: expression}}}
		if got, err := e.FirstUnread(ctx, in, rows); err != nil || got != want {
			t.Errorf("%s: row %d, %v; want %d", expression, got, err, want)
		}
	}
}

// There is one connection: what is asked for while rows are read would wait for
// ever.
func TestWhatIsAskedForWhileRowsAreReadIsRefused(t *testing.T) {
	ctx := context.Background()
	e, _ := open(t)
	if _, err := e.Table(ctx, "numbers", "select i from range(5) as r (i)"); err != nil {
		t.Fatal(err)
	}
	for _, err := range e.Rows(ctx, "numbers", []string{"i"}) {
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Count(ctx, "numbers"); err == nil || !strings.Contains(err.Error(), "being read") {
			t.Errorf("a count while rows are read: %v", err)
		}
		if err := e.View(ctx, "other", "select 1 as i"); err == nil || !strings.Contains(err.Error(), "being read") {
			t.Errorf("a view while rows are read: %v", err)
		}
		break
	}
	if n, err := e.Count(ctx, "numbers"); err != nil || n != 5 {
		t.Errorf("after the reading: %d, %v", n, err)
	}
	var asked error
	err := e.Insert(ctx, "copied", []engine.Column{{Name: "i", Type: engine.Bigint}}, func(yield func([]any) bool) {
		for row, err := range e.Rows(ctx, "numbers", []string{"i"}) {
			if asked = err; err != nil || !yield(row) {
				return
			}
		}
	})
	if err != nil || asked == nil || !strings.Contains(asked.Error(), "being read or filled") {
		t.Errorf("a table that is filled from another: %v, %v", err, asked)
	}
}

func TestNaNIsRefused(t *testing.T) {
	ctx := context.Background()
	e, _ := open(t)
	type row struct{ Share *float64 }
	nan := math.NaN()
	if err := engine.Insert(ctx, e, "shares", []row{{&nan}}); err == nil {
		t.Error("NaN is taken for a number")
	}
	if err := engine.Insert(ctx, e, "shares", []row{{engine.Known(nan)}, {engine.Known(0.5)}}); err != nil {
		t.Error(err)
	}
}

// The memory limit is what is at fault, wherever it is met: by a query, whose
// error has a type, or by rows that Go hands over, whose error has none.
func TestOutOfMemory(t *testing.T) {
	ctx := context.Background()
	e, err := Open(ctx, engine.Options{Threads: 2, MemoryLimit: "2MB", TempDir: t.TempDir(), Macros: "select 1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	type row struct {
		Number  int
		Content string
	}
	rows := make([]row, 250_000)
	for i := range rows {
		rows[i] = row{i, fmt.Sprintf("%064d", i)}
	}
	appended := engine.Insert(ctx, e, "appended", rows)
	_, gathered := e.Table(ctx, "gathered", "select list(i) as numbers from range(3000000) as numbers (i)")
	for what, err := range map[string]error{"appended": appended, "gathered": gathered} {
		if !engine.IsOutOfMemory(err) || !strings.Contains(err.Error(), "raise engine.memory_limit") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Too little room on the disk is said with the folder, how much there was, and what to
// do; more memory than there is is not the first of it.
func TestOutOfDisk(t *testing.T) {
	ctx := context.Background()
	folder := t.TempDir()
	const room = 8_000_000 // of the 300 MB that the table takes
	e, err := openWithin(ctx, engine.Options{Threads: 2, MemoryLimit: "60MB", TempDir: folder, Macros: "select 1"}, room)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	beside, err := e.Beside(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { beside.Close() })
	const texts = "select i, md5(cast(i as varchar)) as text from range(6000000) as numbers (i)"
	for _, of := range []engine.Engine{e, beside} {
		_, err = of.Table(ctx, "texts", texts)
		if !engine.IsOutOfDisk(err) || engine.IsOutOfMemory(err) {
			t.Fatalf("a table beyond memory and disk: %v", err)
		}
		for _, part := range []string{"texts: " + folder, "more than 8.0 MB", "engine.memory_limit", "larger one"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q is not in %q", part, err)
			}
		}
	}
	enough, err := openWithin(ctx, engine.Options{Threads: 2, MemoryLimit: "60MB", TempDir: folder, Macros: "select 1"}, 100*room)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { enough.Close() })
	if rows, err := enough.Table(ctx, "texts", texts); err != nil || rows != 6_000_000 {
		t.Errorf("with room for it: %d rows, %v", rows, err)
	}
}

// A page that is damaged is no value that an expression could make null.
func TestDamageIsNoDataError(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct{ compression, original, damaged string }{
		{"uncompressed", "value 00500", "value \xff0500"},
		{"zstd", "\x28\xb5\x2f\xfd", "\x28\xb5\x2f\xff"}, // the frame's magic number, RFC 8878
	} {
		e, folder := open(t)
		path := filepath.Join(folder, "damaged.parquet")
		err := e.exec(ctx, "copy (select printf('value %05d', i) as content from range(1000) as numbers (i)) to "+engine.Quote(path)+
			" (format parquet, compression "+c.compression+")")
		if err != nil {
			t.Fatal(err)
		}
		bytes, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		damaged := strings.Replace(string(bytes), c.original, c.damaged, 1)
		if err := os.WriteFile(path, []byte(damaged), 0o600); damaged == string(bytes) || err != nil {
			t.Fatalf("%s: nothing is damaged, %v", c.compression, err)
		}
		_, err = e.Table(ctx, "read", "select max(trim(content)) as content from read_parquet("+engine.Quote(path)+")")
		if engine.Cause(err) == nil || !strings.Contains(err.Error(), path) || engine.IsDataError(err) {
			t.Errorf("%s: %v", c.compression, err)
		}
	}
	e, _ := open(t)
	if _, err := e.Table(ctx, "converted", "select cast(content as integer) as number from (values ('x')) as words (content)"); !engine.IsDataError(err) {
		t.Errorf("a text that is no number: %v", err)
	}
}

// What is made by one connection is there for the one beside it, under the same settings:
// whatever zone the machine is in, days are those of UTC.
func TestBeside(t *testing.T) {
	t.Setenv("TZ", "Asia/Tokyo")
	e, _ := open(t)
	beside, err := e.Beside(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer beside.Close()
	if _, err := e.Table(t.Context(), "made", "select 7 as number, to_minor(1.5e0, 100) as minor, current_setting('TimeZone') as zone"); err != nil {
		t.Fatal(err)
	}
	if err := beside.View(t.Context(), "seen", "select *, current_setting('TimeZone') as zone_beside from made"); err != nil {
		t.Fatal(err)
	}
	for row, err := range e.Rows(t.Context(), "seen", []string{"number", "minor", "zone", "zone_beside"}) {
		if err != nil || !slices.Equal(row, []any{int64(7), int64(150), "UTC", "UTC"}) {
			t.Errorf("seen is %v, %v", row, err)
		}
		if count, err := beside.Count(t.Context(), "made"); count != 1 || err != nil { // while the other one reads
			t.Errorf("beside it there are %d rows, %v", count, err)
		}
	}
	settings := func(of engine.Engine) (all []string) {
		t.Helper()
		if err := of.View(t.Context(), "settings", "select name || ' ' || coalesce(value, '') as setting from duckdb_settings() order by name"); err != nil {
			t.Fatal(err)
		}
		for row, err := range of.Rows(t.Context(), "settings", []string{"setting"}) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, row[0].(string))
		}
		slices.Sort(all)
		return all
	}
	if diff := cmp.Diff(settings(e), settings(beside)); diff != "" {
		t.Errorf("settings of the first and of the one beside it: %s", diff)
	}
	if err := beside.Drop(t.Context(), "made"); err != nil {
		t.Error(err)
	}
	if _, err := e.Count(t.Context(), "made"); err == nil {
		t.Error("a table that was dropped beside is there still")
	}
}
