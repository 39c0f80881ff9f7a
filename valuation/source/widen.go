package source

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"cbv/valuation/engine"
	"cbv/valuation/parquetfile"
	"cbv/valuation/source/remedy"
)

// column returns a column of the file by the name that SQL would take for it.
func (f File) column(name string) (parquetfile.Column, bool) {
	for _, column := range f.Columns {
		if strings.EqualFold(column.Name, name) {
			return column, true
		}
	}
	return parquetfile.Column{}, false
}

func (f File) names() []string {
	var names []string
	for _, column := range f.Columns {
		names = append(names, column.Name)
	}
	return names
}

// typeOf returns the type that the file gives a column, "" where it has no value of it.
func (f File) typeOf(name string) string {
	column, has := f.column(name)
	if !has || column.Type == parquetfile.Null {
		return ""
	}
	return column.Type
}

// partsOf divides files into parts that give each of the used columns one type, none
// where all do so together.
func partsOf(files []File, used []string) []engine.InputPart {
	usual := map[string]string{} // the first type of each column
	var split []string           // the columns that have several
	for _, name := range used {
		for _, file := range files {
			found := file.typeOf(name)
			if usual[name] == "" {
				usual[name] = found
			} else if found != "" && found != usual[name] && !slices.Contains(split, name) {
				split = append(split, name)
			}
		}
	}
	if len(split) == 0 {
		return nil
	}
	var parts []engine.InputPart
	places := map[string]int{}
	for i, file := range files {
		key := ""
		for _, name := range split {
			key += file.typeOf(name) + "\n"
		}
		place, known := places[key]
		if !known {
			place = len(parts)
			places[key] = place
			parts = append(parts, engine.InputPart{})
		}
		parts[place].Files = append(parts[place].Files, i)
	}
	for i := range parts {
		for _, name := range used {
			hasType := func(place int) bool { return files[place].typeOf(name) != "" }
			if usual[name] != "" && !slices.ContainsFunc(parts[i].Files, hasType) {
				parts[i].Absent = append(parts[i].Absent, engine.Described{Name: name, Spelling: usual[name]})
			}
		}
	}
	return parts
}

// specimens returns the files among which there is one of each kind: the same columns in
// the same order, of the same types. What is inside a nested column is not known, so a
// file with one is a kind of its own.
func specimens(files []File) (paths []string) {
	seen := map[string]bool{}
	for _, file := range files {
		var kind strings.Builder
		for _, column := range file.Columns {
			fmt.Fprintf(&kind, "%q %s\n", column.Name, column.Type)
			if slices.Contains([]string{"STRUCT", "LIST", "MAP"}, column.Type) {
				fmt.Fprintf(&kind, "of %q\n", file.Resolved)
			}
		}
		if !seen[kind.String()] {
			seen[kind.String()] = true
			paths = append(paths, file.Resolved)
		}
	}
	return paths
}

// bound is what an expression gives over the files of one part.
type bound struct {
	input      engine.Input // of the part
	kinds      engine.Input // of the part, with as many of its files as its columns take to be known
	file       File         // its first
	found      engine.Described
	expression string
}

// typed lets the engine bind the expression over the files of each part and verifies
// the types of what comes out: one that is wanted, and in no part another one than
// the type of the rest holds. It returns a column for each part.
func (m *mapped) typed(ctx context.Context, e engine.Engine, input engine.Input, specimens []string, files []File) (columns []engine.InputColumn, zoned bool, err error) {
	column := engine.InputColumn{Name: m.column, Expression: m.expression, Type: m.kind.cast}
	if m.text == "" {
		column.Expression = "null"
		if m.absent != "" {
			column.Expression = m.absent
		}
		return slices.Repeat([]engine.InputColumn{column}, max(1, len(input.Parts))), false, nil
	}
	var parts []bound
	for i, alone := range input.Apart() {
		part := bound{input: alone, kinds: alone, file: files[0], expression: m.expression}
		if len(input.Parts) > 0 {
			part.file = files[input.Parts[i].Files[0]]
		} else {
			part.kinds.Files = specimens
		}
		if err := m.bind(ctx, e, &part); err != nil {
			return nil, false, err
		}
		parts = append(parts, part)
	}
	if err := m.agree(ctx, e, input, files, parts); err != nil {
		return nil, false, err
	}
	for _, part := range parts {
		column.Expression = part.expression
		if m.column == "ordered_at" && part.found.Type == engine.Instant {
			column.Expression = "timezone('UTC', (\n" + part.expression + "\n))"
			zoned = true
		}
		if m.convert != nil {
			column.Expression = m.convert(part.expression, part.found.Type)
		}
		columns = append(columns, column)
	}
	return columns, zoned, nil
}

// bind finds the type of the expression over the files of a part.
func (m *mapped) bind(ctx context.Context, e engine.Engine, part *bound) error {
	if err := e.Input(ctx, part.kinds.With(probeView, engine.InputColumn{Name: "value", Expression: m.expression})); err != nil {
		// Without the name of the view, which says nothing to a reader.
		return fmt.Errorf("%s (%s): %s: %s: %w", part.file.Path, part.file.rows(), m.key, m.text, errors.Unwrap(err))
	}
	described, err := e.Describe(ctx, probeView)
	if err == nil {
		part.found = described[0]
	}
	return err
}

// open verifies that the engine can open every file.
func (m *Mapping) open(ctx context.Context, e engine.Engine, files []File) error {
	for _, file := range files {
		alone := engine.Input{Files: []string{file.Resolved}, HivePartitions: m.input.HivePartitions}
		if err := e.Input(ctx, alone.With(probeView, engine.InputColumn{Name: "value", Expression: "1"})); err != nil && ctx.Err() == nil {
			return damaged(file, "its footer", nil, m.section+".files", err)
		}
	}
	return ctx.Err()
}

// agree verifies that the types of the parts are wanted, and that one of them holds
// the others without loss. Ids that are doubles beside whole numbers, as a null
// among them makes them in pandas, it reads as whole numbers.
func (m *mapped) agree(ctx context.Context, e engine.Engine, input engine.Input, files []File, parts []bound) error {
	for i := range parts {
		if err := m.readAsWhole(ctx, e, parts, i); err != nil {
			return err
		}
	}
	for i, one := range parts {
		for _, other := range parts[i+1:] {
			if !m.holds(one.found.Type, other.found.Type) {
				return m.disagreement(ctx, e, input, files, one, other)
			}
		}
	}
	for i, part := range parts {
		switch {
		case part.found.Type == noValue || slices.Contains(m.kind.fits, part.found.Type):
		case m.kind.cast == engine.Boolean && m.private && m.isNull(files):
			parts[i].expression = "null" // whether they agreed or object is known of nobody, as where nothing is mapped
		default:
			return m.unfit(ctx, e, input, files, part)
		}
	}
	return nil
}

// noValue stands for the type of an id of which a part has no value.
const noValue engine.Type = "no value"

// holds reports whether values of two types are the same kind of value, and one of
// the types holds those of the other.
func (m *mapped) holds(one, other engine.Type) bool {
	pair := func(a, b engine.Type) bool { return one == a && other == b || one == b && other == a }
	switch {
	case one == other, one == noValue, other == noValue:
		return true
	case m.kind.want == remedy.ID:
		return false // the text of a day is not that of a time-stamp
	}
	return pair(engine.Bigint, engine.Double) || pair(engine.Bigint, engine.Decimal) || pair(engine.Date, engine.Timestamp)
}

// isFloating reports whether a column that m refers to is a floating-point number in
// a file.
func (m *mapped) isFloating(file File) bool {
	return slices.ContainsFunc(m.used, func(name string) bool {
		return slices.Contains([]string{"DOUBLE", "FLOAT"}, file.typeOf(name))
	})
}

// readAsWhole makes the ids of a part that has doubles where others have whole
// numbers whole numbers again. It refuses those that a double does not hold, and an
// expression that makes other ids of doubles than of whole numbers.
func (m *mapped) readAsWhole(ctx context.Context, e engine.Engine, parts []bound, i int) error {
	part := &parts[i]
	floating := func(part bound) bool { return m.isFloating(part.file) }
	if m.kind.want != remedy.ID && m.kind.want != remedy.Version || !floating(*part) || !slices.ContainsFunc(parts, func(part bound) bool { return !floating(part) }) {
		return nil
	}
	reading, err := remedy.Whole(ctx, e, remedy.Column{Input: part.input, Value: m.expression})
	if err != nil {
		return m.unreadable(part.file, err)
	}
	other := parts[slices.IndexFunc(parts, func(part bound) bool { return !floating(part) })]
	switch {
	case reading.Values == 0:
		part.expression, part.found.Type = "null", noValue
	case reading.Expression == "":
		return fmt.Errorf("%s: %s is of whole numbers or text in %s (%s) and of floating-point numbers in %s (%s), where %s of %s values are no whole numbers that such a number holds exactly, the first in row %d: they would be other ids; write the column again as in the other file",
			m.key, m.text, other.file.Path, other.file.rows(), part.file.Path, part.file.rows(),
			humanize.Comma(reading.Values-reading.Read), humanize.Comma(reading.Values), reading.Unread.Row)
	default:
		part.expression, part.found.Type = reading.Expression, reading.Type
	}
	return nil
}
