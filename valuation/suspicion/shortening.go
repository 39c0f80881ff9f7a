package suspicion

import (
	"fmt"
	"slices"
	"time"

	"cbv/valuation/calendar"
	"cbv/valuation/intake"
)

// warnOfShortening says that the files begin later than they did.
func (s *Suspicion) warnOfShortening(gone goneCustomers, l losses) {
	if len(s.compared.shortened) == 0 {
		return
	}
	bounds := s.Config.Suspicions
	rows := rowsMissing(s.compared.shortened)
	beyond := rowsMissing(s.compared.beyondWindow(s.Days.AsOf))
	lost := share(beyond, rows+l.pastRows)
	raise, code, text := s.Warn, "history_shortened", ""
	switch {
	case share(rows, rows+l.pastRows) >= bounds.ShortenedShareFails:
		raise, code = s.Fail, rowsLost
	case beyond >= leastLostRows && lost >= bounds.LostShare:
		raise, code = s.level(beyond >= leastLostRowsFail && lost >= bounds.LostShareFails), rowsLost
		text = fmt.Sprintf("; files of a fixed time would begin %s later at most: see whether order files are missing",
			calendar.DaysText(s.compared.windowDays(s.Days.AsOf)))
	}
	first := s.compared.shortened[0].Day.Format(time.DateOnly)
	raise(code, "the files begin on %s now, and did on %s for run %s: %s on %s went with that, and %s who were last seen then%s",
		s.compared.from.Format(time.DateOnly), first, s.Earlier.ID, intake.CountOf(rows, "row"), calendar.DaysText(len(s.compared.shortened)), intake.CountOf(gone.Customers, "customer"), text)
}

// windowDays is by how many days the start of files moves that are kept for a fixed
// time: by as many as their last day, and by a month where the oldest is one of a month.
func (c comparison) windowDays(asOf time.Time) int {
	return calendar.DaysBetween(c.asOf, asOf) + raggedDays
}

// beyondWindow are the days at the start that no such window drops: an order of an old
// date that went is one of few rows.
func (c comparison) beyondWindow(asOf time.Time) []dayChange {
	dropped := c.from.AddDate(0, 0, -c.windowDays(asOf))
	return slices.DeleteFunc(slices.Clone(c.shortened), func(d dayChange) bool { return !d.Day.Before(dropped) })
}

// rowsMissing adds up what days lost.
func rowsMissing(days []dayChange) (rows int64) {
	for _, day := range days {
		rows += day.missing()
	}
	return rows
}
