package intake

import (
	"cmp"
	"context"
	"slices"

	"github.com/dustin/go-humanize"

	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/publication"
)

// identityFault is what is wrong with rows of a file of merged customers.
type identityFault struct {
	Fault     string
	File      string
	FirstRow  int64
	InputRows int64
}

// identityFaults say what is wrong, and what to do.
var identityFaults = map[string]string{
	"missing":    "an id is missing: leave such rows out, or map identities.columns.from and identities.columns.to to columns that have both",
	"several_to": "the customer of identities.columns.from is merged into another one in another row: keep the row that holds",
	"merged_to":  "the customer of identities.columns.to is merged itself in another row: name the one who stands at the end, and leave out rows that merge an id with itself",
}

// readIdentities stops a plan whose merged customers are not sound, and counts them.
func (in *Intake) readIdentities(ctx context.Context) error {
	if !in.has("identities") {
		return nil
	}
	if err := HoldIdentities(ctx, in.Engine); err != nil {
		return err
	}
	merged, err := engine.One[struct{ Customers, OrderRows int64 }](ctx, in.Engine, "merged_customers")
	in.Report.Merged = &publication.Merged{Customers: merged.Customers, Rows: merged.OrderRows}
	return err
}

// HoldIdentities stops a plan over identity_faults whose merged customers are not sound.
func HoldIdentities(ctx context.Context, e engine.Engine) error {
	faults, err := engine.All[identityFault](ctx, e, "identity_faults")
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		first := slices.MinFunc(faults, func(a, b identityFault) int {
			return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.FirstRow, b.FirstRow), cmp.Compare(a.Fault, b.Fault))
		})
		return failure.Inputf("identities: %s row %d (rows like it: %s): %s",
			first.File, first.FirstRow, humanize.Comma(first.InputRows), identityFaults[first.Fault])
	}
	return nil
}
