package run

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gonum.org/v1/gonum/mathext"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/pool"
	"cbv/valuation/config"
	"cbv/valuation/parquetfile"
	"cbv/valuation/scoring"
)

// pooledRow is what of a customer rests on the pool, beside a valuedRow.
type pooledRow struct {
	ID       *string  `parquet:"customer_id"`
	PMonth   *float64 `parquet:"p_purchase_30d"`
	PQuarter *float64 `parquet:"p_purchase_90d"`
	PYear    *float64 `parquet:"p_purchase_365d"`
	AtRisk   *float64 `parquet:"value_at_risk"`
}

// wanderingOrders are three years of customers whose rate of purchases wanders from month
// to month, so that the last ones say more than the first.
func wanderingOrders(customers int) (rows []rawOrder) {
	const months, days = 36, 30
	draw := rand.New(rand.NewPCG(9, 0))
	begin := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range customers {
		id := fmt.Sprintf("c%05d", i)
		buy := func(day int) {
			at, amount := begin.AddDate(0, 0, day).UnixMicro(), math.Round(100*math.Exp(3+draw.NormFloat64()/2))/100
			rows = append(rows, rawOrder{Customer: &id, At: &at, Amount: &amount})
		}
		first := draw.IntN(months * days)
		level, spread := 0.15*draw.ExpFloat64(), draw.NormFloat64()
		buy(first)
		for month := first / days; month < months; month++ {
			spread = 0.9*spread + 0.45*draw.NormFloat64()
			for day := month * days; day < (month+1)*days; day++ {
				if day > first && draw.Float64() < level*math.Exp(1.5*spread-1)/3 {
					buy(day)
				}
			}
		}
	}
	return rows
}

// dailyBuyer purchases every day of a year, as nobody did whom the pool was fitted to.
const dailyBuyer = "daily"

func dailyOrders() (rows []rawOrder) {
	id, amount := dailyBuyer, 20.
	begin := time.Date(2022, 12, 17, 0, 0, 0, 0, time.UTC)
	for day := range 365 {
		at := begin.AddDate(0, 0, day).UnixMicro()
		rows = append(rows, rawOrder{Customer: &id, At: &at, Amount: &amount})
	}
	return rows
}

// readPool returns the pool of a run that values customers by one.
func readPool(t *testing.T, folder string) (p pool.Pool, models pool.Models) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "model.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file scoring.ModelFile
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if file.Pool == nil || !file.Pool.Chosen {
		t.Fatalf("the pool is not chosen: %+v", file.Pool)
	}
	of := file.Pool.Pool
	p = pool.Pool{Days: of.WindowDays, Intercept: of.Intercept}
	for j, f := range of.Features {
		p.Coefficients[j], p.Centre[j], p.Ranges[j] = f.Coefficient, f.Centre, pool.Range{Least: f.Least, Most: f.Most}
	}
	models.Memory = pool.FadingMemory{R: of.R, Alpha: of.Alpha, Growth: of.Growth, HalfLife: of.HalfLife}
	for i, into := range []*btyd.Model{&models.MBGNBD, &models.NBD} {
		if *into, err = btyd.NewModel(of.Models[i].Name, of.Models[i].Parameters); err != nil {
			t.Fatal(err)
		}
	}
	return p, models
}

// purchaseDays are the days of each customer's purchases, each once.
func purchaseDays(t *testing.T, c config.Config) map[string]map[int]bool {
	t.Helper()
	days := map[string]map[int]bool{}
	for _, raw := range readOrders(t, c) {
		row, ok := usable(raw)
		if !ok {
			t.Fatal("a clean history has a bad row")
		}
		if days[row.customer] == nil {
			days[row.customer] = map[int]bool{}
		}
		days[row.customer][row.day] = true
	}
	return days
}

// asThePoolSees returns a customer with purchases on some days, by plain loops.
func asThePoolSees(row valuedRow, days map[int]bool, window, asOf int) pool.Customer {
	c := pool.Customer{History: btyd.History{Repeats: int(*row.Repeats), LastPurchase: float64(*row.Last), Age: float64(*row.Age)}}
	for day := range days {
		ago := asOf - day
		if float64(ago) == c.History.Age {
			continue // the first
		}
		if ago < window {
			c.Recent++
		}
		if ago < pool.HalfWindow(window) {
			c.RecentHalf++
		}
		for place, halfLife := range pool.HalfLives {
			c.Faded[place] += pool.Weight(ago, halfLife)
		}
	}
	return c
}

// pooledCounts are a customer's purchases over the horizon, negative binomial.
type pooledCounts struct{ size, mean, family float64 }

// chance returns the chance of a purchase in days in which some share of them come.
func (c pooledCounts) chance(share float64) float64 {
	return 1 - math.Pow(c.size/(c.size+share*c.mean), c.size)
}

// exceeds returns P(V > v) of what a customer will spend, by the sum over all counts.
func (c pooledCounts) exceeds(p, b, scale, v float64) (sum float64) {
	term := math.Pow(c.size/(c.size+c.mean), c.size)
	for n, rest := 1, 1-term; rest > 1e-10; n++ {
		term *= (c.size + float64(n-1)) / float64(n) * c.mean / (c.size + c.mean)
		rest -= term
		sum += term * mathext.RegIncBeta(b, p*float64(n), scale/(scale+v))
	}
	return sum
}

// Where the pool is chosen, what customers purchase and spend is that of plain Go over the
// pool of model.json and the days of the orders, and the total that of the family.
func TestValuesAgreeWithThePool(t *testing.T) {
	t.Parallel()
	customers := 12_000
	if testing.Short() {
		customers = 5_000
	}
	rate := 0.4
	c := config.Default()
	c.Orders.Files = config.Files{writeOrders(t, append(wanderingOrders(customers), dailyOrders()...))}
	c.Out, c.Lists.Include = filepath.Join(t.TempDir(), "out"), nil
	c.Value.MarginRate = &rate
	c.Time.AsOf = parseDay(t, "2023-12-16")
	result := runBatch(t, c)
	rows, err := parquetfile.Read[valuedRow](filepath.Join(result.Folder, "customers.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	pooledRows, err := parquetfile.Read[pooledRow](filepath.Join(result.Folder, "customers.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	run, err := scoring.OpenModel(context.Background(), result.Folder)
	if err != nil {
		t.Fatal(err)
	}
	oracle := newValueOracle(t, c, result, run, rows)
	counts := poolOracle(t, c, result, oracle, rows)

	var own, family, daily, dailyFamily float64
	for i, row := range rows {
		v, more, n := &oracle.values[i], pooledRows[i], counts[i]
		h := btyd.History{Repeats: int(*row.Repeats), LastPurchase: float64(*row.Last), Age: float64(*row.Age)}
		future := oracle.groups[v.group].Purchase.Model.Future(h.Repeats, h.Age)
		share := func(days float64) float64 {
			return future.Expected(oracle.days[days]) / future.Expected(oracle.days[365])
		}
		atRisk := math.Max(0, future.Rate()*btyd.Annuity(365, btyd.Discounting(c.Value.DiscountRate, 365))/future.Discounted(365, btyd.Discounting(c.Value.DiscountRate, 365))-1) * v.clv
		own, family = own+*row.Expected, family+n.family
		if *row.ID == dailyBuyer {
			daily, dailyFamily = *row.Expected, n.family
		}
		for _, of := range []struct {
			what                 string
			got, want, tolerance float64
		}{
			{"p_alive", *row.PAlive, v.pAlive, 1e-12},
			{"expected_purchases", *row.Expected, n.mean, 1e-6 * n.mean},
			{"p_purchase_30d", *more.PMonth, n.chance(share(30)), 1e-6},
			{"p_purchase_90d", *more.PQuarter, n.chance(share(90)), 1e-6},
			{"p_purchase_365d", *more.PYear, n.chance(1), 1e-6},
			{"clv", *row.CLV, v.clv, 0.0051 + 1e-6*math.Abs(v.clv)},
			{"value_at_risk", *more.AtRisk, atRisk, 0.0051 + 1e-6*atRisk},
		} {
			if !(math.Abs(of.got-of.want) <= of.tolerance) {
				t.Fatalf("customer %s: %s is %v, want %v", *row.ID, of.what, of.got, of.want)
			}
		}
	}
	if !(math.Abs(own/family-1) <= 1e-6) {
		t.Errorf("the base is expected to make %.6f purchases, by the family %.6f", own, family)
	}
	t.Logf("the daily buyer is expected to make %.1f purchases, by the family %.1f", daily, dailyFamily)
	if others := (own - daily) / (family - dailyFamily); !(0 < daily && daily < 2*dailyFamily && math.Abs(others-1) < 0.05) {
		t.Errorf("the daily buyer is expected to make %.1f purchases, by the family %.1f; the others %.3f of the family's", daily, dailyFamily, others)
	}
	checkPooledSpend(t, oracle, rows, counts)
	oracle.checkTotals(t, result)
	oracle.checkMarginCurve(t, c, result, rows)
}

// poolOracle returns the counts of customers, and sets the values of an oracle to those by
// the pool.
func poolOracle(t *testing.T, c config.Config, result Result, oracle *valueOracle, rows []valuedRow) []pooledCounts {
	t.Helper()
	p, models := readPool(t, result.Folder)
	days := purchaseDays(t, c)
	asOf := int(c.Time.AsOf.Unix() / 86400)
	ofPurchases := oracle.season.ratio(t, "purchases", 365)
	counts := make([]pooledCounts, len(rows))
	var ofPool, ofFamily float64
	for i, row := range rows {
		customer := asThePoolSees(row, days[*row.ID], p.Days, asOf)
		v := oracle.values[i]
		future := oracle.groups[v.group].Purchase.Model.Future(v.repeats, float64(*row.Age))
		counts[i] = pooledCounts{
			size:   models.Memory.Size(customer),
			mean:   min(365, p.Expected(models, customer)*future.Expected(365)/future.Expected(float64(p.Days))),
			family: v.pAlive * ofPurchases * future.Expected(365),
		}
		ofPool, ofFamily = ofPool+counts[i].mean, ofFamily+counts[i].family
	}
	for i := range counts {
		n, v := &counts[i], &oracle.values[i]
		n.mean *= ofFamily / ofPool
		v.clv *= n.mean / n.family
		shape := oracle.groups[v.group].Spend.Shape(v.repeats)
		square := n.mean + n.mean*n.mean*(1+1/n.size)
		v.variance = v.scale*v.scale*(shape.P*shape.P*square+shape.P*n.mean)/((shape.B-1)*(shape.B-2)) - v.clv*v.clv
	}
	return counts
}

// checkPooledSpend holds chances and points of what customers will bring to sums over
// their own counts.
func checkPooledSpend(t *testing.T, oracle *valueOracle, rows []valuedRow, counts []pooledCounts) {
	t.Helper()
	worst := 0.
	for i := 0; i < len(rows); i += 7 {
		row, v, n := rows[i], oracle.values[i], counts[i]
		shape := oracle.groups[v.group].Spend.Shape(v.repeats)
		exceeds := func(money float64) float64 { return n.exceeds(shape.P, shape.B, v.scale, money) }
		offs := []float64{*row.PKeep - exceeds(oracle.cost)}
		for _, point := range []struct{ money, chance float64 }{{*row.Low, 0.9}, {*row.High, 0.1}} {
			if point.money > 0 {
				offs = append(offs, exceeds(point.money)-point.chance)
			} else if n.chance(1) > point.chance+0.003 {
				t.Errorf("customer %s: %g is exceeded with %g", *row.ID, point.money, n.chance(1))
			}
		}
		for _, off := range offs {
			if worst = max(worst, math.Abs(off)); !(math.Abs(off) <= 0.004) {
				t.Errorf("customer %s: probabilities %v are off (%+v, %+v)", *row.ID, offs, n, shape)
			}
		}
	}
	t.Logf("probabilities within %.5f", worst)
}
