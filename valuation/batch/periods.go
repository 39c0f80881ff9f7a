package batch

import (
	"context"
	"database/sql/driver"
	"time"

	"cbv/valuation/engine"
)

// cohorts90d is the period of the cohorts that are compared.
const cohorts90d = "cohorts_90d"

// span is a number of days in a row, the last one included.
type span struct{ from, to time.Time }

// comparedPeriods makes the table of the periods that are compared with those a year
// before: the 12 months to as_of, the last whole quarter and month, and the 12
// months of cohorts that have had SecondPurchaseDays by now. The files know a
// period if they begin in the month in which it does, or earlier; cohorts are also
// unknown before orders.fit_from, where old customers may be among them.
func (r *run) comparedPeriods(ctx context.Context) error {
	first := r.asOf
	if len(r.orderDays) > 0 && r.orderDays[0].Before(first) {
		first = r.orderDays[0]
	}
	first = startOf(first, 1)
	next := r.asOf.AddDate(0, 0, 1)
	var rows [][]driver.Value
	for _, p := range []struct {
		name    string
		current span
	}{
		{"12_months", yearTo(r.asOf)},
		{cohorts90d, yearTo(r.asOf.AddDate(0, 0, -int(businessRules.SecondPurchaseDays)))},
		{"month", wholeBefore(next, 1)},
		{"quarter", wholeBefore(next, 3)},
	} {
		before := yearBefore(p.current)
		known := func(s span) bool {
			from := r.Config.Orders.FitFrom
			return !first.After(s.from) && (p.name != cohorts90d || from == nil || !from.After(s.from))
		}
		rows = append(rows, []driver.Value{p.name, p.current.from, p.current.to, before.from, before.to, known(p.current), known(before)})
	}
	return r.engine.Rows(ctx, "compared_periods", []engine.Column{
		{Name: "period", Type: "varchar"}, {Name: "starts_on", Type: "date"}, {Name: "ends_on", Type: "date"},
		{Name: "before_starts_on", Type: "date"}, {Name: "before_ends_on", Type: "date"},
		{Name: "is_known", Type: "boolean"}, {Name: "is_before_known", Type: "boolean"},
	}, rows)
}

// yearTo returns the 12 months that end on a day.
func yearTo(day time.Time) span { return span{day.AddDate(0, 0, 1).AddDate(-1, 0, 0), day} }

// yearBefore returns the same a year before. It ends on the eve of what follows, so
// that February does not lose its 29th.
func yearBefore(s span) span {
	return span{s.from.AddDate(-1, 0, 0), s.to.AddDate(0, 0, 1).AddDate(-1, 0, -1)}
}

// wholeBefore returns the last whole calendar month (months 1) or quarter (3)
// that is over when next begins.
func wholeBefore(next time.Time, months int) span {
	start := startOf(next, months)
	return span{start.AddDate(0, -months, 0), start.AddDate(0, 0, -1)}
}

// startOf returns the first day of the month (1), quarter (3) or year (12) of a
// day.
func startOf(day time.Time, months int) time.Time {
	month := int(day.Month()) - 1
	return time.Date(day.Year(), time.Month(month-month%months+1), 1, 0, 0, 0, 0, time.UTC)
}
