// Package engine says what an engine does for the program: it makes views, tables
// and files of SELECTs, and lets rows in and out. What it is made of is the
// business of the packages below, one an engine.
package engine

import (
	"context"
	"iter"
	"slices"
	"strings"
)

// Options bound what an engine may use and touch.
type Options struct {
	Threads     int      // 0: one per core
	MemoryLimit string   // such as 4GB; beyond it the engine spills to TempDir
	TempDir     string   // existing folder for spilled data, which takes nine tenths of what is free there at most
	Readable    []string // files that may be read, symbolic links resolved
	Writable    string   // existing folder in which files may be made; "" for none
	Macros      string   // SQL that defines the functions that differ between engines
	InOrder     bool     // tables keep the order in which their rows were read, at the cost of speed
}

// Open starts an engine. Close it after use.
type Open func(ctx context.Context, options Options) (Engine, error)

// Engine runs SQL over the declared files. Names are names of tables, views and
// columns, never SQL. It is not safe for concurrent use: Beside is.
type Engine interface {
	// Beside returns the same tables and views for use at the same time: what either
	// makes, both see once it is made. Close it after use, before the first.
	Beside(ctx context.Context) (Engine, error)
	// View makes a view of a SELECT.
	View(ctx context.Context, name, query string) error
	// Table makes a table of a SELECT and returns its number of rows.
	Table(ctx context.Context, name, query string) (rows int64, err error)
	// File writes a SELECT to a Parquet file, makes a view of the file under the
	// same name, and returns its number of rows.
	File(ctx context.Context, name, query string, file File) (rows int64, err error)
	// Lines yields the rows of a view as the lines of a CSV file, in the order of a text
	// column that is unique, with memory that does not grow with the rows.
	Lines(ctx context.Context, csv CSV) iter.Seq2[Line, error]
	// ReadCSV makes a table of the rows of a CSV file, all of them text, and returns
	// their number. A line that has not one value a column is an error.
	ReadCSV(ctx context.Context, name string, file CSVFile) (rows int64, err error)
	// Input makes a view over Parquet files.
	Input(ctx context.Context, input Input) error
	// Insert makes a table of rows that Go holds. Each row has a value per column:
	// nil, bool, int64, float64, string, time.Time or []float64.
	Insert(ctx context.Context, name string, columns []Column, rows iter.Seq[[]any]) error
	// Rows reads columns of a table or view in no particular order. The values,
	// typed as Insert takes them, are valid until the next row is asked for.
	Rows(ctx context.Context, name string, columns []string) iter.Seq2[[]any, error]
	// RowsInOrder is Rows in the order of a text column that is unique, with memory
	// that does not grow with the rows.
	RowsInOrder(ctx context.Context, name string, columns []string, key string) iter.Seq2[[]any, error]
	// ReadThrough reads every value of a column and keeps none.
	ReadThrough(ctx context.Context, name, column string) error
	// ReadGroups groups the rows by a column and keeps no group: where values lie
	// outside what their file's statistics say, this is the error IsDamage.
	ReadGroups(ctx context.Context, name, column string) error
	// FirstUnread returns the first row, counted from 1, of the one file of an input
	// of so many rows whose columns cannot be computed, 0 where the reason is none of
	// a value. It says nothing of what is in it.
	FirstUnread(ctx context.Context, input Input, rows int64) (int64, error)
	// Try reads the files of an input by an expression and says how many of their
	// values that reads. An expression that cannot be computed is an error.
	Try(ctx context.Context, trial Trial) (Tried, error)
	// Screen says how many values of the first rows of the files of an input each of
	// some expressions makes something of. It is one reading for all, and an error
	// where one of them cannot be computed.
	Screen(ctx context.Context, input Input, value string, expressions []string, rows int64) (Screened, error)
	// Distinct returns the different values of an expression over the files of an
	// input as text, sorted, at most so many; those of Trial.
	Distinct(ctx context.Context, input Input, value string, most int) ([]string, error)
	// Count returns the number of rows of a table or view.
	Count(ctx context.Context, name string) (int64, error)
	// Describe returns the columns of a table or view.
	Describe(ctx context.Context, name string) ([]Described, error)
	// CheckExpression verifies that text is one scalar SQL expression over a row with
	// the given columns, and returns those it refers to as they are spelt there. A
	// column that is not there is an *UnknownColumnError.
	CheckExpression(ctx context.Context, text string, columns []string) ([]string, error)
	// Drop forgets a table and frees its memory.
	Drop(ctx context.Context, name string) error
	// Close ends the engine and frees its memory.
	Close() error
}

// File is a Parquet file that an engine writes.
type File struct {
	Path     string
	Key      []string          // the unique columns by which it is sorted, so that the same rows give the same bytes; none: as the rows come
	Columns  []FileColumn      // in their order; nil for those of the SELECT as they are
	Metadata map[string]string // of the file's footer
}

// FileColumn is a column of a file, and the one of the SELECT that it holds.
type FileColumn struct{ Name, From string }

// CSVFile is a CSV file that an engine reads: UTF-8, values in double quotes where
// they need them, and a header, which counts for nothing. A value of no characters is
// null.
type CSVFile struct {
	Path      string // resolved
	Delimiter rune
	SkipLines int      // before the header
	Columns   []string // of the table
}

// CSV is what an engine makes lines of: rows of a view, as RFC 4180 has it, each line
// with its end.
type CSV struct {
	View    string
	Columns []CSVColumn
	Lists   string // text column that comes beside each line: the lists that it is for
	Key     string // sorts the lines; text, and unique among the rows
}

// CSVColumn is a column of a CSV file.
type CSVColumn struct {
	Name     string
	FreeText bool // made safe for spreadsheets, and always quoted
}

// Line is a line of a CSV file, and the lists that it is for, "" for none.
type Line struct{ Text, Lists string }

// Header returns the line of the columns' names.
func (c CSV) Header() string {
	var names []string
	for _, column := range c.Columns {
		name := column.Name
		if column.FreeText {
			name = Identifier(name)
		}
		names = append(names, name)
	}
	return strings.Join(names, ",") + "\n"
}

// Input is a view over Parquet files that gives every row of them under the
// column names that the SQL files expect. Beside its columns it has file_number (the
// place in Files, from 0) and file_row (counted from 1 within the file). Columns are
// matched by name over all files; one that a file lacks is null there.
type Input struct {
	Name           string
	Files          []string // resolved paths
	HivePartitions bool     // key=value folders become text columns
	Alike          bool     // all files have the same columns, of the same types: one is looked at to know them
	Columns        []InputColumn
	Parts          []InputPart // where the files give a column several types: all of Files, each in one part; else none
}

// InputPart is the files of an input that give every column one type.
type InputPart struct {
	Files   []int         // places in Files of the input
	Absent  []Described   // columns without a value in them, and the type that other files give these
	Columns []InputColumn // in place of those of the input, with the same names
}

// With returns the input with other columns, the same in every part.
func (in Input) With(name string, columns ...InputColumn) Input {
	in.Name, in.Columns = name, columns
	in.Parts = slices.Clone(in.Parts)
	for i := range in.Parts {
		in.Parts[i].Columns = columns
	}
	return in
}

// Apart returns an input for each part, which numbers its own files from 0; the
// input itself where it has no parts.
func (in Input) Apart() []Input {
	if len(in.Parts) == 0 {
		return []Input{in}
	}
	var apart []Input
	for _, part := range in.Parts {
		alone := in
		alone.Files, alone.Columns = nil, part.Columns
		for _, place := range part.Files {
			alone.Files = append(alone.Files, in.Files[place])
		}
		part.Files = nil
		for place := range alone.Files {
			part.Files = append(part.Files, place)
		}
		alone.Parts = []InputPart{part}
		apart = append(apart, alone)
	}
	return apart
}

// Only returns the input with one of its files.
func (in Input) Only(place int) Input {
	for _, part := range in.Parts {
		if slices.Contains(part.Files, place) {
			part.Files = []int{0}
			in.Columns, in.Parts = part.Columns, []InputPart{part}
			break
		}
	}
	in.Files = in.Files[place : place+1]
	return in
}

// InputColumn is one column of an input: an expression over the files' columns,
// cast to a type.
type InputColumn struct {
	Name       string
	Expression string
	Type       Type // Other: as the expression gives it
}

// Column is a column of a table that is made of rows.
type Column struct {
	Name string
	Type Type
}

// Described is a column of a table or view as the engine has it.
type Described struct {
	Name     string
	Type     Type
	Spelling string // the engine's own word for the type, for messages
}

// Trial is an expression that is held against the values of the files of an input.
type Trial struct {
	Input Input  // its columns do not matter
	Value string // expression of the values that are to be read
	Read  string // expression that reads them
	Rows  int64  // only so many first rows of each file; 0 for all
}

// Tried is what became of a trial. Null, blank and NaN are no values.
type Tried struct {
	Type          Type  // of what the expression gives
	Values        int64 // of the files
	Read          int64 // of these, those that the expression reads
	Before, After string
	Place, Unread Place // of the first value that is read, which Before and After show, and of the first that is not
}

// Screened is what became of a screening, with the values of Tried.
type Screened struct {
	Values int64
	Read   []int64 // by expression
}

// Place is a row of an input.
type Place struct {
	File int64 // place in its Files
	Row  int64 // counted from 1; 0 for no place
}
