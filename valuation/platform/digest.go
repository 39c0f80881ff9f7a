package platform

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/zeebo/xxh3"
)

// RowKey is what is kept of a row beside its customer: digests, by which the next
// export sees what the target knows somebody by, and whether the row has changed.
type RowKey struct {
	// Identifiers are of the cells by which the target knows the row, in the order of
	// its columns: the first eight bytes of their SHA-256. 0: the cell is blank.
	Identifiers [identifiers]int64
	Row         int64 // of the whole row
}

// identifierKey is the digest of a cell that identifies, by its SHA-256.
func identifierKey(sum [sha256.Size]byte) int64 {
	return digestKey(digest(sum[:16]))
}

// digestKey is the same of the first half of the SHA-256.
func digestKey(half digest) int64 {
	key := int64(binary.BigEndian.Uint64(half[:]))
	if key == 0 {
		return 1 // 0 stands for none
	}
	return key
}

// rowDigest is the digest of a row that begins at a place, without some of its cells.
func (e *encoder) rowDigest(row []byte, start int, cells []span, without func(column int) bool) int64 {
	e.buffer = e.buffer[:0]
	from, isWhole := 0, true
	for i := range e.columns {
		if without(i) {
			e.buffer = append(e.buffer, row[from:cells[i].from-start]...)
			from, isWhole = cells[i].to-start, false
		}
	}
	if isWhole {
		return int64(xxh3.Hash(row))
	}
	e.buffer = append(e.buffer, row[from:]...)
	return int64(xxh3.Hash(e.buffer))
}

// isDay says whether a column is the day of the run: by it every row would change every
// night.
func (e *encoder) isDay(column int) bool { return e.columns[column].isDay }

// compared is a row held to what the earlier exports have of it.
type compared struct {
	keys     RowKey
	sameKeys bool // as all earlier exports have them
	sameRow  bool
	anyKey   bool // one of its identifiers is as before
}

func (c *compared) compare(p *Person) {
	c.sameKeys = c.keys.Identifiers == p.WasKeys.Identifiers
	c.sameRow = c.keys.Row == p.WasKeys.Row
	for _, key := range c.keys.Identifiers {
		c.anyKey = c.anyKey || key != 0 && slices.Contains(p.WasKeys.Identifiers[:], key)
	}
}

// isUniquePhone says whether a column has a phone that the target takes once.
func (e *encoder) isUniquePhone(column int) bool {
	c := &e.columns[column]
	return e.spec.Target.UniquePhone && c.Field == Phone && c.Fixed == ""
}

// withoutPhone compares a row as it is where an earlier one has its phone.
func (e *encoder) withoutPhone(o *outcome, p *Person, row []byte, start int) {
	o.phoneless.keys.Identifiers = o.keys.Identifiers
	for i := range e.columns {
		if place := e.columns[i].identifier; place >= 0 && e.isUniquePhone(i) {
			o.phoneless.keys.Identifiers[place] = 0
		}
	}
	o.phoneless.keys.Row = e.rowDigest(row, start, e.cells, func(i int) bool { return e.isDay(i) || e.isUniquePhone(i) })
	o.phoneless.compare(p)
}

// needsLine says whether a row may be a change. Those of a campaign may come into
// another arm.
func (e *encoder) needsLine(o *outcome) bool {
	isSame := o.sameKeys && o.sameRow && (o.phone == 0 || o.phoneless.sameKeys && o.phoneless.sameRow)
	return e.spec.Changes && e.spec.Kind == Full && (e.spec.Place != nil || o.was == "" || !isSame)
}
