package campaign

import (
	"math"

	"cbv/valuation/experiment"
)

// Information returns how much of what is planned is known so many days after
// Started, of how many people came into the arms each day after Started and how many
// of them have been watched for the whole window.
//
// Planned are PlannedPeople, on however many nights they come; or else Nights times the
// mean night of the first week and, once the nights are over, those who came on them. The
// share is 1 when as many as planned are mature, and not before: that everyone who came so
// far is says nothing of who is to come. Of a campaign that has ended, since somebody said
// so, those who came are all.
func (t Terms) Information(mature int64, assigned map[int]int64, daysAfterStart int, hasEnded bool) experiment.Information {
	var planned, firstWeek, came int64
	week := min(7, t.Nights, daysAfterStart+1)
	for day, people := range assigned {
		if day > daysAfterStart {
			continue
		}
		came += people
		if day < t.Nights {
			planned += people
		}
		if day < week {
			firstWeek += people
		}
	}
	switch {
	case hasEnded:
		planned = came
	case t.PlannedPeople > 0:
		planned = t.PlannedPeople
	case daysAfterStart < t.Nights-1:
		planned = max(planned, int64(math.Round(float64(firstWeek)/float64(week)*float64(t.Nights))))
	}
	information := experiment.Information{People: mature, Planned: planned}
	if planned > 0 {
		information.Share = min(1, float64(mature)/float64(planned))
	}
	return information
}
