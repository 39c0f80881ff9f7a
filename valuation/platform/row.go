package platform

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strings"
)

// identity is what a target reads of a person's identifiers.
type identity struct {
	email       string // in the target's form; empty where there is none
	emailReason Reason
	emailSum    [sha256.Size]byte // of email, where there is one
	emailKey    digest
	hasEmailKey bool
	dropsTags   bool   // the target's form of e-mails has no tags
	phone       string // in E.164
	byPhone     bool   // the channel knows people by their phone
	phoneReason Reason
}

// outcome is what became of a row, before it is compared with others.
type outcome struct {
	id          string
	reason      Reason // why it is rejected; empty: it may be written
	suppressed  bool
	held        bool
	was         string
	key         digest // of what the target knows the row by
	owned       Reason // the key is of somebody assigned before; empty: it is not
	shared      Reason // of a row whose key an earlier one has; empty: it has no key
	phone       uint64 // where the target wants phones unique
	phoneColumn int    // of the phone's cell
	phoneFrom   int    // where that is in the record
	phoneTo     int
	recordEnd   int // in batch.records; the record begins at the one before
	cellsEnd    int // in batch.cells
	notesEnd    int // in batch.notes
}

// note is a cell left blank, or clipped.
type note struct {
	column int
	reason Reason
}

// encoder turns people into rows of a target. Each worker has its own.
type encoder struct {
	spec      *Spec
	columns   []Column
	extra     []Attribute
	needs     []Field
	emailForm normaliser
	dropsTags bool
	buffer    []byte // of what is hashed
	batch     *batch // whose rows are being made
}

func newEncoder(spec *Spec) *encoder {
	e := &encoder{spec: spec, columns: spec.columns(), extra: spec.attributes(), needs: spec.needsOneOf(), emailForm: trimmedEmail}
	for _, column := range spec.Target.Columns {
		if column.Field == Email {
			e.emailForm = column.form
		}
	}
	tagless, _ := e.emailForm("a+b@example.com")
	e.dropsTags = tagless == "a@example.com"
	return e
}

// encode makes the rows of a batch.
func (e *encoder) encode(b *batch) {
	e.batch = b
	width := len(e.spec.Attributes)
	for i := range b.people {
		o := e.row(&b.people[i], b.attributes[i*width:(i+1)*width])
		o.recordEnd, o.cellsEnd, o.notesEnd = len(b.records), len(b.cells), len(b.notes)
		b.outcomes = append(b.outcomes, o)
	}
}

// row decides about a person by consent, then by validity, and then makes the
// cells. Who is suppressed is marked, and acted on right before writing.
func (e *encoder) row(p *Person, attributes []Cell) outcome {
	o := outcome{id: p.CustomerID, was: p.Was}
	if p.Absent {
		o.reason = NotInPeople
		return o
	}
	if e.spec.Kind != Removal {
		switch consent := p.consent(e.spec.channel()); {
		case consent == Refused:
			o.reason = NoConsent // the suppressed file takes them out
			return o
		case consent == Unknown && e.spec.Kind != Exited:
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
	e.cells(&o, p, &row, attributes)
	return o
}

func (e *encoder) identify(p *Person) identity {
	row := identity{dropsTags: e.dropsTags, byPhone: e.spec.channel() == AdsChannel}
	row.email, row.emailReason = e.emailForm(p.Email)
	if row.email != "" {
		e.buffer = append(e.buffer[:0], row.email...)
		row.emailSum = sha256.Sum256(e.buffer)
		row.emailKey, row.hasEmailKey = digest(row.emailSum[:16]), true
	}
	row.phone, row.phoneReason = parsePhone(p.Phone, regionOf(p, e.spec.Region))
	return row
}

// regionOf is where a person's phone is dialled: the person's country, which is
// nearer than the shop's region.
func regionOf(p *Person, region string) string {
	if country := strings.ToUpper(trim(p.Country)); len(country) == 2 && isRegion(country) {
		return country
	}
	return region
}

// missing returns why a row has none of the identifiers that the target needs.
func (e *encoder) missing(p *Person, row *identity) Reason {
	missing := NoIdentifier
	for _, field := range e.needs {
		var has bool
		var reason Reason
		switch field {
		case Email:
			has, reason = row.email != "", row.emailReason
		case Phone:
			has, reason = row.phone != "", row.phoneReason
		case CustomerID:
			has = trim(p.CustomerID) != ""
			if form := e.columns[0].form; has && form != nil && e.columns[0].Field == CustomerID {
				_, reason = form(p.CustomerID)
				has = reason == ""
			}
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

// key sets what the target knows the row by, or shares with others.
func (e *encoder) key(o *outcome, row *identity) {
	switch {
	case row.email != "":
		o.key, o.shared = row.emailKey, SharedEmail
	case row.phone != "" && e.spec.Target.Key == "":
		o.key, o.shared = digestOf(row.phone), SharedPhone
	}
}

func (e *encoder) cells(o *outcome, p *Person, row *identity, attributes []Cell) {
	b := e.batch
	start := len(b.records)
	for i, column := range e.columns {
		e.next(i)
		from := len(b.records)
		e.column(i, column, p, row)
		if column.Field == Phone && e.spec.Target.UniquePhone && row.phone != "" {
			o.phone, o.phoneColumn = phoneKey(row.phone), i
			o.phoneFrom, o.phoneTo = from-start, len(b.records)-start
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
		e.attribute(at+i, attribute, attributes[i])
	}
	if !e.spec.Target.Table {
		b.records = append(b.records, '\n')
	}
}

// next begins a cell.
func (e *encoder) next(column int) {
	if column > 0 && !e.spec.Target.Table {
		e.batch.records = append(e.batch.records, ',')
	}
}

// column appends the cell of one of the target's own columns.
func (e *encoder) column(at int, column Column, p *Person, row *identity) {
	var text string
	var reason Reason
	switch {
	case column.Fixed != "":
		text = column.Fixed
	case column.Field == Email:
		text, reason = row.email, row.emailReason
		if column.Hashed && text != "" {
			e.putHash(row.emailSum)
			return
		}
	case column.Field == Phone:
		text, _ = column.form(row.phone)
		reason = row.phoneReason
	case column.Field == Value:
		e.value(at, p.Value)
		return
	case e.withoutAddress(column, p):
		if trim(p.text(column.Field)) != "" {
			reason = NamesMissing
		}
	case column.form == nil:
		var clipped bool
		if text, clipped = freeText(p.text(column.Field), e.spec.Target.ClipBytes); clipped {
			reason = Clipped
		}
	default:
		text, reason = column.form(p.text(column.Field))
	}
	if reason != "" {
		e.batch.notes = append(e.batch.notes, note{at, reason})
	}
	if column.Hashed && text != "" {
		e.buffer = append(e.buffer[:0], text...)
		e.putHash(sha256.Sum256(e.buffer))
		return
	}
	e.put(TextCell(text))
}

// withoutAddress says whether a column is of an address without the names that
// it is nothing without.
func (e *encoder) withoutAddress(column Column, p *Person) bool {
	if !e.spec.Target.AddressNeedsNames || column.Field != Country && column.Field != Zip {
		return false
	}
	first, _ := googleName(p.FirstName)
	last, _ := googleName(p.LastName)
	return first == "" || last == ""
}

// value appends what a customer is worth to the shop, as ad platforms weigh
// their likeness: finite, and 0 or more.
func (e *encoder) value(at int, cell Cell) {
	if cell.Type != Null && (cell.Type != Number || !finite(cell.Number) || cell.Number < 0) {
		e.batch.notes = append(e.batch.notes, note{at, ValueInvalid})
		cell = Cell{}
	}
	e.put(cell)
}

// attribute appends a cell of the user's.
func (e *encoder) attribute(at int, attribute Attribute, cell Cell) {
	var reason Reason
	switch {
	case cell.Type == Null:
	case cell.Type != attribute.Type:
		reason = TypeInvalid
	case cell.Type == Number && !finite(cell.Number):
		reason = NumberInvalid
	case cell.Type == Day && (cell.Day.Year() < 1 || cell.Day.Year() > 9999):
		reason = DayInvalid
	case cell.Type == Text && e.spec.Target.Table:
		cell.Text, _ = plain(cell.Text)
	case cell.Type == Text:
		var clipped bool
		if cell.Text, clipped = freeText(cell.Text, e.spec.Target.ClipBytes); clipped {
			e.batch.notes = append(e.batch.notes, note{at, Clipped})
		}
	}
	if reason != "" {
		e.batch.notes = append(e.batch.notes, note{at, reason})
		cell = Cell{}
	}
	e.put(cell)
}

// put appends a cell as it stands: its text is made safe before.
func (e *encoder) put(cell Cell) {
	b := e.batch
	if e.spec.Target.Table {
		if cell.Type == Text && cell.Text == "" {
			cell = Cell{}
		}
		b.cells = append(b.cells, cell)
		return
	}
	switch cell.Type {
	case Text:
		b.records = appendCell(b.records, cell.Text)
	case Number:
		b.records = appendNumber(b.records, cell.Number)
	case Day:
		b.records = cell.Day.AppendFormat(b.records, "2006-01-02")
	case YesNo:
		if cell.YesNo {
			b.records = append(b.records, "true"...)
		} else {
			b.records = append(b.records, "false"...)
		}
	}
}

// putHash appends a SHA-256. No table has one.
func (e *encoder) putHash(sum [sha256.Size]byte) {
	e.batch.records = hex.AppendEncode(e.batch.records, sum[:])
}

func finite(number float64) bool { return !math.IsNaN(number) && !math.IsInf(number, 0) }
