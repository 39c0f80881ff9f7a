// Package report writes results and declarations as documents: as text for a
// reader, as JSON for a program, as Markdown for a page. It knows no flags and
// decides on no exit code.
package report

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"cbv/valuation/config"
	"cbv/valuation/failure"
	"cbv/valuation/schema"
)

// table is a table in Markdown. All columns but the last are padded, so that it
// reads as one on a terminal too.
type table struct {
	header []string
	rows   [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) String() string {
	widths := make([]int, len(t.header))
	lines := append([][]string{t.header}, t.rows...)
	for _, cells := range lines {
		for i, cell := range cells {
			widths[i] = max(widths[i], utf8.RuneCountInString(escape(cell)))
		}
	}
	var b strings.Builder
	for n, cells := range lines {
		for i, cell := range cells {
			cell = escape(cell)
			b.WriteString("| " + cell + " ")
			if i < len(cells)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)))
			}
		}
		b.WriteString("|\n")
		if n == 0 {
			b.WriteString(strings.Repeat("|---", len(cells)) + "|\n")
		}
	}
	return b.String()
}

// escape keeps a cell on its line and within its bounds.
func escape(cell string) string {
	return strings.ReplaceAll(strings.ReplaceAll(cell, "\n", " "), "|", `\|`)
}

// code writes a name or a value, nothing where there is none.
func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

// Settings lists the settings of a section, or of all where none is named.
func Settings(section string) (string, error) {
	var names, parts []string
	for _, s := range config.Sections() {
		names = append(names, s.Name)
		if section != "" && section != s.Name {
			continue
		}
		t := table{header: []string{"key", "default", "meaning"}}
		for _, key := range s.Keys {
			meaning := key.Help
			if key.Short != "" {
				meaning += fmt.Sprintf(" (flag %s)", code("--"+key.Short))
			}
			t.add(code(key.Path), code(key.Default), meaning)
		}
		text := t.String()
		if section == "" {
			text = fmt.Sprintf("**%s**: %s.\n\n%s", s.Name, s.Meaning, text)
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return "", unknown("section", section, names)
	}
	return strings.Join(parts, "\n"), nil
}

// Tables lists the published tables.
func Tables() []string {
	var names []string
	for _, each := range schema.All() {
		names = append(names, each.Name)
	}
	return names
}

// Columns lists the columns of a published table, or the tables where none is
// named.
func Columns(name string) (string, error) {
	name = strings.TrimSuffix(name, ".parquet")
	if name == "" {
		t := table{header: []string{"table", "grain"}}
		for _, each := range schema.All() {
			t.add(code(each.Name), each.Grain)
		}
		return t.String(), nil
	}
	var names []string
	for _, each := range schema.All() {
		names = append(names, each.Name)
		if each.Name != name {
			continue
		}
		t := table{header: []string{"column", "type", "unit", "meaning"}}
		for _, column := range each.Columns {
			t.add(code(column.Name), column.Type, column.Unit, column.Meaning)
		}
		return t.String(), nil
	}
	return "", unknown("table", name, names)
}

// ExitCodes lists the codes that a command can end with.
func ExitCodes() string {
	t := table{header: []string{"code", "name", "meaning"}}
	t.add("0", "done", "done, warnings included; also where there was nothing to do")
	for _, kind := range failure.Kinds() {
		t.add(fmt.Sprint(int(kind)), kind.String(), kind.Meaning())
	}
	return t.String()
}

// unknown refuses the name of a thing that is none of those there are.
func unknown(thing, name string, names []string) error {
	hint := "there are " + strings.Join(names, ", ")
	if nearest := config.Nearest(name, names); nearest != "" {
		hint = fmt.Sprintf("did you mean %q?", nearest)
	}
	return failure.Usagef("there is no %s %q: %s", thing, name, hint)
}
