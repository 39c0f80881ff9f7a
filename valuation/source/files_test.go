package source

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cbv/valuation/engine"
	"cbv/valuation/engine/enginetest"
	"cbv/valuation/parquetfile"
)

// fileOf is a file with columns, each given as NAME TYPE.
func fileOf(path string, columns ...string) File {
	file := File{Path: path, Rows: 2, Resolved: "/" + path}
	for _, column := range columns {
		name, kind, _ := strings.Cut(column, " ")
		file.Columns = append(file.Columns, parquetfile.Column{Name: name, Type: kind})
	}
	return file
}

func TestNamesInOneCaseMatterWhereOneIsMeant(t *testing.T) {
	files := []File{fileOf("a.parquet", "buyer BIGINT", "Number BIGINT", "NUMBER BIGINT"), fileOf("b.parquet", "buyer BIGINT", "Number BIGINT")}
	for text, want := range map[string]string{
		"buyer":  "",
		"Buyer":  "",
		"Number": `a.parquet (2 rows): columns "Number" and "NUMBER" differ in case alone, and SQL cannot distinguish them: write the file again with one of them renamed`,
		"number": `a.parquet (2 rows): columns "Number" and "NUMBER" differ in case alone, and SQL cannot distinguish them: write the file again with one of them renamed`,
	} {
		m := mapped{key: "orders.columns.order_id", text: text, kind: idKind, everywhere: true}
		got := ""
		if err := m.resolve(context.Background(), enginetest.New(), files); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// A column that is null throughout a file, or not there, takes the type that others
// give it, and asks for no part of its own.
func TestPartsOfFilesByType(t *testing.T) {
	for _, c := range []struct {
		name  string
		files []File
		want  []engine.InputPart
	}{
		{"one type", []File{fileOf("a", "id BIGINT", "shop VARCHAR"), fileOf("b", "ID BIGINT"), fileOf("c", "id NULL", "shop NULL")}, nil},
		{"another type nobody uses", []File{fileOf("a", "id BIGINT", "note VARCHAR"), fileOf("b", "id BIGINT", "note BIGINT")}, nil},
		{"two types", []File{fileOf("a", "id BIGINT", "shop VARCHAR"), fileOf("b", "id DOUBLE"), fileOf("c", "id BIGINT")}, []engine.InputPart{
			{Files: []int{0, 2}}, {Files: []int{1}, Absent: []engine.Described{{Name: "shop", Spelling: "VARCHAR"}}}}},
		{"no value in one", []File{fileOf("a", "id NULL", "shop NULL"), fileOf("b", "id DOUBLE", "shop VARCHAR"), fileOf("c", "id BIGINT", "shop VARCHAR")}, []engine.InputPart{
			{Files: []int{0}, Absent: []engine.Described{{Name: "id", Spelling: "DOUBLE"}, {Name: "shop", Spelling: "VARCHAR"}}}, {Files: []int{1}}, {Files: []int{2}}}},
	} {
		if got := partsOf(c.files, []string{"id", "shop"}); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestCopiesDifferInAKeyThatIsRead(t *testing.T) {
	file := func(month string) File {
		return File{Path: month, Rows: 1, Fingerprint: "same", folders: []folderKey{{"month", month}}}
	}
	files := []File{file("2024-01"), file("2024-02"), file("2024-02")}
	read := Mapping{mapped: []mapped{{used: []string{"Month"}}}}
	if got := Copies(files, read); len(got) != 1 || got[0][0].Path != "2024-02" {
		t.Errorf("a key that is read: %v", got)
	}
	if got := Copies(files, Mapping{}); len(got) != 2 {
		t.Errorf("a key that is not read: %v", got)
	}
}

func TestCallsNeedNoParentheses(t *testing.T) {
	for text, want := range map[string]bool{
		"trim(a)": true, "trim(a) || b": false, "f(a) + g(b)": false, "f(g(a), ')')": true, "a": false, "(a)": false, "a + f(b)": false, "f('(')": true,
	} {
		if got := isCall(text); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
}

// Files are of one kind where one tells the columns of all: not where a name, a type or
// the order differs, nor where something is nested, of which a file does not say what.
func TestSpecimens(t *testing.T) {
	got := specimens([]File{
		fileOf("a", "id BIGINT", "amount DOUBLE"), fileOf("b", "id BIGINT", "amount DOUBLE"), fileOf("c", "amount DOUBLE", "id BIGINT"),
		fileOf("d", "id BIGINT"), fileOf("e", "id BIGINT", "amount BIGINT"), fileOf("f", "amount DOUBLE", "id BIGINT"),
		fileOf("g", "id BIGINT", "items LIST"), fileOf("h", "id BIGINT", "items LIST"),
	})
	if want := []string{"/a", "/c", "/d", "/e", "/g", "/h"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
