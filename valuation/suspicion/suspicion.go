// Package suspicion says of orders that meet the contract where they look wrong all the
// same: beside what a shop looks like, and beside what the run before had of the same days.
package suspicion

import (
	"context"

	"cbv/valuation/engine"
	"cbv/valuation/intake"
	"cbv/valuation/money"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
)

// Suspicion is the profile of one plan's orders, and their comparison with an earlier run.
type Suspicion struct {
	*pipeline.Context
	intake *intake.Intake

	// Profile is what the orders look like, once it is drawn.
	Profile publication.Profile

	// what messages about unused columns need, as expressions have it
	roles                    map[string]string // the unused columns whose names promise something, by source.Role
	amountText, customerText string            // what is mapped
	versionText              string            // what an unused column of versions is mapped by, where orders have several

	// Earlier is the run that the files are compared with, once it is looked for.
	Earlier                 Earlier
	compared, comparedMonth comparison
	past                    publication.Past
	record                  []publication.Record
}

// New returns the suspicions of a plan, which read what intake has taken in.
func New(c *pipeline.Context, in *intake.Intake) *Suspicion {
	return &Suspicion{Context: c, intake: in}
}

// Actions are the Go steps of the profile, and of the comparison with an earlier run.
func (s *Suspicion) Actions() pipeline.Actions {
	return pipeline.Actions{
		"unmapped":      s.mapUnmapped,
		"suspicions":    s.drawProfile,
		"earlier_run":   s.mapEarlier,
		"published":     s.mapPublished,
		"record":        s.readRecord,
		"compared_days": s.compareDays,
		"comparison":    s.compareRuns,
	}
}

// sharedID is an id that is no customer, or many.
type sharedID struct{ CustomerID string }

// drawProfile draws the profile, holds it against what a shop looks like, and warns of
// what does not. It makes the table of the ids that are no single customer.
func (s *Suspicion) drawProfile(ctx context.Context) error {
	p, err := s.readProfile(ctx)
	if err != nil {
		return err
	}
	if err := s.readPlaces(ctx, p); err != nil {
		return err
	}
	s.Profile = s.describe(p)
	if p.versions.Orders > 0 {
		if s.versionText, err = s.intake.Orders.VersionText(ctx, s.Engine, s.intake.Inputs.Orders, s.intake.Orders.VersionColumn(s.intake.Inputs.Orders)); err != nil {
			return err
		}
	}
	return engine.Insert(ctx, s.Engine, "shared_ids", s.suspect(p))
}

// suspect warns of what in a profile no sound shop looks like, and returns the ids that
// are no single customer.
func (s *Suspicion) suspect(p *profile) []sharedID {
	s.suspectLines(p)
	s.suspectCents(p)
	s.suspectUnmapped(p)
	s.suspectVersions(p)
	s.suspectMissingReturns(p)
	s.suspectAlikeIDs(p)
	shared := s.suspectSharedIDs(p)
	s.suspectOrderIDs(p)
	s.suspectDoubles(p)
	s.suspectTwoFiles(p)
	s.suspectLeftOutElsewhere(p)
	s.suspectCurrencies(p)
	s.suspectSwappedDays(p)
	s.suspectRounding(p)
	return shared
}

// money writes an amount with the currency.
func (s *Suspicion) money(minor int64) string {
	return money.Format(minor, s.Minor) + " " + s.Config.Value.Currency
}
