package intake

import (
	"fmt"
	"slices"
	"time"

	"cbv/valuation/calendar"
)

// warnOfShortening says that the files begin later than they did.
func (in *Intake) warnOfShortening(gone goneCustomers, l losses) {
	if len(in.compared.shortened) == 0 {
		return
	}
	bounds := in.Config.Suspicions
	rows := rowsMissing(in.compared.shortened)
	beyond := rowsMissing(in.compared.beyondWindow(in.Days.AsOf))
	lost := share(beyond, rows+l.pastRows)
	raise, code, text := in.Warn, "history_shortened", ""
	switch {
	case share(rows, rows+l.pastRows) >= bounds.ShortenedShareFails:
		raise, code = in.Fail, rowsLost
	case beyond >= leastLostRows && lost >= bounds.LostShare:
		raise, code = in.level(beyond >= leastLostRowsFail && lost >= bounds.LostShareFails), rowsLost
		text = fmt.Sprintf("; files of a fixed time would begin %s later at most: see whether order files are missing",
			calendar.DaysText(in.compared.windowDays(in.Days.AsOf)))
	}
	first := in.compared.shortened[0].Day.Format(time.DateOnly)
	raise(code, "the files begin on %s now, and did on %s for run %s: %s on %s went with that, and %s who were last seen then%s",
		in.compared.from.Format(time.DateOnly), first, in.Earlier.ID, countOf(rows, "row"), calendar.DaysText(len(in.compared.shortened)), countOf(gone.Customers, "customer"), text)
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
		rows += day.RowsBefore - day.RowsNow
	}
	return rows
}
