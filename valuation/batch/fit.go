package batch

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"

	"github.com/zeebo/xxh3"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
)

// models is what customers are valued by.
type models struct {
	candidates  []candidate
	why         string        // the choice; or why there is nothing to choose
	groups      []groupModels // by number, the whole base first; none: no model
	fingerprint string        // of the histories that were fitted
}

// candidate is a family of purchase models fitted to the whole base.
type candidate struct {
	family string
	fit    *btyd.Fit        // nil: none
	none   *btyd.NoFitError // why
}

// groupModels are the models of the whole base, or of a channel that is large
// enough.
type groupModels struct {
	channel  string // "" for the whole base
	purchase btyd.Fit
	spend    spend.Model
}

// channels are those with models of their own, by group number from 1.
func (m models) channels() []string {
	var channels []string
	for _, group := range m.groups {
		if group.channel != "" {
			channels = append(channels, group.channel)
		}
	}
	return channels
}

// historyRow is a row of histories.
type historyRow struct {
	group int
	btyd.HistoryCount
}

// fit fits the models on the distinct histories and scores each of them once.
func fit(ctx context.Context, r *run) error {
	histories, err := r.histories(ctx)
	if err != nil {
		return err
	}
	if r.reused != nil {
		r.adopt()
		r.judgeReused()
	} else if err := r.fitModels(ctx, histories); err != nil {
		return err
	}
	if channels := r.models.channels(); len(channels) < len(r.channels) {
		r.channels, histories = channels, ofWholeBase(histories)
	}
	if err := r.groupTable(ctx, "fit_groups", r.channels); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if r.drift, err = r.measureDrift(ctx, histories); err != nil {
		return err
	}
	if err := r.backtestTable(ctx); err != nil {
		return err
	}
	return r.score(ctx, histories)
}

// fitModels fits every family to the whole base, chooses one, and fits it to
// the channels that have parameters of their own.
func (r *run) fitModels(ctx context.Context, histories []historyRow) error {
	counts := make([][]btyd.HistoryCount, 1+len(r.channels)) // [0]: everybody's
	for _, h := range histories {
		if h.Age > r.oldestFittedDays() {
			continue
		}
		counts[0] = append(counts[0], h.HistoryCount)
		if h.group > 0 {
			counts[h.group] = append(counts[h.group], h.HistoryCount)
		}
	}
	if len(counts[0]) == 0 {
		r.models.why = fmt.Sprintf("no customer first purchased on %s (orders.fit_from) or later", r.Config.Orders.FitFrom)
		r.warn("no_model", "nobody has a value, a lifecycle or a mark: %s", r.models.why)
		return nil
	}
	base, err := btyd.NewBase(counts[0], r.workers())
	if err != nil {
		return err
	}
	r.models.fingerprint = fingerprint(base.Counts())
	for _, family := range btyd.Families {
		c := candidate{family: family.Name()}
		fitted, err := family.Fit(base, r.workers())
		switch {
		case errors.As(err, &c.none):
		case err != nil:
			return err
		default:
			c.fit = &fitted
		}
		r.models.candidates = append(r.models.candidates, c)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	chosen, byChannel := r.choose(base)
	if chosen == nil {
		return nil
	}
	spending, err := r.spendCounts(ctx)
	if err != nil {
		return err
	}
	if !byChannel {
		counts = counts[:1]
	}
	for number := range counts {
		group := groupModels{purchase: *chosen}
		if number > 0 {
			group.channel = r.channels[number-1]
			if group.purchase, err = r.fitGroup(counts[number], group.channel, *chosen); err != nil {
				return err
			}
		}
		if group.spend, err = spend.FitModel(spending[number], r.workers()); err != nil {
			return err
		}
		r.warnOfSpend(group)
		r.models.groups = append(r.models.groups, group)
	}
	return nil
}

// fitGroup fits the chosen family to a channel. Where that is impossible the
// parameters of the base stand in.
func (r *run) fitGroup(counts []btyd.HistoryCount, channel string, chosen btyd.Fit) (btyd.Fit, error) {
	base, err := btyd.NewBase(counts, r.workers())
	if err != nil {
		return chosen, err
	}
	family := slices.IndexFunc(btyd.Families, func(f btyd.Family) bool { return f.Name() == chosen.Model.Name() })
	fitted, err := btyd.Families[family].Fit(base, r.workers())
	var none *btyd.NoFitError
	if errors.As(err, &none) {
		r.warn("channel_without_model", "channel %q takes the parameters of the whole base: %s", channel, none)
		return chosen, nil
	}
	return fitted, err
}

// choose returns the fit that values customers, nil where there is none, and
// whether channels are fitted by themselves. It warns of what was refused.
func (r *run) choose(base *btyd.Base) (chosen *btyd.Fit, byChannel bool) {
	var fits []btyd.Fit
	var refused []*btyd.NoFitError
	for _, c := range r.models.candidates {
		if c.fit != nil {
			fits = append(fits, *c.fit)
		} else {
			refused = append(refused, c.none)
		}
	}
	if len(fits) == 0 {
		r.warnOfNoModel(refused[0])
		return nil, false
	}
	evidence := backtest.DropoutEvidence(fits, refused)
	allowed := backtest.ByDropout(fits, refused)
	fits = slices.DeleteFunc(fits, func(fit btyd.Fit) bool { return !allowed(fit.Model.Name()) })
	if len(fits) == 0 { // customers leave, and no model of that has an optimum
		r.warnOfNoModel(refused[0])
		return nil, false
	}
	h := &r.holdout
	if h.result != nil {
		h.choice = h.result.Choose(func(family string) bool {
			return slices.ContainsFunc(fits, func(fit btyd.Fit) bool { return fit.Model.Name() == family })
		})
	}
	switch {
	case !btyd.HasDropout(fits[0].Model.Name()):
		r.models.why = fmt.Sprintf("no dropout is detectable: the best model of it raises 2 ln L by %.2f, and more than %.2f would be needed", max(0, evidence), backtest.Detectable)
		r.warn("no_dropout", "%s, so the model is %s, in which nobody ever leaves: the history may be short, or customers buy too rarely to be missed", r.models.why, fits[0].Model.Name())
		chosen = &fits[0]
	case h.choice.Candidate != nil:
		at := slices.IndexFunc(fits, func(fit btyd.Fit) bool { return fit.Model.Name() == h.choice.Candidate.Family })
		r.models.why = "in the backtest " + contestText(h.choice.Contests, "mean deviance", h.choice.Candidate.Name)
		chosen = &fits[at]
	default:
		at, contests := backtest.Prefer(base, fits, r.workers())
		r.models.why = "without a backtest, on the histories themselves, " + contestText(contests, "ln L per customer", fits[at].Model.Name())
		chosen = &fits[at]
		if h.result != nil { // none of them could be fitted at the cutoff
			h.choice = h.result.Judge(chosen.Model.Name(), false)
		}
	}
	byChannel = h.choice.Candidate != nil && h.choice.Candidate.ByGroup
	if chosen.Boundary != "" {
		r.warn("model_at_boundary", "%s is fitted at the boundary of %s, with the parameter that runs away held", chosen.Model.Name(), chosen.Boundary)
	}
	for _, none := range refused {
		if none.Reason != btyd.NoDropout {
			r.warn(failureCodes[none.Reason], "%s: it is not among the models to choose from", none)
		}
	}
	return chosen, byChannel
}

// ofWholeBase puts histories of all groups into that of the whole base.
func ofWholeBase(histories []historyRow) []historyRow {
	customers := map[btyd.History]int64{}
	for _, h := range histories {
		customers[h.History] += h.Customers
	}
	merged := make([]historyRow, 0, len(customers))
	for _, h := range histories {
		if n, left := customers[h.History]; left {
			merged = append(merged, historyRow{wholeBase, btyd.HistoryCount{History: h.History, Customers: n}})
			delete(customers, h.History)
		}
	}
	return merged
}

// contestText says how a model came to be chosen.
func contestText(contests []backtest.Contest, measure, chosen string) string {
	var parts []string
	for _, c := range contests {
		verdict, gain := "does not beat", fmt.Sprintf("%.2g worse", -c.Gain)
		if c.Won() {
			verdict = "beats"
		}
		if c.Gain >= 0 {
			gain = fmt.Sprintf("%.2g better", c.Gain)
		}
		parts = append(parts, fmt.Sprintf("%s %s %s (%s %s, with a standard error of %.2g)", c.Challenger, verdict, c.Holder, measure, gain, c.StandardError))
	}
	if len(parts) == 0 {
		return chosen + " is the only one to choose from"
	}
	return strings.Join(parts, "; ")
}

// failureCodes are the codes of the warnings that a family was not fitted.
var failureCodes = map[btyd.Reason]string{
	btyd.TooFewHistories: "too_few_histories",
	btyd.Boundary:        "model_at_boundary",
	btyd.Ridge:           "model_on_ridge",
	btyd.NotConcave:      "model_not_concave",
	btyd.NoOptimum:       "model_without_optimum",
}

// warnOfNoModel says why nobody has a value.
func (r *run) warnOfNoModel(none *btyd.NoFitError) {
	code := "no_model"
	r.models.why = none.Error()
	if none.Reason == btyd.NoRepeats {
		code, r.models.why = "one_timers_only", "nobody has bought again, so nothing tells who will"
	}
	r.warn(code, "nobody has a value, a lifecycle or a mark: %s", r.models.why)
}

// fingerprint is a hash of sorted histories and their counts.
func fingerprint(counts []btyd.HistoryCount) string {
	hash := xxh3.New128()
	row := make([]byte, 0, 32)
	for _, c := range counts {
		row = row[:0]
		for _, number := range []uint64{uint64(c.Repeats), math.Float64bits(c.LastPurchase), math.Float64bits(c.Age), uint64(c.Customers)} {
			row = binary.LittleEndian.AppendUint64(row, number)
		}
		hash.Write(row)
	}
	return fmt.Sprintf("%x", hash.Sum(nil))
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
			group: int(v[0].(int64)),
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

// spendCounts reads the repeat spend by fit group, the whole base's first.
func (r *run) spendCounts(ctx context.Context) ([][]spend.Count, error) {
	counts := make([][]spend.Count, 1+len(r.channels))
	columns := []string{"fit_group", "repeat_purchases", "repeat_revenue_minor", "customers"}
	err := r.engine.Each(ctx, "spend_histories", columns, func(v []driver.Value) error {
		count := spend.Count{
			Repeats: int(v[1].(int64)), Total: float64(v[2].(int64)) / float64(r.minor), Customers: v[3].(int64),
		}
		counts[0] = append(counts[0], count)
		if group := v[0].(int64); group > 0 {
			counts[group] = append(counts[group], count)
		}
		return nil
	})
	return counts, err
}
