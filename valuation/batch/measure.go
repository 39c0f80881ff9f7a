package batch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/zeebo/xxh3"

	"cbv/valuation/campaign"
	"cbv/valuation/failure"
	"cbv/valuation/measurement"
	"cbv/valuation/plan"
	"cbv/valuation/publication"
	"cbv/valuation/schema"
	"cbv/valuation/source"
)

// measuring is what is known of the campaign that a run measures.
type measuring struct {
	campaign   *campaign.Campaign
	parts      []source.File
	contacts   source.Side
	reasons    []ReasonCount          // of the rows of the contact files
	earlier    []measurement.Document // of earlier days, sorted
	moneyBasis string                 // money basis
	capMinor   int64                  // of revenue, winsorised
	document   measurement.Document
}

// Measurement is a campaign's measurement that is published.
type Measurement struct {
	Folder   string
	Already  bool // it had been published before: nothing was done
	Document measurement.Document
}

// Measure compares the arms of a campaign that has begun, and publishes what it
// finds below the campaign's folder.
func Measure(ctx context.Context, job Job, name string) (result Measurement, err error) {
	// Nothing is measured by what customers cost or will be worth, so trouble with
	// that must not keep a campaign from being measured.
	job.Config.Spend.Files, job.Config.Surveys.Files, job.Config.Backtest.HoldoutDays = nil, nil, nil
	store, err := openStore(ctx, job)
	if err != nil {
		return Measurement{}, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	c, err := campaign.Open(job.Config.Out, name) // under the lock: an export may have added to it
	if err != nil {
		return Measurement{}, err
	}
	r := &run{Job: job, store: store, shelf: store.Measurements(name), rows: map[string]int64{}, measuring: &measuring{campaign: c}}
	r.writeLast = r.writeMeasurement
	if err := r.findMeasured(ctx); err != nil {
		return Measurement{}, err
	}
	entries, err := plan.Load(job.SQL, plan.Measure)
	if err != nil {
		return Measurement{}, err
	}
	err = r.walk(ctx, entries, store.Build(), store.Spill())
	if errors.Is(err, errPublished) {
		return r.alreadyMeasured()
	}
	if err != nil {
		return Measurement{}, err
	}
	if err := refuseWarnings(job.Config, r.warnings); err != nil {
		return Measurement{}, err
	}
	return r.publishMeasurement(ctx, entries)
}

// findMeasured looks up and fingerprints the orders, the assignments and the
// contacts.
func (r *run) findMeasured(ctx context.Context) error {
	var err error
	if r.files, r.sides, err = find(ctx, r.Config); err != nil {
		return err
	}
	m := r.measuring
	if m.contacts, err = source.FindContacts(ctx, r.Config); err != nil {
		return err
	}
	if m.parts, err = source.Find(ctx, "assignments", m.campaign.Parts, false); err != nil {
		return err
	}
	if len(m.parts) == 0 {
		return failure.Inputf("campaign %s: nobody is assigned yet, so nothing can be measured", m.name())
	}
	for _, files := range [][]source.File{m.contacts.Files, m.parts} {
		if err := source.Fingerprint(ctx, files); err != nil {
			return err
		}
	}
	return r.fingerprint(ctx)
}

func (m *measuring) name() string { return m.campaign.Terms.Design.Campaign }

// identifyMeasurement hashes everything that a measurement depends on. The
// verdict that stands from before is part of it: a measurement of an earlier day
// may still be made, and reach one.
func (r *run) identifyMeasurement(standing measurement.Decision) (string, error) {
	hash := xxh3.New128()
	settings, err := r.Config.MeasureIdentity()
	if err != nil {
		return "", err
	}
	decided, err := json.Marshal(struct {
		Terms    campaign.Terms
		Standing measurement.Decision
	}{r.measuring.campaign.Terms, standing})
	if err != nil {
		return "", err
	}
	fmt.Fprintf(hash, "measurement %s\n%s\n%s\n", r.Version, settings, decided)
	r.hashInputs(hash)
	for _, file := range r.measuring.contacts.Files {
		fmt.Fprintf(hash, "contacts %q %s\n", file.Name, file.Fingerprint)
	}
	for _, file := range r.measuring.parts {
		fmt.Fprintf(hash, "assignments %q %s\n", file.Name, file.Fingerprint)
	}
	err = plan.WriteIdentity(hash, r.SQL, plan.Measure)
	return fmt.Sprintf("%x", hash.Sum(nil)), err
}

// readEarlier reads the campaign's measurements of the days before as_of. A
// damaged one stops this: the verdict that stands may be in it.
func (r *run) readEarlier(ctx context.Context) error {
	ids, err := r.shelf.IDs()
	if err != nil {
		return err
	}
	for _, id := range ids {
		if len(id) < len(time.DateOnly) || id[:len(time.DateOnly)] >= r.asOf.Format(time.DateOnly) {
			continue
		}
		manifest, err := publication.ReadManifest(r.shelf.Folder(id))
		if err != nil {
			return failure.Inputf("%w: an earlier measurement is damaged: move its folder away and measure that day again", err)
		}
		whole, err := r.shelf.Verify(ctx, id, manifest.Identity)
		if err != nil {
			return err
		}
		if !whole {
			return failure.Inputf("%s: an earlier measurement is damaged: move its folder away and measure that day again", r.shownMeasurement(id))
		}
		document, err := readDocument(r.shelf.Folder(id))
		if err != nil {
			return err
		}
		r.measuring.earlier = append(r.measuring.earlier, document)
	}
	return nil
}

func readDocument(folder string) (measurement.Document, error) {
	return publication.ReadJSON[measurement.Document](filepath.Join(folder, measurement.Name))
}

// alreadyMeasured returns the measurement that stands.
func (r *run) alreadyMeasured() (Measurement, error) {
	id := publication.RunID(r.asOf, r.identity)
	document, err := readDocument(r.shelf.Folder(id))
	if err != nil {
		return Measurement{}, err
	}
	var warnings []publication.Warning
	for _, warning := range document.Warnings {
		warnings = append(warnings, publication.Warning(warning))
		r.Progress(Event{Kind: Warned, Warning: publication.Warning(warning)})
	}
	if err := refuseWarnings(r.Config, warnings); err != nil {
		return Measurement{}, err
	}
	return Measurement{Folder: r.shownMeasurement(id), Already: true, Document: document}, nil
}

// writeMeasurement adds the document and the schema to the build folder.
func (r *run) writeMeasurement(context.Context) error {
	document := &r.measuring.document
	for _, warning := range r.warnings {
		document.Warnings = append(document.Warnings, measurement.Warning(warning))
	}
	if err := publication.WriteJSON(filepath.Join(r.store.Build(), measurement.Name), document); err != nil {
		return err
	}
	return publication.WriteJSON(filepath.Join(r.store.Build(), "schema.json"), schema.Document{
		SchemaVersion: publication.SchemaVersion, Tables: schema.MeasurementTables,
	})
}

// publishMeasurement writes the manifest and puts the measurement in its place.
func (r *run) publishMeasurement(ctx context.Context, entries []plan.Entry) (Measurement, error) {
	outputs, err := r.store.Describe(ctx)
	if err != nil {
		return Measurement{}, err
	}
	for i, output := range outputs {
		if rows, ok := r.rows[strings.TrimSuffix(output.Name, ".parquet")]; ok {
			outputs[i].Rows = &rows
		}
	}
	settings, err := r.Config.MeasureIdentity()
	if err != nil {
		return Measurement{}, err
	}
	m := r.measuring
	manifest := publication.MeasurementManifest{
		SchemaVersion: publication.SchemaVersion, Version: r.Version, Identity: r.identity,
		AsOf: r.asOf.Format(time.DateOnly), Campaign: m.name(), Currency: r.Config.Value.Currency, MoneyBasis: m.moneyBasis,
		Configuration: settings, Rows: r.rowAmounts(), Contacts: r.contactAmounts(), Warnings: r.warnings, Plan: entries, Outputs: outputs,
	}
	if manifest.Warnings == nil {
		manifest.Warnings = []publication.Warning{}
	}
	for _, input := range []struct {
		name  string
		files []source.File
	}{{"", r.files}, {"assignments", m.parts}, {"contacts", m.contacts.Files}} {
		for _, file := range input.files {
			manifest.Inputs = append(manifest.Inputs, publication.Input{Input: input.name, Name: file.Name, Bytes: file.Bytes, Rows: file.Rows, Hash: file.Fingerprint})
		}
	}
	// Timings differ from run to run, so the manifest does not know of them.
	if err := publication.WriteJSON(filepath.Join(r.store.Build(), "timing.json"), timingFile{r.timing}); err != nil {
		return Measurement{}, err
	}
	if err := ctx.Err(); err != nil {
		return Measurement{}, err
	}
	id := publication.RunID(r.asOf, r.identity)
	if err := r.shelf.Publish(id, manifest); err != nil {
		return Measurement{}, err
	}
	return Measurement{Folder: r.shownMeasurement(id), Document: m.document}, nil
}

// shownMeasurement is the folder of a measurement as the configuration names it.
func (r *run) shownMeasurement(id string) string {
	return filepath.Join(r.Config.Out, publication.MeasuredFolder(r.measuring.name()), id)
}
