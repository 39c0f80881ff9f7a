// Package csvparts writes records of CSV to as many files as an importer's limits ask for.
package csvparts

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"cbv/valuation/failure"
)

// Part is a file that was written.
type Part struct {
	Name  string
	Rows  int64
	Bytes int64 // with the header
}

// Writer writes records to files that begin with the header each and stay within the
// limits. No file is opened before there is a record for it.
type Writer struct {
	Create   func(name string) (io.WriteCloser, error)
	Base     string // of the names, before number and suffix
	IsWhole  bool   // its name has no number
	Header   []byte
	MaxBytes int64 // of a file; 0: none
	MaxRows  int64 // of a file, its header apart; 0: none
	Written  []Part

	file   io.WriteCloser // nil: none is open
	buffer *bufio.Writer
}

const bufferBytes = 1 << 18

// Write appends a record, which may be given in pieces. One that no file can hold is an
// error of whoever set the limits.
func (w *Writer) Write(pieces ...[]byte) error {
	length := int64(0)
	for _, piece := range pieces {
		length += int64(len(piece))
	}
	if w.MaxBytes > 0 && int64(len(w.Header))+length > w.MaxBytes {
		return failure.Usagef("%s: a row of %d bytes and the header of %d do not fit into a file of max_bytes: %d: raise max_bytes of the target, or leave columns out", w.Base, length, len(w.Header), w.MaxBytes)
	}
	if w.file != nil {
		current := w.Written[len(w.Written)-1]
		if w.MaxBytes > 0 && current.Bytes+length > w.MaxBytes || w.MaxRows > 0 && current.Rows == w.MaxRows {
			if err := w.Close(); err != nil {
				return err
			}
		}
	}
	if w.file == nil {
		if err := w.open(); err != nil {
			return err
		}
	}
	current := &w.Written[len(w.Written)-1]
	for _, piece := range pieces {
		if _, err := w.buffer.Write(piece); err != nil {
			return err
		}
	}
	current.Rows++
	current.Bytes += length
	return nil
}

func (w *Writer) open() error {
	name := w.Base + ".csv"
	if !w.IsWhole {
		name = fmt.Sprintf("%s-%03d.csv", w.Base, len(w.Written)+1)
	}
	file, err := w.Create(name)
	if err != nil {
		return err
	}
	w.file = file
	w.Written = append(w.Written, Part{Name: name, Bytes: int64(len(w.Header))})
	if w.buffer == nil {
		w.buffer = bufio.NewWriterSize(file, bufferBytes)
	} else {
		w.buffer.Reset(file)
	}
	_, err = w.buffer.Write(w.Header)
	return err
}

// Close ends the file that is open, if one is.
func (w *Writer) Close() error {
	if w.file == nil {
		return nil
	}
	file := w.file
	w.file = nil
	return errors.Join(w.buffer.Flush(), file.Close())
}
