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
	folder   string // links resolved
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

// findEarlier finds the last export of an earlier day, and those that it and this
// one replace.
func (x *export) findEarlier() error {
	link, err := x.catalog().Before(x.run.asOf)
	if err != nil {
		return err
	}
	if link != "" {
		if x.earlier, err = x.openEarlier(link); err != nil {
			return err
		}
		if x.replaced, err = x.exportsOf(filepath.Base(link)); err != nil {
			return err
		}
		x.replaced = slices.DeleteFunc(x.replaced, func(e earlier) bool { return x.earlier != nil && e.ID == x.earlier.ID })
	}
	if x.others, err = x.findOthers(); err != nil {
		return err
	}
	if x.inputs, err = x.identifyInputs(); err != nil {
		return err
	}
	today, err := x.replacedToday()
	x.replaced = append(x.replaced, today...)
	return err
}

// openEarlier opens the export that a link points to; nil for one for another
// target.
func (x *export) openEarlier(link string) (*earlier, error) {
	folder, err := filepath.EvalSymlinks(link)
	if err != nil {
		return nil, damaged(err)
	}
	found, manifest, err := readEarlier(folder)
	if err != nil {
		return nil, err
	}
	if manifest.Target != x.audience.Target {
		x.Warn("other_target", "the export of %s was for %s: for %s everybody counts as entered, and nobody as exited", filepath.Base(link), manifest.Target, x.audience.Target)
		return nil, nil
	}
	if !manifest.KeepsKeys {
		x.Warn("other_target", "the export of %s is of an older version, which did not keep by what %s knows people: everybody counts as entered, and nobody as exited", filepath.Base(link), manifest.Target)
		return nil, nil
	}
	return &found, nil
}

// findOthers returns the last export of an earlier day of each other audience for the
// target: what they gave it, it has.
func (x *export) findOthers() (others []earlier, err error) {
	names, err := publication.ExportedAudiences(x.Config.Out)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if name == x.audience.Name {
			continue
		}
		link, err := x.store.Exports(name).Before(x.run.asOf)
		if err != nil {
			return nil, err
		}
		if link == "" {
			continue
		}
		folder, err := filepath.EvalSymlinks(link)
		if err != nil {
			return nil, fmt.Errorf("audience %s: %w", name, damaged(err))
		}
		found, manifest, err := readEarlier(folder)
		if err != nil {
			return nil, fmt.Errorf("audience %s: %w", name, err)
		}
		if manifest.Target == x.audience.Target && manifest.KeepsKeys {
			others = append(others, found)
		}
	}
	return others, nil
}

// exportsOf returns the exports of a day for the audience's target, in the order
// of their ids.
func (x *export) exportsOf(day string) (all []earlier, err error) {
	ids, err := x.catalog().IDs()
	if err != nil {
		return nil, err
	}
	for _, id := range ids { // the links of days are shorter
		if !strings.HasPrefix(id, day+"-") {
			continue
		}
		found, manifest, err := readEarlier(x.catalog().Folder(id))
		if err != nil {
			return nil, err
		}
		if manifest.Target == x.audience.Target && manifest.KeepsKeys {
			all = append(all, found)
		}
	}
	return all, nil
}

// replacedToday returns the exports of this day that this one replaces: those
// that are there, unless the last of them was made of the same inputs. Then this
// is that one, and replaces what that replaced.
func (x *export) replacedToday() ([]earlier, error) {
	all, err := x.exportsOf(x.run.asOf.Format(time.DateOnly))
	if err != nil {
		return nil, err
	}
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
	absolute, err := filepath.Abs(resolved)
	return earlier{
		ID: filepath.Base(folder), Identity: manifest.Identity, inputs: manifest.InputsIdentity, replaced: manifest.Replaced,
		folder: absolute, files: manifest.Full.Files,
	}, manifest, err
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
	for _, e := range x.held() {
		fmt.Fprintf(hash, "earlier %s\n", e.Identity)
	}
	for _, e := range x.others {
		fmt.Fprintf(hash, "other %s\n", e.Identity)
	}
	err = pipeline.WriteIdentity(hash, x.SQL, Steps)
	return fmt.Sprintf("%x", hash.Sum(nil)), err
}
