package export

import (
	"context"
	"errors"
	"strings"

	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/mailbox"
	"cbv/valuation/platform"
	"cbv/valuation/source"
)

// fillSuppression reads everybody who objected, the global holdout, and whoever
// has an arm already, to the end. Whatever goes wrong on the way ends the export.
func (x *export) fillSuppression(ctx context.Context) error {
	x.suppression = platform.NewSuppression(x.target)
	if err := x.addObjecting(ctx); err != nil {
		return err
	}
	if err := x.addListed(ctx); err != nil {
		return err
	}
	if err := x.addMerged(ctx); err != nil {
		return err
	}
	x.suppression.Seal()
	x.manifest.SuppressionKeys = int64(x.suppression.Len())
	if x.design.GlobalHoldout > 0 {
		x.holdout = platform.NewSuppression(x.target)
		err := x.eachPerson(ctx, "holdout_people", func(p *platform.Person) {
			if x.design.HeldOut(p.CustomerID) {
				x.holdout.AddPerson(p, x.Config.Export.Region)
			}
		})
		if err != nil {
			return err
		}
		x.holdout.Seal()
	}
	if err := x.readInherited(ctx); err != nil {
		return err
	}
	if x.begun != nil {
		x.assigned = platform.NewSuppression(x.target)
		err := x.eachPerson(ctx, "assigned_people", func(p *platform.Person) { x.assigned.AddPerson(p, x.Config.Export.Region) })
		if err != nil {
			return err
		}
		x.assigned.Seal()
	}
	return x.countPeople(ctx)
}

// personKeys are what somebody is known by.
type personKeys struct{ CustomerID, Email, Phone, Country string }

func (k personKeys) person() *platform.Person {
	return &platform.Person{CustomerID: k.CustomerID, Email: k.Email, Phone: k.Phone, Country: k.Country}
}

// eachPerson reads what the people of a view are known by.
func (x *export) eachPerson(ctx context.Context, view string, each func(*platform.Person)) error {
	for keys, err := range engine.Select[personKeys](ctx, x.Engine, view) {
		if err != nil {
			return err
		}
		each(keys.person())
	}
	return nil
}

// unknownObjection says what is done about an objection that names nobody.
const unknownObjection = "correct or remove it: nothing is exported while it is not known who objected"

// rowPlace is where a row stands in the files of an input.
type rowPlace struct{ FileNumber, FileRow int64 }

// unusable is the error of a row of an input, with its place and without what is in
// it.
func (p rowPlace) unusable(input source.Auxiliary, err error) error {
	return failure.Inputf("%s row %d: %w", input.Files[p.FileNumber].Path, p.FileRow, err)
}

type objectionRow struct {
	personKeys
	rowPlace
}

// addObjecting adds the rows of people that object.
func (x *export) addObjecting(ctx context.Context) error {
	for row, err := range engine.Select[objectionRow](ctx, x.Engine, "objections") {
		if err != nil {
			return err
		}
		if !x.suppression.AddPerson(row.person(), x.Config.Export.Region) {
			return row.unusable(x.people, errors.New("somebody objects who is known by no customer_id, no plain e-mail address and no phone: "+unknownObjection))
		}
	}
	return nil
}

type suppressionRow struct {
	CustomerID, Email, Hash string
	rowPlace
}

// addListed adds the rows of the suppression files, and counts their keys and
// finds those that match nobody: a list of keys of another kind suppresses nobody
// without a word.
func (x *export) addListed(ctx context.Context) error {
	x.listed = platform.NewListed(x.target)
	for row, err := range engine.Select[suppressionRow](ctx, x.Engine, "suppression_rows") {
		if err != nil {
			return err
		}
		x.manifest.SuppressionRows++
		for _, to := range []*platform.Suppression{x.suppression, x.listed} {
			if err := row.addTo(to); err != nil {
				return row.unusable(x.objecting, err)
			}
		}
	}
	x.manifest.SuppressionFileKeys = int64(x.listed.Len())
	for _, file := range x.objecting.Files {
		if file.Rows == 0 {
			x.Warn("empty_suppression", "%s has no rows: nobody is suppressed by it", file.Path)
		}
	}
	if len(x.objecting.Files) == 0 {
		return nil
	}
	return x.strikeKnown(ctx)
}

// addMerged adds the customers of whom an id that was merged into theirs has the e-mail
// or, for ads, the phone of somebody who objected: what would keep one of a customer's
// ids out keeps the customer out.
func (x *export) addMerged(ctx context.Context) error {
	byPhone := x.channel() == platform.AdsChannel
	return x.eachPerson(ctx, "merged_people", func(p *platform.Person) {
		if x.suppression.Reaches(p, x.Config.Export.Region, byPhone) {
			x.suppression.AddID(p.CustomerID)
		}
	})
}

// strikeKnown takes the keys of the suppression files from the list that a customer or a
// row of people has, as the target reads them.
func (x *export) strikeKnown(ctx context.Context) error {
	strike := func(p *platform.Person) { x.listed.Strike(p, x.Config.Export.Region) }
	if err := x.eachPerson(ctx, "people_rows", strike); err != nil {
		return err
	}
	for customer, err := range engine.Select[struct{ CustomerID string }](ctx, x.Engine, "customers") {
		if err != nil {
			return err
		}
		strike(&platform.Person{CustomerID: customer.CustomerID})
	}
	return nil
}

// addTo adds a row of the suppression files. What cannot name anybody is an error:
// an objection is lost otherwise.
func (r suppressionRow) addTo(to *platform.Suppression) error {
	to.AddID(r.CustomerID)
	if strings.TrimSpace(r.Email) != "" {
		if !mailbox.IsAddress(r.Email) {
			return errors.New("the e-mail is not one plain address, as jane@example.com is: " + unknownObjection)
		}
		to.AddEmail(r.Email)
	}
	if strings.TrimSpace(r.Hash) != "" {
		return to.AddHash(r.Hash)
	}
	if strings.TrimSpace(r.CustomerID+r.Email) == "" {
		return errors.New("the row names nobody: " + unknownObjection)
	}
	return nil
}

type peopleCount struct {
	Reason     string
	PeopleRows int64
}

// countPeople counts what became of the rows of people.
func (x *export) countPeople(ctx context.Context) error {
	x.manifest.People = map[string]int64{}
	counts, err := engine.All[peopleCount](ctx, x.Engine, "people_counts")
	if err != nil {
		return err
	}
	for _, count := range counts {
		x.manifest.People[count.Reason] = count.PeopleRows
	}
	if n := x.manifest.People["customer_id_repeated"]; n > 0 {
		x.Warn("repeated_people", "rows of people that repeat a customer_id: %d: the first row of each counts, and an objection in any: keep one row for each in people.files", n)
	}
	if n := x.manifest.People["customer_id_missing"]; n > 0 {
		x.Warn("people_without_id", "rows of people without a customer_id: %d: they belong to no customer; what they object to counts all the same", n)
	}
	for _, pair := range x.people.Copies() {
		x.Warn("copied_file", "%s and %s have the same bytes: leave one out of people.files", pair[0].Path, pair[1].Path)
	}
	return nil
}
