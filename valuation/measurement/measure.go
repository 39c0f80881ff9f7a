package measurement

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"time"

	"cbv/valuation/campaign"
	"cbv/valuation/config"
	"cbv/valuation/failure"
	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
	"cbv/valuation/schema"
	"cbv/valuation/source"
)

// Result is a measurement that is published.
type Result struct {
	Folder   string
	Already  bool // it had been published before: nothing was done
	Document Document
}

// Measurement is the measurement of a campaign under way.
type Measurement struct {
	*pipeline.Context
	in       *intake.Intake
	catalog  publication.Catalog
	campaign *campaign.Campaign
	foreign  foreignState
	started  time.Time     // day of the first assignment
	parts    []source.File // the assignments
	contacts source.Auxiliary
	earlier  []Document // of earlier days, sorted
	ended    ending
	identity string
	reasons  []intake.ReasonCount // of the rows of the contact files
	missing  []missingPart        // of the contacts
	capMinor int64                // of revenue, winsorised
	document Document
}

// errPublished ends a measurement that is published already.
var errPublished = errors.New("published already")

// Measure compares the arms of a campaign that has begun, and publishes what it
// finds below the campaign's folder. What customers cost or will be worth is not
// read: trouble with that must not keep a campaign from being measured.
func Measure(ctx context.Context, job pipeline.Job, name string) (Result, error) {
	return measure(ctx, job, name, nil, false)
}

// MeasureEnded is Measure of a campaign into which nobody else is to come, though fewer
// have than were planned. That is kept, and the last look is when all who came have been
// watched for the whole window.
func MeasureEnded(ctx context.Context, job pipeline.Job, name string) (Result, error) {
	return measure(ctx, job, name, nil, true)
}

func measure(ctx context.Context, job pipeline.Job, name string, foreign *Foreign, hasEnded bool) (result Result, err error) {
	store, err := publication.Open(ctx, job)
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	m, err := prepare(ctx, job, store, name, foreign)
	if err != nil {
		return Result{}, err
	}
	m.ended.isSaid = hasEnded
	entries, err := pipeline.Load(job.SQL, Steps)
	if err != nil {
		return Result{}, err
	}
	err = m.Walk(ctx, pipeline.Walk{
		Entries: entries, Actions: pipeline.Join(m.in.Actions(), m.Actions()), Diagnose: m.diagnose,
		Readable: m.readable(), Build: store.Build(), Spill: store.Spill(),
	})
	if errors.Is(err, errPublished) {
		return m.alreadyPublished()
	}
	if err != nil {
		return Result{}, err
	}
	if err := m.RefuseWarnings("measurement", m.Warnings); err != nil {
		return Result{}, err
	}
	return m.publish(ctx, store, entries)
}

// prepare looks up and fingerprints the orders, the assignments and the contacts.
func prepare(ctx context.Context, job pipeline.Job, store *publication.Store, name string, foreign *Foreign) (*Measurement, error) {
	shared, err := pipeline.NewContext(job)
	if err != nil {
		return nil, err
	}
	begun, err := openCampaign(job.Config.Out, name, foreign) // under the lock: an export may have added to it
	if err != nil {
		return nil, err
	}
	m := &Measurement{Context: shared, catalog: store.Measurements(name), campaign: begun}
	if m.ended.day, err = campaign.EndedOn(job.Config.Out, name); err != nil {
		return nil, err
	}
	if m.started, err = time.Parse(time.DateOnly, begun.Terms.Started); err != nil && !begun.IsForeign() {
		return nil, failure.Inputf("campaign %s: started: %q is not a day: campaign.json was changed by hand", m.name(), begun.Terms.Started)
	}
	inputs, err := intake.FindOrders(ctx, job.Config)
	if err != nil {
		return nil, err
	}
	m.in = intake.New(shared, inputs)
	m.in.MapWatchedDays = m.mapLastDays
	if m.contacts, err = source.FindContacts(ctx, job.Config); err != nil {
		return nil, err
	}
	if m.parts, err = source.Find(ctx, "assignments", begun.Parts, false); err != nil {
		return nil, err
	}
	if source.Rows(m.parts) == 0 {
		return nil, failure.Inputf("campaign %s: nobody is assigned yet, so nothing can be measured", m.name())
	}
	for _, files := range [][]source.File{m.contacts.Files, m.parts} {
		if err := source.Fingerprint(ctx, files); err != nil {
			return nil, err
		}
	}
	return m, inputs.Fingerprint(ctx)
}

func (m *Measurement) name() string { return m.campaign.Terms.Design.Campaign }

// asOf is the day from which the measurement looks.
func (m *Measurement) asOf() string { return m.Days.AsOf.Format(time.DateOnly) }

// settings are those that the measurement depends on, as canonical JSON.
func (m *Measurement) settings() ([]byte, error) {
	return m.Config.MeasureIdentity(config.Day{Time: m.Days.AsOf})
}

// readable are the files that the engine may read.
func (m *Measurement) readable() []string {
	return append(append(m.in.Readable(), source.Resolved(m.contacts.Files)...), source.Resolved(m.parts)...)
}

// diagnose returns an error that names the input by which a query failed.
func (m *Measurement) diagnose(ctx context.Context, failed error) error {
	if named := m.in.Diagnose(ctx, failed); named != nil {
		return named
	}
	return m.contacts.Diagnose(ctx, m.Engine)
}

// alreadyPublished returns the measurement that stands.
func (m *Measurement) alreadyPublished() (Result, error) {
	id := publication.RunID(m.Days.AsOf, m.identity)
	document, err := readDocument(m.catalog.Folder(id))
	if err != nil {
		return Result{}, err
	}
	m.Repeat(document.Warnings)
	if err := m.RefuseWarnings("measurement", document.Warnings); err != nil {
		return Result{}, err
	}
	return Result{Folder: m.shown(id), Already: true, Document: document}, nil
}

// write adds the document and the schema to the build folder.
func (m *Measurement) write() error {
	m.document.Warnings = append(m.document.Warnings, m.Warnings...)
	if err := publication.WriteJSON(filepath.Join(m.Build, Name), m.document); err != nil {
		return err
	}
	return publication.WriteJSON(filepath.Join(m.Build, "schema.json"), schema.Document{
		SchemaVersion: publication.SchemaVersion, Tables: schema.MeasurementTables,
	})
}

// publish writes the manifest and puts the measurement in its place.
func (m *Measurement) publish(ctx context.Context, store *publication.Store, entries []pipeline.Entry) (Result, error) {
	if err := m.write(); err != nil {
		return Result{}, err
	}
	outputs, err := store.Describe(ctx)
	if err != nil {
		return Result{}, err
	}
	for i, output := range outputs {
		if rows, ok := m.Rows[strings.TrimSuffix(output.Name, ".parquet")]; ok {
			outputs[i].Rows = &rows
		}
	}
	settings, err := m.settings()
	if err != nil {
		return Result{}, err
	}
	manifest := publication.MeasurementManifest{
		SchemaVersion: publication.SchemaVersion, Version: m.Program.Version, Identity: m.identity,
		AsOf: m.asOf(), Campaign: m.name(), EndedOn: m.document.EndedOn, Currency: m.Config.Value.Currency, MoneyBasis: m.document.MoneyBasis,
		Configuration: settings, Inputs: m.in.Inputs.PublishedInputs(), Rows: m.in.OrderRows(), Contacts: m.addUpContacts(),
		Warnings: m.document.Warnings, Plan: entries, Outputs: outputs,
	}
	manifest.Inputs = append(manifest.Inputs, publication.InputsOf("assignments", m.parts)...)
	manifest.Inputs = append(manifest.Inputs, publication.InputsOf(m.contacts.Name, m.contacts.Files)...)
	// Timings differ from run to run, so the manifest does not know of them.
	if err := publication.WriteJSON(filepath.Join(m.Build, "timing.json"), pipeline.TimingFile{Steps: m.Timing}); err != nil {
		return Result{}, err
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	id := publication.RunID(m.Days.AsOf, m.identity)
	if err := m.keep(); err != nil {
		return Result{}, err
	}
	if err := m.keepEnd(); err != nil {
		return Result{}, err
	}
	if err := m.catalog.Publish(id, manifest); err != nil {
		return Result{}, err
	}
	return Result{Folder: m.shown(id), Document: m.document}, nil
}

// shown is the folder of a measurement as the configuration names it.
func (m *Measurement) shown(id string) string {
	return filepath.Join(m.Config.Out, publication.MeasuredFolder(m.name()), id)
}
