package export

import (
	"context"
	"iter"
	"slices"
	"time"

	"cbv/valuation/engine"
	"cbv/valuation/experiment"
	"cbv/valuation/platform"
	"cbv/valuation/schema"
)

// personColumns are the columns of people; null for customers without a row there.
type personColumns struct {
	Email, Phone             *string
	FirstName, LastName      *string
	Country, Zip             *string
	City, State              *string
	ConsentEmail, ConsentAds *bool
	IsSuppressed             *bool
}

// person returns the columns as those of a customer.
func (c personColumns) person(customer string) platform.Person {
	return platform.Person{
		CustomerID: customer, Email: text(c.Email), Phone: text(c.Phone), FirstName: text(c.FirstName), LastName: text(c.LastName),
		Country: text(c.Country), Zip: text(c.Zip), City: text(c.City), State: text(c.State),
		ConsentEmail: consent(c.ConsentEmail), ConsentAds: consent(c.ConsentAds), Suppressed: c.IsSuppressed != nil && *c.IsSuppressed,
	}
}

// placeColumns are where a customer was and is, and by what the target knew the row.
type placeColumns struct {
	IsAbsent      bool
	EarlierArm    *experiment.Arm // null for none
	EarlierKey1   *int64          `col:"earlier_key_1"`
	EarlierKey2   *int64          `col:"earlier_key_2"`
	EarlierKey3   *int64          `col:"earlier_key_3"`
	EarlierRowKey *int64
}

type audienceRow struct {
	CustomerID string
	personColumns
	placeColumns
}

type exitedRow struct {
	ExitKey string
	GoneID  string
	personColumns
	IsAbsent bool
	GoneKey1 *int64 `col:"gone_key_1"`
	GoneKey2 *int64 `col:"gone_key_2"`
	GoneKey3 *int64 `col:"gone_key_3"`
}

func (r exitedRow) leaver() platform.Person {
	p := r.person(r.GoneID)
	p.Absent = r.IsAbsent
	p.Gone = [...]int64{key(r.GoneKey1), key(r.GoneKey2), key(r.GoneKey3)}
	return p
}

// key is 0 for none.
func key(value *int64) int64 {
	if value == nil {
		return 0
	}
	return *value
}

type removalRow struct {
	RemovalKey string
	CustomerID string
	personColumns
}

// membersOf yields the customers of the audience in the order of their ids.
func (x *export) membersOf(ctx context.Context, spec platform.Spec) iter.Seq2[platform.Person, error] {
	return withAttributes(ctx, x, spec, "audience_rows", "customer_id", func(row audienceRow) platform.Person {
		return x.placed(row.person(row.CustomerID), row.placeColumns)
	})
}

// leaversOf yields those who left an arm in the order of their ids.
func (x *export) leaversOf(ctx context.Context, spec platform.Spec) iter.Seq2[platform.Person, error] {
	return withAttributes(ctx, x, spec, "exited_rows", "exit_key", exitedRow.leaver)
}

func (x *export) placed(p platform.Person, place placeColumns) platform.Person {
	p.Absent = place.IsAbsent
	if place.EarlierArm != nil {
		p.Was = x.outside[*place.EarlierArm]
		p.WasKeys = platform.RowKey{
			Identifiers: [...]int64{key(place.EarlierKey1), key(place.EarlierKey2), key(place.EarlierKey3)}, Row: key(place.EarlierRowKey),
		}
	}
	return p
}

// removalsOf yields those that the target may have to take out.
func (x *export) removalsOf(ctx context.Context) iter.Seq2[platform.Person, error] {
	return func(yield func(platform.Person, error) bool) {
		for row, err := range engine.SelectInOrder[removalRow](ctx, x.Engine, "removal_rows", "removal_key") {
			if !yield(row.person(row.CustomerID), err) {
				return
			}
		}
	}
}

// withAttributes yields the people of a view in the order of its key, with the
// attributes of a spec and the value that the audience carries.
func withAttributes[T any](ctx context.Context, x *export, spec platform.Spec, view, key string, person func(T) platform.Person) iter.Seq2[platform.Person, error] {
	var columns []string
	if x.audience.Value != "" {
		columns = append(columns, x.audience.Value) // no attribute: who takes a value takes none
	}
	values := len(columns)
	for _, attribute := range spec.Attributes {
		column := attribute.Name
		if i := slices.Index(x.run.attributes, column); i >= 0 {
			column = schema.AttributeSlot(i) // its own name may be one of people's
		}
		columns = append(columns, column)
	}
	cells := make([]platform.Cell, len(spec.Attributes))
	return func(yield func(platform.Person, error) bool) {
		for row, err := range engine.SelectWide[T](ctx, x.Engine, view, key, columns) {
			if err != nil {
				yield(platform.Person{}, err)
				return
			}
			p := person(row.Row)
			if values > 0 {
				p.Value = cell(row.More[0])
			}
			for i, value := range row.More[values:] {
				cells[i] = cell(value)
			}
			p.Attributes = cells
			if !yield(p, nil) {
				return
			}
		}
	}
}

func text(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}

func consent(value *bool) platform.Consent {
	switch {
	case value == nil:
		return platform.Unknown
	case *value:
		return platform.Granted
	}
	return platform.Refused
}

// cell makes a cell of a column of customers.
func cell(value any) platform.Cell {
	switch value := value.(type) {
	case string:
		return platform.TextCell(value)
	case float64:
		return platform.NumberCell(value)
	case int64:
		return platform.NumberCell(float64(value))
	case time.Time:
		return platform.DayCell(value)
	case bool:
		return platform.YesNoCell(value)
	}
	return platform.Cell{}
}
