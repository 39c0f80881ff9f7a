package simulation

import "time"

// A calendar divides the span of a history into its calendar months.
type calendar struct {
	start  int64    // microseconds since the epoch
	months []string // 2022-01, in order
	byDay  []int    // of each day of the span, the place in months
}

func newCalendar(options Options) calendar {
	c := calendar{start: options.Start.UnixMicro(), byDay: make([]int, options.Days)}
	for day := range c.byDay {
		name := options.Start.UTC().Add(time.Duration(day) * 24 * time.Hour).Format("2006-01")
		if last := len(c.months) - 1; last < 0 || c.months[last] != name {
			c.months = append(c.months, name)
		}
		c.byDay[day] = len(c.months) - 1
	}
	return c
}

// month returns the place in months of a time within the span.
func (c calendar) month(at int64) int {
	return c.byDay[(at-c.start)/microsPerDay]
}
