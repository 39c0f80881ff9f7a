package batch

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"cbv/valuation/btyd"
	"cbv/valuation/engine"
)

// models is what the fit step found.
type models struct {
	purchase *btyd.Fit // nil: no model could be fitted
	reason   string    // why not
	spend    []btyd.SpendBand
	spearman float64
}

// historyRow is a row of histories.
type historyRow struct {
	group int64
	btyd.HistoryCount
}

// outlookKey is what the future depends on, given that a customer is alive.
type outlookKey struct {
	group   int64
	repeats int
	ageDays int
}

// wholeBase is the fit group of everybody.
const wholeBase = 0

// fit fits the models on the distinct histories and scores each of them once.
func fit(ctx context.Context, r *run) error {
	histories, err := r.histories(ctx)
	if err != nil {
		return err
	}
	if r.reused != nil {
		r.adopt()
		return r.score(ctx, histories)
	}
	var counts []btyd.HistoryCount
	for _, h := range histories {
		if h.Age <= r.oldestFittedDays() {
			counts = append(counts, h.HistoryCount)
		}
	}
	if len(counts) == 0 {
		r.models.reason = fmt.Sprintf("no customer first purchased on %s (orders.fit_from) or later", r.Config.Orders.FitFrom)
		r.warn("no_model", "nobody has a value, a lifecycle or a mark: %s", r.models.reason)
		return r.score(ctx, nil)
	}
	base, err := btyd.NewBase(counts, r.workers())
	if err != nil {
		return err
	}
	family := slices.IndexFunc(btyd.Families, func(f btyd.Family) bool { return f.Key == "bgnbd" })
	fitted, err := btyd.Families[family].Fit(base, r.workers())
	var none *btyd.NoFitError
	switch {
	case errors.As(err, &none):
		r.models.reason = none.Error()
		r.warn("no_model", "nobody has a value, a lifecycle or a mark: %s", none)
		histories = nil
	case err != nil:
		return err
	default:
		r.models.purchase = &fitted
		if err := r.fitSpend(ctx); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return r.score(ctx, histories)
}

// oldestFittedDays is the age of a customer who first purchased on
// orders.fit_from.
func (r *run) oldestFittedDays() float64 {
	if r.Config.Orders.FitFrom == nil {
		return math.Inf(1)
	}
	return r.asOf.Sub(r.Config.Orders.FitFrom.Time).Hours() / 24
}

func (r *run) workers() int {
	if r.Config.Engine.Threads > 0 {
		return r.Config.Engine.Threads
	}
	return runtime.NumCPU()
}

func (r *run) histories(ctx context.Context) ([]historyRow, error) {
	var rows []historyRow
	columns := []string{"fit_group", "repeat_purchases", "age_at_last_purchase_days", "customer_age_days", "customers"}
	err := r.engine.Each(ctx, "histories", columns, func(v []driver.Value) error {
		rows = append(rows, historyRow{
			group: v[0].(int64),
			HistoryCount: btyd.HistoryCount{
				History: btyd.History{
					Repeats:      int(v[1].(int64)),
					LastPurchase: float64(v[2].(int64)),
					Age:          float64(v[3].(int64)),
				},
				Customers: v[4].(int64),
			},
		})
		return nil
	})
	return rows, err
}

// score makes scores (p_alive per history) and outlooks (everything else, per x
// and T, given alive). Without a model both are empty.
func (r *run) score(ctx context.Context, histories []historyRow) error {
	// A newcomer on their first day is scored too: the mark compares with them.
	keys := []outlookKey{{group: wholeBase}}
	seen := map[outlookKey]bool{keys[0]: true}
	newcomerSeen := false
	for _, h := range histories {
		key := outlookKey{h.group, h.Repeats, int(h.Age)}
		if !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
		newcomerSeen = newcomerSeen || h.History == btyd.History{}
	}
	if !newcomerSeen && r.models.purchase != nil {
		histories = append(histories, historyRow{group: wholeBase})
	}
	if r.models.purchase == nil {
		keys = nil
	}

	scores := make([][]driver.Value, len(histories))
	err := r.parallel(ctx, len(histories), func(i int) {
		h := histories[i]
		scores[i] = []driver.Value{h.group, int64(h.Repeats), int64(h.LastPurchase), int64(h.Age), r.models.purchase.Model.PAlive(h.History)}
	})
	if err != nil {
		return err
	}
	outlooks := make([][]driver.Value, len(keys))
	horizon, delta := float64(r.Config.Value.HorizonDays), btyd.Discounting(r.Config.Value.DiscountRate, 365)
	err = r.parallel(ctx, len(keys), func(i int) {
		key := keys[i]
		f := r.models.purchase.Model.Future(key.repeats, float64(key.ageDays))
		outlooks[i] = []driver.Value{
			key.group, int64(key.repeats), int64(key.ageDays),
			365 * f.Rate(), f.PPurchase(30), f.PPurchase(90), f.PPurchase(365), f.Expected(horizon), f.Discounted(horizon, delta),
		}
	})
	if err != nil {
		return err
	}
	err = r.engine.Rows(ctx, "scores", []engine.Column{
		{Name: "fit_group", Type: "bigint"}, {Name: "repeat_purchases", Type: "bigint"}, {Name: "age_at_last_purchase_days", Type: "bigint"},
		{Name: "customer_age_days", Type: "bigint"}, {Name: "p_alive", Type: "double"},
	}, scores)
	if err != nil {
		return err
	}
	err = r.engine.Rows(ctx, "outlooks", []engine.Column{
		{Name: "fit_group", Type: "bigint"}, {Name: "repeat_purchases", Type: "bigint"}, {Name: "customer_age_days", Type: "bigint"},
		{Name: "purchases_per_year", Type: "double"}, {Name: "p_purchase_30d", Type: "double"}, {Name: "p_purchase_90d", Type: "double"},
		{Name: "p_purchase_365d", Type: "double"}, {Name: "expected_purchases", Type: "double"}, {Name: "discounted_purchases", Type: "double"},
	}, outlooks)
	if err != nil {
		return err
	}
	return r.spendTable(ctx)
}

// parallel calls do for 0 to n-1 on all workers. Each call writes to its own
// place, so the order of calls does not show.
func (r *run) parallel(ctx context.Context, n int, do func(i int)) error {
	const chunk = 4096
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(r.workers())
	for start := 0; start < n; start += chunk {
		group.Go(func() error {
			for i := start; i < min(start+chunk, n); i++ {
				do(i)
			}
			return ctx.Err()
		})
	}
	return group.Wait()
}

// fitSpend fits what purchases are worth.
func (r *run) fitSpend(ctx context.Context) error {
	var counts []btyd.SpendCount
	columns := []string{"repeat_purchases", "repeat_revenue_minor", "customers"}
	err := r.engine.Each(ctx, "spend_histories", columns, func(v []driver.Value) error {
		counts = append(counts, btyd.SpendCount{
			Repeats: int(v[0].(int64)), Total: float64(v[1].(int64)) / float64(r.minor), Customers: v[2].(int64),
		})
		return nil
	})
	if err != nil {
		return err
	}
	spend, err := btyd.FitSpend(counts, r.workers())
	if err != nil {
		return err
	}
	r.models.spend, r.models.spearman = spend.Bands, spend.Spearman
	for _, finding := range spend.Findings {
		r.warnOfSpend(finding)
	}
	return nil
}

func (r *run) warnOfSpend(f btyd.SpendFinding) {
	customers := bandText(f.From, f.To)
	switch f.Warning {
	case btyd.SpendGoesWithFrequency:
		r.warn("spend_goes_with_frequency", "customers who buy more often spend differently per purchase (Spearman's correlation %.2f, beyond %.1f either way): expected purchase values are estimated within bands of repeat purchases",
			f.Number, btyd.MaxSpearman)
	case btyd.NoSpendModel:
		r.warn("no_spend_model", "%s: every purchase is expected to be worth the mean repeat purchase, %.2f: %s", customers, f.Number, f.Cause)
	case btyd.InfiniteMean:
		r.warn("spend_mean_infinite", "%s: %s, %.2f", customers, f.Warning, f.Number)
	case btyd.UndeterminedMean:
		r.warn("spend_mean_undetermined", "%s: %s, %.2f", customers, f.Warning, f.Number)
	}
}

// bandText names the customers of a band.
func bandText(from, to int) string {
	switch {
	case from == 0 && to == btyd.MostRepeats:
		return "all customers"
	case to == btyd.MostRepeats:
		return fmt.Sprintf("customers with %d repeat purchases or more", from)
	}
	return fmt.Sprintf("customers with %d to %d repeat purchases", from, to)
}

// spendTable makes spend_models, with null parameters where only the mean is
// known.
func (r *run) spendTable(ctx context.Context) error {
	var rows [][]driver.Value
	for _, model := range r.models.spend {
		row := []driver.Value{int64(model.From), int64(model.To), nil, nil, nil, model.Mean}
		if model.HasModel() {
			m := model.Fit.Model
			row[2], row[3], row[4] = m.P, m.Q, m.Gamma
		}
		rows = append(rows, row)
	}
	return r.engine.Rows(ctx, "spend_models", []engine.Column{
		{Name: "repeats_from", Type: "bigint"}, {Name: "repeats_to", Type: "bigint"},
		{Name: "p", Type: "double"}, {Name: "q", Type: "double"}, {Name: "gamma", Type: "double"}, {Name: "mean", Type: "double"},
	}, rows)
}
