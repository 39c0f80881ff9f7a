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
	key := int64(binary.BigEndian.Uint64(sum[:]))
	if key == 0 {
		return 1 // 0 stands for none
	}
	return key
}

// rowDigest is the digest of a row that begins at a place, without the cells of the day of
// the run: by them every row would change every night.
func (e *encoder) rowDigest(row []byte, start int, cells []span) int64 {
	if !slices.ContainsFunc(e.columns, func(c encodedColumn) bool { return c.isDay }) {
		return int64(xxh3.Hash(row))
	}
	e.buffer = e.buffer[:0]
	from := 0
	for i, column := range e.columns {
		if column.isDay {
			e.buffer = append(e.buffer, row[from:cells[i].from-start]...)
			from = cells[i].to - start
		}
	}
	e.buffer = append(e.buffer, row[from:]...)
	return int64(xxh3.Hash(e.buffer))
}

// compare holds a row to what the earlier exports have of it.
func (e *encoder) compare(o *outcome, p *Person) {
	o.sameKeys = o.keys.Identifiers == p.WasKeys.Identifiers
	o.sameRow = o.keys.Row == p.WasKeys.Row
	for _, key := range o.keys.Identifiers {
		o.anyKey = o.anyKey || key != 0 && slices.Contains(p.WasKeys.Identifiers[:], key)
	}
}

// needsLine says whether a row may be a change. Those of a campaign may come into
// another arm.
func (e *encoder) needsLine(o *outcome) bool {
	return e.spec.Changes && e.spec.Kind == Full && (e.spec.Place != nil || o.was == "" || !o.sameKeys || !o.sameRow)
}
