package movement

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"cbv/valuation/engine"
	"cbv/valuation/rfm"
)

// step is a row of movement_terms: the terms by which customers are judged behind a step,
// the first being those of the earlier run before any.
type step struct {
	Step            int64
	Cause           string
	Recency1        int64 `col:"recency_1"`
	Recency2        int64 `col:"recency_2"`
	Recency3        int64 `col:"recency_3"`
	Recency4        int64 `col:"recency_4"`
	Frequency2      int64 `col:"frequency_2"`
	Frequency3      int64 `col:"frequency_3"`
	Frequency4      int64 `col:"frequency_4"`
	Frequency5      int64 `col:"frequency_5"`
	Monetary1       int64 `col:"monetary_1"`
	Monetary2       int64 `col:"monetary_2"`
	Monetary3       int64 `col:"monetary_3"`
	Monetary4       int64 `col:"monetary_4"`
	CostToBeatMinor *float64
	KeepFloorMinor  *float64
	MedianDays      *float64
	ActiveFrom      float64
	CoolingFrom     float64
	IsLaterMap      bool
	IsBeforeTerms   bool // marks are set as in the earlier run
	IsAfterTerms    bool // marks are set as in the later one
	IsLast          bool
}

// judging are the terms of a step, by where each comes from.
type judging struct{ cuts, worth, median, rest Standing }

// makeTerms makes movement_terms, movement_maps and moved_groups, without an earlier run
// empty ones. Where a setting sets cut points or the worth of a replacement and is
// another one now, what follows of it counts with the settings.
func (m *Movement) makeTerms(ctx context.Context) error {
	var steps []step
	if !m.before.AsOf.IsZero() {
		steps = m.steps()
	}
	if err := engine.Insert(ctx, m.Engine, "movement_terms", steps); err != nil {
		return err
	}
	if err := m.makeMaps(ctx); err != nil {
		return err
	}
	return m.makeGroups(ctx)
}

// steps are the terms of all steps.
func (m *Movement) steps() []step {
	before, after := m.before, m.after
	earlier := judging{before, before, before, before}
	row := func(number int, cause string, j judging) step {
		s := m.judgedBy(j)
		s.Step, s.Cause = int64(number), cause
		return s
	}
	if before.countsOtherwise(after) { // nothing between the two is known
		last := row(1, settings, judging{after, after, after, after})
		last.IsLast = true
		return []step{row(0, "", earlier), last}
	}
	steps := []step{row(0, "", earlier)}
	for i, cause := range []string{restated, timePassed, purchases, parameters} {
		steps = append(steps, row(i+1, cause, earlier))
	}
	if !before.differsFrom(after) {
		last := row(len(steps), terms, judging{after, after, after, after})
		last.IsLast = true
		return append(steps, last)
	}
	later := judging{cuts: after, worth: after, median: after, rest: before}
	if !reflect.DeepEqual(before.Settings.RFM, after.Settings.RFM) {
		later.cuts = before
	}
	if !reflect.DeepEqual(before.Settings.Value, after.Settings.Value) {
		later.worth = before
	}
	last := row(len(steps)+1, settings, judging{after, after, after, after})
	last.IsLast = true
	return append(steps, row(len(steps), terms, later), last)
}

// judgedBy returns the terms of a step.
func (m *Movement) judgedBy(j judging) step {
	money := func(s Standing, figure string, more float64) *float64 {
		if value, known := s.figures[figure]; known {
			minor := (value + more) * float64(m.Minor)
			return &minor
		}
		return nil
	}
	c, rest := j.cuts.Cuts, j.rest.Settings
	s := step{
		Recency1: c.Recency[0], Recency2: c.Recency[1], Recency3: c.Recency[2], Recency4: c.Recency[3],
		Frequency2: c.Frequency[1], Frequency3: c.Frequency[2], Frequency4: c.Frequency[3], Frequency5: c.Frequency[4],
		Monetary1: c.Monetary[0], Monetary2: c.Monetary[1], Monetary3: c.Monetary[2], Monetary4: c.Monetary[3],
		CostToBeatMinor: money(j.worth, replacementFigure, j.worth.Settings.Value.RetentionCost), KeepFloorMinor: money(j.worth, floorFigure, 0),
		ActiveFrom: rest.Lifecycle.Active, CoolingFrom: rest.Lifecycle.Cooling, IsLaterMap: j.rest.AsOf.Equal(m.after.AsOf),
	}
	if median, known := j.median.figures[medianFigure]; known {
		s.MedianDays = &median
	}
	s.IsBeforeTerms, s.IsAfterTerms = m.marksAlike(j.worth, m.before), m.marksAlike(j.worth, m.after)
	return s
}

// marksAlike reports whether two runs mark by the same terms.
func (m *Movement) marksAlike(a, b Standing) bool {
	return a.figures[replacementFigure] == b.figures[replacementFigure] && a.figures[floorFigure] == b.figures[floorFigure] &&
		a.Settings.Value.RetentionCost == b.Settings.Value.RetentionCost
}

// mapCell is a row of movement_maps.
type mapCell struct {
	IsLaterMap             bool
	RScore, FScore, MScore int64
	Segment                string
}

// makeMaps makes movement_maps: the segment maps of both runs.
func (m *Movement) makeMaps(ctx context.Context) error {
	var rows []mapCell
	for _, run := range []struct {
		isLater  bool
		standing Standing
	}{{false, m.before}, {true, m.after}} {
		if m.before.AsOf.IsZero() {
			break
		}
		cells, err := rfm.Map(run.standing.Settings.RFM.Map)
		if err != nil {
			return fmt.Errorf("the run of %s: %w", run.standing.AsOf.Format("2006-01-02"), err)
		}
		for _, cell := range cells {
			rows = append(rows, mapCell{run.isLater, int64(cell.R), int64(cell.F), int64(cell.M), cell.Segment})
		}
	}
	return engine.Insert(ctx, m.Engine, "movement_maps", rows)
}

// movedGroup is a row of moved_groups.
type movedGroup struct {
	FirstChannel string
	FitGroup     int64
}

// makeGroups makes moved_groups: the channels with parameters of their own in either run.
func (m *Movement) makeGroups(ctx context.Context) error {
	var rows []movedGroup
	for i, channel := range m.channels() {
		rows = append(rows, movedGroup{channel, int64(i + 1)})
	}
	return engine.Insert(ctx, m.Engine, "moved_groups", rows)
}

// channels are those with parameters of their own in either run, sorted.
func (m *Movement) channels() []string {
	var channels []string
	for _, groups := range [][]Group{m.before.Groups, m.after.Groups} {
		for _, group := range groups {
			if group.Channel != "" {
				channels = append(channels, group.Channel)
			}
		}
	}
	slices.Sort(channels)
	return slices.Compact(channels)
}
