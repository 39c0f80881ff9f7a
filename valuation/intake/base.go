package intake

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/dustin/go-humanize"

	"cbv/valuation/calendar"
	"cbv/valuation/engine"
	"cbv/valuation/failure"
)

// Base is the size of the base and of what is left out of it.
type Base struct {
	Customers            int64
	ReturnsOnlyCustomers int64
	ReturnsOnlyMinor     int64
}

type cohortSize struct {
	CohortYear, CohortMonth, Customers int64
}

// newcomerSpan is the row of newcomer_span: the first day from which on customers who
// first purchase are new, and the first of the trailing period of acquisition.
type newcomerSpan struct{ NewFrom, TrailingFrom time.Time }

// SizeBase sizes the customer base up and stops a plan that has none. It makes
// newcomer_span.
func (in *Intake) SizeBase(ctx context.Context) error {
	returnsOnly, err := engine.One[struct{ Customers, RevenueMinor int64 }](ctx, in.Engine, "returns_only")
	if err != nil {
		return err
	}
	cohorts, err := engine.All[cohortSize](ctx, in.Engine, "cohort_sizes")
	if err != nil {
		return err
	}
	in.Base = Base{ReturnsOnlyCustomers: returnsOnly.Customers, ReturnsOnlyMinor: returnsOnly.RevenueMinor}
	for _, cohort := range cohorts {
		in.Base.Customers += cohort.Customers
	}
	first := in.Inputs.Orders[0].Path
	used := humanize.Comma(in.Report.Rows(Used))
	switch in.Base.Customers {
	case 0:
		return failure.Inputf("%s: none of %s customers in %s used rows has a day that nets a minor unit of %s or more: check the sign and the scale of orders.columns.amount",
			first, humanize.Comma(in.Base.ReturnsOnlyCustomers), used, in.Config.Value.Currency)
	case 1:
		return failure.Inputf("%s: only one customer has a purchase in %s used rows, and one customer is no base to value: check orders.columns.customer_id", first, used)
	}
	in.warnOfStart(cohorts)
	return engine.Insert(ctx, in.Engine, "newcomer_span", []newcomerSpan{{in.NewFrom(), in.TrailingFrom()}})
}

// CheckStart says in a check whether the files start in the middle of the shop's life.
func (in *Intake) CheckStart(ctx context.Context) error {
	cohorts, err := engine.All[cohortSize](ctx, in.Engine, "first_months")
	if err == nil {
		in.warnOfStart(cohorts)
	}
	return err
}

// warnOfStart warns of files whose first month has far too many new customers, and takes
// those whom they show from their start for old ones.
func (in *Intake) warnOfStart(cohorts []cohortSize) {
	slices.SortFunc(cohorts, func(a, b cohortSize) int {
		return cmp.Or(cmp.Compare(a.CohortYear, b.CohortYear), cmp.Compare(a.CohortMonth, b.CohortMonth))
	})
	if usual, starts := startsMidLife(cohorts); starts && in.Config.Orders.FitFrom == nil {
		f := cohorts[0]
		in.startsMidLife = true
		in.Warn("files_start_mid_life", "the first month, %d-%02d, has %s new customers and a usual month %s: the files probably start in the middle of the shop's life, and its old customers look new; those who are first seen before %s are taken for old, and figures of new customers leave them out",
			f.CohortYear, f.CohortMonth, humanize.Comma(f.Customers), humanize.Comma(usual), in.NewFrom().Format(time.DateOnly))
	}
}

// NewFrom is the first day from which on customers who first purchase are new, as far as
// the files show: orders.fit_from; or, where the files start in the middle of the shop's
// life, the day after its old customers have had oldDays to be seen; else the first
// readable day. It is known once the base is sized up.
func (in *Intake) NewFrom() time.Time {
	switch from := in.Config.Orders.FitFrom; {
	case from != nil:
		return from.Time
	case in.startsMidLife:
		if from := in.Days.First().AddDate(0, 0, oldDays); from.Before(in.Days.AsOf) {
			return from
		}
		return in.Days.AsOf
	}
	return Limits.ReadableFrom
}

// TrailingFrom is the first day of the trailing period, over which acquisition is
// judged: 12 months, for spend booked by the month is then whole in leap years too;
// or fewer, where customers are known to be new from a later day on.
func (in *Intake) TrailingFrom() time.Time {
	from := calendar.YearTo(in.Days.AsOf).From
	if newFrom := in.NewFrom(); newFrom.After(from) {
		from = newFrom
	}
	return from
}

// oldDays is how many days from their first one files that start in the middle of a
// shop's life take to show its old customers.
const oldDays = 31

// midLifeFactor is how many times the new customers of a usual month the first one has
// where the files start in the middle of a shop's life.
const midLifeFactor = 1.5

// startsMidLife reports whether the first of the cohorts, in order of their months,
// is far larger than a usual one, and how large that is. The last month is rarely
// whole, and a shop's first is small; neither should set what is usual, so the lower
// median does.
func startsMidLife(cohorts []cohortSize) (usual int64, starts bool) {
	if len(cohorts) < 3 {
		return 0, false
	}
	var sizes []int64
	for _, cohort := range cohorts {
		sizes = append(sizes, cohort.Customers)
	}
	slices.Sort(sizes)
	usual = sizes[(len(sizes)-1)/2]
	return usual, float64(cohorts[0].Customers) > midLifeFactor*float64(usual)
}
