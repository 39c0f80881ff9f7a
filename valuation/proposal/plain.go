package proposal

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cbv/valuation/engine"
	"cbv/valuation/vocabulary"
)

// The plain shapes: their columns have whatever names. Which column is whose is settled
// by names and values (see score.go); the money is made as for a platform.
var (
	plainLines = export{
		name: "order lines with quantity and price",
		parts: []choice{
			{"goods", []option{
				{text: `{line:number}`, why: "the line's own amount, which is its quantity times its price", when: `count(*) filter (abs({line:number} - {quantity:number} * {price:number}) < 0.015) > 0.95 * count({line})`},
				{text: `{line:number}`, why: "the line's own amount, which is its quantity times its price less the discount", when: `count(*) filter (abs({line:number} - {quantity:number} * {price:number} + abs(coalesce({discount:number}, 0))) < 0.015) > 0.95 * count({line})`},
				{text: `{line:number}`, why: "the line's own amount, which is its quantity times its price or less", when: `count(*) filter (abs({line:number}) <= abs({quantity:number} * {price:number}) + 0.015) > 0.98 * count({line})
					and sum({line:number}) > 0.3 * sum({quantity:number} * {price:number})`},
				{text: `{quantity:number} * {price:number} - abs(coalesce({discount:number}, 0))`, why: "quantity times price, less the discount of the line"},
				{text: `{quantity:number} * {price:number}`, why: "quantity times price"},
			}},
		},
		grain: "line",
	}
	plainOrders = export{
		name: "orders with totals",
		parts: []choice{
			{"goods", []option{
				{text: `{subtotal:number} - abs({discount:number})`, why: "the subtotal less the discount: total = subtotal - discount + shipping + tax holds", when: equals(`{total:number}`, `{subtotal:number} - abs(coalesce({discount:number}, 0)){? + coalesce({shipping:number}, 0)?}{? + coalesce({tax:number}, 0)?}`) + ` and sum(abs({discount:number})) > 0`},
				{text: `{subtotal:number}`, why: "the subtotal: total = subtotal + shipping + tax holds", when: equals(`{total:number}`, `{subtotal:number}{? + coalesce({shipping:number}, 0)?}{? + coalesce({tax:number}, 0)?}`)},
				{text: `{subtotal:number} - abs(coalesce({discount:number}, 0)) - coalesce({tax:number}, 0)`, why: "the subtotal less the discount and the tax in it: total = subtotal - discount + shipping holds", when: equals(`{total:number}`, `{subtotal:number} - abs(coalesce({discount:number}, 0)){? + coalesce({shipping:number}, 0)?}`) + ` and sum(abs({discount:number})) > 0`},
				{text: `{subtotal:number} - coalesce({tax:number}, 0)`, why: "the subtotal less the tax in it: total = subtotal + shipping holds", when: equals(`{total:number}`, `{subtotal:number}{? + coalesce({shipping:number}, 0)?}`)},
				{text: `{net:number}`, why: "the net amount"},
				{text: `{total:number} - coalesce({tax:number}, 0){? - coalesce({shipping:number}, 0)?}`, why: "the total without tax and shipping, which are taken to be in it", sure: Likely},
				{text: `{total:number} - coalesce({shipping:number}, 0)`, why: "the total without shipping, which is taken to be in it; nothing in the file says whether tax is, too", sure: Likely},
				{text: `{total:number}`, why: "the total as it is: nothing in the file says whether tax and shipping are in it", sure: Likely},
				{text: `{subtotal:number}{? - abs(coalesce({discount:number}, 0))?}`, why: "the subtotal"},
				{text: `{amount:number} / 100`, why: "the amount, which by its name is in minor units", when: `{amount:cents}`},
				{text: `{amount:number}`, why: "the amount as it is: nothing in the file says whether tax and shipping are in it", sure: Likely},
			}},
			{"taxed_goods", []option{{text: `{total:number}{? - coalesce({shipping:number}, 0)?}`}, {text: `[goods]`}}},
			{"left", []option{
				{text: `[goods] - least([goods], abs(coalesce({refunded:number}, 0)))`, when: `count(*) filter ({refunded:number} <> 0) > 0 and not {tax:any}`},
				{text: `[goods] * (1 - least(1, abs(coalesce({refunded:number}, 0)) / nullif([taxed_goods], 0)))`, why: "a refund gives back goods with their tax first, shipping after that"},
				{text: `[goods]`},
			}},
		},
		grain: "line",
	}
)

// equals is the condition that two sums are the same in nearly all rows.
func equals(a, b string) string {
	return "count(*) filter (abs((" + a + ") - (" + b + ")) < 0.015) > 0.98 * count(*)"
}

// plain proposes a mapping of a table that no platform is known for.
func plain(ctx context.Context, e engine.Engine, t *table, currency string) (*Mapping, error) {
	roles := t.roles()
	if roles["time"] == nil || roles["customer"] == nil {
		return nil, nil
	}
	shape := plainOrders
	if roles["quantity"] != nil && roles["price"] != nil {
		shape = plainLines
	}
	r := newResolver(e, t, shape)
	for role, found := range roles {
		r.roles[role] = found.column
	}
	part := "[left]"
	if shape.name == plainLines.name {
		part = "[goods]"
	}
	amount, err := r.choose(ctx, []option{{text: part}})
	if err != nil || !amount.is {
		return nil, err
	}
	m := &Mapping{Shape: shape.name, Sure: Likely, Why: "by the names and values of its columns", Grain: "line", Currency: currency, table: t}
	customer := roles["customer"]
	m.Columns = append(m.Columns, Column{Key: "customer_id", Expression: customerExpression(*customer.column), Sure: customer.sure, Why: customer.why})
	if order := roles["order"]; order != nil {
		expression, why, err := t.orderOf(ctx, e, order)
		if err != nil {
			return nil, err
		}
		doubt, err := t.doubtOrder(ctx, e, roles)
		if err != nil {
			return nil, err
		}
		sure := order.sure
		if doubt != "" {
			sure, why = Guess, why+"; "+doubt
		}
		m.Columns = append(m.Columns, Column{Key: "order_id", Expression: expression, Sure: sure, Why: why})
	}
	time := roles["time"]
	m.Columns = append(m.Columns,
		Column{Key: "ordered_at", Expression: time.as("time"), Sure: time.sure, Why: time.why},
		Column{Key: "amount", Expression: t.signed(roles["type"], amount.text), Sure: max(r.sureOfMoney(roles), amount.sure), Why: joined(amount.why)})
	for _, optional := range []string{"margin", "channel"} {
		if found := roles[optional]; found != nil {
			m.Columns = append(m.Columns, Column{Key: optional, Expression: identifier(found.Name), Sure: found.sure, Why: found.why})
		}
	}
	m.Keep = t.keeps()
	if err := m.findGrain(ctx, e, roles, amount.text); err != nil {
		return nil, err
	}
	for _, c := range r.roles {
		m.understood = append(m.understood, c.Name)
	}
	for _, keep := range m.Keep {
		m.understood = append(m.understood, keep.column)
	}
	m.currencyOf(roles["currency"].columnOrNil())
	return m, nil
}

// orderOf writes the order's column. Where ids are those of other orders behind letters,
// as C536365 cancels 536365, their rows belong to these orders.
func (t *table) orderOf(ctx context.Context, e engine.Engine, order *found) (expression, why string, err error) {
	name := identifier(order.Name)
	if order.Type != engine.Varchar {
		return name, order.why, nil
	}
	ids := fmt.Sprintf(`(select distinct %[1]s as id from %[2]s where regexp_full_match(%[1]s, '[A-Za-z]+[0-9]+')) as lettered
		left join (select distinct %[1]s as original from %[2]s) as orders on regexp_replace(lettered.id, '^[A-Za-z]+', '') = orders.original`, name, t.name)
	counts, err := numbers(ctx, e, ids, []string{"count(*)", "count(original)"})
	if err != nil || counts[1] == 0 || counts[1] < 0.9*counts[0] {
		return name, order.why, err
	}
	return "regexp_replace(" + name + ", '^[A-Za-z]+', '')", order.why + "; ids with letters before them are those of other orders, which they change", nil
}

// fewAlike is the share of rows that have the customer and the time of another row in a
// table of orders: people seldom order twice at once.
const fewAlike = 0.1

// doubtOrder says why a column may not be the order's: no two rows have one of its ids,
// although many are of one customer and time. It may be that of the order's lines.
func (t *table) doubtOrder(ctx context.Context, e engine.Engine, roles map[string]*found) (string, error) {
	order := roles["order"]
	if order.distinct*10 < order.filled*8 { // which is about right, and cheap
		return "", nil
	}
	alike := fmt.Sprintf("(select count(*) as row_count, count(distinct %s) as id_count from %s where %[1]s is not null group by %[3]s, %[4]s)",
		identifier(order.Name), t.name, customerExpression(*roles["customer"].column), roles["time"].as("time"))
	counts, err := numbers(ctx, e, alike, []string{"sum(row_count)", "sum(id_count)", "count(*)"})
	if err != nil {
		return "", err
	}
	rows, ids, several := counts[0], counts[1], counts[0]-counts[2]
	if several <= fewAlike*rows || ids < 0.98*rows {
		return "", nil
	}
	doubt := fmt.Sprintf("%s have the customer and the time of another row, and each an id of its own: look whether they are lines of one order; then map what names the order", rowsOf(int64(several)))
	var others []string
	for i := range t.columns {
		c := &t.columns[i]
		isTaken := false
		for _, f := range roles {
			isTaken = isTaken || f.column == c
		}
		if !isTaken && c.isIDLike() && vocabulary.Place(vocabulary.Order, c.Name) >= 0 {
			others = append(others, c.Name)
		}
	}
	if len(others) > 0 {
		doubt += ", such as " + strings.Join(others, " or ")
	}
	return doubt, nil
}

// customerExpression writes the customer's column: e-mails in one spelling.
func customerExpression(c column) string {
	if c.Type == engine.Varchar && c.mails*10 >= c.filled*9 {
		return "nullif(lower(trim(" + identifier(c.Name) + ")), '')"
	}
	if c.Type == engine.Double {
		return "try_cast(" + identifier(c.Name) + " as bigint)"
	}
	return identifier(c.Name)
}

// signed turns the amounts of rows that a column calls a refund, where none is negative.
func (t *table) signed(kind *found, amount string) string {
	if kind == nil {
		return amount
	}
	var words []string
	for _, v := range kind.values {
		if slices.Contains([]string{"refund", "return", "returned", "refunded", "credit", "credit note", "retoure", "gutschrift", "storno", "chargeback"}, strings.ToLower(strings.TrimSpace(v.value))) {
			words = append(words, engine.Quote(strings.ToLower(strings.TrimSpace(v.value))))
		}
	}
	if len(words) == 0 {
		return amount
	}
	return fmt.Sprintf("case when lower(trim(%s)) in (%s) then -abs(%s) else %s end", kind.as("text"), strings.Join(words, ", "), amount, amount)
}

// sureOfMoney is how sure the amount is: as its least sure column.
func (r *resolver) sureOfMoney(roles map[string]*found) Certainty {
	sure := Sure
	for _, role := range []string{"amount", "total", "net", "subtotal", "quantity", "price", "line"} {
		if f := roles[role]; f != nil {
			sure = max(sure, f.sure)
		}
	}
	return sure
}

// findGrain finds out whether each row of an order has the order's whole total.
func (m *Mapping) findGrain(ctx context.Context, e engine.Engine, roles map[string]*found, amount string) error {
	order := roles["order"]
	isTotal := roles["total"] != nil || roles["amount"] != nil && strings.Contains(vocabulary.Normalised(roles["amount"].Name), "total")
	if order == nil || m.Shape != plainOrders.name || !isTotal {
		return nil
	}
	query := fmt.Sprintf("select %s as order_id, count(*) as order_rows, min(%s) as least, max(%[2]s) as most from %[3]s group by 1",
		identifier(order.Name), amount, m.table.name)
	if err := e.View(ctx, "proposal_orders", query); err != nil {
		return err
	}
	counts, err := numbers(ctx, e, "proposal_orders", []string{"count(*) filter (order_rows > 1)", "count(*) filter (order_rows > 1 and least = most)", "count(*) filter (order_rows = 1)"})
	if err != nil {
		return err
	}
	several, same, single := counts[0], counts[1], counts[2]
	switch {
	case several == 0 && single > 0:
		m.Grain = "order"
	case several > 0 && same >= 0.98*several:
		m.Grain = "order"
		m.Says = append(m.Says, "Each row of an order has the order's whole total: it counts once.")
	}
	return nil
}
