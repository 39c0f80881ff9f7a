package report

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// ScreenWidth is how many characters wide a text for a terminal is at most.
const ScreenWidth = 100

// minTextWidth is how wide the last column of a table is on a terminal at least.
// A table that leaves less is printed as a list.
const minTextWidth = 40

var (
	listMark = regexp.MustCompile(`^ *(?:[-*]|[0-9]+\.) +`)
	ruler    = regexp.MustCompile(`^\|[-:| ]+\|$`)
	comment  = regexp.MustCompile(`(?m)^<!-- .* -->\n`)
	bold     = regexp.MustCompile(`\*\*(\w(?:[^*]*\w)?)\*\*`)
)

// Terminal returns a text in Markdown as it is read on a terminal: without
// comments, paragraphs and tables wrapped to the screen. What stands in a block of
// code, which may be meant to be copied, stays as it is, however wide.
func Terminal(markdown string) string {
	lines := strings.Split(strings.TrimSuffix(comment.ReplaceAllString(markdown, ""), "\n"), "\n")
	var b strings.Builder
	inCode := false
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		fence := strings.HasPrefix(strings.TrimSpace(line), "```")
		inCode = inCode != fence
		switch {
		case inCode || fence || strings.HasPrefix(line, "    "):
			b.WriteString(line + "\n")
		case strings.HasPrefix(line, "|") && i+1 < len(lines) && ruler.MatchString(lines[i+1]):
			header := cells(line)
			rows := [][]string{header}
			for i++; i+1 < len(lines) && strings.HasPrefix(lines[i+1], "|"); i++ {
				row := make([]string, len(header)) // Markdown fills up and cuts off, too
				copy(row, cells(lines[i+1]))
				rows = append(rows, row)
			}
			b.WriteString(layOut(rows))
		default:
			line = bold.ReplaceAllString(line, "$1")
			mark := listMark.FindString(line)
			b.WriteString(mark + strings.TrimLeft(Wrap(line[len(mark):], utf8.RuneCountInString(mark)), " "))
		}
	}
	return b.String()
}

// cells returns the cells of a line of a table, without the marks of code.
func cells(line string) []string {
	const bar = "\x00" // stands for a bar that is text
	line = strings.ReplaceAll(strings.TrimSpace(line), `\|`, bar)
	line = strings.TrimSuffix(strings.TrimPrefix(line, "|"), "|")
	var found []string
	for cell := range strings.SplitSeq(line, "|") {
		cell = bold.ReplaceAllString(strings.ReplaceAll(cell, "`", ""), "$1")
		found = append(found, strings.TrimSpace(strings.ReplaceAll(cell, bar, "|")))
	}
	return found
}

// layOut prints a table in columns of which the last is wrapped, or as a list where
// the others leave it too little.
func layOut(rows [][]string) string {
	widths := make([]int, len(rows[0])-1)
	indent := 0
	for i := range widths {
		for _, row := range rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
		indent += widths[i] + 2
	}
	if ScreenWidth-indent < minTextWidth {
		return list(rows)
	}
	var b strings.Builder
	for _, row := range rows {
		lead := ""
		for i, width := range widths {
			lead += row[i] + strings.Repeat(" ", width+2-utf8.RuneCountInString(row[i]))
		}
		b.WriteString(strings.TrimRight(lead+strings.TrimLeft(Wrap(row[len(widths)], indent), " "), " \n") + "\n")
	}
	return b.String()
}

// list prints the rows of a table below each other: the first cell, and under it
// the others by the name of their column.
func list(rows [][]string) string {
	var parts []string
	for _, row := range rows[1:] {
		part := Wrap(row[0], 0)
		for i, cell := range row[1:] {
			if cell == "" {
				continue
			}
			name := "  " + rows[0][i+1] + ": "
			part += name + strings.TrimLeft(Wrap(cell, utf8.RuneCountInString(name)), " ")
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "\n")
}

// Wrap breaks a text into lines that fit the screen, each of them indented.
func Wrap(text string, indent int) string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > ScreenWidth-indent {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	lines = append(lines, line)
	return strings.Repeat(" ", indent) + strings.Join(lines, "\n"+strings.Repeat(" ", indent)) + "\n"
}
