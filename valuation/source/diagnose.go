package source

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/parquetfile"
)

// Diagnose reads the files of an input again, one by one and column by column, and
// returns an error that names the first place that cannot be read: a value that
// does not fit its expression, or damage inside a file. It returns nil when all
// can be read, so the query that failed did so for another reason.
func (m Mapping) Diagnose(ctx context.Context, e engine.Engine, files []File) error {
	for place, file := range files {
		for i := range m.mapped {
			if err := m.diagnoseColumn(ctx, e, files, place, i); err != nil {
				return err
			}
		}
		if len(m.mapped) == 0 {
			break // nothing is mapped yet
		}
		if err := m.diagnoseStatistics(ctx, e, place, file); err != nil {
			return err
		}
	}
	return nil
}

// diagnoseColumn reads one mapped column of one file. What the file holds is read
// before what an expression makes of it, so that damage is not laid to that.
func (m Mapping) diagnoseColumn(ctx context.Context, e engine.Engine, files []File, place, i int) error {
	mapped, file := m.mapped[i], files[place]
	alone := m.input.Only(place)
	for _, name := range mapped.used {
		err := m.readThrough(ctx, e, alone.With(probeView, engine.InputColumn{Name: "value", Expression: engine.Identifier(name)}))
		if err != nil && ctx.Err() == nil {
			return damaged(file, "column "+engine.Identifier(name), []string{name}, mapped.key, err)
		}
	}
	if mapped.text == "" || ctx.Err() != nil {
		return ctx.Err()
	}
	probe := alone.With(probeView, alone.Columns[i])
	err := m.readThrough(ctx, e, probe)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil:
		return nil
	case !engine.IsDataError(err):
		return damaged(file, mapped.text, mapped.used, mapped.key, err)
	}
	row, unread := e.FirstUnread(ctx, probe, file.Rows)
	if unread != nil {
		return unread
	}
	// Without the engine's words: they quote the value, which may be about somebody.
	return failure.Inputf("%s row %d: %s: %s: %s", file.Path, row, mapped.key, mapped.text, mapped.wayOut(ctx, e, m.input, files, err))
}

// readThrough reads every value of the one column of an input, which may lack the
// column that it refers to.
func (m Mapping) readThrough(ctx context.Context, e engine.Engine, probe engine.Input) error {
	if err := e.Input(ctx, probe); err != nil {
		return nil // the column may be absent here
	}
	return e.ReadThrough(ctx, probe.Name, probe.Columns[0].Name)
}

// wayOut says what to map in place of an expression that a value does not fit.
func (m *mapped) wayOut(ctx context.Context, e engine.Engine, input engine.Input, files []File, err error) string {
	if strings.Contains(err.Error(), "Overflow in ") {
		text := "the result is beyond what numbers of its type hold"
		for _, wide := range []string{"bigint", "double"} {
			expression := m.widened(files, wide)
			if expression == "" {
				break
			}
			tried, err := e.Try(ctx, engine.Trial{Input: input, Value: expression, Read: expression})
			if err == nil && tried.Values > 0 {
				return text + ": map " + expression
			}
		}
		return text + ": cast the columns to double first"
	}
	text := "the value does not fit the expression"
	// The column as it stands is what the expression was to change.
	if reading, err := m.reread(ctx, e, input); err == nil && reading.Expression != "" && reading.Expression != Name(ctx, e, m.used[0]) {
		return text + ": " + m.advice(files, reading)
	}
	return text + ": make it give null for such a value, with try_cast or nullif"
}

// widened is the expression of m with its columns of whole numbers cast to a type, ""
// where it has none that can be replaced by its name alone.
func (m *mapped) widened(files []File, wide string) string {
	text := m.text
	if strings.ContainsAny(text, `'"`) {
		return "" // a name may be part of a text
	}
	for _, name := range m.used {
		if slices.ContainsFunc(files, func(file File) bool {
			return strings.HasSuffix(file.typeOf(name), "INT") || file.typeOf(name) == "INTEGER"
		}) {
			whole := regexp.MustCompile(`(?i)\b` + regexp.QuoteMeta(name) + `\b`)
			text = whole.ReplaceAllLiteralString(text, "cast("+name+" as "+wide+")")
		}
	}
	if text == m.text {
		return ""
	}
	return text
}

// damaged is the error of a part of a file that the engine cannot read, of which what
// names it, columns are what it reads, and key is the setting that asks for it.
func damaged(file File, what string, columns []string, key string, err error) error {
	said := engine.Cause(err)
	if said == nil {
		return err
	}
	text, place := said.Error(), "("+file.rows()+")"
	way := "the file is damaged: write it again"
	switch {
	case strings.Contains(text, "not valid UTF8"), strings.Contains(text, "Invalid string encoding"):
		text, way = "its text is not in UTF-8", "write the file again with text in UTF-8"
		for _, column := range columns {
			if row, err := parquetfile.FirstNotUTF8(file.Path, column); err == nil && row > 0 {
				place = fmt.Sprint("row ", row)
				break
			}
		}
	case strings.Contains(text, "Unsupported compression codec"):
		text, _, _ = strings.Cut(text[strings.Index(text, "Unsupported"):], ".")
		way = "write the file again with the compression snappy or zstd"
	case strings.Contains(text, "encoding is only supported"):
		way = "write the file again with plain or dictionary encoding"
	case strings.Contains(text, "TProtocolException"):
		text, way = "what is there is not what the format says", "the file is damaged, or encrypted there: write it again as plain Parquet"
	default:
		text = strings.TrimRight(strings.ReplaceAll(text, `file "`+file.Resolved+`"`, "it"), ": ")
	}
	return failure.Inputf("%s %s: %s cannot be read: %s: %s, or leave it out of %s.files", file.Path, place, what, text, way, section(key))
}

// diagnoseStatistics returns the error of a file with values that lie outside what
// its own statistics say, which the engine finds out when it groups by them.
func (m Mapping) diagnoseStatistics(ctx context.Context, e engine.Engine, place int, file File) error {
	alone := m.input.Only(place)
	for i, mapped := range m.mapped {
		grouped := []engine.InputColumn{{Name: "value", Expression: alone.Columns[i].Expression, Type: mapped.kind.cast}}
		if mapped.kind.cast == engine.Timestamp { // orders are grouped by days
			grouped = append(grouped, engine.InputColumn{Name: "value", Expression: alone.Columns[i].Expression, Type: engine.Date})
		}
		for _, name := range mapped.used {
			grouped = append(grouped, engine.InputColumn{Name: "value", Expression: engine.Identifier(name)})
		}
		for _, column := range grouped {
			if err := e.Input(ctx, alone.With(probeView, column)); err != nil {
				continue // the column may be absent here
			}
			err := e.ReadGroups(ctx, probeView, column.Name)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if engine.IsDamage(err) {
				return failure.Inputf("%s (%s): %s has values outside the file's own statistics: the file is damaged: write it again, or leave it out of %s.files",
					file.Path, file.rows(), mapped.text, m.section)
			}
		}
	}
	return nil
}
