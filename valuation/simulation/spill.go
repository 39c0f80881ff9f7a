package simulation

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// spillBufferBytes times the months of twenty years is still little memory.
const spillBufferBytes = 64 << 10

// A spill holds the rows of each month on disk until all customers are made:
// customers come in order of arrival, and their rows spread over what follows.
type spill struct {
	files []*bufio.Writer
	disk  []*os.File
	rows  []int64 // of each month
}

func spillPath(staging, month string) string {
	return filepath.Join(staging, spillFolder, month)
}

// newSpill opens a file per month. Close it in any case.
func newSpill(staging string, calendar calendar) (*spill, error) {
	s := &spill{rows: make([]int64, len(calendar.months))}
	for _, month := range calendar.months {
		file, err := os.Create(spillPath(staging, month))
		if err != nil {
			return nil, errors.Join(err, s.close())
		}
		s.disk = append(s.disk, file)
		s.files = append(s.files, bufio.NewWriterSize(file, spillBufferBytes))
	}
	return s, nil
}

func (s *spill) add(month int, r row) error {
	file := s.files[month]
	s.rows[month]++
	// Encoded in the writer's own memory, which must have room for a whole row.
	if file.Available() < rowBytes {
		if err := file.Flush(); err != nil {
			return err
		}
	}
	_, err := file.Write(r.appendTo(file.AvailableBuffer()))
	return err
}

func (s *spill) flush() error {
	for _, file := range s.files {
		if err := file.Flush(); err != nil {
			return err
		}
	}
	return nil
}

func (s *spill) close() error {
	var problems []error
	for _, file := range s.disk {
		problems = append(problems, file.Close())
	}
	return errors.Join(problems...)
}

// readSpill appends the rows of a month to rows and removes the file: the
// disk then never holds the history twice.
func readSpill(path string, rows []row) ([]row, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	buffered := bufio.NewReaderSize(file, spillBufferBytes)
	for {
		encoded, err := buffered.Peek(rowBytes)
		if len(encoded) == 0 && errors.Is(err, io.EOF) {
			return rows, os.Remove(path)
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, rowFrom(encoded))
		if _, err := buffered.Discard(rowBytes); err != nil {
			return nil, err
		}
	}
}
