package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"cbv/valuation/export"
	"cbv/valuation/parquetfile"
)

// The power that an export reports of the margin is that of campaigns made of what its
// customers then really spent: a lift of so many more buyers shows in 80 % of them, within 3
// points, also of an audience that is chosen by how often or when its customers bought.
// Spend has little of a tail, and everybody may be written to, or what a base of this size
// really spent would not be known to 3 points itself.
func TestMarginPowerRecovery(t *testing.T) {
	if testing.Short() {
		t.Skip("a shop of 150,000 customers")
	}
	t.Parallel()
	shop := filepath.Join(t.TempDir(), "shop")
	mustRun(t, "simulate", "--out", shop, "--customers", "150000", "--model", "mbgnbd", "--spend", "p=6,q=30,gamma=217.5", "--seed", "3")
	asOf := time.Date(2023, 6, 30, 0, 0, 0, 0, time.UTC)
	configured, err := os.ReadFile(filepath.Join(shop, "cbv.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, column := range []string{"consent_email: consent_email", "suppressed: suppressed"} {
		if !bytes.Contains(configured, []byte(column)) {
			t.Fatalf("the configuration has no %q", column)
		}
	}
	configured = bytes.Replace(configured, []byte("consent_email: consent_email"), []byte("consent_email: \"true\""), 1)
	configured = bytes.Replace(configured, []byte("suppressed: suppressed"), []byte("suppressed: \"false\""), 1)
	audiences := []struct{ name, where string }{
		{"everybody", "true"},
		{"once", "not is_repeat"},
		{"cooling", "lifecycle = 'cooling'"},
		{"quiet", "days_since_last_purchase > 120"},
	}
	windows := []int{30, 90, 180}
	configured = append(configured, "audiences:\n"...)
	for _, a := range audiences {
		for _, days := range windows {
			configured = fmt.Appendf(configured, "  - {name: %s%d, where: %q, target: klaviyo, campaign: {name: %[1]s%[2]d, salt: s, holdout: 0.5, window_days: %[2]d, nights: 1, planned_people: %[4]d, covariate: clv}}\n",
				a.name, days, a.where, plannedPeople)
		}
	}
	if err := os.WriteFile(filepath.Join(shop, "cbv.yaml"), configured, 0o666); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(shop, "out")
	mustRun(t, "run", "--lists.include", "[]", "--config", filepath.Join(shop, "cbv.yaml"), "--out", out, "--time.as_of", asOf.Format(time.DateOnly))
	later := spendsAfter(t, shop, asOf)
	for _, a := range audiences {
		for _, days := range windows {
			audience := fmt.Sprint(a.name, days)
			if power := shownOf(t, out, audience, days, later); !(power >= 0.77 && power <= 0.83) {
				t.Errorf("%s: the lift shows in %.1f %% of campaigns, want 80 %%", audience, 100*power)
			}
		}
	}
}

// plannedPeople are those of a campaign whose power is told.
const plannedPeople = 10_000

// laterOrder is an order after as_of.
type laterOrder struct {
	days   int // after it
	amount float64
}

func spendsAfter(t *testing.T, shop string, asOf time.Time) map[string][]laterOrder {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(shop, "orders", "*.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	later := map[string][]laterOrder{}
	for _, file := range files {
		rows, err := parquetfile.Read[struct {
			Customer *string  `parquet:"customer_id"`
			At       *int64   `parquet:"ordered_at,timestamp(microsecond:local)"`
			Amount   *float64 `parquet:"amount"`
		}](file)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			days := int(time.UnixMicro(*row.At).Unix()/86400 - asOf.Unix()/86400)
			if days > 0 {
				later[*row.Customer] = append(later[*row.Customer], laterOrder{days, *row.Amount})
			}
		}
	}
	return later
}

// shownOf is the share of campaigns in which the lift of the margin that an export says
// its audience can show does show, at the lift and size that it says.
func shownOf(t *testing.T, out, audience string, days int, later map[string][]laterOrder) float64 {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(out, "exports", audience, "latest", "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest export.Manifest
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	assigned, err := parquetfile.Read[struct {
		Customer string `parquet:"customer_id"`
	}](filepath.Join(out, "campaigns", audience, "assigned-"+manifest.AsOf+"-1.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	var moved, buyers []float64 // of whom money moved, and who bought
	for _, person := range assigned {
		spent, bought := 0.0, false
		for _, order := range later[person.Customer] {
			if order.days <= days {
				spent += order.amount
				bought = bought || order.amount > 0
			}
		}
		if spent != 0 {
			moved = append(moved, spent)
		}
		if bought {
			buyers = append(buyers, spent)
		}
	}
	lift := *manifest.Power.Comparisons[0].MarginLift
	people := float64(len(assigned))
	rate, moving := float64(len(buyers))/people, float64(len(moved))/people
	random := rand.New(rand.NewPCG(uint64(days), 9))
	draw := func(lift float64) (mean, squaredError float64) {
		const n = plannedPeople / 2
		var sum, squares float64
		add := func(of []float64, share float64, among float64) float64 {
			drawn := distuv.Binomial{N: among, P: share, Src: random}.Rand()
			for range int(drawn) {
				spent := of[random.IntN(len(of))]
				sum += spent
				squares += spent * spent
			}
			return drawn
		}
		others := n - add(moved, moving, n)
		if lift > 0 { // of the others as many buy as raise the rate by the lift
			add(buyers, rate*lift/(1-moving), others)
		}
		mean = sum / n
		return mean, (squares/n - mean*mean) / n
	}
	const campaigns = 4000
	shown := 0
	for range campaigns {
		treated, treatedError := draw(lift)
		control, controlError := draw(0)
		if treated-control > 1.959964*math.Sqrt(treatedError+controlError) {
			shown++
		}
	}
	power := float64(shown) / campaigns
	t.Logf("%s: %.1f %% of %d people, expected rate %.3f, came %.3f, variation %.3f, came %.3f, lift %.3f", audience, 100*power, len(assigned), *manifest.Power.BaseRate, rate, *manifest.Power.Variation, variationOf(buyers), lift)
	return power
}

func variationOf(spends []float64) float64 {
	var sum, squares float64
	for _, spent := range spends {
		sum += spent
		squares += spent * spent
	}
	n := float64(len(spends))
	return math.Sqrt(n*squares/(sum*sum) - 1)
}
