// Package export writes the audiences of a published run for e-mail tools and ad
// platforms: it joins them with people, gives the customers of a campaign their
// arms, and publishes the files of one audience as one folder.
package export

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"cbv/valuation/campaign"
	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/experiment"
	"cbv/valuation/failure"
	"cbv/valuation/pipeline"
	"cbv/valuation/platform"
	"cbv/valuation/publication"
	"cbv/valuation/source"
)

// Job is an export that is asked for.
type Job struct {
	pipeline.Job
	Store    *publication.Store
	Run      string // folder of the published run
	Audience config.Audience
	// Announce is called with a campaign's power before its assignment and its
	// files are there.
	Announce func(Power)
}

// Result is an export that is published.
type Result struct {
	Audience config.Audience
	Folder   string
	Already  bool // it had been published before: nothing was done
	Manifest Manifest
	Warnings []pipeline.Warning // those of the manifest, and of the files' ages
}

// export is an export under way: what its steps know and leave to later ones.
type export struct {
	*pipeline.Context
	store       *publication.Store
	audience    config.Audience
	announce    func(Power)
	run         published
	people      source.Auxiliary
	objecting   source.Auxiliary // who objected elsewhere: the suppression files
	identities  source.Auxiliary // customers who were merged into others
	earlier     *earlier         // the last of an earlier day; nil: none
	replaced    []earlier        // the others of that day, and those of this day
	others      []earlier        // the last of an earlier day of each other audience of the target
	changed     []earlier        // the last of an earlier day where the target was declared otherwise; among others too
	inputs      string           // identity of what is read but for those of this day
	identity    string
	given       *platform.Keys // identifiers that the target has and no member
	owed        []int64        // identifiers that exited files leave to the suppressed one
	told        []int64        // identifiers of whose people's objections the change file has lines
	target      platform.Target
	outside     map[experiment.Arm]string // names that the target sees
	design      experiment.Design
	terms       *campaign.Terms    // nil: no campaign
	begun       *campaign.Campaign // nil: no campaign, or none that has begun
	suppression *platform.Suppression
	listed      *platform.Suppression     // of the suppression files what is not known to match somebody
	holdout     *platform.Suppression     // nil: none
	assigned    *platform.Suppression     // nil: nobody yet
	inherited   map[string]experiment.Arm // of customers whose arm was drawn for an id merged into theirs
	manifest    Manifest
}

// errPublished ends an export that is published already.
var errPublished = errors.New("published already")

// Run carries an export out and publishes it. It empties the store's staging
// folder first.
func Run(ctx context.Context, job Job) (Result, error) {
	shared, err := pipeline.NewContext(job.Job)
	if err != nil {
		return Result{}, err
	}
	x := &export{Context: shared, store: job.Store, audience: job.Audience, announce: job.Announce}
	err = x.prepare(ctx, job.Run)
	if errors.Is(err, errPublished) {
		return x.alreadyPublished()
	}
	if err == nil {
		err = x.build(ctx)
	}
	if err != nil {
		return Result{}, fmt.Errorf("audience %s: %w", job.Audience.Name, err)
	}
	return x.publish(ctx)
}

// prepare finds all that the export reads, and ends it when that is published.
func (x *export) prepare(ctx context.Context, folder string) (err error) {
	if x.run, err = openRun(ctx, folder); err != nil {
		return err
	}
	if err := x.findPeople(ctx); err != nil {
		return err
	}
	for _, input := range x.auxiliary() {
		if err := source.Fingerprint(ctx, input.Files); err != nil {
			return err
		}
	}
	if x.target, err = x.Config.Target(x.audience.Target); err != nil {
		return err
	}
	x.outside = outsideNames(x.audience.Name)
	if err := x.setTerms(); err != nil {
		return err
	}
	if err := x.findEarlier(); err != nil {
		return err
	}
	x.identity = x.identify()
	x.warnOfAge()
	x.warnOfSeed()
	done, err := x.catalog().Verify(ctx, x.id(), x.identity)
	if err == nil && done {
		return errPublished
	}
	return err
}

// auxiliary are the inputs beside the run.
func (x *export) auxiliary() []*source.Auxiliary {
	return []*source.Auxiliary{&x.people, &x.objecting, &x.identities}
}

// setTerms sets who is held out and, in a campaign, the arms: terms that
// differ from those it began with end the export here.
func (x *export) setTerms() (err error) {
	x.design = x.Config.Export.Design(config.Campaign{})
	if x.audience.Campaign == nil {
		return nil
	}
	terms := termsOf(x.Config, x.audience, x.run.asOf)
	x.terms, x.design = &terms, terms.Design
	if x.begun, err = campaign.Resume(x.Config.Out, terms); err != nil || x.begun == nil {
		return err
	}
	x.manifest.CampaignEndedOn = x.begun.EndedOn
	if began := x.begun.Terms.Started; began > terms.Started {
		return failure.Usagef("campaign %s began on %s, and the run is of %s: export a later run", x.design.Campaign, began, terms.Started)
	}
	return nil
}

func (x *export) catalog() publication.Catalog { return x.store.Exports(x.audience.Name) }

func (x *export) id() string { return publication.RunID(x.run.asOf, x.identity) }

// folder is the export's as the configuration names it.
func (x *export) folder() string {
	return filepath.Join(publication.ExportsFolder(x.Config.Out, x.audience.Name), x.id())
}

// build makes the files of the export.
func (x *export) build(ctx context.Context) error {
	if err := x.store.Reset(); err != nil {
		return err
	}
	entries, err := pipeline.Load(x.SQL, Steps)
	if err != nil {
		return err
	}
	x.manifest.Plan = entries
	return x.Walk(ctx, pipeline.Walk{
		Entries: entries, Actions: x.Actions(), Diagnose: x.diagnose,
		Readable: x.readable(), Build: x.store.Build(), Spill: x.store.Spill(),
	})
}

// readable are the files that the engine may read.
func (x *export) readable() []string {
	paths := []string{x.run.customers, x.placedPath()}
	if x.run.spends != "" {
		paths = append(paths, x.run.spends)
	}
	for _, input := range x.auxiliary() {
		paths = append(paths, source.Resolved(input.Files)...)
	}
	for _, e := range slices.Concat(x.held(), x.others) {
		paths = append(paths, e.table(membersFile), e.table(formerFile))
	}
	if x.begun != nil {
		paths = append(paths, x.begun.Parts...)
	}
	return paths
}

// diagnose finds the configured expression that a failed query fails by. What
// quotes a value is withheld.
func (x *export) diagnose(ctx context.Context, failed error) error {
	for _, input := range x.auxiliary() {
		if named := input.Diagnose(ctx, x.Engine); named != nil {
			return named
		}
	}
	if !engine.IsDataError(failed) {
		return nil
	}
	if named := diagnoseWhere(ctx, x.Engine, x.run, x.audience); named != nil {
		return named
	}
	return failure.Inputf("a value could not be computed, which is a fault of the program: its text is withheld, since it may quote somebody's data")
}
