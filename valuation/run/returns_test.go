package run

import (
	"context"
	"fmt"
	"io/fs"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cbv/valuation/engine"
	"cbv/valuation/pipeline"
)

// returnDay is a day of the histories of returned orders.
func returnDay(n int) time.Time { return time.Date(2023, 1, 1+n, 0, 0, 0, 0, time.UTC) }

// returnDays is how many days these histories have.
const returnDays = 9

// A returnRow is a row of a history of returned orders.
type returnRow struct {
	customer, order string // the order "" for a row without one
	day             int
	minor, margin   int64
}

// A worth is what a customer-day is worth as a purchase.
type worth struct {
	minor, margin int64
	isPurchase    bool
}

type worthKey struct {
	customer string
	day      int
}

// An openOrder is an order as the oracle carries it from day to day.
type openOrder struct {
	nets, margins, rows [returnDays]int64
	isReturn            [returnDays]bool // whether a row of the day is negative
	left                []leftOver       // of the days on which something was bought, the latest last
	spare               int64            // left by rounding, and no worth of a day
	debt                int64            // returned beyond what was bought, 0 or more
	booked              int64            // rows so far
}

type leftOver struct {
	day   int
	minor int64
}

// book books a day of an order: what was bought pays a debt back first, what was
// returned takes from the latest day that has something left. What then remains of an
// order, if it is no more than half a minor unit a row, is nothing.
func (o *openOrder) book(day int) {
	net := o.nets[day]
	o.booked += o.rows[day]
	if net > 0 {
		paid := min(net, o.debt)
		o.debt -= paid
		o.left = append(o.left, leftOver{day, net - paid})
		net = 0
	}
	for i := len(o.left) - 1; i >= 0 && net < 0; i-- {
		taken := min(o.left[i].minor, -net)
		o.left[i].minor -= taken
		net += taken
	}
	taken := min(o.spare, -net)
	o.spare -= taken
	o.debt -= net + taken
	remains := o.spare
	for _, left := range o.left {
		remains += left.minor
	}
	if o.isReturn[day] && 2*remains <= o.booked {
		o.spare = remains
		for i := range o.left {
			o.left[i].minor = 0
		}
	}
}

// isReturned reports whether the order has a return by a day.
func (o *openOrder) isReturned(by int) bool { return slices.Contains(o.isReturn[:by+1], true) }

// worths returns what each day of the order is worth by a day, with its margin.
func (o *openOrder) worths(by int) (minor, margin [returnDays]int64) {
	if !o.isReturned(by) {
		copy(minor[:by+1], o.nets[:])
		copy(margin[:by+1], o.margins[:])
		return minor, margin
	}
	var returned, lost, before int64 // margin of returns; what purchases have lost
	for day := range by + 1 {
		if o.nets[day] <= 0 {
			returned += o.margins[day]
		}
	}
	for _, left := range o.left {
		lost += o.nets[left.day] - left.minor
	}
	share := func(part int64) int64 {
		if part == 0 {
			return 0
		}
		return int64(math.Round(float64(returned) * float64(part) / float64(lost)))
	}
	for _, left := range o.left {
		after := before + o.nets[left.day] - left.minor
		if left.minor > 0 {
			minor[left.day] = left.minor
			margin[left.day] = o.margins[left.day] + share(after) - share(before)
		}
		before = after
	}
	return minor, margin
}

// simulate goes through a history day by day and returns what every customer-day was
// worth at the end of each day.
func simulate(rows []returnRow, zeroIsPurchase bool) (known [returnDays]map[worthKey]worth) {
	type orderKey struct {
		customer, order string
		day             int // of rows without an order
	}
	orders := map[orderKey]*openOrder{}
	for _, row := range rows {
		key := orderKey{customer: row.customer, order: row.order}
		if strings.TrimSpace(row.order) == "" {
			key.day = row.day
		}
		if orders[key] == nil {
			orders[key] = &openOrder{}
		}
		orders[key].nets[row.day] += row.minor
		orders[key].margins[row.day] += row.margin
		orders[key].rows[row.day]++
		orders[key].isReturn[row.day] = orders[key].isReturn[row.day] || row.minor < 0
	}
	for day := range returnDays {
		kept := map[worthKey]bool{}
		known[day] = map[worthKey]worth{}
		for key, order := range orders {
			order.book(day)
			minor, margin := order.worths(day)
			for d := range day + 1 {
				if order.rows[d] == 0 {
					continue
				}
				at := worthKey{key.customer, d}
				sum := known[day][at]
				known[day][at] = worth{minor: sum.minor + minor[d], margin: sum.margin + margin[d]}
				kept[at] = kept[at] || !order.isReturned(day)
			}
		}
		for at, w := range known[day] {
			w.isPurchase = w.minor > 0 || zeroIsPurchase && w.minor == 0 && kept[at]
			known[day][at] = w
		}
	}
	return known
}

// drawReturns draws a history of a few customers, many of whose orders are returned.
func drawReturns(t *rapid.T) []returnRow {
	var rows []returnRow
	for range rapid.IntRange(1, 24).Draw(t, "rows") {
		row := returnRow{
			customer: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "customer"),
			order:    rapid.SampledFrom([]string{"1", "1", "2", "3", "", "  "}).Draw(t, "order"),
			day:      rapid.IntRange(0, returnDays-1).Draw(t, "day"),
			minor:    rapid.SampledFrom([]int64{100, 100, 60, 40, 7, 0, -1, -7, -40, -60, -99, -100, -101, -160}).Draw(t, "minor"),
		}
		row.margin = row.minor * rapid.Int64Range(1, 9).Draw(t, "tenths") / 10
		rows = append(rows, row)
	}
	return rows
}

// returnSteps are the steps of a run that say what a customer-day is worth.
var returnSteps = []string{"several_row_orders", "returned_orders", "order_worths", "order_returns", "customer_days", "look_days", "customer_returns", "customer_totals", "first_purchases", "earlier_first_purchases"}

// worthRow is a row of customer_days and of look_days.
type worthRow struct {
	CustomerID          string
	OrderDay            time.Time
	PurchaseMinor       int64
	PurchaseMarginMinor int64
	IsPurchase          bool
}

func (r worthRow) key() worthKey {
	return worthKey{r.CustomerID, int(r.OrderDay.Sub(returnDay(0)).Hours() / 24)}
}

func (r worthRow) worth() worth { return worth{r.PurchaseMinor, r.PurchaseMarginMinor, r.IsPurchase} }

// makeReturns walks returnSteps over a history as of a day, with looks on all days
// before.
func makeReturns(ctx context.Context, e engine.Engine, entries []pipeline.Entry, rows []returnRow, asOf int, zeroIsPurchase bool) error {
	type order struct {
		CustomerID, OrderID                  string
		OrderDay                             time.Time
		AmountMinor, MarginMinor, FileNumber int64
		Reason                               string
	}
	type look struct{ LookDay time.Time }
	type personalLook struct {
		CustomerID string
		LookDay    time.Time
	}
	type period struct {
		Period                   string
		StartsOn, BeforeStartsOn time.Time
	}
	type orderVersion struct {
		CustomerID, OrderID                          string
		OrderDay                                     time.Time
		VersionRank                                  int64
		KnownFrom, KnownUntil                        *time.Time
		OrderRows, ReturnRows, NetMinor, MarginMinor int64
	}
	type settings struct {
		AsOf                        time.Time
		NetsByOrder, ZeroIsPurchase bool
	}
	var orders []order
	for _, row := range rows {
		reason := "used"
		if row.day > asOf {
			reason = "after_as_of"
		}
		orders = append(orders, order{row.customer, row.order, returnDay(row.day), row.minor, row.margin, 0, reason})
	}
	looks := []look{}
	for day := range asOf + 1 {
		looks = append(looks, look{returnDay(day)})
	}
	for _, err := range []error{
		engine.Insert(ctx, e, "orders", orders),
		engine.Insert(ctx, e, "order_versions", []orderVersion{}),
		engine.Insert(ctx, e, "looks", looks),
		engine.Insert(ctx, e, "personal_looks", []personalLook{{"a", returnDay(returnDays / 2)}}),
		engine.Insert(ctx, e, "params", []settings{{returnDay(asOf), true, zeroIsPurchase}}),
		engine.Insert(ctx, e, "compared_periods", []period{}),
	} {
		if err != nil {
			return err
		}
	}
	for _, entry := range entries {
		if _, err := e.Table(ctx, entry.Name, entry.SQL); err != nil {
			return fmt.Errorf("%s: %w", entry.Name, err)
		}
	}
	return nil
}

// dropReturns forgets the tables of makeReturns.
func dropReturns(ctx context.Context, e engine.Engine) error {
	for _, name := range append([]string{"orders", "order_versions", "looks", "personal_looks", "params", "compared_periods"}, returnSteps...) {
		if err := e.Drop(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// stepsNamed returns steps of the nightly plan by their names.
func stepsNamed(t *testing.T, files fs.FS, names []string) []pipeline.Entry {
	t.Helper()
	entries, err := pipeline.Load(files, Nightly)
	if err != nil {
		t.Fatal(err)
	}
	entries = slices.DeleteFunc(entries, func(e pipeline.Entry) bool { return !slices.Contains(names, e.Name) })
	if len(entries) != len(names) {
		t.Fatalf("%d of %d steps", len(entries), len(names))
	}
	return entries
}

// What a customer-day is worth is what a day-by-day simulation says, on the as-of day
// and on every look before it, and a run of that day says the same.
func TestReturnsOfOrdersByDay(t *testing.T) {
	ctx := context.Background()
	files := os.DirFS("../../sql")
	e := openRuleEngine(t, files)
	entries := stepsNamed(t, files, returnSteps)
	rapid.Check(t, func(t *rapid.T) {
		rows, zeroIsPurchase := drawReturns(t), rapid.Bool().Draw(t, "zero is a purchase")
		asOf := rapid.IntRange(0, returnDays-1).Draw(t, "as of")
		if err := makeReturns(ctx, e, entries, rows, asOf, zeroIsPurchase); err != nil {
			t.Fatal(err)
		}
		known := simulate(rows, zeroIsPurchase)
		holdReturns(ctx, t, e, known, asOf)
		holdLeftOver(ctx, t, e, rows, known, asOf)
		if err := dropReturns(ctx, e); err != nil {
			t.Fatal(err)
		}
	})
}

// holdReturns holds the tables to what was known on each day.
func holdReturns(ctx context.Context, t *rapid.T, e engine.Engine, known [returnDays]map[worthKey]worth, asOf int) {
	type lookRow struct {
		LookDay time.Time
		worthRow
	}
	days, err := engine.All[struct {
		worthRow
		NetMinor, MarginMinor int64
	}](ctx, e, "customer_days")
	if err != nil {
		t.Fatal(err)
	}
	looks, err := engine.All[lookRow](ctx, e, "look_days")
	if err != nil {
		t.Fatal(err)
	}
	for look := range asOf + 1 {
		got := map[worthKey]worth{}
		for _, day := range days {
			if key := day.key(); key.day <= look {
				got[key] = day.worth()
			}
		}
		for _, day := range looks {
			if day.LookDay.Equal(returnDay(look)) {
				got[day.key()] = day.worth()
			}
		}
		if len(got) != len(known[look]) {
			t.Errorf("on day %d of %d there are %d customer-days, want %d", look, asOf, len(got), len(known[look]))
		}
		for key, want := range known[look] {
			if got[key] != want {
				t.Errorf("on day %d of %d, %v is worth %+v, want %+v", look, asOf, key, got[key], want)
			}
		}
		holdFirstPurchases(ctx, t, e, known[look], look, look == asOf)
	}
	holdPurchaseOrder(ctx, t, e, known[asOf])
}

// holdPurchaseOrder holds what customer_days says of each purchase among the others of its
// customer, and customer_totals of the first and the second of them, to what is known.
func holdPurchaseOrder(ctx context.Context, t *rapid.T, e engine.Engine, known map[worthKey]worth) {
	purchases := map[string][]int{}
	for key, w := range known {
		if w.isPurchase {
			purchases[key.customer] = append(purchases[key.customer], key.day)
		}
	}
	for _, days := range purchases {
		slices.Sort(days)
	}
	// day is that of the purchase at a place, "none" where there is none
	day := func(customer string, place int) string {
		if days := purchases[customer]; place >= 0 && place < len(days) {
			return returnDay(days[place]).Format(time.DateOnly)
		}
		return "none"
	}
	dated := func(date *time.Time) string {
		if date == nil {
			return "none"
		}
		return date.Format(time.DateOnly)
	}
	days, err := engine.All[struct {
		CustomerID                        string
		OrderDay                          time.Time
		PurchaseNumber                    *int64
		PurchaseBefore, FirstPurchaseDate *time.Time
	}](ctx, e, "customer_days")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range days {
		place := slices.Index(purchases[row.CustomerID], int(row.OrderDay.Sub(returnDay(0)).Hours()/24))
		number := int64(0)
		if row.PurchaseNumber != nil {
			number = *row.PurchaseNumber
		}
		if number != int64(place)+1 || dated(row.PurchaseBefore) != day(row.CustomerID, place-1) ||
			dated(row.FirstPurchaseDate) != day(row.CustomerID, 0) {
			t.Errorf("%s of %s is purchase %d after %s, the first on %s, and the days of purchases are %v",
				row.OrderDay.Format(time.DateOnly), row.CustomerID, number, dated(row.PurchaseBefore), dated(row.FirstPurchaseDate), purchases[row.CustomerID])
		}
	}
	totals, err := engine.All[struct {
		CustomerID                                   string
		SecondPurchaseDate                           *time.Time
		FirstPurchaseMinor, FirstPurchaseMarginMinor int64
	}](ctx, e, "customer_totals")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range totals {
		var first worth
		if days := purchases[row.CustomerID]; len(days) > 0 {
			first = known[worthKey{row.CustomerID, days[0]}]
		}
		if dated(row.SecondPurchaseDate) != day(row.CustomerID, 1) || row.FirstPurchaseMinor != first.minor || row.FirstPurchaseMarginMinor != first.margin {
			t.Errorf("%s purchases for %d of margin %d first and again on %s, want %+v and %s",
				row.CustomerID, row.FirstPurchaseMinor, row.FirstPurchaseMarginMinor, dated(row.SecondPurchaseDate), first, day(row.CustomerID, 1))
		}
	}
}

// holdLeftOver holds what was returned of no purchase to the money that the purchases do
// not hold; and no return makes a day worth more, or less than nothing.
func holdLeftOver(ctx context.Context, t *rapid.T, e engine.Engine, rows []returnRow, known [returnDays]map[worthKey]worth, asOf int) {
	returns, err := engine.All[struct{ LeftMinor, LeftMarginMinor int64 }](ctx, e, "order_returns")
	if err != nil {
		t.Fatal(err)
	}
	var got, want worth
	for _, row := range returns {
		got.minor, got.margin = got.minor+row.LeftMinor, got.margin+row.LeftMarginMinor
	}
	for _, row := range rows {
		if row.day <= asOf {
			want.minor, want.margin = want.minor+row.minor, want.margin+row.margin
		}
	}
	for key, w := range known[asOf] {
		want.minor, want.margin = want.minor-w.minor, want.margin-w.margin
		if earlier := known[max(asOf-1, key.day)][key]; w.minor < 0 || w.minor > earlier.minor {
			t.Errorf("on day %d %v is worth %d, and was %d", asOf, key, w.minor, earlier.minor)
		}
	}
	if got != want {
		t.Errorf("on day %d %+v is left over, want %+v", asOf, got, want)
	}
}

// holdFirstPurchases holds the first purchases known on a look, or as of the day.
func holdFirstPurchases(ctx context.Context, t *rapid.T, e engine.Engine, known map[worthKey]worth, look int, isAsOf bool) {
	want := map[string]int{}
	for key, w := range known {
		if first, ok := want[key.customer]; w.isPurchase && (!ok || key.day < first) {
			want[key.customer] = key.day
		}
	}
	firsts, err := engine.All[struct {
		CustomerID        string
		FirstPurchaseDate time.Time
	}](ctx, e, "first_purchases")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, first := range firsts {
		if !first.FirstPurchaseDate.After(returnDay(look)) {
			got[first.CustomerID] = int(first.FirstPurchaseDate.Sub(returnDay(0)).Hours() / 24)
		}
	}
	earlier, err := engine.All[struct {
		LookDay           time.Time
		CustomerID        string
		FirstPurchaseDate *time.Time
	}](ctx, e, "earlier_first_purchases")
	if err != nil {
		t.Fatal(err)
	}
	for _, first := range earlier {
		if isAsOf || !first.LookDay.Equal(returnDay(look)) {
			continue
		}
		delete(got, first.CustomerID)
		if first.FirstPurchaseDate != nil {
			got[first.CustomerID] = int(first.FirstPurchaseDate.Sub(returnDay(0)).Hours() / 24)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("on day %d the first purchases are %v, want %v", look, got, want)
	}
}
