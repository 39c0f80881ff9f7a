package platform

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"cbv/valuation/celltext"
)

// Keys are identifiers by their digests, RowKey.Identifiers of rows.
type Keys struct{ sorted []int64 }

// NewKeys returns keys, in any order.
func NewKeys(keys []int64) *Keys {
	slices.Sort(keys)
	return &Keys{keys}
}

// Len is how many there are.
func (k *Keys) Len() int { return len(k.sorted) }

// Has says whether a key is among them; none is among nil.
func (k *Keys) Has(key int64) bool {
	if k == nil {
		return false
	}
	_, found := slices.BinarySearch(k.sorted, key)
	return found
}

// Handed are cells by which an earlier export let the target know people, by the key
// of each.
type Handed map[int64]HandedCell

// HandedCell is such a cell, and the column that it stood in.
type HandedCell struct {
	Text   string
	Column Column

	// emails are the e-mails beside it in full files, where the target knows people by
	// their id alone, and hasEmails says that those files have a column of them.
	emails       []HandedCell
	hasEmails    bool
	isSuppressed bool // it stood in a suppressed file
}

// exit makes the row that takes somebody out: the identifiers that are gone, whether they
// are a member, which they are not, and nothing else. Identifiers that are not the
// person's any more, or of somebody whom people has forgotten, are named as the earlier
// export named them. Who objected leaves by the suppressed file, as far as that names
// them: it has the address that people has, and of an e-mail tool those of before too,
// which leave here as well. An address of before that is suppressed is of somebody who
// objects, whom people has forgotten.
func (e *encoder) exit(o *outcome, p *Person) {
	row := e.identify(p)
	objects := e.objection(p, &row)
	var present, earlier [identifiers]string
	var isPresent, isEarlier, isListed bool
	for i := range e.columns {
		column := &e.columns[i]
		if column.identifier < 0 || p.Gone[column.identifier] == 0 {
			continue
		}
		gone := p.Gone[column.identifier]
		isOwn := e.isKnown(column, p) && e.identifierOf(column, p, &row) == gone
		cell, isHanded := e.spec.Handed[gone]
		isListed = isListed || isHanded && e.spec.Suppression.hasCell(cell)
		switch {
		case isOwn && (p.Absent || objects == "" || e.spec.HandedOut.Has(gone)):
			present[column.identifier] = e.named(column, p, &row)
			isPresent = true
		case isOwn:
			earlier[column.identifier] = e.named(column, p, &row)
			isEarlier = true
		case isHanded:
			earlier[column.identifier] = cell.Text
			isEarlier = true
		default:
			o.unknown = true
		}
		o.keys.Identifiers[column.identifier] = gone
	}
	all := merged(present, earlier)
	if o.gone = isPresent || isEarlier; o.gone {
		e.say(o, p, all)
	}
	if o.objects = objects; isListed {
		o.objects = cmp.Or(objects, Suppressed)
	}
	isLeft := isPresent && objects != "" && !p.Absent // to the suppressed file
	if isLeft {
		for i, cell := range present {
			if cell != "" {
				o.owed[i] = o.keys.Identifiers[i]
			}
		}
	}
	switch {
	case isLeft && !isEarlier:
		o.reason = objects
	case isLeft:
		e.record(o, p, &row, nil, &earlier)
	case isPresent || isEarlier:
		e.record(o, p, &row, nil, &all)
	case p.Absent:
		o.reason = NotInPeople
	default:
		o.reason = AddressUnknown
	}
}

// unguarded are identifying cells without the apostrophe that stands before one for
// spreadsheets: of those the customer_id alone may be free text.
func (e *encoder) unguarded(p *Person, cells [identifiers]string) [identifiers]string {
	for i := range e.columns {
		column := &e.columns[i]
		if place := column.identifier; place >= 0 && column.Field == CustomerID && celltext.IsGuarded(cells[place], p.CustomerID) {
			cells[place] = cells[place][1:]
		}
	}
	return cells
}

// isKnown says whether a cell of a person can be made: of somebody whom people has
// forgotten only the id is known.
func (e *encoder) isKnown(column *encodedColumn, p *Person) bool {
	return !p.Absent || column.Field == CustomerID
}

// before makes the row of a suppressed file of somebody who objects, by an identifier
// that the target was given and that is not theirs any more: the tool may still hold it.
func (e *encoder) before(o *outcome, p *Person) {
	row, key := e.identify(p), p.Gone[0]
	objects := e.objection(p, &row)
	var cells [identifiers]string
	cell, known := e.spec.Handed[key]
	asks := objects == "" && e.spec.asksForAddress(p)
	switch {
	case known && e.spec.Suppression.hasCell(cell), asks && !cell.hasEmails && cell.isSuppressed:
		objects = cmp.Or(objects, Suppressed)
	case asks && !cell.hasEmails:
		o.reason = ObjectionUnknown
		return
	}
	for i := range e.columns {
		column := &e.columns[i]
		text, today := "", int64(0)
		if known && column.identifier >= 0 {
			text, today = e.renamed(column, cell, key)
		}
		switch {
		case column.identifier < 0:
			continue
		case today != 0:
			cells[column.identifier], key = text, today
		case p.Absent && column.Field == CustomerID && e.identifierOf(column, p, &row) == key:
			cells[column.identifier] = e.named(column, p, &row)
		default:
			continue
		}
		o.keys.Identifiers[column.identifier], o.before = key, true
		break
	}
	switch {
	case objects == "":
		o.reason = NotSuppressed
	case !o.before:
		o.reason = AddressUnknown
	default:
		e.record(o, p, &row, nil, &cells)
		e.suppress(o, p, cells, objects)
	}
}

// suppress makes the line of a row of a suppressed file that says something new: by what
// the target knows somebody who objects.
func (e *encoder) suppress(o *outcome, p *Person, cells [identifiers]string, objects Reason) {
	isNew := func(key int64) bool { return key != 0 && !e.spec.Told.Has(key) }
	if o.gone = e.spec.Told != nil && slices.ContainsFunc(o.keys.Identifiers[:], isNew); o.gone {
		o.objects = objects
		e.say(o, p, cells)
	}
}

// say makes the line of a row that is removed, by what the target knows it.
func (e *encoder) say(o *outcome, p *Person, cells [identifiers]string) {
	for place, cell := range cells {
		if cell != "" {
			o.said[place] = o.keys.Identifiers[place]
		}
	}
	e.lines.identifiers(e.batch, e.unguarded(p, cells))
}

// renamed is a cell of an earlier file as the column has it today, and its key: where the
// form has changed since, a clear text is put through that of today. There is none where
// the target was given nothing in that form that no member has.
func (e *encoder) renamed(column *encodedColumn, cell HandedCell, key int64) (text string, today int64) {
	switch {
	case cell.Column.isLike(column.Column):
		return cell.Text, key
	case column.form == nil || column.Field == Phone || cell.Column.Form.isHashed(),
		column.Field != cell.Column.Field || column.Apart != cell.Column.Apart:
		return "", 0
	}
	if text, _ = column.form(cell.Text, ""); text == "" {
		return "", 0
	}
	sum := e.sum(text)
	if column.hashed {
		text = hex.EncodeToString(sum[:])
	}
	if today = identifierKey(sum); today != key && !e.spec.HandedOut.Has(today) {
		return "", 0
	}
	return text, today
}

// asksForAddress says whether only the address that earlier files have beside somebody's
// id can say whether they object: people has forgotten them, and objections name
// addresses.
func (s *Spec) asksForAddress(p *Person) bool {
	return p.Absent && s.Target.Key == CustomerID && s.Suppression.namesEmails()
}

// objection returns why somebody must not be written to; none for those who may.
func (e *encoder) objection(p *Person, row *identity) Reason {
	switch {
	case p.consent(e.spec.channel()) == Refused:
		return NoConsent
	case p.Suppressed || e.spec.Suppression.has(p, row):
		return Suppressed
	}
	return ""
}

// named is an identifying cell as it stands in the file.
func (e *encoder) named(column *encodedColumn, p *Person, row *identity) string {
	text := row.emails[column.email].text
	if column.Field != Email {
		text, _ = e.text(column, p, row)
	}
	if column.hashed {
		sum := e.sum(text)
		return hex.EncodeToString(sum[:])
	}
	return text
}

// merged are the cells of both, where only one has each.
func merged(cells, others [identifiers]string) [identifiers]string {
	for i, cell := range others {
		if cell != "" {
			cells[i] = cell
		}
	}
	return cells
}

// Wanted returns the identifiers of rows that the person is not known by any more: they
// have to be looked up in the earlier export's files. Of a suppressed file they are those
// of people who object, and of all others whom a hash in the suppression files may mean,
// or an address, where people has forgotten theirs.
func (s *Spec) Wanted(people func(yield func(*Person) bool)) []int64 {
	e := newEncoder(s)
	var wanted []int64
	for p := range people {
		row := e.identify(p)
		if s.Kind == Removal {
			isAsked := len(s.Suppression.hashes) > 0 || s.asksForAddress(p) || e.objection(p, &row) != ""
			if isAsked && !e.isOwn(p, &row, p.Gone[0]) {
				wanted = append(wanted, p.Gone[0])
			}
			continue
		}
		for i := range e.columns {
			column := &e.columns[i]
			if column.identifier < 0 {
				continue
			}
			gone := p.Gone[column.identifier]
			if gone != 0 && (s.asksForAddress(p) || !e.isKnown(column, p) || e.identifierOf(column, p, &row) != gone) {
				wanted = append(wanted, gone)
			}
		}
	}
	return wanted
}

// isOwn says whether a row of what people has of a person has an identifier.
func (e *encoder) isOwn(p *Person, row *identity, key int64) bool {
	return !p.Absent && slices.ContainsFunc(e.columns, func(column encodedColumn) bool {
		return column.identifier >= 0 && e.identifierOf(&column, p, row) == key
	})
}

// HandedReader keeps the cells of wanted identifiers of a file of an earlier export.
type HandedReader struct {
	isRemoval     bool
	wanted        *Keys
	found         Handed
	known, emails map[int]Column // by their places in the header
}

// NewHandedReader returns a reader of a file with a header, of a kind, of a target as it
// was then, which adds to what is found.
func NewHandedReader(header []string, target Target, kind Kind, wanted *Keys, found Handed) *HandedReader {
	r := &HandedReader{kind == Removal, wanted, found, map[int]Column{}, map[int]Column{}}
	next := 0
	for _, column := range target.identifying(target.columnsOf(kind)) {
		if at := slices.Index(header[next:], column.Header); at >= 0 {
			r.known[next+at] = column
			next += at + 1
		} else if at := slices.Index(header, column.Header); at >= 0 {
			r.known[at] = column
		}
	}
	if kind == Full && target.Key == CustomerID {
		for _, column := range target.columnsOf(kind) {
			if at := slices.Index(header, column.Header); at >= 0 && column.Field == Email {
				r.emails[at] = column
			}
		}
	}
	return r
}

// Read takes what is wanted of a row.
func (r *HandedReader) Read(record []string) {
	for at, column := range r.known {
		key, ok := cellKey(record[at], column.Form.isHashed())
		if !ok || !r.wanted.Has(key) {
			continue
		}
		cell := r.found[key]
		cell.Text, cell.Column = strings.Clone(record[at]), column
		cell.isSuppressed, cell.hasEmails = cell.isSuppressed || r.isRemoval, cell.hasEmails || len(r.emails) > 0
		for at, column := range r.emails {
			if record[at] != "" {
				cell.emails = append(cell.emails, HandedCell{Text: strings.Clone(record[at]), Column: column})
			}
		}
		r.found[key] = cell
	}
}

// cellKey is the key of an identifying cell of a file.
func cellKey(cell string, isHashed bool) (key int64, ok bool) {
	var sum [sha256.Size]byte
	switch {
	case cell == "":
		return 0, false
	case isHashed:
		n, err := hex.Decode(sum[:], []byte(cell))
		if err != nil || n != len(sum) {
			return 0, false
		}
	default:
		sum = sha256.Sum256([]byte(cell))
	}
	return identifierKey(sum), true
}
