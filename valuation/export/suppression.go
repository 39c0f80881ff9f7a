package export

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"cbv/valuation/audience"
	"cbv/valuation/failure"
	"cbv/valuation/source"
)

// fillSuppression reads everybody who objected, and the global holdout, to the
// end. Whatever goes wrong on the way ends the export.
func fillSuppression(ctx context.Context, x *export) error {
	x.suppression = audience.NewSuppression()
	if err := x.addPeople(ctx, "objections", x.suppression, nil); err != nil {
		return err
	}
	var unusable error // told without what the engine puts before it
	err := x.engine.Each(ctx, "suppression_rows", []string{"customer_id", "email", "hash", "file_number", "file_row"}, func(v []driver.Value) error {
		unusable = x.addObjection(v)
		return unusable
	})
	if unusable != nil {
		return unusable
	}
	if err != nil {
		return err
	}
	x.suppression.Seal()
	x.manifest.SuppressionKeys = int64(x.suppression.Len())
	if x.design.GlobalHoldout > 0 {
		x.holdout = audience.NewSuppression()
		if err := x.addPeople(ctx, "holdout_people", x.holdout, x.design.HeldOut); err != nil {
			return err
		}
		x.holdout.Seal()
	}
	return x.countPeople(ctx)
}

// addPeople adds people with all that they are known by.
func (x *export) addPeople(ctx context.Context, view string, to *audience.Suppression, belongs func(id string) bool) error {
	return x.engine.Each(ctx, view, []string{"customer_id", "email", "phone", "country"}, func(v []driver.Value) error {
		p := audience.Person{CustomerID: v[0].(string), Email: v[1].(string), Phone: v[2].(string), Country: v[3].(string)}
		if belongs == nil || belongs(p.CustomerID) {
			to.AddPerson(&p, x.Config.Export.Region)
		}
		return nil
	})
}

// addObjection adds a row of the suppression files.
func (x *export) addObjection(v []driver.Value) error {
	if id := v[0].(string); id != "" {
		x.suppression.AddID(id)
	}
	if email := v[1].(string); email != "" {
		x.suppression.AddEmail(email)
	}
	if hash := v[2].(string); hash != "" {
		if err := x.suppression.AddHash(hash); err != nil {
			return failure.Inputf("%s row %d: %w", x.sides[1].Files[v[3].(int64)].Path, v[4].(int64), err)
		}
	}
	return nil
}

// countPeople tells what became of the rows of people.
func (x *export) countPeople(ctx context.Context) error {
	x.manifest.People = map[string]int64{}
	err := x.engine.Each(ctx, "people_counts", []string{"reason", "people_rows"}, func(v []driver.Value) error {
		x.manifest.People[v[0].(string)] = v[1].(int64)
		return nil
	})
	if err != nil {
		return err
	}
	if n := x.manifest.People["customer_id_repeated"]; n > 0 {
		x.warn("repeated_people", "rows of people that repeat a customer_id: %d: the first row of each counts, and an objection in any: keep one row for each in people.files", n)
	}
	if n := x.manifest.People["customer_id_missing"]; n > 0 {
		x.warn("people_without_id", "rows of people without a customer_id: %d: they belong to no customer; what they object to counts all the same", n)
	}
	for _, pair := range source.Copies(x.sides[0].Files) {
		x.warn("copied_file", "%s and %s have the same bytes: leave one out of people.files", pair[0].Path, pair[1].Path)
	}
	return nil
}

// offenders ends the export by the rules that a check finds broken.
func (x *export) offenders(ctx context.Context, check string) error {
	var broken []error
	err := x.engine.Each(ctx, check, []string{"rule", "offenders", "example"}, func(v []driver.Value) error {
		broken = append(broken, fmt.Errorf("check %s: %v: %v offenders (%v): remove or complete such rows: nothing is exported while it is not known who objected", check, v[0], v[1], v[2]))
		return nil
	})
	if err != nil || len(broken) == 0 {
		return err
	}
	return failure.Inputf("%w", errors.Join(broken...))
}
