package page

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"cbv/valuation/parquetfile"
	"cbv/valuation/report/chart"
)

// writer writes the page.
type writer struct {
	strings.Builder
	section string
	charts  int
}

func (p *writer) raw(format string, args ...any) { fmt.Fprintf(p, format, args...) }

// sectionOf writes a section.
func (p *writer) sectionOf(s section, isDistrusted bool) {
	p.section = s.id
	mark := ""
	if isDistrusted && s.byModel != "" {
		mark = fmt.Sprintf(" <span class=\"distrusted\">%s not trusted</span>", chart.Escape(s.byModel))
	}
	p.raw("<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">%s%s</h2>\n", s.id, s.id, chart.Escape(s.title), mark)
	p.parts(s.parts)
	p.raw("</section>\n")
}

// parts writes the parts of a section. Of charts that follow each other two stand side by
// side; one that has no other beside it stands there with its table.
func (p *writer) parts(parts []part) {
	for i := 0; i < len(parts); i++ {
		one, isFigure := parts[i].(figure)
		if !isFigure {
			parts[i].write(p)
			continue
		}
		if i+1 < len(parts) {
			if other, isPair := parts[i+1].(figure); isPair {
				p.raw("<div class=\"row\">\n")
				one.write(p)
				other.write(p)
				p.raw("</div>\n")
				i++
				continue
			}
		}
		one.alone = len(one.table.rows) > 0 && one.why == ""
		one.write(p)
	}
}

// cell is a figure as it is read, with the value that it stands for.
type cell struct {
	text  string
	value any // int64, float64, string or time.Time; nil: not known
}

// written is a number in words of its own.
type written struct {
	value float64
	text  string
}

// String returns the words.
func (w written) String() string { return w.text }

// withOpenEnd returns rows that have their number in words under a key. The row that
// stands for all higher numbers too says so.
func withOpenEnd(rows []parquetfile.Record, number, key, higher string) []parquetfile.Record {
	shown := make([]parquetfile.Record, len(rows))
	for i, row := range rows {
		n := known(row[number])
		text := asCount(n)
		if row["is_and_more"] == true {
			text += " " + higher
		}
		shown[i] = maps.Clone(row)
		shown[i][key] = written{n, text}
	}
	return shown
}

// unknown stands for what is not known.
const unknown = "–"

// exact writes a value with all its digits.
func exact(value any) string {
	switch value := value.(type) {
	case float64:
		return strconv.FormatFloat(value, 'g', -1, 64)
	case written:
		return exact(value.value)
	case time.Time:
		return value.Format(time.DateOnly)
	case nil:
		return ""
	}
	return fmt.Sprint(value)
}

// source says where a figure is from: a file of the run, the row by columns and their
// values, and the column; or a place in the manifest.
type source struct{ file, where, column string }

func (s source) attributes() string {
	text := fmt.Sprintf(" data-from=\"%s\" data-column=\"%s\"", chart.Escape(s.file), chart.Escape(s.column))
	if s.where != "" {
		text += fmt.Sprintf(" data-where=\"%s\"", chart.Escape(s.where))
	}
	return text
}

// phrase is a piece of a sentence: a text, or a figure with its source.
type phrase struct {
	text   string
	cell   *cell
	source source
	strong bool
}

func (p *writer) phrases(phrases []phrase) {
	for _, each := range phrases {
		each.text = strings.ReplaceAll(each.text, " %", "\u00a0%")
		switch {
		case each.cell == nil && each.strong:
			p.raw("<strong>%s</strong>", chart.Escape(each.text))
		case each.cell == nil:
			p.raw("%s", chart.Escape(each.text))
		default:
			p.raw("<data value=\"%s\"%s>%s</data>", chart.Escape(exact(each.cell.value)), each.source.attributes(), chart.Escape(each.cell.text))
		}
	}
}

// paragraph is a sentence or more.
type paragraph struct {
	class   string
	phrases []phrase
}

// say makes a paragraph of texts and phrases.
func say(parts ...any) paragraph { return paragraph{phrases: join(parts...)} }

// join makes phrases of texts, phrases and lists of them.
func join(parts ...any) (phrases []phrase) {
	for _, each := range parts {
		switch each := each.(type) {
		case string:
			if each != "" {
				phrases = append(phrases, phrase{text: each})
			}
		case phrase:
			phrases = append(phrases, each)
		case []phrase:
			phrases = append(phrases, each...)
		}
	}
	return phrases
}

func (s paragraph) write(p *writer) {
	class := ""
	if s.class != "" {
		class = fmt.Sprintf(" class=\"%s\"", s.class)
	}
	p.raw("<p%s>", class)
	p.phrases(s.phrases)
	p.raw("</p>\n")
}

// list is a list of sentences.
type list [][]phrase

// box is what stands before all else: a sentence, and what there is to it.
type box struct {
	says  []phrase
	items list
}

func (b box) write(p *writer) {
	p.raw("<div class=\"alarm\">\n")
	paragraph{phrases: b.says}.write(p)
	if len(b.items) > 0 {
		b.items.write(p)
	}
	p.raw("</div>\n")
}

func (l list) write(p *writer) {
	p.raw("<ul>\n")
	for _, item := range l {
		p.raw("<li>")
		p.phrases(item)
		p.raw("</li>\n")
	}
	p.raw("</ul>\n")
}

// table shows rows of a published table, or a pivot of them.
type table struct {
	caption string
	from    string // the published table
	where   string // what all its rows have in common
	columns []column
	rows    []parquetfile.Record
	open    bool // shown, not folded
	// unfolded says that it can be folded, and is not at first.
	unfolded bool
}

// column is a column of a table on the page: of the published column name, or, in a pivot,
// of the rows for which where holds.
type column struct {
	title  string
	name   string // of the published column; "": a name that the page gives
	where  string // of a pivot
	key    string // under which the record has the value; "": name
	format func(value any) string
	isName bool // of the row
	isText bool // aligned as one
}

func (t table) write(p *writer) {
	if !t.open {
		unfolded := ""
		if t.unfolded {
			unfolded = " open"
		}
		p.raw("<details%s>\n<summary>Table: %s</summary>\n", unfolded, chart.Escape(t.caption))
	}
	p.raw("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"%s\">\n<table data-from=\"%s\"", chart.Escape(t.caption), chart.Escape(t.from))
	if t.where != "" {
		p.raw(" data-where=\"%s\"", chart.Escape(t.where))
	}
	p.raw(">\n")
	if t.open {
		p.raw("<caption>%s</caption>\n", chart.Escape(t.caption))
	}
	p.raw("<thead><tr>")
	columns := t.known()
	for _, c := range columns {
		class, where := " class=\"number\"", ""
		if c.isName || c.isText {
			class = ""
		}
		if c.where != "" {
			where = fmt.Sprintf(" data-where=\"%s\"", chart.Escape(c.where))
		}
		if c.name != "" {
			where += fmt.Sprintf(" data-column=\"%s\"", chart.Escape(c.name))
		}
		p.raw("<th scope=\"col\"%s%s>%s</th>", class, where, chart.Escape(c.title))
	}
	p.raw("</tr></thead>\n<tbody>\n")
	for _, row := range t.rows {
		p.raw("<tr>")
		for _, c := range columns {
			c.write(p, row)
		}
		p.raw("</tr>\n")
	}
	p.raw("</tbody>\n</table>\n</div>\n")
	if !t.open {
		p.raw("</details>\n")
	}
}

// known returns the columns that say something.
func (t table) known() []column {
	return slices.DeleteFunc(slices.Clone(t.columns), func(c column) bool {
		return !c.isName && !slices.ContainsFunc(t.rows, func(row parquetfile.Record) bool { return c.of(row) != nil })
	})
}

// of returns the value of the column in a row.
func (c column) of(row parquetfile.Record) any {
	if c.key != "" {
		return row[c.key]
	}
	return row[c.name]
}

func (c column) write(p *writer, row parquetfile.Record) {
	value := c.of(row)
	shown := unknown
	if value != nil {
		shown = c.format(value)
	}
	content := fmt.Sprintf("<data value=\"%s\">%s</data>", chart.Escape(exact(value)), chart.Escape(shown))
	if value == nil {
		content = chart.Escape(shown)
	}
	if c.isName {
		p.raw("<th scope=\"row\">%s</th>", content)
		return
	}
	class := ""
	if c.isText {
		class = " class=\"text\""
	}
	p.raw("<td%s>%s</td>", class, content)
}

// figure is a chart with its table, or the reason why there is none.
type figure struct {
	title   string
	about   string // what the chart shows, for who does not see it
	drawing chart.Drawing
	why     string // why it has no chart; "" where it has one
	note    []phrase
	table   table
	alone   bool // no chart stands beside it, so its table does
}

func (f figure) write(p *writer) {
	p.charts++
	class := ""
	if f.alone {
		class = " class=\"alone\""
	}
	p.raw("<figure%s>\n<figcaption>%s</figcaption>\n<div>\n", class, chart.Escape(f.title))
	if f.why != "" {
		p.raw("<p class=\"empty\">%s</p>\n", chart.Escape(f.why))
	} else {
		p.raw("%s", chart.SVG(fmt.Sprintf("%s-%d", p.section, p.charts), f.title, f.about, f.drawing))
	}
	if len(f.note) > 0 {
		p.raw("<p class=\"note\">")
		p.phrases(f.note)
		p.raw("</p>\n")
	}
	p.raw("</div>\n")
	if len(f.table.rows) > 0 {
		f.table.caption = f.title
		f.table.unfolded = f.alone
		f.table.write(p)
	}
	p.raw("</figure>\n")
}
