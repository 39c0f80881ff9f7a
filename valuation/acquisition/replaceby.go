package acquisition

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/failure"
)

// checkReplaceBy refuses a value.replace_by that names no channel, or one of which
// nothing was spent over the trailing period.
func (a *Acquisition) checkReplaceBy() error {
	by := a.Config.Value.ReplaceBy
	if by == config.ReplaceByPaid {
		return nil
	}
	from := a.intake.TrailingFrom()
	var paid []string
	for _, channel := range a.spend.channelsInOrder {
		if channel != "" && a.spend.spentSince(channel, from, a.Days.AsOf) != 0 {
			paid = append(paid, channel)
		}
	}
	if slices.Contains(paid, by) {
		return nil
	}
	instead := "only paid is left to name"
	if len(paid) > 0 {
		instead = fmt.Sprintf("name one that has (%s), or paid", strings.Join(paid, ", "))
	}
	known := slices.Collect(maps.Keys(a.spend.acquired))
	if !slices.Contains(append(known, a.spend.channelsInOrder...), by) {
		return failure.Usagef("value.replace_by: neither orders nor spend have a channel %q: %s", by, instead)
	}
	return failure.Usagef("value.replace_by: nothing was spent on channel %q from %s to %s: %s",
		by, from.Format(time.DateOnly), a.Days.AsOf.Format(time.DateOnly), instead)
}

// spentSince returns what was spent on a channel over a stretch of days, in minor units.
func (s spendCalendar) spentSince(channel string, from, to time.Time) (minor int64) {
	for day, spent := range s.minorOn[channel] {
		if !day.Before(from) && !day.After(to) {
			minor += spent
		}
	}
	return minor
}
