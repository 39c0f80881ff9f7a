package export

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/engine/enginetest"
	"cbv/valuation/experiment"
	"cbv/valuation/pipeline"
	"cbv/valuation/pipeline/pipelinetest"
	"cbv/valuation/platform"
	"cbv/valuation/source"
)

// exportTo carries a part of an export to a target out, on the day of the run, 23
// November 2026.
func exportTo(target string, part func(x *export) error) pipelinetest.Input {
	return func(c *pipeline.Context) (err error) {
		x := &export{Context: c, run: published{asOf: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}}
		x.audience = config.Audience{Name: "winback", Target: target}
		x.outside = map[experiment.Arm]string{everyone: "cbv_a_0123456789"}
		if x.target, err = platform.TargetOf(target); err != nil {
			return err
		}
		return part(x)
	}
}

// aged is a file of people that was written at a time.
func aged(t *testing.T, written time.Time) pipelinetest.Input {
	return exportTo("klaviyo", func(x *export) error {
		file := source.File{Path: "people.parquet", Resolved: filepath.Join(t.TempDir(), "people.parquet")}
		x.people.Files = []source.File{file}
		if err := os.WriteFile(file.Resolved, nil, 0o600); err != nil {
			return err
		}
		if err := os.Chtimes(file.Resolved, written, written); err != nil {
			return err
		}
		x.warnOfAge()
		return nil
	})
}

// marked is an audience of a mark or a list.
func marked(target string, audience config.Audience) pipelinetest.Input {
	return exportTo(target, func(x *export) error {
		x.audience = audience
		x.warnOfSeed()
		return nil
	})
}

// full is a pass over so many customers, of whom some are not in people and nobody
// is written, where the target may hold so many exports already.
func full(missing, rows int64, err error, earlier ...earlier) pipelinetest.Input {
	return exportTo("klaviyo", func(x *export) error {
		x.replaced = earlier
		return x.judgeFull(platform.Result{Rows: rows, Rejected: map[platform.Reason]int64{platform.NotInPeople: missing}}, err)
	})
}

// left is a pass over those who left.
func left(reason platform.Reason, customers int64) pipelinetest.Input {
	return exportTo("meta", func(x *export) error {
		x.judgeExited("cbv_a_0123456789", platform.Result{Rows: 9, Rejected: map[platform.Reason]int64{reason: customers}})
		return nil
	})
}

// people is what became of the rows of people.
func people(reason string, rows int64, files ...source.File) pipelinetest.Input {
	return exportTo("klaviyo", func(x *export) error {
		x.people.Files = files
		enginetest.Put(x.Engine, "people_counts", peopleCount{reason, rows})
		return x.countPeople(context.Background())
	})
}

// objecting is a file of suppression with so many rows, each of which names a
// customer.
func objecting(rows int64) pipelinetest.Input {
	return exportTo("klaviyo", func(x *export) error {
		x.objecting.Files = []source.File{{Path: "objections.parquet", Rows: rows}}
		x.suppression = platform.NewSuppression(x.target)
		var listed []suppressionRow
		for i := range rows {
			listed = append(listed, suppressionRow{CustomerID: fmt.Sprint("c", i)})
		}
		enginetest.Put(x.Engine, "suppression_rows", listed...)
		enginetest.Put[personKeys](x.Engine, "people_rows")
		enginetest.Put[struct{ CustomerID string }](x.Engine, "customers")
		return x.addListed(context.Background())
	})
}

// suppressing is a suppressed file of so many rows, of four people, and of others who
// cannot be named.
func suppressing(rows, unknown int64) pipelinetest.Input {
	return exportTo("klaviyo", func(x *export) error {
		x.manifest.People = map[string]int64{"used": 4, "customer_id_missing": 9}
		x.judgeSuppressed(platform.Result{Written: rows, Rejected: map[platform.Reason]int64{platform.AddressUnknown: unknown}})
		return nil
	})
}

// before is an export of an earlier day that was made for a target, the only one.
func before(t *testing.T, target string) pipelinetest.Input {
	return exportTo("meta", func(x *export) error {
		folder := filepath.Join(t.TempDir(), "2026-11-22")
		if err := os.Mkdir(folder, 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, "manifest.json"), []byte(`{"target": "`+target+`"}`), 0o600); err != nil {
			return err
		}
		return x.warnOfOther(folder)
	})
}

// declared is the last export for the target, as that was declared then.
func declared(change func(*platform.Target)) pipelinetest.Input {
	return exportTo("meta", func(x *export) error {
		then := x.target
		then.Columns = slices.Clone(then.Columns)
		change(&then)
		return x.hold([]earlier{{asOf: "2026-11-22", form: then}})
	})
}

func TestWarnings(t *testing.T) {
	a, b := source.File{Path: "a.parquet", Fingerprint: "f1", Rows: 1}, source.File{Path: "b.parquet", Fingerprint: "f1", Rows: 1}
	other := source.File{Path: "b.parquet", Fingerprint: "f2", Rows: 1}
	midnight := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	lookalike := config.Audience{Name: "new", Mark: "acquisition_lookalike"}
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{
			Code:   "old_people",
			Raises: aged(t, midnight.Add(-time.Second)),
			Says:   "people.parquet was written on 2026-11-22, before 2026-11-23, the day of the run: it does not know who objected since; write it anew before the files are sent",
			Silent: aged(t, midnight),
		},
		{
			Code:   "no_seed",
			Raises: marked("meta", lookalike),
			Says:   "acquisition_lookalike is no seed: as one, meta would look for more of those least worth having; the list seed has those whose likeness pays",
			Silent: marked("klaviyo", lookalike), // e-mail finds nobody else
		},
		{
			Code:   "no_seed",
			Raises: marked("google", config.Audience{Name: "new", List: "acquisition_lookalike"}),
			Says:   "acquisition_lookalike is no seed: as one, google would look for more of those least worth having; the list seed has those whose likeness pays",
			Silent: marked("google", config.Audience{Name: "new", List: "seed"}),
		},
		{
			Code:   "few_in_people",
			Raises: full(501, 1000, nil),
			Says:   "customers of the audience without a row in people: 501 of 1000: see whether people.files are all there",
			Silent: full(500, 1000, nil),
		},
		{
			Code:   "empty_audience",
			Raises: full(0, 0, platform.ErrEmpty, earlier{ID: "2026-11-22"}),
			Says:   "the audience is empty; those who were in it have to leave",
			Silent: full(0, 1, nil, earlier{ID: "2026-11-22"}),
		},
		{
			Code:   "left_people",
			Raises: left(platform.NotInPeople, 1),
			Says:   "cbv_a_0123456789 for meta: rows of people who left by an address that neither people nor the files of an earlier export have any more: 1: take them out by hand, see the rejects",
			Silent: left(platform.NoConsent, 1),
		},
		{
			Code:   "left_people",
			Raises: left(platform.AddressUnknown, 2),
			Says:   "cbv_a_0123456789 for meta: rows of people who left by an address that neither people nor the files of an earlier export have any more: 2: take them out by hand, see the rejects",
			Silent: left(platform.AddressUnknown, 0),
		},
		{
			Code:   "left_people",
			Raises: suppressing(1, 2),
			Says:   "klaviyo: addresses of before of people who objected that no file of an earlier export has any more, or none in the form of today: 2: suppress them there by hand, see the rejects",
			Silent: suppressing(1, 0),
		},
		{
			Code:   "most_suppressed",
			Raises: suppressing(3, 0),
			Says: "the suppressed file for klaviyo has most of the 4 rows of people: 3: a condition such as status = 'subscribed' makes everybody else object; " +
				"map a case without else, which leaves them unknown",
			Silent: suppressing(2, 0),
		},
		{
			Code:   "repeated_people",
			Raises: people("customer_id_repeated", 1),
			Says:   "rows of people that repeat a customer_id: 1: the first row of each counts, and an objection in any: keep one row for each in people.files",
			Silent: people("customer_id_repeated", 0),
		},
		{
			Code:   "people_without_id",
			Raises: people("customer_id_missing", 2),
			Says:   "rows of people without a customer_id: 2: they belong to no customer; what they object to counts all the same",
			Silent: people("customer_id_repeated", 2),
		},
		{
			Code:   "copied_file",
			Raises: people("used", 2, a, b),
			Says:   "a.parquet and b.parquet have the same bytes: leave one out of people.files",
			Silent: people("used", 2, a, other),
		},
		{
			Code:   "empty_suppression",
			Raises: objecting(0),
			Says:   "objections.parquet has no rows: nobody is suppressed by it",
			Silent: objecting(1),
		},
		{
			Code:   "other_target",
			Raises: before(t, "klaviyo"),
			Says:   "the export of 2026-11-22 was for klaviyo: for meta everybody counts as entered, and nobody as exited",
			Silent: declared(func(*platform.Target) {}),
		},
		{
			Code:   "other_target",
			Raises: before(t, "meta"),
			Says:   "the export of 2026-11-22 is of an older version, which did not keep by what meta knows people: everybody counts as entered, and nobody as exited",
			Silent: declared(func(*platform.Target) {}),
		},
		{
			Code:   "other_target",
			Raises: declared(func(then *platform.Target) { then.Columns[0].Form = platform.Form{"trim", "lower"} }),
			Says:   "meta was declared otherwise in the export of 2026-11-22: by what it knows people now everybody counts as entered, and nobody as exited: empty the audience there first",
			Silent: declared(func(then *platform.Target) { then.Delimiter, then.Columns[2].Header = ';', "first" }),
		},
	})
}
