package export

import (
	"context"
	"fmt"
	"math"
	"slices"

	"cbv/valuation/campaign"
	"cbv/valuation/engine"
	"cbv/valuation/experiment"
)

// assign makes it durable who is in which arm, before any file of the export
// is anywhere that it could be sent from.
func (x *export) assign(ctx context.Context) (err error) {
	if err := x.RefuseWarnings("export", x.Warnings); err != nil { // here, so that nobody is assigned by an export that is refused
		return err
	}
	if x.terms == nil || x.hasEnded() {
		return nil
	}
	if x.begun, err = campaign.Begin(x.Config.Out, *x.terms); err != nil {
		return err
	}
	return x.begun.Append(x.run.asOf, func(add func(campaign.Assignment) error) error {
		for row, err := range engine.SelectInOrder[newlyAssigned](ctx, x.Engine, "newly_assigned", "customer_id") {
			if err != nil {
				return err
			}
			err := add(campaign.Assignment{CustomerID: row.CustomerID, Arm: row.Arm, Probability: x.design.Probability(row.Arm), CLV: row.CLV})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// readInherited reads the arms of customers who came into the campaign under an id that
// was merged into theirs since. The first assignment stands, and only the global holdout
// goes before it.
func (x *export) readInherited(ctx context.Context) error {
	x.inherited = map[string]experiment.Arm{}
	for row, err := range engine.Select[inheritedArm](ctx, x.Engine, "inherited_arms") {
		if err != nil {
			return err
		}
		x.inherited[row.CustomerID] = row.Arm
	}
	return nil
}

type inheritedArm struct {
	CustomerID string
	Arm        experiment.Arm
}

type newlyAssigned struct {
	CustomerID string
	Arm        experiment.Arm
	CLV        float64
}

// Power is what a campaign can show with the customers that it has now.
type Power struct {
	Audience  string `json:"audience"`
	Campaign  string `json:"campaign"`
	Customers int64  `json:"customers"` // in its arms, without the global holdout
	// Planned is how many there will be in all, of whom the rest is said: planned_people
	// of the campaign's terms, or else as many on each of Nights as on the first. They
	// are Customers in a send of one night, and once the first is over.
	Planned    int64 `json:"planned_customers"`
	WindowDays int   `json:"window_days"`
	Nights     int   `json:"nights"`
	// BaseRate is the share that is expected to buy within the window without the
	// campaign: the mean of Column, scaled to the window where Scaled says so, between
	// two columns where it names two; null where no model could be fitted.
	BaseRate *float64 `json:"base_rate"`
	Column   string   `json:"column"`
	Scaled   bool     `json:"scaled"`
	// Variation is the standard deviation of what buyers spend within the window over
	// their mean; null where no window behind has enough of them.
	Variation *float64 `json:"spend_variation"`
	// Comparisons are of the campaign's arms, the first with the holdout.
	Comparisons []Comparison `json:"comparisons"`
	// Longer are the lifts that longer windows could show, for the first.
	Longer []Lift `json:"longer,omitempty"`
}

// Comparison is what two arms can show.
type Comparison struct {
	Treated experiment.Arm `json:"treated"`
	Control experiment.Arm `json:"control"`
	Share   float64        `json:"control_share"` // of the customers
	// Lift is the least relative rise of the rate that shows with 80 % power at
	// 5 % two-sided; null where none up to a rate of 1 does.
	Lift *float64 `json:"lift"`
	// NeededForTenth is how many customers a lift of 10 % takes; null where the
	// rate cannot rise by it.
	NeededForTenth *int64 `json:"needed_for_10_percent"`
	// MarginLift and MarginNeededForTenth are the same of the margin per person, of which
	// what buyers differ by takes more; null too where their variation is not known.
	MarginLift           *float64 `json:"margin_lift"`
	MarginNeededForTenth *int64   `json:"margin_needed_for_10_percent"`
}

// Lift is the least lift that a window can show.
type Lift struct {
	WindowDays int     `json:"window_days"`
	Lift       float64 `json:"lift"`
}

// windows are the days of the chances of a purchase that a run has.
var windows = []int{30, 90, 365}

// audienceFigures are the sums from which the power of a campaign follows:
// probabilities in billionths.
type audienceFigures struct {
	Customers      int64
	Predicted      int64 // those with a probability
	Purchasing30d  int64
	Purchasing90d  int64
	Purchasing365d int64
}

// reportPower says what the campaign can show, before anything can be sent.
func (x *export) reportPower(ctx context.Context) error {
	if x.terms == nil {
		return nil
	}
	figures, err := engine.One[audienceFigures](ctx, x.Engine, "audience_figures")
	if err != nil {
		return err
	}
	power := Power{
		Audience: x.audience.Name, Campaign: x.design.Campaign, Customers: figures.Customers,
		Planned: planned(*x.terms, figures.Customers, x.begun == nil), WindowDays: x.terms.WindowDays, Nights: x.terms.Nights,
	}
	var spends []audienceSpend
	for spend, err := range engine.Select[audienceSpend](ctx, x.Engine, "audience_spends") {
		if err != nil {
			return err
		}
		spends = append(spends, spend)
	}
	power.Variation = variation(spends, power.WindowDays)
	if figures.Predicted > 0 {
		rates := make([]float64, len(windows))
		for i, sum := range []int64{figures.Purchasing30d, figures.Purchasing90d, figures.Purchasing365d} {
			rates[i] = float64(sum) / 1e9 / float64(figures.Predicted)
		}
		if err := power.compare(x.design, rates); err != nil {
			return err
		}
	}
	x.manifest.Power = &power
	if x.begun == nil { // once, before the first send
		x.announce(power)
	}
	return nil
}

// planned is how many customers a campaign will have, of those that it has now.
func planned(terms campaign.Terms, customers int64, isFirst bool) int64 {
	switch {
	case terms.PlannedPeople > 0:
		return terms.PlannedPeople
	case isFirst:
		return customers * int64(terms.Nights)
	}
	return customers
}

// compare fills in what follows from the mean chances of a purchase.
func (p *Power) compare(design experiment.Design, rates []float64) error {
	base, from, to := rateOf(rates, p.WindowDays)
	p.BaseRate, p.Column, p.Scaled = &base, fmt.Sprintf("p_purchase_%dd", from), from != p.WindowDays
	if to != from {
		p.Column += fmt.Sprintf(" and p_purchase_%dd", to)
	}
	critical, err := experiment.LastBound(p.Nights)
	if err != nil {
		return err
	}
	for _, pair := range [][2]experiment.Arm{
		{experiment.Champion, experiment.None}, {experiment.Challenger, experiment.None}, {experiment.Challenger, experiment.Champion},
	} {
		treated, control := share(design, pair[0]), share(design, pair[1])
		if treated == 0 || control == 0 {
			continue
		}
		question := experiment.Question{Control: control, Treated: treated, Critical: critical, Power: 0.8}
		p.Comparisons = append(p.Comparisons, comparisonOf(question, pair, base, *p))
		if len(p.Comparisons) > 1 {
			continue
		}
		for i, rate := range rates {
			if windows[i] <= p.WindowDays {
				continue
			}
			if found, err := question.DetectableRate(rate, p.Planned); err == nil {
				p.Longer = append(p.Longer, Lift{windows[i], found.Relative})
			}
		}
	}
	return nil
}

// comparisonOf asks what two arms can show. What is not known stays null: a rate of
// 0 or 1, nobody in the arms, or no rise that would show.
func comparisonOf(question experiment.Question, pair [2]experiment.Arm, base float64, p Power) Comparison {
	c := Comparison{Treated: pair[0], Control: pair[1], Share: question.Control}
	if p.Variation != nil {
		if found, err := question.DetectableMargin(base, *p.Variation, p.Planned); err == nil {
			c.MarginLift = &found
		}
		if sizes, err := question.MarginSizes(base, *p.Variation, 0.1); err == nil {
			c.MarginNeededForTenth = &sizes.Audience
		}
	}
	if found, err := question.DetectableRate(base, p.Planned); err == nil {
		c.Lift = &found.Relative
	}
	if sizes, err := question.RateSizes(base, 0.1); err == nil {
		c.NeededForTenth = &sizes.Audience
	}
	return c
}

func share(design experiment.Design, arm experiment.Arm) float64 {
	return float64(design.Shares.Of(arm)) / experiment.Buckets
}

// nearestWindow is which of the windows of chances is nearest.
func nearestWindow(wanted int) int {
	nearest := 0
	for i, days := range windows {
		if distance(days, wanted) < distance(windows[nearest], wanted) {
			nearest = i
		}
	}
	return nearest
}

// distance compares windows by their ratio.
func distance(days, wanted int) float64 {
	return math.Abs(math.Log(float64(days) / float64(wanted)))
}

// rateOf takes the chances over the windows to other days, and returns the days of the
// two windows that these lie between.
func rateOf(rates []float64, wanted int) (rate float64, from, to int) {
	at, isWindow := slices.BinarySearch(windows, wanted)
	last := len(windows) - 1
	from, to = windows[min(at, last)], windows[min(at, last)]
	if !isWindow && at > 0 && at <= last {
		from = windows[at-1]
	}
	return experiment.RateWithin(windows, rates, wanted), from, to
}
