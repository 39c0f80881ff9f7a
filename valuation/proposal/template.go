package proposal

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cbv/valuation/engine"
	"cbv/valuation/vocabulary"
)

// resolver writes the templates of an export out for a table.
type resolver struct {
	engine engine.Engine
	table  *table
	export export
	roles  map[string]*column // those that the table has
	parts  map[string]expanded
	minor  int64 // minor units per unit of the currency
}

// expanded is a template written out.
type expanded struct {
	text string
	why  []string
	sure Certainty
	is   bool // the table has what it needs
}

func newResolver(e engine.Engine, t *table, x export) *resolver {
	r := &resolver{engine: e, table: t, export: x, roles: map[string]*column{}, parts: map[string]expanded{}, minor: 100}
	for role, names := range x.roles {
		for _, name := range names {
			if c := t.named(name); c != nil && r.roles[role] == nil {
				r.roles[role] = c
			}
		}
	}
	return r
}

// named returns the column of a normalised name.
func (t *table) named(name string) *column {
	for i := range t.columns {
		if vocabulary.Normalised(t.columns[i].Name) == name {
			return &t.columns[i]
		}
	}
	return nil
}

// uses returns the roles' columns, which are those that an export understands.
func (r *resolver) uses() []string {
	var names []string
	for _, c := range r.roles {
		names = append(names, c.Name)
	}
	return names
}

// choose writes out the first option that applies.
func (r *resolver) choose(ctx context.Context, options []option) (expanded, error) {
	for _, o := range options {
		text, err := r.expand(ctx, o.text)
		if err != nil {
			return expanded{}, err
		}
		if !text.is {
			continue
		}
		if o.when != "" {
			holds, err := r.holds(ctx, o.when)
			if err != nil {
				return expanded{}, err
			}
			if !holds {
				continue
			}
		}
		if o.why != "" {
			text.why = append(text.why, o.why)
		}
		text.why = slices.Compact(text.why)
		text.sure = max(text.sure, o.sure)
		return text, nil
	}
	return expanded{}, nil
}

// holds asks an aggregate condition of all rows.
func (r *resolver) holds(ctx context.Context, when string) (bool, error) {
	condition, err := r.expand(ctx, when)
	if err != nil || !condition.is {
		return false, err
	}
	found, err := numbers(ctx, r.engine, r.table.name, []string{"case when " + condition.text + " and count(*) >= 0 then 1 else 0 end"})
	return err == nil && found[0] == 1, err
}

var (
	optional = regexp.MustCompile(`\{\?(.*?)\?\}`)
	inserted = regexp.MustCompile(`\{([a-z_]+)(?::([a-z]+))?\}|\[([a-z_]+)\]`)
)

// expand writes a template out. It is not where the table lacks a column of it.
func (r *resolver) expand(ctx context.Context, template string) (expanded, error) {
	result := expanded{is: true}
	var failed error
	template = optional.ReplaceAllStringFunc(template, func(part string) string {
		inner, err := r.expand(ctx, optional.FindStringSubmatch(part)[1])
		if err != nil {
			failed = err
		}
		if !inner.is {
			return ""
		}
		return inner.text
	})
	var text strings.Builder
	done := 0
	for _, at := range inserted.FindAllStringSubmatchIndex(template, -1) {
		text.WriteString(template[done:at[0]])
		done = at[1]
		if at[6] < 0 { // a column
			kind := ""
			if at[4] >= 0 {
				kind = template[at[4]:at[5]]
			}
			written, is := r.column(template[at[2]:at[3]], kind)
			result.is = result.is && is
			text.WriteString(written)
			continue
		}
		piece, err := r.part(ctx, template[at[6]:at[7]])
		if err != nil {
			failed = err
		}
		result.is = result.is && piece.is
		result.why = append(result.why, piece.why...)
		result.sure = max(result.sure, piece.sure)
		isArgument := (at[0] == 0 || strings.HasSuffix(template[:at[0]], "(") || strings.HasSuffix(template[:at[0]], ", ")) &&
			(at[1] == len(template) || strings.HasPrefix(template[at[1]:], ",") || strings.HasPrefix(template[at[1]:], ")"))
		if isSum(piece.text) && !isArgument {
			piece.text = "(" + piece.text + ")"
		}
		text.WriteString(piece.text)
	}
	result.text = text.String() + template[done:]
	return result, failed
}

// isSum reports whether an expression has an operator outside parentheses and quotes.
func isSum(text string) bool {
	depth, quote := 0, rune(0)
	for _, r := range text {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == '(':
			depth++
		case r == ')':
			depth--
		case depth == 0 && strings.ContainsRune("+-*/ ", r):
			return true
		}
	}
	return false
}

// part writes out a part of the export, once.
func (r *resolver) part(ctx context.Context, name string) (expanded, error) {
	if known, ok := r.parts[name]; ok {
		return known, nil
	}
	for _, c := range r.export.parts {
		if c.name == name {
			made, err := r.choose(ctx, c.options)
			if err == nil && made.is {
				r.parts[name] = made
			}
			return made, err
		}
	}
	panic("proposal: " + r.export.name + " has no part " + name)
}

// column writes the column of a role as a kind of value.
func (r *resolver) column(role, kind string) (string, bool) {
	if role == "minor" {
		return fmt.Sprint(r.minor), true
	}
	c := r.roles[role]
	if kind == "any" {
		return fmt.Sprint(c != nil), true
	}
	if c == nil {
		return "", false
	}
	return c.as(kind), true
}

// as writes the column in SQL as a kind of value: number, time or text.
func (c column) as(kind string) string {
	name := identifier(c.Name)
	switch {
	case kind == "whole":
		return fmt.Sprint(c.isWhole())
	case kind == "cents":
		words := strings.Split(vocabulary.Normalised(c.Name), "_")
		return fmt.Sprint(c.isWhole() && (slices.Contains(words, "cents") || slices.Contains(words, "cent") || slices.Contains(words, "minor") || slices.Contains(words, "pence")))
	case kind == "number" && c.isNumber():
		return c.expression()
	case kind == "text" && c.Type == engine.Varchar, kind == "":
		return name
	case kind == "value" && c.Type == engine.Varchar:
		return "nullif(trim(" + name + "), '')"
	case kind == "value":
		return c.expression()
	case kind == "text":
		return "cast(" + name + " as varchar)"
	case kind == "number" && c.reads(column.isNumber), kind == "time" && c.Type == engine.Varchar && c.reads(column.isTime):
		return c.expression()
	case kind == "number":
		return "try_cast(" + name + " as double)"
	case c.isTime():
		return name
	case c.Type == engine.Varchar:
		return "try_cast(" + name + " as timestamp)"
	}
	return c.epoch()
}

// The spans in which whole numbers are taken for times: from 1990 to 2100.
const (
	firstSecond, lastSecond = 631_152_000, 4_102_444_800
	firstDay, lastDay       = 19_900_101, 21_001_231
)

// epoch reads numbers as times: seconds, milliseconds, microseconds or nanoseconds
// since 1970, or days like 20240131, as their size says.
func (c column) epoch() string {
	name := identifier(c.Name)
	switch {
	case c.median >= firstDay && c.median <= lastDay:
		return "cast(try_strptime(cast(cast(" + name + " as bigint) as varchar), '%Y%m%d') as date)"
	case c.median >= firstSecond*1e9:
		return "timezone('UTC', epoch_ms(cast(" + name + " / 1000000 as bigint)))"
	case c.median >= firstSecond*1e6:
		return "timezone('UTC', epoch_ms(cast(" + name + " / 1000 as bigint)))"
	case c.median >= firstSecond*1e3:
		return "timezone('UTC', epoch_ms(cast(" + name + " as bigint)))"
	}
	return "to_timestamp(" + name + ")"
}

// looksLikeEpoch reports whether numbers could be times.
func (c column) looksLikeEpoch() bool {
	if !c.isNumber() {
		return false
	}
	for scale := 1.0; scale <= 1e9; scale *= 1000 {
		if c.median >= firstSecond*scale && c.median <= lastSecond*scale {
			return true
		}
	}
	return c.median >= firstDay && c.median <= lastDay
}
