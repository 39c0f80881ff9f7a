package batch

import (
	"context"
	"database/sql/driver"
	"math"
	"path/filepath"
	"strings"
	"time"

	"cbv/valuation/btyd"
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
	if err := publication.WriteJSON(filepath.Join(r.store.Build(), "model.json"), r.modelFile()); err != nil {
		return err
	}
	return publication.WriteJSON(filepath.Join(r.store.Build(), "schema.json"), schema.Document{
		SchemaVersion: publication.SchemaVersion, Tables: schema.Tables,
	})
}

func (r *run) readKPIs(ctx context.Context) error {
	r.kpis = map[string]KPI{}
	return r.engine.EachOrNull(ctx, "kpis", []string{"metric", "value", "low", "high", "n", "month"}, func(v []driver.Value) error {
		if v[5] != nil {
			return nil // the summary tells of the base to date
		}
		kpi := KPI{Value: number(v[1]), Low: number(v[2]), High: number(v[3])}
		if n, ok := v[4].(int64); ok {
			kpi.N = n
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
	set := int64(0)
	for _, count := range r.report.Reasons {
		if count.Reason != Used && count.Reason != Filtered && count.Reason != "after_as_of" {
			set += count.Rows
		}
	}
	if rows := source.Rows(r.files); set*100 > rows {
		r.warn("many_rows_quarantined", "%.1f %% of the rows are in quarantine: what they hold is in no figure", 100*float64(set)/float64(rows))
	}
	if !r.Config.HasMargin() {
		r.warn("revenue_not_margin", "no margin is configured, so value is counted in revenue: set value.margin_rate or orders.columns.margin")
	}
	if r.models.purchase == nil {
		return
	}
	if repeaters := *r.kpis["repeat_customers"].Value; repeaters < fewRepeaters {
		r.warn("few_repeat_customers", "only %.0f customers bought again: the models rest on them, and every value is rough", repeaters)
	}
	if cac, newcomer := *r.kpis["cac"].Value, *r.kpis["newcomer_value"].Value; r.Config.Value.CAC != nil && cac >= newcomer {
		r.warn("acquisition_loses_money", "a newcomer costs %.2f and brings %.2f over the horizon: acquisition loses money, so replacement is worth nothing and the floor alone decides whom to retain", cac, newcomer)
	}
	if share := *r.kpis["later_return_share"].Value; share > 0.5 {
		r.warn("high_returns", "%.0f %% of revenue is returned on a later day, and every value is lowered by as much: check orders.columns.amount", 100*share)
	}
}

// modelFile is model.json.
type modelFile struct {
	AsOf         string           `json:"as_of"`
	TimeUnit     string           `json:"time_unit"`
	HorizonDays  int              `json:"horizon_days"`
	DiscountRate float64          `json:"discount_rate_per_year"`
	Purchase     *purchaseFile    `json:"purchase_model"` // null where none could be fitted
	WhyNone      string           `json:"why_none,omitempty"`
	Spend        []spendModelFile `json:"spend_models"`
	Spearman     *float64         `json:"spearman_repeats_spend"`
	// The run that fitted the parameters, absent where it was this one. Counts
	// and likelihoods are those of its base.
	From *publication.Origin `json:"parameters_from,omitempty"`
}

// timeUnit is the unit of the models' times.
const timeUnit = "days"

type purchaseFile struct {
	Name          string          `json:"name"`
	Parameters    []parameterFile `json:"parameters"`
	LogLikelihood float64         `json:"log_likelihood"`
	Customers     int64           `json:"customers"`
	Repeats       int64           `json:"repeat_purchases"`
	Histories     int             `json:"histories"`
	Evaluations   int             `json:"evaluations"`
}

type parameterFile struct {
	Name          string  `json:"name"`
	Value         float64 `json:"value"`
	StandardError float64 `json:"standard_error"`
}

type spendModelFile struct {
	Name          string          `json:"name"`
	RepeatsFrom   int             `json:"repeats_from"`
	RepeatsTo     *int            `json:"repeats_to"` // null: no upper bound
	Mean          float64         `json:"mean"`       // of a purchase, for a customer without repeats
	Parameters    []parameterFile `json:"parameters"`
	LogLikelihood *float64        `json:"log_likelihood"`
	Customers     int64           `json:"customers"`
	Evaluations   int             `json:"evaluations"`
}

func (r *run) modelFile() modelFile {
	file := modelFileOf(r.models)
	file.AsOf = r.asOf.Format(time.DateOnly)
	file.HorizonDays, file.DiscountRate = r.Config.Value.HorizonDays, r.Config.Value.DiscountRate
	file.From = r.parametersFrom()
	return file
}

// parametersFrom names the run whose parameters this one uses, nil where it
// fitted its own.
func (r *run) parametersFrom() *publication.Origin {
	if r.reused == nil {
		return nil
	}
	return &r.reused.Origin
}

// modelFileOf describes models; the day and the terms of a run are left open.
func modelFileOf(m models) modelFile {
	file := modelFile{TimeUnit: timeUnit, WhyNone: m.reason, Spend: []spendModelFile{}}
	if fit := m.purchase; fit != nil {
		file.Purchase = &purchaseFile{
			Name: fit.Model.Name(), Parameters: parameters(fit.Parameters), LogLikelihood: fit.LogLikelihood,
			Customers: fit.Customers, Repeats: fit.Repeats, Histories: fit.Histories, Evaluations: fit.Evaluations,
		}
		if !math.IsNaN(m.spearman) {
			file.Spearman = &m.spearman
		}
	}
	for _, model := range m.spend {
		entry := spendModelFile{Name: "mean", RepeatsFrom: model.From, Mean: model.Mean, Parameters: []parameterFile{}}
		if model.To != btyd.MostRepeats {
			entry.RepeatsTo = &model.To
		}
		if fit := model.Fit; fit != nil {
			entry.Name, entry.Parameters, entry.LogLikelihood = "Gamma-Gamma", parameters(fit.Parameters), &fit.LogLikelihood
			entry.Customers, entry.Evaluations = fit.Customers, fit.Evaluations
		}
		file.Spend = append(file.Spend, entry)
	}
	return file
}

func parameters(estimates []btyd.Estimate) []parameterFile {
	var list []parameterFile
	for _, e := range estimates {
		list = append(list, parameterFile{e.Name, e.Value, e.StandardError})
	}
	return list
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
		Configuration: settings, Rows: r.rowAmounts(), Totals: r.totals(), RFMCuts: r.cuts,
		Warnings: r.warnings, Plan: entries, Outputs: outputs,
	}
	if manifest.Warnings == nil {
		manifest.Warnings = []publication.Warning{}
	}
	for _, file := range r.files {
		manifest.Inputs = append(manifest.Inputs, publication.Input{Name: file.Name, Bytes: file.Bytes, Rows: file.Rows, Hash: file.Fingerprint})
	}
	if fit := r.models.purchase; fit != nil {
		manifest.Model = &publication.Model{Name: fit.Model.Name(), Parameters: map[string]float64{}, From: r.parametersFrom()}
		for _, p := range fit.Parameters {
			manifest.Model.Parameters[p.Name] = p.Value
		}
	}
	// Timings differ from run to run, so the manifest does not know of them.
	if err := publication.WriteJSON(filepath.Join(r.store.Build(), "timing.json"), timingFile{r.timing}); err != nil {
		return Result{}, err
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	id := publication.RunID(r.asOf, r.identity)
	if err := r.store.Publish(id, manifest); err != nil {
		return Result{}, err
	}
	result := Result{Folder: r.shown(id), Manifest: manifest, KPIs: r.kpis}
	return result, r.store.Link(id, r.asOf)
}

// MoneyBasis says what value is counted in: margin, or revenue where no margin
// is known.
func MoneyBasis(c config.Config) string {
	if c.HasMargin() {
		return "margin"
	}
	return "revenue"
}

func (r *run) rowAmounts() publication.Rows {
	rows := publication.Rows{Excluded: map[string]publication.Amount{}, Quarantined: map[string]publication.Amount{}}
	var total int64
	for _, count := range r.report.Reasons {
		amount := publication.Amount{Rows: count.Rows, Money: r.exact(count.Minor)}
		total += count.Minor
		switch count.Reason {
		case Used:
			rows.Used = amount
		case Filtered:
			rows.Excluded[count.Reason] = amount
		default:
			rows.Quarantined[count.Reason] = amount
		}
	}
	rows.Files = publication.Amount{Rows: source.Rows(r.files), Money: r.exact(total)}
	return rows
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
