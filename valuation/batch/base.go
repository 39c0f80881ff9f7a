package batch

import (
	"cmp"
	"context"
	"database/sql/driver"
	"fmt"
	"slices"

	"github.com/dustin/go-humanize"

	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/publication"
	"cbv/valuation/rfm"
)

// baseSize is the size of the base and of what is left out of it.
type baseSize struct {
	customers            int64
	returnsOnlyCustomers int64
	returnsOnlyMinor     int64
}

// base sizes the customer base up and stops a run that has none.
func base(ctx context.Context, r *run) error {
	err := r.engine.Scan(ctx, "returns_only", []string{"customers", "revenue_minor"}, &r.base.returnsOnlyCustomers, &r.base.returnsOnlyMinor)
	if err != nil {
		return err
	}
	type cohort struct{ year, month, customers int64 }
	var cohorts []cohort
	err = r.engine.Each(ctx, "cohort_sizes", []string{"cohort_year", "cohort_month", "customers"}, func(v []driver.Value) error {
		c := cohort{v[0].(int64), v[1].(int64), v[2].(int64)}
		cohorts = append(cohorts, c)
		r.base.customers += c.customers
		return nil
	})
	if err != nil {
		return err
	}
	first := r.files[0].Path
	used := humanize.Comma(r.report.Rows(Used))
	switch r.base.customers {
	case 0:
		return failure.Inputf("%s: none of %s customers in %s used rows has a day that nets a minor unit of %s or more: check the sign and the scale of orders.columns.amount",
			first, humanize.Comma(r.base.returnsOnlyCustomers), used, r.Config.Value.Currency)
	case 1:
		return failure.Inputf("%s: only one customer has a purchase in %s used rows, and one customer is no base to value: check orders.columns.customer_id", first, used)
	}
	// The last month is rarely whole, and a shop's first is small; neither
	// should set what is usual.
	slices.SortFunc(cohorts, func(a, b cohort) int { return cmp.Or(cmp.Compare(a.year, b.year), cmp.Compare(a.month, b.month)) })
	if len(cohorts) < 3 {
		return nil
	}
	var sizes []int64
	for _, c := range cohorts {
		sizes = append(sizes, c.customers)
	}
	slices.Sort(sizes)
	median := sizes[(len(sizes)-1)/2]
	if f := cohorts[0]; r.Config.Orders.FitFrom == nil && float64(f.customers) > 1.5*float64(median) {
		r.warn("files_start_mid_life", "the first month, %d-%02d, has %s new customers and a usual month %s: the files probably start in the middle of the shop's life, and its old customers look new; set orders.fit_from to a day after which newcomers are real newcomers",
			f.year, f.month, humanize.Comma(f.customers), humanize.Comma(median))
	}
	return nil
}

// rfmCuts joins the quintiles of the base with the cut points that are pinned.
func rfmCuts(ctx context.Context, r *run) error {
	var cuts rfm.Cuts
	err := r.engine.Scan(ctx, "rfm_quintiles",
		[]string{"recency_20", "recency_40", "recency_60", "recency_80", "monetary_20", "monetary_40", "monetary_60", "monetary_80"},
		&cuts.Recency[0], &cuts.Recency[1], &cuts.Recency[2], &cuts.Recency[3],
		&cuts.Monetary[0], &cuts.Monetary[1], &cuts.Monetary[2], &cuts.Monetary[3])
	if err != nil {
		return err
	}
	for i, days := range r.Config.RFM.RecencyCuts {
		cuts.Recency[i] = int64(days)
	}
	for i, amount := range r.Config.RFM.MonetaryCuts {
		cuts.Monetary[i] = toMinor(amount, r.minor)
	}
	for i, purchases := range r.Config.RFM.FrequencyCuts {
		cuts.Frequency[i] = int64(purchases)
	}
	r.cuts = publication.RFMCuts{RecencyDays: cuts.Recency[:], Purchases: cuts.Frequency[:]}
	var columns []engine.Column
	var row []driver.Value
	add := func(name string, bounds []int64) {
		for i, bound := range bounds {
			columns = append(columns, engine.Column{Name: fmt.Sprintf("%s_%d", name, i+1), Type: "bigint"})
			row = append(row, bound)
		}
	}
	add("recency", cuts.Recency[:])
	add("frequency", cuts.Frequency[:])
	add("monetary", cuts.Monetary[:])
	for _, minor := range cuts.Monetary {
		r.cuts.Monetary = append(r.cuts.Monetary, r.exact(minor))
	}
	return r.engine.Rows(ctx, "rfm_cuts", columns, [][]driver.Value{row})
}
