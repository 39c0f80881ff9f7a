package run

import (
	"context"
	"maps"
	"math"
	"path/filepath"
	"testing"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/config"
	"cbv/valuation/parquetfile"
	"cbv/valuation/simulation"
)

// markShare is what the marks of version 0.2.0, which left first orders out of the
// spend, gained of what an oracle would on the bases of BenchmarkMark.
var markShare = map[string]float64{simulation.BGNBD: 0.783, simulation.MBGNBD: 0.753, simulation.ParetoNBD: 0.807}

// leastOfInformed is the least share that the marks may gain of what they would if the
// parameters of the base were known.
const leastOfInformed = 0.985

// BenchmarkMark holds the marks to those of an oracle, which knows of each simulated
// customer how fast they buy, whether they are gone, when they may leave and what they
// spend: what the customers who are marked for retention bring beyond newcomers in
// their place, as a share of what the oracle's would. It prints beside it what marks
// would gain that read the same histories with the true parameters of the base, which
// is the most that histories can tell, and a rule of thumb: three orders, the last in
// 180 days.
//
//	go test -run - -bench Mark -benchtime 1x ./valuation/run
func BenchmarkMark(b *testing.B) {
	var sum, most float64
	models := []string{simulation.BGNBD, simulation.MBGNBD, simulation.ParetoNBD}
	for _, model := range models {
		b.Run(model, func(b *testing.B) {
			base := markedBase(b, model)
			mark := base.gain(func(i int) bool { return *base.rows[i].Mark == "retain" })
			informed := base.gain(func(i int) bool { return base.read[i] > base.newcomer })
			rule := base.gain(func(i int) bool { return *base.rows[i].Purchases >= 3 && *base.rows[i].Since <= 180 })
			b.ReportMetric(mark, "mark")
			b.ReportMetric(informed, "true-parameters")
			b.ReportMetric(rule, "three-orders-180-days")
			if !(mark >= markShare[model] && mark >= leastOfInformed*informed) {
				b.Errorf("the marks gain %.3f of what an oracle's would: want %.3f, as before, and %g of the %.3f that histories can tell",
					mark, markShare[model], leastOfInformed, informed)
			}
			sum, most = sum+mark, most+informed
		})
	}
	// Of a benchmark that has others below it no figure is printed.
	b.Run("mean", func(b *testing.B) {
		b.ReportMetric(sum/float64(len(models)), "mark")
		b.ReportMetric(most/float64(len(models)), "true-parameters")
	})
}

// marked is a simulated base with its marks.
type marked struct {
	rows     []markedCustomer // as customers.parquet has them
	truth    []float64        // what each customer is worth to who knows all about them
	read     []float64        // to who knows their history and the parameters of the base
	newcomer float64          // what a new customer is worth after the first purchase
}

// markedCustomer is a customer of customers.parquet.
type markedCustomer struct {
	ID        *string  `parquet:"customer_id"`
	Revenue   *float64 `parquet:"revenue"`
	Purchases *int64   `parquet:"purchases"`
	Repeats   *int64   `parquet:"repeat_purchases"`
	LastAge   *int64   `parquet:"age_at_last_purchase_days"`
	Age       *int64   `parquet:"customer_age_days"`
	Since     *int64   `parquet:"days_since_last_purchase"`
	Mark      *string  `parquet:"mark"`
}

// gain returns what marking customers for retention brings beyond newcomers in their
// place, as a share of what it would bring to mark those who are worth more.
func (m marked) gain(retained func(int) bool) float64 {
	var gain, attainable float64
	for i, worth := range m.truth {
		attainable += max(0, worth-m.newcomer)
		if retained(i) {
			gain += worth - m.newcomer
		}
	}
	return gain / attainable
}

func markedBase(b *testing.B, model string) marked {
	b.Helper()
	options := simulation.Default()
	options.Customers, options.Returns, options.Model, options.Purchases = 20_000, 0, model, simulation.DefaultPurchases(model)
	folder := filepath.Join(b.TempDir(), "shop")
	if _, err := simulation.Write(context.Background(), folder, options, nil); err != nil {
		b.Fatal(err)
	}
	c, err := config.Load(config.Sources{File: filepath.Join(folder, "cbv.yaml")})
	if err != nil {
		b.Fatal(err)
	}
	c.Out = filepath.Join(folder, "out")
	result, err := Run(context.Background(), testJob(c))
	if err != nil {
		b.Fatal(err)
	}
	var base marked
	if base.rows, err = parquetfile.Read[markedCustomer](filepath.Join(result.Folder, "customers.parquet")); err != nil {
		b.Fatal(err)
	}
	customers, err := parquetfile.Read[simulatedCustomer](filepath.Join(folder, "truth.parquet"))
	if err != nil || len(customers) != len(base.rows) {
		b.Fatalf("%d customers, simulated %d: %v", len(base.rows), len(customers), err)
	}
	byID := make(map[string]simulatedCustomer, len(customers))
	horizon, delta := float64(c.Value.HorizonDays), math.Log1p(c.Value.DiscountRate)/365
	for _, customer := range customers {
		byID[*customer.ID] = customer
		base.newcomer += customer.worth(horizon, delta) * customer.staysAtFirst(model) * *c.Value.MarginRate / float64(len(customers))
	}
	purchases, spending := informedModels(b, options)
	for _, row := range base.rows {
		customer := byID[*row.ID]
		worth := customer.worth(horizon, delta) * *c.Value.MarginRate
		if !*customer.Alive {
			worth = 0
		}
		base.truth = append(base.truth, worth)
		h := btyd.History{Repeats: int(*row.Repeats), LastPurchase: float64(*row.LastAge), Age: float64(*row.Age)}
		base.read = append(base.read, purchases.PAlive(h)*purchases.Future(h.Repeats, h.Age).Discounted(horizon, delta)*
			spending.ExpectedSpend(int(*row.Purchases), *row.Revenue)**c.Value.MarginRate)
	}
	return base
}

// informedModels are the models that a history follows, with its parameters.
func informedModels(b *testing.B, options simulation.Options) (btyd.Model, spend.GammaGamma) {
	b.Helper()
	p := options.Purchases
	values := map[string]float64{"r": p.R, "alpha": p.Alpha, "a": p.A, "b": p.B, "s": p.S, "beta": p.Beta}
	maps.DeleteFunc(values, func(_ string, value float64) bool { return value == 0 })
	model, err := btyd.NewModel(options.Model, values)
	if err != nil {
		b.Fatal(err)
	}
	return model, spend.GammaGamma{P: options.Spend.P, Q: options.Spend.Q, Gamma: options.Spend.Gamma}
}

// simulatedCustomer is the truth about a customer.
type simulatedCustomer struct {
	ID     *string  `parquet:"customer_id"`
	Rate   *float64 `parquet:"purchase_rate_per_day"`
	Chance *float64 `parquet:"dropout_probability"`
	Leaves *float64 `parquet:"dropout_rate_per_day"`
	Alive  *bool    `parquet:"alive_at_end"`
	Mean   *float64 `parquet:"mean_purchase_value"`
}

// worth returns the revenue that a customer who is alive will bring by the horizon,
// discounted: the purchase rate, while they stay, integrated over it.
func (s simulatedCustomer) worth(horizon, delta float64) float64 {
	var leaving float64
	if s.Leaves != nil {
		leaving = *s.Leaves
	} else {
		leaving = *s.Rate * *s.Chance
	}
	return *s.Rate * -math.Expm1(-(leaving+delta)*horizon) / (leaving + delta) * *s.Mean
}

// staysAtFirst returns the chance that a customer stays after the first purchase.
func (s simulatedCustomer) staysAtFirst(model string) float64 {
	if model == simulation.MBGNBD {
		return 1 - *s.Chance
	}
	return 1
}
