package export

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"cbv/valuation/campaign"
	"cbv/valuation/config"
	"cbv/valuation/failure"
	"cbv/valuation/parquetfile"
	"cbv/valuation/platform"
	"cbv/valuation/publication"
	"cbv/valuation/schema"
	"cbv/valuation/source"
)

// spendsFile is the table of what buyers of a window spent, on which the power of a
// campaign rests.
const spendsFile = "window_spends.parquet"

// published is a run whose customers are exported.
type published struct {
	id         string
	identity   string
	asOf       time.Time
	customers  string // path of customers.parquet, links resolved
	spends     string // path of window_spends.parquet, likewise; "" for a run without
	segmentMap string
	attributes []schema.Attribute // that its customers have
	many       []string           // attributes that they have no column for
}

// FindRun returns the folder of the run of a day, nil for the latest.
func FindRun(out string, day *config.Day) (string, error) {
	link := filepath.Join(out, "latest")
	if day != nil {
		link = filepath.Join(out, day.String())
	}
	folder, err := filepath.EvalSymlinks(link)
	if errors.Is(err, fs.ErrNotExist) {
		return "", failure.Usagef("%s: no such run: cbv run publishes one; --out and --time.as_of say where and of which day", link)
	}
	return folder, err
}

// openRun reads what a run says of itself, and holds its customers to it.
func openRun(ctx context.Context, folder string) (published, error) {
	manifest, err := publication.ReadManifest(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return published{}, failure.Usagef("%s: is no run, for it has no manifest.json", folder)
	}
	if err != nil {
		return published{}, failure.Inputf("%w", err)
	}
	if manifest.SchemaVersion != publication.SchemaVersion {
		return published{}, failure.Usagef("%s: was made by version %s, whose columns are others: run anew", folder, manifest.Version)
	}
	customers, err := publishedFile(ctx, folder, manifest, "customers.parquet")
	if err != nil {
		return published{}, err
	}
	spends, err := spendsOf(ctx, folder, manifest)
	if err != nil {
		return published{}, err
	}
	var then config.Config
	if err := json.Unmarshal(manifest.Configuration, &then); err != nil {
		return published{}, failure.Inputf("%s: its configuration: %w", folder, err)
	}
	day, err := time.Parse(time.DateOnly, manifest.AsOf)
	if err != nil || len(manifest.Identity) < 12 {
		return published{}, failure.Inputf("%s: its manifest does not name the run", folder)
	}
	return published{
		id: publication.RunID(day, manifest.Identity), identity: manifest.Identity, asOf: day, customers: customers, spends: spends,
		segmentMap: then.RFM.Map, attributes: then.Orders.Attributes.Columns(), many: then.Orders.Attributes.Many(),
	}, nil
}

// spendsOf is the file of a run's window_spends, "" of a run by a version that had none
// such, without days_since_from.
func spendsOf(ctx context.Context, folder string, manifest publication.Manifest) (string, error) {
	if !slices.ContainsFunc(manifest.Outputs, func(o publication.Output) bool { return o.Name == spendsFile }) {
		return "", nil
	}
	path, err := publishedFile(ctx, folder, manifest, spendsFile)
	if err != nil {
		return "", err
	}
	footer, err := parquetfile.ReadFooter(path)
	if err != nil || !slices.ContainsFunc(footer.Columns, func(c parquetfile.Column) bool { return c.Name == "days_since_from" }) {
		return "", err
	}
	return path, nil
}

// publishedFile is the path of a file of a run, links resolved, held to its manifest.
func publishedFile(ctx context.Context, folder string, manifest publication.Manifest, name string) (string, error) {
	path := filepath.Join(folder, name)
	hash, err := source.HashFile(ctx, path)
	if err != nil {
		return "", err
	}
	known := slices.ContainsFunc(manifest.Outputs, func(o publication.Output) bool { return o.Name == name && o.Hash == hash })
	if !known {
		return "", failure.Inputf("%s: is not the file that the run's manifest describes: it was damaged or edited; run anew", path)
	}
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	return filepath.Abs(resolved)
}

// findPeople looks up the files of people, of suppression, and of the ids that are
// one customer now.
func (x *export) findPeople(ctx context.Context) (err error) {
	if len(x.Config.People.Files) == 0 {
		return failure.Usagef("people.files: an audience is of people: name the files of their addresses and consents")
	}
	if x.people, x.objecting, err = source.FindPeople(ctx, x.Config); err != nil {
		return err
	}
	x.identities, err = source.FindIdentities(ctx, x.Config)
	return err
}

// warnOfAge warns of files that were written before the day of the run, which do
// not know who withdrew consent since. A file's time is a clock's, so it is in no
// output.
func (x *export) warnOfAge() {
	for _, input := range []source.Auxiliary{x.people, x.objecting} {
		for _, file := range input.Files {
			info, err := os.Stat(file.Resolved)
			if err != nil {
				continue // reading it will say why
			}
			if written := info.ModTime().UTC(); isAged(written, x.run.asOf) {
				x.Warn(agedFile, "%s was written on %s, before %s, the day of the run: it does not know who objected since; write it anew before the files are sent",
					file.Path, written.Format(time.DateOnly), x.run.asOf.Format(time.DateOnly))
			}
		}
	}
}

// isAged reports whether something was written before the day of a run.
func isAged(written, asOf time.Time) bool { return written.Before(asOf) }

// warnOfSeed warns of an audience that an ad platform must not take for a seed.
func (x *export) warnOfSeed() {
	const lookalike = "acquisition_lookalike"
	if x.target.Channel == platform.AdsChannel && (x.audience.List == lookalike || x.audience.Mark == lookalike) {
		x.Warn("no_seed", "%s is no seed: as one, %s would look for more of those least worth having; the list seed has those whose likeness pays", lookalike, x.target.Name)
	}
}

// termsOf are the terms of an audience's campaign were it to begin on a day.
func termsOf(c config.Config, a config.Audience, asOf time.Time) campaign.Terms {
	return campaign.Terms{
		Audience: a.Name, Started: asOf.Format(time.DateOnly), Design: c.Export.Design(*a.Campaign),
		WindowDays: a.Campaign.WindowDays, Nights: a.Campaign.Nights, PlannedPeople: a.Campaign.Planned, Covariate: a.Campaign.Covariate,
	}
}
