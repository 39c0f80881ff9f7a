package batch

import (
	"cmp"
	"context"
	"database/sql/driver"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"cbv/valuation/failure"
	"cbv/valuation/publication"
	"cbv/valuation/source"
)

// SideReport says what became of the rows of an input beside the orders.
type SideReport struct {
	Name    string
	Files   int
	Rows    int64
	Reasons []ReasonCount // used first, then by reason
	Places  []Place       // where to look, most rows first
}

// Quarantined returns the rows that are not used.
func (s SideReport) Quarantined() int64 {
	var rows int64
	for _, count := range s.Reasons {
		if count.Reason != Used {
			rows += count.Rows
		}
	}
	return rows
}

// mapSides makes the views over the files of the inputs beside the orders.
func (r *run) mapSides(ctx context.Context) error {
	for i := range r.sides {
		side := &r.sides[i]
		if err := side.Map(ctx, r.engine); err != nil {
			return err
		}
		for _, pair := range source.Copies(side.Files) {
			r.warn("copied_file", "%s and %s have the same bytes, so every row in them counts twice: leave one out of %s.files", pair[0].Path, pair[1].Path, side.Name)
		}
	}
	return source.SideFiles(ctx, r.engine, r.sides)
}

// sideContract reads how the rows of the inputs beside the orders were
// classified, and stops a run whose spend is in several currencies.
func (r *run) sideContract(ctx context.Context) error {
	reports := map[string]*SideReport{}
	for _, side := range r.sides {
		reports[side.Name] = &SideReport{Name: side.Name, Files: len(side.Files), Rows: source.Rows(side.Files)}
	}
	err := r.engine.Each(ctx, "input_counts", []string{"input", "reason", "input_rows", "amount_minor"}, func(v []driver.Value) error {
		report := reports[v[0].(string)]
		report.Reasons = append(report.Reasons, ReasonCount{v[1].(string), v[2].(int64), v[3].(int64)})
		return nil
	})
	if err != nil {
		return err
	}
	places := map[Place]*Place{}
	err = r.engine.Each(ctx, "input_quarantine", []string{"input", "reason", "file", "row_number"}, func(v []driver.Value) error {
		key := Place{Reason: v[0].(string) + " " + v[1].(string), File: v[2].(string)}
		place := places[key]
		if place == nil {
			place = &Place{Reason: v[1].(string), File: key.File, FirstRow: v[3].(int64)}
			places[key] = place
		}
		place.FirstRow = min(place.FirstRow, v[3].(int64))
		place.Rows++
		return nil
	})
	if err != nil {
		return err
	}
	for key, place := range places {
		input, _, _ := strings.Cut(key.Reason, " ")
		reports[input].Places = append(reports[input].Places, *place)
	}
	for _, side := range r.sides {
		report := reports[side.Name]
		slices.SortFunc(report.Reasons, byReason)
		slices.SortFunc(report.Places, byPlace)
		if len(side.Files) > 0 {
			r.report.Sides = append(r.report.Sides, *report)
		}
		for _, place := range report.Places {
			if place.Reason == "other_currency" {
				return failure.Inputf("spend.columns.currency: %s row %d is not in %s, the currency of the shop (rows like it: %s): convert them in spend.columns.amount and leave spend.columns.currency out, or give spend in one currency",
					place.File, place.FirstRow, r.Config.Value.Currency, humanize.Comma(place.Rows))
			}
		}
	}
	return nil
}

// byReason orders used rows before others, and those by reason.
func byReason(a, b ReasonCount) int {
	if (a.Reason == Used) != (b.Reason == Used) {
		return map[bool]int{true: -1, false: 1}[a.Reason == Used]
	}
	return cmp.Compare(a.Reason, b.Reason)
}

// byPlace orders places by rows, most first.
func byPlace(a, b Place) int {
	return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.File, b.File))
}

// sideRows adds up the rows of the inputs beside the orders, nil without any.
func (r *run) sideRows() map[string]publication.Rows {
	var sides map[string]publication.Rows
	for _, side := range r.report.Sides {
		if sides == nil {
			sides = map[string]publication.Rows{}
		}
		sides[side.Name] = r.addUp(side.Reasons, side.Rows)
	}
	return sides
}
