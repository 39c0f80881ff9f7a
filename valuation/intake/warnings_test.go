package intake

import (
	"context"
	"slices"
	"testing"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/engine/enginetest"
	"cbv/valuation/failure"
	"cbv/valuation/orderdays"
	"cbv/valuation/pipeline"
	"cbv/valuation/pipeline/pipelinetest"
	"cbv/valuation/source"
)

// ofFiles is the input of a plan whose order files are named.
func ofFiles(files ...source.File) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		New(c, Inputs{}).WarnOfCopies("orders", "order", source.Copies(files, source.Mapping{}))
		return nil
	}
}

// january is a day of January 2025, or so many days later: a Wednesday is the first.
func january(day int) time.Time { return time.Date(2025, 1, day, 0, 0, 0, 0, time.UTC) }

// onDay is a day with so many rows, all of which can be used.
func onDay(day time.Time, rows int64) orderdays.Day {
	return orderdays.Day{OrderDay: day, OrderRows: rows, AllRows: rows}
}

// ofDays sets the as-of day of orders, which is the last of them where none is given.
func ofDays(asOf *config.Day, days ...orderdays.Day) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		c.Config.Time.AsOf = asOf
		enginetest.Put(c.Engine, "order_days", days...)
		return New(c, Inputs{}).setAsOf(context.Background())
	}
}

// daily are so many days in a row, with the rows that a function gives them; none
// for 0.
func daily(n int, rows func(i int) int64) (days []orderdays.Day) {
	for i := range n {
		if rows := rows(i); rows > 0 {
			days = append(days, onDay(january(1+i), rows))
		}
	}
	return days
}

// usually is 100 rows a day, and another number on the days named.
func usually(rows int64, on ...int) func(int) int64 {
	return func(i int) int64 {
		if slices.Contains(on, i) {
			return rows
		}
		return 100
	}
}

// except is so many rows a day, and none from one day to another, of pairs of days.
func except(rows int64, days ...int) func(int) int64 {
	return func(i int) int64 {
		for j := 0; j < len(days); j += 2 {
			if days[j] <= i && i <= days[j+1] {
				return 0
			}
		}
		return rows
	}
}

// ofRows is what became of the rows of one order file.
func ofRows(counts ...ReasonCount) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		in := New(c, Inputs{Orders: make([]source.File, 1)})
		in.Report.Reasons = counts
		for _, count := range counts {
			in.Inputs.Orders[0].Rows += count.Rows
		}
		in.warnOfRows(context.Background())
		return nil
	}
}

// ofNewCustomers sizes a base up whose months from January 2025 on have so many new
// customers.
func ofNewCustomers(fitFrom *config.Day, months ...int64) pipelinetest.Input {
	return ofNewCustomersAsOf(january(400), fitFrom, months...)
}

func ofNewCustomersAsOf(asOf time.Time, fitFrom *config.Day, months ...int64) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		c.Config.Orders.FitFrom = fitFrom
		c.Days = pipeline.Days{AsOf: asOf, Orders: []time.Time{january(3), asOf}}
		var cohorts []cohortSize
		for i, customers := range months {
			cohorts = append(cohorts, cohortSize{2025, int64(1 + i), customers})
		}
		enginetest.Put(c.Engine, "cohort_sizes", cohorts...)
		enginetest.Put(c.Engine, "returns_only", struct{ Customers, RevenueMinor int64 }{})
		return New(c, Inputs{Orders: make([]source.File, 1)}).SizeBase(context.Background())
	}
}

func TestWarnings(t *testing.T) {
	a, b := source.File{Path: "a.parquet", Fingerprint: "f1", Rows: 1}, source.File{Path: "b.parquet", Fingerprint: "f1", Rows: 1}
	other, empty := source.File{Path: "b.parquet", Fingerprint: "f2", Rows: 1}, source.File{Path: "b.parquet", Fingerprint: "f1"}
	february := &config.Day{Time: time.Date(2025, 2, 1, 0, 0, 0, 0, time.UTC)}
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{
			Code:   "copied_file",
			Raises: ofFiles(a, b),
			Says:   "a.parquet and b.parquet have the same bytes, so every order in them counts twice: leave one out of orders.files",
			Silent: ofFiles(a, other),
		},
		{
			Code:   "copied_file",
			Raises: ofFiles(a, b, other),
			Says:   "a.parquet and b.parquet have the same bytes, so every order in them counts twice: leave one out of orders.files",
			Silent: ofFiles(empty, empty), // nothing counts twice
		},
		{ // a day brings 1 row in 28 before and after: 15 days without lack 15, 14 do not
			Code:   "missing_days",
			Raises: ofDays(nil, daily(71, except(1, 28, 42))...),
			Says:   "no order from 2025-01-29 to 2025-02-12, 15 days, where a usual gap is 1 day: files may be missing, or the dates from then on wrong; if the shop was closed, accept it (run: {accept: [missing_days]}); either way, run again",
			Silent: ofDays(nil, daily(70, except(1, 28, 41))...),
		},
		{ // of a shop that never closes: two days, and not one; and not about New Year
			Code:   "missing_days",
			Raises: ofDays(nil, daily(120, except(100, 60, 61))...),
			Says:   "no order from 2025-03-02 to 2025-03-03, 2 days, where a usual gap is 1 day: files may be missing, or the dates from then on wrong; if the shop was closed, accept it (run: {accept: [missing_days]}); either way, run again",
			Silent: ofDays(nil, daily(500, except(100, 60, 60, 357, 366))...),
		},
		{ // three times what the fourth largest lacks: 3 days where the shop closes for one, and not 2
			Code:   "missing_days",
			Raises: ofDays(nil, daily(200, except(100, 40, 40, 60, 60, 80, 80, 100, 100, 150, 152))...),
			Says:   "no order from 2025-05-31 to 2025-06-02, 3 days, where a usual gap is 1 day: files may be missing, or the dates from then on wrong; if the shop was closed, accept it (run: {accept: [missing_days]}); either way, run again",
			Silent: ofDays(nil, daily(200, except(100, 40, 40, 60, 60, 80, 80, 100, 100, 150, 151))...),
		},
		{ // February and two more months are missing, the longest is named
			Code:   "missing_days",
			Raises: ofDays(nil, daily(500, except(100, 31, 58, 150, 180, 300, 329))...),
			Says:   "no order from 2025-05-31 to 2025-06-30, 31 days, where a usual gap is 1 day, and 58 days more in 2 other gaps: files may be missing, or the dates from then on wrong; if the shop was closed, accept it (run: {accept: [missing_days]}); either way, run again",
			Silent: ofDays(nil, daily(500, except(100, 31, 31, 150, 150, 300, 300))...),
		},
		{ // August 2025 is days 212 to 242: it is a closing when it comes again, if half as long
			Code:   "missing_days",
			Raises: ofDays(nil, daily(700, except(100, 212, 242, 577, 591))...),
			Says:   "no order from 2025-08-01 to 2025-08-31, 31 days, where a usual gap is 1 day: files may be missing, or the dates from then on wrong; if the shop was closed, accept it (run: {accept: [missing_days]}); either way, run again",
			Silent: ofDays(nil, daily(700, except(100, 212, 242, 577, 592))...),
		},
		{ // half of 100 rows
			Code:   "short_day",
			Raises: ofDays(nil, daily(154, usually(49, 153))...),
			Says:   "2025-06-03, the last order day, has 49 rows, where a Tuesday has 100: it may have been exported before it was over, or in part; set time.as_of to the day before, or run again when it is whole",
			Silent: ofDays(nil, daily(154, usually(50, 153))...),
		},
		{ // a holiday was as low a year ago
			Code:   "short_day",
			Raises: ofDays(nil, daily(500, usually(20, 499))...),
			Says:   "2026-05-15, the last order day, has 20 rows, where a Friday has 100: it may have been exported before it was over, or in part; set time.as_of to the day before, or run again when it is whole",
			Silent: ofDays(nil, daily(500, usually(20, 499, 137))...),
		},
		{ // the last four Mondays, and not three
			Code:   "short_day",
			Raises: ofDays(nil, daily(155, usually(5, 152, 145, 138, 131))...),
			Says:   "each of the last 4 Mondays up to 2025-06-02 has half of the usual rows or less (5, usual 100), and other days have not: see whether an export of that weekday is missing or cut off",
			Silent: ofDays(nil, daily(155, usually(15, 152, 145, 138))...),
		},
		{ // closed for the last four weeks but for the last three days: no weekday is short
			Code:   "short_day",
			Raises: ofDays(nil, daily(155, usually(5, 152, 145, 138, 131))...),
			Says:   "each of the last 4 Mondays up to 2025-06-02 has half of the usual rows or less (5, usual 100), and other days have not: see whether an export of that weekday is missing or cut off",
			Silent: ofDays(nil, daily(400, except(100, 340, 396))...),
		},
		{ // 0.15 of the third lowest, which has all 100, is more than a tenth
			Code:   "short_day",
			Raises: ofDays(nil, daily(154, usually(9, 110))...),
			Says:   "2025-04-21 has 9 rows, where a Monday about then has 100: its export may have been cut off",
			Silent: ofDays(nil, daily(154, usually(10, 110))...),
		},
		{ // more than a week, of an order a day
			Code:   "trailing_gap",
			Raises: ofDays(&config.Day{Time: january(18)}, daily(10, usually(1))...),
			Says:   "no order from 2025-01-11 to 2025-01-18, 8 days up to time.as_of, where a usual gap is 1 day: order files may be missing, and every customer looks that much longer gone; the link latest is not moved to it",
			Silent: ofDays(&config.Day{Time: january(17)}, daily(10, usually(1))...),
		},
		{ // in August, where the shop was closed a year ago as well
			Code:   "trailing_gap",
			Raises: ofDays(&config.Day{Time: january(1 + 600)}, daily(577, usually(1))...),
			Says:   "no order from 2026-08-01 to 2026-08-24, 24 days up to time.as_of, where a usual gap is 1 day: order files may be missing, and every customer looks that much longer gone; the link latest is not moved to it",
			Silent: ofDays(&config.Day{Time: january(1 + 600)}, daily(577, except(1, 212, 242))...),
		},
		{ // more than five times four days
			Code:   "trailing_gap",
			Raises: ofDays(&config.Day{Time: january(30)}, onDay(january(1), 1), onDay(january(5), 1), onDay(january(9), 1)),
			Says:   "no order from 2025-01-10 to 2025-01-30, 21 days up to time.as_of, where a usual gap is 4 days: order files may be missing, and every customer looks that much longer gone; the link latest is not moved to it",
			Silent: ofDays(&config.Day{Time: january(29)}, onDay(january(1), 1), onDay(january(5), 1), onDay(january(9), 1)),
		},
		{ // 11 of 1,000; what is no fault of the files does not count
			Code:   "many_rows_quarantined",
			Raises: ofRows(ReasonCount{Reason: Used, Rows: 989}, ReasonCount{Reason: "null_customer", Rows: 10}, ReasonCount{Reason: "null_time", Rows: 1}),
			Says:   "1.1 % of the rows are in quarantine, and what they hold is in no figure: cbv check shows where they are",
			Silent: ofRows(ReasonCount{Reason: Used, Rows: 790}, ReasonCount{Reason: "null_customer", Rows: 10}, ReasonCount{Reason: Filtered, Rows: 100}, ReasonCount{Reason: AfterAsOf, Rows: 100}),
		},
		{ // a usual month has 10, one and a half times that is 15
			Code:   "files_start_mid_life",
			Raises: ofNewCustomers(nil, 16, 10, 10),
			Says:   "the first month, 2025-01, has 16 new customers and a usual month 10: the files probably start in the middle of the shop's life, and its old customers look new; those who are first seen before 2025-02-03 are taken for old, and figures of new customers leave them out",
			Silent: ofNewCustomers(nil, 15, 10, 10),
		},
		{ // the lower of the two in the middle is usual: 20 of 10, 20, 40 and 2,000
			Code:   "files_start_mid_life",
			Raises: ofNewCustomers(nil, 2000, 40, 20, 10),
			Says:   "the first month, 2025-01, has 2,000 new customers and a usual month 20: the files probably start in the middle of the shop's life, and its old customers look new; those who are first seen before 2025-02-03 are taken for old, and figures of new customers leave them out",
			Silent: ofNewCustomers(february, 2000, 40, 20, 10), // it is said from when on
		},
		{ // of two months neither is usual
			Code:   "files_start_mid_life",
			Raises: ofNewCustomers(nil, 160, 10, 1),
			Says:   "the first month, 2025-01, has 160 new customers and a usual month 10: the files probably start in the middle of the shop's life, and its old customers look new; those who are first seen before 2025-02-03 are taken for old, and figures of new customers leave them out",
			Silent: ofNewCustomers(nil, 160, 10),
		},
	})
}

// Customers are new from the 32nd day of files that start in the middle of the shop's
// life, from orders.fit_from, or always.
func TestNewCustomersBeginAfterAMonthOfOldOnes(t *testing.T) {
	always := Limits.ReadableFrom
	for _, c := range []struct {
		what                  string
		fitFrom               *config.Day
		months                []int64
		asOf                  time.Time
		newFrom, trailingFrom time.Time
	}{
		{"a sound shop", nil, []int64{15, 10, 10}, january(400), always, january(36)},
		{"in the middle", nil, []int64{16, 10, 10}, january(400), january(34), january(36)},
		{"in the middle, of a year ago", nil, []int64{16, 10, 10}, january(390), january(34), january(34)},
		{"in the middle, of these days", nil, []int64{16, 10, 10}, january(30), january(30), january(30)},
		{"in the middle, and said from when on", &config.Day{Time: january(99)}, []int64{16, 10, 10}, january(400), january(99), january(99)},
	} {
		context := pipelinetest.NewContext()
		if err := ofNewCustomersAsOf(c.asOf, c.fitFrom, c.months...)(context); err != nil {
			t.Fatal(err)
		}
		span, err := engine.One[newcomerSpan](t.Context(), context.Engine, "newcomer_span")
		if err != nil || !span.NewFrom.Equal(c.newFrom) || !span.TrailingFrom.Equal(c.trailingFrom) {
			t.Errorf("%s: %v, want %v and %v", c.what, span, c.newFrom, c.trailingFrom)
		}
	}
}

// From a day further behind the last order than the horizon everybody looks gone.
func TestADayBeyondTheHorizonIsRefused(t *testing.T) {
	for days, want := range map[int]bool{365: false, 366: true} {
		err := ofDays(&config.Day{Time: january(3 + days)}, daily(3, usually(1))...)(pipelinetest.NewContext())
		if got := failure.KindOf(err) == failure.Input; err != nil != want || got != want {
			t.Errorf("%d days beyond the last order: %v", days, err)
		}
	}
}

// After a closing that every year has, the first day is no wrong date.
func TestAShopReopensAfterAClosing(t *testing.T) {
	const lastOfJuly, firstOfSeptember = 576, 608
	for closedBefore, want := range map[bool]bool{true: false, false: true} {
		days := daily(lastOfJuly+1, usually(1))
		if closedBefore {
			days = daily(lastOfJuly+1, except(1, 212, 242))
		}
		c := pipelinetest.NewContext()
		enginetest.Put(c.Engine, "last_order_places", orderPlace{"a.parquet", 1, 1})
		err := ofDays(nil, append(days, onDay(january(1+firstOfSeptember), 1))...)(c)
		if got := err != nil; got != want {
			t.Errorf("closed a year before: %v: %v", closedBefore, err)
		}
	}
}

// A backtest takes a third of the history, and a week at the least.
func TestAShortHistoryHasNoHoldout(t *testing.T) {
	for _, c := range []struct {
		days, want int
		why        string
	}{{21, 7, ""}, {20, 0, "20 days of orders are too few for a backtest"}, {3000, 365, ""}} {
		context := pipelinetest.NewContext()
		context.Days = pipeline.Days{AsOf: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Orders: []time.Time{time.Date(2026, 1, 1-c.days, 0, 0, 0, 0, time.UTC)}}
		in := NewWithBacktest(context, Inputs{})
		if err := in.setHoldout(); err != nil || in.Holdout.Days != c.want || in.Holdout.WhyNone != c.why {
			t.Errorf("%d days: %+v, %v", c.days, in.Holdout, err)
		}
	}
}
