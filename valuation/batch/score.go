package batch

import (
	"context"
	"database/sql/driver"
	"fmt"

	"golang.org/x/sync/errgroup"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/engine"
)

// wholeBase is the fit group of everybody.
const wholeBase = 0

// The points of what a customer will have brought that stand in customers as
// clv_low and clv_high.
const (
	lowLevel  = 0.1
	highLevel = 0.9
)

// outlook is what the future of the survivors of one fit group with one (x, T)
// holds.
type outlook struct {
	group int
	btyd.Survivor
	spending spend.Distribution
	shifted  []float64 // derivatives of ln of the discounted purchases by ln of each parameter
}

// score makes scores (what depends on the whole history), outlooks (what
// depends on x and T, given alive) and parameter_places. Without a model both are
// empty.
func (r *run) score(ctx context.Context, histories []historyRow) error {
	if len(r.models.groups) == 0 {
		histories = nil
	} else if !hasNewcomer(histories) {
		// A newcomer on their first day is scored too: the mark compares with them.
		histories = append(histories, historyRow{group: wholeBase})
	}
	shifts := make([]btyd.Shifts, len(r.models.groups))
	for number, group := range r.models.groups {
		var err error
		if shifts[number], err = btyd.NewShifts(group.purchase.Model); err != nil {
			return err
		}
	}
	outlooks, of := r.outlooks(histories)
	horizon, delta := r.horizon()
	places := r.models.places()
	err := r.parallel(ctx, len(outlooks), func(i int) {
		o := &outlooks[i]
		o.shifted = make([]float64, places)
		shifts[o.group].Discounted(o.Survivor, horizon, delta, o.shifted)
	})
	if err != nil {
		return err
	}
	if err := r.scoreTable(ctx, histories, outlooks, of, shifts); err != nil {
		return err
	}
	if err := r.placeTable(ctx); err != nil {
		return err
	}
	return r.outlookTable(ctx, outlooks)
}

func hasNewcomer(histories []historyRow) bool {
	for _, h := range histories {
		if h.group == wholeBase && h.History == (btyd.History{}) {
			return true
		}
	}
	return false
}

// horizon returns the days over which value is counted, and the discount rate a
// day.
func (r *run) horizon() (days, delta float64) {
	return float64(r.Config.Value.HorizonDays), btyd.Discounting(r.Config.Value.DiscountRate, 365)
}

// outlooks returns the distinct (group, x, T) of histories with the distributions
// of their spend, and for each history the place of its own.
func (r *run) outlooks(histories []historyRow) (outlooks []outlook, of []int) {
	type key struct {
		group, repeats int
		age            float64
	}
	places := map[key]int{}
	of = make([]int, len(histories))
	survivors := make([][]btyd.Survivor, len(r.models.groups))
	members := make([][]int, len(r.models.groups)) // places of each group's survivors
	for i, h := range histories {
		k := key{h.group, h.Repeats, h.Age}
		place, known := places[k]
		if !known {
			place = len(outlooks)
			places[k] = place
			survivor := btyd.Survivor{Repeats: h.Repeats, Age: h.Age}
			outlooks = append(outlooks, outlook{group: h.group, Survivor: survivor})
			survivors[h.group] = append(survivors[h.group], survivor)
			members[h.group] = append(members[h.group], place)
		}
		of[i] = place
	}
	horizon, _ := r.horizon()
	for number, group := range r.models.groups {
		gammaGamma := func(repeats int) *spend.GammaGamma {
			if band := group.spend.Band(repeats); band.HasModel() {
				return &band.Fit.Model
			}
			return nil
		}
		found := spend.Distributions(group.purchase.Model, gammaGamma, survivors[number], horizon, r.base.customers, r.workers())
		for i, place := range members[number] {
			outlooks[place].spending = found[i]
		}
	}
	return outlooks, of
}

func (r *run) scoreTable(ctx context.Context, histories []historyRow, outlooks []outlook, of []int, shifts []btyd.Shifts) error {
	rows := make([][]driver.Value, len(histories))
	err := r.parallel(ctx, len(histories), func(i int) {
		h, spending := histories[i], &outlooks[of[i]].spending
		pAlive := r.models.groups[h.group].purchase.Model.PAlive(h.History)
		rows[i] = []driver.Value{
			int64(h.group), int64(h.Repeats), int64(h.LastPurchase), int64(h.Age), pAlive,
			spending.Quantile(pAlive, lowLevel), spending.Quantile(pAlive, highLevel),
		}
		shifted := outlooks[of[i]].shifted
		sensitivities := make([]float64, len(shifted))
		shifts[h.group].PAlive(h.History, sensitivities)
		for j := range sensitivities {
			sensitivities[j] += shifted[j]
		}
		rows[i] = append(rows[i], sensitivities)
	})
	if err != nil {
		return err
	}
	columns := []engine.Column{
		{Name: "fit_group", Type: "bigint"}, {Name: "repeat_purchases", Type: "bigint"}, {Name: "age_at_last_purchase_days", Type: "bigint"},
		{Name: "customer_age_days", Type: "bigint"}, {Name: "p_alive", Type: "double"},
		{Name: "spend_low", Type: "double"}, {Name: "spend_high", Type: "double"}, {Name: "sensitivities", Type: "double[]"},
	}
	return r.engine.Rows(ctx, "scores", columns, rows)
}

// places returns the number of parameters of the model that has most of them, of
// spend or of purchases.
func (m models) places() int {
	most := len(spend.GammaGamma{}.Parameters())
	for _, group := range m.groups {
		most = max(most, len(group.purchase.Model.Parameters()))
	}
	return most
}

// placeTable makes parameter_places: those of parameters in their models, from 0.
func (r *run) placeTable(ctx context.Context) error {
	var rows [][]driver.Value
	for place := range r.models.places() {
		rows = append(rows, []driver.Value{int64(place)})
	}
	return r.engine.Rows(ctx, "parameter_places", []engine.Column{{Name: "parameter", Type: "bigint"}}, rows)
}

func (r *run) outlookTable(ctx context.Context, outlooks []outlook) error {
	rows := make([][]driver.Value, len(outlooks))
	horizon, delta := r.horizon()
	err := r.parallel(ctx, len(outlooks), func(i int) {
		o := &outlooks[i]
		f := r.models.groups[o.group].purchase.Model.Future(o.Repeats, o.Age)
		discounted := f.Discounted(horizon, delta)
		rows[i] = []driver.Value{
			int64(o.group), int64(o.Repeats), int64(o.Age),
			365 * f.Rate(), f.PPurchase(30), f.PPurchase(90), f.PPurchase(365), f.Expected(horizon), discounted,
			f.Survival(30), f.Survival(90), f.Survival(365), max(discounted, f.Rate()*btyd.Annuity(horizon, delta)),
			o.spending.None, o.spending.Power, o.spending.First, o.spending.Step, o.spending.Exceeds[:], o.spending.SecondMoment,
		}
		rows[i] = append(rows[i], spendValues(r.models.groups[o.group].spend.Band(o.Repeats))...)
	})
	if err != nil {
		return err
	}
	return r.engine.Rows(ctx, "outlooks", []engine.Column{
		{Name: "fit_group", Type: "bigint"}, {Name: "repeat_purchases", Type: "bigint"}, {Name: "customer_age_days", Type: "bigint"},
		{Name: "purchases_per_year", Type: "double"}, {Name: "p_purchase_30d", Type: "double"}, {Name: "p_purchase_90d", Type: "double"},
		{Name: "p_purchase_365d", Type: "double"}, {Name: "expected_purchases", Type: "double"}, {Name: "discounted_purchases", Type: "double"},
		{Name: "survival_30d", Type: "double"}, {Name: "survival_90d", Type: "double"}, {Name: "survival_365d", Type: "double"},
		{Name: "discounted_purchases_if_kept", Type: "double"},
		{Name: "spend_none", Type: "double"}, {Name: "spend_power", Type: "double"},
		{Name: "spend_first", Type: "double"}, {Name: "spend_step", Type: "double"},
		{Name: "spend_exceeds", Type: "double[]"}, {Name: "spend_second_moment", Type: "double"},
		{Name: "spend_band", Type: "bigint"}, {Name: "spend_mean", Type: "double"}, {Name: "is_spend_mean_fitted", Type: "boolean"},
		{Name: "p", Type: "double"}, {Name: "q", Type: "double"}, {Name: "gamma", Type: "double"},
	}, rows)
}

// spendValues are a spend model's columns of outlooks, its parameters null where
// only the mean is known.
func spendValues(band spend.Band) []driver.Value {
	if !band.HasModel() {
		return []driver.Value{int64(band.From), band.Mean, false, nil, nil, nil}
	}
	m := band.Fit.Model
	return []driver.Value{int64(band.From), band.Mean, band.Mean == m.Mean(), m.P, m.Q, m.Gamma}
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

// warnOfSpend tells what was found out about the spend of a group.
func (r *run) warnOfSpend(group groupModels) {
	of := ""
	if group.channel != "" {
		of = fmt.Sprintf(" of channel %q", group.channel)
	}
	for _, f := range group.spend.Findings {
		customers := bandText(f.From, f.To) + of
		switch f.Warning {
		case spend.GoesWithFrequency:
			r.warn("spend_goes_with_frequency", "%s who buy more often spend differently per purchase (Spearman's correlation %.2f, beyond %.1f either way): expected purchase values are estimated within bands of repeat purchases",
				customers, f.Number, spend.MaxSpearman)
		case spend.NoModel:
			r.warn("no_spend_model", "%s: every purchase is expected to be worth the mean repeat purchase, %.2f: %s", customers, f.Number, f.Cause)
		case spend.AtBoundary:
			r.warn("spend_at_boundary", "%s: Gamma-Gamma is fitted at the boundary of %s; customers without a repeat purchase are expected to spend the pooled mean, %.2f",
				customers, group.spend.Band(f.From).Fit.Boundary, f.Number)
		case spend.InfiniteMean:
			r.warn("spend_mean_infinite", "%s: %s, %.2f", customers, f.Warning, f.Number)
		case spend.UndeterminedMean:
			r.warn("spend_mean_undetermined", "%s: %s, %.2f", customers, f.Warning, f.Number)
		}
	}
}

// bandText names the customers of a band.
func bandText(from, to int) string {
	switch {
	case from == 0 && to == spend.MostRepeats:
		return "customers"
	case to == spend.MostRepeats:
		return fmt.Sprintf("customers with %d repeat purchases or more", from)
	}
	return fmt.Sprintf("customers with %d to %d repeat purchases", from, to)
}
