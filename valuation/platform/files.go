package platform

import (
	"io"

	"cbv/valuation/csvparts"
)

// Files opens what an export writes. Names are neutral: audience, target, kind
// and part. Whoever opens is answerable for the rights of the file (its owner's
// alone) and for removing it when the export fails.
type Files struct {
	Create func(name string) (io.WriteCloser, error)
	// Table is for targets that are tables.
	Table func(name string, columns []Attribute) (Table, error)
	// Lines is for the lines of a change file; nil: none are wanted.
	Lines func() (io.WriteCloser, error)
}

// Table takes the rows of a target that is one. Cells are its own only until
// Append returns.
type Table interface {
	Append(cells []Cell) error
	Close() error
}

// File is a file that was written.
type File struct {
	Name     string `json:"name"`
	Audience string `json:"audience,omitempty"` // the name it has on the platform
	Kind     Kind   `json:"kind,omitempty"`

	Rows  int64 `json:"rows"`
	Bytes int64 `json:"bytes,omitempty"` // of CSV
}

// csvFiles are the parts of a CSV file of a kind, by the name that it has on the platform.
type csvFiles struct {
	csvparts.Writer
	audience string
	kind     Kind
}

// files are those that were written.
func (f *csvFiles) files() (files []File) {
	for _, part := range f.Written {
		files = append(files, File{Name: part.Name, Audience: f.audience, Kind: f.kind, Rows: part.Rows, Bytes: part.Bytes})
	}
	return files
}

// tableFile writes rows to a table, opened with the first of them.
type tableFile struct {
	create  func(name string, columns []Attribute) (Table, error)
	columns []Attribute
	written File
	table   Table // nil: not open
}

func (t *tableFile) write(cells []Cell) error {
	if t.table == nil {
		table, err := t.create(t.written.Name, t.columns)
		if err != nil {
			return err
		}
		t.table = table
	}
	t.written.Rows++
	return t.table.Append(cells)
}

func (t *tableFile) close() error {
	if t.table == nil {
		return nil
	}
	return t.table.Close()
}
