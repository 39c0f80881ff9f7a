package export

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"cbv/valuation/pipeline"
	"cbv/valuation/platform"
)

const emptyAudience = "empty_audience"

// All writes every declared audience of a run, one after another. One that
// nobody is in is a warning, and any other failure of one keeps none of the
// others back; the error names them all.
func All(ctx context.Context, job Job) (results []Result, err error) {
	var broken []error
	accepted := slices.Contains(job.Config.Run.Accept, emptyAudience)
	for _, a := range job.Config.Audiences {
		job.Audience = a
		result, err := Run(ctx, job)
		switch {
		case ctx.Err() != nil:
			return results, ctx.Err()
		case errors.Is(err, platform.ErrEmpty) && (accepted || !job.Config.Run.Strict):
			warning := pipeline.Warning{Code: emptyAudience, Message: err.Error(), Accepted: accepted}
			job.Progress(pipeline.Event{Kind: pipeline.Warned, Warning: warning})
			result = Result{Audience: a, Warnings: []pipeline.Warning{warning}}
		case err != nil:
			broken = append(broken, err)
			continue
		}
		results = append(results, result)
	}
	if len(broken) > 0 {
		return results, fmt.Errorf("%w\n%d of %d audiences were not written; the run is published", errors.Join(broken...), len(broken), len(job.Config.Audiences))
	}
	return results, nil
}
