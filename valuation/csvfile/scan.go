package csvfile

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
)

// longestRecord is how many bytes a record may have, which is what DuckDB reads.
const longestRecord = 2_000_000

// lineEnds are the kinds of line ends outside quotes.
type lineEnds struct{ newline, both, carriage bool }

func (l lineEnds) isOne() bool {
	kinds := 0
	for _, seen := range []bool{l.newline, l.both, l.carriage} {
		if seen {
			kinds++
		}
	}
	return kinds <= 1
}

// place is where in a value a byte stands.
type place int

const (
	atStart  place = iota // of a value
	inText                // of a value without quotes
	inQuotes              // of a value in quotes
	atQuote               // behind a quote inside quotes: the end of the value, or half of a quote
)

// scan reads the records of a file by RFC 4180 and holds them to the number of columns.
type scan struct {
	file     *File
	records  int64 // below the header
	lineEnds lineEnds

	at       place
	line     int64 // of the byte, from 1
	started  int64 // line on which the record starts
	quoted   int64 // line on which the last quotes opened
	values   int   // of the record that are whole
	bytes    int   // of the record
	isHeader bool
	skip     int // lines before the header that are left
}

// run reads all records. With out it writes them, their line ends all alike.
func (s *scan) run(ctx context.Context, text *bufio.Reader, out *bufio.Writer) error {
	s.line, s.started, s.isHeader, s.skip = 1, 1, true, s.file.SkipLines
	delimiter := byte(s.file.Delimiter)
	write := func(b byte) error {
		if out == nil {
			return nil
		}
		return out.WriteByte(b)
	}
	for read := 0; ; read++ {
		if read%headBytes == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		b, err := text.ReadByte()
		if errors.Is(err, io.EOF) {
			return s.end()
		}
		if err != nil {
			return err
		}
		if (b == '\n' || b == '\r') && s.at != inQuotes {
			if err := s.lineEnd(b, text); err != nil {
				return err
			}
			if err := write('\n'); err != nil {
				return err
			}
			continue
		}
		if err := write(b); err != nil {
			return err
		}
		if err := s.step(b, delimiter); err != nil {
			return err
		}
	}
}

// step takes a byte that ends no record.
func (s *scan) step(b, delimiter byte) error {
	s.bytes++
	switch s.at {
	case inQuotes:
		switch b {
		case '"':
			s.at = atQuote
		case '\n':
			s.line++
		}
	case atQuote:
		switch b {
		case '"':
			s.at = inQuotes
		case delimiter:
			s.values++
			s.at = atStart
		default:
			if s.skip == 0 {
				return fmt.Errorf("%w: line %d: something follows the closing quote of a value: write a quote inside a value twice", ErrNotCSV, s.line)
			}
		}
	default:
		switch {
		case b == delimiter:
			s.values++
			s.at = atStart
		case b == '"' && s.at == atStart:
			s.at, s.quoted = inQuotes, s.line
		default:
			s.at = inText
		}
	}
	return nil
}

// lineEnd takes the end of a record, of one character or two.
func (s *scan) lineEnd(b byte, text *bufio.Reader) error {
	kind := &s.lineEnds.newline
	if b == '\r' {
		kind = &s.lineEnds.carriage
		if next, err := text.Peek(1); err == nil && next[0] == '\n' {
			kind = &s.lineEnds.both
			if _, err := text.Discard(1); err != nil {
				return err
			}
		}
	}
	*kind = true
	err := s.record()
	s.line++
	s.started = s.line
	return err
}

// record ends a record. A line of nothing is none.
func (s *scan) record() error {
	values, bytes, isBlank := s.values+1, s.bytes, s.at == atStart && s.values == 0
	s.at, s.values, s.bytes = atStart, 0, 0
	switch {
	case s.skip > 0:
		s.skip--
		return nil
	case isBlank:
		return nil
	case values != len(s.file.Columns):
		return fmt.Errorf("%w: line %d has %d values, and the header has %d columns: correct the line, or quote the value that holds a %q",
			ErrNotCSV, s.started, values, len(s.file.Columns), s.file.Delimiter)
	case bytes > longestRecord:
		return fmt.Errorf("%w: line %d has %d bytes, more than %d: is a quote missing?", ErrNotCSV, s.started, bytes, longestRecord)
	case s.isHeader:
		s.isHeader = false
		return nil
	}
	s.records++
	return nil
}

// end takes the end of the file.
func (s *scan) end() error {
	if s.at == inQuotes {
		return fmt.Errorf("%w: line %d opens quotes that nothing closes: close them, or write the quote twice", ErrNotCSV, s.quoted)
	}
	if s.bytes == 0 {
		return nil
	}
	return s.record()
}

// mostHeadRecords are how many records of the head are looked at.
const mostHeadRecords = 200

// firstRecords returns the values of the first whole records of a head by a delimiter.
// They are looked at, not used: quotes are removed, whatever stands around them.
func firstRecords(head []byte, delimiter byte, skip int) [][]string {
	var records [][]string
	var record []string
	var value []byte
	isQuoted := false
	end := func() {
		record = append(record, string(value))
		value = nil
	}
	for i := 0; i < len(head) && len(records) < mostHeadRecords+skip; i++ {
		switch b := head[i]; {
		case b == '"' && (isQuoted || len(value) == 0):
			if isQuoted && i+1 < len(head) && head[i+1] == '"' {
				value = append(value, b)
				i++
				continue
			}
			isQuoted = !isQuoted
		case isQuoted:
			value = append(value, b)
		case b == delimiter:
			end()
		case b == '\n' || b == '\r':
			if len(value) > 0 || len(record) > 0 {
				end()
				records = append(records, record)
				record = nil
			}
		default:
			value = append(value, b)
		}
	}
	if len(head) < headBytes && (len(value) > 0 || len(record) > 0) {
		end()
		records = append(records, record) // the file ends without a line end
	}
	return slices.Delete(records, 0, min(skip, len(records)))
}
