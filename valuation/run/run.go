// Package run wires the plans over orders: a run values every customer and publishes
// what it finds, a check holds the orders to their contract, and a backtest tests the
// models on the shop's own past.
package run

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"cbv/valuation/acquisition"
	"cbv/valuation/firstorders"
	"cbv/valuation/intake"
	"cbv/valuation/judgement"
	"cbv/valuation/movement"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
	"cbv/valuation/retention"
	"cbv/valuation/scoring"
	"cbv/valuation/suspicion"
)

// Result is a run that is published.
type Result struct {
	Folder   string // as the configuration names it
	Already  bool   // it had been published before: nothing was done
	Refit    string // why run.model: auto fitted the models anew; "" where it did not
	Manifest publication.Manifest
	Figures  judgement.Figures
	Findings []firstorders.Finding // how customers started who differ from others
}

// Then is called once a run is published, or had been before, while the output folder
// is still held.
type Then func(ctx context.Context, store *publication.Store, folder string) error

// Run values every customer and publishes the run, then carries out what is to follow.
func Run(ctx context.Context, job pipeline.Job, following ...Then) (result Result, err error) {
	inputs, err := intake.Find(ctx, job.Config)
	if err != nil {
		return Result{}, err
	}
	store, err := publication.Open(ctx, job)
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if store.Waited { // more files may have arrived meanwhile
		if inputs, err = intake.Find(ctx, job.Config); err != nil {
			return Result{}, err
		}
	}
	r, err := newRun(ctx, job, inputs, store)
	if err != nil {
		return Result{}, err
	}
	if result, err = r.walk(ctx); err != nil {
		return result, err
	}
	for _, then := range following {
		err = errors.Join(err, then(ctx, store, r.runs.Folder(filepath.Base(result.Folder))))
	}
	return result, err
}

// nightly is a run under way.
type nightly struct {
	*pipeline.Context
	intake    *intake.Intake
	suspicion *suspicion.Suspicion
	scoring   *scoring.Scoring
	judgement *judgement.Judgement
	started   *firstorders.FirstOrders
	moved     *movement.Movement
	actions   pipeline.Actions
	store     *publication.Store
	runs      publication.Catalog
	identity  string                        // once the as-of day is known
	campaign  *publication.MeasuredCampaign // the last one measured, of which the page tells
	months    []publication.EarlierRun      // the last runs of earlier months, which the page shows
}

func newRun(ctx context.Context, job pipeline.Job, inputs intake.Inputs, store *publication.Store) (*nightly, error) {
	if err := inputs.Fingerprint(ctx); err != nil {
		return nil, err
	}
	reused, err := scoring.Reused(ctx, job.Config)
	if err != nil {
		return nil, err
	}
	c, err := pipeline.NewContext(job)
	if err != nil {
		return nil, err
	}
	r := wire(c, inputs, reused)
	r.store, r.runs = store, store.Runs()
	return r, nil
}

// wire joins the subjects of a run.
func wire(c *pipeline.Context, inputs intake.Inputs, reused scoring.RunModel) *nightly {
	r := &nightly{Context: c, intake: intake.NewWithBacktest(c, inputs)}
	r.suspicion = suspicion.New(c, r.intake)
	r.scoring = scoring.New(c, r.intake, reused)
	acquired := acquisition.New(c, r.intake)
	r.judgement = judgement.New(c, r.intake, r.scoring, acquired)
	r.started = firstorders.New(c)
	r.moved = movement.New(c, r.scoring, r.predecessor)
	r.actions = pipeline.Join(
		r.intake.Actions(), r.suspicion.Actions(), acquired.Actions(), r.scoring.Actions(), retention.New(c).Actions(), r.started.Actions(), r.moved.Actions(), r.judgement.Actions(),
		pipeline.Actions{identityStep: r.stopIfPublished, "base": r.intake.SizeBase, listStep: r.writeLists, "documents": r.writeDocuments},
	)
	return r
}

// dryActions are those of plans that make nothing to keep.
func (r *nightly) dryActions() pipeline.Actions {
	return pipeline.Join(r.actions, pipeline.Actions{earlierStep: r.findEarlier, pastStep: r.findPast, startStep: r.intake.CheckStart})
}

// walk carries the nightly plan out and publishes what it made.
func (r *nightly) walk(ctx context.Context) (Result, error) {
	entries, err := pipeline.Load(r.SQL, Nightly)
	if err != nil {
		return Result{}, err
	}
	earlier, err := r.runs.Paths(suspicion.EarlierTables...)
	if err != nil {
		return Result{}, err
	}
	err = r.Walk(ctx, pipeline.Walk{
		Entries: entries, Actions: r.actions, Readable: append(r.intake.Readable(), earlier...),
		Build: r.store.Build(), Spill: r.store.Spill(), Diagnose: r.intake.Diagnose,
	})
	if errors.Is(err, errPublished) {
		return r.already()
	}
	if err != nil {
		return Result{}, err
	}
	if err := r.RefuseWarnings("run", r.Warnings); err != nil {
		return Result{}, err
	}
	return r.publish(ctx, entries)
}

// Check holds the input to its contract and writes nothing. Where warnings refuse the
// input, the report is there all the same.
func Check(ctx context.Context, job pipeline.Job) (intake.Report, error) {
	runs, err := publication.Published(job.Config.Out)
	if err != nil {
		return intake.Report{}, err
	}
	r, err := dryRun(ctx, job, Checked, runs)
	if err != nil {
		return intake.Report{}, err
	}
	report := r.intake.Report
	report.Profile, report.Warnings = r.suspicion.Profile, r.Warnings
	return report, r.RefuseWarnings("check", r.Warnings)
}

// Backtest tests the models on the shop's own past, with parameters that it fits
// itself, and writes nothing.
func Backtest(ctx context.Context, job pipeline.Job) (scoring.BacktestReport, error) {
	r, err := dryRun(ctx, job, Tested, publication.Catalog{})
	if err != nil {
		return scoring.BacktestReport{}, err
	}
	report := r.scoring.BacktestReport()
	return report, r.RefuseWarnings("backtest", r.Warnings)
}

// dryRun carries out a plan that makes nothing to keep, and may read earlier runs, with
// further actions of its own.
func dryRun(ctx context.Context, job pipeline.Job, steps []pipeline.Step, runs publication.Catalog, further ...func(*nightly) pipeline.Actions) (*nightly, error) {
	entries, err := pipeline.Load(job.SQL, pipeline.Unpublished(steps))
	if err != nil {
		return nil, err
	}
	return walkAside(ctx, job, aside{entries: entries, runs: runs}, further...)
}

// aside is what is carried out without publishing it.
type aside struct {
	entries []pipeline.Entry
	runs    publication.Catalog // earlier ones, which it may read
	reused  scoring.RunModel    // not set: the models are fitted
	build   string              // folder in which files may be made; "" for none
}

// walkAside carries entries out and publishes nothing.
func walkAside(ctx context.Context, job pipeline.Job, a aside, further ...func(*nightly) pipeline.Actions) (r *nightly, err error) {
	inputs, err := intake.Find(ctx, job.Config)
	if err != nil {
		return nil, err
	}
	if err := inputs.Fingerprint(ctx); err != nil {
		return nil, err
	}
	c, err := pipeline.NewContext(job)
	if err != nil {
		return nil, err
	}
	spill, err := os.MkdirTemp(a.build, "cbv-") // without a folder to build in, that of the system
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(spill)) }()
	earlier, err := a.runs.Paths(suspicion.EarlierTables...)
	if err != nil {
		return nil, err
	}
	r = wire(c, inputs, a.reused)
	r.runs = a.runs
	actions := r.dryActions()
	for _, more := range further {
		actions = pipeline.Join(actions, more(r))
	}
	return r, c.Walk(ctx, pipeline.Walk{
		Entries: a.entries, Actions: actions, Readable: append(r.intake.Readable(), earlier...), Build: a.build, Spill: spill, Diagnose: r.intake.Diagnose,
	})
}
