package run

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/zeebo/xxh3"

	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
	"cbv/valuation/report/page"
	"cbv/valuation/source"
)

// errPublished stops a run that is published already.
var errPublished = errors.New("published already")

// identify hashes everything that an output depends on: the program with its
// SQL, the settings, the bytes and names of the inputs, the warnings that are
// accepted, the run that the files are compared with, those that the page shows, the last
// measurement of a campaign, and reused parameters.
func (r *nightly) identify() (string, error) {
	hash := xxh3.New128()
	settings, err := r.Config.Identity()
	if err != nil {
		return "", err
	}
	fmt.Fprintf(hash, "%s %s\n%s\n", r.Program.Version, r.Program.Identity, settings)
	r.intake.Inputs.WriteIdentity(hash)
	for _, codes := range [][]string{r.Config.Run.Accept, r.Config.Run.AcceptOnce} {
		fmt.Fprintf(hash, "accepted %q\n", slices.Compact(slices.Sorted(slices.Values(codes))))
	}
	r.suspicion.Earlier.WriteIdentity(hash)
	for _, month := range r.months {
		fmt.Fprintf(hash, "month %q %q\n", month.ID, month.Identity)
	}
	if r.campaign != nil {
		fmt.Fprintf(hash, "campaign %q\n", r.campaign.Measurement)
	}
	if reused := r.scoring.Reused(); reused.IsSet() {
		parameters, err := reused.Identity()
		if err != nil {
			return "", err
		}
		fmt.Fprintf(hash, "model %s\n", parameters)
	}
	err = pipeline.WriteIdentity(hash, r.SQL, Nightly)
	return fmt.Sprintf("%x", hash.Sum(nil)), err
}

// stopIfPublished finds what of earlier runs this one reads, ends a run that stands
// already, and refuses parameters that are too old for its day.
func (r *nightly) stopIfPublished(ctx context.Context) error {
	if err := r.findPast(ctx); err != nil {
		return err
	}
	settings, err := r.Config.Identity()
	if err != nil {
		return err
	}
	if r.months, err = page.LastOfMonths(ctx, r.runs, r.Days.AsOf, settings); err != nil {
		return err
	}
	if r.campaign, err = r.runs.LastMeasured(r.Days.AsOf); err != nil {
		return err
	}
	if r.identity, err = r.identify(); err != nil {
		return err
	}
	published, err := r.runs.Verify(ctx, r.id(), r.identity)
	switch {
	case err != nil:
		return err
	case published:
		return errPublished
	}
	return r.store.RequireRoom(source.Rows(r.intake.Inputs.Orders), r.Config.Engine.MemoryBytes())
}

// findPast finds what of earlier runs changes what is said of a customer: the run to
// compare with, and parameters to reuse, of which it refuses those that are too old.
func (r *nightly) findPast(ctx context.Context) error {
	if err := r.findEarlier(ctx); err != nil {
		return err
	}
	if err := r.scoring.ChooseModel(ctx, r.runs); err != nil {
		return err
	}
	return r.scoring.RefuseOldModel()
}

// findEarlier finds the run to compare with.
func (r *nightly) findEarlier(ctx context.Context) error {
	err := r.suspicion.FindEarlier(ctx, r.runs)
	r.intake.LookedBack = r.suspicion.Earlier.AsOf
	return err
}

// predecessor is the folder of the run that customers are compared with, "" without one.
func (r *nightly) predecessor() string {
	if r.suspicion.Earlier.ID == "" {
		return ""
	}
	return r.runs.Folder(r.suspicion.Earlier.ID)
}

func (r *nightly) id() string { return publication.RunID(r.Days.AsOf, r.identity) }

// already links to the run that stands. Had it been made under run.strict now,
// its warnings would have kept it from being published.
func (r *nightly) already() (Result, error) {
	manifest, err := publication.ReadManifest(r.runs.Folder(r.id()))
	if err != nil {
		return Result{}, err
	}
	if err := r.RefuseWarnings("run", manifest.Warnings); err != nil {
		return Result{}, err
	}
	r.Repeat(manifest.Warnings)
	return Result{Folder: r.shown(), Already: true}, r.link()
}
