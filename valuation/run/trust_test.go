package run

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"cbv/valuation/btyd"
	"cbv/valuation/config"
	"cbv/valuation/pipeline"
	"cbv/valuation/scoring"
)

// buyer is one simulated customer: purchases at a rate of their own, from their
// first day until they leave.
type buyer struct {
	rate, dropout float64 // a day
	channel       string
}

// shopOf writes the orders of customers who first buy on any of the first 400 of
// 730 days. From the day pickUp on, everybody buys twice as often.
func shopOf(t testing.TB, seed uint64, customers, pickUp int, draw func(source rand.Source) buyer) config.Config {
	t.Helper()
	const days = 730
	source := rand.NewPCG(seed, 11)
	chance := rand.New(source)
	spend := distuv.Gamma{Alpha: 6, Beta: 0.2, Src: source}
	var rows []rawOrder
	for number := range customers {
		b, name := draw(source), fmt.Sprintf("C%05d", number)
		first := chance.Float64() * 400
		leaves := first + chance.ExpFloat64()/b.dropout
		for now := first; now < min(days, leaves); {
			at, amount := int64((float64(dayNumber("2022-01-01"))+now)*86400e6), math.Round(100*spend.Rand())/100
			rows = append(rows, rawOrder{Customer: &name, At: &at, Amount: &amount, Channel: &b.channel})
			rate := b.rate
			if now >= float64(pickUp) {
				rate *= 2
			}
			next := now + chance.ExpFloat64()/rate
			if now < float64(pickUp) && next > float64(pickUp) {
				next = float64(pickUp) + (next-float64(pickUp))/2
			}
			now = next
		}
	}
	c := config.Default()
	c.Lists.Include = nil
	c.Orders.Files = config.Files{writeOrders(t, rows)}
	c.Orders.Columns.Channel = "channel"
	rate := 0.3
	c.Value.MarginRate = &rate
	c.Time.AsOf = parseDay(t, "2023-12-31")
	c.Out = filepath.Join(t.TempDir(), "out")
	return c
}

const never = math.MaxInt32

// gammas draws buyers of a Pareto/NBD model; dropout 0: nobody leaves.
func gammas(r, alpha, s, beta float64, channel string) func(rand.Source) buyer {
	return func(source rand.Source) buyer {
		b := buyer{rate: distuv.Gamma{Alpha: r, Beta: alpha, Src: source}.Rand(), channel: channel}
		if s > 0 {
			b.dropout = distuv.Gamma{Alpha: s, Beta: beta, Src: source}.Rand()
		}
		return b
	}
}

func warned(warnings []pipeline.Warning, code string) bool {
	return slices.ContainsFunc(warnings, func(w pipeline.Warning) bool { return w.Code == code })
}

// A base in which nobody leaves is valued by NBD, which says so.
func TestNoDropoutEndsInNBD(t *testing.T) {
	if testing.Short() {
		t.Skip("a long simulation")
	}
	for seed := range uint64(3) {
		result := runBatch(t, shopOf(t, seed, 3_000, never, gammas(0.9, 60, 0, 0, "web")))
		m := result.Manifest
		if m.Model.Name != "NBD" || !warned(m.Warnings, "no_dropout") || m.Backtest.Trust == nil || !*m.Backtest.Trust {
			t.Errorf("seed %d: %+v, %+v, %+v", seed, m.Model, m.Warnings, m.Backtest)
		}
	}
}

// A steady base earns trust; one whose buying doubled halfway, for everybody,
// does not, and under run.strict is not published.
func TestDoubledBuyingIsNotTrusted(t *testing.T) {
	if testing.Short() {
		t.Skip("a long simulation")
	}
	for seed := range uint64(2) {
		for _, c := range []struct {
			pickUp  int
			trusted bool
		}{{never, true}, {365, false}, {730 - 243, false}} {
			settings := shopOf(t, seed, 4_000, c.pickUp, gammas(0.6, 50, 0.6, 90, "web"))
			report, err := Backtest(context.Background(), testJob(settings))
			if err != nil {
				t.Fatal(err)
			}
			v := report.Verdict
			if v.Trust == nil || *v.Trust != c.trusted || warned(report.Warnings, "not_trusted") == c.trusted {
				t.Errorf("seed %d, doubled from day %d: %+v, %+v", seed, c.pickUp, v, report.Warnings)
			}
			t.Logf("seed %d, doubled from day %d: purchases %+.3f, margin %+.3f: %s", seed, c.pickUp, *v.Purchases.Error, *v.Margin.Error, v.Reason)
			if c.trusted || seed > 0 {
				continue
			}
			m := runBatch(t, settings).Manifest
			if m.Backtest.Trust == nil || *m.Backtest.Trust || m.Backtest.Reason != v.Reason || !warned(m.Warnings, "not_trusted") {
				t.Errorf("the run says %+v, the backtest %+v", m.Backtest, v)
			}
			settings.Run.Strict = true
			settings.Out = filepath.Join(t.TempDir(), "strict")
			if _, err := Run(context.Background(), testJob(settings)); err == nil {
				t.Errorf("seed %d: published under run.strict", seed)
			}
		}
	}
}

// Channels that differ get parameters of their own, channels that do not, or are
// small, those of the base.
func TestChannelsGetParametersWhereTheyDiffer(t *testing.T) {
	if testing.Short() {
		t.Skip("a long simulation")
	}
	loyal, fleeting := gammas(2, 80, 0.5, 300, "search"), gammas(0.4, 40, 1, 40, "social")
	number := 0
	mixed := func(source rand.Source) buyer {
		number++
		switch {
		case number%50 == 0:
			return gammas(2, 80, 0.5, 300, "flyer")(source)
		case number%2 == 0:
			return loyal(source)
		}
		return fleeting(source)
	}
	alike := func(source rand.Source) buyer {
		number++
		return gammas(0.6, 50, 0.6, 90, []string{"search", "social"}[number%2])(source)
	}
	for name, c := range map[string]struct {
		draw func(rand.Source) buyer
		want []string
	}{"differ": {mixed, []string{"search", "social"}}, "alike": {alike, nil}} {
		settings := shopOf(t, 5, 6_000, never, c.draw)
		settings.Value.FitBy = "channel"
		result := runBatch(t, settings)
		if got := result.Manifest.Model.ByChannel; !slices.Equal(got, c.want) {
			t.Fatalf("%s: channels with parameters of their own %q, want %q", name, got, c.want)
		}
		if c.want == nil {
			continue
		}
		run, err := scoring.OpenModel(context.Background(), result.Folder)
		if err != nil {
			t.Fatal(err)
		}
		rates := map[string]float64{}
		for _, group := range run.Groups() {
			rates[group.Channel] = btyd.ExpectedPurchases(group.Purchase.Model, btyd.History{}, 365)
		}
		if !(rates["search"] > 2*rates["social"] && rates["search"] > rates[""] && rates[""] > rates["social"]) {
			t.Errorf("purchases of a new customer in a year: %v", rates)
		}
	}
}
