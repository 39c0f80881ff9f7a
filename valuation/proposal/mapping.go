package proposal

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/source"
	"cbv/valuation/vocabulary"
)

// Mapping is a proposal of how the orders of a table are read.
type Mapping struct {
	Shape       string // what the table is taken for
	Sure        Certainty
	Why         string
	Columns     []Column
	Keep        []Keep
	Grain       string
	Currency    string // "" unknown
	CurrencyWhy string
	Currencies  []string // values of a currency column that has several
	CurrencyIn  string   // the currency column
	Says        []string // what to know of the money and the rows
	Unused      []string // columns that nothing was made of
	IsPlatform  bool     // the table is the export of a platform, whose other columns are not needed

	table      *table
	understood []string
	holdsState bool // see export
}

// Column is what one of our columns is read from.
type Column struct {
	Key        string // of orders.columns
	Expression string
	Sure       Certainty
	Why        string
}

// Keep is a part of orders.keep.
type Keep struct {
	Condition string
	Why       string
	Rows      int64 // that do not meet it

	column string
}

// propose returns the best mapping of a table, nil where it holds no orders. currency is
// the shop's where somebody has said it.
func propose(ctx context.Context, e engine.Engine, t *table, currency string) (*Mapping, error) {
	for _, x := range exports {
		if !x.isOf(t) {
			continue
		}
		m, err := x.propose(ctx, e, t, currency)
		if err != nil || m != nil {
			return m, m.finish(ctx, e, err)
		}
	}
	m, err := plain(ctx, e, t, currency)
	return m, m.finish(ctx, e, err)
}

// isOf reports whether a table has the columns that tell the export.
func (x export) isOf(t *table) bool {
	for _, any := range x.tells {
		if !slices.ContainsFunc(any, func(name string) bool { return t.named(name) != nil }) {
			return false
		}
	}
	return true
}

// told are the columns by which the export was recognised.
func (x export) told(t *table) []string {
	var names []string
	for _, any := range x.tells {
		for _, name := range any {
			if c := t.named(name); c != nil {
				names = append(names, c.Name)
				break
			}
		}
	}
	return names
}

// propose maps a table by an export, nil where it lacks what the export needs.
func (x export) propose(ctx context.Context, e engine.Engine, t *table, currency string) (*Mapping, error) {
	r := newResolver(e, t, x)
	m := &Mapping{Shape: x.name, Sure: Sure, Why: "it has " + strings.Join(x.told(t), ", "), Grain: x.grain, Says: slices.Clone(x.says), IsPlatform: true, table: t, Currency: currency, holdsState: x.holdsState}
	m.currencyOf(r.roles["currency"])
	if m.Currency != "" {
		minor, err := config.Value{Currency: m.Currency}.MinorPerUnit()
		if err != nil {
			return nil, err
		}
		r.minor = minor
	}
	for _, c := range x.columns {
		made, err := r.choose(ctx, c.options)
		if err != nil {
			return nil, err
		}
		if !made.is {
			return nil, nil
		}
		m.Columns = append(m.Columns, Column{Key: c.name, Expression: made.text, Sure: made.sure, Why: joined(made.why)})
	}
	for _, c := range x.keep {
		made, err := r.expand(ctx, c.text)
		if err != nil {
			return nil, err
		}
		if made.is && (c.unless == "" || r.roles[c.unless] == nil) {
			m.Keep = append(m.Keep, Keep{Condition: made.text, Why: c.why})
		}
	}
	m.understood = r.uses()
	return m, nil
}

// joined is a list of reasons, each said once.
func joined(reasons []string) string {
	var unique []string
	for _, reason := range reasons {
		if !slices.Contains(unique, reason) {
			unique = append(unique, reason)
		}
	}
	return strings.Join(unique, "; ")
}

// currencyOf takes the currency from a column of one value, whatever else was said of
// it: that is an error of finish.
func (m *Mapping) currencyOf(c *column) {
	if m.Currency != "" {
		m.CurrencyWhy = "as it was said with --currency"
	}
	if c == nil {
		return
	}
	var codes []string
	for _, v := range c.values {
		code := strings.ToUpper(strings.TrimSpace(v.value))
		if currencyCode.MatchString(code) && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	switch {
	case len(codes) == 1:
		m.CurrencyIn = c.Name
		m.Currency, m.CurrencyWhy = codes[0], "the one currency of the column "+c.Name
	case len(codes) > 1:
		m.Currencies, m.CurrencyIn = codes, c.Name
	}
}

var currencyCode = regexp.MustCompile(`^[A-Z]{3}$`)

// finish counts what each condition leaves out, and names the columns that nothing was
// made of.
func (m *Mapping) finish(ctx context.Context, e engine.Engine, err error) error {
	if err != nil || m == nil {
		return err
	}
	if len(m.Keep) > 0 {
		var items []string
		for _, k := range m.Keep {
			items = append(items, "count(*) filter (not ("+k.Condition+"))")
		}
		rows, err := numbers(ctx, e, m.table.name, items)
		if err != nil {
			return err
		}
		for i := range m.Keep {
			m.Keep[i].Rows = int64(rows[i])
		}
	}
	if err := m.mapCurrency(ctx, e); err != nil {
		return err
	}
	m.mapVersion()
	m.useNames()
	for _, c := range m.table.columns {
		if m.Currency == "" && len(m.Currencies) == 0 && c.currency != "" && slices.Contains(m.understood, c.Name) {
			m.Currency, m.CurrencyWhy = c.currency, "the currency beside every amount of the column "+c.Name
		}
	}
	for _, c := range m.table.columns {
		if !slices.Contains(m.understood, c.Name) {
			m.Unused = append(m.Unused, c.Name)
		}
		for i, mapped := range m.Columns {
			if c.guessed != "" && mapped.Key == "ordered_at" && slices.Contains(m.understood, c.Name) {
				m.Columns[i].Sure, m.Columns[i].Why = Guess, mapped.Why+"; "+c.guessed
			}
			if c.unread > 0 && c.asText != nil && slices.Contains(m.understood, c.Name) && (mapped.Expression == c.Name || strings.Contains(mapped.Expression, identifier(c.Name))) {
				m.Says = append(m.Says, fmt.Sprintf("%s has %d texts that are no %s: these rows are quarantined.", c.Name, c.unread, c.asText.about))
				break
			}
		}
	}
	return nil
}

// mapCurrency maps a column of one currency, so that tomorrow's order in another one is
// not added up with the others. It has to have a value wherever a row counts.
func (m *Mapping) mapCurrency(ctx context.Context, e engine.Engine) error {
	if m.CurrencyIn == "" || len(m.Currencies) > 1 {
		return nil
	}
	c := m.table.find(m.CurrencyIn)
	condition := c.as("value") + " is null"
	for _, k := range m.Keep {
		condition += " and " + k.Condition
	}
	missing, err := numbers(ctx, e, m.table.name, []string{"count(*) filter (" + condition + ")"})
	if err != nil || missing[0] > 0 {
		return err
	}
	expression := identifier(c.Name)
	if slices.ContainsFunc(c.values, func(v valueCount) bool { return !currencyCode.MatchString(v.value) }) {
		expression = "upper(trim(" + expression + "))"
	}
	m.Columns = append(m.Columns, Column{Key: "currency", Expression: expression, Sure: Sure, Why: "an order in another currency would need rates, and is not added up without"})
	return nil
}

// mapVersion lets the newest export of an order stand, where each of them holds orders
// as they were on its day: without it an order that was cancelled since would stand as
// an earlier one has it. Parquet files that are read as they are have no such column.
func (m *Mapping) mapVersion() {
	if m.holdsState && len(m.table.csv) > 0 {
		m.Columns = append(m.Columns, Column{Key: "version", Expression: source.ExportColumn, Sure: Sure, Why: "the number of the export: of an order that is in several the newest stands, as it was cancelled, edited or refunded since"})
	}
}

// useNames writes a mapping that is a column alone as its name, without SQL's quotes.
func (m *Mapping) useNames() {
	for i := range m.Columns {
		for _, c := range m.table.columns {
			if m.Columns[i].Expression == identifier(c.Name) {
				m.Columns[i].Expression = c.Name
			}
		}
	}
}

// Column returns the mapping of one of our columns.
func (m *Mapping) Column(key string) (Column, bool) {
	for _, c := range m.Columns {
		if c.Key == key {
			return c, true
		}
	}
	return Column{}, false
}

// voidWords are what columns say of an order that is no sale.
var voidWords = []string{
	"cancelled", "canceled", "cancel", "voided", "void", "failed", "declined", "expired", "abandoned", "draft", "pending", "pending payment", "pending_payment", "unpaid", "awaiting payment",
	"awaiting_payment", "on-hold", "on hold", "fraud", "test", "storniert", "abgebrochen", "offen", "unbezahlt", "annule", "annulee", "cancelado", "cancelada", "geannuleerd", "rejected", "trash", "deleted",
}

// keeps proposes conditions for the columns that say that a row is no sale.
func (t *table) keeps() []Keep {
	var keeps []Keep
	for i := range t.columns {
		c := &t.columns[i]
		says := func(s vocabulary.Subject) bool { return vocabulary.Says(s, c.Name) }
		text := c.as("text")
		add := func(condition, why string) {
			keeps = append(keeps, Keep{Condition: condition, Why: why, column: c.Name})
		}
		isFlag := c.Type == engine.Boolean || len(c.values) > 0 && len(c.values) <= 2
		switch {
		case says(vocabulary.Test) && isFlag:
			add(noFlag(text), "test orders")
		case says(vocabulary.Cancelled) && isFlag:
			add(noFlag(text), "cancelled orders")
		case says(vocabulary.Live) && isFlag:
			add("coalesce(lower("+text+"), 'true') not in ('false', '0', 'no', 'test')", "test mode")
		case says(vocabulary.CancelledAt):
			add(c.as("value")+" is null", "cancelled orders")
		case (says(vocabulary.Status) || says(vocabulary.Payment)) && len(c.values) > 0:
			var words []string
			for _, v := range c.values {
				if word := strings.ToLower(strings.TrimSpace(v.value)); slices.Contains(voidWords, word) {
					words = append(words, engine.Quote(word))
				}
			}
			if len(words) > 0 {
				add("coalesce(lower(trim("+text+")), '') not in ("+strings.Join(words, ", ")+")", "orders that were cancelled, or that nobody has paid for")
			}
		}
	}
	return keeps
}

// noFlag is the condition that a flag of whatever spelling is not set.
func noFlag(text string) string {
	return "coalesce(lower(" + text + "), 'false') not in ('true', '1', 'yes', 'y', 't', 'x', 'ja')"
}
