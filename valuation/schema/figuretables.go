package schema

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// FigureTable is a wide table of figures: one row, or one for each month, channel
// or both that its figures are of.
type FigureTable struct {
	Name    string
	Columns []string
}

// FigureColumns are the columns that make a figure; "" is one that the table has
// not got. Beside the value, in <figure>, stand <figure>_low, <figure>_high and
// <figure>_n; a column n is that of every figure without its own that counts
// something. A share of customers may stand as the two counts that its value and its
// interval are made of, <figure>_counted of <figure>_n. With
// <figure>_counted_before of <figure>_n_before it is the difference to that share.
type FigureColumns struct {
	Figure
	Month, Channel         string
	Value, Low, High, N    string
	Counted                string
	CountedBefore, NBefore string
}

// figureParts are the columns of a figure by what follows its name.
var figureParts = map[string]func(*FigureColumns) *string{
	"":                func(c *FigureColumns) *string { return &c.Value },
	"_low":            func(c *FigureColumns) *string { return &c.Low },
	"_high":           func(c *FigureColumns) *string { return &c.High },
	"_n":              func(c *FigureColumns) *string { return &c.N },
	"_counted":        func(c *FigureColumns) *string { return &c.Counted },
	"_counted_before": func(c *FigureColumns) *string { return &c.CountedBefore },
	"_n_before":       func(c *FigureColumns) *string { return &c.NBefore },
}

// MatchFigures joins tables with the catalogue and returns the figures of each, in
// the catalogue's order. Every figure must be in one table and every column part of a
// figure: what is not is in the error, by name.
func MatchFigures(tables []FigureTable) (map[string][]FigureColumns, error) {
	matched, owners := map[string][]FigureColumns{}, map[string]string{}
	var broken []error
	for _, table := range tables {
		figures, err := table.figures()
		broken = append(broken, err)
		for _, figure := range figures {
			if other, taken := owners[figure.Name]; taken {
				broken = append(broken, fmt.Errorf("figure %s: both %s and %s have it", figure.Name, other, table.Name))
			}
			owners[figure.Name] = table.Name
		}
		matched[table.Name] = figures
	}
	for _, figure := range Figures {
		if owners[figure.Name] == "" {
			broken = append(broken, fmt.Errorf("figure %s: no table of figures has a column %s", figure.Name, figure.Name))
		}
	}
	return matched, errors.Join(broken...)
}

// figures returns the figures that the table has columns of.
func (t FigureTable) figures() ([]FigureColumns, error) {
	found := map[string]*FigureColumns{}
	var broken []error
	for _, column := range t.Columns {
		if column == "month" || column == "channel" || column == "n" {
			continue
		}
		isPart := false
		for _, figure := range Figures {
			part, ofFigure := figurePart(figure, column)
			if !ofFigure {
				continue
			}
			if found[figure.Name] == nil {
				found[figure.Name] = &FigureColumns{Figure: figure}
			}
			*part(found[figure.Name]) = column
			isPart = true
		}
		if !isPart {
			broken = append(broken, fmt.Errorf("%s: column %s is of no figure of the catalogue", t.Name, column))
		}
	}
	var figures []FigureColumns
	for _, figure := range Figures {
		if columns := found[figure.Name]; columns != nil {
			broken = append(broken, t.complete(columns))
			figures = append(figures, *columns)
		}
	}
	return figures, errors.Join(broken...)
}

// figurePart returns where a column belongs among those of a figure.
func figurePart(figure Figure, column string) (func(*FigureColumns) *string, bool) {
	part, ofFigure := strings.CutPrefix(column, figure.Name)
	if !ofFigure {
		return nil, false
	}
	place, ofFigure := figureParts[part]
	return place, ofFigure
}

// complete adds the columns that the table's figures share, and holds all of them to
// what the catalogue says of the figure.
func (t FigureTable) complete(c *FigureColumns) error {
	hasMonth, hasChannel := slices.Contains(t.Columns, "month"), slices.Contains(t.Columns, "channel")
	if hasMonth {
		c.Month = "month"
	}
	if hasChannel {
		c.Channel = "channel"
	}
	keys := c.Scope.keys()
	hasN := c.N != ""
	if !hasN && c.Counts != "" && slices.Contains(t.Columns, "n") {
		c.N = "n"
	}
	isCounted := c.Counted != ""
	for _, rule := range []struct {
		holds bool
		what  string
	}{
		{hasMonth == slices.Contains(keys, "month") && hasChannel == slices.Contains(keys, "channel"), "the columns month and channel of a table are its figures' scope"},
		{(c.Value != "") != isCounted, "a value or two counts, and not both"},
		{!isCounted || hasN && c.Low == "" && c.High == "", "counts are of its own n, and make its interval"},
		{(c.CountedBefore != "") == (c.NBefore != "") && (isCounted || c.NBefore == ""), "the counts before are two, beside two others"},
		{(c.Low != "") == (c.High != ""), "low and high come together"},
		{(c.Low != "" || isCounted) == (c.Interval != ""), "an interval where the catalogue has one, and nowhere else"},
		{(c.N != "") == (c.Counts != ""), "an n where the catalogue says what it counts, and nowhere else"},
	} {
		if !rule.holds {
			return fmt.Errorf("%s: figure %s: %s", t.Name, c.Name, rule.what)
		}
	}
	return nil
}
