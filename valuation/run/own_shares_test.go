package run

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"cbv/valuation/btyd"
	"cbv/valuation/config"
	"cbv/valuation/scoring"
	"cbv/valuation/simulation"
)

// marginOfOrder is the margin of a row of returnersShop, by how its order id begins.
func marginOfOrder(row rawOrder, minor int64) int64 {
	switch (*row.OrderID)[:4] {
	case "thin":
		return percentOf(minor, 30)
	case "rich":
		return percentOf(minor, 50)
	case "loss":
		return -percentOf(minor, 20)
	}
	return percentOf(minor, 40)
}

// returnersShop is a year's shop whose rows have margins of 30, 40 and 50 %, and in which,
// among many, 40 customers order monthly and send everything back ten days later, and 40
// order monthly at a loss.
func returnersShop(t *testing.T) (config.Config, []rawOrder) {
	t.Helper()
	options := simulation.Default()
	options.Customers, options.Days, options.Returns, options.Seed = 6000, 400, 0.1, 4
	c, _ := simulated(t, options)
	rows := readOrders(t, c)
	for i := range rows {
		order := fmt.Sprint([]string{"thin", "fair", "rich"}[i%3], " ", i)
		rows[i].OrderID = &order
	}
	for who := range 40 {
		for month := range 12 {
			day, amount := dayNumber("2022-01-15")+30*month+who%10, float64(60+who)
			add := func(customer, kind string, day int, amount float64) {
				rows = append(rows, anOrder(t, fmt.Sprint(customer, " ", who), fmt.Sprint(kind, " ", len(rows)), dateText(day), amount))
			}
			add("returner", "fair", day, amount)
			add("returner", "fair", day+10, -amount)
			add("loss-maker", "loss", day, amount)
		}
	}
	c.Value.MarginRate, c.Orders.Columns.Channel = nil, ""
	c.Orders.Columns.Margin = "case when order_id like 'loss%' then amount * -0.2 when order_id like 'thin%' then amount * 0.3 " +
		"when order_id like 'rich%' then amount * 0.5 else amount * 0.4 end"
	return withRows(t, c, rows), rows
}

// keptRow is what a customer's rows say of what is kept.
type keptRow struct {
	purchases                           int
	revenue, margin, first, firstMargin int64
	net                                 int64
	lnSum                               float64
	lastDay                             int
	marginDeviation, returnDeviation    deviation
}

// keptFacts reads customers' rows: a day whose net is positive is a purchase.
func keptFacts(t *testing.T, raw []rawOrder) map[string]*keptRow {
	t.Helper()
	type day struct{ net, margin int64 }
	days := map[string]map[int]*day{}
	for _, order := range raw {
		row, ok := usable(order)
		if !ok {
			t.Fatal("a clean history has a bad row")
		}
		if days[row.customer] == nil {
			days[row.customer] = map[int]*day{}
		}
		if days[row.customer][row.day] == nil {
			days[row.customer][row.day] = &day{}
		}
		of := days[row.customer][row.day]
		of.net += row.minor
		of.margin += marginOfOrder(order, row.minor)
	}
	facts := map[string]*keptRow{}
	for customer, byDay := range days {
		f, firstDay := &keptRow{}, math.MaxInt
		for at, of := range byDay {
			f.net += of.net
			if of.net <= 0 {
				continue
			}
			f.purchases++
			f.revenue += of.net
			f.margin += of.margin
			f.lnSum += math.Log(float64(of.net))
			f.lastDay = max(f.lastDay, at)
			if at < firstDay {
				firstDay, f.first, f.firstMargin = at, of.net, of.margin
			}
		}
		if f.purchases > 0 {
			facts[customer] = f
		}
	}
	return facts
}

// keptOf returns what each customer is expected to keep of their purchases' value, and
// what customers keep on average.
func keptOf(facts map[string]*keptRow, asOf int) (kept map[string]float64, usual float64) {
	var all keptRow
	for _, f := range facts {
		all.revenue, all.margin, all.net = all.revenue+f.revenue, all.margin+f.margin, all.net+f.net
		all.first, all.firstMargin = all.first+f.first, all.firstMargin+f.firstMargin
	}
	prior := 100 * float64(all.revenue) / float64(len(facts))
	share := (float64(all.margin-all.firstMargin) + float64(all.margin)/float64(all.revenue)*prior) / (float64(all.revenue-all.first) + prior)
	first := float64(all.firstMargin) / float64(all.first)
	returned := 1 - float64(all.net)/float64(all.revenue)
	var margins, returns []deviation
	for _, f := range facts {
		n, revenue := float64(f.purchases), float64(f.revenue)
		equal := math.Max(1, n/(1+2*math.Max(0, math.Log(revenue/n)-f.lnSum/n)))
		settled := equal
		if asOf-f.lastDay < 30 {
			settled = 0
			if f.purchases > 1 {
				settled = math.Max(1, equal*(n-1)/n)
			}
		}
		f.marginDeviation = deviation{equal, (float64(f.margin) - first*float64(f.first) - share*float64(f.revenue-f.first)) / revenue, revenue}
		f.returnDeviation = deviation{settled, (revenue-float64(f.net))/revenue - returned, revenue}
		margins, returns = append(margins, f.marginDeviation), append(returns, f.returnDeviation)
	}
	ofMargin, ofReturn := momentsOf(margins), momentsOf(returns)
	kept = map[string]float64{}
	for customer, f := range facts {
		kept[customer] = (share + ofMargin.own(f.marginDeviation)) * (1 - returned - ofReturn.own(f.returnDeviation))
	}
	return kept, share * (1 - returned)
}

// deviation is that of a share of revenue from the usual one, by n purchases.
type deviation struct{ n, d, revenue float64 }

// isApart reports whether a deviation is beyond what chance can explain of any share.
func (of deviation) isApart() bool { return of.n > 0 && of.d*of.d > 8*(0.25/of.n+1/(of.n*of.n)) }

// shareMoments are what deviations say of others.
type shareMoments struct{ shift, between, variance float64 }

// momentsOf solves the normal equations of d² = between + variance / n, around the mean
// of those who are not apart.
func momentsOf(all []deviation) (m shareMoments) {
	var apart, revenue, s0, s1, s2, s12, s22, singles, single float64
	for _, of := range all {
		if of.isApart() {
			apart += of.d * of.revenue
		} else {
			revenue += of.revenue
		}
	}
	m.shift = -apart / revenue
	for _, of := range all {
		if of.n == 0 || of.isApart() {
			continue
		}
		n, d := math.Round(100*of.n)/100, math.Round(1000*of.d)/1000-m.shift
		s0, s1, s2 = s0+1, s1+n, s2+n*n
		s12, s22 = s12+n*d*d, s22+n*n*d*d
		if n == 1 {
			singles, single = singles+1, single+d*d
		}
	}
	determinant := s2*s0 - s1*s1
	m.between = math.Max(0, (s22*s0-s12*s1)/determinant)
	m.variance = math.Max(0, math.Max((s12*s2-s22*s1)/determinant, single/singles-m.between))
	return m
}

// own is how far the customer's own share lies from the usual one of the base.
func (m shareMoments) own(of deviation) float64 {
	d := of.d - m.shift
	if of.n == 0 || d == 0 {
		return m.shift
	}
	part := 0.0
	if m.between > 0 {
		part = of.n / (of.n + math.Max(1, m.variance/m.between))
	}
	return m.shift + d*math.Max(part, 1-4*(m.variance/of.n+1/(of.n*of.n))/(d*d))
}

// Among many who do neither, customers who send everything back, and customers who buy at
// a loss, are worth what they keep and not what others do, and none of them is retained.
// All values are those of a plain computation over the rows.
func TestReturnersAndLossMakersAreNotRetained(t *testing.T) {
	t.Parallel()
	c, raw := returnersShop(t)
	result := runBatch(t, c)
	run, err := scoring.OpenModel(context.Background(), result.Folder)
	if err != nil {
		t.Fatal(err)
	}
	group := run.Groups()[0]
	asOf := int(c.Time.AsOf.Unix() / 86400)
	facts := keptFacts(t, raw)
	kept, usual := keptOf(facts, asOf)
	horizon, delta := float64(c.Value.HorizonDays), btyd.Discounting(c.Value.DiscountRate, 365)
	sums, byUsual, retained := map[string]float64{}, map[string]float64{}, map[string]int{}
	for _, row := range readTable[valuedRow](t, result, "customers") {
		h := btyd.History{Repeats: int(*row.Repeats), LastPurchase: float64(*row.Last), Age: float64(*row.Age)}
		f := facts[*row.ID]
		form := group.Spend.Form
		total := math.Round(100*form.Total(float64(f.first)/100, float64(f.revenue-f.first)/100)) / 100
		worth := group.Purchase.Model.PAlive(h) * group.Purchase.Model.Future(h.Repeats, h.Age).Discounted(horizon, delta) *
			group.Spend.Expected(h.Repeats, form.Purchases(h.Repeats), total)
		// the run adds logarithms up in millionths, which can move a rounded number of purchases
		if want := worth * kept[*row.ID]; !(math.Abs(*row.CLV-want) <= 0.0051+1e-5*math.Abs(want)) {
			t.Fatalf("%s is worth %.2f, want %.2f: %.4f is kept, usually %.4f", *row.ID, *row.CLV, want, kept[*row.ID], usual)
		}
		kind := "others"
		if before, _, found := strings.Cut(*row.ID, " "); found {
			kind = before
		}
		sums[kind], byUsual[kind] = sums[kind]+*row.CLV, byUsual[kind]+worth*usual
		if *row.Mark == "retain" {
			retained[kind]++
		}
	}
	t.Logf("returners are worth %.2f each, by what is usual %.2f; loss-makers %.2f and %.2f; of the others %d are retained",
		sums["returner"]/40, byUsual["returner"]/40, sums["loss-maker"]/40, byUsual["loss-maker"]/40, retained["others"])
	if !(math.Abs(sums["returner"]) <= byUsual["returner"]/10) || !(sums["loss-maker"] < 0) || retained["returner"]+retained["loss-maker"] > 0 {
		t.Errorf("returners are worth %.2f, loss-makers %.2f, and %v are retained", sums["returner"], sums["loss-maker"], retained)
	}
	// who is not like them is worth what they were before, but for the average of the base
	if !(sums["others"] >= byUsual["others"]) || retained["others"] < 100 {
		t.Errorf("the others are worth %.2f, by what is usual %.2f, and %d are retained", sums["others"], byUsual["others"], retained["others"])
	}
}
