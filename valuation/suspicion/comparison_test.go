package suspicion

import (
	"context"
	"testing"
	"time"

	"cbv/valuation/engine/enginetest"
	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
	"cbv/valuation/pipeline/pipelinetest"
)

// january is a day of January 2025, or so many days later.
func january(n int) time.Time { return day(n - 1) }

// night is what a run finds of the run before: 100 days from 1 January 2025, of 100
// rows and 100.00 each by 50 customers, of 1,000 customers in all. A case changes it.
type night struct {
	days    []dayChange
	files   []fileChange
	gone    []goneCustomers
	earlier Earlier
	asOf    int // of this night, as a day of 2025
}

func usualNight() night {
	n := night{asOf: 101, earlier: Earlier{ID: "2025-04-10-0123456789ab", AsOf: january(100)}}
	for i := range 100 {
		n.days = append(n.days, dayChange{
			Day: january(1 + i), RowsNow: 100, MinorNow: 10_000, UsedRowsNow: 100, UsedMinorNow: 10_000,
			RowsBefore: 100, MinorBefore: 10_000, UsedRowsBefore: 100, UsedMinorBefore: 10_000, CustomersBefore: 50,
		})
	}
	n.gone = []goneCustomers{{EarlierCustomers: 1000}}
	return n
}

// without takes rows, each of 1.00, from a day.
func (n *night) without(rows int64, days ...int) {
	for _, day := range days {
		d := &n.days[day]
		d.RowsNow, d.MinorNow = d.RowsNow-rows, d.MinorNow-100*rows
		d.UsedRowsNow, d.UsedMinorNow = d.UsedRowsNow-rows, d.UsedMinorNow-100*rows
	}
}

// vanish lets customers vanish who purchased once, for 1.00 each.
func (n *night) vanish(customers int64) {
	n.gone[0].Customers, n.gone[0].Purchases, n.gone[0].RevenueMinor = customers, customers, 100*customers
}

// supersede lets so many rows of days be those of older versions.
func (n *night) supersede(rows int64, days ...int) {
	for _, day := range days {
		n.days[day].SupersededNow += rows
	}
}

// vanishHeavily lets 7 customers vanish who purchased once, in 20 rows of 1.00 each.
func (n *night) vanishHeavily() {
	n.vanish(7)
	n.gone[0].RevenueMinor = 14_000
	n.without(20, 50, 51, 52, 53, 54, 55, 56)
}

// free takes used rows without money from a day that others are missing of.
func (n *night) free(rows int64) {
	n.days[50].RowsNow -= rows
	n.days[50].UsedRowsNow -= rows
}

// ofNight compares a night that a case has changed.
func ofNight(change func(n *night)) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		n := usualNight()
		change(&n)
		enginetest.Put(c.Engine, "day_changes", n.days...)
		enginetest.Put(c.Engine, "file_changes", n.files...)
		enginetest.Put(c.Engine, "gone_customers", n.gone...)
		c.Days.AsOf = january(n.asOf)
		s := New(c, intake.New(c, intake.Inputs{}))
		s.Earlier = n.earlier
		if err := s.mapEarlier(context.Background()); err != nil {
			return err
		}
		if err := s.compareDays(context.Background()); err != nil {
			return err
		}
		return s.compareRuns(context.Background())
	}
}

func TestWarningsOfTheComparison(t *testing.T) {
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{ // 10 of 10,000 rows
			Code: "rows_lost",
			Raises: ofNight(func(n *night) {
				n.without(10, 50)
				n.files = []fileChange{{"a.parquet", true, 90, 100}, {"b.parquet", true, 7, 7}, {"b.parquet", false, 9, 1}}
			}),
			Says:   "10 rows (0.10 %) with 10.00 EUR (0.10 %) that run 2025-04-10-0123456789ab had are missing: of 2025-02-20; a.parquet has 90 of them and had 100; see whether order files are missing, or cut off",
			Silent: ofNight(func(n *night) { n.without(9, 50) }),
		},
		{ // of 40 rows fewer, newer versions stand for 30
			Code:   "rows_lost",
			Raises: ofNight(func(n *night) { n.without(40, 50); n.days[50].SupersededBefore, n.days[50].SupersededNow = 5, 35 }),
			Says:   "10 rows (0.10 %) with 40.00 EUR (0.40 %) that run 2025-04-10-0123456789ab had are missing: of 2025-02-20; see whether order files are missing, or cut off",
			Silent: ofNight(func(n *night) { n.without(40, 50); n.days[50].SupersededBefore, n.days[50].SupersededNow = 5, 45 }),
		},
		{ // files written anew without the versions of before are no loss
			Code:   "rows_lost",
			Raises: ofNight(func(n *night) { n.without(10, 50); n.days[50].SupersededBefore = 100 }),
			Says:   "10 rows (0.10 %) with 10.00 EUR (0.10 %) that run 2025-04-10-0123456789ab had are missing: of 2025-02-20; see whether order files are missing, or cut off",
			Silent: ofNight(func(n *night) { n.days[50].SupersededBefore = 100 }),
		},
		{ // money that newer versions lower, as refunds in place do
			Code:   "rows_lost",
			Raises: ofNight(func(n *night) { n.without(40, 50, 51, 52); n.supersede(40, 50, 51, 52) }),
			Says:   "the money of past days fell by 120.00 EUR (1.20 %) since run 2025-04-10-0123456789ab, and no row is missing: on 3 days from 2025-02-20 to 2025-02-22; see whether amounts were restated",
			Silent: ofNight(func(n *night) { n.without(40, 50, 51); n.supersede(40, 50, 51) }),
		},
		{ // few rows of much money: 10.00 of 10,000.00
			Code:   "rows_lost",
			Raises: ofNight(func(n *night) { n.without(3, 50); n.days[50].MinorNow = 9_000 }),
			Says:   "3 rows (0.03 %) with 10.00 EUR (0.10 %) that run 2025-04-10-0123456789ab had are missing: of 2025-02-20; see whether order files are missing, or cut off",
			Silent: ofNight(func(n *night) { n.without(3, 50); n.days[50].MinorNow = 9_001 }),
		},
		{ // 3 rows of a small shop, and not 2
			Code: "rows_lost",
			Raises: ofNight(func(n *night) {
				n.days = n.days[:20]
				n.without(3, 10)
			}),
			Says: "3 rows (0.15 %) with 3.00 EUR (0.15 %) that run 2025-04-10-0123456789ab had are missing: of 2025-01-11; see whether order files are missing, or cut off",
			Silent: ofNight(func(n *night) {
				n.days = n.days[:20]
				n.without(2, 10)
			}),
		},
		{ // half of a day of 10 rows, beside a history of which it is nothing
			Code: "rows_lost",
			Raises: ofNight(func(n *night) {
				n.days[50].RowsBefore, n.days[50].RowsNow = 10, 5
				n.days[99].RowsBefore, n.days[99].RowsNow = 1_000_000, 1_000_000
			}),
			Says: "5 rows (0.00 %) with 0.00 EUR (0.00 %) that run 2025-04-10-0123456789ab had are missing: of 2025-02-20; see whether order files are missing, or cut off",
			Silent: ofNight(func(n *night) {
				n.days[50].RowsBefore, n.days[50].RowsNow = 10, 6
				n.days[99].RowsBefore, n.days[99].RowsNow = 1_000_000, 1_000_000
			}),
		},
		{ // amounts restated in place: 100.00 of 10,000.00
			Code:   "rows_lost",
			Raises: ofNight(func(n *night) { n.days[50].MinorNow, n.days[60].MinorNow = 4_000, 6_000 }),
			Says:   "the money of past days fell by 100.00 EUR (1.00 %) since run 2025-04-10-0123456789ab, and no row is missing: on 2 days from 2025-02-20 to 2025-03-02; see whether amounts were restated",
			Silent: ofNight(func(n *night) { n.days[50].MinorNow, n.days[60].MinorNow = 4_000, 6_001 }),
		},
		{ // rates were revised since: money is not compared
			Code:   "rows_lost",
			Raises: ofNight(func(n *night) { n.days[50].MinorNow = 0 }),
			Says:   "the money of past days fell by 100.00 EUR (1.00 %) since run 2025-04-10-0123456789ab, and no row is missing: on 2025-02-20; see whether amounts were restated",
			Silent: ofNight(func(n *night) { n.days[50].MinorNow = 0; n.earlier.HasOtherRates = true }),
		},
		{ // files that begin later by half of what they had are no window
			Code: "rows_lost",
			Raises: ofNight(func(n *night) {
				n.asOf = 150
				for i := range 50 {
					n.without(100, i)
				}
				n.gone = append(n.gone, goneCustomers{IsBefore: true, EarlierCustomers: 300, Customers: 250})
			}),
			Says: "the files begin on 2025-02-20 now, and did on 2025-01-01 for run 2025-04-10-0123456789ab: 5,000 rows on 50 days went with that, and 250 customers who were last seen then",
			Silent: ofNight(func(n *night) {
				n.asOf = 150
				for i := range 49 {
					n.without(100, i)
				}
			}),
		},
		{ // a window moves by the day of its end and a month: the 33rd day has 10 of 10,000 rows, and 9
			Code: "rows_lost",
			Raises: ofNight(func(n *night) {
				n.days[0].RowsBefore, n.days[99].RowsNow, n.days[99].RowsBefore = 10, 190, 190
				n.days[0].RowsNow = 0
				for i := range 32 {
					n.without(100, 1+i)
				}
			}),
			Says: "the files begin on 2025-02-03 now, and did on 2025-01-01 for run 2025-04-10-0123456789ab: 3,210 rows on 33 days went with that, and 0 customers who were last seen then; files of a fixed time would begin 32 days later at most: see whether order files are missing",
			Silent: ofNight(func(n *night) {
				n.days[0].RowsBefore, n.days[99].RowsNow, n.days[99].RowsBefore = 9, 191, 191
				n.days[0].RowsNow = 0
				for i := range 32 {
					n.without(100, 1+i)
				}
			}),
		},
		{ // a window of months: the day before the first is not whole
			Code: "history_shortened",
			Raises: ofNight(func(n *night) {
				n.without(100, 0, 1)
				n.without(30, 2)
			}),
			Says:   "the files begin on 2025-01-04 now, and did on 2025-01-01 for run 2025-04-10-0123456789ab: 230 rows on 3 days went with that, and 0 customers who were last seen then",
			Silent: ofNight(func(n *night) { n.without(49, 0) }), // a first day that is there is a day as any
		},
		{ // one order of an old date is no start: so many days are lost from the first on
			Code:   "history_shortened",
			Raises: ofNight(func(n *night) { n.without(100, 0, 1, 3, 4, 5, 6, 7, 8); n.without(99, 2) }),
			Says:   "the files begin on 2025-01-10 now, and did on 2025-01-01 for run 2025-04-10-0123456789ab: 899 rows on 9 days went with that, and 0 customers who were last seen then",
			Silent: ofNight(func(n *night) { n.without(9, 50) }),
		},
		{ // 2 of 1,000, whose purchases are not missing: their ids are written otherwise
			Code:   "customers_vanished",
			Raises: ofNight(func(n *night) { n.vanish(2); n.gone[0].Purchases = 5; n.without(4, 50) }),
			Says:   "2 customers of the 1,000 of run 2025-04-10-0123456789ab (0.20 %) are in no row any more: see whether order files are missing, or their ids are written otherwise",
			Silent: ofNight(func(n *night) { n.vanish(2); n.gone[0].Purchases = 4; n.without(4, 50) }),
		},
		{ // one is not said to have vanished, though it is a large share of a small shop
			Code: "customers_vanished",
			Raises: ofNight(func(n *night) {
				n.vanish(2)
				n.gone[0].EarlierCustomers = 150
				n.gone[0].Purchases = 5
				n.without(1, 50)
			}),
			Says: "2 customers of the 150 of run 2025-04-10-0123456789ab (1.33 %) are in no row any more: see whether order files are missing, or their ids are written otherwise",
			Silent: ofNight(func(n *night) {
				n.vanish(1)
				n.gone[0].EarlierCustomers = 150
				n.gone[0].Purchases = 5
				n.without(1, 50)
			}),
		},
		{ // 10 of 1,000 are too many to have been erased
			Code:   "customers_vanished",
			Raises: ofNight(func(n *night) { n.vanish(10); n.without(1, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59) }),
			Says:   "10 customers of the 1,000 of run 2025-04-10-0123456789ab (1.00 %) are in no row any more: see whether order files are missing, or their ids are written otherwise",
			Silent: ofNight(func(n *night) { n.vanish(9); n.without(1, 50, 51, 52, 53, 54, 55, 56, 57, 58) }),
		},
		{ // 9 of 1,000 with all their rows and money; a tenth of a percent more is missing money of others
			Code: "customers_erased",
			Raises: ofNight(func(n *night) {
				n.vanish(9)
				n.without(1, 50, 51, 52, 53, 54, 55, 56, 57, 58)
				n.days[50].UsedMinorNow -= 999
			}),
			Says: "9 customers of run 2025-04-10-0123456789ab (0.90 %) are gone with all their rows, and nothing else is missing: they were erased, or their ids were",
			Silent: ofNight(func(n *night) {
				n.vanish(9)
				n.without(1, 50, 51, 52, 53, 54, 55, 56, 57, 58)
				n.days[50].UsedMinorNow -= 1000
			}),
		},
		{ // 7 heavy buyers with all of 140 rows; where money is missing that was not theirs, rows are
			Code:   "customers_erased",
			Raises: ofNight(func(n *night) { n.vanishHeavily(); n.gone[0].RevenueMinor = 13_987 }),
			Says:   "7 customers of run 2025-04-10-0123456789ab (0.70 %) are gone with all their rows, and nothing else is missing: they were erased, or their ids were",
			Silent: ofNight(func(n *night) { n.vanishHeavily(); n.gone[0].RevenueMinor = 13_985 }),
		},
		{ // returns that are lost with them raise the money
			Code:   "customers_erased",
			Raises: ofNight(func(n *night) { n.vanishHeavily() }),
			Says:   "7 customers of run 2025-04-10-0123456789ab (0.70 %) are gone with all their rows, and nothing else is missing: they were erased, or their ids were",
			Silent: ofNight(func(n *night) {
				n.vanishHeavily()
				n.days[60].UsedRowsNow--
				n.days[60].RowsNow--
				n.days[60].UsedMinorNow += 100
			}),
		},
		{ // rows without money beside theirs: up to 10 times those of 7 usual purchases, and 20
			Code:   "customers_erased",
			Raises: ofNight(func(n *night) { n.vanishHeavily(); n.free(19) }),
			Says:   "7 customers of run 2025-04-10-0123456789ab (0.70 %) are gone with all their rows, and nothing else is missing: they were erased, or their ids were",
			Silent: ofNight(func(n *night) { n.vanishHeavily(); n.free(20) }),
		},
		{ // a lost day is none, though its customers are gone with it
			Code:   "customers_erased",
			Raises: ofNight(func(n *night) { n.vanish(9); n.gone[0].Purchases, n.gone[0].RevenueMinor = 49, 4900; n.without(49, 50) }),
			Says:   "9 customers of run 2025-04-10-0123456789ab (0.90 %) are gone with all their rows, and nothing else is missing: they were erased, or their ids were",
			Silent: ofNight(func(n *night) { n.vanish(9); n.gone[0].Purchases, n.gone[0].RevenueMinor = 50, 5000; n.without(50, 50) }),
		},
		{ // ids were blanked: the rows are there, and are not used
			Code:   "customers_erased",
			Raises: ofNight(func(n *night) { n.vanish(2); n.days[50].UsedRowsNow -= 2 }),
			Says:   "2 customers of run 2025-04-10-0123456789ab (0.20 %) are gone with all their rows, and nothing else is missing: they were erased, or their ids were",
			Silent: ofNight(func(n *night) { n.vanish(2); n.days[50].UsedRowsNow -= 1 }),
		},
		{ // one id for all of them: nothing is missing
			Code:   "customers_erased",
			Raises: ofNight(func(n *night) { n.vanish(9) }),
			Says:   "9 customers of run 2025-04-10-0123456789ab (0.90 %) are gone with all their rows, and nothing else is missing: they were erased, or their ids were",
			Silent: ofNight(func(n *night) { n.vanish(10) }),
		},
		{ // of a day that was not the last
			Code: "late_rows",
			Raises: ofNight(func(n *night) {
				n.without(-3, 97, 98)
				n.files = []fileChange{{"late.parquet", false, 6, 0}, {"a.parquet", false, 200, 200}}
			}),
			Says:   "past days have 6 rows and 6.00 EUR more than for run 2025-04-10-0123456789ab: 2 days from 2025-04-08 to 2025-04-09; late.parquet has 6 of them and had 0",
			Silent: ofNight(func(n *night) { n.without(-3, 99) }),
		},
		{ // a second shop beside the first, whose folder is named since then
			Code: "late_rows",
			Raises: ofNight(func(n *night) {
				n.without(-60, 50)
				n.files = []fileChange{{"a.parquet", false, 0, 100}, {"two/a.parquet", false, 60, 0}, {"one/a.parquet", false, 100, 0}}
			}),
			Says:   "past days have 60 rows and 60.00 EUR more than for run 2025-04-10-0123456789ab: 2025-02-20; two/a.parquet has 60 of them and had 0",
			Silent: ofNight(func(n *night) {}),
		},
		{ // twice all of a day
			Code:   "late_rows",
			Raises: ofNight(func(n *night) { n.without(-100, 50, 51) }),
			Says:   "past days have 200 rows and 200.00 EUR more than for run 2025-04-10-0123456789ab: 2 days from 2025-02-20 to 2025-02-21; days have exactly twice the rows and the money, as if a file were there twice",
			Silent: ofNight(func(n *night) {}),
		},
		{
			Code:   "not_compared",
			Raises: ofNight(func(n *night) { n.days[50].MinorNow++; n.earlier.HasOtherRates = true }),
			Says:   "the money of past days is not compared with run 2025-04-10-0123456789ab, for other files of rates have changed it; rows and customers are",
			Silent: ofNight(func(n *night) { n.earlier.HasOtherRates = true }),
		},
		{
			Code: "not_compared",
			Raises: ofNight(func(n *night) {
				n.earlier = Earlier{WhyNone: "2025-04-10-0123456789ab: orders.keep was \"\" then, and is \"a > 0\""}
			}),
			Says:   "the files are not compared with the run before, 2025-04-10-0123456789ab: orders.keep was \"\" then, and is \"a > 0\"",
			Silent: ofNight(func(n *night) { n.earlier = Earlier{} }), // there is none
		},
	})
}

// A loss of a percent, and more of money that was restated, publishes nothing.
func TestALargeLossFails(t *testing.T) {
	for _, c := range []struct {
		name  string
		night func(n *night)
		want  bool
	}{
		{"100 of 10,000 rows", func(n *night) { n.without(40, 50, 51); n.without(20, 52) }, true},
		{"99 of 10,000 rows", func(n *night) { n.without(40, 50, 51); n.without(19, 52) }, false},
		{"5 % of the money", func(n *night) {
			for i := 50; i < 60; i++ {
				n.days[i].MinorNow = 5_000
			}
		}, true},
		{"4.9 % of the money", func(n *night) {
			for i := 50; i < 60; i++ {
				n.days[i].MinorNow = 5_100
			}
		}, false},
		{"1 % of the customers", func(n *night) { n.vanish(10) }, true},
		{"1 % of the customers of a small shop, who are 4", func(n *night) { n.vanish(4); n.gone[0].EarlierCustomers = 100 }, false},
		{"1 % of the rows of a small shop, which are 19", func(n *night) { n.days = n.days[:10]; n.without(19, 5) }, false},
		{"0.9 % of the customers", func(n *night) { n.vanish(9) }, false},
		{"a start that moves by 33 days, the first with 100 of 10,000 rows", func(n *night) {
			for i := range 33 {
				n.without(100, i)
			}
		}, true},
		{"the first with 99", func(n *night) {
			n.days[0].RowsBefore, n.days[99].RowsNow, n.days[99].RowsBefore = 99, 101, 101
			for i := range 33 {
				n.without(min(100, n.days[i].RowsBefore), i)
			}
			n.days[0].RowsNow = 0
		}, false},
		{"all files are others", func(n *night) {
			for i := range n.days {
				n.without(100, i)
			}
		}, true},
	} {
		context := pipelinetest.NewContext()
		if err := ofNight(c.night)(context); err != nil {
			t.Fatal(err)
		}
		fails := false
		for _, warning := range context.Warnings {
			fails = fails || warning.Fails
		}
		if len(context.Warnings) == 0 || fails != c.want {
			t.Errorf("%s: %+v, want a failure: %v", c.name, context.Warnings, c.want)
		}
		if refused := context.RefuseWarnings("run", context.Warnings) != nil; refused != c.want {
			t.Errorf("%s: refused without strict: %v", c.name, refused)
		}
	}
}
