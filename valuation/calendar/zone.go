package calendar

import "time"

// Day says which local days a UTC day touches: every instant of the UTC day
// before LocalMidnight lies in Before, every other one in After. All are
// midnights or instants in UTC; Before and After name days, not instants.
type Day struct {
	UTC           time.Time
	LocalMidnight time.Time
	Before, After time.Time
}

// Days returns the days of a zone from a first one to the eve of an end, as a small
// table that SQL can join: engines convert zones slowly, or differently. Where clocks
// go back over midnight, the last of the local midnights counts.
func Days(zone *time.Location, first, end time.Time) []Day {
	days := make([]Day, 0, int(end.Sub(first).Hours()/24)+1)
	for utc := first; utc.Before(end); utc = utc.AddDate(0, 0, 1) {
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
	local := utc.In(zone)
	if _, until := local.ZoneBounds(); until.IsZero() || until.After(utc.Add(lastSecond*time.Second)) {
		_, offset := local.Zone() // of the whole day, as of nearly all
		return Day{UTC: utc, LocalMidnight: after.Add(-time.Duration(offset) * time.Second), Before: before, After: after}
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
