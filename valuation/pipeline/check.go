package pipeline

import (
	"context"
	"fmt"

	"cbv/valuation/engine"
)

// CheckColumns are the columns of a check: one row per rule, with what it found,
// what it has to find (whole numbers or texts) and, of offenders, where one is
// (null: the rule has no place).
var CheckColumns = []string{"rule", "got", "want", "example"}

// judge returns an error for each rule of a check that is broken.
func judge(ctx context.Context, e engine.Engine, check string) (broken []error, err error) {
	for row, err := range e.Rows(ctx, check, CheckColumns) {
		if err != nil {
			return nil, err
		}
		if err := Judge(check, row); err != nil {
			broken = append(broken, err)
		}
	}
	return broken, nil
}

// Judge holds a row of a check, its values in the order of CheckColumns. It
// returns nil where got is want; two nulls are the same, and a null is no number.
func Judge(check string, row []any) error {
	rule, got, want, example := row[0], row[1], row[2], row[3]
	switch {
	case got == want:
		return nil
	case example == nil:
		return fmt.Errorf("check %s: %v: got %s, want %s", check, rule, shown(got), shown(want))
	}
	return fmt.Errorf("check %s: %v: got %s, want %s (%v)", check, rule, shown(got), shown(want), example)
}

func shown(value any) string {
	if value == nil {
		return "null"
	}
	return fmt.Sprint(value)
}
