package platform

import (
	"crypto/sha256"
	"encoding/hex"
	"math"

	"cbv/valuation/celltext"
)

// next begins a cell.
func (e *encoder) next(column int) {
	if column > 0 && !e.spec.Target.Table {
		e.batch.records = append(e.batch.records, e.spec.Target.delimiter())
	}
}

// column appends the cell of one of the target's own columns.
func (e *encoder) column(at int, p *Person, row *identity, o *outcome) {
	column := &e.columns[at]
	if column.Fixed != "" {
		e.put(TextCell(column.fixed))
		return
	}
	if column.Field == Value {
		e.value(at, p.Value, o)
		return
	}
	raw := p.raw(column.Field)
	if raw == "" {
		e.put(Cell{})
		return
	}
	var text string
	var reason Reason
	if column.Field == Email {
		cell := &row.emails[column.email]
		text, reason = e.fit(column, cell.text, cell.reason)
		if column.Apart {
			raw, reason = "", "" // it was counted with the column before
			if text == row.emails[column.email-1].text {
				text = ""
			}
		}
		e.identifier(o, column, text, &cell.sum)
	} else {
		if text, reason = e.text(column, p, row); column.identifier >= 0 && text != "" {
			sum := e.sum(text)
			e.identifier(o, column, text, &sum)
			if column.hashed {
				e.putHash(sum)
				o.had |= 1 << at
				return
			}
		}
	}
	if raw != "" && celltext.Trim(raw) != "" {
		o.had |= 1 << at
	}
	if reason != "" {
		e.note(at, reason, raw)
	}
	e.guarded[at] = !column.hashed && celltext.IsGuarded(text, p.raw(column.Field))
	switch {
	case column.hashed && text != "" && column.Field == Email:
		e.putHash(row.emails[column.email].sum)
	case column.hashed && text != "":
		e.putHash(e.sum(text))
	default:
		e.put(TextCell(text))
	}
}

// identifier keeps what identifies a row.
func (e *encoder) identifier(o *outcome, column *encodedColumn, text string, sum *[sha256.Size]byte) {
	if column.identifier >= 0 && text != "" {
		o.keys.Identifiers[column.identifier] = identifierKey(*sum)
	}
}

// text is the cell of a column that is no e-mail, before any hash.
func (e *encoder) text(column *encodedColumn, p *Person, row *identity) (text string, reason Reason) {
	switch {
	case column.Field == Phone && row.phone == "":
		return "", row.phoneReason
	case column.Field == Phone:
		text, reason = column.form(row.phone, row.country)
		return e.fit(column, text, reason)
	case e.withoutAddress(column, p):
		if celltext.Trim(p.raw(column.Field)) != "" {
			reason = NamesMissing
		}
		return "", reason
	case column.form != nil:
		text, reason = column.form(p.raw(column.Field), row.country)
		return e.fit(column, text, reason)
	case column.Field == CustomerID:
		text, _ = celltext.ID(p.raw(CustomerID), 0)
		return e.fit(column, text, "")
	}
	text, clipped := celltext.Free(p.raw(column.Field), e.spec.Target.ClipBytes)
	if clipped {
		reason = Clipped
	}
	return text, reason
}

// fit is a cell as long as the target takes one. What names somebody is never clipped: it
// would name somebody else, so there is none.
func (e *encoder) fit(column *encodedColumn, text string, reason Reason) (string, Reason) {
	switch most := e.spec.Target.ClipBytes; {
	case column.hashed || most == 0 || len(text) <= most:
		return text, reason
	case !column.Field.namesSomebody():
		return celltext.Clip(text, most), Clipped
	case e.isTooLong(column, text):
		return "", TooLong
	}
	return text, reason
}

// isTooLong says whether a cell that names somebody is longer than the target takes one.
// What takes people out takes them out by whatever the target was given.
func (e *encoder) isTooLong(column *encodedColumn, text string) bool {
	most := e.spec.Target.ClipBytes
	return most > 0 && len(text) > most && !column.hashed && column.Field.namesSomebody() && e.spec.Kind != Exited && e.spec.Kind != Removal
}

// note notes a cell that is blank or clipped, and of the batch's first such one of a
// column the shape.
func (e *encoder) note(at int, reason Reason, raw string) {
	n := note{column: at, reason: reason}
	if at < mostColumns && e.shaped&(1<<at) == 0 {
		e.shaped |= 1 << at
		n.shape = celltext.Shape(raw)
	}
	e.batch.notes = append(e.batch.notes, n)
}

// only appends the cell of an identifier that an earlier export gave out.
func (e *encoder) only(at int, cells *[identifiers]string) {
	if place := e.columns[at].identifier; place >= 0 {
		e.put(TextCell(cells[place]))
		return
	}
	e.put(Cell{})
}

// withoutAddress says whether a column is of an address without the names that
// it is nothing without.
func (e *encoder) withoutAddress(column *encodedColumn, p *Person) bool {
	if !e.spec.Target.AddressNeedsNames || column.Field != Country && column.Field != Zip {
		return false
	}
	return isBlankName(p.FirstName) || isBlankName(p.LastName)
}

// isBlankName says whether nothing is left of a name as ad platforms take it.
func isBlankName(name string) bool {
	return celltext.WithoutSpaces(celltext.WithoutPunctuation(name)) == ""
}

// value appends what a customer is worth to the shop, as ad platforms weigh
// their likeness: finite, and 0 or more.
func (e *encoder) value(at int, cell Cell, o *outcome) {
	if cell.Type != Null {
		o.had |= 1 << at
	}
	if cell.Type != Null && (cell.Type != Number || !finite(cell.Number) || cell.Number < 0) {
		e.batch.notes = append(e.batch.notes, note{column: at, reason: ValueInvalid})
		cell = Cell{}
	}
	e.put(cell)
}

// attribute appends a cell of the user's, one of the extra ones.
func (e *encoder) attribute(at, extra int, attribute Attribute, cell Cell) {
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
		cell.Text = valid(cell.Text)
	case cell.Type == Text:
		raw, clipped := cell.Text, false
		if cell.Text, clipped = celltext.Free(cell.Text, e.spec.Target.ClipBytes); clipped {
			e.batch.notes = append(e.batch.notes, note{column: at, reason: Clipped})
		}
		e.guarded[len(e.columns)+extra] = celltext.IsGuarded(cell.Text, raw)
	}
	if reason != "" {
		e.batch.notes = append(e.batch.notes, note{column: at, reason: reason})
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
		b.records = celltext.Append(b.records, cell.Text, e.spec.Target.delimiter())
	case Number:
		b.records = celltext.AppendNumber(b.records, cell.Number)
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
