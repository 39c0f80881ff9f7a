package batch

import (
	"errors"
	"fmt"
	"math"
	"sort"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/failure"
	"cbv/valuation/publication"
)

// daysBetween counts the days from one midnight to a later one.
func daysBetween(from, to time.Time) int {
	return int(math.Round(to.Sub(from).Hours() / 24))
}

// refuseStale stops a run whose latest order lies further back than
// run.max_age_days allows: the export has probably not arrived. Orders after the
// as-of day do not make the input any younger. Input without a usable order is
// left to the contract step.
func (r *run) refuseStale() error {
	limit := r.Config.Run.MaxAgeDays
	counted := sort.Search(len(r.orderDays), func(i int) bool { return r.orderDays[i].After(r.asOf) })
	if limit == nil || counted == 0 {
		return nil
	}
	zone, err := r.Config.Time.Location()
	if err != nil {
		return err
	}
	year, month, day := r.Clock().In(zone).Date()
	today := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	latest := r.orderDays[counted-1]
	age := daysBetween(latest, today)
	if age <= int(*limit) {
		return nil
	}
	return failure.Stalef("orders.files: the latest order that counts is of %s, %d days before today (%s in %s), and run.max_age_days allows %d: see whether the export has arrived",
		latest.Format(time.DateOnly), age, today.Format(time.DateOnly), zone, int(*limit))
}

// refuseWarnings fails a run with warnings where run.strict asks for it.
func refuseWarnings(c config.Config, warnings []publication.Warning) error {
	if !c.Run.Strict || len(warnings) == 0 {
		return nil
	}
	var broken []error
	for _, warning := range warnings {
		broken = append(broken, fmt.Errorf("warning %s: %s", warning.Code, warning.Message))
	}
	noun := "warnings fail"
	if len(warnings) == 1 {
		noun = "warning fails"
	}
	return failure.Inputf("%w\n%d %s the run under run.strict: nothing was published", errors.Join(broken...), len(warnings), noun)
}
