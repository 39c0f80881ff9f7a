package export

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"cbv/valuation/audience"
	"cbv/valuation/failure"
	"cbv/valuation/plan"
	"cbv/valuation/source"
)

// fillSuppression reads everybody who objected, the global holdout, and whoever
// has an arm already, to the end. Whatever goes wrong on the way ends the export.
func fillSuppression(ctx context.Context, x *export) error {
	x.suppression = audience.NewSuppression()
	if err := x.addObjecting(ctx); err != nil {
		return err
	}
	if err := x.addListed(ctx); err != nil {
		return err
	}
	x.suppression.Seal()
	x.manifest.SuppressionKeys = int64(x.suppression.Len())
	if x.design.GlobalHoldout > 0 {
		x.holdout = audience.NewSuppression()
		err := x.eachPerson(ctx, "holdout_people", func(p *audience.Person) {
			if x.design.HeldOut(p.CustomerID) {
				x.holdout.AddPerson(p, x.Config.Export.Region)
			}
		})
		if err != nil {
			return err
		}
		x.holdout.Seal()
	}
	if x.begun != nil {
		x.assigned = audience.NewSuppression()
		err := x.eachPerson(ctx, "assigned_people", func(p *audience.Person) { x.assigned.AddPerson(p, x.Config.Export.Region) })
		if err != nil {
			return err
		}
		x.assigned.Seal()
	}
	return x.countPeople(ctx)
}

// eachPerson reads what the people of a view are known by.
func (x *export) eachPerson(ctx context.Context, view string, each func(*audience.Person)) error {
	return x.engine.Each(ctx, view, []string{"customer_id", "email", "phone", "country"}, func(v []driver.Value) error {
		p := known(v)
		each(&p)
		return nil
	})
}

func known(v []driver.Value) audience.Person {
	return audience.Person{CustomerID: v[0].(string), Email: v[1].(string), Phone: v[2].(string), Country: v[3].(string)}
}

// unknownObjection says what is done about an objection of nobody knows whom.
const unknownObjection = "correct or remove it: nothing is exported while it is not known who objected"

// addObjecting adds the rows of people that object.
func (x *export) addObjecting(ctx context.Context) error {
	columns := []string{"customer_id", "email", "phone", "country", "file_number", "file_row"}
	return x.eachPlace(ctx, "objections", 0, columns, func(v []driver.Value) error {
		p := known(v)
		if !x.suppression.AddPerson(&p, x.Config.Export.Region) {
			return errors.New("somebody objects who is known by no customer_id, no plain e-mail address and no phone: " + unknownObjection)
		}
		return nil
	})
}

// eachPlace reads a view whose last columns are the place of each row in the files
// of a side. An error of row is told with that place, without what the engine puts
// before it.
func (x *export) eachPlace(ctx context.Context, view string, side int, columns []string, row func([]driver.Value) error) error {
	var unusable error
	err := x.engine.Each(ctx, view, columns, func(v []driver.Value) error {
		if err := row(v); err != nil {
			place := v[len(columns)-2:]
			unusable = failure.Inputf("%s row %d: %w", x.sides[side].Files[place[0].(int64)].Path, place[1].(int64), err)
		}
		return unusable
	})
	if unusable != nil {
		return unusable
	}
	return err
}

// addListed adds the rows of the suppression files, and counts their keys and
// those that match nobody: a list of keys of another kind suppresses nobody
// without a word.
func (x *export) addListed(ctx context.Context) error {
	files := x.sides[1].Files
	listed := audience.NewSuppression()
	err := x.eachPlace(ctx, "suppression_rows", 1, []string{"customer_id", "email", "hash", "file_number", "file_row"}, func(v []driver.Value) error {
		x.manifest.SuppressionRows++
		if err := addObjection(x.suppression, v); err != nil {
			return err
		}
		return addObjection(listed, v)
	})
	if err != nil || len(files) == 0 {
		return err
	}
	x.manifest.SuppressionFileKeys = int64(listed.Len())
	for _, file := range files {
		if file.Rows == 0 {
			x.warn("empty_suppression", "%s has no rows: nobody is suppressed by it", file.Path)
		}
	}
	strike := func(p *audience.Person) { listed.Strike(p, x.Config.Export.Region) }
	if err := x.eachPerson(ctx, "people_rows", strike); err != nil {
		return err
	}
	err = x.engine.Each(ctx, "customers", []string{"customer_id"}, func(v []driver.Value) error {
		strike(&audience.Person{CustomerID: v[0].(string)})
		return nil
	})
	x.manifest.SuppressionUnmatched = int64(listed.Len())
	return err
}

// addObjection adds a row of the suppression files. What cannot name anybody is an
// error: an objection is lost otherwise.
func addObjection(to *audience.Suppression, v []driver.Value) error {
	id, email, hash := v[0].(string), v[1].(string), v[2].(string)
	to.AddID(id)
	if strings.TrimSpace(email) != "" {
		if !audience.IsAddress(email) {
			return errors.New("the e-mail is not one plain address, as jane@example.com is: " + unknownObjection)
		}
		to.AddEmail(email)
	}
	if strings.TrimSpace(hash) != "" {
		return to.AddHash(hash)
	}
	if strings.TrimSpace(id+email) == "" {
		return errors.New("the row names nobody: " + unknownObjection)
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

// judge ends the export by the rules that a check finds broken.
func (x *export) judge(ctx context.Context, check string) error {
	var broken []error
	err := x.engine.EachOrNull(ctx, check, plan.CheckColumns, func(row []driver.Value) error {
		if err := plan.Judge(check, row); err != nil {
			broken = append(broken, fmt.Errorf("%w: remove or complete such rows: nothing is exported while it is not known who objected", err))
		}
		return nil
	})
	if err != nil || len(broken) == 0 {
		return err
	}
	return failure.Inputf("%w", errors.Join(broken...))
}
