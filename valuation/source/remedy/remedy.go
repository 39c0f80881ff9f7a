// Package remedy finds the expression that reads a column as what is wanted of it,
// by trying those there are on the column's own values. What it returns was tried:
// it reads every value, or it is none.
package remedy

import (
	"context"
	"fmt"
	"slices"

	"cbv/valuation/engine"
)

// Want is what a column is to be read as.
type Want int

// What columns are read as.
const (
	Time      Want = iota // a date, a local time or an instant
	Day                   // a date or a local time, in the zone that is given
	Money                 // a number
	Version               // a whole number or a time, in the order of which versions follow each other
	ID                    // text or whole numbers that name something
	Condition             // true or false
	Consent               // true, false, or null where neither was said
)

// Column is a column of an input, or an expression over its rows.
type Column struct {
	Input engine.Input // its files; its columns do not matter
	Value string       // as SQL: a name in quotes where it needs them
	Zone  string       // whose days are meant where a Day is wanted
}

// Reading is how the values of a column are read.
type Reading struct {
	Expression string      // "" where nothing that was tried reads every value
	Type       engine.Type // of what it gives
	Values     int64       // of the column: neither null, blank nor NaN
	Read       int64       // those that the expression reads; without one, those that the best reads
	Before     string      // a value as the file has it; may be about a person unless it is a time or an amount
	After      string      // and what the expression makes of it
	Place      engine.Place
	Unread     engine.Place // the first value that the best does not read
	// Others read every value too, and some of them as something else, such as the
	// day of a month as a month: which of them is right the values do not say.
	Others []Reading
	// Neither says that the expression leaves some values of a consent null on purpose:
	// they say neither yes nor no, and Read counts them.
	Neither bool
}

// sampleRows is how many rows of a file an expression has to read before it is held
// against all of them.
const sampleRows = 10_000

// Find returns how a column is read as what is wanted of it. The expression is the
// column itself where that fits as it stands. An error is the engine's: the column
// cannot be read at all, or the context has ended.
func Find(ctx context.Context, e engine.Engine, column Column, want Want) (Reading, error) {
	types, err := column.types(ctx, e, column.Value)
	if err != nil {
		return Reading{}, err
	}
	if want == Version { // a number has no day, so that a time is the better version
		if reading, err := Counted(ctx, e, column); err != nil || reading.Expression != "" {
			return reading, err
		}
	}
	var candidates []candidate
	for _, found := range types {
		more, err := column.candidates(ctx, e, found, want)
		if err != nil {
			return Reading{}, err
		}
		candidates = append(candidates, more...)
	}
	if len(types) > 1 {
		candidates = append(candidates, common(column.Value, types, want)...)
	}
	return column.choose(ctx, e, candidates, want)
}

// Whole returns how the ids of files in which they are floating-point numbers are read
// as the whole numbers that other files have, or as the text that an expression makes
// of these.
func Whole(ctx context.Context, e engine.Engine, column Column) (Reading, error) {
	types, err := column.types(ctx, e, column.Value)
	if err != nil {
		return Reading{}, err
	}
	return column.choose(ctx, e, whole(column.Value, types[0]), ID)
}

// Counted returns how numbers that are times, as counts since 1970 or the figures of a
// day are, are read as these; none where they are other numbers, or no numbers.
func Counted(ctx context.Context, e engine.Engine, column Column) (Reading, error) {
	types, err := column.types(ctx, e, column.Value)
	if err != nil {
		return Reading{}, err
	}
	var candidates []candidate
	for _, found := range types {
		candidates = append(candidates, counted(column.Value, found.Type)...)
	}
	if len(candidates) == 0 {
		return Reading{}, nil
	}
	reading, err := column.choose(ctx, e, candidates, Time)
	if err != nil || reading.Expression == "" {
		return Reading{}, err
	}
	return reading, nil
}

// Shifted returns how times that are counts of seconds or parts of one since 1970 in
// another unit than they were written in are read.
func Shifted(ctx context.Context, e engine.Engine, column Column) (Reading, error) {
	types, err := column.types(ctx, e, column.Value)
	if err != nil {
		return Reading{}, err
	}
	return column.choose(ctx, e, shifted(column.Value, types[0].Type), Time)
}

// types returns the different types that an expression has over the files.
func (c Column) types(ctx context.Context, e engine.Engine, expression string) ([]engine.Described, error) {
	var types []engine.Described
	const view = "input_types"
	for _, alone := range c.Input.Apart() {
		if err := e.Input(ctx, alone.With(view, engine.InputColumn{Name: "value", Expression: expression})); err != nil {
			return nil, err
		}
		described, err := e.Describe(ctx, view)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(types, described[0]) {
			types = append(types, described[0])
		}
	}
	return types, nil
}

// candidates are the expressions that may read a column of a type.
func (c Column) candidates(ctx context.Context, e engine.Engine, found engine.Described, want Want) ([]candidate, error) {
	switch want {
	case Time:
		return times(c.Value, found.Type), nil
	case Day:
		return times(c.Value, found.Type), nil // choose makes days of instants
	case Money:
		beside, err := c.sign(ctx, e, found.Type)
		if err != nil {
			return nil, err
		}
		return amounts(c.Value, found.Type, beside), nil
	case Version:
		return versions(c.Value, found), nil
	case ID:
		return ids(c.Value, found), nil
	}
	return c.conditions(ctx, e, found.Type, want == Consent)
}

// sign returns the currency sign that stands in the texts of a column, "" for none.
func (c Column) sign(ctx context.Context, e engine.Engine, found engine.Type) (string, error) {
	if found != engine.Varchar {
		return "", nil
	}
	tried, err := e.Try(ctx, engine.Trial{Input: c.Input, Value: c.Value, Rows: sampleRows, Read: "nullif(regexp_extract(cast(" + c.Value + " as varchar), " + sign + "), '')"})
	return tried.After, err
}

// choose returns the first candidate that reads every value, with the later ones
// that do so too and differ. Where there is none, it returns how far the best gets.
func (c Column) choose(ctx context.Context, e engine.Engine, candidates []candidate, want Want) (Reading, error) {
	hopeful, err := c.screen(ctx, e, candidates)
	if err != nil {
		return Reading{}, err
	}
	if len(hopeful) == 0 { // the values are counted, and damage among them is found
		reading, err := c.try(ctx, e, candidate{expression: "null"})
		reading.Expression = ""
		return reading, err
	}
	var chosen, best Reading
	for _, candidate := range hopeful {
		fitted, err := c.fit(ctx, e, candidate, want)
		if err == nil && chosen.Expression != "" && c.same(ctx, e, chosen, fitted) {
			continue
		}
		var reading Reading
		if err == nil {
			reading, err = c.try(ctx, e, fitted)
		}
		if ctx.Err() != nil {
			return Reading{}, ctx.Err()
		}
		if err == nil && reading.Values == 0 {
			return Reading{}, nil // which any candidate would read
		}
		isWhole := err == nil && reading.Read == reading.Values
		switch {
		case err != nil: // it is none for such values
		case !isWhole && (best.Values == 0 || reading.Read > best.Read):
			best = reading
			best.Expression = ""
		case isWhole && chosen.Expression == "":
			chosen = reading
		case isWhole:
			chosen.Others = append(chosen.Others, reading)
		}
	}
	if chosen.Expression == "" {
		return best, nil
	}
	return chosen, nil
}

// screen returns the candidates that read every value of the first rows of the first
// file, or the one that reads most of them.
func (c Column) screen(ctx context.Context, e engine.Engine, candidates []candidate) ([]candidate, error) {
	if len(candidates) == 0 {
		return nil, nil
	}
	reads := make([]int64, len(candidates))
	values, err := c.screenRange(ctx, e, candidates, reads)
	if err != nil {
		return nil, err
	}
	most := slices.Max(reads)
	var hopeful []candidate
	for i, candidate := range candidates {
		if reads[i] == most && reads[i] >= 0 && (most == values || len(hopeful) == 0) {
			hopeful = append(hopeful, candidate)
		}
	}
	return hopeful, nil
}

// screenRange counts what each candidate reads. One that cannot be computed stops
// the reading of all, so it is found by halves, and reads -1.
func (c Column) screenRange(ctx context.Context, e engine.Engine, candidates []candidate, reads []int64) (values int64, err error) {
	var proofs []string
	for _, candidate := range candidates {
		proofs = append(proofs, candidate.proof())
	}
	screened, err := e.Screen(ctx, c.Input.Only(0), c.Value, proofs, sampleRows)
	switch {
	case ctx.Err() != nil:
		return 0, ctx.Err()
	case err == nil:
		copy(reads, screened.Read)
		return screened.Values, nil
	case len(candidates) == 1:
		reads[0] = -1
		return 0, nil
	}
	half := len(candidates) / 2
	first, err := c.screenRange(ctx, e, candidates[:half], reads[:half])
	if err != nil {
		return 0, err
	}
	second, err := c.screenRange(ctx, e, candidates[half:], reads[half:])
	return max(first, second), err
}

// fit returns a candidate that gives one type in all files, and days where an instant
// is to be one.
func (c Column) fit(ctx context.Context, e engine.Engine, candidate candidate, want Want) (candidate, error) {
	types, err := c.types(ctx, e, candidate.expression)
	switch {
	case err != nil:
	case len(types) > 1:
		err = fmt.Errorf("%s is %s in one file and %s in another", candidate.expression, types[0].Spelling, types[1].Spelling)
	case want == Day && types[0].Type == engine.Instant:
		candidate.expression = "cast(timezone(" + engine.Quote(c.Zone) + ", " + candidate.expression + ") as date)"
	}
	return candidate, err
}

// try holds a candidate against all rows of all files.
func (c Column) try(ctx context.Context, e engine.Engine, candidate candidate) (Reading, error) {
	tried, err := e.Try(ctx, engine.Trial{Input: c.Input, Value: c.Value, Read: candidate.proof()})
	return Reading{
		Expression: candidate.expression, Type: tried.Type, Values: tried.Values, Read: tried.Read,
		Before: tried.Before, After: tried.After, Place: tried.Place, Unread: tried.Unread,
		Neither: candidate.neither != "",
	}, err
}

// same reports whether a candidate makes of every value what one of the chosen
// readings makes of it.
func (c Column) same(ctx context.Context, e engine.Engine, chosen Reading, other candidate) bool {
	for _, one := range append([]Reading{chosen}, chosen.Others...) {
		differs := "case when (" + one.Expression + ") is distinct from (" + other.expression + ") then 1 end"
		tried, err := e.Try(ctx, engine.Trial{Input: c.Input, Value: c.Value, Read: differs})
		if err == nil && tried.Read == 0 {
			return true
		}
	}
	return false
}
