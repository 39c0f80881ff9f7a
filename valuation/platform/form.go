package platform

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"cbv/valuation/celltext"
	"cbv/valuation/failure"
	"cbv/valuation/mailbox"
	"cbv/valuation/region"
)

// Form is how a cell is made of a person's field: the names of steps, in their
// order. Hash, the last where it is there, is the SHA-256 of what the others made, as
// lower-case hex of its UTF-8. Without a form a text is free: it stays as it came, safe
// for spreadsheets.
type Form []string

// hash is the step that ends a form.
const hash = "sha256"

// step changes a text of a person in a country (two letters of ISO 3166-1, empty
// where it is not known). What makes no cell has a reason.
type step func(text, country string) (string, Reason)

// StepKind is a step that a form may name.
type StepKind struct {
	Name    string
	Meaning string
	Fields  []Field // that it is for; none: any
	apply   step
	checks  bool // what passes it is no formula
}

// Steps are all steps there are.
var Steps = []StepKind{
	{Name: "trim", Meaning: "without what surrounds it unseen: space, zero-width characters", apply: always(celltext.Trim)},
	{Name: "lower", Meaning: "in lower case", apply: always(strings.ToLower)},
	{Name: "upper", Meaning: "in capitals", apply: always(strings.ToUpper)},
	{Name: "no_spaces", Meaning: "without any space", apply: always(celltext.WithoutSpaces)},
	{Name: "single_spaces", Meaning: "each run of spaces as one, none around", apply: always(singleSpaces)},
	{Name: "no_punctuation", Meaning: "without punctuation, symbols and control characters", apply: always(celltext.WithoutPunctuation)},
	{Name: "no_dashes", Meaning: "without dashes", apply: always(func(text string) string { return strings.ReplaceAll(text, "-", "") })},
	{Name: "nfc", Meaning: "composed (Unicode NFC): é is one letter, however it was typed", apply: always(norm.NFC.String)},
	{Name: "as_is", Meaning: "as it came, but for bytes that are no text; for Parquet", apply: always(valid), checks: true},
	{Name: "no_tag", Meaning: "without the + before @ and what follows it", Fields: []Field{Email}, apply: always(mailbox.WithoutTag)},
	{Name: "gmail", Meaning: "at gmail.com and googlemail.com without dots and tag before the @", Fields: []Field{Email}, apply: always(mailbox.Gmail)},
	{Name: "e164", Meaning: "+ with country code and digits, as phones are without a form", Fields: []Field{Phone}, apply: always(func(e164 string) string { return e164 }), checks: true},
	{Name: "digits", Meaning: "country code and digits, without the +", Fields: []Field{Phone}, apply: always(func(e164 string) string { return strings.TrimPrefix(e164, "+") }), checks: true},
	{Name: "iso2", Meaning: "two capital letters of ISO 3166-1, for a name, two or three letters", Fields: []Field{Country}, apply: countryCode, checks: true},
	{Name: "zip", Meaning: "trimmed; letters, digits, inner spaces and dashes, else blank", Fields: []Field{Zip}, apply: checkedZip, checks: true},
	{Name: "us_zip5", Meaning: "in the USA the first five digits", Fields: []Field{Zip}, apply: firstFive, checks: true},
	{Name: "us_state", Meaning: "in the USA a state's two letters in lower case, for its name", Fields: []Field{State}, apply: stateCode},
	{Name: "id", Meaning: "as it is: one that is no formula, with nothing unseen in it, else the row is rejected where it is the key", Fields: []Field{CustomerID}, apply: checkedID, checks: true},
	{Name: "number", Meaning: "digits alone, else blank", Fields: []Field{CustomerID, UID, Zip}, apply: checkedNumber, checks: true},
	{Name: hash, Meaning: "the SHA-256 of it, in lower-case hex; the last step", apply: always(func(text string) string { return text }), checks: true},
}

// always is a step that refuses no text and asks for no country.
func always(change func(string) string) step {
	return func(text, _ string) (string, Reason) { return change(text), "" }
}

func stepOf(name string) (StepKind, bool) {
	at := slices.IndexFunc(Steps, func(s StepKind) bool { return s.Name == name })
	if at < 0 {
		return StepKind{}, false
	}
	return Steps[at], true
}

// isHashed says whether the cell is a hash.
func (f Form) isHashed() bool { return len(f) > 0 && f[len(f)-1] == hash }

// validate says what is wrong with a form of a field.
func (f Form) validate(field Field) error {
	for i, name := range f {
		kind, known := stepOf(name)
		switch {
		case !known:
			return failure.Usagef("form: there is no step %q: the steps are %s", name, strings.Join(stepNames(), ", "))
		case len(kind.Fields) > 0 && !slices.Contains(kind.Fields, field):
			return failure.Usagef("form: %s is a step of %s, not of %s", name, join(kind.Fields), field)
		case name == hash && i < len(f)-1:
			return failure.Usagef("form: %s is the last step: nothing can be done to a hash", name)
		}
	}
	if field == Value && len(f) > 0 {
		return failure.Usagef("form: value is a number, and stands as it is: leave form out")
	}
	return nil
}

func join[T ~string](names []T) string {
	var texts []string
	for _, name := range names {
		texts = append(texts, string(name))
	}
	return strings.Join(texts, " or ")
}

func stepNames() (names []string) {
	for _, kind := range Steps {
		names = append(names, kind.Name)
	}
	return names
}

// orUsual is the form, or the usual one of a field that has one.
func (f Form) orUsual(field Field) Form {
	switch {
	case len(f) > 0:
		return f
	case field == Email:
		return Form{"trim", "lower"}
	case field == Phone:
		return Form{"e164"}
	}
	return f
}

// A normaliser turns a text of a person into the cell of a target, before any hash.
// The cell is blank where the text is; a text that makes no cell has a reason.
// Applying one to its own cell changes nothing.
type normaliser step

// normaliser returns what a form does to a field, the hash apart; nil for free text.
// The form is a valid one.
func (f Form) normaliser(field Field) normaliser {
	if f = f.orUsual(field); len(f) == 0 {
		return nil
	}
	var steps []step
	checked := f.isHashed() || field == Phone // which is digits
	for _, name := range f {
		kind, _ := stepOf(name)
		if name != hash {
			steps = append(steps, kind.apply)
		}
		checked = checked || kind.checks
	}
	emptied := emptiedReasons[field]
	return func(text, country string) (string, Reason) {
		cell := text
		for _, apply := range steps {
			var reason Reason
			if cell, reason = apply(cell, country); reason != "" {
				return "", reason
			}
		}
		switch {
		case field == Email:
			return validEmail(cell)
		case cell == "" && emptied != "" && celltext.Trim(text) != "":
			return "", emptied
		case !checked:
			cell, _ = celltext.Free(cell, 0)
		}
		return cell, ""
	}
}

// isWhole says whether no two texts become one by a form.
func (f Form) isWhole() bool {
	return len(f) > 0 && !slices.ContainsFunc(f, func(name string) bool { return name != "id" && name != hash })
}

// emptiedReasons are why a text of which a form leaves nothing makes no cell.
var emptiedReasons = map[Field]Reason{FirstName: NameInvalid, LastName: NameInvalid, City: PlaceInvalid, State: PlaceInvalid}

func singleSpaces(text string) string { return strings.Join(strings.Fields(text), " ") }

// valid is a text without bytes that are none.
func valid(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// countryCode is the two letters of ISO 3166-1 as that writes them.
func countryCode(text, _ string) (string, Reason) {
	if celltext.Trim(text) == "" {
		return "", ""
	}
	if code := region.Country(celltext.Trim(text)); code != "" {
		return code, ""
	}
	return "", CountryInvalid
}

// checkedZip is a postcode as it came, trimmed: letters, digits, inner spaces and
// dashes.
func checkedZip(text, _ string) (string, Reason) {
	zip := celltext.Trim(text)
	if zip == "" {
		return "", ""
	}
	if len(zip) > 16 || !celltext.IsLetterOrDigit(zip[0]) {
		return "", ZipInvalid
	}
	for i := range len(zip) {
		if !celltext.IsLetterOrDigit(zip[i]) && zip[i] != ' ' && zip[i] != '-' {
			return "", ZipInvalid
		}
	}
	return zip, ""
}

// firstFive is a ZIP code without its extension. What has no five digits in front is
// none of the USA.
func firstFive(zip, country string) (string, Reason) {
	if country != "US" || zip == "" {
		return zip, ""
	}
	if len(zip) < 5 {
		return "", ZipInvalid
	}
	return checkedNumberOr(zip[:5], ZipInvalid)
}

// stateCode is the two letters of a state of the USA, in lower case, where the table
// has it; other texts stay.
func stateCode(text, country string) (string, Reason) {
	if code := region.State(text); country == "US" && code != "" {
		return code, ""
	}
	return text, ""
}

func checkedNumber(text, _ string) (string, Reason) {
	return checkedNumberOr(celltext.Trim(text), UIDInvalid)
}

// checkedNumberOr is a number without sign, else the reason.
func checkedNumberOr(text string, reason Reason) (string, Reason) {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return "", reason
		}
	}
	return text, ""
}

// FormsTable is the steps as a Markdown table.
func FormsTable() string {
	var table strings.Builder
	table.WriteString("| step | of | what it makes of a text |\n|---|---|---|\n")
	for _, kind := range Steps {
		of := "any"
		if len(kind.Fields) > 0 {
			of = strings.ReplaceAll(join(kind.Fields), " or ", ", ")
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", kind.Name, of, kind.Meaning)
	}
	return table.String()
}
