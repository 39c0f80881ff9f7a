package run

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/stat"
)

// stepRow is a row of repeat_steps.
type stepRow struct {
	Number             *int64   `parquet:"purchase_number"`
	AndMore            *bool    `parquet:"is_and_more"`
	Customers          *int64   `parquet:"customers"`
	Repeaters          *int64   `parquet:"repeaters"`
	Rate               *float64 `parquet:"rate"`
	Low                *float64 `parquet:"low"`
	High               *float64 `parquet:"high"`
	Customers365       *int64   `parquet:"customers_365d"`
	Repeaters365       *int64   `parquet:"repeaters_365d"`
	Rate365            *float64 `parquet:"rate_365d"`
	Low365             *float64 `parquet:"low_365d"`
	High365            *float64 `parquet:"high_365d"`
	MedianGap          *int64   `parquet:"median_gap_days"`
	MedianGapRepeaters *int64   `parquet:"median_gap_of_repeaters_days"`
}

// A wait is the time after a purchase, until the next one or as_of.
type wait struct {
	days, since int // since: from the purchase to as_of
	ended       bool
}

// compareSteps holds repeat_steps to the purchase days of every customer.
func compareSteps(t *testing.T, result Result, customers map[string]*audited, asOf int) {
	t.Helper()
	waits := map[int64][]wait{}
	for _, customer := range customers {
		for i, day := range customer.purchases {
			w := wait{asOf - day, asOf - day, i+1 < len(customer.purchases)}
			if w.ended {
				w.days = customer.purchases[i+1] - day
			}
			number := int64(min(i+1, 10))
			waits[number] = append(waits[number], w)
		}
	}
	rows := readTable[stepRow](t, result, "repeat_steps")
	if len(rows) != len(waits) {
		t.Errorf("%d repeat steps, want %d", len(rows), len(waits))
	}
	for _, row := range rows {
		compareStep(t, row, waits[*row.Number])
	}
}

func compareStep(t *testing.T, row stepRow, waits []wait) {
	t.Helper()
	var ended, mature, matureEnded int64
	var gaps []int
	watched := false
	for _, w := range waits {
		watched = watched || w.days > 0
		if w.ended {
			ended++
			gaps = append(gaps, w.days)
		}
		if w.since >= 365 {
			mature++
			if w.ended && w.days <= 365 {
				matureEnded++
			}
		}
	}
	slices.Sort(gaps)
	var median *int64
	if len(gaps) > 0 {
		middle := int64(gaps[(len(gaps)+1)/2-1])
		median = &middle
	}
	name := fmt.Sprintf("step from purchase %d", *row.Number)
	if *row.AndMore != (*row.Number == 10) || *row.Customers != int64(len(waits)) || *row.Repeaters != ended ||
		*row.Customers365 != mature || *row.Repeaters365 != matureEnded || shown(row.MedianGapRepeaters) != shown(median) {
		t.Errorf("%s: %d of %d, %d of %d at 365 days, median of repeaters %s; want %d of %d, %d of %d, %s", name, *row.Repeaters, *row.Customers,
			*row.Repeaters365, *row.Customers365, shown(row.MedianGapRepeaters), ended, len(waits), matureEnded, mature, shown(median))
	}
	if want := slowMedian(waits); shown(row.MedianGap) != shown(want) {
		t.Errorf("%s: median gap %s, want %s", name, shown(row.MedianGap), shown(want))
	}
	isShare := func(rate, low, high *float64, part, whole int64) bool {
		if whole == 0 {
			return rate == nil && low == nil && high == nil
		}
		from, to := stat.Wilson(part, whole)
		return rate != nil && *rate == float64(part)/float64(whole) && *low == from && *high == to
	}
	all := int64(len(waits))
	if !watched {
		all = 0
	}
	if !isShare(row.Rate, row.Low, row.High, ended, all) || !isShare(row.Rate365, row.Low365, row.High365, matureEnded, mature) {
		t.Errorf("%s: rates are not %d of %d and %d of %d with their intervals", name, ended, all, matureEnded, mature)
	}
}

// slowMedian goes through the days one by one, and through all waits on each.
func slowMedian(waits []wait) *int64 {
	last := 0
	for _, w := range waits {
		last = max(last, w.days)
	}
	open := 1.0
	for day := 0; day <= last; day++ {
		atRisk, ended := 0, 0
		for _, w := range waits {
			if w.days >= day {
				atRisk++
			}
			if w.ended && w.days == day {
				ended++
			}
		}
		open *= 1 - float64(ended)/float64(max(1, atRisk))
		if open <= 0.5+1e-12 {
			median := int64(day)
			return &median
		}
	}
	return nil
}

// compareKept holds the figures of customers kept, lost and reactivated, and of their
// money, to the customers one by one.
func compareKept(t *testing.T, result Result, customers map[string]*audited, firstDay, asOf int) {
	t.Helper()
	var before, now, capped int64
	var boughtBefore, kept, buyers, reactivated int64
	for _, c := range customers {
		purchases, revenue := c.in(asOf-364, asOf)
		purchasesBefore, revenueBefore := c.in(asOf-729, asOf-365)
		if purchases > 0 {
			buyers++
		}
		if purchasesBefore > 0 {
			boughtBefore++
			before, now, capped = before+revenueBefore, now+revenue, capped+min(revenue, revenueBefore)
			if purchases > 0 {
				kept++
			}
		}
		for i, day := range c.purchases {
			if i > 0 && day > asOf-365 && day-c.purchases[i-1] > 365 {
				reactivated++
			}
		}
	}
	isKnown := firstDayOf(monthOf(firstDay)) <= lensPeriods(asOf)["12_months"][2]
	if !isKnown {
		boughtBefore, buyers = 0, 0
	}
	for metric, want := range map[string]struct {
		value float64
		n     int64
	}{
		"net_revenue_retention":   {float64(now) / float64(before), boughtBefore},
		"gross_revenue_retention": {float64(capped) / float64(before), boughtBefore},
		"customer_retention":      {float64(kept) / float64(boughtBefore), boughtBefore},
		"reactivated_customers":   {float64(reactivated), buyers},
	} {
		got := result.Figures.Base[metric]
		if (got.Value != nil) != isKnown || isKnown && !(*got.Value == want.value) || got.N != want.n {
			t.Errorf("%s: %v of %d, want %v of %d, known %t", metric, shownFloat(got.Value), got.N, want.value, want.n, isKnown)
		}
	}
}

func shownFloat(value *float64) string {
	if value == nil {
		return "null"
	}
	return fmt.Sprint(*value)
}

// compareOrderValues holds mean_order_value to the worth of each month's purchases.
func compareOrderValues(t *testing.T, result Result, customers map[string]*audited, asOf int) {
	t.Helper()
	type bought struct{ worth, purchases, buyers int64 }
	months := map[int]*bought{}
	for _, c := range customers {
		seen := map[int]bool{}
		for _, day := range c.purchases {
			month := monthOf(day)
			if !isOver(month, asOf) {
				continue
			}
			if months[month] == nil {
				months[month] = &bought{}
			}
			months[month].worth += c.net[day]
			months[month].purchases++
			if !seen[month] {
				months[month].buyers++
			}
			seen[month] = true
		}
	}
	for _, row := range readTable[struct {
		Metric *string  `parquet:"metric"`
		Month  *int32   `parquet:"month,date"`
		Value  *float64 `parquet:"value"`
		N      *int64   `parquet:"n"`
	}](t, result, "kpis") {
		if *row.Metric != "mean_order_value" {
			continue
		}
		month := monthOf(int(*row.Month))
		w := months[month]
		if w == nil {
			t.Fatalf("mean_order_value of %s should not be there", dateText(int(*row.Month)))
		}
		delete(months, month)
		if mean := float64(w.worth) / float64(w.purchases) / 100; !(math.Abs(*row.Value-mean) <= 0.005+1e-9) || *row.N != w.buyers {
			t.Errorf("mean_order_value of %s: %g of %d, want %g of %d", dateText(int(*row.Month)), *row.Value, *row.N, mean, w.buyers)
		}
	}
	if len(months) > 0 {
		t.Errorf("mean_order_value of %d months is missing", len(months))
	}
}

// curveRow is a row of margin_curve.
type curveRow struct {
	Scope         *string  `parquet:"scope"`
	Cohort        *int32   `parquet:"cohort_month,date"`
	Channel       *string  `parquet:"channel"`
	Age           *int64   `parquet:"age_months"`
	Customers     *int64   `parquet:"customers"`
	Margin        *float64 `parquet:"cumulative_margin_per_customer"`
	CustomersSoon *int64   `parquet:"customers_with_forecast"`
	MarginSoon    *float64 `parquet:"cumulative_margin_with_forecast_per_customer"`
}

// compareMarginCurve holds what is past of margin_curve to the customers one by one:
// each is in the curve of their scopes at every age that their cohort has had.
func compareMarginCurve(t *testing.T, c config.Config, result Result, base []*person, asOf int) {
	t.Helper()
	type point struct{ customers, revenue, margin int64 }
	points := map[string]*point{}
	for _, p := range base {
		for age := 0; isOver(p.cohort+age, asOf); age++ {
			for _, scope := range scopesOf(p, c.Orders.Columns.Channel != "") {
				key := fmt.Sprint(scope, " ", age)
				if points[key] == nil {
					points[key] = &point{}
				}
				points[key].customers++
				for month, did := range p.months {
					if month-p.cohort <= age {
						points[key].revenue += did.revenue
						points[key].margin += did.margin
					}
				}
			}
		}
	}
	for _, row := range readTable[curveRow](t, result, "margin_curve") {
		key := fmt.Sprint(scopeOfRow(row.Scope, row.Cohort, row.Channel), " ", *row.Age)
		w := points[key]
		if w == nil {
			if *row.Customers != 0 || row.Margin != nil {
				t.Errorf("margin curve %s: %d customers are that old, want none", key, *row.Customers)
			}
			continue
		}
		delete(points, key)
		margin := float64(w.revenue)
		if rate := c.Value.MarginRate; rate != nil {
			margin *= *rate
		} else if c.Orders.Columns.Margin != "" {
			margin = float64(w.margin)
		}
		margin /= float64(w.customers) * 100
		if *row.Customers != w.customers || row.Margin == nil || !(math.Abs(*row.Margin-margin) <= 0.005+1e-9) {
			t.Errorf("margin curve %s: %s of %d, want %g of %d", key, shownFloat(row.Margin), *row.Customers, margin, w.customers)
		}
		if *row.CustomersSoon == w.customers && row.MarginSoon != nil && *row.MarginSoon != *row.Margin {
			t.Errorf("margin curve %s: all are that old, and %g is not %g", key, *row.MarginSoon, *row.Margin)
		}
	}
	if len(points) > 0 {
		t.Errorf("%d points of the margin curve are missing", len(points))
	}
}
