package simulation

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// FirstOrders say by what the first orders of a history can be told apart, and what of it
// matters: the category does, by its factors; the product, the coupon and the launch mean
// nothing.
type FirstOrders struct {
	Categories []Category
	Products   int     // how many there are, drawn alike
	Coupon     float64 // share of the first orders of each November that had one
	Launch     float64 // share of the first orders of the last LaunchDays that are of a new product
	Samples    int     // customers who began with a product that nobody else has
}

// A Category is what the first order was of, with its share of the customers and what
// they are like.
type Category struct {
	Name  string
	Share float64

	// Factors of the chance or rate of dropout, and of what a purchase is worth; 0 for 1: as
	// everybody.
	Dropout    float64
	OrderValue float64
}

// LaunchDays are how many days before the end of a history its new product was launched.
const LaunchDays = 60

// What the products are called that are not numbered, and the coupon.
const (
	launchName = "launch"
	sampleName = "sample"
	couponName = "NOVEMBER"
)

// DefaultFirstOrders are eight categories, of which two are better and two worse, 500
// products, a coupon, a launch, and a product of three customers.
func DefaultFirstOrders() *FirstOrders {
	return &FirstOrders{
		Categories: []Category{
			{Name: "refill", Share: 0.125, Dropout: 0.5}, {Name: "premium", Share: 0.125, OrderValue: 1.25},
			{Name: "gift", Share: 0.125, Dropout: 2}, {Name: "outlet", Share: 0.125, OrderValue: 0.8},
			{Name: "basic", Share: 0.125}, {Name: "kitchen", Share: 0.125}, {Name: "garden", Share: 0.125}, {Name: "toys", Share: 0.125},
		},
		Products: 500, Coupon: 0.5, Launch: 0.3, Samples: 3,
	}
}

// The products of rows that are not numbered.
const (
	noProduct     = 0
	launchProduct = math.MaxUint16
	sampleProduct = math.MaxUint16 - 1
	mostProducts  = math.MaxUint16 - 2
)

func (f *FirstOrders) validate(customers int) []error {
	var problems []error
	complain := func(bad bool, format string, values ...any) {
		if bad {
			problems = append(problems, fmt.Errorf(format, values...))
		}
	}
	complain(len(f.Categories) < 1 || len(f.Categories) > maxChannels, "there are %d categories: give 1 to %d", len(f.Categories), maxChannels)
	complain(f.Products < 1 || f.Products > mostProducts, "there are %d products: give 1 to %d", f.Products, mostProducts)
	complain(!(f.Coupon >= 0 && f.Coupon <= 1), "the share of coupons is %g: give 0 to 1", f.Coupon)
	complain(!(f.Launch >= 0 && f.Launch <= 1), "the share of the launch is %g: give 0 to 1", f.Launch)
	complain(f.Samples < 0 || f.Samples > customers, "%d customers have samples: give 0 to all %d", f.Samples, customers)
	total := 0.0
	for _, category := range f.Categories {
		complain(category.Name == "", "a category has no name: name it")
		complain(!(category.Share > 0 && category.Share <= 1), "the share of category %q is %g: give more than 0, up to 1", category.Name, category.Share)
		for _, factor := range []float64{factor(category.Dropout), factor(category.OrderValue)} {
			complain(!(factor >= 0.01 && factor <= 100), "a factor of category %q is %g: give 0.01 to 100", category.Name, factor)
		}
		total += category.Share
	}
	complain(len(f.Categories) > 0 && !(math.Abs(total-1) <= 1e-9), "the category shares add up to %.6g: make them add up to 1", total)
	return problems
}

func validateSeason(season []float64) error {
	if len(season) != 0 && len(season) != 12 {
		return fmt.Errorf("the season has %d months: give 12 factors", len(season))
	}
	for _, factor := range season {
		if !(factor >= 0.01 && factor <= 100) {
			return errors.New("a factor of the season is beyond 0.01 to 100")
		}
	}
	return nil
}

// category draws what a customer's first order is of; without categories it is the one
// that is as everybody.
func (g *generator) category(u float64) (uint8, Category) {
	first := g.options.FirstOrders
	if first == nil {
		return 0, Category{}
	}
	last := len(first.Categories) - 1
	for i, category := range first.Categories[:last] {
		if u < category.Share {
			return uint8(i), category
		}
		u -= category.Share
	}
	return uint8(last), first.Categories[last]
}

// describeFirst says what the rows of a first order are of. Every second customer has two
// lines on it, between which its worth is divided.
func (g *generator) describeFirst(rows []row, from int, c customer) []row {
	first := g.options.FirstOrders
	if first == nil {
		return rows
	}
	random := g.origins
	isNovember := time.UnixMicro(c.firstPurchase).UTC().Month() == time.November
	hasCoupon := isNovember && random.Float64() < first.Coupon
	product := uint16(1 + random.IntN(first.Products))
	if u := random.Float64(); c.firstPurchase >= g.end-LaunchDays*microsPerDay && u < first.Launch {
		product = launchProduct
	}
	if first.isSample(c.index, g.options.Customers) {
		product = sampleProduct
	}
	if random.Float64() < 0.5 && rows[from].cents > minCents {
		second := rows[from]
		second.cents /= 2
		rows[from].cents -= second.cents
		rows = append(rows, second)
		rows[len(rows)-1].product = uint16(1 + random.IntN(first.Products))
	}
	for i := from; i < len(rows); i++ {
		rows[i].category, rows[i].hasCoupon = c.category, hasCoupon
		if rows[i].product == noProduct {
			rows[i].product = product
		}
	}
	return rows
}

// describeLater says what the rows of a later order are of, which means nothing.
func (g *generator) describeLater(rows []row, from int) {
	if first := g.options.FirstOrders; first != nil {
		for i := from; i < len(rows); i++ {
			rows[i].category = uint8(g.origins.IntN(len(first.Categories)))
			rows[i].product = uint16(1 + g.origins.IntN(first.Products))
		}
	}
}

// isSample reports whether a customer, by index, is one of those with a sample: they are
// spread over the history.
func (f *FirstOrders) isSample(index, customers int) bool {
	for i := range f.Samples {
		if index == (2*i+1)*customers/(2*f.Samples) {
			return true
		}
	}
	return false
}

// startedRow is a row of the order files of a history with first orders.
type startedRow struct {
	OrderID    string  `parquet:"order_id"`
	CustomerID string  `parquet:"customer_id,optional"`
	OrderedAt  int64   `parquet:"ordered_at,optional,timestamp(microsecond:local)"`
	Amount     float64 `parquet:"amount,optional"`
	Channel    string  `parquet:"channel,dict"`
	Category   string  `parquet:"category,dict"`
	Product    string  `parquet:"product,dict"`
	Coupon     string  `parquet:"coupon,optional,dict"`
}

// started returns a row of the files with what the order was of.
func (f *FirstOrders) started(order orderRow, r row) startedRow {
	s := startedRow{
		OrderID: order.OrderID, CustomerID: order.CustomerID, OrderedAt: order.OrderedAt, Amount: order.Amount, Channel: order.Channel,
		Category: f.Categories[r.category].Name,
	}
	switch r.product {
	case launchProduct:
		s.Product = launchName
	case sampleProduct:
		s.Product = sampleName
	default:
		s.Product = fmt.Sprintf("P%05d", r.product)
	}
	if r.hasCoupon {
		s.Coupon = couponName
	}
	return s
}

// json returns what truth.json says of the first orders.
func (f *FirstOrders) json() map[string]any {
	categories := map[string]any{}
	for _, category := range f.Categories {
		categories[category.Name] = map[string]float64{
			"share": category.Share, "dropout_factor": factor(category.Dropout), "order_value_factor": factor(category.OrderValue),
		}
	}
	return map[string]any{"categories": categories, "products": f.Products, "coupon": f.Coupon, "launch": f.Launch, "samples": f.Samples}
}

// attributesSection is the part of the configuration that maps the first orders.
func attributesSection(opts Options) string {
	if opts.FirstOrders == nil {
		return ""
	}
	return `  attributes: # of the first order: see cbv help firstorders
    category: {sql: category, of: first}
    product: {sql: product, of: first, many: true}
    coupon: {sql: coupon, of: first}
`
}

// later returns the time after another by which so many days of buying have passed: in a
// month of factor 2 they pass twice as fast.
func (g *generator) later(at int64, days float64) int64 {
	for at < g.end {
		now := time.UnixMicro(at).UTC()
		monthEnd := time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
		pace := g.options.Season[now.Month()-1]
		if passes := pace * float64(monthEnd-at) / microsPerDay; passes <= days {
			days -= passes
			at = monthEnd
			continue
		}
		return g.after(at, days/pace)
	}
	return g.end
}
