package measurement

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"cbv/valuation/campaign"
	"cbv/valuation/engine"
	"cbv/valuation/experiment"
	"cbv/valuation/failure"
	"cbv/valuation/parquetfile"
	"cbv/valuation/pipeline"
	"cbv/valuation/source"
)

// Foreign is a campaign whose customers another tool assigned.
type Foreign struct {
	// Assignments are Parquet files with the columns customer_id, arm, assigned_at, a
	// day or a local time, and share, the designed share of the row's arm.
	Assignments []string
	// WindowDays is how long each customer is watched, and PlannedPeople how many are
	// planned in all; 0 are those of the files.
	WindowDays    int
	PlannedPeople int64
	// HasEnded says that nobody else is to come: see MeasureEnded.
	HasEnded bool
}

// foreignColumns say what the files of another tool must have.
const foreignColumns = "customer_id, arm (none, champion or challenger), assigned_at (a day or a local time) and share (the designed share of the arm, .5 for a half)"

// openCampaign returns the campaign of a name, or that of another tool.
func openCampaign(out, name string, foreign *Foreign) (*campaign.Campaign, error) {
	if foreign == nil {
		return campaign.Open(out, name)
	}
	if _, err := campaign.Open(out, name); !errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Join(failure.Usagef("--campaign: %s has begun here, and its assignments are known: leave --assignments out, or give it another name", name), err)
	}
	return campaign.Foreign(campaign.Terms{
		Design: experiment.Design{Campaign: name}, WindowDays: foreign.WindowDays, Nights: 1, PlannedPeople: foreign.PlannedPeople, Covariate: byPriorSpend,
	}, foreign.Assignments...), nil
}

// readForeign finds out when a campaign of another tool began, and its designed shares.
func (m *Measurement) readForeign(ctx context.Context) error {
	if err := m.findForeignColumns(); err != nil {
		return err
	}
	const most = 1000
	input := engine.Input{Name: "assignment_parts", Files: source.Resolved(m.parts)}
	distinct := func(expression string) ([]string, error) {
		values, err := m.Engine.Distinct(ctx, input, expression, most)
		if err != nil {
			return nil, m.unreadable(err)
		}
		return values, nil
	}
	types, err := distinct("typeof(assigned_at)")
	if err != nil {
		return err
	}
	// as text too: 2024-03-01T23:30:00Z, or +02, +02:00 or -0500 at the end
	zoned, err := distinct(`cast(regexp_matches(trim(cast(assigned_at as varchar)), '\d:\d\d.*([zZ]|[+-]\d\d(:?\d\d)?)$') as varchar)`)
	if err != nil {
		return err
	}
	if slices.Contains(zoned, "true") || slices.ContainsFunc(types, func(name string) bool { return strings.HasSuffix(name, "WITH TIME ZONE") }) {
		return failure.Inputf("%s: assigned_at is a time with a zone, and nobody knows whose days count: write the day of the shop", m.parts[0].Name)
	}
	days, err := distinct("cast(cast(assigned_at as date) as varchar)")
	if err != nil {
		return err
	}
	if len(days) == 0 {
		return failure.Inputf("%s: nobody is assigned on any day, so nothing can be measured", m.parts[0].Name)
	}
	if m.started, err = time.Parse(time.DateOnly, days[0]); err != nil {
		return failure.Inputf("%s: assigned_at: %q is not a day", m.parts[0].Name, days[0])
	}
	if shares, err := distinct("cast(share is null as varchar)"); err != nil {
		return err
	} else if slices.Contains(shares, "true") {
		return failure.Inputf("%s: there are rows without a share: give each the designed share of its arm", m.parts[0].Name)
	}
	arms, err := distinct("arm || '=' || cast(cast(share as double) as varchar)")
	if err != nil {
		return err
	}
	terms := &m.campaign.Terms
	terms.Started = days[0]
	terms.Design.Shares, err = designedShares(arms)
	if err != nil {
		return failure.Inputf("%s: %w", m.parts[0].Name, err)
	}
	m.foreign.terms = *terms
	if terms.PlannedPeople == 0 {
		terms.PlannedPeople = source.Rows(m.parts)
	}
	m.foreign.kept, err = campaign.Kept(m.Config.Out, m.foreign.terms)
	return err
}

// findForeignColumns refuses files that lack a column.
func (m *Measurement) findForeignColumns() error {
	for i, path := range source.Resolved(m.parts) {
		footer, err := parquetfile.ReadFooter(path)
		if err != nil {
			return failure.Inputf("%s: %w", m.parts[i].Name, err)
		}
		var has []string
		for _, column := range footer.Columns {
			has = append(has, column.Name)
		}
		for _, column := range []string{"customer_id", "arm", "assigned_at", "share"} {
			if !slices.ContainsFunc(has, func(name string) bool { return strings.EqualFold(name, column) }) {
				return failure.Inputf("%s: no column %q (it has %s): these assignments need the columns %s", m.parts[i].Name, column, strings.Join(has, ", "), foreignColumns)
			}
		}
	}
	return nil
}

// designedShares reads shares such as none=0.1, one of each arm.
func designedShares(arms []string) (experiment.Shares, error) {
	var shares experiment.Shares
	total, seen := 0.0, map[experiment.Arm]bool{}
	for _, text := range arms {
		name, number, _ := strings.Cut(text, "=")
		arm := experiment.Arm(name)
		if !slices.Contains(campaignArms, arm) {
			return shares, fmt.Errorf("arm %q: write none, champion or challenger", name)
		}
		if seen[arm] {
			return shares, fmt.Errorf("arm %s: it has several shares: give each of its rows the one that was designed", arm)
		}
		share, err := strconv.ParseFloat(number, 64)
		if err != nil || !(share > 0 && share < 1) {
			return shares, fmt.Errorf("arm %s: its share %s is not between 0 and 1: .5 is a half", arm, number)
		}
		seen[arm], total = true, total+share
		parts := int(math.Round(share * experiment.Buckets))
		switch arm {
		case experiment.None:
			shares.None = parts
		case experiment.Champion:
			shares.Champion = parts
		default:
			shares.Challenger = parts
		}
	}
	if !(math.Abs(total-1) <= 1e-3) {
		return shares, fmt.Errorf("the shares %s add up to %g: give the designed share of each arm, which are 1 in all", strings.Join(arms, ", "), total)
	}
	return shares, nil
}

// partColumns are the expressions by which the assignments are read.
func (m *Measurement) partColumns() []engine.InputColumn {
	campaignName, probability, salt, clv, day := "campaign", "probability", "salt", "clv", "as_of"
	if m.campaign.IsForeign() {
		campaignName, probability, salt, clv, day = "'"+m.name()+"'", "share", "''", "0", "cast(assigned_at as date)"
	}
	return []engine.InputColumn{
		{Name: "campaign", Expression: campaignName, Type: engine.Varchar},
		{Name: "customer_id", Expression: "customer_id", Type: engine.Varchar},
		{Name: "arm", Expression: "arm", Type: engine.Varchar},
		{Name: "probability", Expression: probability, Type: engine.Double},
		{Name: "salt", Expression: salt, Type: engine.Varchar},
		{Name: "clv", Expression: clv, Type: engine.Double},
		{Name: "as_of", Expression: day, Type: engine.Date},
	}
}

// unreadable says that the assignments cannot be read, and what to do.
func (m *Measurement) unreadable(err error) error {
	if m.campaign.IsForeign() {
		return failure.Inputf("%s: these assignments cannot be read: %w: they need the columns %s", m.parts[0].Name, engine.Cause(err), foreignColumns)
	}
	return failure.Inputf("campaign %s: its assignments cannot be read: %w: put the files back as they were written", m.name(), engine.Cause(err))
}

// MeasureForeign is Measure for a campaign whose customers another tool assigned.
func MeasureForeign(ctx context.Context, job pipeline.Job, name string, foreign Foreign) (Result, error) {
	return measure(ctx, job, name, &foreign, foreign.HasEnded)
}
