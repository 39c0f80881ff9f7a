package platform

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"cbv/valuation/failure"
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

// csvFiles writes records to as many files as the target's limits ask for, each
// with the header. No file is opened before there is a record for it.
type csvFiles struct {
	create            func(name string) (io.WriteCloser, error)
	audience          string
	kind              Kind
	base              string // name without part and suffix
	parts             bool
	header            []byte
	maxBytes, maxRows int64
	written           []File
	file              io.WriteCloser // nil: none is open
	buffer            *bufio.Writer
}

// linesFile takes the lines of a change file, opened with the first of them.
type linesFile struct {
	create func() (io.WriteCloser, error)
	file   io.WriteCloser // nil: not open
	buffer *bufio.Writer
	starts map[lineStart]string
}

// lineStart is how a line begins.
type lineStart struct {
	change   Change
	audience string
	reason   Reason // of who is removed and objects
}

func (f *linesFile) write(start lineStart, pieces ...[]byte) error {
	if f.file == nil {
		file, err := f.create()
		if err != nil {
			return err
		}
		f.file, f.buffer, f.starts = file, bufio.NewWriterSize(file, writeBufferBytes), map[lineStart]string{}
	}
	text, known := f.starts[start]
	if !known {
		text = fmt.Sprintf(`{"op":"%s","audience":"%s",`, start.change, start.audience)
		if start.reason != "" {
			text += fmt.Sprintf(`"reason":"%s",`, start.reason)
		}
		text += `"row":`
		f.starts[start] = text
	}
	if _, err := f.buffer.WriteString(text); err != nil {
		return err
	}
	for _, piece := range pieces {
		if _, err := f.buffer.Write(piece); err != nil {
			return err
		}
	}
	_, err := f.buffer.WriteString("}\n")
	return err
}

func (f *linesFile) close() error {
	if f.file == nil {
		return nil
	}
	return errors.Join(f.buffer.Flush(), f.file.Close())
}

const writeBufferBytes = 1 << 18

// write appends a record, which may be given in pieces.
func (f *csvFiles) write(pieces ...[]byte) error {
	length := int64(0)
	for _, piece := range pieces {
		length += int64(len(piece))
	}
	if f.maxBytes > 0 && int64(len(f.header))+length > f.maxBytes {
		return failure.Usagef("%s: a row of %d bytes and the header of %d do not fit into a file of max_bytes: %d: raise max_bytes of the target, or leave columns out", f.base, length, len(f.header), f.maxBytes)
	}
	if f.file != nil {
		current := f.written[len(f.written)-1]
		if f.maxBytes > 0 && current.Bytes+length > f.maxBytes || f.maxRows > 0 && current.Rows == f.maxRows {
			if err := f.close(); err != nil {
				return err
			}
		}
	}
	if f.file == nil {
		if err := f.open(); err != nil {
			return err
		}
	}
	current := &f.written[len(f.written)-1]
	for _, piece := range pieces {
		if _, err := f.buffer.Write(piece); err != nil {
			return err
		}
	}
	current.Rows++
	current.Bytes += length
	return nil
}

func (f *csvFiles) open() error {
	name := f.base + ".csv"
	if f.parts {
		name = fmt.Sprintf("%s-%03d.csv", f.base, len(f.written)+1)
	}
	file, err := f.create(name)
	if err != nil {
		return err
	}
	f.file = file
	f.written = append(f.written, File{Name: name, Audience: f.audience, Kind: f.kind, Bytes: int64(len(f.header))})
	if f.buffer == nil {
		f.buffer = bufio.NewWriterSize(file, writeBufferBytes)
	} else {
		f.buffer.Reset(file)
	}
	_, err = f.buffer.Write(f.header)
	return err
}

// close ends the file that is open, if one is.
func (f *csvFiles) close() error {
	if f.file == nil {
		return nil
	}
	file := f.file
	f.file = nil
	return errors.Join(f.buffer.Flush(), file.Close())
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
