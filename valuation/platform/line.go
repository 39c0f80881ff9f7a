package platform

import (
	"fmt"
	"slices"

	"cbv/valuation/celltext"
)

// Change is what a line of a change file says of a row.
type Change string

// The changes since the earlier exports. An update is a row whose identifiers the
// target has, and whose other cells are others.
const (
	Add    Change = "add"
	Update Change = "update"
	Remove Change = "remove"
)

// lineWriter writes rows as JSON objects, by header. A header that stands several times
// has a list. A blank cell is null, so that whoever applies the line may clear the field.
type lineWriter struct {
	columns []lineColumn
	values  []span // of the values in the line, by the column of the file
	text    []byte // of a cell without its quotes
}

// lineColumn is a header with the columns of it.
type lineColumn struct {
	name        []byte // with its colon
	columns     []int
	isText      bool
	identifiers []int // places of the columns that identify
}

func newLineWriter(spec *Spec) *lineWriter {
	w := &lineWriter{}
	place := 0
	for i, column := range spec.columns() {
		at := slices.IndexFunc(w.columns, func(c lineColumn) bool { return string(c.name) == string(headerOf(column.Header)) })
		if at < 0 {
			at = len(w.columns)
			w.columns = append(w.columns, lineColumn{name: headerOf(column.Header), isText: column.Field != Value})
		}
		w.columns[at].columns = append(w.columns[at].columns, i)
		if spec.Target.identifies(column) && place < identifiers {
			w.columns[at].identifiers = append(w.columns[at].identifiers, place)
			place++
		}
		w.values = append(w.values, span{})
	}
	for _, attribute := range spec.attributes() {
		isText := attribute.Type == Text || attribute.Type == Day
		w.columns = append(w.columns, lineColumn{name: headerOf(attribute.Name), columns: []int{len(w.values)}, isText: isText})
		w.values = append(w.values, span{})
	}
	return w
}

func headerOf(header string) []byte { return append(celltext.AppendJSON(nil, []byte(header)), ':') }

// record writes a row of a CSV file, given where its cells are among the records; the
// column that distinguishes members is not among them. Guarded are those before which
// an apostrophe stands, for spreadsheets alone.
func (w *lineWriter) record(b *batch, cells []span, guarded []bool) {
	w.row(b, func(column int, isText bool) bool {
		cell := b.records[cells[column].from:cells[column].to]
		switch {
		case len(cell) == 0:
			return false
		case !isText:
			b.lines = append(b.lines, cell...)
		case guarded[column]:
			b.lines = celltext.AppendJSON(b.lines, w.said(cell)[1:])
		default:
			b.lines = celltext.AppendJSON(b.lines, w.said(cell))
		}
		return true
	})
}

// cells writes a row of a table.
func (w *lineWriter) cells(b *batch, cells []Cell) {
	w.row(b, func(column int, _ bool) bool {
		cell := cells[column]
		switch cell.Type {
		case Null:
			return false
		case Text:
			b.lines = celltext.AppendJSON(b.lines, []byte(cell.Text))
		case Number:
			b.lines = celltext.AppendNumber(b.lines, cell.Number)
		case Day:
			b.lines = append(cell.Day.AppendFormat(append(b.lines, '"'), "2006-01-02"), '"')
		case YesNo:
			b.lines = fmt.Append(b.lines, cell.YesNo)
		}
		return true
	})
}

// row writes the object of a row; put appends the value of a column and says whether
// there is one.
func (w *lineWriter) row(b *batch, put func(column int, isText bool) bool) {
	b.lines = append(b.lines, '{')
	for i, column := range w.columns {
		if i > 0 {
			b.lines = append(b.lines, ',')
		}
		b.lines = append(b.lines, column.name...)
		if len(column.columns) > 1 {
			w.list(b, column, put)
			continue
		}
		from := len(b.lines)
		if !put(column.columns[0], column.isText) {
			b.lines = append(b.lines, "null"...)
		}
		w.values[column.columns[0]] = span{from, len(b.lines)}
	}
	b.lines = append(b.lines, '}')
}

func (w *lineWriter) list(b *batch, column lineColumn, put func(int, bool) bool) {
	b.lines = append(b.lines, '[')
	filled := false
	for _, at := range column.columns {
		before := len(b.lines)
		if filled {
			b.lines = append(b.lines, ',')
		}
		if !put(at, column.isText) {
			b.lines = b.lines[:before]
			continue
		}
		filled = true
	}
	b.lines = append(b.lines, ']')
}

// identifiers writes an object of the cells by which the target knows a row.
func (w *lineWriter) identifiers(b *batch, cells [identifiers]string) {
	b.lines = append(b.lines, '{')
	first := true
	for _, column := range w.columns {
		var known []string
		for _, place := range column.identifiers {
			if cells[place] != "" {
				known = append(known, cells[place])
			}
		}
		if len(known) == 0 {
			continue
		}
		if !first {
			b.lines = append(b.lines, ',')
		}
		first = false
		b.lines = append(b.lines, column.name...)
		if len(column.columns) == 1 {
			b.lines = celltext.AppendJSON(b.lines, []byte(known[0]))
			continue
		}
		b.lines = append(b.lines, '[')
		for i, cell := range known {
			if i > 0 {
				b.lines = append(b.lines, ',')
			}
			b.lines = celltext.AppendJSON(b.lines, []byte(cell))
		}
		b.lines = append(b.lines, ']')
	}
	b.lines = append(b.lines, '}')
}

// said is what a cell of a CSV file says.
func (w *lineWriter) said(cell []byte) []byte {
	if cell[0] != '"' {
		return cell
	}
	w.text = celltext.AppendUnquoted(w.text[:0], cell)
	return w.text
}
