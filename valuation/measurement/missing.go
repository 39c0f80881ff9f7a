package measurement

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"cbv/valuation/calendar"
	"cbv/valuation/engine"
	"cbv/valuation/experiment"
)

// contactNight is how many of the people who came into an arm on a day were contacted.
type contactNight struct {
	Arm        experiment.Arm
	AssignedOn time.Time
	Customers  int64
	Contacted  int64
}

func (n contactNight) share() float64 { return float64(n.Contacted) / float64(n.Customers) }

// and adds the people of another night.
func (n contactNight) and(other contactNight) contactNight {
	n.Customers += other.Customers
	n.Contacted += other.Contacted
	return n
}

const (
	// oddsOfFewer is how likely so few are among so many before anything is said, over all
	// nights of a campaign together. The draw gives both arms alike, and nights nearly.
	oddsOfFewer = 0.0001
	// leastNightGap is how much smaller the contacted share of a night has to be than that
	// of the others: a tool reaches more on one day than on another.
	leastNightGap = 0.2
	// leastArmGap is that of an arm, of which one batch of twenty may be missing.
	leastArmGap = 0.05
)

// readContactNights reads the nights whose people are compared: those of whom the window
// is over, so that no message is still on its way.
func (m *Measurement) readContactNights(ctx context.Context) ([]contactNight, error) {
	nights, err := engine.All[contactNight](ctx, m.Engine, "contact_nights")
	if err != nil {
		return nil, err
	}
	nights = slices.DeleteFunc(nights, func(n contactNight) bool {
		return calendar.DaysBetween(n.AssignedOn, m.Days.AsOf) < m.campaign.Terms.WindowDays
	})
	slices.SortFunc(nights, func(a, b contactNight) int {
		return cmp.Or(a.AssignedOn.Compare(b.AssignedOn), cmp.Compare(a.Arm, b.Arm))
	})
	return nights, nil
}

// missingPart is what seems to be missing of an arm's contacts.
type missingPart struct {
	of   string // the arm, and its nights where it is some of them
	text string // of the warning
}

// missingContacts finds the nights and the arm of which so few were contacted, beside
// the others, that their contacts are more likely missing than that nothing was sent. An
// arm without any is no_contacts.
func missingContacts(nights []contactNight) (parts []missingPart) {
	rest := map[experiment.Arm]contactNight{}
	for _, arm := range messageArms {
		ofArm := slices.DeleteFunc(slices.Clone(nights), func(n contactNight) bool { return n.Arm != arm })
		var missing, all contactNight
		var days []string
		rest[arm] = contactNight{Arm: arm}
		for _, night := range ofArm {
			all = all.and(night)
		}
		for _, night := range ofArm {
			others := contactNight{Customers: all.Customers - night.Customers, Contacted: all.Contacted - night.Contacted}
			if isMissing(night, others, len(nights)) {
				missing = missing.and(night)
				days = append(days, night.AssignedOn.Format(time.DateOnly))
			} else {
				rest[arm] = rest[arm].and(night)
			}
		}
		if len(days) > 0 {
			parts = append(parts, missingPart{string(arm) + " of " + daysText(days), fmt.Sprintf(
				"of those who came into arm %s on %s, %s of %s are in contacts.files, and %s of those of the other nights: %s: add the contacts of these nights, unless nothing was sent to them",
				arm, daysText(days), humanize.Comma(missing.Contacted), humanize.Comma(missing.Customers), percent(rest[arm]), missingCosts)})
		}
	}
	fewer, more := rest[messageArms[0]], rest[messageArms[1]]
	if fewer.Customers == 0 || more.Customers == 0 || fewer.Contacted == 0 || more.Contacted == 0 {
		return parts
	}
	if fewer.share() > more.share() {
		fewer, more = more, fewer
	}
	if more.share()-fewer.share() >= leastArmGap && chanceOfFewer(fewer, more) < oddsOfFewer {
		parts = append(parts, missingPart{string(fewer.Arm), fmt.Sprintf(
			"of arm %s %s (%s of %s) are in contacts.files, and of arm %s %s (%s of %s), and the draw gives both alike: %s: add the sends of arm %s that are missing, unless fewer of it were sent to",
			fewer.Arm, percent(fewer), humanize.Comma(fewer.Contacted), humanize.Comma(fewer.Customers),
			more.Arm, percent(more), humanize.Comma(more.Contacted), humanize.Comma(more.Customers), missingCosts, fewer.Arm)})
	}
	return parts
}

// warnOfMissingContacts warns of the parts that are missing.
func (m *Measurement) warnOfMissingContacts(money experiment.Money) {
	until := ""
	if strings.HasPrefix(money.Withheld, partOfContacts) {
		until = noVerdict + ", unless run.accept has " + partialContacts
	}
	for _, part := range m.missing {
		m.Warn(partialContacts, "%s%s", part.text, until)
	}
}

// partialContacts is the code of the warning of contacts that are missing in part.
const partialContacts = "partial_contacts"

// acceptsPartialContacts says whether somebody knows that nothing is missing, since as
// few were sent to.
func (m *Measurement) acceptsPartialContacts() bool {
	return slices.Contains(m.Config.Run.Accept, partialContacts)
}

// missingCosts is what contacts that are missing do.
const missingCosts = "what the missing ones cost and let off counts as 0, which favours the arm"

// isMissing says whether so few of a night were contacted, given the arm's other nights,
// that its contacts must be missing.
func isMissing(night, others contactNight, nights int) bool {
	if others.Contacted == 0 || night.Contacted > 0 && others.share()-night.share() < leastNightGap {
		return false
	}
	return chanceOfFewer(night, others) < oddsOfFewer/float64(nights)
}

// chanceOfFewer is how likely as few or fewer of those contacted are of the first people,
// where it makes no difference of which they are: Fisher's exact test of one side.
func chanceOfFewer(first, second contactNight) float64 {
	n, others, contacted := first.Customers, second.Customers, first.Contacted+second.Contacted
	all := logChoose(n+others, contacted)
	chance := 0.0
	for k := first.Contacted; k >= max(0, contacted-others); k-- {
		term := math.Exp(logChoose(n, k) + logChoose(others, contacted-k) - all)
		chance += term
		if term < 1e-6*chance || chance > 0.5 {
			break // what is left is less than a digit, or there is nothing to be seen
		}
	}
	return chance
}

func logChoose(n, k int64) float64 {
	of := func(x int64) float64 {
		value, _ := math.Lgamma(float64(x) + 1)
		return value
	}
	return of(n) - of(k) - of(n-k)
}

func percent(n contactNight) string { return fmt.Sprintf("%.0f %%", 100*n.share()) }

// daysText names the first days and counts the rest.
func daysText(days []string) string {
	const shown = 3
	text := strings.Join(days[:min(shown, len(days))], ", ")
	if more := len(days) - shown; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
