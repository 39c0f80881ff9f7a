package platform

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"
)

// memory keeps files in memory, for the tests.
type memory struct {
	files  map[string]*memoryFile
	tables map[string]*memoryTable
}

type memoryFile struct {
	bytes.Buffer
	closed bool
}

func (f *memoryFile) Close() error { f.closed = true; return nil }

type memoryTable struct {
	columns []Attribute
	rows    [][]Cell
	closed  bool
}

func (m *memoryTable) Append(cells []Cell) error {
	m.rows = append(m.rows, slices.Clone(cells))
	return nil
}

func (m *memoryTable) Close() error { m.closed = true; return nil }

func newMemory() *memory {
	return &memory{files: map[string]*memoryFile{}, tables: map[string]*memoryTable{}}
}

func (m *memory) opener() Files {
	return Files{
		Create: func(name string) (io.WriteCloser, error) {
			if m.files[name] != nil {
				return nil, errors.New(name + " is opened twice")
			}
			m.files[name] = &memoryFile{}
			return m.files[name], nil
		},
		Table: func(name string, columns []Attribute) (Table, error) {
			m.tables[name] = &memoryTable{columns: columns}
			return m.tables[name], nil
		},
	}
}

// text returns a file that must have been closed.
func (m *memory) text(t interface{ Fatalf(string, ...any) }, name string) string {
	file := m.files[name]
	if file == nil {
		t.Fatalf("no file %s", name)
	}
	if !file.closed {
		t.Fatalf("%s was not closed", name)
	}
	return file.String()
}

// cells reads the parts of an export as an importer does, the header of each part
// apart.
func (m *memory) cells(t interface{ Fatalf(string, ...any) }, result Result) (header []string, rows [][]string) {
	for _, file := range result.Files {
		records, err := readCSV(m.text(t, file.Name))
		if err != nil {
			t.Fatalf("%s: %v", file.Name, err)
		}
		if header != nil && !slices.Equal(header, records[0]) {
			t.Fatalf("%s: header %q, in the first part %q", file.Name, records[0], header)
		}
		header = records[0]
		if int64(len(records)-1) != file.Rows || int64(m.files[file.Name].Len()) != file.Bytes {
			t.Fatalf("%s: %d rows and %d bytes, reported as %d and %d", file.Name, len(records)-1, m.files[file.Name].Len(), file.Rows, file.Bytes)
		}
		rows = append(rows, records[1:]...)
	}
	return header, rows
}

// readCSV reads a file as an importer does, which sees what stands between cells.
func readCSV(text string) ([][]string, error) {
	reader := csv.NewReader(strings.NewReader(text))
	if header, _, _ := strings.Cut(text, "\n"); strings.Contains(header, ";") {
		reader.Comma = ';'
	}
	return reader.ReadAll()
}

func each(people []Person) iter.Seq2[Person, error] {
	return func(yield func(Person, error) bool) {
		for _, person := range people {
			if !yield(person, nil) {
				return
			}
		}
	}
}

var allFields = []Field{Email, Phone, FirstName, LastName, Country, Zip, City, State}

func sealed(target Target) *Suppression {
	s := NewSuppression(target)
	s.Seal()
	return s
}

// specOf is a spec for a target that wants nothing special.
func specOf(t interface{ Fatalf(string, ...any) }, name string) Spec {
	target, err := TargetOf(name)
	if err != nil {
		t.Fatalf("%v", err)
	}
	spec := Spec{
		Target: target, Kind: Full, Name: "cbv_a_0123456789", Mapped: allFields, ConsentMapped: true, Region: "GB",
		Suppression: sealed(target), AsOf: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC),
	}
	if target.Channel == "" {
		spec.Channel = EmailChannel
	}
	return spec
}

// leaving are people who leave by all that a target knows them by.
func leaving(spec Spec, people ...Person) []Person {
	spec.Kind = Exited
	e := newEncoder(&spec)
	for i := range people {
		people[i].Gone = e.identifiersOf(&people[i])
	}
	return people
}

// handed are the identifiers of people, as if an export had given them out.
func handed(spec Spec, people []Person) *Keys {
	spec.Kind = Full
	e := newEncoder(&spec)
	var keys []int64
	for i := range people {
		for _, key := range e.identifiersOf(&people[i]) {
			keys = append(keys, key)
		}
	}
	return NewKeys(keys)
}

// identifiersOf are those of a row in the full file.
func (e *encoder) identifiersOf(p *Person) (keys [identifiers]int64) {
	row := e.identify(p)
	for i := range e.columns {
		if place := e.columns[i].identifier; place >= 0 {
			keys[place] = e.identifierOf(&e.columns[i], p, &row)
		}
	}
	return keys
}

func export(spec Spec, people []Person) (Result, *memory, error) {
	files := newMemory()
	result, err := Export(context.Background(), spec, each(people), files.opener())
	return result, files, err
}

func mustExport(t *testing.T, spec Spec, people []Person) (Result, *memory) {
	t.Helper()
	result, files, err := export(spec, people)
	if err != nil {
		t.Fatal(err)
	}
	return result, files
}
