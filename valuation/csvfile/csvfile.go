// Package csvfile finds out what a CSV file is made of, its encoding, its delimiter,
// its columns and its lines, and holds every line to the header. It reads no values:
// that is the engine's business.
package csvfile

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/zeebo/xxh3"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// ErrNotCSV says that a file is something else, or that its lines are not those of
// one table.
var ErrNotCSV = errors.New("not a CSV file that can be read")

// File is what a CSV file is made of.
type File struct {
	Path        string
	Fingerprint string // XXH3 of the bytes, 128 bits in hex
	Encoding    string // UTF-8, UTF-16 or Windows-1252
	Delimiter   rune
	Columns     []string // of the header, each another name
	Records     int64    // lines below the header; one with a line break in quotes is one
	SkipLines   int      // before the header: 1 for the sep= line of spreadsheets

	// IsPlain says that an engine can read the file as it is: UTF-8, with one kind of
	// line ends.
	IsPlain bool
}

// The encodings.
const (
	utf8Name    = "UTF-8"
	utf16Name   = "UTF-16"
	windowsName = "Windows-1252" // of which Latin-1 is a part but for control characters
)

// headBytes are read to find the delimiter and the header.
const headBytes = 1 << 20

// Inspect reads a file through and returns what it is made of. Every error about its
// content wraps ErrNotCSV, has the number of the line, and repeats no value of it.
func Inspect(ctx context.Context, path string) (File, error) {
	file := File{Path: path}
	if err := file.readBytes(ctx); err != nil {
		return File{}, err
	}
	err := file.open(func(text *bufio.Reader) error {
		head, err := text.Peek(headBytes)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err := file.readHead(head); err != nil {
			return err
		}
		s := scan{file: &file}
		if err := s.run(ctx, text, nil); err != nil {
			return err
		}
		file.Records = s.records
		file.IsPlain = file.Encoding == utf8Name && s.lineEnds.isOne()
		return nil
	})
	return file, err
}

// WriteTo writes the file as UTF-8 with line ends of one kind, which is what an engine
// reads. What stands in quotes stays as it is.
func (f File) WriteTo(ctx context.Context, w io.Writer) error {
	return f.open(func(text *bufio.Reader) error {
		s := scan{file: &f}
		out := bufio.NewWriterSize(w, headBytes)
		if err := s.run(ctx, text, out); err != nil {
			return err
		}
		return out.Flush()
	})
}

// open reads the file as UTF-8 without a mark of its encoding.
func (f File) open(read func(*bufio.Reader) error) error {
	opened, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	defer opened.Close()
	var text io.Reader = opened
	switch f.Encoding {
	case utf16Name:
		text = transform.NewReader(opened, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
	case windowsName:
		text = transform.NewReader(opened, charmap.Windows1252.NewDecoder())
	}
	buffered := bufio.NewReaderSize(text, headBytes)
	if mark, err := buffered.Peek(len(byteOrderMark)); err == nil && string(mark) == byteOrderMark {
		if _, err := buffered.Discard(len(byteOrderMark)); err != nil {
			return err
		}
	}
	if err := read(buffered); err != nil {
		return fmt.Errorf("%s: %w", f.Path, err)
	}
	return nil
}

const byteOrderMark = "\ufeff"

// others are beginnings of files that are no text, with what to do.
var others = map[string]string{
	"PAR1":             "it is a Parquet file: name it so that it ends in .parquet",
	"PK\x03\x04":       "it is a workbook or an archive: save the sheet as CSV, or unpack it",
	"\x1f\x8b":         "it is compressed: unpack it",
	"\xd0\xcf\x11\xe0": "it is a workbook: save the sheet as CSV",
}

// readBytes fills in the fingerprint and the encoding, which takes a read of the whole
// file: one byte at its end can tell that it is no UTF-8.
func (f *File) readBytes(ctx context.Context) error {
	opened, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	defer opened.Close()
	hasher := xxh3.New128()
	f.Encoding = utf8Name
	buffer := make([]byte, headBytes)
	kept, isFirst := 0, true // bytes of a character that the last read has cut
	for {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		n, err := opened.Read(buffer[kept:])
		if n == 0 && err == io.EOF {
			break
		}
		if err != nil && err != io.EOF {
			return fmt.Errorf("%s: %w", f.Path, err)
		}
		hasher.Write(buffer[kept : kept+n]) // a hash never fails
		read := buffer[:kept+n]
		if isFirst {
			if err := f.readStart(read); err != nil {
				return err
			}
			isFirst = false
		}
		if f.Encoding == utf8Name {
			kept = checkText(read)
			if kept < 0 {
				f.Encoding, kept = windowsName, 0
			}
			copy(buffer, read[len(read)-kept:])
		}
	}
	if kept > 0 {
		f.Encoding = windowsName
	}
	if isFirst {
		return fmt.Errorf("%s: %w: it is empty", f.Path, ErrNotCSV)
	}
	f.Fingerprint = hex.EncodeToString(hasher.Sum(nil))
	return nil
}

// readStart refuses what is no text, and knows UTF-16 by its mark or its zeros.
func (f *File) readStart(start []byte) error {
	for magic, remedy := range others {
		if bytes.HasPrefix(start, []byte(magic)) {
			return fmt.Errorf("%s: %w: %s", f.Path, ErrNotCSV, remedy)
		}
	}
	zeros := bytes.Count(start, []byte{0})
	if bytes.HasPrefix(start, []byte("\xff\xfe")) || bytes.HasPrefix(start, []byte("\xfe\xff")) || zeros > len(start)/4 {
		f.Encoding = utf16Name
	}
	return nil
}

// checkText returns how many bytes at the end begin a character that is not whole,
// and -1 where the bytes are no UTF-8.
func checkText(text []byte) int {
	for cut := 0; cut < utf8.UTFMax && cut <= len(text); cut++ {
		if utf8.Valid(text[:len(text)-cut]) {
			if cut > 0 && utf8.FullRune(text[len(text)-cut:]) {
				return -1
			}
			return cut
		}
	}
	return -1
}

// delimiters that files have.
var delimiters = []rune{',', ';', '\t', '|'}

// readHead finds the delimiter and the columns: the delimiter is the one by which the
// most of the first lines have as many values as the first, then the one that makes
// the most columns.
func (f *File) readHead(head []byte) error {
	if bytes.HasPrefix(head, []byte("sep=")) || bytes.HasPrefix(head, []byte("SEP=")) {
		f.SkipLines = 1
	}
	best, bestShare := []string(nil), 0.0
	for _, delimiter := range delimiters {
		records := firstRecords(head, byte(delimiter), f.SkipLines)
		if len(records) == 0 || len(records[0]) < 2 {
			continue
		}
		alike := 0
		for _, record := range records {
			if len(record) == len(records[0]) {
				alike++
			}
		}
		share := float64(alike) / float64(len(records))
		if share > bestShare || share == bestShare && len(records[0]) > len(best) {
			f.Delimiter, best, bestShare = delimiter, records[0], share
		}
	}
	if best == nil {
		return fmt.Errorf("%w: its first line has one column, by comma, semicolon, tab and bar: write the table with a line of column names above", ErrNotCSV)
	}
	columns, err := names(best)
	f.Columns = columns
	return err
}

// names returns the columns of a header: blank ones get a name, and one that is there
// twice, in whatever case, a number.
func names(header []string) ([]string, error) {
	var columns []string
	taken := map[string]bool{"file_index": true, "file_row_number": true, "file_number": true, "file_row": true} // the engine's own
	for i, name := range header {
		name = strings.Join(strings.Fields(name), " ")
		if name == "" {
			name = fmt.Sprintf("column_%d", i+1)
		}
		if isValue(name) {
			return nil, fmt.Errorf("%w: its first line holds values, not names of columns: write the names above them", ErrNotCSV)
		}
		unique := name
		for n := 2; taken[strings.ToLower(unique)]; n++ {
			unique = fmt.Sprintf("%s_%d", name, n)
		}
		taken[strings.ToLower(unique)] = true
		columns = append(columns, unique)
	}
	return columns, nil
}

// isValue reports whether a name in a header is rather a number, a day or an e-mail.
func isValue(name string) bool {
	return strings.Contains(name, "@") || strings.Trim(name, "0123456789.,:-/+ $€£TZ") == "" && strings.ContainsAny(name, "0123456789")
}
