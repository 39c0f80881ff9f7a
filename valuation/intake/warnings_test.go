package intake

import (
	"context"
	"testing"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/engine/enginetest"
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

// ofOrderDays sets the as-of day of orders so many days after 1 January 2025.
func ofOrderDays(after ...int) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		days := []struct{ OrderDay time.Time }{}
		for _, n := range after {
			days = append(days, struct{ OrderDay time.Time }{time.Date(2025, 1, 1+n, 0, 0, 0, 0, time.UTC)})
		}
		enginetest.Put(c.Engine, "order_days", days...)
		return New(c, Inputs{}).setAsOf(context.Background())
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
		in.WarnOfRows()
		return nil
	}
}

// ofNewCustomers sizes a base up whose months from January 2025 on have so many new
// customers.
func ofNewCustomers(fitFrom *config.Day, months ...int64) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		c.Config.Orders.FitFrom = fitFrom
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
		{
			Code:   "gap_in_orders",
			Raises: ofOrderDays(0, 1, 2, 33, 34),
			Says:   "the order day 2025-02-03 is 31 days after the one before (usual: 1): files may be missing, or the dates from then on wrong",
			Silent: ofOrderDays(0, 1, 2, 32, 33),
		},
		{ // of a shop with an order every fourth day: more than ten times that
			Code:   "gap_in_orders",
			Raises: ofOrderDays(0, 4, 8, 49, 53),
			Says:   "the order day 2025-02-19 is 41 days after the one before (usual: 4): files may be missing, or the dates from then on wrong",
			Silent: ofOrderDays(0, 4, 8, 48, 52),
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
			Says:   "the first month, 2025-01, has 16 new customers and a usual month 10: the files probably start in the middle of the shop's life, and its old customers look new; set orders.fit_from to a day from which on new customers are new",
			Silent: ofNewCustomers(nil, 15, 10, 10),
		},
		{ // the lower of the two in the middle is usual: 20 of 10, 20, 40 and 2,000
			Code:   "files_start_mid_life",
			Raises: ofNewCustomers(nil, 2000, 40, 20, 10),
			Says:   "the first month, 2025-01, has 2,000 new customers and a usual month 20: the files probably start in the middle of the shop's life, and its old customers look new; set orders.fit_from to a day from which on new customers are new",
			Silent: ofNewCustomers(february, 2000, 40, 20, 10), // it is said from when on
		},
		{ // of two months neither is usual
			Code:   "files_start_mid_life",
			Raises: ofNewCustomers(nil, 160, 10, 1),
			Says:   "the first month, 2025-01, has 160 new customers and a usual month 10: the files probably start in the middle of the shop's life, and its old customers look new; set orders.fit_from to a day from which on new customers are new",
			Silent: ofNewCustomers(nil, 160, 10),
		},
	})
}

// A date that is more likely wrong would make every customer look long gone: after
// more than a week and five usual gaps.
func TestALateLastDayIsRefused(t *testing.T) {
	for _, c := range []struct {
		gap, median int
		want        bool
	}{{8, 1, true}, {7, 1, false}, {11, 2, true}, {10, 2, false}} {
		if got := isLateLastDay(c.gap, c.median); got != c.want {
			t.Errorf("%d days after the one before, %d usual: late %v", c.gap, c.median, got)
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
