package export

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/zeebo/xxh3"

	"cbv/valuation/failure"
	"cbv/valuation/pipeline"
	"cbv/valuation/platform"
	"cbv/valuation/publication"
)

// earlier is an export of the audience that the target may hold.
type earlier struct {
	ID       string `json:"id"`
	Identity string `json:"identity"`
	inputs   string
	replaced []earlier
	asOf     string
	form     platform.Target // as it was declared then
	folder   string          // links resolved
	files    []platform.File
}

// table is the path of one of its tables.
func (e earlier) table(name string) string { return filepath.Join(e.folder, name) }

// held are all exports whose members the target may hold: nobody says which of a
// day's were sent, so whoever is in any of them and not in this one counts as having
// left, and whoever is not in each of them as having entered.
func (x *export) held() []earlier {
	all := slices.Clone(x.replaced)
	if x.earlier != nil {
		all = append(all, *x.earlier)
	}
	return all
}

// findEarlier finds the last exports of an earlier day for the target, and those that
// this one replaces.
func (x *export) findEarlier() error {
	last, err := x.lastOf(x.audience.Name)
	if err != nil {
		return err
	}
	if err := x.hold(last); err != nil {
		return err
	}
	others, err := x.findOthers()
	if err != nil {
		return err
	}
	x.others = append(others, x.changed...)
	if x.inputs, err = x.identifyInputs(); err != nil {
		return err
	}
	today, err := x.replacedToday()
	x.replaced = append(x.replaced, today...)
	return err
}

// hold takes the last exports for the target as those that changes are measured from.
func (x *export) hold(last []earlier) error {
	for _, e := range last {
		switch {
		case !x.target.KnowsLike(e.form):
			x.changed = append(x.changed, e)
		case x.earlier == nil:
			x.earlier = &e
		default:
			x.replaced = append(x.replaced, e)
		}
	}
	switch {
	case len(x.changed) > 0:
		x.Warn("other_target", "%s was declared otherwise in the export of %s: by what it knows people now everybody counts as entered, and nobody as exited: empty the audience there first", x.audience.Target, x.changed[0].asOf)
	case x.earlier == nil:
		link, err := x.catalog().Before(x.run.asOf)
		if err != nil || link == "" {
			return err
		}
		return x.warnOfOther(link)
	}
	return nil
}

// warnOfOther warns of an earlier export that was for another target alone.
func (x *export) warnOfOther(link string) error {
	folder, err := filepath.EvalSymlinks(link)
	if err != nil {
		return damaged(err)
	}
	_, manifest, err := readEarlier(folder)
	if err != nil {
		return err
	}
	if manifest.Target != x.audience.Target {
		x.Warn("other_target", "the export of %s was for %s: for %s everybody counts as entered, and nobody as exited", filepath.Base(link), manifest.Target, x.audience.Target)
		return nil
	}
	x.Warn("other_target", "the export of %s is of an older version, which did not keep by what %s knows people: everybody counts as entered, and nobody as exited", filepath.Base(link), manifest.Target)
	return nil
}

// audiences are the names of all that were exported.
func (x *export) audiences() ([]string, error) { return publication.ExportedAudiences(x.Config.Out) }

// findOthers returns the last exports of an earlier day of each other audience for the
// target: what they gave it, it has.
func (x *export) findOthers() (others []earlier, err error) {
	names, err := x.audiences()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if name == x.audience.Name {
			continue
		}
		last, err := x.lastOf(name)
		if err != nil {
			return nil, fmt.Errorf("audience %s: %w", name, err)
		}
		others = append(others, last...)
	}
	return others, nil
}

// lastOf returns the exports of an audience for the target of the last earlier day that
// has one; of the day's first that which its link points to. An audience may have gone
// to another target since: what was given here is still here.
func (x *export) lastOf(name string) (last []earlier, err error) {
	catalog := x.store.Exports(name)
	ids, err := catalog.Earlier(x.run.asOf)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if len(last) > 0 && !strings.HasPrefix(id, last[0].asOf) {
			break
		}
		found, manifest, err := readEarlier(catalog.Folder(id))
		if err != nil {
			return nil, err
		}
		if x.isForTarget(manifest) {
			last = append(last, found)
		}
	}
	return last, nil
}

// isForTarget says whether an export was for the target and kept by what that knows
// people.
func (x *export) isForTarget(manifest Manifest) bool {
	return manifest.Target == x.audience.Target && manifest.Form != nil
}

// exportsOf returns the exports of an audience on a day for the target, in the order of
// their ids.
func (x *export) exportsOf(name, day string) (all []earlier, err error) {
	catalog := x.store.Exports(name)
	ids, err := catalog.IDs()
	if err != nil {
		return nil, err
	}
	for _, id := range ids { // the links of days are shorter
		if !strings.HasPrefix(id, day+"-") {
			continue
		}
		found, manifest, err := readEarlier(catalog.Folder(id))
		if err != nil {
			return nil, err
		}
		if x.isForTarget(manifest) {
			all = append(all, found)
		}
	}
	return all, nil
}

// replacedToday returns the exports of this day that this one replaces: those
// that are there, unless the last of them was made of the same inputs. Then this
// is that one, and replaces what that replaced.
func (x *export) replacedToday() ([]earlier, error) {
	all, err := x.exportsOf(x.audience.Name, x.run.asOf.Format(time.DateOnly))
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(e earlier) bool { return !x.target.KnowsLike(e.form) })
	place := func(id string) int { return slices.IndexFunc(all, func(e earlier) bool { return e.ID == id }) }
	for _, last := range all {
		if last.inputs != x.inputs || slices.ContainsFunc(all, func(e earlier) bool { return e.replaces(last.ID) }) {
			continue
		}
		var before []earlier
		for _, e := range all {
			if last.replaces(e.ID) {
				before = append(before, e)
			}
		}
		gone := slices.ContainsFunc(last.replaced, func(e earlier) bool {
			return strings.HasPrefix(e.ID, x.run.asOf.Format(time.DateOnly)) && place(e.ID) < 0
		})
		if !gone {
			return before, nil
		}
	}
	return all, nil
}

func (e earlier) replaces(id string) bool {
	return slices.ContainsFunc(e.replaced, func(before earlier) bool { return before.ID == id })
}

// readEarlier reads what an export says of itself.
func readEarlier(folder string) (found earlier, manifest Manifest, err error) {
	if manifest, err = ReadManifest(folder); err != nil {
		return earlier{}, Manifest{}, damaged(err)
	}
	resolved, err := filepath.EvalSymlinks(folder) // as the engine asks for it
	if err != nil {
		return earlier{}, Manifest{}, err
	}
	found = earlier{
		ID: filepath.Base(folder), Identity: manifest.Identity, inputs: manifest.InputsIdentity, replaced: manifest.Replaced,
		asOf: manifest.AsOf, files: manifest.Files(),
	}
	if manifest.Form != nil {
		found.form = *manifest.Form
	}
	found.folder, err = filepath.Abs(resolved)
	return found, manifest, err
}

// damaged says what to do about an export that changes have to be measured from.
func damaged(err error) error {
	return failure.Inputf("%w: an earlier export of the audience is damaged: remove it with its link", err)
}

// identify hashes all that the export's files depend on: its inputs and the
// exports that changes are measured from.
func (x *export) identify() string {
	hash := xxh3.New128()
	fmt.Fprintf(hash, "%s\n", x.inputs)
	for _, e := range x.replaced {
		fmt.Fprintf(hash, "replaced %s\n", e.Identity)
	}
	return fmt.Sprintf("%x", hash.Sum(nil))
}

// identifyInputs hashes the program with its SQL, the run, the settings, the bytes
// and names of the inputs, and the exports of the earlier day.
func (x *export) identifyInputs() (string, error) {
	c := x.Config
	settings, err := json.Marshal([]any{x.audience, x.target, c.Export, c.People.Columns, c.Suppression.Columns, c.Identities.Columns})
	if err != nil {
		return "", err
	}
	hash := xxh3.New128()
	fmt.Fprintf(hash, "%s %s\n%s\n%s\n", x.Program.Version, x.Program.Identity, x.run.identity, settings)
	for _, input := range x.auxiliary() {
		for _, file := range input.Files {
			fmt.Fprintf(hash, "%s %q %s\n", input.Name, file.Name, file.Fingerprint)
		}
	}
	if x.hasEnded() {
		fmt.Fprintf(hash, "ended %s\n", x.begun.EndedOn)
	}
	for _, e := range x.held() {
		fmt.Fprintf(hash, "earlier %s\n", e.Identity)
	}
	for _, e := range x.others {
		fmt.Fprintf(hash, "other %s\n", e.Identity)
	}
	err = pipeline.WriteIdentity(hash, x.SQL, Steps)
	return fmt.Sprintf("%x", hash.Sum(nil)), err
}
