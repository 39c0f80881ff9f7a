package export

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"cbv/valuation/audience"
	"cbv/valuation/campaign"
	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/publication"
)

// Check holds the declared audiences to all that can be known before there is a
// run: the files of people and their columns, conditions, and the terms of
// campaigns that have begun. It returns everything that is wrong.
func Check(ctx context.Context, c config.Config, sql fs.FS) (err error) {
	if len(c.Audiences) == 0 {
		return nil
	}
	x := &export{Job: Job{Config: c}}
	if x.sides, err = findPeople(ctx, c); err != nil {
		return err
	}
	spill, err := os.MkdirTemp("", "cbv-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(spill)) }()
	var readable []string
	for _, side := range x.sides {
		for _, file := range side.Files {
			readable = append(readable, file.Resolved)
		}
	}
	if x.engine, err = openEngine(ctx, c, sql, spill, "", readable); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, x.engine.Close()) }()
	for i := range x.sides {
		if err := x.sides[i].Map(ctx, x.engine); err != nil {
			return err
		}
	}
	var broken []error
	for _, a := range c.Audiences {
		if err := x.check(ctx, a); err != nil {
			broken = append(broken, fmt.Errorf("audience %s: %w", a.Name, err))
		}
	}
	return errors.Join(broken...)
}

// check holds one audience.
func (x *export) check(ctx context.Context, a config.Audience) (err error) {
	x.Audience = a
	if x.target, err = audience.TargetOf(a.Target); err != nil {
		return err
	}
	x.outside = outsideNames(a.Name)
	if err := x.checkSpec(); err != nil {
		return err
	}
	if err := checkWhere(ctx, x.engine, a); err != nil || a.Campaign == nil {
		return err
	}
	terms := termsOf(x.Config, a, x.run.asOf)
	_, err = campaign.Resume(x.Config.Out, terms)
	return err
}

// checkSpec says what is wrong with an audience for its target, before anybody is
// read.
func (x *export) checkSpec() error {
	spec := x.spec(audience.Full)
	spec.Suppression = audience.NewSuppression()
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
func Sizes(ctx context.Context, c config.Config, sql fs.FS, folder string) (id string, sizes []Size, err error) {
	run, err := openRun(ctx, folder)
	if err != nil {
		return "", nil, err
	}
	spill, err := os.MkdirTemp("", "cbv-")
	if err != nil {
		return "", nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(spill)) }()
	e, err := openEngine(ctx, c, sql, spill, "", []string{run.customers})
	if err != nil {
		return "", nil, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	for _, a := range c.Audiences {
		size := Size{Audience: a}
		size.Customers, err = count(ctx, e, sql, run, a)
		if engine.IsDataError(err) && a.Where != "" {
			if blamed := blameWhere(ctx, e, run, a); blamed != nil {
				err = blamed
			}
		}
		switch kind := failure.KindOf(err); {
		case err != nil && (kind == failure.Usage || kind == failure.Input):
			size.Broken = failure.Inputf("audience %s: %w", a.Name, err)
		case err != nil:
			return "", nil, fmt.Errorf("audience %s: %w", a.Name, err)
		}
		if size.Last, err = latest(c.Out, a.Name); err != nil {
			return "", nil, err
		}
		sizes = append(sizes, size)
	}
	return run.id, sizes, nil
}

// count returns how many customers an audience is made of.
func count(ctx context.Context, e *engine.Engine, sql fs.FS, run published, a config.Audience) (int64, error) {
	if err := makeChoice(ctx, e, run, a); err != nil {
		return 0, err
	}
	choice, value := a.Choice()
	err := e.Rows(ctx, "audience_terms", termColumns[1:3], [][]driver.Value{{choice, value}})
	if err != nil {
		return 0, err
	}
	for _, view := range []string{"lists/list_membership", "exports/chosen"} {
		query, err := fs.ReadFile(sql, view+".sql")
		if err != nil {
			return 0, err
		}
		if err := e.View(ctx, path.Base(view), string(query)); err != nil {
			return 0, err
		}
	}
	return e.Count(ctx, "chosen")
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
