package export

import (
	"context"
	"iter"
	"strconv"
	"strings"
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

// audienceRow is a row of the audience: Person is what audience_people.sql says of it.
type audienceRow struct {
	CustomerID string
	Person     string
}

// audiencePerson takes the text of audience_people.sql apart.
func (x *export) audiencePerson(row audienceRow) platform.Person {
	rest := row.Person
	next := func() (field string) {
		field, rest, _ = strings.Cut(rest, "\x1f")
		return field
	}
	p := platform.Person{CustomerID: row.CustomerID}
	for _, field := range []*string{&p.Email, &p.Phone, &p.FirstName, &p.LastName, &p.Country, &p.Zip, &p.City, &p.State} {
		*field = next()
	}
	p.ConsentEmail, p.ConsentAds = consentOf(next()), consentOf(next())
	p.Suppressed, p.Absent = next() != "", next() != ""
	arm := next()
	if arm == "" {
		return p
	}
	p.Was = x.outside[experiment.Arm(arm)]
	for i := range p.WasKeys.Identifiers {
		p.WasKeys.Identifiers[i] = number(next())
	}
	if least, greatest := number(next()), number(next()); least == greatest {
		p.WasKeys.Row = least
	}
	return p
}

// number is 0 for none.
func number(text string) int64 {
	if text == "" {
		return 0
	}
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic(err) // SQL wrote it from a bigint
	}
	return value
}

func consentOf(text string) platform.Consent {
	switch text {
	case "1":
		return platform.Granted
	case "0":
		return platform.Refused
	}
	return platform.Unknown
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

// handedRow is an identifier that an e-mail tool was given, with what people knows of
// whose it was.
type handedRow struct {
	HandedKey  string
	CustomerID string
	Key        int64
	GivenOn    time.Time
	IsAbsent   bool
	personColumns
}

func (r handedRow) person() platform.Person {
	p := r.personColumns.person(r.CustomerID)
	p.Absent = r.IsAbsent
	p.Gone[0] = r.Key
	return p
}

// membersOf yields the customers of the audience in the order of their ids.
func (x *export) membersOf(ctx context.Context, spec platform.Spec) iter.Seq2[platform.Person, error] {
	return withAttributes(ctx, x, spec, "audience_people", "customer_id", x.audiencePerson)
}

// leaversOf yields those who left an arm in the order of their ids.
func (x *export) leaversOf(ctx context.Context, spec platform.Spec) iter.Seq2[platform.Person, error] {
	return withAttributes(ctx, x, spec, "exited_rows", "exit_key", exitedRow.leaver)
}

// removalsOf yields those that the target may have to take out, and then those whom it
// may know by something of before.
func (x *export) removalsOf(ctx context.Context, before []handedRow) iter.Seq2[platform.Person, error] {
	return func(yield func(platform.Person, error) bool) {
		for row, err := range engine.SelectInOrder[removalRow](ctx, x.Engine, "removal_rows", "removal_key") {
			if !yield(row.person(row.CustomerID), err) {
				return
			}
		}
		for _, row := range before {
			if !yield(row.person(), nil) {
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
		for _, own := range x.run.attributes {
			if own.Name == attribute.Name {
				column = schema.AttributeSlot(own.Slot) // its own name may be one of people's
			}
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
