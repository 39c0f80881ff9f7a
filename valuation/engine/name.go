package engine

import (
	"fmt"
	"slices"
	"strings"
)

// UnknownColumnError says that a name is none of the columns at hand.
type UnknownColumnError struct{ Name string }

func (u *UnknownColumnError) Error() string { return fmt.Sprintf("no column %q", u.Name) }

// FindColumn returns the column that name stands for: the one spelt alike, or
// else the only one that differs in case alone, as in SQL.
func FindColumn(name string, columns []string) (string, error) {
	if slices.Contains(columns, name) {
		return name, nil
	}
	for _, column := range columns {
		if strings.EqualFold(column, name) {
			return column, nil
		}
	}
	return "", &UnknownColumnError{name}
}

// Identifier writes a column name so that SQL takes it to the letter.
func Identifier(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// Quote writes text as an SQL string literal.
func Quote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}
