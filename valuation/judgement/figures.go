// Package judgement reads the finished figures: it warns of what speaks against
// them, and says where the next effort should go.
package judgement

import (
	"context"
	"time"

	"cbv/valuation/engine"
)

// Figure is a figure of kpis.parquet. A nil Value is unknown.
type Figure struct {
	Value, Low, High *float64
	N                int64
}

// monthFigure is a figure of one month.
type monthFigure struct {
	month time.Time
	value *float64
	n     int64
}

// SegmentMarks is how many customers of a segment have each mark, and their value to
// come.
type SegmentMarks struct {
	Segment            string
	RetainCustomers    int64
	RetainCLV          float64 `col:"retain_clv"`
	LookalikeCustomers int64
	LookalikeCLV       float64 `col:"lookalike_clv"`
}

// Figures are the figures of kpis.parquet that are of the whole base.
type Figures struct {
	Base       map[string]Figure
	CACChannel string         // whose cost of acquisition is taken, "" where it is of several or of none
	Segments   []SegmentMarks // none without a model
	monthly    map[string][]monthFigure
}

// figureRow is a row of kpis.
type figureRow struct {
	Metric           string
	Month            *time.Time
	Channel          *string
	Value, Low, High *float64
	N                *int64
}

func (j *Judgement) readFigures(ctx context.Context) (Figures, error) {
	figures := Figures{Base: map[string]Figure{}, monthly: map[string][]monthFigure{}}
	for row, err := range engine.Select[figureRow](ctx, j.Engine, "kpis") {
		if err != nil {
			return figures, err
		}
		if row.Channel != nil && row.Metric != "cac_from_spend" {
			continue // of one channel
		}
		if row.Month != nil {
			month := monthFigure{month: *row.Month, value: row.Value}
			if row.N != nil {
				month.n = *row.N
			}
			figures.monthly[row.Metric] = append(figures.monthly[row.Metric], month)
			continue
		}
		figure := Figure{Value: row.Value, Low: row.Low, High: row.High}
		if row.N != nil {
			figure.N = *row.N
		}
		if row.Channel != nil {
			figures.CACChannel = *row.Channel
		}
		figures.Base[row.Metric] = figure
	}
	if !j.scoring.HasModel() {
		return figures, nil
	}
	var err error
	figures.Segments, err = engine.All[SegmentMarks](ctx, j.Engine, "segments")
	return figures, err
}

// latest returns the figure of the last month that is known, nil without any.
func latest(months []monthFigure) *float64 {
	var last monthFigure
	for _, m := range months {
		if m.value != nil && !m.month.Before(last.month) {
			last = m
		}
	}
	return last.value
}
