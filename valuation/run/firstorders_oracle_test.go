package run

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"cbv/valuation/stat"
)

// startedCustomer is a customer as the oracle of first orders sees them.
type startedCustomer struct {
	first, age, second int // days; second is 0 where there is none
	channel            string
	categories         []string
	products           []string
	repeats            map[int]float64 // repeat purchases by age
	money              map[int]int64   // worth of the days after the first by age, in cents
	moved              map[int]int64   // what moved by age, in cents
	firstMinor         int64           // of the purchase
	firstLeft          int64           // of it, less what was returned of no purchase before
	customer           customerValue
}

type customerValue struct {
	CustomerID    *string  `parquet:"customer_id"`
	CLV           *float64 `parquet:"clv"`
	LifetimeValue *float64 `parquet:"lifetime_value"`
	Mark          *string  `parquet:"mark"`
}

// startedCustomers works out the customers from raw rows, with returns by order.
func startedCustomers(rows []startedOrder, asOf int) []*startedCustomer {
	type order struct {
		day   int
		worth int64
		rows  []startedOrder
	}
	byCustomer := map[string]map[string]*order{}
	for _, row := range rows {
		if byCustomer[row.Customer] == nil {
			byCustomer[row.Customer] = map[string]*order{}
		}
		o := byCustomer[row.Customer][row.OrderID]
		if o == nil {
			o = &order{day: row.day}
			byCustomer[row.Customer][row.OrderID] = o
		}
		o.worth += row.minor
		o.rows = append(o.rows, row)
	}
	var customers []*startedCustomer
	for _, name := range slices.Sorted(maps.Keys(byCustomer)) {
		worth, strays := map[int]int64{}, map[int]int64{}
		c := &startedCustomer{first: math.MaxInt, repeats: map[int]float64{}, money: map[int]int64{}, moved: map[int]int64{}, customer: customerValue{CustomerID: &name}}
		for _, o := range byCustomer[name] {
			if o.rows[0].minor < 0 {
				strays[o.day] += o.worth
			} else {
				worth[o.day] += o.worth
			}
		}
		for day, minor := range worth {
			if minor > 0 {
				c.first = min(c.first, day)
			}
		}
		if c.first == math.MaxInt {
			continue
		}
		c.age = asOf - c.first
		c.firstMinor = worth[c.first]
		c.firstLeft = c.firstMinor
		for _, days := range []map[int]int64{worth, strays} {
			for day, minor := range days {
				if day < c.first {
					c.firstLeft += minor
				} else if day > c.first {
					c.money[day-c.first] += minor
				}
			}
		}
		for day, minor := range worth {
			if day > c.first && minor > 0 {
				c.repeats[day-c.first] = 1
				if c.second == 0 || day-c.first < c.second {
					c.second = day - c.first
				}
			}
		}
		var described []startedOrder
		for _, o := range byCustomer[name] {
			for _, row := range o.rows {
				c.moved[max(0, row.day-c.first)] += row.minor
				if row.minor >= 0 && row.day == c.first && o.worth > 0 {
					described = append(described, row)
				}
			}
		}
		slices.SortFunc(described, func(a, b startedOrder) int {
			return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.OrderID, b.OrderID))
		})
		c.describe(described)
		customers = append(customers, c)
	}
	return customers
}

// describe takes what the rows of the first day say, which are in their order: of those
// of one order and time, the smallest value.
func (c *startedCustomer) describe(rows []startedOrder) {
	earliest := func(of func(startedOrder) string) string {
		for i, row := range rows {
			if of(row) == "" {
				continue
			}
			value := of(row)
			for _, same := range rows[i:] {
				if same.At == row.At && same.OrderID == row.OrderID && of(same) != "" {
					value = min(value, of(same))
				}
			}
			return value
		}
		return "unknown"
	}
	c.channel = earliest(func(row startedOrder) string { return row.Channel })
	c.categories = []string{earliest(func(row startedOrder) string { return row.Category })}
	products := map[string]bool{}
	for _, row := range rows {
		if row.Product != "" {
			products[row.Product] = true
		}
	}
	if len(products) == 0 {
		products["unknown"] = true
	}
	c.products = slices.Sorted(maps.Keys(products))
}

// month is the calendar month of the first purchase.
func (c *startedCustomer) month() string {
	return time.Unix(int64(c.first)*86400, 0).UTC().Format("2006-01")
}

// firstOrderRow is a row of first_orders.parquet.
type firstOrderRow struct {
	Attribute           string   `parquet:"attribute"`
	Value               string   `parquet:"value"`
	Overlaps            bool     `parquet:"is_overlapping"`
	Customers           int64    `parquet:"customers"`
	Share               *float64 `parquet:"share_of_customers"`
	FirstValue          *float64 `parquet:"first_order_value"`
	FirstMargin         *float64 `parquet:"first_order_margin"`
	Customers30         int64    `parquet:"customers_30d"`
	Rate30              *float64 `parquet:"repeat_rate_30d"`
	Rate30Low           *float64 `parquet:"repeat_rate_30d_low"`
	Rate30High          *float64 `parquet:"repeat_rate_30d_high"`
	Customers60         int64    `parquet:"customers_60d"`
	Rate60              *float64 `parquet:"repeat_rate_60d"`
	Rate60Low           *float64 `parquet:"repeat_rate_60d_low"`
	Rate60High          *float64 `parquet:"repeat_rate_60d_high"`
	Customers90         int64    `parquet:"customers_90d"`
	Rate90              *float64 `parquet:"repeat_rate_90d"`
	Rate90Low           *float64 `parquet:"repeat_rate_90d_low"`
	Rate90High          *float64 `parquet:"repeat_rate_90d_high"`
	Customers180        int64    `parquet:"customers_180d"`
	Rate180             *float64 `parquet:"repeat_rate_180d"`
	Rate180Low          *float64 `parquet:"repeat_rate_180d_low"`
	Rate180High         *float64 `parquet:"repeat_rate_180d_high"`
	Customers365        int64    `parquet:"customers_365d"`
	Rate365             *float64 `parquet:"repeat_rate_365d"`
	Rate365Low          *float64 `parquet:"repeat_rate_365d_low"`
	Rate365High         *float64 `parquet:"repeat_rate_365d_high"`
	Median              *int64   `parquet:"median_days_to_second_purchase"`
	Margin90            *float64 `parquet:"margin_90d"`
	Margin180           *float64 `parquet:"margin_180d"`
	Margin365           *float64 `parquet:"margin_365d"`
	CLV                 *float64 `parquet:"clv"`
	CLVLow              *float64 `parquet:"clv_low"`
	CLVHigh             *float64 `parquet:"clv_high"`
	Lifetime            *float64 `parquet:"lifetime_value"`
	LifetimeLow         *float64 `parquet:"lifetime_value_low"`
	LifetimeHigh        *float64 `parquet:"lifetime_value_high"`
	Retain              *float64 `parquet:"retain_share"`
	CLVShare            *float64 `parquet:"share_of_clv"`
	CACTarget           *float64 `parquet:"allowable_cac_target"`
	CACYear             *float64 `parquet:"allowable_cac_1y"`
	Compared            int64    `parquet:"compared_customers"`
	Others              int64    `parquet:"other_customers"`
	Repeats             *int64   `parquet:"repeats"`
	Expected            *float64 `parquet:"expected_repeats"`
	RepeatRatio         *float64 `parquet:"repeat_ratio"`
	RepeatRatioLow      *float64 `parquet:"repeat_ratio_low"`
	RepeatRatioHigh     *float64 `parquet:"repeat_ratio_high"`
	RepeatRatioShrunken *float64 `parquet:"repeat_ratio_shrunken"`
	RepeatVerdict       string   `parquet:"repeat_verdict"`
	RepeatMargin        *float64 `parquet:"repeat_margin"`
	ExpectedMargin      *float64 `parquet:"expected_repeat_margin"`
	MarginRatio         *float64 `parquet:"margin_ratio"`
	MarginRatioLow      *float64 `parquet:"margin_ratio_low"`
	MarginRatioHigh     *float64 `parquet:"margin_ratio_high"`
	MarginRatioShrunken *float64 `parquet:"margin_ratio_shrunken"`
	MarginVerdict       string   `parquet:"margin_verdict"`
}

// startedOracle works out first_orders from customers, one value at a time.
type startedOracle struct {
	customers []*startedCustomer
	curve     []float64 // discounted purchases of a new customer by age
	plain     []float64 // the same, not discounted
	delta     float64
	season    stat.Twelfths // of the last year
}

// seasonOf returns the season of the last year, as those show it who came before it.
func (o *startedOracle) seasonOf(asOf int) stat.Twelfths {
	end := time.Unix(int64(asOf)*86400, 0).UTC()
	from := int(end.AddDate(-1, 0, 1).Unix() / 86400)
	days := 1 + asOf - from
	came, expected := make([]int64, days), make([]float64, days)
	for _, c := range o.customers {
		if c.first >= from {
			continue
		}
		for age := range c.repeats {
			if day := c.first + age; day >= from {
				came[asOf-day]++
			}
		}
		for before := range days {
			expected[before] += o.plain[c.age-before] - o.plain[c.age-before-1]
		}
	}
	return stat.NewTwelfths(came, expected)
}

// soFar is how many discounted repeat purchases are expected of a customer by an age, in
// the season of the days since.
func (o *startedOracle) soFar(age int) float64 {
	sum := 0.0
	for day := 1; day <= min(age, 365); day++ {
		sum += (o.curve[day] - o.curve[day-1]) * o.season.Ratio(age-day)
	}
	return sum
}

// holds reports which customers started by a value.
type holds func(*startedCustomer) bool

// values returns the values of an attribute, those of few customers as others.
func (o *startedOracle) values(of func(*startedCustomer) []string) map[string]holds {
	sizes := map[string]int{}
	for _, c := range o.customers {
		for _, value := range of(c) {
			sizes[value]++
		}
	}
	label := func(value string) string {
		if sizes[value] < 10 && value != "unknown" {
			return "others"
		}
		return value
	}
	found := map[string]holds{}
	for value := range sizes {
		name := label(value)
		found[name] = func(c *startedCustomer) bool {
			return slices.ContainsFunc(of(c), func(value string) bool { return label(value) == name })
		}
	}
	return found
}

// expect adds up what the customers of a value bought again and what they would have as
// others did, with the variances, and how many there are on either side. Cell says with
// whom a customer is compared; worth is what is counted, by customer and age.
func (o *startedOracle) expect(is holds, cell func(*startedCustomer) string, worth func(*startedCustomer, int) float64) (observed, expected, own, other, chance float64, compared, others int) {
	if o.count(is) < 30 {
		return // a value of few customers is not compared
	}
	cells := map[string][]*startedCustomer{}
	for _, c := range o.customers {
		cells[cell(c)] = append(cells[cell(c)], c)
	}
	for _, members := range cells {
		var in, out, all []float64
		for _, c := range members {
			total := 0.0
			for age := 1; age <= c.age; age++ {
				total += worth(c, age)
			}
			all = append(all, total)
			if is(c) {
				in = append(in, total)
			} else {
				out = append(out, total)
			}
		}
		if len(in) == 0 || len(out) == 0 {
			continue
		}
		compared, others = compared+len(in), others+len(out)
		for age := 1; age < startedDays; age++ {
			inCount, outCount, inSum, outSum := 0.0, 0.0, 0.0, 0.0
			for _, c := range members {
				switch {
				case c.age < age:
				case is(c):
					inCount, inSum = inCount+1, inSum+worth(c, age)
				default:
					outCount, outSum = outCount+1, outSum+worth(c, age)
				}
			}
			if outCount > 0 {
				observed += inSum
				expected += inCount * outSum / outCount
			}
		}
		n, m := float64(len(in)), float64(len(out))
		own += n * varianceOr(in, all)
		other += n * n / m * varianceOr(out, all)
		chance += n * (n + m) / m * varianceOr(all, all)
	}
	return observed, expected, own, other, chance, compared, others
}

// varianceOr is the variance of numbers, or of others where there is one alone.
func varianceOr(numbers, others []float64) float64 {
	if len(numbers) < 2 {
		numbers = others
	}
	mean := 0.0
	for _, x := range numbers {
		mean += x / float64(len(numbers))
	}
	squares := 0.0
	for _, x := range numbers {
		squares += (x - mean) * (x - mean)
	}
	return squares / float64(len(numbers)-1)
}

// startedTest is a comparison as the oracle sees it.
type startedTest struct {
	ratio, shrunken, p, relative float64
	isTested                     bool
	verdict                      string
}

// oneOf returns the test of a value by one measure.
func (o *startedOracle) oneOf(is holds, cell func(*startedCustomer) string, worth func(*startedCustomer, int) float64) *startedTest {
	observed, expected, own, other, chance, compared, others := o.expect(is, cell, worth)
	test := &startedTest{verdict: "not_separable", ratio: observed / expected, relative: chance / expected / expected}
	variance := math.Max(own/observed/observed+other/expected/expected, test.relative)
	test.p = 2 * (1 - normal(math.Abs(math.Log(test.ratio))/math.Sqrt(variance)))
	test.isTested = compared >= 30 && others >= 30
	return test
}

// count returns how many customers started by a value.
func (o *startedOracle) count(is holds) int {
	customers := 0
	for _, c := range o.customers {
		if is(c) {
			customers++
		}
	}
	return customers
}

func normal(z float64) float64 { return 0.5 * (1 + math.Erf(z/math.Sqrt2)) }

func repeatsAt(c *startedCustomer, age int) float64 { return c.repeats[age] }
func moneyAt(c *startedCustomer, age int) float64   { return float64(c.money[age]) }
