package experiment

import (
	"fmt"
	"math"
)

// Report is what a campaign brought.
type Report struct {
	Timing      Timing
	Shares      Shares // as designed
	Mature      bool
	SampleRatio SampleRatio
	// Look is the number of this look, 0 where this is none: NoLook says why. IsOver
	// says that the last was taken before.
	Look   int
	IsOver bool
	NoLook string
	// SequentialBound is how many standard errors a difference has to be from 0 at
	// this look, 0 where this is none.
	SequentialBound float64
	Money           Money
	Arms            []ArmReport // none, champion, challenger: those with people
	// Contrasts are champion and challenger against none, and challenger against
	// champion: those with people on both sides whose window has closed. There are
	// none where the sample ratio is broken.
	Contrasts []Contrast
	Decision  Decision
}

// Contrast is one arm against another.
type Contrast struct {
	Treated, Control                        Arm
	Conversion, Revenue, Winsorised, Margin Comparison
	// Net is margin less cost, nil where no cost is known.
	Net *Comparison
}

// Measure returns the report of a campaign. It is an error that an arm comes
// twice or is none of the campaign's, or that the timing makes no sense.
func Measure(campaign Campaign) (Report, error) {
	if err := campaign.validate(); err != nil {
		return Report{}, err
	}
	report := Report{Timing: campaign.Timing, Shares: campaign.Shares, Mature: campaign.Timing.IsMature(), Money: campaign.Money}
	if err := report.look(); err != nil {
		return Report{}, err
	}
	var people, shares []int64
	for _, arm := range []Arm{None, Champion, Challenger} {
		outcome, _ := campaign.arm(arm)
		people = append(people, outcome.Outcomes.people())
		shares = append(shares, int64(campaign.Shares.Of(arm)))
	}
	report.SampleRatio = CheckSampleRatio(people, shares)
	if !report.SampleRatio.Broken {
		report.Contrasts = campaign.contrasts(report.SequentialBound, report.NoLook)
	}
	for _, arm := range []Arm{None, Champion, Challenger} {
		if outcome, assigned := campaign.arm(arm); assigned {
			line := newArmReport(outcome)
			report.addIncremental(&line, outcome)
			report.Arms = append(report.Arms, line)
		}
	}
	report.Decision = report.decide()
	return report, nil
}

// look finds out whether this is a look, which one, and its bound. Once the last has been
// taken there are no more: what came after it was promised no part of the error.
func (r *Report) look() error {
	information := r.Timing.Information
	earlier := information.Earlier
	if taken := len(earlier); taken > 0 && earlier[taken-1].Share >= 1 && information.People > earlier[taken-1].People {
		r.IsOver = true
		r.NoLook = fmt.Sprintf("the planned looks are over: the last was look %d, at %d people", taken, earlier[taken-1].People)
		return nil
	}
	looks := earlier.Add(Look{information.People, information.Share})
	if !isEnough(looks[len(looks)-1].Share) {
		r.NoLook = fmt.Sprintf("not a look yet: the first is when a quarter of the %d planned people have been watched for the whole window, and %d have", information.Planned, information.People)
		return nil
	}
	bounds, err := looks.Bounds()
	if err != nil {
		return err
	}
	bound := bounds[len(bounds)-1]
	if math.IsInf(bound, 1) {
		last := earlier[len(looks)-2]
		r.NoLook = fmt.Sprintf("not a look: the plan has grown since look %d, which was at %d people: the next is when more than %.0f %% of the %d planned people have been watched for the whole window, and %d have",
			len(looks)-1, last.People, 100*last.Share, information.Planned, information.People)
		return nil
	}
	r.Look, r.SequentialBound = len(looks), bound
	return nil
}

// LooksTaken is how many looks there have been, this one with them if it is one.
func (r Report) LooksTaken() int { return max(r.Look, len(r.Timing.Information.Earlier)) }

func (c Campaign) validate() error {
	seen := map[Arm]bool{}
	for _, a := range c.Arms {
		switch a.Arm {
		case None, Champion, Challenger:
		default:
			return fmt.Errorf("arm %q: a campaign has none, champion and challenger: leave it out", a.Arm)
		}
		if seen[a.Arm] {
			return fmt.Errorf("arm %s: it comes twice: merge its outcomes", a.Arm)
		}
		seen[a.Arm] = true
		if a.Mature.people() > a.Outcomes.people() {
			return fmt.Errorf("arm %s: %d of its %d people are mature: count these among all", a.Arm, a.Mature.people(), a.Outcomes.people())
		}
	}
	t := c.Timing
	if t.WindowDays < 1 || t.LeastDays < 0 || t.MostDays < t.LeastDays {
		return fmt.Errorf("window of %d days, watched for %d to %d: give a window of 1 day or more, and the least before the most", t.WindowDays, t.LeastDays, t.MostDays)
	}
	if share := t.Information.Share; !(share >= 0 && share <= 1) {
		return fmt.Errorf("information of %g: give a share of what is planned, 0 to 1", share)
	}
	return nil
}

func (c Campaign) contrasts(bound float64, noLook string) []Contrast {
	var contrasts []Contrast
	for _, pair := range [][2]Arm{{Champion, None}, {Challenger, None}, {Challenger, Champion}} {
		treated, _ := c.arm(pair[0])
		control, _ := c.arm(pair[1])
		a, b := treated.Mature, control.Mature
		if a.people() < 2 || b.people() < 2 {
			continue
		}
		rule := Rule{Adjust: c.HasCovariate, Buyers: min(a.buyers(), b.buyers()), SequentialBound: bound, NoLook: noLook}
		compare := func(treated, control Sample, isShare bool, instead string) Comparison {
			rule.Share, rule.Instead = isShare, instead
			comparison, err := Compare(treated, control, rule)
			if err != nil {
				panic(err) // the arms' samples are of the same people, two at least
			}
			return comparison
		}
		const instead = "the conversion rate and the winsorised revenue"
		ofMargin := func(treated, control Sample) Comparison {
			rule.Withheld = c.Money.Withheld
			return compare(treated, control, false, instead)
		}
		contrast := Contrast{
			Treated: pair[0], Control: pair[1],
			Conversion: compare(a.Converted, b.Converted, true, ""),
			Revenue:    compare(a.Revenue, b.Revenue, false, instead),
			Winsorised: compare(a.Winsorised, b.Winsorised, false, "the conversion rate"),
			Margin:     ofMargin(a.Margin, b.Margin),
		}
		if c.Money.HasCost {
			net := ofMargin(a.Net, b.Net).over(CostUnits)
			contrast.Net = &net
		}
		contrasts = append(contrasts, contrast)
	}
	return contrasts
}

// Best is the contrast by which it is judged whether the arm pays: by margin less
// cost, or by margin where no cost is known.
func (c Contrast) Best() Estimate {
	if c.Net != nil {
		return c.Net.Best()
	}
	return c.Margin.Best()
}

// Contrast returns the comparison of two arms.
func (r Report) Contrast(treated, control Arm) (Contrast, bool) {
	for _, c := range r.Contrasts {
		if c.Treated == treated && c.Control == control {
			return c, true
		}
	}
	return Contrast{}, false
}

// over returns the comparison in units that are so many times as large.
func (c Comparison) over(units float64) Comparison {
	c.TreatedMean, c.ControlMean, c.Theta = c.TreatedMean/units, c.ControlMean/units, c.Theta/units
	c.Raw = c.Raw.over(units)
	if c.Adjusted != nil {
		adjusted := c.Adjusted.over(units)
		c.Adjusted = &adjusted
	}
	return c
}

func (e Estimate) over(units float64) Estimate {
	e.Difference, e.StandardError = e.Difference/units, e.StandardError/units
	for _, interval := range []**Interval{&e.Fixed, &e.Sequential} {
		if *interval != nil {
			*interval = &Interval{(*interval).Low / units, (*interval).High / units}
		}
	}
	return e
}

// Detectable is the least change of the margin, relative to the control's, that this
// look could have shown in 80 % of campaigns; 0 where the control has none.
func (r Report) Detectable(c Contrast) float64 {
	if !(c.Margin.ControlMean > 0) {
		return 0
	}
	return (r.SequentialBound + normal80) * c.Best().StandardError / c.Margin.ControlMean
}
