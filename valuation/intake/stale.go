package intake

import (
	"time"

	"cbv/valuation/calendar"
	"cbv/valuation/failure"
)

// refuseStale stops a run whose latest order lies further back than
// run.max_age_days allows: the export has probably not arrived. Orders after the
// as-of day do not make the input any younger. Input without a usable order is
// left to the contract step.
func (in *Intake) refuseStale() error {
	limit, orders, counted := in.Config.Run.MaxAgeDays, in.Days.Orders, in.Days.Counted()
	if limit == nil || counted == 0 {
		return nil
	}
	zone, err := in.Config.Time.Location()
	if err != nil {
		return err
	}
	year, month, day := in.Clock().In(zone).Date()
	today := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	latest := orders[counted-1]
	age := calendar.DaysBetween(latest, today)
	if age <= int(*limit) {
		return nil
	}
	return failure.Stalef("orders.files: the latest order that counts is of %s, %d days before today (%s in %s), and run.max_age_days allows %d: see whether the export has arrived",
		latest.Format(time.DateOnly), age, today.Format(time.DateOnly), zone, int(*limit))
}
