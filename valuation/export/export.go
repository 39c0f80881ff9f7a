// Package export writes the audiences of a published run for e-mail tools and ad
// platforms: it joins them with people, gives the customers of a campaign their
// arms, and publishes the files of one audience as one folder.
package export

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"cbv/valuation/audience"
	"cbv/valuation/campaign"
	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/experiment"
	"cbv/valuation/failure"
	"cbv/valuation/plan"
	"cbv/valuation/publication"
	"cbv/valuation/source"
)

// Job is an export that is asked for.
type Job struct {
	Config   config.Config
	SQL      fs.FS  // the folder sql/
	Version  string // of the program
	Store    *publication.Store
	Run      string // folder of the published run
	Audience config.Audience
	// Announce is called with a campaign's power before its assignment and its
	// files are there.
	Announce func(Power)
	// Step is called as a step of the plan begins.
	Step func(name string, number, steps int)
}

// Result is an export that is published.
type Result struct {
	Audience config.Audience
	Folder   string
	Already  bool // it had been published before: nothing was done
	Manifest Manifest
	Warnings []publication.Warning // those of the manifest, and of the files' ages
}

// export is an export under way: what its steps know and leave to later ones.
type export struct {
	Job
	run         published
	sides       []source.Side // people, suppression
	earlier     *earlier      // the last of an earlier day; nil: none
	replaced    []earlier     // the others of that day, and those of this day
	inputs      string        // identity of what is read but for those of this day
	identity    string
	target      audience.Target
	outside     map[experiment.Arm]string // names that the target sees
	design      experiment.Design
	terms       *campaign.Terms    // nil: no campaign
	begun       *campaign.Campaign // nil: no campaign, or none that has begun
	engine      *engine.Engine
	suppression *audience.Suppression
	holdout     *audience.Suppression // nil: none
	assigned    *audience.Suppression // nil: nobody yet
	members     *audience.Members
	manifest    Manifest
	warnings    []publication.Warning
}

// errPublished ends an export that is published already.
var errPublished = errors.New("published already")

// Run carries an export out and publishes it. It empties the store's staging
// folder first.
func Run(ctx context.Context, job Job) (Result, error) {
	x := &export{Job: job}
	err := x.prepare(ctx)
	if errors.Is(err, errPublished) {
		return x.already()
	}
	if err == nil {
		err = x.walk(ctx)
	}
	if err != nil {
		return Result{}, fmt.Errorf("audience %s: %w", job.Audience.Name, err)
	}
	return x.publish(ctx)
}

// prepare finds all that the export reads, and ends it when that is published.
func (x *export) prepare(ctx context.Context) (err error) {
	if x.run, err = openRun(ctx, x.Job.Run); err != nil {
		return err
	}
	if x.sides, err = findPeople(ctx, x.Config); err != nil {
		return err
	}
	for _, side := range x.sides {
		if err := source.Fingerprint(ctx, side.Files); err != nil {
			return err
		}
	}
	if x.target, err = audience.TargetOf(x.Audience.Target); err != nil {
		return err
	}
	x.outside = outsideNames(x.Audience.Name)
	if err := x.plan(); err != nil {
		return err
	}
	if err := x.findEarlier(); err != nil {
		return err
	}
	x.identity = x.identify()
	x.doubtAge()
	x.doubtSeed()
	done, err := x.shelf().Verify(ctx, x.id(), x.identity)
	if err == nil && done {
		return errPublished
	}
	return err
}

// plan settles who is held out and, in a campaign, the arms: terms that differ
// from those it began with end the export here.
func (x *export) plan() (err error) {
	x.design = x.Config.Export.Design(config.Campaign{})
	if x.Audience.Campaign == nil {
		return nil
	}
	terms := termsOf(x.Config, x.Audience, x.run.asOf)
	x.terms, x.design = &terms, terms.Design
	if x.begun, err = campaign.Resume(x.Config.Out, terms); err != nil || x.begun == nil {
		return err
	}
	if began := x.begun.Terms.Started; began > terms.Started {
		return failure.Usagef("campaign %s began on %s, and the run is of %s: export a later run", x.design.Campaign, began, terms.Started)
	}
	return nil
}

func (x *export) shelf() publication.Shelf { return x.Store.Exports(x.Audience.Name) }

func (x *export) id() string { return publication.RunID(x.run.asOf, x.identity) }

// folder is the export's as the configuration names it.
func (x *export) folder() string {
	return filepath.Join(publication.ExportsFolder(x.Config.Out, x.Audience.Name), x.id())
}

// goSteps are the steps of the plan that Go carries out, by name.
var goSteps = map[string]func(context.Context, *export) error{
	"inputs":      inputs,
	"suppression": fillSuppression,
	"full":        writeFull,
	"power":       tellPower,
	"exited":      writeExited,
	"suppressed":  writeSuppressed,
	"assignment":  assign,
}

// walk opens the engine and carries the plan out in order.
func (x *export) walk(ctx context.Context) (err error) {
	if err := x.Store.Reset(); err != nil {
		return err
	}
	entries, err := plan.Load(x.SQL, plan.Export)
	if err != nil {
		return err
	}
	x.manifest.Plan = entries
	if x.engine, err = openEngine(ctx, x.Config, x.SQL, x.Store.Spill(), x.Store.Build(), x.readable()); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, x.engine.Close()) }()
	lastUses := plan.LastUses(entries)
	for i, entry := range entries {
		x.Step(entry.Name, i+1, len(entries))
		if err := x.step(ctx, entry); err != nil {
			return x.blame(ctx, err)
		}
		for _, table := range lastUses[i] {
			if err := x.engine.Drop(ctx, table); err != nil {
				return err
			}
		}
	}
	return nil
}

// step carries one entry out.
func (x *export) step(ctx context.Context, entry plan.Entry) (err error) {
	switch entry.Kind {
	case plan.Go:
		return goSteps[entry.Name](ctx, x)
	case plan.Table:
		_, err = x.engine.Table(ctx, entry.Name, entry.SQL)
	case plan.File:
		return x.file(ctx, entry)
	case plan.Check:
		if err := x.engine.View(ctx, entry.Name, entry.SQL); err != nil {
			return err
		}
		return x.judge(ctx, entry.Name)
	default:
		err = x.engine.View(ctx, entry.Name, entry.SQL)
	}
	return err
}

// readable are the files that the engine may read.
func (x *export) readable() []string {
	paths := []string{x.run.customers, x.placedPath()}
	for _, side := range x.sides {
		for _, file := range side.Files {
			paths = append(paths, file.Resolved)
		}
	}
	for _, e := range x.held() {
		paths = append(paths, e.members)
	}
	if x.begun != nil {
		paths = append(paths, x.begun.Parts...)
	}
	return paths
}

// blame finds the configured expression that a failed query fails by.
func (x *export) blame(ctx context.Context, err error) error {
	if engine.Cause(err) == nil || engine.IsOutOfMemory(err) {
		return err
	}
	for i := range x.sides {
		if blamed := x.sides[i].Blame(ctx, x.engine); blamed != nil {
			return blamed
		}
	}
	if !engine.IsDataError(err) {
		return err
	}
	if x.Audience.Where != "" {
		if blamed := blameWhere(ctx, x.engine, x.run, x.Audience); blamed != nil {
			return blamed
		}
	}
	return failure.Inputf("a value could not be computed, which is a fault of the program: its text is withheld, since it may quote somebody's data")
}

// warn notes something that whoever uploads the files should know.
func (x *export) warn(code, format string, args ...any) {
	x.warnings = append(x.warnings, publication.Warning{Code: code, Message: fmt.Sprintf(format, args...)})
}
