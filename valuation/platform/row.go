package platform

import (
	"cmp"
	"slices"

	"cbv/valuation/celltext"
)

// outcome is what became of a row, before it is compared with others.
type outcome struct {
	id         string
	reason     Reason // why it is rejected; empty: it may be written
	suppressed bool
	held       bool
	was        string
	compared
	phoneless   compared           // the row without its phone, where the target wants phones unique
	unknown     bool               // of an exited row, that an identifier could not be named
	gone        bool               // of an exited or a suppressed row, that its line says what is removed
	objects     Reason             // of such a row, why the person must not be written to; empty: they may
	said        [identifiers]int64 // of such a row, the identifiers that its line has
	owed        [identifiers]int64 // of an exited row, the identifiers that are left to the suppressed file
	before      bool               // of a suppressed row, that it has an identifier of before
	key         digest
	owned       Reason                 // the key is of somebody assigned before; empty: it is not
	shared      Reason                 // of a row whose key an earlier one has; empty: it has no key
	had         uint64                 // bit by bit the columns that had a value to write
	isPhoneless bool                   // an earlier row has the phone
	phone       uint64                 // where the target wants phones unique
	phoneCells  [identifiers]phoneCell // the columns that have it
	recordEnd   int                    // in batch.records; the record begins at the one before
	lineEnd     int                    // in batch.lines
	cellsEnd    int                    // in batch.cells
	notesEnd    int                    // in batch.notes
}

// span is a stretch of a record.
type span struct{ from, to int }

// phoneCell is where a row has its phone.
type phoneCell struct {
	column       int // and one, so that 0 is none
	record, line span
}

// note is a cell left blank, or clipped.
type note struct {
	column int
	reason Reason
	shape  string // of what did not fit, where it is the batch's first of its column
}

// encoder turns people into rows of a target. Each worker has its own.
type encoder struct {
	spec    *Spec
	columns []encodedColumn
	emails  []normaliser // of the columns that are e-mails, in their order
	extra   []Attribute
	needs   []Field
	lines   *lineWriter
	buffer  []byte // of what is hashed
	cells   []span // of the record that is being made
	guarded []bool // of each of them, that an apostrophe stands before the text
	regions map[string]string
	shaped  uint64 // bit by bit the columns of which the batch has a shape
	batch   *batch // whose rows are being made
}

// encodedColumn is a column with what is known before any row.
type encodedColumn struct {
	Column
	form       normaliser // nil: free text
	hashed     bool
	fixed      string
	isDay      bool // of the run, which says nothing of the row
	email      int  // place among the e-mails
	identifier int  // place among what identifies, -1 for none
}

func newEncoder(spec *Spec) *encoder {
	e := &encoder{spec: spec, extra: spec.attributes(), needs: spec.needsOneOf(), regions: map[string]string{}}
	place := 0
	for _, column := range spec.columns() {
		c := encodedColumn{Column: column, form: column.Form.normaliser(column.Field), hashed: column.Form.isHashed(), identifier: -1}
		if c.fixed = column.Fixed; c.fixed == AsOfDay {
			c.fixed, c.isDay = spec.AsOf.Format("2006-01-02"), true
		}
		if column.Field == Email && column.Fixed == "" {
			c.email = len(e.emails)
			e.emails = append(e.emails, c.form)
		}
		if spec.Target.identifies(column) && place < identifiers {
			c.identifier = place
			place++
		}
		e.columns = append(e.columns, c)
	}
	if len(e.emails) == 0 {
		e.emails = emailForms(spec.Target)
	}
	e.lines = newLineWriter(spec)
	e.guarded = make([]bool, len(e.columns)+len(e.extra))
	return e
}

// emailForms are the forms of a target's e-mails, the usual one for a target that
// has none.
func emailForms(target Target) []normaliser {
	var forms []normaliser
	for _, column := range target.Columns {
		if column.Field == Email && column.Fixed == "" {
			forms = append(forms, column.Form.normaliser(Email))
		}
	}
	if len(forms) == 0 {
		forms = append(forms, clearEmail.normaliser(Email))
	}
	return forms
}

// encode makes the rows of a batch.
func (e *encoder) encode(b *batch) {
	e.batch, e.shaped = b, 0
	width := len(e.spec.Attributes)
	for i := range b.people {
		o := e.row(&b.people[i], b.attributes[i*width:(i+1)*width])
		o.recordEnd, o.lineEnd, o.cellsEnd, o.notesEnd = len(b.records), len(b.lines), len(b.cells), len(b.notes)
		b.outcomes = append(b.outcomes, o)
	}
}

// row decides about a person by consent, then by validity, and then makes the
// cells. Who is suppressed is marked, and acted on right before writing.
func (e *encoder) row(p *Person, attributes []Cell) outcome {
	o := outcome{id: p.CustomerID, was: p.Was}
	if e.spec.Kind == Exited {
		e.exit(&o, p)
		return o
	}
	if e.spec.Kind == Removal && p.Gone[0] != 0 {
		e.before(&o, p)
		return o
	}
	if p.Absent {
		o.reason = NotInPeople
		return o
	}
	if e.spec.Kind != Removal {
		switch p.consent(e.spec.channel()) {
		case Refused:
			o.reason = NoConsent // the suppressed file takes them out
			return o
		case Unknown:
			o.reason = ConsentUnknown
			return o
		}
	}
	row := e.identify(p)
	o.suppressed = p.Suppressed || e.spec.Suppression.has(p, &row)
	o.held = e.spec.Kind == Full && e.spec.Holdout != nil && e.spec.Holdout.has(p, &row)
	if e.spec.Kind == Removal && !o.suppressed && !p.Objects(e.spec.channel()) {
		o.reason = NotSuppressed
		return o
	}
	if o.reason = e.missing(p, &row); o.reason != "" {
		return o
	}
	e.key(&o, &row)
	if e.spec.Kind == Full && e.spec.Assigned != nil {
		o.owned = e.spec.Assigned.owned(p, &row)
	}
	if e.spec.Kind == Removal {
		e.handedOut(&o, p, &row)
		if o.reason != "" {
			return o
		}
	}
	e.record(&o, p, &row, attributes, nil)
	if e.spec.Kind == Removal {
		var cells [identifiers]string
		for i := range e.columns {
			if column := &e.columns[i]; column.identifier >= 0 && o.keys.Identifiers[column.identifier] != 0 {
				cells[column.identifier] = e.named(column, p, &row)
			}
		}
		e.suppress(&o, p, cells, cmp.Or(e.objection(p, &row), Suppressed))
	}
	return o
}

// missing returns why a row has none of the identifiers that the target needs.
func (e *encoder) missing(p *Person, row *identity) Reason {
	missing := NoIdentifier
	for _, field := range e.needs {
		var has bool
		var reason Reason
		switch field {
		case Email:
			has, reason = e.hasCell(Email, p, row)
		case Phone:
			has, reason = e.hasCell(Phone, p, row)
		case CustomerID:
			has, reason = e.hasID(p, row)
		}
		if has {
			return ""
		}
		if reason != "" && missing == NoIdentifier {
			missing = reason
		}
	}
	return missing
}

// hasCell says whether a row has an e-mail, or a phone, in the first column of it.
func (e *encoder) hasCell(field Field, p *Person, row *identity) (bool, Reason) {
	for i := range e.columns {
		column := &e.columns[i]
		switch {
		case column.Field != field || column.Fixed != "":
			continue
		case field == Email:
			cell := &row.emails[column.email]
			text, reason := e.fit(column, cell.text, cell.reason)
			return text != "", reason
		}
		text, reason := e.text(column, p, row)
		return text != "", reason
	}
	return false, ""
}

// hasID says whether the target can know a row by its customer_id, which stands whole or
// not at all.
func (e *encoder) hasID(p *Person, row *identity) (bool, Reason) {
	if celltext.Trim(p.CustomerID) == "" {
		return false, ""
	}
	for i := range e.columns {
		column := &e.columns[i]
		if column.Field != CustomerID || column.identifier < 0 {
			continue
		}
		if text, reason := e.text(column, p, row); text == "" {
			return false, cmp.Or(reason, CustomerIDInvalid)
		}
	}
	return true, ""
}

// key sets what the target knows the row by, or shares with others: of several forms
// of the e-mail the last, in which most are alike.
func (e *encoder) key(o *outcome, row *identity) {
	email := &row.emails[len(e.emails)-1]
	target := &e.spec.Target
	switch {
	case email.text != "" && (target.Key != "" || slices.Contains(target.NeedsOneOf, Email)):
		o.key, o.shared = digest(email.sum[:16]), SharedEmail
	case row.phone != "" && target.Key == "":
		o.key, o.shared = digestOf(row.phone), SharedPhone
	}
}

// handedOut rejects a row of which no export gave the target an identifier, and
// leaves out the identifiers that none did: they would be disclosed.
func (e *encoder) handedOut(o *outcome, p *Person, row *identity) {
	o.reason = NotHandedOut
	for i := range e.columns {
		column := &e.columns[i]
		if !e.identifiesAnywhere(column) {
			continue
		}
		key := e.identifierOf(column, p, row)
		if key != 0 && e.spec.HandedOut.Has(key) {
			o.reason = ""
			continue
		}
		switch column.Field {
		case Email:
			row.emails[column.email] = emailCell{}
		case Phone:
			row.phone = ""
		}
	}
}

// record makes the cells of a row. Only, where it is not nil, has the cells of its
// identifiers, and everything else is blank.
func (e *encoder) record(o *outcome, p *Person, row *identity, attributes []Cell, only *[identifiers]string) {
	b := e.batch
	start, lineStart, phones := len(b.records), len(b.lines), 0
	e.cells = e.cells[:0]
	clear(e.guarded)
	for i := range e.columns {
		e.next(i)
		from := len(b.records)
		if only != nil {
			e.only(i, only)
		} else {
			e.column(i, p, row, o)
		}
		e.cells = append(e.cells, span{from, len(b.records)})
		if e.isUniquePhone(i) && row.phone != "" && only == nil {
			o.phone = phoneKey(row.phone)
			o.phoneCells[phones] = phoneCell{column: i + 1, record: span{from - start, len(b.records) - start}}
			phones++
		}
	}
	at := len(e.columns)
	if e.spec.hasMembership() {
		e.next(at)
		e.put(YesNoCell(e.spec.Kind != Exited))
		at++
	}
	for i, attribute := range e.extra {
		e.next(at + i)
		from := len(b.records)
		if only == nil {
			e.attribute(at+i, i, attribute, attributes[i])
		} else {
			e.put(Cell{})
		}
		e.cells = append(e.cells, span{from, len(b.records)})
	}
	if e.spec.Target.Table {
		e.finishTableRow(o, p, lineStart)
		return
	}
	o.keys.Row = e.rowDigest(b.records[start:], start, e.cells, e.isDay)
	o.compare(p)
	if o.phone != 0 {
		e.withoutPhone(o, p, b.records[start:], start)
	}
	if e.needsLine(o) {
		e.lines.record(b, e.cells, e.guarded)
		for i := range o.phoneCells[:phones] {
			cell := &o.phoneCells[i]
			value := e.lines.values[cell.column-1]
			cell.line = span{value.from - lineStart, value.to - lineStart}
		}
	}
	b.records = append(b.records, '\n')
}

// finishTableRow compares a row of a table, whose line says what is in it.
func (e *encoder) finishTableRow(o *outcome, p *Person, lineStart int) {
	b := e.batch
	e.lines.cells(b, b.cells[len(b.cells)-len(e.columns)-len(e.extra):])
	o.keys.Row = e.rowDigest(b.lines[lineStart:], lineStart, e.lines.values, e.isDay)
	o.compare(p)
	if !e.needsLine(o) {
		b.lines = b.lines[:lineStart]
	}
}
