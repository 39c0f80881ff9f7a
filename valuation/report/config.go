package report

import (
	"fmt"
	"io"
	"strings"

	"cbv/valuation/config"
)

// Configuration is every setting with its value and where that came from.
type Configuration []config.Setting

// Text writes the settings as YAML, with their origins as comments.
func (c Configuration) Text(out io.Writer) error {
	const widest = 48 // longer values do not push the others' origins away
	type line struct{ text, origin string }
	var lines []line
	width := 0
	var open []string // the sections that the line before stands in
	for _, setting := range c {
		names := strings.Split(setting.Path, ".")
		sections := names[:len(names)-1]
		for depth, section := range sections {
			if depth >= len(open) || open[depth] != section {
				lines = append(lines, line{text: strings.Repeat("  ", depth) + section + ":"})
				open = nil
			}
		}
		open = sections
		text := fmt.Sprintf("%s%s: %s", strings.Repeat("  ", len(sections)), names[len(sections)], setting.Value)
		lines = append(lines, line{text, "  # " + setting.Origin})
		if len(text) <= widest {
			width = max(width, len(text))
		}
	}
	for _, line := range lines {
		if line.origin != "" {
			line.text = fmt.Sprintf("%-*s", width, line.text)
		}
		if _, err := fmt.Fprintln(out, line.text+line.origin); err != nil {
			return err
		}
	}
	return nil
}
