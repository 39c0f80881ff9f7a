package run

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cbv/valuation/calendar"
	"cbv/valuation/engine"
	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
)

// versionSteps are the steps of a run that say what was known of orders with versions.
var versionSteps = []string{
	"superseded_rows", "repeated_orders", "orders", "several_row_orders", "version_rows", "order_versions", "version_money", "returned_orders", "order_worths", "order_returns",
	"customer_days", "look_days", "customer_returns", "customer_totals", "first_purchases", "earlier_first_purchases", "undone_orders", "first_channels",
}

// A versionRow is a row of a version of an order, whose lines share the day on which it
// is known.
type versionRow struct {
	CustomerID, OrderID      string
	OrderedAt                time.Time
	OrderDay                 time.Time
	AmountMinor, MarginMinor int64
	MovedHundredths          int64
	Currency, Channel        string
	VersionNumber            *int64
	VersionedAt, VersionDay  *time.Time

	HasVersion, IsOrderGrain, NetsByOrder bool // as settings have it

	Attribute1 string `col:"attribute_1"`
	Attribute2 string `col:"attribute_2"`
	Attribute3 string `col:"attribute_3"`
	Attribute4 string `col:"attribute_4"`
	Attribute5 string `col:"attribute_5"`
	Attribute6 string `col:"attribute_6"`
	Attribute7 string `col:"attribute_7"`
	Attribute8 string `col:"attribute_8"`

	FileNumber, FileRow int64
	RowReason           *string
}

// drawVersions draws the versions of a few orders: the first is known from the beginning,
// each later one on the day of the one before or after it. Now and then a version is
// cancelled, moved, or has a return.
func drawVersions(t *rapid.T) []versionRow {
	var rows []versionRow
	filtered := "filtered"
	for order := range rapid.IntRange(1, 4).Draw(t, "orders") {
		day := 0
		for version := range rapid.IntRange(1, 4).Draw(t, "versions") {
			known := returnDay(day).Add(time.Duration(version) * time.Hour)
			knownOn := returnDay(day)
			isCancelled := version > 0 && rapid.Bool().Draw(t, "cancelled")
			for range rapid.IntRange(1, 3).Draw(t, "lines") {
				orderDay := returnDay(rapid.IntRange(0, returnDays-1).Draw(t, "day"))
				row := versionRow{
					CustomerID: rapid.SampledFrom([]string{"a", "a", "b"}).Draw(t, "customer"), OrderID: fmt.Sprint(order),
					OrderedAt: orderDay, OrderDay: orderDay, Channel: fmt.Sprint("channel ", order),
					AmountMinor: rapid.SampledFrom([]int64{100, 100, 60, 0, -40, -100}).Draw(t, "minor"),
					VersionedAt: &known, VersionDay: &knownOn, FileRow: int64(len(rows)),
				}
				row.MarginMinor = row.AmountMinor * rapid.Int64Range(1, 9).Draw(t, "tenths") / 10
				if isCancelled {
					row.RowReason = &filtered
				}
				rows = append(rows, row)
			}
			day = rapid.IntRange(day, returnDays-1).Draw(t, "next known")
		}
	}
	return rows
}

// lastUsable is the last day of a row that breaks no rule by itself, 0 without one.
func lastUsable(rows []versionRow) (last int) {
	for _, row := range rows {
		if row.RowReason == nil {
			last = max(last, calendar.DaysBetween(returnDay(0), row.OrderDay))
		}
	}
	return last
}

// versionSettings are what these steps take from params, from input_limits and, of some,
// from the rows.
type versionSettings struct {
	AsOf                                      time.Time
	AskedAsOf                                 *time.Time
	ReadableBefore                            time.Time `col:",timestamp"`
	IsOrderGrain, NetsByOrder, ZeroIsPurchase bool
}

// withVersions walks versionSteps over the rows with looks on all days up to as_of, has
// read read them, and forgets the tables.
func withVersions(ctx context.Context, e engine.Engine, entries []pipeline.Entry, rows []versionRow, settings versionSettings, read func() error) error {
	type look struct{ LookDay time.Time }
	type personalLook struct {
		CustomerID string
		LookDay    time.Time
	}
	type period struct {
		Period                   string
		StartsOn, BeforeStartsOn time.Time
	}
	var looks []look
	for day := returnDay(0); !day.After(settings.AsOf); day = day.AddDate(0, 0, 1) {
		looks = append(looks, look{day})
	}
	for i := range rows {
		rows[i].HasVersion, rows[i].IsOrderGrain, rows[i].NetsByOrder = true, settings.IsOrderGrain, settings.NetsByOrder
	}
	for _, err := range []error{
		engine.Insert(ctx, e, "order_rows", rows),
		engine.Insert(ctx, e, "params", []versionSettings{settings}),
		engine.Insert(ctx, e, "input_limits", []versionSettings{settings}),
		engine.Insert(ctx, e, "looks", looks),
		engine.Insert(ctx, e, "personal_looks", []personalLook{}),
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
	if err := read(); err != nil {
		return err
	}
	for _, name := range slices.Concat([]string{"order_rows", "params", "input_limits", "looks", "personal_looks", "compared_periods"}, versionSteps) {
		if err := e.Drop(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// A customerDay is what a customer did on a day: what it is worth, and what moved.
type customerDay struct {
	worth            worth
	netMinor, margin int64
}

// A knownBase is what is known of everybody on a day, by customer and day; first has the
// first purchase of each customer with its channel.
type knownBase struct {
	days  map[worthKey]customerDay
	first map[string]string
}

// readKnown reads what the tables of withVersions say was known on each look.
func readKnown(ctx context.Context, e engine.Engine, asOf int) (known []knownBase, err error) {
	days, err := engine.All[struct {
		worthRow
		NetMinor, MarginMinor int64
	}](ctx, e, "customer_days")
	if err != nil {
		return nil, err
	}
	looks, err := engine.All[struct {
		LookDay time.Time
		worthRow
	}](ctx, e, "look_days")
	if err != nil {
		return nil, err
	}
	money, err := engine.All[struct {
		CustomerID            string
		MovedOn               time.Time
		NetMinor, MarginMinor int64
	}](ctx, e, "version_money")
	if err != nil {
		return nil, err
	}
	firsts, err := engine.All[struct {
		LookDay                  time.Time
		CustomerID, FirstChannel string
	}](ctx, e, "first_channels")
	if err != nil {
		return nil, err
	}
	for look := range asOf + 1 {
		base := knownBase{map[worthKey]customerDay{}, map[string]string{}}
		for _, day := range days {
			if key := day.key(); key.day <= look {
				base.days[key] = customerDay{day.worth(), day.NetMinor, day.MarginMinor}
			}
		}
		for _, day := range looks {
			if day.LookDay.Equal(returnDay(look)) {
				known := base.days[day.key()]
				known.worth = day.worth()
				base.days[day.key()] = known
			}
		}
		for _, moved := range money {
			if key := (worthRow{CustomerID: moved.CustomerID, OrderDay: moved.MovedOn}).key(); key.day <= look {
				known := base.days[key]
				known.netMinor, known.margin = known.netMinor+moved.NetMinor, known.margin+moved.MarginMinor
				base.days[key] = known
			}
		}
		for _, first := range firsts {
			if first.LookDay.Equal(returnDay(look)) {
				base.first[first.CustomerID] = first.FirstChannel
			}
		}
		known = append(known, base)
	}
	return known, nil
}

// purchases are the days of purchase with their worth, and money what each customer
// brought in all.
func (b knownBase) purchases() map[worthKey]worth {
	purchases := map[worthKey]worth{}
	for key, day := range b.days {
		if day.worth.isPurchase {
			purchases[key] = day.worth
		}
	}
	return purchases
}

func (b knownBase) money() map[string][2]int64 {
	money := map[string][2]int64{}
	for key, day := range b.days {
		sum := money[key.customer]
		money[key.customer] = [2]int64{sum[0] + day.netMinor, sum[1] + day.margin}
	}
	for customer, sum := range money {
		if sum == [2]int64{} {
			delete(money, customer)
		}
	}
	return money
}

// What was known on an earlier day of orders with versions is what a run of that day
// knows, which sees no later version.
func TestVersionsLookNotAhead(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	files := os.DirFS("../../sql")
	e := openRuleEngine(t, files)
	entries := stepsNamed(t, files, versionSteps)
	rapid.Check(t, func(t *rapid.T) {
		rows := drawVersions(t)
		settings := versionSettings{
			ReadableBefore: intake.Limits.ReadableBefore,
			IsOrderGrain:   rapid.Bool().Draw(t, "order grain"),
			NetsByOrder:    rapid.Bool().Draw(t, "nets by order"), ZeroIsPurchase: rapid.Bool().Draw(t, "zero is a purchase"),
		}
		knownAsOf := func(asOf int, isAsked bool) (known []knownBase) {
			settings.AsOf, settings.AskedAsOf = returnDay(asOf), nil
			if isAsked {
				settings.AskedAsOf = &settings.AsOf
			}
			err := withVersions(ctx, e, entries, rows, settings, func() (err error) {
				known, err = readKnown(ctx, e, asOf)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return known
		}
		last, isAsked := returnDays-1, true
		if day := lastUsable(rows); day > 0 && rapid.Bool().Draw(t, "no day is asked for") {
			last, isAsked = day, false
		}
		known := knownAsOf(last, isAsked)
		look := rapid.IntRange(0, last-1).Draw(t, "look")
		then := knownAsOf(look, true)[look]
		if got, want := fmt.Sprint(known[look].purchases()), fmt.Sprint(then.purchases()); got != want {
			t.Errorf("on day %d the purchases were %s, want %s", look, got, want)
		}
		if got, want := fmt.Sprint(known[look].money()), fmt.Sprint(then.money()); got != want {
			t.Errorf("by day %d the money was %s, want %s", look, got, want)
		}
		for customer, channel := range then.first {
			if got, ok := known[look].first[customer]; ok && got != channel {
				t.Errorf("on day %d the channel of %s was %s, want %s", look, customer, got, channel)
			}
		}
	})
}
