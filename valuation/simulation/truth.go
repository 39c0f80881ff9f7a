package simulation

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// Truth adds up a history. Orders, Returns and Dirty together are the rows of
// the order files; money is that of orders and returns.
type Truth struct {
	Customers     int64
	OneTimers     int64 // customers with one order
	AliveAtEnd    int64
	Channels      map[string]int64 // customers by channel
	Orders        int64
	Returns       int64
	Dirty         map[string]int64 // rows by what is wrong with them
	OrderedCents  int64            // of orders
	ReturnedCents int64            // of returns; 0 or negative

	Arrivals map[Arrival]int64 // customers by channel and day of acquisition; nil without spend
}

// Rows returns how many rows the order files have.
func (t Truth) Rows() int64 {
	return t.Orders + t.Returns + t.DirtyRows()
}

// DirtyRows returns how many rows are dirty in any way.
func (t Truth) DirtyRows() int64 {
	total := int64(0)
	for _, rows := range t.Dirty {
		total += rows
	}
	return total
}

// RevenueCents returns what orders brought in, less returns.
func (t Truth) RevenueCents() int64 {
	return t.OrderedCents + t.ReturnedCents
}

// newTruth returns a truth of nothing, with a zero for all that will be
// counted.
func newTruth(opts Options) Truth {
	truth := Truth{Channels: map[string]int64{}, Dirty: map[string]int64{}}
	for _, channel := range opts.Channels {
		truth.Channels[channel.Name] = 0
	}
	for _, name := range kindNames[firstDirty:] {
		truth.Dirty[name] = 0
	}
	if opts.HasSpend() {
		truth.Arrivals = map[Arrival]int64{}
	}
	return truth
}

func (t *Truth) addCustomer(c customer, opts Options) {
	t.Customers++
	t.Channels[opts.Channels[c.channel].Name]++
	if t.Arrivals != nil {
		t.Arrivals[Arrival{Day: c.firstPurchase / microsPerDay, Channel: c.channel}]++
	}
	if c.purchases == 1 {
		t.OneTimers++
	}
	if c.droppedOut == 0 {
		t.AliveAtEnd++
	}
}

func (t *Truth) addRow(r row) {
	switch r.kind {
	case purchase:
		t.Orders++
		t.OrderedCents += r.cents
	case partialReturn:
		t.Returns++
		t.ReturnedCents += r.cents
	default:
		t.Dirty[kindNames[r.kind]]++
	}
}

// json returns the content of truth.json, keys sorted. Cents are strings:
// readers that make every number a double would round large ones.
func (t Truth) json(opts Options) ([]byte, error) {
	parameters := map[string]float64{}
	used, _ := opts.Purchases.parameters(opts.Model)
	for _, parameter := range used {
		parameters[parameter.name] = parameter.value
	}
	shares := map[string]float64{}
	for _, channel := range opts.Channels {
		shares[channel.Name] = channel.Share
	}
	document := map[string]any{
		"options": map[string]any{
			"channels":  shares,
			"customers": opts.Customers,
			"days":      opts.Days,
			"dirty":     opts.Dirty,
			"model":     opts.Model,
			"returns":   opts.Returns,
			"seed":      strconv.FormatUint(opts.Seed, 10),
			"start":     opts.Start.UTC().Format(time.DateOnly),
		},
		"parameters": map[string]any{
			"purchases": parameters,
			"spend":     map[string]float64{"p": opts.Spend.P, "q": opts.Spend.Q, "gamma": opts.Spend.Gamma},
		},
		"totals": map[string]any{
			"alive_at_end":   t.AliveAtEnd,
			"channels":       t.Channels,
			"customers":      t.Customers,
			"dirty":          t.Dirty,
			"dirty_rows":     t.DirtyRows(),
			"one_timers":     t.OneTimers,
			"ordered_cents":  strconv.FormatInt(t.OrderedCents, 10),
			"orders":         t.Orders,
			"returned_cents": strconv.FormatInt(t.ReturnedCents, 10),
			"returns":        t.Returns,
			"revenue_cents":  strconv.FormatInt(t.RevenueCents(), 10),
			"rows":           t.Rows(),
		},
	}
	if opts.FirstOrders != nil {
		document["first_orders"] = opts.FirstOrders.json()
	}
	if t.Arrivals != nil {
		document["acquisition"] = t.acquisition(opts)
	}
	encoded, err := json.MarshalIndent(document, "", "  ")
	return append(encoded, '\n'), err
}

// configuration returns the content of cbv.yaml.
func configuration(opts Options) []byte {
	lastDay := opts.Start.UTC().AddDate(0, 0, opts.Days-1).Format(time.DateOnly)
	return fmt.Appendf(nil, `# A simulated order history, ready to value: cbv run --config cbv.yaml
orders:
  files: orders/*.parquet # beside this file
  columns: # ours: theirs
    customer_id: customer_id
    order_id: order_id
    ordered_at: ordered_at
    amount: amount # negative: a return
    channel: channel
%svalue:
  currency: EUR
  margin_rate: 0.30 # of revenue
time:
  zone: UTC
  as_of: %s # the last day of the history
%s%s`, attributesSection(opts), lastDay, spendSection(opts), peopleSection)
}
