package calendar

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var zones = []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Kiritimati", "America/Sao_Paulo"}

// The days that an order may have.
var (
	firstDay = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	endDay   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

func TestDaysAgreeWithTheZoneAtEveryInstant(t *testing.T) {
	for _, name := range zones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		days := Days(zone, firstDay, endDay)
		// The years in which orders are; the bounds of Sao Paulo's summer
		// time at midnight are among them.
		start := time.Date(1995, 1, 1, 0, 0, 0, 0, time.UTC)
		rapid.Check(t, func(t *rapid.T) {
			instant := start.Add(time.Duration(rapid.Int64Range(0, 40*365*86400).Draw(t, "second")) * time.Second)
			day := days[int(instant.Sub(firstDay).Hours()/24)]
			got := day.Before
			if !instant.Before(day.LocalMidnight) {
				got = day.After
			}
			if want := localDay(instant, zone); !got.Equal(want) {
				t.Fatalf("%s at %s: %s, want %s", name, instant, got.Format(time.DateOnly), want.Format(time.DateOnly))
			}
		})
	}
}

func TestDaysAtASummerTimeChange(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	day := dayOf(time.Date(2026, 3, 29, 0, 0, 0, 0, time.UTC), berlin) // +1 until 01:00 UTC, +2 after
	if got := day.LocalMidnight.Format(time.RFC3339); got != "2026-03-29T22:00:00Z" {
		t.Errorf("midnight of 30 March in Berlin: %s", got)
	}
}
