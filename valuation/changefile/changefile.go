// Package changefile writes the lines of a change file: JSON objects that say what a
// target has to do with a row.
package changefile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// Writer writes lines to a file that is opened with the first of them.
type Writer struct {
	Create func() (io.WriteCloser, error)

	file   io.WriteCloser // nil: not open
	buffer *bufio.Writer
	starts map[Start]string
}

// Start is how a line begins. Its texts are names that need no escaping.
type Start struct {
	Op       string
	Audience string
	Reason   string // of who is removed and objects; "": none
}

const bufferBytes = 1 << 18

// Write writes a line, whose row is a JSON object and may be given in pieces.
func (w *Writer) Write(start Start, row ...[]byte) error {
	if w.file == nil {
		file, err := w.Create()
		if err != nil {
			return err
		}
		w.file, w.buffer, w.starts = file, bufio.NewWriterSize(file, bufferBytes), map[Start]string{}
	}
	text, known := w.starts[start]
	if !known {
		text = fmt.Sprintf(`{"op":"%s","audience":"%s",`, start.Op, start.Audience)
		if start.Reason != "" {
			text += fmt.Sprintf(`"reason":"%s",`, start.Reason)
		}
		text += `"row":`
		w.starts[start] = text
	}
	if _, err := w.buffer.WriteString(text); err != nil {
		return err
	}
	for _, piece := range row {
		if _, err := w.buffer.Write(piece); err != nil {
			return err
		}
	}
	_, err := w.buffer.WriteString("}\n")
	return err
}

// Close ends the file, if it is open.
func (w *Writer) Close() error {
	if w.file == nil {
		return nil
	}
	return errors.Join(w.buffer.Flush(), w.file.Close())
}
