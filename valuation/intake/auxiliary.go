package intake

import (
	"context"
	"slices"

	"github.com/dustin/go-humanize"

	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/source"
)

// AuxiliaryReport says what became of the rows of an auxiliary input.
type AuxiliaryReport struct {
	Name    string
	Files   int
	Rows    int64
	Reasons []ReasonCount // used first, then by reason
	Places  []Place       // where to look, most rows first
}

type inputCount struct {
	Input       string
	Reason      string
	InputRows   int64
	AmountMinor int64
}

type quarantinedRow struct {
	Input     string
	Reason    string
	File      string
	RowNumber int64
}

// readAuxiliary reads how the rows of the auxiliary inputs were classified,
// and stops a plan whose spend is in several currencies.
func (in *Intake) readAuxiliary(ctx context.Context) error {
	counts, err := engine.All[inputCount](ctx, in.Engine, "input_counts")
	if err != nil {
		return err
	}
	rows, err := engine.All[quarantinedRow](ctx, in.Engine, "input_quarantine")
	if err != nil {
		return err
	}
	for _, auxiliary := range in.Inputs.Auxiliary {
		if len(auxiliary.Files) == 0 {
			continue
		}
		report := AuxiliaryReport{Name: auxiliary.Name, Files: len(auxiliary.Files), Rows: source.Rows(auxiliary.Files)}
		for _, count := range counts {
			if count.Input == report.Name {
				report.Reasons = append(report.Reasons, ReasonCount{count.Reason, count.InputRows, count.AmountMinor})
			}
		}
		slices.SortFunc(report.Reasons, ByReason)
		report.Places = placesOf(report.Name, rows)
		in.Report.Auxiliary = append(in.Report.Auxiliary, report)
		if err := in.refuseOtherCurrency(report.Places); err != nil {
			return err
		}
	}
	return nil
}

// placesOf gathers the quarantined rows of an input by reason and file.
func placesOf(input string, rows []quarantinedRow) []Place {
	type key struct{ reason, file string }
	places := map[key]*Place{}
	for _, row := range rows {
		if row.Input != input {
			continue
		}
		k := key{row.Reason, row.File}
		if places[k] == nil {
			places[k] = &Place{Reason: row.Reason, File: row.File, FirstRow: row.RowNumber}
		}
		places[k].FirstRow = min(places[k].FirstRow, row.RowNumber)
		places[k].Rows++
	}
	var sorted []Place
	for _, place := range places {
		sorted = append(sorted, *place)
	}
	slices.SortFunc(sorted, byPlace)
	return sorted
}

// refuseOtherCurrency stops a plan whose spend is in another currency than the
// shop's.
func (in *Intake) refuseOtherCurrency(places []Place) error {
	for _, place := range places {
		if place.Reason == otherCurrencyReason {
			return failure.Inputf("spend.columns.currency: %s row %d is not in %s, the currency of the shop (rows like it: %s), and there is no rate for it: name its rates in rates.files, convert it in spend.columns.amount and leave spend.columns.currency out, or give spend in one currency",
				place.File, place.FirstRow, in.Config.Value.Currency, humanize.Comma(place.Rows))
		}
	}
	return nil
}
