package movement

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
	"cbv/valuation/schema"
)

// Compared is the plan that compares two published runs: what a run says of itself and the
// one before it, and who moved.
var Compared = slices.Concat([]pipeline.Step{
	{Name: "predecessor", Kind: pipeline.Go, Makes: []string{"predecessor", "before", "customers", "restated"}},
	{Name: "movement_terms", Kind: pipeline.Go, Makes: []string{"movement_terms", "movement_maps", "moved_groups"}},
}, Steps[1:], Listed, []pipeline.Step{
	{Name: "comparison", Kind: pipeline.Go, Reads: []string{"movement", "moved_customers", "moved_marks"}},
})

// Listed is what a comparison makes beyond a run.
var Listed = []pipeline.Step{
	{Name: "moved_customers", Kind: pipeline.Table, Folder: "movement"},
	{Name: "moved_marks", Kind: pipeline.Table, Folder: "movement"},
}

// Comparison is what moved between two runs.
type Comparison struct {
	Before, After string // ids
	Currency      string
	Rows          []Row
	Customers     int64 // of the earlier run
	// OtherMarks is how many of them have another mark by something other than time and
	// what they did.
	OtherMarks int64
	// KnowsRestated says that the later run looked for rows that came late: it does where
	// the earlier one is the run before it.
	KnowsRestated bool
	Moved         []MovedCustomer // where they are asked for
}

// Row is a row of movement.parquet.
type Row struct {
	Measure   string  `json:"measure"`
	MovedFrom *string `json:"moved_from"` // null: the earlier run did not have them
	MovedTo   *string `json:"moved_to"`   // null: the later run does not
	Cause     string  `json:"cause"`
	Customers int64   `json:"customers"`
	CLVBefore float64 `col:"clv_before" json:"clv_before"`
	CLVAfter  float64 `col:"clv_after" json:"clv_after"`
	CLVChange float64 `col:"clv_change" json:"clv_change"`
}

// MovedCustomer is someone who moved, and by what.
type MovedCustomer struct {
	CustomerID string  `json:"customer_id"`
	Measure    string  `json:"measure"`
	MovedFrom  *string `json:"moved_from"`
	MovedTo    *string `json:"moved_to"`
	Cause      string  `json:"cause"`
	CLVChange  float64 `col:"clv_change" json:"clv_change"`
}

// comparing is a comparison under way.
type comparing struct {
	*Movement
	folders       [2]string
	withCustomers bool
	found         Comparison
}

// Compare compares two published runs by their folders, the earlier one first.
func Compare(ctx context.Context, job pipeline.Job, before, after string, withCustomers bool) (found Comparison, err error) {
	w := comparing{folders: [2]string{before, after}, withCustomers: withCustomers}
	earlier, err := ReadStanding(ctx, before)
	if err != nil {
		return found, err
	}
	later, err := ReadStanding(ctx, after)
	if err != nil {
		return found, err
	}
	if !earlier.AsOf.Before(later.AsOf) {
		return found, failure.Usagef("compare: %s is not of an earlier day than %s: name two runs of different days, the earlier one first", filepath.Base(before), filepath.Base(after))
	}
	if a, b := earlier.Settings.Value.Currency, later.Settings.Value.Currency; a != b {
		return found, failure.Usagef("compare: %s counts in %s and %s in %s: their values cannot be held against each other", filepath.Base(before), a, filepath.Base(after), b)
	}
	job.Config.Value.Currency = later.Settings.Value.Currency
	c, err := pipeline.NewContext(job)
	if err != nil {
		return found, err
	}
	w.Movement = &Movement{Context: c, before: earlier, after: later}
	entries, err := pipeline.Load(job.SQL, pipeline.Unpublished(Compared))
	if err != nil {
		return found, err
	}
	spill, err := os.MkdirTemp("", "cbv-")
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(spill)) }()
	readable, err := w.files()
	if err != nil {
		return found, err
	}
	w.found = Comparison{Before: filepath.Base(before), After: filepath.Base(after), Currency: job.Config.Value.Currency}
	err = c.Walk(ctx, pipeline.Walk{
		Entries: entries, Readable: readable, Spill: spill, Diagnose: func(context.Context, error) error { return nil },
		Actions: pipeline.Actions{"predecessor": w.mapRuns, "movement_terms": w.makeTerms, "moved_scores": w.makeScores, "comparison": w.read},
	})
	return w.found, err
}

// files are those of both runs that are read, links resolved.
func (w *comparing) files() (files []string, err error) {
	for _, path := range []string{filepath.Join(w.folders[0], customersFile), filepath.Join(w.folders[1], customersFile), filepath.Join(w.folders[1], restatedFile)} {
		resolved, err := filepath.EvalSymlinks(path)
		if errors.Is(err, os.ErrNotExist) && strings.HasSuffix(path, restatedFile) {
			continue // a run of an earlier program
		}
		if err != nil {
			return nil, err
		}
		files = append(files, resolved)
	}
	return files, nil
}

const restatedFile = "restated.parquet"

// mapRuns makes the views over both runs. What was restated the later one knows of the run
// before it.
func (w *comparing) mapRuns(ctx context.Context) error {
	if err := w.compare(ctx, w.folders[0]); err != nil {
		return err
	}
	if err := mapCustomers(ctx, w.Engine, "customers", filepath.Join(w.folders[1], customersFile)); err != nil {
		return err
	}
	manifest, err := publication.ReadManifest(w.folders[1])
	if err != nil {
		return err
	}
	path := ""
	if w.found.KnowsRestated = manifest.MovementSince == w.found.Before; w.found.KnowsRestated {
		path = filepath.Join(w.folders[1], restatedFile)
	}
	return mapTable(ctx, w.Engine, "restated", path, "restated", schema.ColumnNames("restated"))
}

// read reads what the plan has found.
func (w *comparing) read(ctx context.Context) (err error) {
	if w.found.Rows, err = engine.All[Row](ctx, w.Engine, "movement"); err != nil {
		return err
	}
	slices.SortFunc(w.found.Rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Measure, b.Measure), cmp.Compare(slices.Index(Causes, a.Cause), slices.Index(Causes, b.Cause)),
			cmp.Compare(orNone(a.MovedFrom), orNone(b.MovedFrom)), cmp.Compare(orNone(a.MovedTo), orNone(b.MovedTo)))
	})
	marks, err := engine.One[struct{ Customers, Moved int64 }](ctx, w.Engine, "moved_marks")
	if err != nil {
		return err
	}
	w.found.Customers, w.found.OtherMarks = marks.Customers, marks.Moved
	if !w.withCustomers {
		return nil
	}
	if w.found.Moved, err = engine.All[MovedCustomer](ctx, w.Engine, "moved_customers"); err != nil {
		return err
	}
	slices.SortFunc(w.found.Moved, func(a, b MovedCustomer) int {
		return cmp.Or(cmp.Compare(a.CustomerID, b.CustomerID), cmp.Compare(a.Measure, b.Measure), cmp.Compare(slices.Index(Causes, a.Cause), slices.Index(Causes, b.Cause)))
	})
	return nil
}

// orNone is a text that sorts first where there is none.
func orNone(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
