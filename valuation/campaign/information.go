package campaign

import (
	"math"

	"cbv/valuation/experiment"
)

// Information returns how much of what is planned is known so many days after
// Started, of how many people came into the arms each day after Started and how many
// of them have been watched for the whole window.
//
// Planned are PlannedPeople, or else Nights times the mean night of the first week; once
// the nights are over, those who came on them. The share is 1 when as many as planned are
// mature, or everyone is who came on the planned nights and since.
func (t Terms) Information(mature int64, assigned map[int]int64, daysAfterStart int) experiment.Information {
	var all, planned, firstWeek int64
	week := min(7, t.Nights, daysAfterStart+1)
	for day, people := range assigned {
		if day > daysAfterStart {
			continue
		}
		all += people
		if day < t.Nights {
			planned += people
		}
		if day < week {
			firstWeek += people
		}
	}
	isOver := daysAfterStart >= t.Nights-1
	switch {
	case t.PlannedPeople > 0:
		planned = t.PlannedPeople
	case !isOver:
		planned = max(planned, int64(math.Round(float64(firstWeek)/float64(week)*float64(t.Nights))))
	}
	information := experiment.Information{People: mature, Planned: planned}
	switch {
	case planned > 0 && mature >= planned, isOver && all > 0 && mature == all:
		information.Share = 1
	case planned > 0:
		information.Share = float64(mature) / float64(planned)
	}
	return information
}
