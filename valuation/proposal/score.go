package proposal

import (
	"fmt"
	"slices"

	"github.com/dustin/go-humanize"

	"cbv/valuation/engine"
	"cbv/valuation/vocabulary"
)

// Certainty is how sure a proposal is.
type Certainty int

// The certainties.
const (
	Sure Certainty = iota
	Likely
	Guess
)

func (c Certainty) String() string { return [...]string{"sure", "likely", "a guess"}[c] }

// found is the column of a role.
type found struct {
	*column
	sure Certainty
	why  string
}

func (f *found) columnOrNil() *column {
	if f == nil {
		return nil
	}
	return f.column
}

// role is what a column of a plain table may be for, by its subject's names and its
// values. A column whose name only begins or ends with such a name is a likely one.
type role struct {
	name string
	fits func(column) bool
}

// roles of plain tables, in the order in which they take their columns.
var roles = []role{
	{"time", column.isTimeLike},
	{"customer", column.isIDLike},
	{"order", column.isIDLike},
	{"quantity", column.isNumberLike},
	{"price", column.isNumberLike},
	{"line", column.isNumberLike},
	{"total", column.isNumberLike},
	{"net", column.isNumberLike},
	{"subtotal", column.isNumberLike},
	{"amount", column.isNumberLike},
	{"discount", column.isNumberLike},
	{"tax", column.isNumberLike},
	{"shipping", column.isNumberLike},
	{"refunded", column.isNumberLike},
	{"margin", column.isNumberLike},
	{"currency", column.isText},
	{"channel", column.isText},
	{"type", column.isText},
}

func (c column) isTimeLike() bool   { return c.reads(column.isTime) }
func (c column) isNumberLike() bool { return c.reads(column.isNumber) }
func (c column) isText() bool       { return c.Type == engine.Varchar }

// isIDLike reports whether values could name something: text or whole numbers.
func (c column) isIDLike() bool {
	if c.filled == 0 || c.isTime() || c.Type == engine.Boolean || c.Type == engine.Other || c.Type == engine.Doubles {
		return false
	}
	return !c.isNumber() || c.whole == c.filled
}

func (r role) subject() vocabulary.Subject { return vocabulary.Subject(r.name) }

// roles assigns the columns of a table to what they are for: by their names, and where
// these say nothing, by their values.
func (t *table) roles() map[string]*found {
	taken := map[string]*found{}
	isTaken := func(c *column) bool {
		for _, f := range taken {
			if f.column == c {
				return true
			}
		}
		return false
	}
	for _, r := range roles {
		best, bestPlace := (*column)(nil), 0
		for i := range t.columns {
			c := &t.columns[i]
			place := vocabulary.Place(r.subject(), c.Name)
			fits := r.fits(*c) || r.name == "time" && place >= 0 && c.looksLikeEpoch()
			if place < 0 || !fits || isTaken(c) || c.filled == 0 {
				continue
			}
			if best == nil || place+c.penalty(r.name) < bestPlace {
				best, bestPlace = c, place+c.penalty(r.name)
			}
		}
		if best == nil {
			continue
		}
		sure := Sure
		if bestPlace >= len(vocabulary.Names(r.subject())) {
			sure = Likely
		}
		taken[r.name] = &found{best, sure, "by its name; " + best.looks()}
	}
	if taken["quantity"] == nil || taken["price"] == nil {
		// What could be the money of a line is that of the row.
		for _, role := range []string{"line", "price"} {
			if f := taken[role]; f != nil && taken["amount"] == nil && taken["total"] == nil && taken["net"] == nil && taken["subtotal"] == nil {
				taken["amount"] = f
			}
			delete(taken, role)
		}
		delete(taken, "quantity")
	}
	t.byValues(taken, isTaken)
	if taken["order"] != nil && taken["customer"] == nil {
		delete(taken, "order")
		t.byValues(taken, isTaken)
	}
	return taken
}

// penalty moves a column back whose values speak against a role: a customer that is
// nearly always another one is rather an order.
func (c *column) penalty(role string) int {
	const far = 1000
	switch {
	case role == "customer" && c.filled > 100 && c.distinct*100 >= c.filled*99:
		return far
	case role == "customer" && c.distinct <= 1, c.guessed != "":
		return far
	}
	return 0
}

// byValues finds the columns that a mapping cannot do without and whose names say
// nothing.
func (t *table) byValues(taken map[string]*found, isTaken func(*column) bool) {
	free := func(fits func(column) bool) (columns []*column) {
		for i := range t.columns {
			if c := &t.columns[i]; !isTaken(c) && c.filled > 0 && fits(*c) {
				columns = append(columns, c)
			}
		}
		return columns
	}
	certainty := func(columns []*column) Certainty {
		if len(columns) == 1 {
			return Likely
		}
		return Guess
	}
	if times := free(column.isTimeLike); taken["time"] == nil && len(times) > 0 {
		best := slices.MaxFunc(times, func(a, b *column) int { return int(a.distinct - b.distinct) })
		taken["time"] = &found{best, certainty(times), "the name says nothing; " + best.looks()}
	}
	money := func(c column) bool {
		return c.isNumber() && (c.Type != engine.Bigint || c.negative > 0) && c.distinct > 1
	}
	hasMoney := slices.ContainsFunc([]string{"amount", "total", "net", "subtotal", "line"}, func(role string) bool { return taken[role] != nil }) || taken["quantity"] != nil && taken["price"] != nil
	if amounts := free(money); !hasMoney && len(amounts) > 0 {
		fractions := slices.DeleteFunc(slices.Clone(amounts), func(c *column) bool { return c.whole == c.filled })
		if len(fractions) > 0 {
			amounts = fractions
		}
		best := slices.MaxFunc(amounts, func(a, b *column) int { return int(a.distinct - b.distinct) })
		taken["amount"] = &found{best, certainty(amounts), "the name says nothing; " + best.looks()}
	}
	repeats := func(c column) bool {
		return c.isIDLike() && c.distinct > 2 && c.distinct*100 < c.filled*98
	}
	isMany := func(c *column) bool { return c.distinct > mostValues/2 }
	unique := func(c column) bool { return c.isIDLike() && c.distinct*100 >= c.filled*80 }
	if taken["customer"] == nil {
		if ids := free(repeats); len(ids) > 0 {
			// Of two ids the order is the one with more values, and what has few is none.
			best := slices.MaxFunc(ids, func(a, b *column) int { return int(a.distinct - b.distinct) })
			if many := slices.DeleteFunc(slices.Clone(ids), func(c *column) bool { return !isMany(c) }); len(many) > 0 {
				ids = many
				best = slices.MinFunc(many, func(a, b *column) int { return int(a.distinct - b.distinct) })
			}
			taken["customer"] = &found{best, certainty(ids), "the name says nothing; " + best.looks()}
		}
	}
	if ids := free(unique); taken["order"] == nil && taken["customer"] != nil && len(ids) > 0 {
		best := slices.MaxFunc(ids, func(a, b *column) int { return int(a.distinct - b.distinct) })
		if best.distinct > taken["customer"].distinct {
			taken["order"] = &found{best, certainty(ids), "the name says nothing; " + best.looks()}
		}
	}
}

// looks says what the values of a column look like.
func (c column) looks() string {
	text := ""
	switch {
	case c.Type == engine.Varchar && c.asText != nil:
		text = c.asText.about + ", as text"
	case c.isTime() && c.typed != nil:
		text = c.typed.about
	case c.isTime():
		text = string(c.Type) + "s"
	case c.isNumber():
		text = "numbers"
		if c.negative > 0 {
			text += fmt.Sprintf(", %d of them negative", c.negative)
		}
	case c.Type == engine.Varchar:
		text = "text"
	default:
		text = string(c.Type)
	}
	return fmt.Sprintf("%s, about %s values in %s", text, humanize.Comma(rounded(min(c.distinct, c.filled))), rowsOf(c.filled))
}

// rounded keeps two digits of a number that is only about right.
func rounded(n int64) int64 {
	unit := int64(1)
	for n/unit >= 100 {
		unit *= 10
	}
	return (n + unit/2) / unit * unit
}

// isMoneyName reports whether a column is money by its name.
func isMoneyName(name string) bool {
	return slices.ContainsFunc([]vocabulary.Subject{
		vocabulary.Price, vocabulary.Line, vocabulary.Total, vocabulary.Net, vocabulary.Subtotal, vocabulary.Amount, vocabulary.Discount,
		vocabulary.Tax, vocabulary.Shipping, vocabulary.Refund, vocabulary.Margin,
	}, func(s vocabulary.Subject) bool { return vocabulary.Place(s, name) >= 0 })
}
