package export

import (
	"context"
	"maps"
	"path/filepath"
	"slices"

	"cbv/valuation/config"
	"cbv/valuation/experiment"
	"cbv/valuation/pipeline"
	"cbv/valuation/platform"
	"cbv/valuation/publication"
)

// Manifest says what an export read, how, and what came of it. It is written
// last and holds no personal data.
type Manifest struct {
	SchemaVersion int    `json:"schema_version"`
	Version       string `json:"version"`
	Identity      string `json:"identity"` // 128-bit hash of all that the files depend on
	// InputsIdentity is of the same but for the exports of this day.
	InputsIdentity string   `json:"inputs_identity"`
	AsOf           string   `json:"as_of"` // of the run
	Run            string   `json:"run"`
	Earlier        *earlier `json:"earlier"` // the last export of an earlier day; null for none
	// Replaced are the other exports of that day and those of this day, any of
	// which the target may hold as well.
	Replaced []earlier       `json:"replaced"`
	Audience config.Audience `json:"audience"`
	Target   string          `json:"target"`
	// Form is the target's declaration, by which the next export reads these files; null
	// of older versions, which kept no digests of what the target knows people by.
	Form    *platform.Target `json:"form"`
	Channel string           `json:"channel"` // whose consent counts
	// Names are those that the target sees, by arm: a is the champion's, b the
	// challenger's.
	Names  map[string]string   `json:"names"`
	Inputs []publication.Input `json:"inputs"`
	// People are the rows of people by reason: used, or why they are not.
	People          map[string]int64 `json:"people_rows"`
	SuppressionKeys int64            `json:"suppression_keys"` // ids, e-mails, phones and hashes
	// SuppressionRows and SuppressionFileKeys are of suppression.files alone, and
	// SuppressionUnmatched those of the keys that no customer and no row of people has, and
	// that no address has which the target was given.
	SuppressionRows      int64                      `json:"suppression_rows"`
	SuppressionFileKeys  int64                      `json:"suppression_file_keys"`
	SuppressionUnmatched int64                      `json:"suppression_keys_unmatched"`
	Arms                 map[experiment.Arm]int64   `json:"arms"` // of those who may be written to
	CampaignEndedOn      string                     `json:"campaign_ended_on,omitempty"`
	Full                 platform.Result            `json:"full"`   // with the entered files
	Exited               map[string]platform.Result `json:"exited"` // by name
	Suppressed           platform.Result            `json:"suppressed"`
	Removal              string                     `json:"removal"` // how the target takes people out
	Power                *Power                     `json:"power"`   // null without a campaign
	Warnings             []pipeline.Warning         `json:"warnings"`
	Plan                 []pipeline.Entry           `json:"plan"`
	Outputs              []publication.Output       `json:"outputs"`
	// Changes is the change file; null where nothing has changed.
	Changes *platform.File `json:"changes"`
}

// ChangeCounts counts the lines of the change file.
func (m Manifest) ChangeCounts() map[platform.Change]int64 {
	counts := maps.Clone(m.Full.Changes)
	if counts == nil {
		counts = map[platform.Change]int64{}
	}
	for _, result := range append(slices.Collect(maps.Values(m.Exited)), m.Suppressed) {
		for change, n := range result.Changes {
			counts[change] += n
		}
	}
	return counts
}

// Rows returns the rows of the files of a kind, all names together.
func (m Manifest) Rows(kind platform.Kind) (rows int64) {
	for _, file := range m.Files() {
		if file.Kind == kind {
			rows += file.Rows
		}
	}
	return rows
}

// Files returns the files for the target.
func (m Manifest) Files() []platform.File {
	files := slices.Clone(m.Full.Files)
	for _, name := range slices.Sorted(maps.Keys(m.Exited)) {
		files = append(files, m.Exited[name].Files...)
	}
	return append(files, m.Suppressed.Files...)
}

// ReadManifest returns the manifest of an export's folder.
func ReadManifest(folder string) (Manifest, error) {
	return publication.ReadJSON[Manifest](filepath.Join(folder, "manifest.json"))
}

// agedFile is the warning of a file older than the run.
const agedFile = "old_people"

// publish completes the manifest and moves the export into place.
func (x *export) publish(ctx context.Context) (Result, error) {
	m := &x.manifest
	m.SchemaVersion, m.Version, m.Identity, m.InputsIdentity = publication.SchemaVersion, x.Program.Version, x.identity, x.inputs
	m.AsOf, m.Run, m.Earlier, m.Replaced = x.run.asOf.Format("2006-01-02"), x.run.id, x.earlier, x.replaced
	m.Audience, m.Target, m.Channel, m.Removal, m.Form = x.audience, x.target.Name, string(x.channel()), x.target.Removal, &x.target
	m.Names = map[string]string{}
	for arm, name := range x.outside {
		if (arm == everyone) == (x.terms == nil) {
			m.Names[string(arm)] = name
		}
	}
	for _, input := range x.auxiliary() {
		m.Inputs = append(m.Inputs, publication.InputsOf(input.Name, input.Files)...)
	}
	m.Warnings = []pipeline.Warning{}
	for _, warning := range x.Warnings {
		if warning.Code != agedFile { // it depends on a clock
			m.Warnings = append(m.Warnings, warning)
		}
	}
	var err error
	if m.Outputs, err = x.store.Describe(ctx); err != nil {
		return Result{}, err
	}
	if err := x.catalog().Publish(x.id(), m); err != nil {
		return Result{}, err
	}
	return Result{Audience: x.audience, Folder: x.folder(), Manifest: *m, Warnings: x.Warnings}, x.catalog().Link(x.id(), x.run.asOf)
}

// alreadyPublished links to the export that stands.
func (x *export) alreadyPublished() (Result, error) {
	manifest, err := ReadManifest(x.catalog().Folder(x.id()))
	if err != nil {
		return Result{}, err
	}
	aged := slices.DeleteFunc(x.Warnings, func(w pipeline.Warning) bool { return w.Code != agedFile })
	warnings := append(aged, manifest.Warnings...)
	if err := x.RefuseWarnings("export", warnings); err != nil {
		return Result{}, err
	}
	warnings = append(aged, x.Repeat(manifest.Warnings)...)
	return Result{Audience: x.audience, Folder: x.folder(), Already: true, Manifest: manifest, Warnings: warnings}, x.catalog().Link(x.id(), x.run.asOf)
}
