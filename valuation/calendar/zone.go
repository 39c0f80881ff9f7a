package calendar

import "time"

// The days that an order may have; intake/order_rows.sql sets the same bounds.
var (
	firstDay = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	endDay   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Day says which local days a UTC day touches: every instant of the UTC day
// before LocalMidnight lies in Before, every other one in After. All are
// midnights or instants in UTC; Before and After name days, not instants.
type Day struct {
	UTC           time.Time
	LocalMidnight time.Time
	Before, After time.Time
}

// Days returns the days from 1900 to 2199 of a zone, as a small table that SQL can
// join: engines convert zones slowly, or differently. Where clocks go back over
// midnight, the last of the local midnights counts.
func Days(zone *time.Location) []Day {
	days := make([]Day, 0, 110_000)
	for utc := firstDay; utc.Before(endDay); utc = utc.AddDate(0, 0, 1) {
		days = append(days, dayOf(utc, zone))
	}
	return days
}

func dayOf(utc time.Time, zone *time.Location) Day {
	const lastSecond = 24*60*60 - 1
	before := localDay(utc, zone)
	after := localDay(utc.Add(lastSecond*time.Second), zone)
	if before.Equal(after) {
		return Day{UTC: utc, LocalMidnight: utc, Before: before, After: after}
	}
	// Bisection to the second: offsets in use before about 1920 had seconds.
	low, high := 0, lastSecond // localDay(low) is not after, localDay(high) is
	for high-low > 1 {
		middle := (low + high) / 2
		if localDay(utc.Add(time.Duration(middle)*time.Second), zone).Equal(after) {
			high = middle
		} else {
			low = middle
		}
	}
	return Day{UTC: utc, LocalMidnight: utc.Add(time.Duration(high) * time.Second), Before: before, After: after}
}

func localDay(instant time.Time, zone *time.Location) time.Time {
	year, month, day := instant.In(zone).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
