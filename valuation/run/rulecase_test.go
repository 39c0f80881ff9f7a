package run

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

// A ruleFile holds the cases of one SQL file: tables that are given and the rows
// that are expected. fixtures/rules/README.md has the format.
type ruleFile struct {
	shared   map[string]ruleTable // given to every case that does not give its own
	defaults map[string]ruleTable // one row: values of the columns that a case leaves out
	cases    []*ruleCase
}

type ruleCase struct {
	name  string
	given map[string]ruleTable
	want  *ruleTable
}

// A ruleTable is a table as it is written. A nil cell is null.
type ruleTable struct {
	columns []string
	rows    [][]*string
	worked  bool // a comment says how the figures come about
}

// readRuleFile reads the cases of one SQL file.
func readRuleFile(path string) (ruleFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return ruleFile{}, err
	}
	file := ruleFile{shared: map[string]ruleTable{}, defaults: map[string]ruleTable{}}
	for _, section := range txtar.Parse(text).Files {
		table, err := parseRuleTable(string(section.Data))
		if err != nil {
			return ruleFile{}, fmt.Errorf("%s: %s: %w", path, section.Name, err)
		}
		if err := file.add(section.Name, table); err != nil {
			return ruleFile{}, fmt.Errorf("%s: %w", path, err)
		}
	}
	for _, c := range file.cases {
		if c.want == nil {
			return ruleFile{}, fmt.Errorf("%s: case %s expects nothing: give it a section %s/want", path, c.name, c.name)
		}
		if !c.want.worked {
			return ruleFile{}, fmt.Errorf("%s: %s/want has no comment that says how its figures were worked out", path, c.name)
		}
	}
	return file, nil
}

// add puts a section where its name says it belongs.
func (f *ruleFile) add(section string, table ruleTable) error {
	if name, ok := strings.CutPrefix(section, "default "); ok {
		if len(table.rows) != 1 {
			return fmt.Errorf("%s has %d rows, and defaults are one row", section, len(table.rows))
		}
		f.defaults[name] = table
		return nil
	}
	name, tableName, ok := strings.Cut(section, "/")
	if !ok {
		f.shared[section] = table
		return nil
	}
	if len(f.cases) == 0 || f.cases[len(f.cases)-1].name != name {
		if slices.ContainsFunc(f.cases, func(c *ruleCase) bool { return c.name == name }) {
			return fmt.Errorf("the sections of case %s are not all in one place", name)
		}
		f.cases = append(f.cases, &ruleCase{name: name, given: map[string]ruleTable{}})
	}
	c := f.cases[len(f.cases)-1]
	if tableName == "want" {
		c.want = &table
	} else {
		c.given[tableName] = table
	}
	return nil
}

// parseRuleTable reads a header and rows of values, or one row as lines of
// `column = value`.
func parseRuleTable(text string) (ruleTable, error) {
	var table ruleTable
	upright := false
	for line := range strings.Lines(text) {
		fields, comment, err := splitRuleLine(line)
		if err != nil {
			return table, err
		}
		table.worked = table.worked || comment
		if len(fields) == 0 {
			continue
		}
		if len(table.columns) == 0 {
			upright = len(fields) == 3 && fields[1] == "="
		}
		switch {
		case upright && (len(fields) != 3 || fields[1] != "="):
			return table, fmt.Errorf("%q is not `column = value`", strings.TrimSpace(line))
		case upright:
			if len(table.rows) == 0 {
				table.rows = [][]*string{nil}
			}
			table.columns = append(table.columns, fields[0])
			table.rows[0] = append(table.rows[0], ruleCell(fields[2]))
		case len(table.columns) == 0:
			table.columns = fields
		case len(fields) != len(table.columns):
			return table, fmt.Errorf("%q has %d values for %d columns", strings.TrimSpace(line), len(fields), len(table.columns))
		default:
			var row []*string
			for _, field := range fields {
				row = append(row, ruleCell(field))
			}
			table.rows = append(table.rows, row)
		}
	}
	if len(table.columns) == 0 {
		return table, fmt.Errorf("no header line")
	}
	return table, nil
}

// splitRuleLine returns the fields of a line, quotes kept, and whether a comment
// follows them.
func splitRuleLine(line string) (fields []string, comment bool, err error) {
	for {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
			return fields, false, nil
		case line[0] == '#':
			return fields, true, nil
		case line[0] == '"':
			end := strings.IndexByte(line[1:], '"')
			if end < 0 {
				return nil, false, fmt.Errorf("%s: a quote is not closed", line)
			}
			fields, line = append(fields, line[:end+2]), line[end+2:]
		default:
			end := strings.IndexAny(line, " \t")
			if end < 0 {
				end = len(line)
			}
			fields, line = append(fields, line[:end]), line[end:]
		}
	}
}

// ruleCell reads a field: null, or a text, which may stand in quotes.
func ruleCell(field string) *string {
	if field == "null" {
		return nil
	}
	if field[0] == '"' {
		field = field[1 : len(field)-1]
	}
	return &field
}

// meets reports whether a value is the one that is expected: the same text or whole
// number, the same decimal to nine digits, a fraction such as 2/3, or, behind ~, a number
// rounded to the digits that are written.
func meets(got, want *string) bool {
	if got == nil || want == nil {
		return got == want
	}
	if *got == *want {
		return true
	}
	number, err := strconv.ParseFloat(*got, 64)
	if err != nil || isWhole(*got) && isWhole(*want) {
		return false
	}
	text, rounded := strings.CutPrefix(*want, "~")
	numerator, denominator, isFraction := strings.Cut(text, "/")
	value, err := strconv.ParseFloat(numerator, 64)
	if err != nil {
		return false
	}
	if isFraction {
		divisor, err := strconv.ParseFloat(denominator, 64)
		if err != nil {
			return false
		}
		value /= divisor
	}
	tolerance := 1e-9 * max(1, math.Abs(value))
	if rounded {
		_, decimals, _ := strings.Cut(text, ".")
		tolerance = 0.5000001 * math.Pow10(-len(decimals))
	}
	return math.Abs(number-value) <= tolerance
}

func isWhole(text string) bool {
	_, err := strconv.ParseInt(text, 10, 64)
	return err == nil
}

// mismatches returns the expected rows that no row of got meets, and the rows of
// got that are left.
func (t ruleTable) mismatches(got [][]*string) (missing, left [][]*string) {
	left = slices.Clone(got)
	for _, want := range t.rows {
		found := slices.IndexFunc(left, func(row []*string) bool { return slices.EqualFunc(row, want, meets) })
		if found < 0 {
			missing = append(missing, want)
			continue
		}
		left = slices.Delete(left, found, found+1)
	}
	return missing, left
}

// show writes rows under their columns' names.
func (t ruleTable) show(rows [][]*string) string {
	var lines []string
	for _, row := range rows {
		var cells []string
		for i, cell := range row {
			text := "null"
			if cell != nil {
				text = *cell
			}
			cells = append(cells, t.columns[i]+"="+text)
		}
		lines = append(lines, "\t"+strings.Join(cells, " "))
	}
	return strings.Join(lines, "\n")
}
