// Package acquisition carries out the Go steps about what new customers cost and
// bring: the periods that spend is known of, paybacks, and what is wrong with spend.
package acquisition

import (
	"context"
	"time"

	"cbv/valuation/calendar"
	"cbv/valuation/engine"
	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
)

// The periods of channels.
const (
	monthly   = "month"
	quarterly = "quarter"
	yearly    = "year"
	trailing  = "trailing_12m"
)

// Acquisition is what a run knows of its acquisition.
type Acquisition struct {
	*pipeline.Context
	intake *intake.Intake
	spend  spendCalendar
}

// New returns the acquisition of a run.
func New(c *pipeline.Context, in *intake.Intake) *Acquisition {
	return &Acquisition{Context: c, intake: in}
}

// Actions are the Go steps of acquisition.
func (a *Acquisition) Actions() pipeline.Actions {
	return pipeline.Actions{"periods": a.makePeriods, "paybacks": a.makePaybacks}
}

// period is a row of periods.
type period struct {
	Period                 string
	PeriodStart, PeriodEnd time.Time
	IsWhole                bool
}

// makePeriods makes the table of the months, quarters and years from the first
// order or spend to as_of, and of the trailing period; and that of the ones whose
// spend is not all known.
func (a *Acquisition) makePeriods(ctx context.Context) error {
	spend, err := a.readSpendCalendar(ctx)
	if err != nil {
		return err
	}
	a.spend = spend
	a.warnOfSpend()
	if err := a.checkReplaceBy(); err != nil {
		return err
	}
	start, asOf := a.Days.First(), a.Days.AsOf
	if len(spend.all) > 0 && spend.all[0].Before(start) {
		start = spend.all[0]
	}
	periods := []period{{trailing, a.intake.TrailingFrom(), asOf, true}}
	for _, length := range []struct {
		name   string
		months int
	}{{monthly, 1}, {quarterly, 3}, {yearly, 12}} {
		for from := calendar.StartOf(start, length.months); !from.After(asOf); from = from.AddDate(0, length.months, 0) {
			to := from.AddDate(0, length.months, -1)
			periods = append(periods, period{length.name, from, to, !to.After(asOf)})
		}
	}
	if err := engine.Insert(ctx, a.Engine, "spend_gaps", spend.gapRows(periods)); err != nil {
		return err
	}
	return engine.Insert(ctx, a.Engine, "periods", periods)
}
