package run

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"cbv/valuation/config"
)

// A lensLine is what the oracle says of a row of lenses. Money is in minor units.
type lensLine struct {
	known                                bool
	customers, active, purchases         int64
	revenue                              int64
	purchasesBefore, revenueBefore       int64
	cumulative                           int64
	hasBefore, hasCumulative, hasInGroup bool
}

// An audited customer is one with or without a purchase, day by day.
type audited struct {
	net       map[int]int64
	purchases []int // days
}

func (a *audited) in(from, to int) (purchases, revenue int64) {
	for day, minor := range a.net {
		if from <= day && day <= to {
			revenue += minor
		}
	}
	for _, day := range a.purchases {
		if from <= day && day <= to {
			purchases++
		}
	}
	return purchases, revenue
}

func lensAudit(rows []tableRow, asOf int, zeroIsPurchase bool) (customers map[string]*audited, firstDay int) {
	customers, firstDay = map[string]*audited{}, math.MaxInt
	for _, row := range rows {
		firstDay = min(firstDay, row.day)
		if row.day > asOf {
			continue
		}
		if customers[row.customer] == nil {
			customers[row.customer] = &audited{net: map[int]int64{}}
		}
		customers[row.customer].net[row.day] += row.minor
	}
	for _, a := range customers {
		for day, minor := range a.net {
			if minor > 0 || zeroIsPurchase && minor == 0 {
				a.purchases = append(a.purchases, day)
			}
		}
		slices.Sort(a.purchases)
	}
	return customers, firstDay
}

// lensPeriods are the compared periods as first and last days, and those before.
func lensPeriods(asOf int) map[string][4]int {
	lastMonth := monthOf(asOf)
	if !isOver(lastMonth, asOf) {
		lastMonth--
	}
	quarter := lastMonth - (lastMonth+1)%3 // ends with a month divisible by 3
	months := func(from, to int) [4]int {
		return [4]int{firstDayOf(from), firstDayOf(to+1) - 1, firstDayOf(from - 12), firstDayOf(to-11) - 1}
	}
	day := func(years int) int {
		return int(time.Unix(int64(asOf+1)*86400, 0).UTC().AddDate(-years, 0, 0).Unix() / 86400)
	}
	return map[string][4]int{
		"month": months(lastMonth, lastMonth), "quarter": months(quarter-2, quarter), "12_months": {day(1), asOf, day(2), day(1) - 1},
	}
}

func lensKey(lens int64, period string, start, cohort *int32, age *int64, group string) string {
	day := func(number *int32) string {
		if number == nil {
			return "null"
		}
		return dateText(int(*number))
	}
	return fmt.Sprintf("%d %s %s %s %s %s", lens, period, day(start), day(cohort), shown(age), group)
}

func days32(day int) *int32 { d := int32(day); return &d }

// oracleLenses takes customers one by one, and the cells of cohorts from
// oracleCohorts, which goes by customers too.
func oracleLenses(rows []tableRow, asOf int, zeroIsPurchase bool) map[string]*lensLine {
	customers, firstDay := lensAudit(rows, asOf, zeroIsPurchase)
	lines := map[string]*lensLine{}
	known := func(from int) bool { return firstDayOf(monthOf(firstDay)) <= from }
	oracleSpread(lines, customers, lensPeriods(asOf)["12_months"], known)
	for name, period := range lensPeriods(asOf) {
		oracleChange(lines, customers, name, period, known)
	}
	base := people(rows, asOf, zeroIsPurchase)
	oracleLensesByAge(lines, oracleCohorts(base, asOf), asOf)
	oracleBase(lines, base, customers, firstDay, asOf)
	return lines
}

func oracleSpread(lines map[string]*lensLine, customers map[string]*audited, period [4]int, known func(int) bool) {
	line := func(group string) *lensLine {
		key := lensKey(1, "12_months", days32(period[0]), nil, nil, group)
		if lines[key] == nil {
			lines[key] = &lensLine{known: known(period[0])}
		}
		return lines[key]
	}
	var revenues []int64
	for _, a := range customers {
		if purchases, revenue := a.in(period[0], period[1]); purchases > 0 {
			revenues = append(revenues, revenue)
		}
	}
	slices.Sort(revenues)
	for i := range 10 {
		line(fmt.Sprintf("decile_%02d", i+1))
	}
	line("returns")
	line("returns_only")
	for _, a := range customers {
		purchases, revenue := a.in(period[0], period[1])
		group := "returns"
		switch {
		case purchases > 0:
			decile := 1
			for i := 1; i < 10; i++ {
				if revenue > revenues[(i*len(revenues)+9)/10-1] {
					decile++
				}
			}
			group = fmt.Sprintf("decile_%02d", decile)
		case revenue == 0:
			continue
		case len(a.purchases) == 0:
			group = "returns_only"
		}
		l := line(group)
		l.customers++
		if purchases > 0 {
			l.active++
		}
		l.purchases += purchases
		l.revenue += revenue
	}
}

func oracleChange(lines map[string]*lensLine, customers map[string]*audited, name string, period [4]int, known func(int) bool) {
	line := func(group string) *lensLine {
		key := lensKey(2, name, days32(period[0]), nil, nil, group)
		if lines[key] == nil {
			lines[key] = &lensLine{known: known(period[2]), hasBefore: true}
		}
		return lines[key]
	}
	for _, group := range []string{"new", "reactivated", "kept_up", "kept_down", "kept_even", "lost", "returns", "returns_only"} {
		line(group)
	}
	for _, a := range customers {
		now, revenue := a.in(period[0], period[1])
		before, revenueBefore := a.in(period[2], period[3])
		group := "returns"
		switch {
		case now > 0 && before > 0 && revenue > revenueBefore:
			group = "kept_up"
		case now > 0 && before > 0 && revenue < revenueBefore:
			group = "kept_down"
		case now > 0 && before > 0:
			group = "kept_even"
		case now > 0 && a.purchases[0] >= period[0]:
			group = "new"
		case now > 0:
			group = "reactivated"
		case before > 0:
			group = "lost"
		case revenue == 0 && revenueBefore == 0:
			continue
		case len(a.purchases) == 0:
			group = "returns_only"
		}
		l := line(group)
		l.customers++
		if now > 0 {
			l.active++
		}
		l.purchases += now
		l.revenue += revenue
		l.purchasesBefore += before
		l.revenueBefore += revenueBefore
	}
}

func oracleLensesByAge(lines map[string]*lensLine, cells map[cellKey]*cell, asOf int) {
	for key, c := range cells {
		age := int64(key.age)
		lines[lensKey(3, "month", days32(firstDayOf(key.cohort+key.age)), days32(firstDayOf(key.cohort)), &age, "cohort")] = &lensLine{
			known: c.over, hasInGroup: true, customers: c.customers, active: c.active, purchases: c.purchases, revenue: c.revenue,
			cumulative: c.soFar.revenue, hasCumulative: true,
		}
		start := key.cohort - key.cohort%3
		quarter := lensKey(4, "age", nil, days32(firstDayOf(start)), &age, "cohort")
		if lines[quarter] == nil {
			lines[quarter] = &lensLine{known: isOver(start+2+key.age, asOf), hasCumulative: true}
		}
		l := lines[quarter]
		l.customers += c.customers
		l.active += c.active
		l.purchases += c.purchases
		l.revenue += c.revenue
		l.cumulative += c.soFar.revenue
	}
}

func oracleBase(lines map[string]*lensLine, base []*person, customers map[string]*audited, firstDay, asOf int) {
	line := func(year, month int, group string) *lensLine {
		var cohort *int32
		if group == "cohort" {
			cohort = days32(firstDayOf(year * 12))
		}
		key := lensKey(5, "month", days32(firstDayOf(month)), cohort, nil, group)
		if lines[key] == nil {
			lines[key] = &lensLine{known: isOver(month, asOf)}
		}
		return lines[key]
	}
	for month := monthOf(firstDay); month <= monthOf(asOf); month++ {
		line(0, month, "returns_only")
		for _, a := range customers {
			active := false
			for day, minor := range a.net {
				if len(a.purchases) == 0 && monthOf(day) == month {
					line(0, month, "returns_only").revenue += minor
					active = true
				}
			}
			if active {
				line(0, month, "returns_only").customers++
			}
		}
	}
	for _, p := range base {
		for month := p.cohort; month <= monthOf(asOf); month++ {
			line(p.cohort/12, month, "cohort").customers++
		}
		for month, did := range p.months {
			l := line(p.cohort/12, month, "cohort")
			if did.purchases > 0 {
				l.active++
			}
			l.purchases += did.purchases
			l.revenue += did.revenue
		}
	}
}

// lensRow is a row of lenses.parquet.
type lensRow struct {
	Lens            *int64   `parquet:"lens"`
	Period          *string  `parquet:"period"`
	Start           *int32   `parquet:"period_start,date"`
	End             *int32   `parquet:"period_end,date"`
	BeforeStart     *int32   `parquet:"before_start,date"`
	BeforeEnd       *int32   `parquet:"before_end,date"`
	Cohort          *int32   `parquet:"cohort,date"`
	Age             *int64   `parquet:"age_months"`
	Group           *string  `parquet:"customer_group"`
	Customers       *int64   `parquet:"customers"`
	Active          *int64   `parquet:"active_customers"`
	Purchases       *int64   `parquet:"purchases"`
	Revenue         *float64 `parquet:"revenue"`
	Share           *float64 `parquet:"share_of_revenue"`
	PurchasesBefore *int64   `parquet:"purchases_before"`
	RevenueBefore   *float64 `parquet:"revenue_before"`
	Change          *float64 `parquet:"revenue_change"`
	ShareActive     *float64 `parquet:"share_active"`
	PerActive       *float64 `parquet:"purchases_per_active_customer"`
	PerPurchase     *float64 `parquet:"revenue_per_purchase"`
	PerCustomer     *float64 `parquet:"revenue_per_customer"`
	Cumulative      *float64 `parquet:"cumulative_revenue_per_customer"`
}

func (r lensRow) key() string { return lensKey(*r.Lens, *r.Period, r.Start, r.Cohort, r.Age, *r.Group) }

// compareLenses holds lenses to the oracle, row by row, and the groups of a
// period to the money of its days.
func compareLenses(t *testing.T, c config.Config, result Result, rows []tableRow) {
	t.Helper()
	asOf := int(c.Time.AsOf.Unix() / 86400)
	want := oracleLenses(rows, asOf, c.Orders.ZeroIsPurchase)
	got := readTable[lensRow](t, result, "lenses")
	if len(got) != len(want) {
		t.Errorf("%d rows of lenses, want %d", len(got), len(want))
	}
	for _, g := range got {
		w := want[g.key()]
		if w == nil {
			t.Fatalf("lens %s should not be there, or not twice", g.key())
		}
		delete(want, g.key())
		w.check(t, g)
	}
	for name, period := range lensPeriods(asOf) {
		var now, before, change, wantNow, wantBefore int64
		for _, row := range rows {
			if period[0] <= row.day && row.day <= period[1] {
				wantNow += row.minor
			}
			if period[2] <= row.day && row.day <= period[3] {
				wantBefore += row.minor
			}
		}
		known := false
		for _, g := range got {
			if *g.Lens == 2 && *g.Period == name && g.Revenue != nil {
				known = true
				now, before, change = now+minor(g.Revenue), before+minor(g.RevenueBefore), change+minor(g.Change)
			}
		}
		if known && (now != wantNow || before != wantBefore || change != wantNow-wantBefore) {
			t.Errorf("%s: %d after %d, a change of %d, want %d after %d", name, now, before, change, wantNow, wantBefore)
		}
	}
}

func (w *lensLine) check(t *testing.T, g lensRow) {
	t.Helper()
	if !w.known {
		customers := g.Customers != nil && !w.hasInGroup // cohorts has the size of a cohort so far
		if customers || g.Active != nil || g.Purchases != nil || g.Revenue != nil || g.Share != nil || g.RevenueBefore != nil ||
			g.Change != nil || g.PerCustomer != nil || g.Cumulative != nil || g.ShareActive != nil {
			t.Errorf("lens %s is not known and has measures: %+v", g.key(), g)
		}
		return
	}
	if g.Customers == nil || *g.Customers != w.customers || *g.Active != w.active || *g.Purchases != w.purchases || minor(g.Revenue) != w.revenue {
		t.Errorf("lens %s: %s, %s, %s, %s, want %+v", g.key(), shown(g.Customers), shown(g.Active), shown(g.Purchases), shown(g.Revenue), *w)
		return
	}
	if w.hasBefore && (*g.PurchasesBefore != w.purchasesBefore || minor(g.RevenueBefore) != w.revenueBefore || minor(g.Change) != w.revenue-w.revenueBefore) {
		t.Errorf("lens %s: before %d, %g, change %g, want %+v", g.key(), *g.PurchasesBefore, *g.RevenueBefore, *g.Change, *w)
	}
	ratio := func(what string, got *float64, part, whole, tolerance float64) {
		if whole == 0 {
			if got != nil {
				t.Errorf("lens %s: %s of nothing is %g", g.key(), what, *got)
			}
		} else if got == nil || !(math.Abs(*got-part/whole) <= tolerance) {
			t.Errorf("lens %s: %s %s, want %g", g.key(), what, shown(got), part/whole)
		}
	}
	const cent = 0.005 + 1e-9
	ratio("share_active", g.ShareActive, float64(w.active), float64(w.customers), 1e-12)
	ratio("purchases_per_active_customer", g.PerActive, float64(w.purchases), float64(w.active), 1e-12)
	ratio("revenue_per_purchase", g.PerPurchase, float64(w.revenue)/100, float64(w.purchases), cent)
	ratio("revenue_per_customer", g.PerCustomer, float64(w.revenue)/100, float64(w.customers), cent)
	if w.hasCumulative {
		ratio("cumulative", g.Cumulative, float64(w.cumulative)/100, float64(w.customers), cent)
	}
}
