package intake

import (
	"context"
	"fmt"
	"math"

	"cbv/valuation/engine"
	"cbv/valuation/money"
)

// sharedID is an id that is no customer, or many.
type sharedID struct{ CustomerID string }

// Suspect draws the profile, holds it against what a shop looks like, and warns of
// what does not. It makes the table of the ids that are no single customer.
func (in *Intake) Suspect(ctx context.Context) error {
	p, err := in.readProfile(ctx)
	if err != nil {
		return err
	}
	if err := in.readPlaces(ctx, p); err != nil {
		return err
	}
	in.Report.Profile = in.describe(p)
	if p.versions.Orders > 0 {
		if in.versionText, err = in.Orders.VersionText(ctx, in.Engine, in.Inputs.Orders, in.Orders.VersionColumn(in.Inputs.Orders)); err != nil {
			return err
		}
	}
	return engine.Insert(ctx, in.Engine, "shared_ids", in.suspect(p))
}

// suspect warns of what in a profile no sound shop looks like, and returns the ids that
// are no single customer.
func (in *Intake) suspect(p *profile) []sharedID {
	in.suspectLines(p)
	in.suspectCents(p)
	in.suspectUnmapped(p)
	in.suspectVersions(p)
	in.suspectMissingReturns(p)
	in.suspectAlikeIDs(p)
	shared := in.suspectSharedIDs(p)
	in.suspectOrderIDs(p)
	in.suspectDoubles(p)
	in.suspectTwoFiles(p)
	in.suspectLeftOutElsewhere(p)
	in.suspectCurrencies(p)
	in.suspectSwappedDays(p)
	in.suspectRounding(p)
	return shared
}

// money writes an amount with the currency.
func (in *Intake) money(minor int64) string {
	return money.Format(minor, in.Minor) + " " + in.Config.Value.Currency
}

// shareText writes a share with as many digits as it needs to be seen.
func shareText(share float64) string {
	switch {
	case math.Abs(share) >= 0.1:
		return fmt.Sprintf("%.0f %%", 100*share)
	case math.Abs(share) >= 0.001:
		return fmt.Sprintf("%.1f %%", 100*share)
	}
	return fmt.Sprintf("%.2g %%", 100*share)
}
