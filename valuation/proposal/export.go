package proposal

// export is what is known of the order export of a shop platform. A new one is a new
// entry of exports. Columns are known by their normalised names; a template is an SQL
// expression in which
//
//	{role}         is the column of a role, {role:number}, {role:time} and {role:text} as that,
//	               and {role:whole} whether its numbers are written without a decimal sign
//	               and {role:any} whether there is one, {role:cents} whether its name says cents
//	               and {role:value} the column without blanks
//	{minor}        is how many minor units make a unit of the currency
//	[part]         is a part, in parentheses where it needs them
//	{? … ?}        stands only where the file has every column in it
//
// Of several options the first is taken whose columns the file has and whose condition,
// an aggregate over all its rows, holds.
type export struct {
	name    string
	tells   [][]string // of each of them the file has one
	roles   map[string][]string
	parts   []choice
	columns []choice // our columns
	keep    []condition
	grain   string
	says    []string // what to know of its money and its rows

	// holdsState says that a row is an order as it is on the day of the export, with what
	// was refunded since: of several exports the newest is right about it.
	holdsState bool
}

// choice is a thing that can be had in several ways.
type choice struct {
	name    string
	options []option
}

// option is one way: a template, when it applies, and what it means.
type option struct {
	text string
	when string // "" always
	why  string
	sure Certainty // how sure it is at most
}

// condition is a part of orders.keep.
type condition struct {
	text   string
	why    string
	unless string // role whose column makes it needless
}

// The pieces that platforms share.
const (
	mailCustomer = `nullif(lower(trim({email:text})), '')`
	mailWhy      = "the normalised e-mail, since the export has no customer id: rows without one are counted as null_customer"
)

// refunds are parts that turn an order's refunded money into the goods' share of it. A
// refund is goods with their tax first: what it is more than that is shipping.
var refunds = []choice{
	{"left", []option{
		{text: `[goods] - least([goods], coalesce({refunded:number}, 0))`, why: "refunds in the file are of goods alone, without their tax",
			when: `count(*) filter ({refunded:number} > 0 and {total:number} > [goods] + 0.005 and abs({refunded:number} - [goods]) < 0.005)
				> count(*) filter ({refunded:number} > 0 and {total:number} > [goods] + 0.005 and abs({refunded:number} - {total:number}) < 0.005)`},
		{text: `[goods] * (1 - least(1, coalesce({refunded:number}, 0) / nullif([taxed_goods], 0)))`, why: "a refund gives back goods with their tax first, shipping after that"},
		{text: `[goods]`, why: "the file has no column of refunded money: what was refunded in part stays in"},
	}},
}

var exports = []export{
	{
		name:  "Shopify orders",
		tells: [][]string{{"financial_status"}, {"lineitem_quantity", "lineitem_name", "lineitem_price"}, {"subtotal"}},
		roles: map[string][]string{
			"email": {"email"}, "order": {"name"}, "time": {"created_at"}, "subtotal": {"subtotal"}, "shipping": {"shipping"}, "taxes": {"taxes"},
			"total": {"total"}, "refunded": {"refunded_amount"}, "status": {"financial_status"}, "cancelled": {"cancelled_at"}, "currency": {"currency"}, "payment": {"payment_method"},
		},
		parts: append([]choice{
			{"goods_tax", []option{
				{text: `coalesce({taxes:number}, 0) * {subtotal:number} / nullif({subtotal:number} + coalesce({shipping:number}, 0), 0)`, when: evenTax},
				{text: `coalesce({taxes:number}, 0)`},
				{text: `0`},
			}},
			{"goods", []option{
				{text: `{subtotal:number} - [goods_tax]`, when: `count(*) filter ({taxes:number} > 0 and abs({total:number} - {subtotal:number} - coalesce({shipping:number}, 0)) < 0.005)
					> count(*) filter ({taxes:number} > 0) / 2`, why: "goods after discounts; the prices of this shop include the tax, which is taken out"},
				{text: `{subtotal:number}`, why: "goods after discounts, without tax and shipping"},
			}},
			{"taxed_goods", []option{
				{text: `{subtotal:number}`, when: `count(*) filter ({taxes:number} > 0 and abs({total:number} - {subtotal:number} - coalesce({shipping:number}, 0)) < 0.005)
					> count(*) filter ({taxes:number} > 0) / 2`},
				{text: `{subtotal:number} + [goods_tax]`},
			}},
		}, refunds...),
		columns: []choice{
			{"customer_id", []option{{text: mailCustomer, why: mailWhy}}},
			{"order_id", []option{{text: `{order}`, why: "the order's name"}}},
			{"ordered_at", []option{{text: `{time:time}`, why: "when the order was made"}}},
			{"amount", []option{{text: `[left]`}}},
		},
		keep: []condition{
			{text: `{subtotal:value} is not null`, why: "an order's fields stand on its first line only: the lines of its further articles carry no money"},
			{text: `{cancelled:value} is null`, why: "cancelled orders"},
			{text: `coalesce(lower({status:text}), '') not in ('pending', 'authorized', 'unpaid', 'voided', 'expired')`, why: "orders that nobody has paid for"},
			{text: `coalesce({payment:text}, '') not ilike '%bogus%'`, why: "orders of the test gateway; the export marks no other test orders"},
		},
		grain:      "order",
		holdsState: true,
		says: []string{
			"The export has no date of a refund: refunds fall on the day of their order.",
			"The export has no customer id and no mark of test orders.",
		},
	},
	{
		name:  "WooCommerce order statistics (wc_order_stats)",
		tells: [][]string{{"net_total"}, {"parent_id"}, {"num_items_sold", "total_sales"}, {"customer_id"}},
		roles: map[string][]string{
			"customer": {"customer_id"}, "order": {"order_id"}, "parent": {"parent_id"}, "time": {"date_created", "date_created_gmt"}, "net": {"net_total"}, "status": {"status"},
		},
		columns: []choice{
			{"customer_id", []option{{text: `{customer}`, why: "the shop's own id, which guests have too"}}},
			{"order_id", []option{{text: `coalesce(nullif(cast({parent} as bigint), 0), cast({order} as bigint))`, why: "a refund is a row of its own under its order"}}},
			{"ordered_at", []option{{text: `{time:time}`, why: "when the order was made"}}},
			{"amount", []option{{text: `{net:number}`, why: "net_total: goods after discounts, without tax and shipping; refunds are negative rows"}}},
		},
		keep:  []condition{{text: wooPaid, why: wooPaidWhy}},
		grain: "line",
	},
	{
		name:  "WooCommerce analytics orders",
		tells: [][]string{{"n_revenue"}, {"order_nr", "order"}, {"items_sold", "customer_type"}},
		roles: map[string][]string{
			"customer": {"customer"}, "order": {"order_nr", "order"}, "time": {"date"}, "net": {"n_revenue"}, "status": {"status"},
		},
		columns: []choice{
			{"customer_id", []option{{text: `nullif(lower(trim({customer:text})), '')`, why: "the customer's name: the export has neither id nor e-mail, so namesakes are one. An export of orders with e-mails is better"}}},
			{"order_id", []option{{text: `{order}`, why: "the order's number"}}},
			{"ordered_at", []option{{text: `{time:time}`, why: "when the order was made"}}},
			{"amount", []option{{text: `{net:number}`, why: "N. Revenue: goods after discounts, without tax and shipping; refunds are negative rows"}}},
		},
		keep:  []condition{{text: wooPaid, why: wooPaidWhy}},
		grain: "line",
	},
	{
		name:  "WooCommerce orders",
		tells: [][]string{{"order_total", "order_total_amount", "total"}, {"status", "order_status"}, {"order_id", "order_number", "id", "number"}, {"billing_email", "email_billing", "customer_email"}, {"order_date", "date", "date_created", "date_created_gmt", "paid_date"}, {"shipping_total", "order_shipping", "order_shipping_amount", "cart_discount", "cart_discount_amount", "order_key", "discount_total", "billing_first_name", "first_name_billing"}},
		roles: map[string][]string{
			"order": {"order_id", "order_number", "id", "number"}, "time": {"order_date", "date_created", "date", "date_created_gmt", "paid_date"}, "status": {"order_status", "status"},
			"customer": {"customer_id", "customer_user", "user_id_customer", "customer_user_id"}, "email": {"billing_email", "email_billing", "customer_email"},
			"total": {"order_total", "order_total_amount", "total"}, "tax": {"tax_total", "order_total_tax_amount", "order_tax", "total_tax", "order_tax_total"},
			"shipping": {"shipping_total", "order_shipping_amount", "order_shipping"}, "fee": {"fee_total", "order_fee_amount", "fees_total"},
			"shipping_tax": {"shipping_tax_total", "shipping_tax", "order_shipping_tax_amount", "order_shipping_tax"}, "subtotal": {"order_subtotal", "order_subtotal_amount", "subtotal"},
			"discount": {"discount_total", "cart_discount_amount", "cart_discount"}, "refunded": {"refunded_total", "order_refund_amount", "total_refunded", "refund_total", "order_refund"},
			"currency": {"order_currency", "currency"},
		},
		parts: append([]choice{
			{"goods_tax", []option{
				{text: `coalesce({tax:number}, 0) - coalesce({shipping_tax:number}, 0)`, when: `count(*) filter (coalesce({shipping_tax:number}, 0) > coalesce({tax:number}, 0) + 0.005) = 0`},
				{text: `coalesce({tax:number}, 0)`},
				{text: `0`},
			}},
			{"goods", []option{
				{text: `{subtotal:number} - coalesce({discount:number}, 0)`, why: "the articles after discounts, without tax and shipping",
					when: `count(*) filter (abs({subtotal:number} - coalesce({discount:number}, 0) - ({total:number}{? - coalesce({tax:number}, 0)?}{? - coalesce({shipping:number}, 0)?}{? - coalesce({fee:number}, 0)?})) < 0.015) > 0.99 * count({total})`},
				{text: `{subtotal:number} - coalesce({discount:number}, 0)`, why: "the articles after discounts, without tax and shipping",
					when: `count(*) filter (abs({subtotal:number} - coalesce({discount:number}, 0) - ({total:number} - coalesce({shipping_tax:number}, 0){? - coalesce({tax:number}, 0)?}{? - coalesce({shipping:number}, 0)?}{? - coalesce({fee:number}, 0)?})) < 0.015) > 0.99 * count({total})`},
				{text: `{total:number}{? - coalesce({tax:number}, 0)?}{? - coalesce({shipping:number}, 0)?}{? - coalesce({fee:number}, 0)?}`, why: "the order's total without tax, shipping and fees: goods after discounts"},
			}},
			{"taxed_goods", []option{{text: `[goods] + [goods_tax]`}}},
		}, refunds...),
		columns: []choice{
			{"customer_id", []option{
				{text: `coalesce(` + mailCustomer + `, nullif(cast({customer} as varchar), '0'))`, why: "the normalised e-mail, since guests share the customer id 0; where it is missing, the customer id"},
				{text: mailCustomer, why: mailWhy},
			}},
			{"order_id", []option{{text: `{order}`, why: "the order's number"}}},
			{"ordered_at", []option{{text: `{time:time}`, why: "when the order was made"}}},
			{"amount", []option{{text: `[left]`}}},
		},
		keep: []condition{
			{text: wooPaid, why: wooPaidWhy},
			{text: `coalesce(regexp_replace(lower({status:text}), '^wc-', ''), '') <> 'refunded'`, why: "orders that were refunded", unless: "refunded"},
		},
		grain:      "order",
		holdsState: true,
		says:       []string{"Where the export has a line for each article, the order's total stands on all of them: it counts once.", "Refunds fall on the day of their order."},
	},
	{
		name:  "Stripe payments",
		tells: [][]string{{"amount_refunded"}, {"amount"}, {"currency"}, {"created_date_utc", "created_utc", "created"}},
		roles: map[string][]string{
			"order": {"id", "charge_id", "payment_intent_id"}, "time": {"created_date_utc", "created_utc", "created"}, "amount": {"amount"}, "refunded": {"amount_refunded"},
			"currency": {"currency"}, "status": {"status"}, "captured": {"captured"}, "livemode": {"livemode"}, "mode": {"mode"}, "paid": {"paid"},
			"customer": {"customer_id", "customer"}, "email": {"customer_email", "receipt_email", "billing_details_email", "email"},
		},
		parts: []choice{
			{"left", []option{{text: `{amount:number} - coalesce({refunded:number}, 0)`}}},
		},
		columns: []choice{
			{"customer_id", []option{
				{text: `coalesce(nullif({customer:text}, ''), ` + mailCustomer + `)`, why: "Stripe's customer; where a payment has none, the normalised e-mail"},
				{text: `nullif({customer:text}, '')`, why: "Stripe's customer: payments without one are counted as null_customer"},
				{text: mailCustomer, why: mailWhy},
			}},
			{"order_id", []option{{text: `{order}`, why: "the payment"}}},
			{"ordered_at", []option{{text: `{time:time}`, why: "when the payment was made, in UTC"}}},
			{"amount", []option{
				{text: `[left]`, when: `not {amount:whole}`, why: "what was paid, less refunds; amounts are written with a decimal sign, so they are in units of the currency"},
				{text: `[left] / {minor}`, why: "what was paid, less refunds; amounts are whole numbers without a decimal sign, so they are in minor units (cents)"},
			}},
		},
		keep: []condition{
			{text: `coalesce(lower({status:text}), 'paid') not in ('failed', 'canceled', 'cancelled', 'blocked', 'expired', 'void', 'incomplete', 'pending', 'processing', 'uncaptured', 'requires_payment_method', 'requires_confirmation', 'requires_action', 'requires_capture')`, why: "payments that did not succeed"},
			{text: `coalesce(lower({captured:text}), 'true') <> 'false'`, why: "payments that were authorised and never captured"},
			{text: `coalesce(lower({paid:text}), 'true') <> 'false'`, why: "payments that were not made"},
			{text: `coalesce(lower({livemode:text}), 'true') <> 'false'`, why: "test mode"},
			{text: `coalesce(lower({mode:text}), 'live') <> 'test'`, why: "test mode"},
		},
		grain:      "order",
		holdsState: true,
		says: []string{
			"Stripe knows payments, not articles: the money has tax and shipping in it, and nothing in the file says how much. An export of the shop itself is better.",
			"Refunds fall on the day of their payment.",
		},
	},
	{
		name:  "Magento orders (sales_order)",
		tells: [][]string{{"increment_id", "entity_id"}, {"base_subtotal", "subtotal"}, {"base_grand_total", "grand_total"}, {"customer_email"}},
		roles: map[string][]string{
			"order": {"increment_id", "entity_id"}, "time": {"created_at"}, "customer": {"customer_id"}, "email": {"customer_email"}, "status": {"status"}, "state": {"state"},
			"subtotal": {"base_subtotal", "subtotal"}, "discount": {"base_discount_amount", "discount_amount"}, "total": {"base_grand_total", "grand_total"},
			"shipping": {"base_shipping_amount", "shipping_amount"}, "tax": {"base_tax_amount", "tax_amount"}, "refunded": {"base_total_refunded", "total_refunded"},
			"subtotal_refunded": {"base_subtotal_refunded", "subtotal_refunded"}, "discount_refunded": {"base_discount_refunded", "discount_refunded"},
			"currency": {"base_currency_code", "order_currency_code"},
		},
		parts: append([]choice{
			{"goods", []option{{text: `{subtotal:number}{? - abs(coalesce({discount:number}, 0))?}`, why: "goods after discounts, without tax and shipping"}}},
			{"taxed_goods", []option{{text: `{total:number}{? - coalesce({shipping:number}, 0)?}`}, {text: `[goods]`}}},
		}, refunds...),
		columns: []choice{
			{"customer_id", []option{{text: mailCustomer, why: "the normalised e-mail, since guests have no customer id"}}},
			{"order_id", []option{{text: `{order}`, why: "the order's number"}}},
			{"ordered_at", []option{{text: `{time:time}`, why: "when the order was made"}}},
			{"amount", []option{
				{text: `[goods] - coalesce({subtotal_refunded:number}, 0){? + abs(coalesce({discount_refunded:number}, 0))?}`, why: "goods after discounts, without tax and shipping, less the goods refunded"},
				{text: `[left]`},
			}},
		},
		keep: []condition{
			{text: magentoPaid, why: magentoPaidWhy},
			{text: `coalesce(lower({status:text}), '') <> 'closed'`, why: "orders that were refunded", unless: "refunded"},
		},
		grain:      "order",
		holdsState: true,
		says:       []string{"Refunds fall on the day of their order."},
	},
	{
		name:  "Magento orders (grid of the admin)",
		tells: [][]string{{"purchase_date", "purchased_on"}, {"grand_total_base", "grand_total_purchased", "g_t_base", "g_t_purchased"}, {"customer_email", "bill_to_name"}},
		roles: map[string][]string{
			"order": {"id", "order_nr", "order"}, "time": {"purchase_date", "purchased_on"}, "email": {"customer_email"}, "name": {"bill_to_name"}, "status": {"status"},
			"subtotal": {"subtotal"}, "shipping": {"shipping_and_handling"}, "total": {"grand_total_base", "g_t_base", "grand_total_purchased", "g_t_purchased"}, "refunded": {"total_refunded"},
			"discount": {"discount_amount", "discount"}, "tax": {"tax_amount", "tax"}, "currency": {"base_currency_code", "order_currency_code", "currency"},
		},
		parts: append([]choice{
			{"goods", []option{
				{text: `{subtotal:number} - abs(coalesce({discount:number}, 0))`, why: "goods after discounts, without tax and shipping"},
				{text: `{total:number} - coalesce({tax:number}, 0){? - coalesce({shipping:number}, 0)?}`, why: "the total without tax and shipping: goods after discounts"},
				{text: `least({subtotal:number}, {total:number}{? - coalesce({shipping:number}, 0)?})`, why: "the grid has neither tax nor discount: the subtotal, or where a discount made the total less, that without shipping. An order with both is too high by at most its tax"},
				{text: `{total:number}{? - coalesce({shipping:number}, 0)?}`, why: "the total without shipping; the tax is in it, since nothing in the file says how much it is"},
			}},
			{"taxed_goods", []option{{text: `{total:number}{? - coalesce({shipping:number}, 0)?}`}}},
		}, refunds...),
		columns: []choice{
			{"customer_id", []option{{text: mailCustomer, why: mailWhy}, {text: `nullif(lower(trim({name:text})), '')`, why: "the name on the bill: the export has neither id nor e-mail, so namesakes are one"}}},
			{"order_id", []option{{text: `{order}`, why: "the order's number"}}},
			{"ordered_at", []option{{text: `{time:time}`, why: "when the order was made"}}},
			{"amount", []option{{text: `[left]`}}},
		},
		keep: []condition{
			{text: magentoPaid, why: magentoPaidWhy},
			{text: `coalesce(lower({status:text}), '') <> 'closed'`, why: "orders that were refunded", unless: "refunded"},
		},
		grain:      "order",
		holdsState: true,
		says:       []string{"Refunds fall on the day of their order."},
	},
	{
		name:  "Square transactions",
		tells: [][]string{{"net_sales"}, {"transaction_id", "payment_id"}, {"event_type", "total_collected"}, {"date"}},
		roles: map[string][]string{
			"order": {"transaction_id", "payment_id"}, "time": {"date"}, "net": {"net_sales"}, "partial": {"partial_refunds"}, "event": {"event_type"}, "status": {"transaction_status"},
			"customer": {"customer_id"}, "name": {"customer_name"}, "currency": {"currency"},
		},
		columns: []choice{
			{"customer_id", []option{{text: `nullif(trim({customer:text}), '')`, why: "Square's customer: sales to nobody known are counted as null_customer"}, {text: `nullif(lower(trim({name:text})), '')`, why: "the customer's name: namesakes are one, and sales to nobody known are counted as null_customer"}}},
			{"order_id", []option{{text: `{order}`, why: "the transaction"}}},
			{"ordered_at", []option{{text: `{time:time}`, why: "the day by the clock of the shop"}}},
			{"amount", []option{
				{text: `case when lower({event:text}) = 'refund' then -abs({net:number}) else {net:number} end`, why: "Net Sales: goods after discounts, without tax and tips; refunds are rows of their own",
					when: `count(*) filter (lower({event:text}) = 'refund') > 0`},
				{text: `{net:number} - abs(coalesce({partial:number}, 0))`, why: "Net Sales: goods after discounts, without tax and tips, less what was refunded; the file has no refunds of their own"},
				{text: `{net:number}`, why: "Net Sales: goods after discounts, without tax and tips; refunds are negative rows"},
			}},
		},
		keep: []condition{
			{text: `coalesce(lower({status:text}), 'complete') not in ('failed', 'canceled', 'cancelled', 'voided', 'pending', 'awaiting capture', 'partially paid', 'open')`, why: "transactions that did not end in a payment"},
		},
		grain: "line",
	},
}

// evenTax holds where the tax is one share of goods and shipping together, and less so
// of the goods alone.
const evenTax = `count(*) filter ({taxes:number} > 0 and {shipping:number} > 0) >= 10
	and stddev_samp({taxes:number} / nullif({subtotal:number} + {shipping:number}, 0)) filter ({taxes:number} > 0 and {shipping:number} > 0)
	< stddev_samp({taxes:number} / nullif({subtotal:number}, 0)) filter ({taxes:number} > 0 and {shipping:number} > 0)`

const (
	wooPaid        = `coalesce(regexp_replace(lower({status:text}), '^wc-', ''), '') not in ('pending', 'pending payment', 'failed', 'cancelled', 'canceled', 'on-hold', 'on hold', 'checkout-draft', 'draft', 'auto-draft', 'trash')`
	wooPaidWhy     = "orders that were cancelled, or that nobody has paid for"
	magentoPaid    = `coalesce(lower({status:text}), '') not in ('canceled', 'cancelled', 'pending', 'pending_payment', 'pending payment', 'payment_review', 'payment review', 'holded', 'on hold', 'fraud', 'suspected fraud')`
	magentoPaidWhy = "orders that were cancelled, or that nobody has paid for"
)
