package experiment

import "time"

// Person is one person assigned to an arm, and what the order history says of
// them from the assignment on. Who bought nothing is a person too.
type Person struct {
	Converted bool
	// RevenueMinor and MarginMinor are in minor units, returns taken off. Where no
	// margin is known the revenue stands in for it, and the report says so.
	RevenueMinor, MarginMinor int64
	// CovariateMinor is the spend before the send, or the value predicted at the
	// assignment; 0 without one.
	CovariateMinor int64
}

// Outcomes are those of all people assigned to one arm.
type Outcomes struct {
	Converted, Revenue, Winsorised, Margin Sample
}

// Add counts people who are alike. Their revenue is winsorised at capMinor.
func (o *Outcomes) Add(person Person, capMinor, people int64) {
	converted := int64(0)
	if person.Converted {
		converted = 1
	}
	o.Converted.Add(converted, person.CovariateMinor, people)
	o.Revenue.Add(person.RevenueMinor, person.CovariateMinor, people)
	o.Winsorised.Add(min(person.RevenueMinor, capMinor), person.CovariateMinor, people)
	o.Margin.Add(person.MarginMinor, person.CovariateMinor, people)
}

// Contacts is what the tool that sent the campaign reports of an arm's people. An
// open is not a response, so there is no place for it: mail programs open by
// themselves. What the tool does not report is nil.
type Contacts struct {
	Sent      int64
	Delivered *int64
	Responded *int64 // clicked
	CostMinor *int64
}

// ArmOutcome is an arm as it went.
type ArmOutcome struct {
	Arm      Arm
	Outcomes Outcomes
	Contacts *Contacts // nil when no contacts are known
}

// Timing is where a campaign stands.
type Timing struct {
	// Look is the number of this look, of PlannedLooks: below 1 before them, above
	// PlannedLooks after. FirstLook is the day of the first.
	Look, PlannedLooks int
	FirstLook          time.Time
	// WindowDays is how long each person is watched from their assignment on;
	// LeastDays and MostDays how long the last and the first of them have been.
	WindowDays, LeastDays, MostDays int
}

// Mature says that everyone has been watched for the whole window.
func (t Timing) Mature() bool { return t.LeastDays >= t.WindowDays }

// isOver says that no later look may promote. Nothing is over before the first
// assigned have been watched for the whole window, whatever was planned.
func (t Timing) isOver() bool { return t.Look >= t.PlannedLooks && t.MostDays >= t.WindowDays }

// isPlanned says that this look is one of those that the sequential bound was
// made for.
func (t Timing) isPlanned() bool { return t.Look >= 1 && t.Look <= t.PlannedLooks }

// Campaign is all that a report is made of.
type Campaign struct {
	Shares Shares
	Timing Timing
	// Arms are those with people, in any order.
	Arms []ArmOutcome
	// HasCovariate says that people carry a covariate. The report's incremental
	// figures and the decision then rest on the adjusted estimates.
	HasCovariate bool
	// RevenueStandsIn says that no margin is known, and margins are revenue.
	RevenueStandsIn bool
}

func (c Campaign) arm(arm Arm) (ArmOutcome, bool) {
	for _, a := range c.Arms {
		if a.Arm == arm {
			return a, true
		}
	}
	return ArmOutcome{}, false
}
