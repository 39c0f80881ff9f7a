package run

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"cbv/valuation/btyd"
	"cbv/valuation/config"
	"cbv/valuation/scoring"
	"cbv/valuation/simulation"
)

// newCustomer is a customer as the oracle of acquisition sees them: what they
// brought at each age.
type newCustomer struct {
	channel string
	first   int // day
	age     int // at as_of
	money   map[int]int64
}

// by returns the margin up to an age.
func (n newCustomer) by(age int, rate float64) float64 {
	var minor int64
	for at, m := range n.money {
		if at <= age {
			minor += m
		}
	}
	return math.Round(rate*float64(minor)) / 100
}

// acquisitionOracle works out channels in plain Go: one customer at a time.
type acquisitionOracle struct {
	rate         float64
	asOf         int
	newCustomers []newCustomer
	spend        []rawSpend
	curve        []float64 // discounted purchases of a new customer by age
	delta        float64
	twelfths     []float64 // of the trailing 12 months, as model.json has them
	yearDays     int       // in these
}

func newAcquisitionOracle(t *testing.T, c config.Config, result Result, spend []rawSpend) *acquisitionOracle {
	t.Helper()
	o := &acquisitionOracle{rate: *c.Value.MarginRate, asOf: int(c.Time.AsOf.Unix() / 86400), spend: spend, delta: btyd.Discounting(0.1, 365)}
	days := map[string]map[int]int64{}
	channels := map[string]string{}
	for _, raw := range readOrders(t, c) {
		row, ok := usable(raw)
		if !ok {
			t.Fatal("a clean history has a bad row")
		}
		if row.day > o.asOf {
			continue
		}
		if days[row.customer] == nil {
			days[row.customer] = map[int]int64{}
		}
		days[row.customer][row.day] += row.minor
		channels[row.customer] = *raw.Channel
	}
	for customer, nets := range days {
		n := newCustomer{channel: channels[customer], first: math.MaxInt, money: map[int]int64{}}
		for day, net := range nets {
			if net > 0 {
				n.first = min(n.first, day)
			}
		}
		n.age = o.asOf - n.first
		for day, net := range nets {
			n.money[max(0, day-n.first)] += net
		}
		o.newCustomers = append(o.newCustomers, n)
	}
	run, err := scoring.OpenModel(context.Background(), result.Folder)
	if err != nil {
		t.Fatal(err)
	}
	o.twelfths = readSeason(t, result.Folder).Season.Twelfths
	o.yearDays = 1 + o.asOf - int(c.Time.AsOf.AddDate(-1, 0, 1).Unix()/86400)
	model := run.Purchases()
	if len(c.Spend.Files) > 0 || c.Orders.Columns.Channel != "" {
		o.checkTwelfths(t, model)
	} else if len(o.twelfths) > 0 {
		t.Errorf("a season of channels without channels: %v", o.twelfths)
	}
	for age := range 366 {
		purchases := 0.0
		if age > 0 {
			purchases = model.PAlive(btyd.History{}) * model.Future(0, 0).Discounted(float64(age), o.delta)
		}
		o.curve = append(o.curve, purchases)
	}
	return o
}

// checkEfficiency holds the revenue per spend of the last 12 months to the customers.
func (o *acquisitionOracle) checkEfficiency(t *testing.T, result Result) {
	t.Helper()
	from := o.asOf - 364
	var everybody, acquired int64
	for _, n := range o.newCustomers {
		for age, minor := range n.money {
			if n.first+age >= from {
				everybody += minor
			}
		}
		if n.first >= from {
			acquired += sum(n.money)
		}
	}
	spend := o.spent(from, o.asOf, func(string) bool { return true })
	for metric, minor := range map[string]int64{"marketing_efficiency": everybody, "marketing_efficiency_new": acquired} {
		if got := result.Figures.Base[metric].Value; got == nil || !(math.Abs(*got-float64(minor)/100/spend) <= 1e-9) {
			t.Errorf("%s is %s, want %g", metric, shownFloat(got), float64(minor)/100/spend)
		}
	}
}

func sum(money map[int]int64) int64 {
	var total int64
	for _, minor := range money {
		total += minor
	}
	return total
}

// spent adds the spend of days and channels up.
func (o *acquisitionOracle) spent(from, to int, of func(channel string) bool) float64 {
	total := 0.0
	for _, row := range o.spend {
		if int(*row.Date) >= from && int(*row.Date) <= to && of(*row.Channel) {
			total += *row.Amount
		}
	}
	return total
}

// acquired returns the new customers of days and channels.
func (o *acquisitionOracle) acquired(from, to int, of func(channel string) bool) []newCustomer {
	var acquired []newCustomer
	for _, n := range o.newCustomers {
		if n.first >= from && n.first <= to && of(n.channel) {
			acquired = append(acquired, n)
		}
	}
	return acquired
}

func (o *acquisitionOracle) check(t *testing.T, row channelRow) {
	t.Helper()
	from, to := int(*row.Start), int(*row.End)
	anyone := func(string) bool { return true }
	of, buys := anyone, anyone
	switch *row.Scope {
	case "channel":
		of = func(channel string) bool { return channel == *row.Channel }
		buys = of
	case "paid":
		of = func(channel string) bool {
			return o.spent(from, to, func(other string) bool { return other == channel }) > 0
		}
	}
	acquired, spend := o.acquired(from, to, of), o.spent(from, to, buys)
	if int64(len(acquired)) != *row.Customers || math.Abs(spend-*row.Spend) > 1e-6 {
		t.Fatalf("%v: want %d for %.2f", row, len(acquired), spend)
	}
	if spend == 0 || len(acquired) == 0 {
		if row.CAC != nil || row.Reason == nil || row.Payback != nil || row.Median != nil || row.LTV != nil {
			t.Fatalf("%v: has no cost", row)
		}
		return
	}
	cac := spend / float64(len(acquired))
	near := func(what string, got *float64, want, tolerance float64) {
		t.Helper()
		if math.IsNaN(want) != (got == nil) || got != nil && !(math.Abs(*got-want) <= tolerance) {
			t.Fatalf("%v: %s is %s, want %v", row, what, shown(got), want)
		}
	}
	near("cac", row.CAC, cac, 0.0051)
	for _, at := range []struct {
		age            int
		margin         *float64
		ltv, low, high *float64
	}{{90, row.Margin90, row.LTV90, row.Low90, row.High90}, {365, row.Margin365, row.LTV365, row.Low365, row.High365}} {
		var margins []float64
		for _, n := range acquired {
			if n.age >= at.age {
				margins = append(margins, n.by(at.age, o.rate))
			}
		}
		mean, marginOfError := meanWithMargin(margins)
		near(fmt.Sprintf("margin at %d days", at.age), at.margin, mean, 0.0051)
		near("ltv:cac", at.ltv, mean/cac, 1e-9)
		near("low", at.low, (mean-marginOfError)/cac, 1e-8)
		near("high", at.high, (mean+marginOfError)/cac, 1e-8)
	}
	value, marginOfError := o.value(acquired)
	near("newcomer_value", row.Value, value, 0.0102)
	near("ltv:cac", row.LTV, value/cac, 1e-3)
	near("low", row.Low, (value-marginOfError)/cac, 2e-3)
	o.checkPayback(t, row, acquired, cac)
}

func meanWithMargin(values []float64) (mean, marginOfError float64) {
	n := float64(len(values))
	if n == 0 {
		return math.NaN(), math.NaN()
	}
	for _, v := range values {
		mean += v / n
	}
	for _, v := range values {
		marginOfError += (v - mean) * (v - mean)
	}
	return mean, 1.959963984540054 * math.Sqrt(marginOfError/(n-1)/n)
}

// expected is how many purchases are expected so far of a customer of an age, each day in
// its season.
func (o *acquisitionOracle) expected(age int) (sum float64) {
	for day := 1; day <= min(age, 365); day++ {
		sum += (o.curve[day] - o.curve[day-1]) * o.twelfths[(age-day)%o.yearDays*12/o.yearDays]
	}
	return sum
}

// checkTwelfths holds the season of the trailing 12 months to what customers of before
// bought in it beside the model's expectation of them.
func (o *acquisitionOracle) checkTwelfths(t *testing.T, model btyd.Model) {
	t.Helper()
	came, expected, raw := make([]float64, 12), make([]float64, 12), make([]float64, 12)
	pAlive, future := model.PAlive(btyd.History{}), model.Future(0, 0)
	for _, n := range o.newCustomers {
		if n.age < o.yearDays {
			continue
		}
		for age, minor := range n.money {
			if before := n.age - age; before < o.yearDays && minor > 0 {
				came[before*12/o.yearDays]++
			}
		}
		for twelfth := range 12 {
			// the days before as_of of which the place is the twelfth's
			first, last := (twelfth*o.yearDays+11)/12, ((twelfth+1)*o.yearDays+11)/12-1
			expected[twelfth] += pAlive * (future.Expected(float64(n.age-first)) - future.Expected(float64(n.age-last-1)))
		}
	}
	mean, spread, sum := 0., 0., 0.
	for i := range raw {
		raw[i] = math.Log(came[i] / expected[i])
		mean += raw[i] / 12
	}
	for i := range raw {
		raw[i] -= mean
		spread += (raw[i]*raw[i] - 1/came[i] - .0025) / 12
	}
	for i := range raw {
		raw[i] = math.Exp(raw[i] * max(0, spread) / (max(0, spread) + 1/came[i] + .0025))
		sum += raw[i] / 12
	}
	for i, got := range o.twelfths {
		if !(math.Abs(got*sum/raw[i]-1) <= 1e-6) {
			t.Errorf("twelfth %d is %g, want %g", i, got, raw[i]/sum)
		}
	}
}

// value is the ratio estimate, with its spread from residuals.
func (o *acquisitionOracle) value(acquired []newCustomer) (value, marginOfError float64) {
	var first, repeats, expected []float64
	var sumRepeats, sumExpected float64
	for _, n := range acquired {
		f, r := n.by(0, o.rate), 0.0
		for age, minor := range n.money {
			if age > 0 && age <= 365 {
				r += o.rate * float64(minor) / 100 * math.Exp(-o.delta*float64(age))
			}
		}
		first, repeats, expected = append(first, f), append(repeats, r), append(expected, o.expected(n.age))
		sumRepeats += r
		sumExpected += o.expected(n.age)
	}
	if sumExpected == 0 {
		return math.NaN(), math.NaN()
	}
	ratio, rise := sumRepeats/sumExpected, o.curve[365]*float64(len(acquired))/sumExpected
	var residuals []float64
	for i := range first {
		residuals = append(residuals, first[i]+rise*(repeats[i]-ratio*expected[i]))
	}
	mean, marginOfError := meanWithMargin(residuals)
	if rise > 2 { // the curve's shape is most of the value
		marginOfError = math.NaN()
	}
	return mean + ratio*o.curve[365], marginOfError
}

// boughtValue returns what a new customer of paid channels is worth: as any, by what the
// paid are worth beside all in first orders, and in what follows, as far as that is more
// than chance.
func (o *acquisitionOracle) boughtValue(all, paid []newCustomer, first, later float64) float64 {
	firstOf := func(acquired []newCustomer) (sum float64) {
		for _, n := range acquired {
			sum += n.by(0, o.rate) / float64(len(acquired))
		}
		return sum
	}
	value, marginOfError := o.value(paid)
	ofAll, _ := o.value(all)
	follows, followsOfAll := value-firstOf(paid), ofAll-firstOf(all)
	s := marginOfError / 1.959963984540054 / followsOfAll
	return first + firstOf(paid) - firstOf(all) + later*math.Pow(max(1./3, min(3, follows/followsOfAll)), 1/(1+s*s/.04))
}

func (o *acquisitionOracle) checkPayback(t *testing.T, row channelRow, acquired []newCustomer, cac float64) {
	t.Helper()
	// the age at which the mean cumulative margin of those old enough reaches the cost
	want, each := int64(-1), 0.0
	for age := 0; age <= o.asOf; age++ {
		var old, minor int64
		for _, n := range acquired {
			if n.age >= age {
				old++
				minor += n.money[age]
			}
		}
		if 2*old < int64(len(acquired)) {
			break
		}
		each += o.rate * float64(minor) / 100 / float64(old)
		if each >= cac-1e-9 {
			want = int64(age)
			break
		}
	}
	if (want < 0) != (row.Payback == nil) || row.Payback != nil && *row.Payback != want {
		t.Fatalf("%v: payback %d", row, want)
	}
	if (row.PayReason == nil) != (row.Payback != nil) || row.PayReason != nil && *row.PayReason != "not_yet" {
		t.Fatalf("%v: why no payback", row)
	}

	// each customer against the cost of their own channel and month, or month
	type payback struct {
		day  int
		paid bool
	}
	var times []payback
	for _, n := range acquired {
		day := time.Unix(int64(n.first)*86400, 0).UTC()
		from := dayNumber(day.AddDate(0, 0, 1-day.Day()).Format(time.DateOnly))
		to := dayNumber(day.AddDate(0, 1, -day.Day()).Format(time.DateOnly))
		of := func(channel string) bool { return channel == n.channel || *row.Scope == "blended" }
		spend := o.spent(from, to, of)
		if spend <= 0 {
			continue
		}
		cost := spend / float64(len(o.acquired(from, to, of)))
		w := payback{n.age, false}
		for age := 0; age <= n.age; age++ {
			if n.money[age] != 0 && n.by(age, o.rate) >= cost-1e-9 {
				w = payback{age, true}
				break
			}
		}
		times = append(times, w)
	}
	slices.SortFunc(times, func(a, b payback) int { return a.day - b.day })
	median, survival := int64(-1), 1.0
	for i := 0; i < len(times) && median < 0; {
		day, paid, atRisk := times[i].day, 0, len(times)-i
		for ; i < len(times) && times[i].day == day; i++ {
			if times[i].paid {
				paid++
			}
		}
		survival *= 1 - float64(paid)/float64(atRisk)
		if survival <= 0.5+1e-12 {
			median = int64(day)
		}
	}
	if (median < 0) != (row.Median == nil) || row.Median != nil && *row.Median != median {
		t.Fatalf("%v: median payback %d", row, median)
	}
}

// Costs, ratios and paybacks equal those of a plain computation, in every period
// and scope.
func TestAcquisitionEqualsAPlainComputation(t *testing.T) {
	t.Parallel()
	options := simulation.Default()
	options.Customers, options.Returns, options.Seed = 1500, 0.1, 5
	options.Channels = []simulation.Channel{
		{Name: "search", Share: 0.5, CAC: 31, Rate: 1.3},
		{Name: "social", Share: 0.3, CAC: 14, Rate: 0.6},
		{Name: "referral", Share: 0.2},
	}
	c, _ := simulated(t, options)
	c.Time.AsOf = parseDay(t, "2023-11-17") // completes no month
	var spend []rawSpend
	for _, row := range readSpend(t, c.Spend.Files[0]) {
		if int(*row.Date) <= dayNumber("2023-11-17") {
			spend = append(spend, row)
		}
	}
	// a channel that acquired nobody
	spend = append(spend, spent("2022-06-10", "billboard", 500.01), spent("2022-06-11", "billboard", -0.01))
	c.Spend.Files = config.Files{writeSpend(t, spend)}
	result := runBatch(t, c)
	o := newAcquisitionOracle(t, c, result, spend)
	paid := map[bool]int{}
	rows := readTable[channelRow](t, result, "channels")
	for _, row := range rows {
		o.check(t, row)
		paid[row.Payback != nil && *row.Payback > 0 && row.Median != nil && *row.Median > 0]++
	}
	o.checkEfficiency(t, result)
	t.Logf("%d rows, %d with a payback of days", len(rows), paid[true])
	if paid[true] < 10 {
		t.Error("hardly any row has a payback: the test shows nothing")
	}
}
