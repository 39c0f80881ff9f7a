package movement

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"

	"cbv/valuation/engine"
	"cbv/valuation/parquetfile"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
	"cbv/valuation/schema"
)

// OfOne is the plan that says what moved one customer: that of a comparison, over the rows
// of the customer alone.
var OfOne = slices.Concat(Compared[:2], Steps[1:len(Steps)-1], []pipeline.Step{
	{Name: "comparison", Kind: pipeline.Go, Reads: []string{"moves"}},
})

// Move is a step of a customer from one run to the next; nil is not valued, or in no such
// run.
type Move struct {
	Cause         string  `json:"cause"`
	SegmentFrom   *string `json:"segment_from"`
	SegmentTo     *string `json:"segment_to"`
	LifecycleFrom *string `json:"lifecycle_from"`
	LifecycleTo   *string `json:"lifecycle_to"`
	MarkFrom      *string `json:"mark_from"`
	MarkTo        *string `json:"mark_to"`
	CLVChange     float64 `json:"clv_change"`
}

// moveRow is a row of moves.
type moveRow struct {
	Cause                      string
	SegmentFrom, SegmentTo     *string
	LifecycleFrom, LifecycleTo *string
	MarkFrom, MarkTo           *string
	CLVFromMinor               int64 `col:"clv_from_minor"`
	CLVToMinor                 int64 `col:"clv_to_minor"`
}

// OfCustomer returns what moved a customer from one run to the next, cause by cause, as
// movement has it of everybody.
func OfCustomer(ctx context.Context, job pipeline.Job, before, after, customer string) (moves []Move, err error) {
	earlier, err := ReadStanding(ctx, before)
	if err != nil {
		return nil, err
	}
	later, err := ReadStanding(ctx, after)
	if err != nil {
		return nil, err
	}
	job.Config.Value.Currency = later.Settings.Value.Currency
	job.Config.Engine.Threads = 1          // for a row, more of them cost more than they bring
	job.Progress = func(pipeline.Event) {} // it is over at once
	c, err := pipeline.NewContext(job)
	if err != nil {
		return nil, err
	}
	m := &Movement{Context: c, before: earlier, after: later}
	entries, err := pipeline.Load(job.SQL, OfOne)
	if err != nil {
		return nil, err
	}
	err = c.Walk(ctx, pipeline.Walk{
		Entries: entries, Diagnose: func(context.Context, error) error { return nil },
		Actions: pipeline.Actions{
			"predecessor":    func(ctx context.Context) error { return m.mapCustomer(ctx, before, after, customer) },
			"movement_terms": m.makeTerms, "moved_scores": m.makeScores,
			"comparison": func(ctx context.Context) error {
				rows, err := engine.All[moveRow](ctx, m.Engine, "moves")
				for _, row := range rows {
					moves = append(moves, Move{row.Cause, row.SegmentFrom, row.SegmentTo, row.LifecycleFrom, row.LifecycleTo, row.MarkFrom, row.MarkTo,
						float64(row.CLVToMinor-row.CLVFromMinor) / float64(m.Minor)})
				}
				return err
			},
		},
	})
	slices.SortFunc(moves, func(a, b Move) int {
		return cmp.Compare(slices.Index(Causes, a.Cause), slices.Index(Causes, b.Cause))
	})
	return moves, err
}

// mapCustomer makes the tables of a comparison with the rows of one customer.
func (m *Movement) mapCustomer(ctx context.Context, before, after, customer string) error {
	if err := m.insertPredecessor(ctx); err != nil {
		return err
	}
	manifest, err := publication.ReadManifest(after)
	if err != nil {
		return err
	}
	for _, table := range []struct {
		name, folder, of string
		columns          []string
	}{
		{"before", before, "customers", comparedColumns}, {"customers", after, "customers", comparedColumns}, {"restated", after, "restated", schema.ColumnNames("restated")},
	} {
		var row parquetfile.Record
		if table.name != "restated" || manifest.MovementSince == filepath.Base(before) {
			row, err = parquetfile.FindRecord(filepath.Join(table.folder, table.of+".parquet"), "customer_id", customer, table.columns...)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		if err := insertRecord(ctx, m.Engine, table.name, table.of, table.columns, row); err != nil {
			return err
		}
	}
	return nil
}

// insertRecord makes a table of columns of a published one with one row, none of nil.
func insertRecord(ctx context.Context, e engine.Engine, name, of string, wanted []string, row parquetfile.Record) error {
	var columns []engine.Column
	var values []any
	types := typesOf(of)
	for _, column := range wanted {
		columns, values = append(columns, engine.Column{Name: column, Type: types[column]}), append(values, row[column])
	}
	return e.Insert(ctx, name, columns, func(yield func([]any) bool) {
		if row != nil {
			yield(values)
		}
	})
}
