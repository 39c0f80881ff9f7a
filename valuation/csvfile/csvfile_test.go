package csvfile

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func inspect(t *testing.T, text string) (File, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Inspect(context.Background(), path)
}

func TestWhatAFileIsMadeOf(t *testing.T) {
	type made struct {
		encoding  string
		delimiter rune
		columns   []string
		records   int64
		skip      int
		isPlain   bool
	}
	for text, want := range map[string]made{
		"a,b\n1,2\n3,4\n":                              {utf8Name, ',', []string{"a", "b"}, 2, 0, true},
		"a,b\r\n1,2\r\n3,4":                            {utf8Name, ',', []string{"a", "b"}, 2, 0, true},
		"a,b\r1,2\r":                                   {utf8Name, ',', []string{"a", "b"}, 1, 0, true},
		"a,b\n1,2\r\n":                                 {utf8Name, ',', []string{"a", "b"}, 1, 0, false},
		"\ufeffa;b\n1,5;2\n":                           {utf8Name, ';', []string{"a", "b"}, 1, 0, true},
		"sep=;\na;b\n1;2\n":                            {utf8Name, ';', []string{"a", "b"}, 1, 1, true},
		"a\tb, c\n1\t2\n":                              {utf8Name, '\t', []string{"a", "b, c"}, 1, 0, true},
		"a|b\n\n1|2\n\n":                               {utf8Name, '|', []string{"a", "b"}, 1, 0, true},
		"a,b\n\"x\ny\",\"1,\"\"5\"\"\"\n":              {utf8Name, ',', []string{"a", "b"}, 1, 0, true},
		"a,b\n5\" pan,2\n":                             {utf8Name, ',', []string{"a", "b"}, 1, 0, true},
		"a,b\nK\xf6ln,2\n":                             {windowsName, ',', []string{"a", "b"}, 1, 0, false},
		" a , ,A,file_row\n1,2,3,4\n":                  {utf8Name, ',', []string{"a", "column_2", "A_2", "file_row_2"}, 1, 0, true},
		"\xff\xfea\x00,\x00b\x00\n\x001\x00,\x002\x00": {utf16Name, ',', []string{"a", "b"}, 1, 0, false},
		"a,b\n,\n":                                     {utf8Name, ',', []string{"a", "b"}, 1, 0, true},
		"a,b\n":                                        {utf8Name, ',', []string{"a", "b"}, 0, 0, true},
	} {
		f, err := inspect(t, text)
		got := made{f.Encoding, f.Delimiter, f.Columns, f.Records, f.SkipLines, f.IsPlain}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(made{})); err != nil || diff != "" {
			t.Errorf("%q: %v\n%s", text, err, diff)
		}
	}
}

func TestWhatCannotBeRead(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "it is empty",
		"PAR1x":                   "it is a Parquet file",
		"PK\x03\x04x":             "it is a workbook or an archive",
		"a\n1\n":                  "its first line has one column",
		"a,b\n1,2\n3\n5,6\n":      "line 3 has 1 values, and the header has 2 columns",
		"a,b\n1,2,3\n":            "line 2 has 3 values, and the header has 2 columns",
		"a,b\n\"x\ny\",1\n2\n":    "line 4 has 1 values",
		"a,b\n1,\"2\n3,4\n":       "line 2 opens quotes that nothing closes",
		"a,b\n1,\"2\"x\n":         "line 2: something follows the closing quote of a value",
		"1,2024-01-05\n2,x\n":     "its first line holds values",
		"id,x@example.com\n1,2\n": "its first line holds values",
	} {
		_, err := inspect(t, text)
		if !errors.Is(err, ErrNotCSV) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// What an engine reads has the same values, in UTF-8, and line ends of one kind.
func TestACopyIsPlain(t *testing.T) {
	for text, want := range map[string]string{
		"a,b\n1,2\r\n\"x\r\ny\",4\r": "a,b\n1,2\n\"x\r\ny\",4\n",
		"a,b\nK\xf6ln,\x80 5\n":      "a,b\nKöln,€ 5\n",
		"\ufeffa,b\n1,2\r\n":         "a,b\n1,2\n",
	} {
		f, err := inspect(t, text)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := f.WriteTo(context.Background(), &out); err != nil || out.String() != want {
			t.Errorf("%q: %q, %v; want %q", text, out.String(), err, want)
		}
	}
}

// A character that the end of a read cuts is whole again.
func TestCharactersAcrossReads(t *testing.T) {
	for shift := range 4 {
		text := "a,b\n" + strings.Repeat("x", headBytes-7-shift) + ",€ä\n1,2\n"
		f, err := inspect(t, text)
		if err != nil || f.Encoding != utf8Name || f.Records != 2 {
			t.Errorf("shifted by %d: %s, %d records, %v", shift, f.Encoding, f.Records, err)
		}
	}
}

func FuzzInspect(f *testing.F) {
	for _, text := range []string{"a,b\n1,2\n", "a;b\r\n\"x\n\";2", "\ufeffa\tb\n", "sep=;\na;b", "a,b\n\xff,\"\"\"\"\r"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "a.csv")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := Inspect(context.Background(), path)
		if err != nil {
			return
		}
		// Its copy is a file of as many records, and its own copy.
		var once bytes.Buffer
		if err := file.WriteTo(context.Background(), &once); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, once.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		again, err := Inspect(context.Background(), path)
		if err != nil || again.Records != file.Records || again.Encoding != utf8Name {
			t.Errorf("%q: %d records, then %d, %v", text, file.Records, again.Records, err)
		}
	})
}
