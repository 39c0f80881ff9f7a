package source

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/dustin/go-humanize"

	"cbv/valuation/engine"
	"cbv/valuation/source/remedy"
)

// Name writes the name of a column as an expression has it: in quotes where SQL would
// take it for something else.
func Name(ctx context.Context, e engine.Engine, column string) string {
	// What SQL reads as this column alone needs none.
	used, err := e.CheckExpression(ctx, column, []string{column})
	if err == nil && len(used) == 1 && strings.TrimSpace(column) == column && !strings.ContainsAny(column, "()-/") {
		return column
	}
	return engine.Identifier(column)
}

// value is what m maps, as part of an expression.
func (m *mapped) value(ctx context.Context, e engine.Engine) string {
	if len(m.used) == 1 && m.expression == engine.Identifier(m.used[0]) {
		return Name(ctx, e, m.used[0])
	}
	if isCall(m.text) {
		return m.text
	}
	return "(" + m.text + ")"
}

// isCall reports whether text is one call of a function, which needs no parentheses
// around it.
func isCall(text string) bool {
	name, rest, called := strings.Cut(text, "(")
	if !called || name == "" || strings.ContainsFunc(name, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		return false
	}
	open, quote := 1, rune(0)
	for i, letter := range rest {
		switch {
		case quote != 0:
			if letter == quote {
				quote = 0
			}
		case letter == '\'', letter == '"':
			quote = letter
		case letter == '(':
			open++
		case letter == ')':
			open--
		}
		if open == 0 {
			return i == len(rest)-1
		}
	}
	return false
}

// disagreement is the error of an expression of two types.
func (m *mapped) disagreement(ctx context.Context, e engine.Engine, input engine.Input, files []File, one, other bound) error {
	named := m.text
	if len(m.used) == 1 && m.expression == engine.Identifier(m.used[0]) {
		named = fmt.Sprintf("column %q", m.used[0])
	}
	way := "write one of the files again with the other's type, or leave it out of " + section(m.key) + ".files"
	reading, err := m.find(ctx, e, input)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil && reading.Expression != "" {
		way = m.advice(files, reading) + ", or " + way
	}
	return fmt.Errorf("%s is %s in %s (%s) and %s in %s (%s): %s",
		named, one.found.Spelling, one.file.Path, one.file.rows(), other.found.Spelling, other.file.Path, other.file.rows(), way)
}

// unfit is the error of an expression of a type that is not wanted.
func (m *mapped) unfit(ctx context.Context, e engine.Engine, input engine.Input, files []File, part bound) error {
	if m.isNull(files) {
		return fmt.Errorf("%s (%s): %s has no value in any row, and %s wants %s: map another column", part.file.Path, part.file.rows(), m.text, m.key, m.kind.wants)
	}
	reading, err := m.find(ctx, e, input)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return m.unreadable(part.file, err)
	}
	return fmt.Errorf("%s (%s): %s is %s, and %s wants %s: %s",
		part.file.Path, part.file.rows(), m.text, part.found.Spelling, m.key, m.kind.wants, m.advice(files, reading))
}

// isNull reports whether no file has a value of any column that m refers to.
func (m *mapped) isNull(files []File) bool {
	for _, file := range files {
		for _, name := range m.used {
			if file.typeOf(name) != "" {
				return false
			}
		}
	}
	return len(m.used) > 0
}

func (m *mapped) find(ctx context.Context, e engine.Engine, input engine.Input) (remedy.Reading, error) {
	return remedy.Find(ctx, e, remedy.Column{Input: input, Value: m.value(ctx, e), Zone: m.kind.zone}, m.kind.want)
}

// reread returns how the one column of an expression is read, none where it has another
// number of columns, or where it is what is mapped.
func (m *mapped) reread(ctx context.Context, e engine.Engine, input engine.Input) (remedy.Reading, error) {
	if len(m.used) != 1 {
		return remedy.Reading{}, nil
	}
	column := remedy.Column{Input: input, Value: Name(ctx, e, m.used[0]), Zone: m.kind.zone}
	reading, err := remedy.Find(ctx, e, column, m.kind.want)
	if reading.Expression == m.text || reading.Expression == m.value(ctx, e) {
		reading = remedy.Reading{}
	}
	return reading, err
}

// Reread says what to map to a setting in place of an expression that makes nothing of
// its column; "" where nothing that was tried reads it.
func (m Mapping) Reread(ctx context.Context, e engine.Engine, files []File, key string) (string, error) {
	return m.advise(files, key, func(mapped *mapped) (remedy.Reading, error) { return mapped.reread(ctx, e, m.input) })
}

// LaterTimes says what to map to orders.columns.ordered_at where its times lie about
// 1970, as those in a mistaken unit do; "" where nothing that was tried makes later ones.
func (m Mapping) LaterTimes(ctx context.Context, e engine.Engine, files []File) (string, error) {
	return m.advise(files, "orders.columns.ordered_at", func(mapped *mapped) (remedy.Reading, error) {
		reading, err := mapped.reread(ctx, e, m.input)
		if err != nil || reading.Expression != "" && reading.After >= leastLater {
			return reading, err
		}
		return remedy.Shifted(ctx, e, remedy.Column{Input: m.input, Value: mapped.value(ctx, e)})
	})
}

// CountedVersions says what to map to orders.columns.version where what is mapped are
// numbers that are times; "" where they are other numbers, or times.
func (m Mapping) CountedVersions(ctx context.Context, e engine.Engine, files []File) (string, error) {
	return m.advise(files, "orders.columns.version", func(mapped *mapped) (remedy.Reading, error) {
		return remedy.Counted(ctx, e, remedy.Column{Input: m.input, Value: mapped.value(ctx, e)})
	})
}

// zonedRows is how many rows are looked at for a zone that is dropped.
const zonedRows = 10_000

// utc is how a text says that its time is in UTC, and inUTC a text that ends with it.
const (
	utc   = `\s*(Z|UTC|GMT|[+-]00(:?00)?)\s*`
	inUTC = `'.*\d\d?:\d\d.*` + utc + `'`
)

// DroppedZones counts, in the first rows of the first file, the times of orders that are
// written as text in UTC and that an expression reads as local ones, on another day than
// they have in a zone; and says what to map instead. Where all are midnight they are days
// that were written as times, and of no zone.
func (m Mapping) DroppedZones(ctx context.Context, e engine.Engine, files []File, zone string) (dropped, values int64, way string, err error) {
	at := slices.IndexFunc(m.mapped, func(mapped mapped) bool { return mapped.key == "orders.columns.ordered_at" })
	if m.Zoned || at < 0 || len(m.mapped[at].used) != 1 || strings.Contains(strings.ToLower(m.mapped[at].text), "timezone") {
		return 0, 0, "", nil
	}
	column := m.mapped[at].used[0]
	if !slices.ContainsFunc(files, func(file File) bool { return file.typeOf(column) == "VARCHAR" }) {
		return 0, 0, "", nil
	}
	name := engine.Identifier(column)
	written := fmt.Sprintf("case when regexp_full_match(%s, %s) then try_cast(regexp_replace(%[1]s, '%[3]s$', '') as timestamp) end", name, inUTC, utc)
	differs := fmt.Sprintf("case when cast((%s) as date) <> cast(timezone(%s, timezone('UTC', %s)) as date) then 1 end", m.mapped[at].expression, engine.Quote(zone), written)
	timed := fmt.Sprintf("case when (%s) <> date_trunc('day', %[1]s) then 1 end", written)
	screened, err := e.Screen(ctx, m.input.Only(0), name, []string{differs, timed}, zonedRows)
	if err != nil || screened.Read[0] == 0 || screened.Read[1] == 0 {
		return 0, 0, "", err
	}
	way, err = m.Reread(ctx, e, files, "orders.columns.ordered_at")
	return screened.Read[0], screened.Values, way, err
}

// leastLater is the year before which times are no later ones, as their text begins.
const leastLater = "1990"

// advise says how a column that a setting reads is to be read instead, "" where that
// is not known.
func (m Mapping) advise(files []File, key string, read func(*mapped) (remedy.Reading, error)) (string, error) {
	for i := range m.mapped {
		if m.mapped[i].key != key || len(m.mapped[i].used) == 0 {
			continue
		}
		reading, err := read(&m.mapped[i])
		if err != nil || reading.Expression == "" {
			return "", err
		}
		return m.mapped[i].advice(files, reading), nil
	}
	return "", nil
}

// unreadable is the error of a column that cannot be read at all.
func (m *mapped) unreadable(file File, err error) error {
	return damaged(file, m.text, m.used, m.key, err)
}

// advice says what to map instead, and shows what that makes of a value.
func (m *mapped) advice(files []File, reading remedy.Reading) string {
	place := func(place engine.Place) string { return fmt.Sprintf("%s row %d", files[place.File].Path, place.Row) }
	again := "write the column again as " + m.kind.wants
	if m.kind.fits[0] == engine.Boolean {
		again = "map a case of its values that gives true, false, or null where neither is said"
	}
	all := "all its " + humanize.Comma(reading.Values) + " values"
	if reading.Values == 1 {
		all = "its only value"
	}
	switch {
	case reading.Values == 0:
		return "it has no value: map another column"
	case reading.Expression == "" && reading.Read == 0:
		return fmt.Sprintf("nothing that was tried reads %s: %s", strings.TrimPrefix(all, "all "), again)
	case reading.Expression == "":
		return fmt.Sprintf("nothing that was tried reads %s, %s at best (the first of the others: %s): %s",
			all, humanize.Comma(reading.Read), place(reading.Unread), again)
	}
	example := func(reading remedy.Reading) string {
		switch {
		case m.kind.want == remedy.Time, m.kind.want == remedy.Day, m.kind.want == remedy.Version, m.kind.want == remedy.Money && !m.private:
			return fmt.Sprintf(" (%s is %s)", reading.Before, reading.After)
		case m.kind.want == remedy.ID:
			return fmt.Sprintf(" (the first: %s)", place(reading.Place))
		}
		return ""
	}
	if len(reading.Others) > 0 {
		text := "map " + reading.Expression + example(reading)
		for _, other := range reading.Others {
			text += " or " + other.Expression + example(other)
		}
		return text + ": each reads " + all + ", and which is right the file does not say"
	}
	text := fmt.Sprintf("map %s, which reads %s%s", reading.Expression, all, example(reading))
	if reading.Neither {
		text += "; the other words in it stay null, neither consent nor objection"
	}
	return text
}
