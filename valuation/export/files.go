package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"cbv/valuation/audiencename"
	"cbv/valuation/engine"
	"cbv/valuation/experiment"
	"cbv/valuation/parquetfile"
	"cbv/valuation/platform"
	"cbv/valuation/schema"
)

// membersFile is the table of who is in an export's files, formerFile that of what the
// audience's earlier exports gave the target.
const (
	membersFile = "members.parquet"
	formerFile  = "former.parquet"
)

// everyone is the arm of those whose audience has no campaign.
const everyone experiment.Arm = "all"

// placement is what became of somebody who may be written to.
type placement struct {
	CustomerID string         `parquet:"customer_id"`
	Arm        experiment.Arm `parquet:"arm"`
	Key1       *int64         `parquet:"key_1"`
	Key2       *int64         `parquet:"key_2"`
	Key3       *int64         `parquet:"key_3"`
	RowKey     int64          `parquet:"row_key"`
}

// placementBatch is how many placements are written at once, since each call
// costs more than a row.
const placementBatch = 1024

// placedPath is where the placements are kept while the export is built.
func (x *export) placedPath() string { return filepath.Join(x.store.Spill(), "placed.parquet") }

// channel is whose consent counts.
func (x *export) channel() platform.Channel {
	if x.target.Channel != "" {
		return x.target.Channel
	}
	return platform.Channel(x.audience.Channel)
}

// outsideNames are those that an audience has outside, by arm. They give nothing away.
func outsideNames(name string) map[experiment.Arm]string {
	neutral := audiencename.Neutral(name)
	return map[experiment.Arm]string{everyone: neutral, experiment.Champion: neutral + "_a", experiment.Challenger: neutral + "_b"}
}

// spec says what to write of a kind.
func (x *export) spec(kind platform.Kind) platform.Spec {
	p := x.Config.People.Columns
	spec := platform.Spec{
		Target: x.target, Kind: kind, Name: x.outside[everyone], Channel: platform.Channel(x.audience.Channel), Region: x.Config.Export.Region,
		Suppression: x.suppression, AsOf: x.run.asOf,
	}
	for _, column := range []struct {
		field platform.Field
		text  string
	}{
		{platform.Email, p.Email}, {platform.Phone, p.Phone}, {platform.FirstName, p.FirstName}, {platform.LastName, p.LastName},
		{platform.Country, p.Country}, {platform.Zip, p.Zip}, {platform.City, p.City}, {platform.State, p.State},
	} {
		if column.text != "" {
			spec.Mapped = append(spec.Mapped, column.field)
		}
	}
	consents := map[platform.Channel]string{platform.EmailChannel: p.ConsentEmail, platform.AdsChannel: p.ConsentAds}
	spec.ConsentMapped = consents[x.channel()] != ""
	if kind == platform.Removal {
		return spec // without attributes, which nobody needs to be taken out
	}
	for _, column := range schema.ColumnsOf("customers", x.run.attributes...) {
		if slices.Contains(x.audience.Columns, column.Name) {
			spec.Attributes = append(spec.Attributes, platform.Attribute{Name: column.Name, Type: attributeTypes[column.Type]})
		}
	}
	slices.SortStableFunc(spec.Attributes, func(a, b platform.Attribute) int {
		return slices.Index(x.audience.Columns, a.Name) - slices.Index(x.audience.Columns, b.Name)
	})
	return spec
}

var attributeTypes = map[string]platform.Type{
	"VARCHAR": platform.Text, "BIGINT": platform.Number, "INTEGER": platform.Number, "DOUBLE": platform.Number, "DATE": platform.Day, "BOOLEAN": platform.YesNo,
}

// writeFull writes the full and the entered files of all arms in one pass, and
// keeps who was placed where.
func (x *export) writeFull(ctx context.Context) (err error) {
	x.manifest.Arms = map[experiment.Arm]int64{}
	file, err := os.OpenFile(x.placedPath(), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	writer := parquetfile.NewWriter[placement](file, nil)
	var batch []placement
	flush := func() error {
		err := writer.Write(batch)
		batch = batch[:0]
		return err
	}
	defer func() {
		err = errors.Join(err, flush(), writer.Close(), file.Close())
		if err == nil {
			err = x.mapPlaced(ctx)
		}
	}()
	spec := x.spec(platform.Full)
	spec.Changes, spec.Holdout, spec.UniqueEmail = true, x.holdout, x.terms != nil
	spec.Assigned = x.assigned
	spec.Place = func(id string, held bool, keys platform.RowKey) (string, platform.Reason, error) {
		arm, reason := x.arm(id, held)
		if arm == "" {
			return "", reason, nil
		}
		x.manifest.Arms[arm]++
		if batch = append(batch, placed(id, arm, keys)); len(batch) == placementBatch {
			return x.outside[arm], reason, flush()
		}
		return x.outside[arm], reason, nil
	}
	result, err := platform.Export(ctx, spec, x.membersOf(ctx, spec), x.files(changedFile))
	x.manifest.Full = result
	return x.judgeFull(result, err)
}

// placed is the placement of somebody under the digests of their row.
func placed(id string, arm experiment.Arm, keys platform.RowKey) placement {
	p := placement{CustomerID: id, Arm: arm, RowKey: keys.Row}
	for i, to := range []**int64{&p.Key1, &p.Key2, &p.Key3} {
		if key := keys.Identifiers[i]; key != 0 {
			*to = &key
		}
	}
	return p
}

// judgeFull warns of what speaks against the full files, given the result of their
// pass and its error, and returns the error that is left. Nobody in the audience is
// none where others have to leave it.
func (x *export) judgeFull(result platform.Result, err error) error {
	x.takeWarnings(result)
	missing := result.Rejected[platform.NotInPeople]
	if missing > 0 && missing == result.Rows {
		return fmt.Errorf("%w: none of them has a row in people: check that people.columns.customer_id is the orders' customer_id", err)
	}
	if areMostMissing(missing, result.Rows) {
		x.Warn("few_in_people", "customers of the audience without a row in people: %d of %d: see whether people.files are all there", missing, result.Rows)
	}
	if errors.Is(err, platform.ErrEmpty) && len(x.held()) > 0 {
		x.Warn(emptyAudience, "%v; those who were in it have to leave", err)
		return nil
	}
	return err
}

// areMostMissing reports whether more customers are missing from people than are
// there.
func areMostMissing(missing, customers int64) bool { return 2*missing > customers }

// arm returns what is done with somebody who may be written to; none where a
// holdout that is not theirs keeps them out.
func (x *export) arm(id string, held bool) (experiment.Arm, platform.Reason) {
	switch {
	case x.terms == nil && x.design.HeldOut(id):
		return "", platform.GlobalHoldout
	case x.terms == nil && held:
		return "", platform.SharedHoldout
	case x.terms == nil:
		return everyone, ""
	case x.hasEnded() && !x.assigned.HasID(id):
		return "", platform.CampaignEnded
	}
	arm := x.design.Arm(id)
	if first, inherits := x.inherited[id]; inherits && arm != experiment.GlobalHoldout {
		arm = first
	}
	switch {
	case arm == experiment.GlobalHoldout:
		return arm, platform.GlobalHoldout
	case held:
		return "", platform.SharedHoldout
	case arm == experiment.None:
		return arm, platform.Holdout
	}
	return arm, ""
}

// hasEnded says whether nobody else comes into the campaign. Its arms stay as they are: the
// files go on to say who left and who objected, and the holdout is not written to before
// somebody takes the campaign out of the audience.
func (x *export) hasEnded() bool { return x.begun != nil && x.begun.EndedOn != "" }

// mapPlaced makes the view placed.
func (x *export) mapPlaced(ctx context.Context) error {
	return x.Engine.Input(ctx, engine.Input{Name: "placed", Files: []string{x.placedPath()}, Columns: []engine.InputColumn{
		{Name: "customer_id", Expression: "customer_id"}, {Name: "arm", Expression: "arm"}, {Name: "key_1", Expression: "key_1"},
		{Name: "key_2", Expression: "key_2"}, {Name: "key_3", Expression: "key_3"}, {Name: "row_key", Expression: "row_key"},
	}})
}

// writeExited writes those that the target is to forget, arm by arm: each is an
// audience there.
func (x *export) writeExited(ctx context.Context) error {
	x.manifest.Exited = map[string]platform.Result{}
	if err := x.readGiven(ctx); err != nil || len(x.held()) == 0 {
		return err
	}
	for _, arm := range []experiment.Arm{everyone, experiment.Champion, experiment.Challenger} {
		spec := x.spec(platform.Exited)
		spec.Name, spec.HandedOut = x.outside[arm], x.given
		if err := x.setExitedArm(ctx, arm); err != nil {
			return err
		}
		if err := x.lookUp(ctx, &spec); err != nil {
			return err
		}
		result, err := platform.Export(ctx, spec, x.leaversOf(ctx, spec), x.files(removedFile))
		if err != nil {
			return err
		}
		if result.Rows > 0 {
			x.manifest.Exited[spec.Name] = result
		}
		x.owed, x.told = append(x.owed, result.Owed...), append(x.told, result.Told...)
		x.judgeExited(spec.Name, result)
	}
	return nil
}

// judgeExited warns of what speaks against the exited files of a name.
func (x *export) judgeExited(name string, result platform.Result) {
	unknown := result.Blanked[platform.UnknownPart][platform.AddressUnknown]
	if n := result.Rejected[platform.NotInPeople] + result.Rejected[platform.AddressUnknown] + unknown; n > 0 {
		x.Warn("left_people", "%s for %s: rows of people who left by an address that neither people nor the files of an earlier export have any more: %d: take them out by hand, see the rejects", name, x.target.Name, n)
	}
	x.takeWarnings(result)
}

// readGiven reads what the target was given and no member has.
func (x *export) readGiven(ctx context.Context) error {
	var given []int64
	for row, err := range engine.Select[struct{ Key int64 }](ctx, x.Engine, "given_rows") {
		if err != nil {
			return err
		}
		given = append(given, row.Key)
	}
	x.given = platform.NewKeys(given)
	if len(x.objecting.Files) > 0 {
		x.listed.StrikeGiven(x.given)
		x.manifest.SuppressionUnmatched = int64(x.listed.Len())
	}
	return nil
}

// writeSuppressed writes those who objected.
func (x *export) writeSuppressed(ctx context.Context) error {
	spec := x.spec(platform.Removal)
	spec.HandedOut, spec.Owed = x.given, x.owed
	rows := nobody // where the target has nobody who could object
	if x.given.Len() > 0 {
		before, err := x.lookUpObjectors(ctx, &spec)
		if err != nil {
			return err
		}
		told, err := x.toldBefore(ctx)
		if err != nil {
			return err
		}
		spec.Told = platform.NewKeys(slices.Concat(x.told, told))
		rows = x.removalsOf(ctx, before)
	}
	result, err := platform.Export(ctx, spec, rows, x.files(removedFile))
	x.manifest.Suppressed = result
	x.judgeSuppressed(result)
	return err
}

// judgeSuppressed warns of people who objected and cannot be named, and of a file that
// would suppress most of the people there are.
func (x *export) judgeSuppressed(result platform.Result) {
	if n := result.Rejected[platform.AddressUnknown]; n > 0 {
		x.Warn("left_people", "%s: addresses of before of people who objected that no file of an earlier export has any more, or none in the form of today: %d: suppress them there by hand, see the rejects", x.target.Name, n)
	}
	if n := result.Rejected[platform.ObjectionUnknown]; n > 0 {
		x.Warn("left_people", "%s: customers who were erased from people and whose address no file of an earlier export has any more, so that it is not known whether it is suppressed: %d: look them up there by hand, see the rejects", x.target.Name, n)
	}
	written := result.Written
	if people := x.manifest.People["used"]; 2*written > people {
		x.Warn("most_suppressed", "the suppressed file for %s has most of the %d rows of people: %d: a condition such as status = 'subscribed' makes everybody else object; map a case without else, which leaves them unknown",
			x.target.Name, people, written)
	}
}

func nobody(func(platform.Person, error) bool) {}

// takeWarnings takes the warnings of a pass over.
func (x *export) takeWarnings(result platform.Result) {
	for _, warning := range result.Warnings {
		x.Warn(warning.Code, "%s", warning.Text)
	}
}

// files opens files of the export for their owner alone, and lines as a part of the
// change file.
func (x *export) files(part string) platform.Files {
	lines := func() (io.WriteCloser, error) {
		return os.OpenFile(filepath.Join(x.store.Spill(), part), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	}
	create := func(name string) (io.WriteCloser, error) {
		return os.OpenFile(filepath.Join(x.store.Build(), name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	}
	return platform.Files{
		Create: create, Lines: lines,
		Table: func(name string, columns []platform.Attribute) (platform.Table, error) {
			file, err := create(name)
			if err != nil {
				return nil, err
			}
			return newTable(file, columns), nil
		},
	}
}
