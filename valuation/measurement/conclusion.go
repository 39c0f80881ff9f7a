package measurement

import (
	"fmt"
	"math"
	"strings"

	"github.com/dustin/go-humanize"

	"cbv/valuation/experiment"
)

// Conclude says in a sentence or two what the campaign brought, by the intervals that
// hold over all the looks, and which verdict stands: see Stand. After the last look that
// is what it was at the last.
func (d *Document) Conclude(f Facts, others []Document) {
	last, hasLast := lastLook(others, d.AsOf)
	switch {
	case d.LooksAreOver && !d.SampleRatio.Broken && hasLast && last.MoneyBasis == d.MoneyBasis && last.Currency == d.Currency:
		d.Conclusion = fmt.Sprintf("The looks are over. At the last, on %s: %s", last.AsOf, last.Conclusion)
		if last.MoneyWithheld != "" && d.MoneyWithheld == "" {
			d.Conclusion += fmt.Sprintf(" What was missing is there now: measure that day again (with --as-of %s beside the other flags), which is the same look.", last.AsOf)
		}
		if d.Decision.decides() && d.Decision != last.Decision {
			d.Conclusion += " " + d.Decision.sentence(d.AsOf)
		}
	case d.Decision.decides():
		d.Conclusion = conclusion(f) + " " + d.Decision.sentence(d.AsOf)
	default:
		d.Conclusion = conclusion(f)
	}
}

// sentence says which verdict stands.
func (d Decision) sentence(asOf string) string {
	verdict := "the challenger is promoted"
	if d.Verdict == experiment.Keep {
		verdict = "the champion is kept"
	}
	if d.ReachedOn == asOf {
		return capitalised(verdict) + "."
	}
	return fmt.Sprintf("The verdict of %s stands: %s.", d.ReachedOn, verdict)
}

// lastLook returns the measurement of the last look that was taken before a day.
func lastLook(documents []Document, before string) (last Document, found bool) {
	for _, d := range mostKnown(documents) {
		if d.isTaken() && d.AsOf < before && d.AsOf >= last.AsOf {
			last, found = d, true
		}
	}
	return last, found
}

// conclusion is what the figures of this day say.
func conclusion(f Facts) string {
	r := f.Report
	information := r.Timing.Information
	switch {
	case r.SampleRatio.Broken:
		return "Nothing can be concluded: the sample ratio is broken."
	case r.Look == 0 && r.LooksTaken() > 0:
		return fmt.Sprintf("Nothing more can be concluded: %s.", r.NoLook)
	case r.Look == 0:
		return fmt.Sprintf("Nothing can be concluded yet: %s of %s planned customers have been watched for the whole window, and the first look is at a quarter.",
			humanize.Comma(information.People), humanize.Comma(information.Planned))
	}
	var arms []experiment.Arm
	for _, line := range r.Arms {
		if line.Arm != experiment.None {
			arms = append(arms, line.Arm)
		}
	}
	var sentences []string
	for _, arm := range arms {
		subject := alone
		if len(arms) > 1 {
			subject += " the " + string(arm)
		}
		if contrast, compared := r.Contrast(arm, experiment.None); compared {
			sentences = append(sentences, f.paid(subject, contrast))
		}
	}
	if contrast, compared := r.Contrast(experiment.Challenger, experiment.Champion); compared {
		sentences = append(sentences, f.better(contrast))
	}
	if len(sentences) == 0 {
		return "Nothing can be concluded: there is nobody to compare with."
	}
	return strings.Join(sentences, " ")
}

// alone is what a campaign of one message is called.
const alone = "sending"

// paid says whether an arm brought more than it cost.
func (f Facts) paid(subject string, c experiment.Contrast) string {
	money, best := f.Report.Money, c.Best()
	switch {
	case money.Withheld != "":
		return fmt.Sprintf("Whether %s paid is not known, since %s%s.", subject, cause(money.Withheld), f.beside(c))
	case best.Sequential == nil:
		return fmt.Sprintf("Whether %s paid cannot be told (%s)%s.", subject, best.SequentialReason, f.beside(c))
	}
	low, high := best.Sequential.Low, best.Sequential.High
	if low <= 0 && high >= 0 {
		return f.noEffect(subject, c)
	}
	switch subject = capitalised(subject); {
	case money.RevenueStandsIn:
		return fmt.Sprintf("%s changed revenue by %s a person; whether it paid is not known without a margin.", subject, f.span(low, high))
	case c.Net == nil:
		return fmt.Sprintf("%s changed the margin by %s a person; what it cost is not known.", subject, f.span(low, high))
	case low > 0:
		return fmt.Sprintf("%s paid: %s a person.", subject, f.span(low, high))
	}
	return fmt.Sprintf("%s lost: %s a person.", subject, f.span(low, high))
}

// cause is why nothing is said of money, without what to do about it.
func cause(withheld string) string {
	if withheld == experiment.HiddenDiscounts {
		return "value.margin_rate hides discounts"
	}
	cause, _, _ := strings.Cut(withheld, ": ")
	return cause
}

// noEffect says what the campaign could have shown, beside what it did not.
func (f Facts) noEffect(subject string, c experiment.Contrast) string {
	best := c.Best()
	people := float64(c.Conversion.TreatedPeople)
	if subject != alone {
		subject = " of " + subject
	} else {
		subject = ""
	}
	text := fmt.Sprintf("No effect%s shown: %s", subject, f.total(people*best.Sequential.Low, people*best.Sequential.High))
	if detectable := f.Report.Detectable(c); detectable > 0 {
		text += fmt.Sprintf("; this holdout could only show ±%.0f %% of the %s", 100*detectable, f.MoneyBasis)
	}
	return text + "."
}

// better says whether the challenger is.
func (f Facts) better(c experiment.Contrast) string {
	best := c.Best()
	switch {
	case f.Report.Money.Withheld != "" || best.Sequential == nil:
		return fmt.Sprintf("Whether the challenger brought more than the champion is not known%s.", f.beside(c))
	case best.Sequential.Low <= 0 && best.Sequential.High >= 0:
		return fmt.Sprintf("No difference of challenger and champion shown: %s a person.", f.span(best.Sequential.Low, best.Sequential.High))
	case best.Sequential.High < 0:
		return fmt.Sprintf("The challenger brought %s a person less than the champion.", f.span(-best.Sequential.High, -best.Sequential.Low))
	}
	return fmt.Sprintf("The challenger brought %s a person more than the champion.", f.span(best.Sequential.Low, best.Sequential.High))
}

// beside is what there is where money says nothing, to go on with.
func (f Facts) beside(c experiment.Contrast) string {
	var parts []string
	if i := c.Conversion.Best().Sequential; i != nil {
		parts = append(parts, fmt.Sprintf("conversion changed by %+.2f to %+.2f percentage points", 100*i.Low, 100*i.High))
	}
	if i := c.Winsorised.Best().Sequential; i != nil {
		parts = append(parts, fmt.Sprintf("winsorised revenue by %s a person", f.span(i.Low, i.High)))
	}
	if len(parts) == 0 {
		return ", and of conversions neither"
	}
	return ": " + strings.Join(parts, ", ")
}

// span writes money of one person, small beside a purchase.
func (f Facts) span(low, high float64) string {
	decimals := 0
	for units := f.MinorPerUnit; units > 1; units /= 10 {
		decimals++
	}
	if least := math.Min(math.Abs(low), math.Abs(high)); least < 10 {
		decimals++
	}
	unit := float64(f.MinorPerUnit)
	return fmt.Sprintf("%s to %s %s", signed(low/unit, decimals), signed(high/unit, decimals), f.Currency)
}

// total writes money of everyone.
func (f Facts) total(low, high float64) string {
	unit := float64(f.MinorPerUnit)
	return fmt.Sprintf("%s to %s %s", signed(low/unit, 0), signed(high/unit, 0), f.Currency)
}

func signed(value float64, decimals int) string {
	sign := "+"
	if value < 0 {
		sign = "-"
	}
	return sign + humanize.FormatFloat("#,###."+strings.Repeat("#", decimals), math.Abs(value))
}

func capitalised(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
