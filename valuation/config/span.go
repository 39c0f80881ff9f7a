package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// mostDays is about a century, beyond which a number of days is a mistake.
const mostDays = 36_500

// Days is a number of whole days.
type Days int

// ParseDays reads days written as 2, 2d, or a duration of whole days (48h).
func ParseDays(text string) (Days, error) {
	refuse := fmt.Errorf("%q is not a number of whole days from 0 to %d, such as 2 or 48h", text, mostDays)
	if days, err := strconv.Atoi(strings.TrimSuffix(text, "d")); err == nil {
		if days < 0 || days > mostDays {
			return 0, refuse
		}
		return Days(days), nil
	}
	const day = 24 * time.Hour
	duration, err := time.ParseDuration(text)
	if err != nil || duration < 0 || duration > mostDays*day || duration%day != 0 {
		return 0, refuse
	}
	return Days(duration / day), nil
}

// UnmarshalYAML reads days as ParseDays does.
func (d *Days) UnmarshalYAML(unmarshal func(any) error) error {
	var text string
	if err := unmarshal(&text); err != nil {
		return err
	}
	days, err := ParseDays(text)
	*d = days
	return err
}

// Duration is a span of the clock.
type Duration struct{ time.Duration }

// ParseDuration reads a duration written as 90s, 30m or 1h30m.
func ParseDuration(text string) (Duration, error) {
	const longest = 7 * 24 * time.Hour // the next nights' runs wait by then
	duration, err := time.ParseDuration(text)
	if err != nil || duration < 0 || duration > longest {
		return Duration{}, fmt.Errorf("%q is not a time from 0s to 168h, such as 90s or 30m", text)
	}
	return Duration{duration}, nil
}

// UnmarshalYAML reads a duration as ParseDuration does.
func (d *Duration) UnmarshalYAML(unmarshal func(any) error) error {
	var text string
	if err := unmarshal(&text); err != nil {
		return err
	}
	duration, err := ParseDuration(text)
	*d = duration
	return err
}
