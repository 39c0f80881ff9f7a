package suspicion

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/engine/enginetest"
	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
	"cbv/valuation/pipeline/pipelinetest"
	"cbv/valuation/publication"
)

// nights are those of a shop that had 100 rows of 50 customers' days on each day since
// 1 January 2025, and is run every night from 1 April on. Its files may have less of a day
// every night.
type nights struct {
	t          *testing.T
	rows       map[int]int64 // by day of 2025
	last       map[int]int64 // as the night before knew them
	march      map[int]int64 // as the run of 31 March knew them
	past       publication.Past
	marchsPast publication.Past
}

const march31 = 90

func nightsOfApril(t *testing.T) *nights {
	n := &nights{t: t, rows: map[int]int64{}}
	for day := 1; day <= march31; day++ {
		n.rows[day] = 100
	}
	n.last, n.march = maps.Clone(n.rows), maps.Clone(n.rows)
	return n
}

// run is the night of a day, after which customers are gone. It returns its warnings;
// what fails leaves the night before as the one to compare with.
func (n *nights) run(day int, gone goneCustomers, accepted ...string) []pipeline.Warning {
	n.t.Helper()
	n.rows[day] = 100
	c := pipelinetest.NewContext()
	c.Days.AsOf = january(day)
	c.Config.Run = config.Run{Accept: accepted, AcceptOnce: accepted}
	s := New(c, intake.New(c, intake.Inputs{}))
	before := day - 1
	for n.last[before] == 0 {
		before--
	}
	s.Earlier = Earlier{ID: "earlier", AsOf: january(before), Past: n.past}
	if before > march31 {
		s.Earlier.month = monthRun{id: "2025-03-31-0123456789ab", asOf: january(march31), past: n.marchsPast}
	}
	var changes []dayChange
	for known := 1; known <= day; known++ {
		changes = append(changes, dayChange{
			Day: january(known), RowsNow: n.rows[known], UsedRowsNow: n.rows[known], MinorNow: 100 * n.rows[known], UsedMinorNow: 100 * n.rows[known],
			RowsBefore: n.last[known], UsedRowsBefore: n.last[known], MinorBefore: 100 * n.last[known], UsedMinorBefore: 100 * n.last[known],
			CustomersBefore: n.last[known] / 2, RowsOfMonth: n.march[known],
		})
	}
	enginetest.Put(c.Engine, "day_changes", changes...)
	enginetest.Put(c.Engine, "file_changes", []fileChange{}...)
	gone.EarlierCustomers = 4000
	enginetest.Put(c.Engine, "gone_customers", gone)
	for _, step := range []func(context.Context) error{s.mapEarlier, s.compareDays, s.compareRuns} {
		if err := step(context.Background()); err != nil {
			n.t.Fatal(err)
		}
	}
	if c.RefuseWarnings("run", c.Warnings) == nil {
		n.last, n.past = maps.Clone(n.rows), s.Past()
	}
	return c.Warnings
}

// leak takes so many rows from days of February and March, other ones every night.
func (n *nights) leak(night int, rows int64) {
	for i := range rows {
		n.rows[40+(night*7+int(i)*11)%50]--
	}
}

func codes(warnings []pipeline.Warning) (codes []string) {
	for _, w := range warnings {
		codes = append(codes, w.Code)
	}
	return codes
}

// A loss of .08 % every night, which no night says, stops the night on which it has come
// to 1 % since the last run of March, and those after it until it is accepted.
func TestASlowLossStopsANight(t *testing.T) {
	n := nightsOfApril(t)
	for night := 1; night <= 12; night++ { // 7 of 9,000 to 10,000 rows
		n.leak(night, 7)
		if warnings := n.run(march31+night, goneCustomers{}); len(warnings) > 0 {
			t.Fatalf("night %d: %v", night, warnings)
		}
	}
	n.leak(13, 7) // 91 of 9,000, of the 46 days that (40 + (7 night + 11 i) mod 50) takes
	const says = "91 rows (1.01 %) that run 2025-03-31-0123456789ab, the last of the month before, had are missing, though no night since lost so much: of 46 days from 2025-02-09 to 2025-03-30; see whether order files lose rows night after night"
	for range 2 {
		warnings := n.run(march31+13, goneCustomers{})
		if len(warnings) != 1 || warnings[0].Code != "rows_lost" || !warnings[0].Fails || warnings[0].Message != says {
			t.Fatalf("%+v", warnings)
		}
	}
	if warnings := n.run(march31+13, goneCustomers{}, "rows_lost"); len(warnings) != 1 || !warnings[0].Accepted {
		t.Fatalf("%+v", warnings)
	}
	for night := 14; night <= 28; night++ { // it was accepted since March
		n.leak(night, 7)
		if warnings := n.run(march31+night, goneCustomers{}); len(warnings) > 0 {
			t.Fatalf("night %d: %v", night, warnings)
		}
	}
}

// A loss that was accepted since is not said once more by the run of the month before,
// nor one of which most came back.
func TestALossThatIsKnownIsNoSlowOne(t *testing.T) {
	n := nightsOfApril(t)
	n.run(march31+1, goneCustomers{})
	n.leak(1, 200)
	if warnings := n.run(march31+2, goneCustomers{}); !slices.Equal(codes(warnings), []string{"rows_lost"}) || !warnings[0].Fails {
		t.Fatalf("%+v: want it once", warnings)
	}
	if warnings := n.run(march31+2, goneCustomers{}, "rows_lost"); len(warnings) != 1 {
		t.Fatalf("%+v", warnings)
	}
	for night := 3; night <= 10; night++ {
		if warnings := n.run(march31+night, goneCustomers{}); len(warnings) > 0 {
			t.Errorf("night %d: %v", night, warnings)
		}
	}

	n = nightsOfApril(t)
	n.run(march31+1, goneCustomers{})
	for night := 2; night <= 20; night++ { // a file that is late by a night, every other night
		n.rows[50] = 100 - int64(night%2)*7
		for _, code := range codes(n.run(march31+night, goneCustomers{})) {
			if code != "late_rows" {
				t.Errorf("night %d: %s", night, code)
			}
		}
	}
}

// The month that the rolling window drops, and the customers who ask to be erased, are
// no loss, however many nights they go on.
func TestWindowsAndErasuresAreNoSlowLoss(t *testing.T) {
	n := nightsOfApril(t)
	for night := 1; night <= 28; night++ {
		n.rows[night] = 0
		if warnings := n.run(march31+night, goneCustomers{}); !slices.Equal(codes(warnings), []string{"history_shortened"}) {
			t.Errorf("a window of days, night %d: %v", night, warnings)
		}
	}
	n = nightsOfApril(t)
	for night := 1; night <= 28; night++ {
		if night == 10 { // the file of January
			for day := 1; day <= 31; day++ {
				n.rows[day] = 0
			}
		}
		warnings := n.run(march31+night, goneCustomers{})
		if shortened := slices.Contains(codes(warnings), "history_shortened"); len(warnings) > 1 || shortened != (night == 10) {
			t.Errorf("a window of months, night %d: %v", night, warnings)
		}
	}
	n = nightsOfApril(t)
	for night := 1; night <= 28; night++ {
		n.leak(night, 6) // of three days of a customer, with two rows each
		warnings := n.run(march31+night, goneCustomers{Customers: 1, Purchases: 3, RevenueMinor: 600})
		if !slices.Equal(codes(warnings), []string{"customers_erased"}) {
			t.Errorf("an erasure, night %d: %v", night, warnings)
		}
	}
}

// Newer versions with fewer lines, and the erasure of heavy buyers by night, add up to no
// slow loss.
func TestVersionsAndHeavyBuyersAreNoSlowLoss(t *testing.T) {
	n := nightsOfApril(t)
	for night := 1; night <= 28; night++ {
		n.leak(night, 8) // of one purchase of 8 rows, where others have two
		warnings := n.run(march31+night, goneCustomers{Customers: 1, Purchases: 1, RevenueMinor: 800})
		if !slices.Equal(codes(warnings), []string{"customers_erased"}) {
			t.Errorf("heavy buyers, night %d: %v", night, warnings)
		}
	}
	change := dayChange{Day: january(40), RowsNow: 60, SupersededNow: 45, RowsBefore: 99, UsedRowsBefore: 99, RowsOfMonth: 100, SupersededOfMonth: 5}
	if days := changesOfMonth([]dayChange{change}); rowsMissing(days) != 0 {
		t.Errorf("%+v: rows that newer versions stand for are missing since the month before", days)
	}
	change.SupersededNow--
	if days := changesOfMonth([]dayChange{change}); rowsMissing(days) != 1 {
		t.Errorf("%+v: one row is missing since the month before", days)
	}
}

// Files that begin later and later lose their history like that, though each night may
// be a window's.
func TestAShrinkingWindowIsASlowLoss(t *testing.T) {
	n := nightsOfApril(t)
	var found time.Time
	for night := 1; night <= 28 && found.IsZero(); night++ {
		for day := 1; day <= 3*night; day++ {
			n.rows[day] = 0
		}
		for _, w := range n.run(march31+night, goneCustomers{}) {
			if w.Fails {
				found = january(march31 + night)
			}
		}
	}
	// 3 days a night are more than the nights and a month together from the 16th on:
	// 48 days beside 47
	if want := january(march31 + 16); !found.Equal(want) {
		t.Errorf("found on %s, want %s", found, want)
	}
}
