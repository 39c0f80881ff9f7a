package run

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"cbv/valuation/money"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
	"cbv/valuation/report/page"
	"cbv/valuation/schema"
)

// writeDocuments adds what is no table to the build folder.
func (r *nightly) writeDocuments(context.Context) error {
	if err := publication.WriteJSON(filepath.Join(r.Build, "model.json"), r.scoring.ModelFile()); err != nil {
		return err
	}
	return publication.WriteJSON(filepath.Join(r.Build, "schema.json"), schema.Describe(publication.SchemaVersion, schema.WithAttributes(r.Config.Orders.Attributes.Columns())))
}

// publish writes the manifest and makes the run the one that counts.
func (r *nightly) publish(ctx context.Context, entries []pipeline.Entry) (Result, error) {
	manifest, err := r.manifest(entries)
	if err != nil {
		return Result{}, err
	}
	if err := r.writePage(manifest); err != nil {
		return Result{}, err
	}
	if manifest.Outputs, err = r.outputs(ctx); err != nil {
		return Result{}, err
	}
	if err := publication.WriteJSON(filepath.Join(r.Build, "timing.json"), pipeline.TimingFile{Steps: r.Timing}); err != nil {
		return Result{}, err
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	if err := r.runs.Publish(r.id(), manifest); err != nil {
		return Result{}, err
	}
	result := Result{Folder: r.shown(), Manifest: manifest, Figures: r.judgement.Figures, Findings: r.started.Findings, Refit: r.scoring.Refit}
	return result, r.link()
}

// link makes the run that of its day, and the latest one unless it lies beyond the
// orders.
func (r *nightly) link() error {
	if r.intake.BeyondOrders {
		return r.runs.LinkDay(r.id(), r.Days.AsOf)
	}
	return r.runs.Link(r.id(), r.Days.AsOf)
}

// writePage adds the page of the run, which says what its tables and its manifest say.
func (r *nightly) writePage(manifest publication.Manifest) (err error) {
	data, err := page.Read(r.Build, manifest, r.months)
	if err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(r.Build, page.Name))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return page.Write(file, data)
}

// outputs describes the files of the run.
func (r *nightly) outputs(ctx context.Context) ([]publication.Output, error) {
	outputs, err := r.store.Describe(ctx)
	for i, output := range outputs {
		if rows, ok := r.Rows[strings.TrimSuffix(output.Name, ".parquet")]; ok {
			outputs[i].Rows = &rows
		}
	}
	return outputs, err
}

// manifest is that of the run, without its outputs.
func (r *nightly) manifest(entries []pipeline.Entry) (publication.Manifest, error) {
	settings, err := r.Config.Identity()
	if err != nil {
		return publication.Manifest{}, err
	}
	manifest := publication.Manifest{
		SchemaVersion: publication.SchemaVersion, Version: r.Program.Version, Identity: r.identity,
		AsOf: r.Days.AsOf.Format(time.DateOnly), Currency: r.Config.Value.Currency, MoneyBasis: r.Config.MoneyBasis(),
		Configuration: settings, Inputs: r.intake.Inputs.PublishedInputs(), Rows: r.intake.OrderRows(), OtherRows: r.intake.AuxiliaryRows(), Profile: r.suspicion.Profile, Merged: r.intake.Report.Merged, Young: r.intake.Report.Young,
		MissingDays: publication.Stretches(r.intake.MissingDays),
		Acquisition: r.judgement.AcquisitionTerms(), Totals: r.totals(), RFMCuts: r.scoring.RFMCuts(), Model: r.scoring.Published(),
		Backtest: r.scoring.Verdict(), Record: r.suspicion.Record(), Focus: r.judgement.Focus, Past: r.suspicion.Past(), MovementSince: r.suspicion.Earlier.ID, LastCampaign: r.campaign, Warnings: r.Warnings, Plan: entries,
	}
	if manifest.Warnings == nil {
		manifest.Warnings = []pipeline.Warning{}
	}
	return manifest, nil
}

func (r *nightly) totals() publication.Totals {
	figures := r.judgement.Figures.Base
	amount := func(metric string) *string {
		if value := figures[metric].Value; value != nil {
			text := money.Exact(money.ToMinor(*value, r.Minor), r.Minor)
			return &text
		}
		return nil
	}
	count := func(metric string) int64 { return int64(*figures[metric].Value) }
	return publication.Totals{
		Customers: count("customers"), RepeatCustomers: count("repeat_customers"),
		Purchases: count("purchases"), RepeatPurchases: count("purchases") - count("customers"),
		Revenue: *amount("revenue"), Margin: amount("margin"), CLV: amount("clv"), LifetimeValue: amount("lifetime_value"),
		ReturnsOnlyCustomers: r.intake.Base.ReturnsOnlyCustomers, ReturnsOnlyRevenue: money.Exact(r.intake.Base.ReturnsOnlyMinor, r.Minor),
	}
}

// shown is the folder of the run as the configuration names it.
func (r *nightly) shown() string { return filepath.Join(r.Config.Out, "runs", r.id()) }
