package platform

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
)

// Keys are identifiers by their digests, RowKey.Identifiers of rows.
type Keys struct{ sorted []int64 }

// NewKeys returns keys, in any order.
func NewKeys(keys []int64) *Keys {
	slices.Sort(keys)
	return &Keys{keys}
}

// has says whether a key is among them; none is among nil.
func (k *Keys) has(key int64) bool {
	if k == nil {
		return false
	}
	_, found := slices.BinarySearch(k.sorted, key)
	return found
}

// Handed are cells by which an earlier export let the target know people, by the key
// of each.
type Handed map[int64]string

// exit makes the row that takes somebody out: the identifiers that are gone, whether they
// are a member, which they are not, and nothing else. Identifiers that are not the
// person's any more, or of somebody whom people has forgotten, are named as the earlier
// export named them. Who objected leaves by the suppressed file, which has the address
// that people has; another leaves here.
func (e *encoder) exit(o *outcome, p *Person) {
	row := e.identify(p)
	var present, earlier [identifiers]string
	var isPresent, isEarlier bool
	for i := range e.columns {
		column := &e.columns[i]
		if column.identifier < 0 || p.Gone[column.identifier] == 0 {
			continue
		}
		gone := p.Gone[column.identifier]
		if e.isKnown(column, p) && e.identifierOf(column, p, &row) == gone {
			present[column.identifier] = e.named(column, p, &row)
			isPresent = true
		} else if cell, known := e.spec.Handed[gone]; known {
			earlier[column.identifier] = cell
			isEarlier = true
		} else {
			o.unknown = true
		}
		o.keys.Identifiers[column.identifier] = gone
	}
	all := merged(present, earlier)
	if o.gone = isPresent || isEarlier; o.gone {
		e.lines.identifiers(e.batch, e.unguarded(p, all))
	}
	objects := e.objection(p, &row)
	switch {
	case isPresent && objects != "" && !isEarlier:
		o.reason = objects
	case isPresent && objects != "":
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
		if place := column.identifier; place >= 0 && column.Field == CustomerID && isGuarded(cells[place], p.CustomerID) {
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

// objection returns why somebody leaves by the suppressed file; none for those who do
// not.
func (e *encoder) objection(p *Person, row *identity) Reason {
	switch {
	case p.Absent:
		return ""
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

// Wanted returns the identifiers of a row of an exited file that the person is not
// known by any more: they have to be looked up in the earlier export's files.
func (s *Spec) Wanted(people func(yield func(*Person) bool)) []int64 {
	e := newEncoder(s)
	var wanted []int64
	for p := range people {
		row := e.identify(p)
		for i := range e.columns {
			column := &e.columns[i]
			if column.identifier < 0 {
				continue
			}
			gone := p.Gone[column.identifier]
			if gone != 0 && !(e.isKnown(column, p) && e.identifierOf(column, p, &row) == gone) {
				wanted = append(wanted, gone)
			}
		}
	}
	return wanted
}

// ReadHanded reads a file of an earlier export of a target, and keeps the cells of the
// wanted identifiers.
func ReadHanded(ctx context.Context, file io.Reader, target Target, wanted *Keys, found Handed) error {
	reader := csv.NewReader(file)
	reader.Comma, reader.ReuseRecord = rune(target.delimiter()), true
	header, err := reader.Read()
	if err != nil {
		return err
	}
	hashed := map[int]bool{} // of the places of what identifies
	next := 0
	for _, column := range target.IdentifyingColumns() {
		if at := slices.Index(header[next:], column.Header); at >= 0 {
			hashed[next+at] = column.Form.isHashed()
			next += at + 1
		} else if at := slices.Index(header, column.Header); at >= 0 {
			hashed[at] = column.Form.isHashed()
		}
	}
	for rows := 0; ; rows++ {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errors.New("it is no file that an export wrote")
		}
		if rows%batchRows == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		for at, isHashed := range hashed {
			key, ok := cellKey(record[at], isHashed)
			if ok && wanted.has(key) {
				found[key] = strings.Clone(record[at])
			}
		}
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
