package experiment

import "math/big"

// Person is one person assigned to an arm, and what the order history says of
// them from the assignment on. Who bought nothing is a person too.
type Person struct {
	Converted bool
	// RevenueMinor and MarginMinor are in minor units, returns taken off. Where no
	// margin is known the revenue stands in for it, and the report says so.
	RevenueMinor, MarginMinor int64
	// CostParts is what was spent on the person, in CostUnits.
	CostParts int64
	// CovariateMinor is the spend before the send, or the value predicted at the
	// assignment; 0 without one.
	CovariateMinor int64
}

// CostUnits is how many parts costs are counted in of a minor unit: a message costs
// less than a cent.
const CostUnits = 10_000

// Outcomes are those of all people assigned to one arm.
type Outcomes struct {
	Converted, Revenue, Winsorised, Margin Sample
	// Net is margin less cost, in CostUnits.
	Net Sample
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
	o.Net.Add(person.MarginMinor*CostUnits-person.CostParts, person.CovariateMinor, people)
}

// Merge adds the people of another part of the arm.
func (o *Outcomes) Merge(other Outcomes) {
	o.Converted.Merge(other.Converted)
	o.Revenue.Merge(other.Revenue)
	o.Winsorised.Merge(other.Winsorised)
	o.Margin.Merge(other.Margin)
	o.Net.Merge(other.Net)
}

// people returns how many there are.
func (o Outcomes) people() int64 { return o.Converted.People() }

// buyers returns how many of them bought.
func (o Outcomes) buyers() int64 { return o.Converted.outcome.int64() }

// costMinor returns what was spent on them, in minor units.
func (o Outcomes) costMinor() float64 {
	parts := o.Margin.outcome.big()
	parts.Mul(parts, big.NewInt(CostUnits)).Sub(parts, o.Net.outcome.big())
	return rounded(parts) / CostUnits
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
	Arm Arm
	// Outcomes are those of everyone assigned, as far as they have been watched, and
	// Mature those of the people whose window has closed, who alone are compared.
	Outcomes, Mature Outcomes
	Contacts         *Contacts // nil when no contacts are known
}

// Timing is where a campaign stands.
type Timing struct {
	// WindowDays is how long each person is watched from their assignment on;
	// LeastDays and MostDays how long the last and the first of them have been.
	WindowDays, LeastDays, MostDays int
	Information                     Information
}

// IsMature says that everyone has been watched for the whole window.
func (t Timing) IsMature() bool { return t.LeastDays >= t.WindowDays }

// Information is how much of what is planned is known.
type Information struct {
	// People are those whose window has closed, of Planned; Share is 1 when the last
	// of the planned people are among them.
	People, Planned int64
	Share           float64
	// Earlier are the looks that were taken before.
	Earlier Looks
}

// Campaign is all that a report is made of.
type Campaign struct {
	Shares Shares
	Timing Timing
	// Arms are those with people, in any order.
	Arms []ArmOutcome
	// HasCovariate says that people carry a covariate. The report's incremental
	// figures and the decision then rest on the adjusted estimates.
	HasCovariate bool
	Money        Money
}

// Money is what is known of the money that a campaign moved.
type Money struct {
	// RevenueStandsIn says that no margin is known, and margins are revenue.
	RevenueStandsIn bool
	// Withheld is why nothing is said of differences of margin, "" where something is: a
	// cost or a discount that is missing is not 0.
	Withheld string
	// HidesDiscounts says that margins are a share of what was paid, and nobody knows
	// what was let off: a discount that the campaign gave takes all of itself from
	// the margin, and such a share of it only that share.
	HidesDiscounts bool
	// HasCost says that it is known what the contacts cost.
	HasCost bool
}

func (c Campaign) arm(arm Arm) (ArmOutcome, bool) {
	for _, a := range c.Arms {
		if a.Arm == arm {
			return a, true
		}
	}
	return ArmOutcome{}, false
}
