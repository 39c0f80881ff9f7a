package measurement

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/zeebo/xxh3"

	"cbv/valuation/campaign"
	"cbv/valuation/engine"
	"cbv/valuation/experiment"
	"cbv/valuation/failure"
	"cbv/valuation/parquetfile"
)

// foreignState is what a campaign of another tool has beside one of ours. Its terms and
// its assignments are kept as ours are, when it is first measured: verdicts and looks of
// earlier measurements stand for the same people and the same plan alone.
type foreignState struct {
	terms campaign.Terms     // as they were given, PlannedPeople 0 where nobody said
	kept  *campaign.Campaign // nil where it has not been measured yet
	added []keptAssignment   // those of the files who are not kept yet
}

// keptAssignment is an assignment of another tool.
type keptAssignment struct {
	CustomerID  string
	Arm         string
	Probability float64
	AsOf        time.Time
}

// partRow is a row of assignment_parts.
type partRow struct {
	CustomerID, Arm *string
	Probability     *float64
	AsOf            *time.Time
}

// key tells an assignment from all others.
func (a keptAssignment) key() uint64 {
	return xxh3.HashString(fmt.Sprintf("%s|%d|%s", a.Arm, dayOf(a.AsOf), a.CustomerID))
}

// dayOf counts days from 1970-01-01.
func dayOf(day time.Time) int32 { return int32(day.Unix() / 86400) }

// holdToKept holds the assignments of another tool to those that were there when the
// campaign was measured before, and finds the new ones.
func (m *Measurement) holdToKept(ctx context.Context) error {
	if !m.campaign.IsForeign() {
		return nil
	}
	missing := map[uint64]bool{}
	if m.foreign.kept != nil {
		for _, part := range m.foreign.kept.Parts {
			rows, err := parquetfile.Read[campaign.Assignment](part)
			if err != nil {
				return failure.Inputf("%s: %w", part, err)
			}
			for _, row := range rows {
				missing[keptAssignment{CustomerID: row.CustomerID, Arm: string(row.Arm), AsOf: time.Unix(int64(row.AsOf)*86400, 0)}.key()] = true
			}
		}
	}
	before := len(missing)
	for part, err := range engine.Select[partRow](ctx, m.Engine, "assignment_parts") {
		if err != nil {
			return m.unreadable(err)
		}
		if part.CustomerID == nil || part.Arm == nil || part.Probability == nil || part.AsOf == nil {
			continue // a check stops the measurement
		}
		row := keptAssignment{*part.CustomerID, *part.Arm, *part.Probability, *part.AsOf}
		if key := row.key(); missing[key] {
			delete(missing, key)
		} else {
			m.foreign.added = append(m.foreign.added, row)
		}
	}
	if len(missing) > 0 {
		return failure.Inputf("campaign %s: of %s customers who were assigned when it was measured before, %s are missing from the assignments, or are in another arm or from another day: assignments are only added to, so give all of them as they were, or another name to --campaign",
			m.name(), humanize.Comma(int64(before)), humanize.Comma(int64(len(missing))))
	}
	slices.SortFunc(m.foreign.added, func(a, b keptAssignment) int {
		return cmp.Or(a.AsOf.Compare(b.AsOf), cmp.Compare(a.CustomerID, b.CustomerID))
	})
	return nil
}

// keep keeps the terms and the new assignments of a campaign of another tool.
func (m *Measurement) keep() (err error) {
	if !m.campaign.IsForeign() {
		return nil
	}
	kept := m.foreign.kept
	if kept == nil {
		if kept, err = campaign.Keep(m.Config.Out, m.foreign.terms); err != nil {
			return err
		}
	}
	for added := m.foreign.added; len(added) > 0; {
		day := added[0].AsOf
		rest := slices.IndexFunc(added, func(a keptAssignment) bool { return !a.AsOf.Equal(day) })
		if rest < 0 {
			rest = len(added)
		}
		err := kept.Append(day, func(add func(campaign.Assignment) error) error {
			for _, a := range added[:rest] {
				if err := add(campaign.Assignment{CustomerID: a.CustomerID, Arm: experiment.Arm(a.Arm), Probability: a.Probability}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		added = added[rest:]
	}
	return nil
}

// warnOfUnknownPlan warns where nobody said how many are planned.
func (m *Measurement) warnOfUnknownPlan() {
	if m.campaign.IsForeign() && m.foreign.terms.PlannedPeople == 0 {
		m.Warn("plan_unknown", "nobody says how many customers are planned, so the %s of the assignments count as all, and when they have been watched for the whole window the look is the last: where more are to come, measure them under another name with --planned-people",
			humanize.Comma(m.campaign.Terms.PlannedPeople))
	}
}
