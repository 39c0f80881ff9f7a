package calendar

import "time"

// MonthAhead is a month that ends after a day.
type MonthAhead struct {
	Place       int64 // from 0
	Month       time.Time
	MonthNumber int64 // since the year 0
	DaysAhead   int64 // from the day to the last of the month
}

// MonthsAhead returns the months that a day does not complete and that end within so many
// days after it, at the most the given number of them.
func MonthsAhead(day time.Time, days, most int) []MonthAhead {
	var months []MonthAhead
	for month := StartOf(day.AddDate(0, 0, 1), 1); len(months) < most; month = month.AddDate(0, 1, 0) {
		ahead := DaysBetween(day, month.AddDate(0, 1, -1))
		if ahead > days {
			break
		}
		months = append(months, MonthAhead{int64(len(months)), month, int64(month.Year())*12 + int64(month.Month()) - 1, int64(ahead)})
	}
	return months
}
