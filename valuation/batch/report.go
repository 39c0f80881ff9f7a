package batch

import (
	"context"
	"database/sql/driver"
	"math"
	"path/filepath"
	"strings"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/plan"
	"cbv/valuation/publication"
	"cbv/valuation/schema"
	"cbv/valuation/source"
)

// write adds what is not a table to the build folder, while the engine still
// has the figures.
func (r *run) write(ctx context.Context) error {
	if err := r.readKPIs(ctx); err != nil {
		return err
	}
	r.doubt()
	if err := r.doubtAcquisition(ctx); err != nil {
		return err
	}
	var err error
	if r.focus, err = r.judgeFocus(ctx); err != nil {
		return err
	}
	if err := publication.WriteJSON(filepath.Join(r.store.Build(), "model.json"), r.modelFile()); err != nil {
		return err
	}
	return publication.WriteJSON(filepath.Join(r.store.Build(), "schema.json"), schema.Describe(publication.SchemaVersion, schema.Tables))
}

func (r *run) readKPIs(ctx context.Context) error {
	r.kpis, r.monthly = map[string]KPI{}, map[string][]monthKPI{}
	return r.engine.EachOrNull(ctx, "kpis", []string{"metric", "value", "low", "high", "n", "month", "channel"}, func(v []driver.Value) error {
		if v[6] != nil && v[0] != "cac_from_spend" {
			return nil // of one channel
		}
		if month, ok := v[5].(time.Time); ok {
			r.monthly[v[0].(string)] = append(r.monthly[v[0].(string)], monthKPI{month, number(v[1])})
			return nil
		}
		kpi := KPI{Value: number(v[1]), Low: number(v[2]), High: number(v[3])}
		if n, ok := v[4].(int64); ok {
			kpi.N = n
		}
		if channel, ok := v[6].(string); ok {
			r.cacChannel = channel
		}
		r.kpis[v[0].(string)] = kpi
		return nil
	})
}

func number(v driver.Value) *float64 {
	if f, ok := v.(float64); ok {
		return &f
	}
	return nil
}

// fewRepeaters is the number of repeat customers below which the parameters,
// and every value with them, are a guess.
const fewRepeaters = 100

// doubt adds the warnings that the finished figures call for.
func (r *run) doubt() {
	r.doubtRows()
	if !r.Config.HasMargin() {
		r.warn("revenue_not_margin", "no margin is configured, so value is counted in revenue: set value.margin_rate or orders.columns.margin")
	}
	if len(r.models.groups) == 0 {
		return
	}
	r.doubtForecast()
	if repeaters := *r.kpis["repeat_customers"].Value; repeaters < fewRepeaters {
		r.warn("few_repeat_customers", "only %.0f customers bought again: the models rest on them, and every value is rough", repeaters)
	}
	if cac, newcomer := *r.kpis["cac"].Value, *r.kpis["newcomer_value"].Value; r.acquisitionTerms().Source != "first_order" && cac >= newcomer {
		r.warn("acquisition_loses_money", "a newcomer costs %.2f and brings %.2f over the horizon: acquisition loses money, so replacement is worth nothing and the floor alone decides whom to retain", cac, newcomer)
	}
	if share := *r.kpis["later_return_share"].Value; share > 0.5 {
		r.warn("high_returns", "%.0f %% of revenue is returned on a later day, and every value is lowered by as much: check orders.columns.amount", 100*share)
	}
}

// doubtRows warns of orders of which too many cannot be used.
func (r *run) doubtRows() {
	set := int64(0)
	for _, count := range r.report.Reasons {
		if count.Reason != Used && count.Reason != Filtered && count.Reason != "after_as_of" {
			set += count.Rows
		}
	}
	if rows := source.Rows(r.files); set*100 > rows {
		r.warn("many_rows_quarantined", "%.1f %% of the rows are in quarantine: what they hold is in no figure", 100*float64(set)/float64(rows))
	}
}

// publish writes the manifest and makes the run the one that counts.
func (r *run) publish(ctx context.Context, entries []plan.Entry) (Result, error) {
	outputs, err := r.store.Describe(ctx)
	if err != nil {
		return Result{}, err
	}
	for i, output := range outputs {
		if rows, ok := r.rows[strings.TrimSuffix(output.Name, ".parquet")]; ok {
			outputs[i].Rows = &rows
		}
	}
	settings, err := r.Config.Identity()
	if err != nil {
		return Result{}, err
	}
	manifest := publication.Manifest{
		SchemaVersion: publication.SchemaVersion, Version: r.Version, Identity: r.identity,
		AsOf: r.asOf.Format(time.DateOnly), Currency: r.Config.Value.Currency, MoneyBasis: MoneyBasis(r.Config),
		Configuration: settings, Rows: r.rowAmounts(), OtherRows: r.sideRows(), Acquisition: r.acquisitionTerms(), Totals: r.totals(), RFMCuts: r.cuts,
		Warnings: r.warnings, Plan: entries, Outputs: outputs,
	}
	if manifest.Warnings == nil {
		manifest.Warnings = []publication.Warning{}
	}
	for _, file := range r.files {
		manifest.Inputs = append(manifest.Inputs, publication.Input{Name: file.Name, Bytes: file.Bytes, Rows: file.Rows, Hash: file.Fingerprint})
	}
	for _, side := range r.sides {
		for _, file := range side.Files {
			manifest.Inputs = append(manifest.Inputs, publication.Input{Input: side.Name, Name: file.Name, Bytes: file.Bytes, Rows: file.Rows, Hash: file.Fingerprint})
		}
	}
	if len(r.models.groups) > 0 {
		fit := r.models.groups[wholeBase].purchase
		manifest.Model = &publication.Model{Name: fit.Model.Name(), Parameters: map[string]float64{}, ByChannel: r.models.channels(), From: r.parametersFrom()}
		for _, p := range fit.Parameters {
			manifest.Model.Parameters[p.Name] = p.Value
		}
	}
	manifest.Backtest, manifest.Focus = r.verdict(), r.focus
	// Timings differ from run to run, so the manifest does not know of them.
	if err := publication.WriteJSON(filepath.Join(r.store.Build(), "timing.json"), timingFile{r.timing}); err != nil {
		return Result{}, err
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	id := publication.RunID(r.asOf, r.identity)
	if err := r.shelf.Publish(id, manifest); err != nil {
		return Result{}, err
	}
	result := Result{Folder: r.shown(id), Manifest: manifest, KPIs: r.kpis}
	return result, r.shelf.Link(id, r.asOf)
}

// MoneyBasis says what value is counted in: margin, or revenue where no margin
// is known.
func MoneyBasis(c config.Config) string {
	if c.HasMargin() {
		return "margin"
	}
	return "revenue"
}

func (r *run) rowAmounts() publication.Rows { return r.addUp(r.report.Reasons, source.Rows(r.files)) }

// addUp adds the rows of an input's files up by what became of them.
func (r *run) addUp(reasons []ReasonCount, rows int64) publication.Rows {
	added := publication.Rows{Used: publication.Amount{Money: r.exact(0)}, Excluded: map[string]publication.Amount{}, Quarantined: map[string]publication.Amount{}}
	var total int64
	for _, count := range reasons {
		amount := publication.Amount{Rows: count.Rows, Money: r.exact(count.Minor)}
		total += count.Minor
		switch count.Reason {
		case Used:
			added.Used = amount
		case Filtered, otherCampaign:
			added.Excluded[count.Reason] = amount
		default:
			added.Quarantined[count.Reason] = amount
		}
	}
	added.Files = publication.Amount{Rows: rows, Money: r.exact(total)}
	return added
}

func (r *run) totals() publication.Totals {
	amount := func(metric string) *string {
		if value := r.kpis[metric].Value; value != nil {
			text := r.exact(toMinor(*value, r.minor))
			return &text
		}
		return nil
	}
	count := func(metric string) int64 { return int64(*r.kpis[metric].Value) }
	return publication.Totals{
		Customers: count("customers"), RepeatCustomers: count("repeat_customers"),
		Purchases: count("purchases"), RepeatPurchases: count("purchases") - count("customers"),
		Revenue: *amount("revenue"), Margin: amount("margin"), CLV: amount("clv"), LifetimeValue: amount("lifetime_value"),
		ReturnsOnlyCustomers: r.base.returnsOnlyCustomers, ReturnsOnlyRevenue: r.exact(r.base.returnsOnlyMinor),
	}
}

// toMinor writes money as whole minor units. Sums stay exact as long as they
// have at most 15 digits, which is the range the checks allow.
func toMinor(amount float64, minorPerUnit int64) int64 {
	return int64(math.Round(amount * float64(minorPerUnit)))
}
