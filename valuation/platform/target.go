package platform

import (
	"cmp"
	"slices"
	"strings"

	"cbv/valuation/audiencename"
	"cbv/valuation/celltext"
	"cbv/valuation/failure"
)

// Target is an importer of audiences as data: what its file looks like and what it
// takes. The built-in ones are such declarations, and those of targets in the
// configuration.
type Target struct {
	Name    string  `json:"name"`
	Channel Channel `json:"channel"` // whose consent lets a person in; none: the export names it
	Table   bool    `json:"table"`   // rows go to a table rather than to CSV files
	Key     Field   `json:"key"`     // what distinguishes its rows; none: the first of NeedsOneOf that a row has
	// NeedsOneOf are the identifiers of which a row must have one.
	NeedsOneOf []Field  `json:"needs_one_of"`
	Columns    []Column `json:"columns"`
	Delimiter  byte     `json:"delimiter"` // between cells; 0: a comma
	// FixedHeader keeps the columns nobody mapped, blank; other targets go
	// without them.
	FixedHeader bool `json:"fixed_header"`
	// Attributes says that the target takes columns of its user's, and so the
	// column, named as the audience, that distinguishes members from those who left:
	// what is not in a file does not change there, and blank cells overwrite
	// nothing.
	Attributes bool `json:"attributes"`
	Membership bool `json:"membership"`
	// UniquePhone blanks a phone that an earlier row has.
	UniquePhone bool `json:"unique_phone"`
	// AddressNeedsNames blanks Country and Zip where a name is missing.
	AddressNeedsNames bool `json:"address_needs_names"`

	MaxBytes   int64 `json:"max_bytes"`   // of a file
	MaxRows    int64 `json:"max_rows"`    // of a file, its header apart; 0: none
	MaxColumns int   `json:"max_columns"` // 0: none
	ClipBytes  int   `json:"clip_bytes"`  // of a text cell; 0: none
	// MinMembers is the fewest members with which the platform makes an
	// audience; 0: none known.
	MinMembers int64 `json:"min_members"`

	// RemovalColumns are those of the suppression file, RemovalNeedsOneOf what
	// its rows need, Removal what to do with that file and with the exited one.
	RemovalColumns    []Column `json:"removal_columns"`
	RemovalNeedsOneOf []Field  `json:"removal_needs_one_of"`
	Removal           string   `json:"removal"`
}

// Column is a column of a target's file.
type Column struct {
	Header string `json:"header"`
	Field  Field  `json:"field"`
	Form   Form   `json:"form"`
	Fixed  string `json:"fixed"` // the same cell in every row, instead of a field; AsOfDay is the day of the run
	// Apart leaves the cell blank where it would be that of the column before.
	Apart bool `json:"apart"`
}

// AsOfDay as a fixed cell stands for the day of the run.
const AsOfDay = "{as_of}"

// identifiers are the most columns by which a target may know a row.
const identifiers = 3

// mostColumns are the most columns of its own that a target has: rows keep a bit of
// each.
const mostColumns = 64

// identifies says whether the cells of a column are what the target knows people by.
func (t Target) identifies(column Column) bool {
	if column.Fixed != "" {
		return false
	}
	if t.Key != "" {
		return column.Field == t.Key
	}
	return slices.Contains(t.NeedsOneOf, column.Field)
}

// IdentifyingColumns are those whose cells are what the target knows people by.
func (t Target) IdentifyingColumns() []Column { return t.identifying(t.Columns) }

// identifying are those of the columns whose cells are what the target knows people by.
func (t Target) identifying(columns []Column) []Column {
	return slices.DeleteFunc(slices.Clone(columns), func(c Column) bool { return !t.identifies(c) })
}

// KnowsLike says whether a target knows people as it did by an earlier declaration: by
// cells of the same fields in the same forms.
func (t Target) KnowsLike(then Target) bool {
	return t.Key == then.Key && slices.Equal(t.NeedsOneOf, then.NeedsOneOf) &&
		slices.EqualFunc(t.IdentifyingColumns(), then.IdentifyingColumns(), func(a, b Column) bool {
			return a.isLike(b)
		})
}

// isLike says whether two columns have the same cell of everybody.
func (c Column) isLike(other Column) bool {
	return c.Fixed == "" && other.Fixed == "" && c.Field == other.Field && c.Apart == other.Apart &&
		slices.Equal(c.Form.orUsual(c.Field), other.Form.orUsual(c.Field))
}

// columnsOf are the target's own columns of a kind of file.
func (t Target) columnsOf(kind Kind) []Column {
	if kind == Removal {
		return t.RemovalColumns
	}
	return t.Columns
}

// delimiter is what stands between cells.
func (t Target) delimiter() byte { return cmp.Or(t.Delimiter, ',') }

// Validate says what is wrong with a declaration, by the names of its settings.
func (t Target) Validate() error {
	switch {
	case !audiencename.IsFileName(t.Name):
		return failure.Usagef("name: %q: 3 to 40 lower-case letters, digits and underscores, a letter first: it is part of file names", t.Name)
	case t.Channel != "" && t.Channel != EmailChannel && t.Channel != AdsChannel:
		return failure.Usagef("channel: %q is neither email nor ads", t.Channel)
	case len(t.Columns) == 0 || len(t.Columns) > mostColumns:
		return failure.Usagef("columns: %d: a file has 1 to %d, each with a header and a field", len(t.Columns), mostColumns)
	case t.Key == "" && len(t.NeedsOneOf) == 0:
		return failure.Usagef("key: set it to email or customer_id, or set needs: a target knows its rows by something")
	case t.Key != "" && t.Key != Email && t.Key != CustomerID:
		return failure.Usagef("key: %q: rows are known by email or customer_id, or, without a key, by any of needs", t.Key)
	case !slices.Contains([]byte{',', ';', '\t'}, t.delimiter()):
		return failure.Usagef("delimiter: %q is none of a comma, a semicolon and a tab", string(t.Delimiter))
	case t.MaxBytes < 0 || t.MaxRows < 0 || t.MaxColumns < 0 || t.ClipBytes < 0 || t.MinMembers < 0:
		return failure.Usagef("a limit is below 0: leave it out for none")
	}
	for _, needed := range t.NeedsOneOf {
		if needed != Email && needed != Phone && needed != t.Key {
			return failure.Usagef("needs: %q: a row is known by email or phone", needed)
		}
		if !slices.ContainsFunc(t.Columns, func(c Column) bool { return c.Field == needed && c.Fixed == "" }) {
			return failure.Usagef("needs: %s has no column: give it one, or need another", needed)
		}
	}
	if t.Key != "" && !slices.Equal(t.NeedsOneOf, []Field{t.Key}) {
		return failure.Usagef("needs: a target whose key is %s needs that alone: leave needs out", t.Key)
	}
	if err := t.validateRemoval(); err != nil {
		return err
	}
	for _, columns := range []struct {
		setting string
		columns []Column
	}{{"columns", t.Columns}, {"removal_columns", t.RemovalColumns}} {
		if err := t.validateColumns(columns.setting, columns.columns); err != nil {
			return err
		}
	}
	if known := len(t.IdentifyingColumns()); known == 0 || known > identifiers {
		return failure.Usagef("columns: %d of them are what rows are known by: there are 1 to %d", known, identifiers)
	}
	return nil
}

// validateRemoval refuses a suppressed file that lacks what the target knows people by:
// whoever objected would stay.
func (t Target) validateRemoval() error {
	for _, known := range t.IdentifyingColumns() {
		if !slices.ContainsFunc(t.RemovalColumns, known.isLike) {
			return failure.Usagef("removal_columns: none has %s in the form of the column %q, which rows are known by: who objected would stay; add it, or leave removal_columns out", known.Field, known.Header)
		}
	}
	return nil
}

// validateMany refuses more columns of a field than rows have room for.
func (t Target) validateMany(setting string, columns []Column) error {
	emails, phones := 0, map[string]int{}
	for _, column := range columns {
		switch {
		case column.Fixed != "":
		case column.Field == Email:
			emails++
		case column.Field == Phone && t.UniquePhone:
			phones[strings.ToLower(column.Header)]++
			if phones[strings.ToLower(column.Header)] > 1 {
				return failure.Usagef("%s: unique_phone: a phone stands once under a header, and %q is there twice", setting, column.Header)
			}
		}
	}
	if emails > identifiers {
		return failure.Usagef("%s: %d of them are e-mails: a file has at most %d", setting, emails, identifiers)
	}
	if len(phones) > identifiers {
		return failure.Usagef("%s: unique_phone: %d of them are phones: a file has at most %d", setting, len(phones), identifiers)
	}
	return nil
}

func (t Target) validateColumns(setting string, columns []Column) error {
	if err := t.validateMany(setting, columns); err != nil {
		return err
	}
	seen := map[string]Column{}
	for i, column := range columns {
		wrong := func(format string, args ...any) error {
			return failure.Usagef("%s[%d]: "+format, append([]any{setting, i + 1}, args...)...)
		}
		if cell, _ := celltext.Free(column.Header, 0); cell == "" || cell != column.Header {
			return wrong("header: %q: a header begins with a letter", column.Header)
		}
		before, repeated := seen[strings.ToLower(column.Header)]
		if repeated && (before.Field != column.Field || !t.identifies(column)) {
			return wrong("header: %q is there twice: only what rows are known by may repeat, in another form", column.Header)
		}
		seen[strings.ToLower(column.Header)] = column
		if column.Apart && (!repeated || column.Field != Email || columns[i-1].Field != Email) {
			return wrong("apart: it is for a second form of the e-mail, right after the first, under the same header")
		}
		if (column.Fixed == "") == (column.Field == "") {
			return wrong("set field, or fixed for the same cell in every row")
		}
		if column.Fixed != "" {
			if cell, _ := celltext.Free(column.Fixed, 0); cell != column.Fixed || len(column.Form) > 0 {
				return wrong("fixed: %q stands as it is: no formula, and no form", column.Fixed)
			}
			continue
		}
		if !slices.Contains(fields, column.Field) {
			return wrong("field: there is no %q: the fields are %s", column.Field, strings.Join(fieldNames(), ", "))
		}
		if (column.Field == UID || column.Field == Value) && !t.FixedHeader {
			return wrong("field: people has no %s: set fixed_header, which keeps such a column, or leave it out", column.Field)
		}
		if err := column.Form.validate(column.Field); err != nil {
			return wrong("%w", err)
		}
	}
	return nil
}

// fields are those that a column may have.
var fields = []Field{CustomerID, Email, Phone, FirstName, LastName, Country, Zip, City, State, UID, Value}

func fieldNames() (names []string) {
	for _, field := range fields {
		names = append(names, string(field))
	}
	return names
}

// TargetOf returns the target of a name, of those given or built in.
func TargetOf(name string, declared ...Target) (Target, error) {
	all := slices.Concat(declared, Targets)
	at := slices.IndexFunc(all, func(target Target) bool { return target.Name == name })
	if at < 0 {
		return Target{}, failure.Usagef("no target %q: choose one of %s", name, strings.Join(TargetNames(declared...), ", "))
	}
	return all[at], nil
}

// TakesValue says whether its file has a column for what a customer is worth.
func (t Target) TakesValue() bool {
	return slices.ContainsFunc(t.Columns, func(column Column) bool { return column.Field == Value })
}

// TargetNames returns the names of the targets built in, and of those given.
func TargetNames(declared ...Target) []string {
	var names []string
	for _, target := range slices.Concat(Targets, declared) {
		names = append(names, target.Name)
	}
	return names
}
