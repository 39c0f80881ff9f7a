package export

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"cbv/valuation/campaign"
	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/pipeline"
	"cbv/valuation/platform"
	"cbv/valuation/publication"
	"cbv/valuation/source"
)

// Check holds the declared audiences to all that can be known before there is a
// run: the settings of people, conditions, and the terms of campaigns that have begun.
// It returns everything that is wrong, and reports no progress. Files that are missing,
// damaged or hold something else than their columns want keep no run back: they are
// mapped here for the expressions over them alone, and the export says what is wrong.
func Check(ctx context.Context, job pipeline.Job) error {
	if len(job.Config.Audiences) == 0 {
		return nil
	}
	shared, err := quietly(job)
	if err != nil {
		return err
	}
	x := &export{Context: shared, run: published{attributes: job.Config.Orders.Attributes.Columns(), many: job.Config.Orders.Attributes.Many()}}
	if err := x.findPeople(ctx); err != nil && failure.KindOf(err) != failure.Input {
		return err
	}
	return walkAside(ctx, shared, CheckSteps, pipeline.Walk{
		Actions:  pipeline.Actions{"declared": x.checkDeclared},
		Readable: append(source.Resolved(x.people.Files), source.Resolved(x.objecting.Files)...),
		Diagnose: func(context.Context, error) error { return nil },
	})
}

// quietly returns the context of a job whose steps nobody watches.
func quietly(job pipeline.Job) (*pipeline.Context, error) {
	job.Progress = func(pipeline.Event) {}
	return pipeline.NewContext(job)
}

// walkAside carries steps out that leave nothing behind.
func walkAside(ctx context.Context, c *pipeline.Context, steps []pipeline.Step, walk pipeline.Walk) (err error) {
	if walk.Entries, err = pipeline.Load(c.SQL, steps); err != nil {
		return err
	}
	if walk.Spill, err = os.MkdirTemp("", "cbv-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(walk.Spill)) }()
	return c.Walk(ctx, walk)
}

// checkDeclared holds the files of people and every declared audience.
func (x *export) checkDeclared(ctx context.Context) error {
	for _, input := range x.auxiliary() {
		if len(input.Files) == 0 {
			continue // not configured, or missing
		}
		if err := input.Map(ctx, x.Engine); err != nil && failure.KindOf(err) != failure.Input {
			return err
		}
	}
	var broken []error
	for _, a := range x.Config.Audiences {
		if err := x.check(ctx, a); err != nil {
			broken = append(broken, fmt.Errorf("audience %s: %w", a.Name, err))
		}
	}
	return errors.Join(broken...)
}

// check holds one audience.
func (x *export) check(ctx context.Context, a config.Audience) (err error) {
	x.audience = a
	if x.target, err = x.Config.Target(a.Target); err != nil {
		return err
	}
	x.outside = outsideNames(a.Name)
	if err := x.checkSpec(); err != nil {
		return err
	}
	if err := checkWhere(ctx, x.Engine, x.run, a); err != nil || a.Campaign == nil {
		return err
	}
	_, err = campaign.Resume(x.Config.Out, termsOf(x.Config, a, x.run.asOf))
	return err
}

// checkSpec says what is wrong with an audience for its target, before anybody is
// read.
func (x *export) checkSpec() error {
	spec := x.spec(platform.Full)
	spec.Suppression = platform.NewSuppression(x.target)
	spec.Suppression.Seal() // it is empty yet, and is not what is looked at
	return spec.Validate()
}

// Size is how many customers of a run an audience is made of.
type Size struct {
	Audience  config.Audience
	Customers int64
	// Broken says why the condition cannot be computed; nil: it can.
	Broken error
	// Last is the manifest of the latest export, nil without any.
	Last *Manifest
}

// Sizes returns the sizes of the declared audiences, by the customers of a run,
// whose id it returns too, and whatever people says of them. An audience whose
// condition fails says so; the others have their sizes all the same.
func Sizes(ctx context.Context, job pipeline.Job, folder string) (id string, sizes []Size, err error) {
	run, err := openRun(ctx, folder)
	if err != nil {
		return "", nil, err
	}
	for _, a := range job.Config.Audiences {
		size := Size{Audience: a}
		size.Customers, err = sizeOf(ctx, job, run, a)
		switch kind := failure.KindOf(err); {
		case err != nil && (kind == failure.Usage || kind == failure.Input):
			size.Broken = failure.Inputf("audience %s: %w", a.Name, err)
		case err != nil:
			return "", nil, fmt.Errorf("audience %s: %w", a.Name, err)
		}
		if size.Last, err = latest(job.Config.Out, a.Name); err != nil {
			return "", nil, err
		}
		sizes = append(sizes, size)
	}
	return run.id, sizes, nil
}

// sizeOf returns how many customers an audience is made of.
func sizeOf(ctx context.Context, job pipeline.Job, run published, a config.Audience) (customers int64, err error) {
	c, err := quietly(job)
	if err != nil {
		return 0, err
	}
	err = walkAside(ctx, c, SizeSteps, pipeline.Walk{
		Actions: pipeline.Actions{
			"choice": func(ctx context.Context) error {
				if err := makeChoice(ctx, c.Engine, run, a); err != nil {
					return err
				}
				return engine.Insert(ctx, c.Engine, "audience_terms", []audienceTerms{termsOfChoice(run, a)})
			},
			"size": func(ctx context.Context) (err error) {
				customers, err = c.Engine.Count(ctx, "chosen")
				return err
			},
		},
		Readable: []string{run.customers},
		Diagnose: func(ctx context.Context, failed error) error {
			if !engine.IsDataError(failed) {
				return nil
			}
			return diagnoseWhere(ctx, c.Engine, run, a)
		},
	})
	return customers, err
}

// latest returns the manifest of the latest export of an audience, nil without
// any.
func latest(out, name string) (*Manifest, error) {
	manifest, err := ReadManifest(filepath.Join(publication.ExportsFolder(out, name), "latest"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return &manifest, err
}
