package schema

import (
	"fmt"
	"strings"
)

// Figure is one metric of kpis.parquet. A wide table of figures, which SQL makes,
// has a column of its name.
type Figure struct {
	Name     string `json:"name"`
	Unit     string `json:"unit"` // one of figureUnits
	Meaning  string `json:"meaning"`
	Counts   string `json:"counts,omitempty"`   // what n counts; "" where n is always null
	Scope    Scope  `json:"scope,omitempty"`    // what its rows differ by
	Interval string `json:"interval,omitempty"` // what low and high are; "" where they are always null
}

// Scope says what the rows of a figure differ by.
type Scope string

// The scopes of figures.
const (
	OfBase            Scope = ""                  // one row: the base to date
	OfChannel         Scope = "channel"           // one row, which names a channel
	ByMonth           Scope = "month"             // a row per month
	ByMonthAndChannel Scope = "month and channel" // and a row per month of all channels
)

// keys are the columns of a wide table that the rows of such figures differ by.
func (s Scope) keys() []string {
	if s == OfBase {
		return nil
	}
	return strings.Split(string(s), " and ")
}

// figureUnits are the units of figures.
var figureUnits = []string{"customers", "purchases", "money", "share", "ratio", "days", "points"}

// FiguresMarkdown returns the catalogue as a Markdown table. Neighbours that differ
// in nothing but their names share a row.
func FiguresMarkdown() string {
	var table strings.Builder
	table.WriteString("| figure | unit | meaning | interval | n |\n|---|---|---|---|---|\n")
	for i := 0; i < len(Figures); {
		first, names := Figures[i], []string{}
		for ; i < len(Figures); i++ {
			alike := Figures[i]
			if alike.Name = first.Name; alike != first {
				break
			}
			names = append(names, "`"+Figures[i].Name+"`")
		}
		unit := first.Unit
		if first.Scope != OfBase {
			unit += " by " + string(first.Scope)
		}
		fmt.Fprintf(&table, "| %s | %s | %s | %s | %s |\n", strings.Join(names, ", "), unit, first.Meaning, first.Interval, first.Counts)
	}
	return table.String()
}
