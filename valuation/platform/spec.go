package platform

import (
	"errors"
	"slices"
	"strings"
	"time"

	"cbv/valuation/audiencename"
	"cbv/valuation/celltext"
	"cbv/valuation/failure"
	"cbv/valuation/region"
)

// Kind is which of an audience's files one export makes.
type Kind string

// The kinds. Entered and Exited are since an earlier full file.
const (
	Full    Kind = "full"
	Entered Kind = "entered"
	Exited  Kind = "exited"
	Removal Kind = "suppressed" // of everybody who objected, whoever is a member
)

// Spec says what to export.
type Spec struct {
	Target  Target
	Kind    Kind
	Name    string  // of the audience, as NeutralName makes it or ValidateName allows it
	Channel Channel // what a target without a channel is for; else empty

	// Mapped are the fields that people has a column for, and ConsentMapped
	// says whether it has one for the consent of the channel.
	Mapped        []Field
	ConsentMapped bool

	// Region is where phones without a country code are, when the customer's
	// country is not known; empty: then they are left out.
	Region string

	// Attributes are the columns after the target's own.
	Attributes []Attribute

	Suppression *Suppression

	// AsOf is the day of the run, for targets that date their rows.
	AsOf time.Time

	// HandedOut are the identifiers that the target was ever given and that no member
	// has: a suppressed file has nobody else. Handed are the cells that people does not
	// know any more.
	HandedOut *Keys
	Handed    Handed

	// Owed are the identifiers that exited files left to the suppressed file, because
	// their people object: one that it does not have either is an error.
	Owed []int64

	// Told are the identifiers that the target was told the objection of, by the change
	// file too: a suppressed row with another gets a line of it. Nil: there are no lines.
	Told *Keys

	// Changes asks a full export for entered files and the change file as well: the
	// rows whose Person.Was is not the name they have now, or whose identifiers are
	// others than Person.WasKeys.
	Changes bool

	// UniqueEmail rejects rows with the e-mail of an earlier one, also where the
	// target could distinguish them: who reads one mailbox gets one treatment.
	UniqueEmail bool

	// Holdout are those kept out of every audience, sealed; nil for none. Whoever
	// shares an e-mail or, for ads, a phone with them is kept out too, since
	// what is sent there reaches them.
	Holdout *Suppression

	// Assigned are those who were given an arm before, sealed; nil for none. Their
	// e-mails and, for ads, phones are theirs: a new customer who has one is rejected
	// as sharing it, wherever they stand in the order, since a message to them
	// would reach somebody of another arm.
	Assigned *Suppression

	// Place says under which name a row is written that nothing speaks against;
	// nil: all under Name. A campaign has a name for each of its arms and answers
	// with a reason for its holdouts. It is called for a held row too, which is not
	// written whatever the answer. It is called in order, once a row.
	Place func(customerID string, held bool, keys RowKey) (name string, reason Reason, err error)
}

// ErrEmpty is wrapped by the error of a full export that nobody is in.
var ErrEmpty = errors.New("the audience is empty")

// channel is what the audience is used for.
func (s *Spec) channel() Channel {
	if s.Target.Channel != "" {
		return s.Target.Channel
	}
	return s.Channel
}

// Validate says what is wrong with a spec before any row is read.
func (s *Spec) Validate() error {
	if err := audiencename.Validate(s.Name); err != nil {
		return err
	}
	if !slices.Contains([]Kind{Full, Entered, Exited, Removal}, s.Kind) {
		return failure.Usagef("no kind of file %q: full, entered, exited or suppressed", s.Kind)
	}
	if err := s.validateChannel(); err != nil {
		return err
	}
	if err := s.validateMapping(); err != nil {
		return err
	}
	if err := s.validateHeader(); err != nil {
		return err
	}
	if s.Suppression == nil || !s.Suppression.sealed {
		return failure.Inputf("the suppression list was not read to its end: no file is made without it")
	}
	if s.Holdout != nil && !s.Holdout.sealed {
		return failure.Inputf("the global holdout was not read to its end: no file is made without it")
	}
	if s.Kind == Removal && s.HandedOut == nil {
		return errors.New("a suppressed file needs to know what was handed out")
	}
	if s.Assigned != nil && !s.Assigned.sealed {
		return errors.New("those assigned before were not read to their end")
	}
	return nil
}

func (s *Spec) validateChannel() error {
	name, given := s.Target.Name, s.Channel
	switch {
	case s.channel() == "":
		return failure.Usagef("%s serves any channel: say whose consent counts, email or ads", name)
	case given != "" && s.Target.Channel != "" && given != s.Target.Channel:
		return failure.Usagef("%s is for the channel %s, not %s", name, s.Target.Channel, given)
	case s.channel() != EmailChannel && s.channel() != AdsChannel:
		return failure.Usagef("no channel %q: email or ads", given)
	}
	return nil
}

func (s *Spec) validateMapping() error {
	name := s.Target.Name
	needed := s.needsOneOf()
	if !slices.ContainsFunc(needed, s.mapped) {
		var names, keys []string
		for _, field := range needed {
			names = append(names, string(field))
			keys = append(keys, "people.columns."+string(field))
		}
		return failure.Usagef("%s needs %s, and people has no such column: set %s", name, strings.Join(names, " or "), strings.Join(keys, " or "))
	}
	if s.Kind != Removal && !s.ConsentMapped {
		return failure.Usagef("%s asks for consent, and people says nobody's (unknown is no): set people.columns.consent_%s", name, s.channel())
	}
	if s.Region != "" && !region.IsDialled(s.Region) {
		return failure.Usagef("no region %q for phones: two capital letters of ISO 3166-1, as in GB", s.Region)
	}
	return nil
}

// validateHeader refuses columns that the target would not distinguish.
func (s *Spec) validateHeader() error {
	if len(s.Attributes) > 0 && !s.Target.Attributes {
		return failure.Usagef("%s takes no columns but its own: leave out %s", s.Target.Name, s.Attributes[0].Name)
	}
	header := s.header(s.Name)
	own := len(s.columns())
	seen := map[string]bool{}
	for i, name := range header {
		if cell, _ := celltext.Free(name, 0); cell == "" || cell != name {
			return failure.Usagef("column name %q: a header begins with a letter", name)
		}
		if seen[strings.ToLower(name)] && i >= own { // those of its own were held by the target's declaration
			return failure.Usagef("%s has two columns %q: rename the attribute", s.Target.Name, name)
		}
		seen[strings.ToLower(name)] = true
	}
	if bytes := int64(len(celltext.AppendRecord(nil, s.Target.delimiter(), header...))); s.Target.MaxBytes > 0 && bytes >= s.Target.MaxBytes {
		return failure.Usagef("%s: max_bytes: %d: the header alone has %d: raise max_bytes, or leave columns out", s.Target.Name, s.Target.MaxBytes, bytes)
	}
	if most := s.Target.MaxColumns; most > 0 && len(header) > most {
		return failure.Usagef("%s takes %d columns, and these are %d: leave attributes out", s.Target.Name, most, len(header))
	}
	return nil
}

// mapped says whether people has a field. Customers always have an id.
func (s *Spec) mapped(field Field) bool {
	return field == CustomerID || slices.Contains(s.Mapped, field)
}

func (s *Spec) needsOneOf() []Field {
	if s.Kind == Removal {
		return s.Target.RemovalNeedsOneOf
	}
	return s.Target.NeedsOneOf
}

// columns are the target's own that the file has.
func (s *Spec) columns() []Column {
	all := s.Target.columnsOf(s.Kind)
	if s.Target.FixedHeader {
		return all
	}
	var columns []Column
	for _, column := range all {
		if column.Fixed != "" || s.mapped(column.Field) {
			columns = append(columns, column)
		}
	}
	return columns
}

// hasMembership says whether the file has the column that distinguishes members from
// those who left, whose header is the audience's name.
func (s *Spec) hasMembership() bool { return s.Target.Membership && s.Kind != Removal }

// attributes are those that the file has: a suppression file has none.
func (s *Spec) attributes() []Attribute {
	if s.Kind == Removal {
		return nil
	}
	return s.Attributes
}

// header is that of the file for those of a name.
func (s *Spec) header(name string) []string {
	var header []string
	for _, column := range s.columns() {
		header = append(header, column.Header)
	}
	if s.hasMembership() {
		header = append(header, name)
	}
	for _, attribute := range s.attributes() {
		header = append(header, attribute.Name)
	}
	return header
}

// tableColumns are the header with the types of a table.
func (s *Spec) tableColumns() []Attribute {
	var columns []Attribute
	for _, column := range s.columns() {
		columns = append(columns, Attribute{Name: column.Header, Type: Text})
	}
	return append(columns, s.attributes()...)
}
