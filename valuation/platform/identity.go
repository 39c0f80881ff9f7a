package platform

import (
	"crypto/sha256"
	"strings"

	"cbv/valuation/celltext"
	"cbv/valuation/region"
)

// identity is what a target reads of a person's identifiers.
type identity struct {
	emails      [identifiers]emailCell // in the order of its columns
	phone       string                 // in E.164
	phoneReason Reason
	byPhone     bool   // the channel knows people by their phone
	country     string // where their phones are dialled and their states are
}

// emailCell is an e-mail in a form of the target; empty where there is none.
type emailCell struct {
	text   string
	reason Reason
	sum    [sha256.Size]byte // where there is a text
}

func (e *encoder) identify(p *Person) identity {
	row := identity{byPhone: e.spec.channel() == AdsChannel, country: e.country(p)}
	if p.Email != "" {
		for i, form := range e.emails {
			cell := &row.emails[i]
			cell.text, cell.reason = form(p.Email, row.country)
			switch {
			case cell.text == "":
			case i > 0 && cell.text == row.emails[i-1].text:
				cell.sum = row.emails[i-1].sum
			default:
				cell.sum = e.sum(cell.text)
			}
		}
	}
	row.phone, row.phoneReason = parsePhone(p.Phone, row.country)
	return row
}

// country returns where a person is: by the person's country, which is nearer than
// the shop's region. What people call countries is looked up once.
func (e *encoder) country(p *Person) string {
	if p.Country == "" {
		return e.spec.Region
	}
	const mostNames = 4096 // a column of something else than countries may not fill the memory
	code, known := e.regions[p.Country]
	if !known {
		code = regionOf(p, e.spec.Region)
		if len(e.regions) < mostNames {
			e.regions[strings.Clone(p.Country)] = code
		}
	}
	return code
}

// regionOf is where a person's phone is dialled: the person's country, and the shop's
// region where that is blank. Where it is called by a name that nobody knows it is not
// known: in the shop's region the number would be somebody else's.
func regionOf(p *Person, shop string) string {
	name := celltext.Trim(p.Country)
	if name == "" {
		return shop
	}
	if country := region.Country(name); region.IsDialled(country) {
		return country
	}
	return ""
}

func (e *encoder) sum(text string) [sha256.Size]byte {
	e.buffer = append(e.buffer[:0], text...)
	return sha256.Sum256(e.buffer)
}

// identifiesAnywhere says whether a column of a suppressed file has what rows of the
// full one are known by.
func (e *encoder) identifiesAnywhere(column *encodedColumn) bool {
	return column.Fixed == "" && (column.identifier >= 0 || e.spec.Target.identifies(column.Column))
}

// identifierOf returns the key of an identifying cell, 0 for a blank one.
func (e *encoder) identifierOf(column *encodedColumn, p *Person, row *identity) int64 {
	switch column.Field {
	case Email:
		text := row.emails[column.email].text
		if text == "" || e.isTooLong(column, text) || column.Apart && row.emails[column.email].text == row.emails[column.email-1].text {
			return 0
		}
		return identifierKey(row.emails[column.email].sum)
	case Phone:
		if row.phone == "" {
			return 0
		}
		text, _ := column.form(row.phone, row.country)
		return identifierKey(e.sum(text))
	}
	text, _ := e.text(column, p, row)
	if text == "" {
		return 0
	}
	return identifierKey(e.sum(text))
}
