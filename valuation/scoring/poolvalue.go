package scoring

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd/pool"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/engine"
	"cbv/valuation/intake"
)

// poolTerms is the one row of pool_terms, which has none where customers are valued by
// the family alone: what the pool makes of each customer's purchases, and of what lies
// between ln of their mean and how what they spend is distributed.
type poolTerms struct {
	MemoryR float64 // r of fading memory
	// Coefficients of ln of what fading memory expects, of 1 + recent purchases, and of 1
	// + those of half as many days, and what these count for at the least and at the most.
	ByMemory, LeastMemory, MostMemory             float64
	ByRecent, LeastRecent, MostRecent             float64
	ByRecentHalf, LeastRecentHalf, MostRecentHalf float64
	// More days than the horizon has nobody purchases on.
	MostPurchases float64
	// The grid of pooled_spends, as spend.Node has it.
	SpreadStep, MeanStep float64
	NodePurchases        int
	PurchaseStep         float64
	// What is exceeded with these chances are spend_low and spend_high.
	LowExceeded, HighExceeded float64
}

// poolDay is a row of pool_days: what a purchase on a day is to the pool.
type poolDay struct {
	OrderDay           time.Time
	Recent, RecentHalf int64 // 1 where it counts
	Billionths         int64 // what fading memory keeps of it
}

// poolHistory is a row of pool_histories: what the pool makes of a distinct history.
type poolHistory struct {
	FitGroup, RepeatPurchases, AgeAtLastPurchaseDays, CustomerAgeDays int

	LogMean    float64 // ln of the purchases of the horizon but for what those made add
	MemoryRate float64 // what fading memory expects of the pool's window, for each of the size

	// The purchases of other days to come beside those of the horizon, by the family and
	// the season.
	Share30d  float64 `col:"share_30d"`
	Share90d  float64 `col:"share_90d"`
	Share365d float64 `col:"share_365d"`

	PurchasesIfAlive float64 // of the horizon, by the family and the season
	FamilyPurchases  float64 // the same times P(alive)

	P, Q *float64 // of the spend model, nil where only the mean is known
}

// makePool makes pool_terms, pool_days and pool_histories, all empty where the
// pool was not chosen.
func (s *Scoring) makePool(ctx context.Context, histories []history, forecasts []forecast, of []int) error {
	var terms []poolTerms
	var days []poolDay
	p := s.pooled
	if p.Chosen {
		terms, days = append(terms, s.poolTerms()), s.poolDays(histories)
	} else {
		histories, forecasts = nil, nil
	}
	if err := engine.Insert(ctx, s.Engine, "pool_terms", terms); err != nil {
		return err
	}
	if err := engine.Insert(ctx, s.Engine, "pool_days", days); err != nil {
		return err
	}
	// what depends on (x, T) alone
	shares, expected := make([]poolHistory, len(forecasts)), make([]pool.Expectations, len(forecasts))
	err := s.parallel(ctx, len(forecasts), func(i int) {
		shares[i] = s.poolShares(forecasts[i])
		expected[i] = p.Models.Expect(forecasts[i].Repeats, forecasts[i].Age, p.Pool.Days)
	})
	if err != nil {
		return err
	}
	return insertMade(ctx, s, "pool_histories", len(histories), func(i int) poolHistory {
		h, row := histories[i], shares[of[i]]
		row.FitGroup, row.RepeatPurchases = h.group, h.Repeats
		row.AgeAtLastPurchaseDays, row.CustomerAgeDays = int(h.LastPurchase), int(h.Age)
		row.LogMean += p.Pool.OfHistory(p.Models, h.History, expected[of[i]])
		row.FamilyPurchases = s.models.groups[h.group].Purchase.Model.PAlive(h.History) * row.PurchasesIfAlive
		return row
	})
}

// poolTerms returns the row of pool_terms.
func (s *Scoring) poolTerms() poolTerms {
	p := s.pooled
	by := p.Pool.Purchasing()
	horizon, _ := s.horizon()
	return poolTerms{
		MemoryR:  p.Memory.R,
		ByMemory: by.Memory.Coefficient, LeastMemory: by.Memory.Range.Least, MostMemory: by.Memory.Range.Most,
		ByRecent: by.Recent.Coefficient, LeastRecent: by.Recent.Range.Least, MostRecent: by.Recent.Range.Most,
		ByRecentHalf: by.RecentHalf.Coefficient, LeastRecentHalf: by.RecentHalf.Range.Least, MostRecentHalf: by.RecentHalf.Range.Most,
		MostPurchases: horizon,
		SpreadStep:    spend.NodeSpreadStep, MeanStep: spend.NodeMeanStep,
		NodePurchases: spend.NodePurchases, PurchaseStep: spend.NodePurchaseStep,
		LowExceeded: 1 - lowLevel, HighExceeded: 1 - highLevel,
	}
}

// poolDays returns the days since the oldest history began.
func (s *Scoring) poolDays(histories []history) []poolDay {
	oldest := 0
	for _, h := range histories {
		oldest = max(oldest, int(h.Age))
	}
	days := make([]poolDay, oldest+1)
	for age := range days {
		day := &days[age]
		day.OrderDay = s.Days.AsOf.AddDate(0, 0, -age)
		if age < s.pooled.Pool.Days {
			day.Recent = 1
		}
		if age < pool.HalfWindow(s.pooled.Pool.Days) {
			day.RecentHalf = 1
		}
		day.Billionths = int64(math.Round(pool.Weight(age, s.pooled.Memory.HalfLife) / pool.Billionth))
	}
	return days
}

// poolShares returns what of a pool_histories row depends on (x, T) alone. The pool
// forecasts the days of its window, and others as the family has them beside these. Days
// are those of a year without a season that bring as much, as chances by the family are
// of: a longer time then brings each customer as much as a shorter one at the least.
func (s *Scoring) poolShares(o forecast) poolHistory {
	p := s.pooled
	f := s.models.groups[o.group].Purchase.Model.Future(o.Repeats, o.Age)
	horizon, _ := s.horizon()
	window := float64(p.Pool.Days)
	seasoned := func(days float64) float64 { return f.Expected(s.seasonal[days]) }
	row := poolHistory{
		LogMean:    math.Log(f.Expected(horizon) / f.Expected(window)),
		MemoryRate: p.Models.MemoryRate(o.Age, p.Pool.Days),
		Share30d:   seasoned(30) / seasoned(horizon),
		Share90d:   seasoned(90) / seasoned(horizon),
		Share365d:  seasoned(float64(intake.Rules.FocusDays)) / seasoned(horizon),

		PurchasesIfAlive: s.multiplier(backtest.Purchases, horizon) * f.Expected(horizon),
	}
	if band := s.models.groups[o.group].Spend.Band(o.Repeats); band.HasModel() {
		row.P, row.Q = &band.Model.P, &band.Model.Q
	}
	return row
}

// pooledNode is a row of pooled_nodes.
type pooledNode struct{ FitGroup, NodeRepeats, SpreadPlace, MeanPlace int }

func (n pooledNode) compare(m pooledNode) int {
	return cmp.Or(cmp.Compare(n.FitGroup, m.FitGroup), cmp.Compare(n.NodeRepeats, m.NodeRepeats),
		cmp.Compare(n.SpreadPlace, m.SpreadPlace), cmp.Compare(n.MeanPlace, m.MeanPlace))
}

// pooledSpend is a row of pooled_spends.
type pooledSpend struct {
	pooledNode
	Size, Mean float64
	spendingRow
}

// makePooledSpends makes pooled_spends: how what customers spend is distributed at each
// node that the counts of one are nearest to.
func (s *Scoring) makePooledSpends(ctx context.Context) error {
	nodes, err := engine.All[pooledNode](ctx, s.Engine, "pooled_nodes")
	if err != nil {
		return err
	}
	slices.SortFunc(nodes, pooledNode.compare)
	var rows []pooledSpend
	for len(nodes) > 0 {
		group := nodes[0].FitGroup
		of := nodes
		if next := slices.IndexFunc(nodes, func(n pooledNode) bool { return n.FitGroup != group }); next > 0 {
			of = nodes[:next]
		}
		nodes = nodes[len(of):]
		counts := make([]spend.Counts, len(of))
		for i, n := range of {
			counts[i] = spend.Node{Repeats: n.NodeRepeats, SpreadPlace: n.SpreadPlace, MeanPlace: n.MeanPlace}.Counts()
		}
		found := spend.DistributionsOf(counts, s.models.groups[group].Spend.Shape, s.intake.Base.Customers, s.workers())
		for i, n := range of {
			rows = append(rows, pooledSpend{n, counts[i].Size, counts[i].Mean, spendingOf(&found[i])})
		}
	}
	return engine.Insert(ctx, s.Engine, "pooled_spends", rows)
}
