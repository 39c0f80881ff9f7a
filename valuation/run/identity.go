package run

import (
	"context"
	"errors"
	"fmt"

	"github.com/zeebo/xxh3"

	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
	"cbv/valuation/scoring"
)

// errPublished stops a run that is published already.
var errPublished = errors.New("published already")

// identify hashes everything that an output depends on: the program with its
// SQL, the settings, the bytes and names of the inputs, and reused parameters.
func identify(job pipeline.Job, inputs intake.Inputs, reused scoring.RunModel) (string, error) {
	hash := xxh3.New128()
	settings, err := job.Config.Identity()
	if err != nil {
		return "", err
	}
	fmt.Fprintf(hash, "%s %s\n%s\n", job.Program.Version, job.Program.Identity, settings)
	inputs.WriteIdentity(hash)
	if reused.IsSet() {
		parameters, err := reused.Identity()
		if err != nil {
			return "", err
		}
		fmt.Fprintf(hash, "model %s\n", parameters)
	}
	err = pipeline.WriteIdentity(hash, job.SQL, Nightly)
	return fmt.Sprintf("%x", hash.Sum(nil)), err
}

// stopIfPublished ends a run that stands already, and refuses parameters that are too
// old for its day.
func (r *nightly) stopIfPublished(ctx context.Context) error {
	if err := r.scoring.RefuseOldModel(); err != nil {
		return err
	}
	published, err := r.runs.Verify(ctx, r.id(), r.identity)
	if err == nil && published {
		return errPublished
	}
	return err
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
