package measurement

import (
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"cbv/valuation/calendar"
	"cbv/valuation/experiment"
	"cbv/valuation/failure"
)

// refuseUnknownCustomers looks for people whom these orders do not know. An export
// assigns customers, so everyone had an order by then: who has none now is written
// otherwise, and would be measured as someone who buys nothing. Where these are the
// most, nothing is measured; where some are, a warning says so.
func (m *Measurement) refuseUnknownCustomers(arms []armSums) error {
	var people, unknown int64
	for _, sums := range arms {
		people += sums.Customers
		unknown += sums.WithoutPriorOrder
	}
	const remedy = "customers may be written otherwise than when they were assigned, or files be missing"
	switch {
	case areMostUnknown(unknown, people):
		return failure.Inputf("campaign %s: %s of %s assigned customers have no order up to the day of their assignment, and each had one: %s: check orders.columns.customer_id, then orders.files and orders.keep",
			m.name(), humanize.Comma(unknown), humanize.Comma(people), remedy)
	case unknown > 0:
		m.Warn("unknown_customers", "%s of %s assigned customers have no order up to the day of their assignment, and each had one; they count as people who buy nothing: %s: check orders.columns.customer_id, orders.files and orders.keep",
			humanize.Comma(unknown), humanize.Comma(people), remedy)
	}
	return nil
}

// areMostUnknown reports whether so many are unknown that the orders are more likely
// another shop's, or written otherwise.
func areMostUnknown(unknown, people int64) bool { return 2*unknown > people }

// mergedAssignments counts the customers who were assigned under several ids that were
// merged since.
type mergedAssignments struct {
	Customers     int64
	Repeated      int64 // their assignments that do not stand
	InSeveralArms int64 // those of them who were assigned to several arms
}

// warnOfMerged warns of customers of whom one assignment stands and others do not. Those
// who were in two arms may have got the message of either, which blurs the difference.
func (m *Measurement) warnOfMerged(merged mergedAssignments) {
	if merged.Customers > 0 {
		m.Warn("merged_assignments", "%s were assigned under several ids that identities.files merged since, %s of them to several arms: each counts once, in the arm and from the day of the first assignment",
			countCustomers(merged.Customers), humanize.Comma(merged.InSeveralArms))
	}
}

// noVerdict ends a warning of money that is not known.
const noVerdict = "; until then there is no verdict on money"

// warn warns of what stands between the figures and what they say.
func (m *Measurement) warn(contacts map[string]Contacts, money experiment.Money) {
	m.warnOfHoles()
	m.warnOfUnknownPlan()
	if ratio := m.document.SampleRatio; ratio.Broken {
		m.Warn("sample_ratio", "the arms do not have the people that the design gave them (chi-square %.1f, p %.1g): people were lost or added in a way that differs between arms, so no lift is reported: find where before anything else", ratio.ChiSquare, ratio.PValue)
	}
	if !m.Config.HasMargin() {
		m.Warn("revenue_not_margin", "no margin is configured, so what is called margin is revenue, and a return above 1 may be a loss: set value.margin_rate or orders.columns.margin")
	}
	if money.Withheld == experiment.HiddenDiscounts || strings.HasPrefix(money.Withheld, untoldDiscounts) {
		m.Warn("hidden_discounts", "%s%s", money.Withheld, noVerdict)
	}
	m.warnOfContactRows(contacts, money)
	m.warnOfContacts(contacts)
	m.warnOfMissingContacts(money)
}

// warnOfHoles warns of days without an order inside the watched time, which count as
// days on which nobody bought, as those after the last order would.
func (m *Measurement) warnOfHoles() {
	var holes []string
	for i := 1; i < len(m.Days.Orders); i++ {
		before, next := m.Days.Orders[i-1], m.Days.Orders[i]
		first, last := before.AddDate(0, 0, 1), next.AddDate(0, 0, -1)
		if last.After(m.started) && !next.After(m.Days.AsOf) && calendar.DaysBetween(before, next) > m.usualGap() {
			holes = append(holes, first.Format(time.DateOnly)+" to "+last.Format(time.DateOnly))
		}
	}
	if len(holes) == 0 {
		return
	}
	const shown = 3
	text := strings.Join(holes[:min(shown, len(holes))], ", ")
	if more := len(holes) - shown; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	m.Warn("hole_in_orders", "there is no order from %s, where order days are usually %d apart: these count as days on which nobody bought; add the files that are missing, if any", text, calendar.MedianGap(m.Days.Orders))
}

// warnOfContactRows warns of rows of the contact files that say nothing of this
// campaign.
func (m *Measurement) warnOfContactRows(contacts map[string]Contacts, money experiment.Money) {
	switch {
	case m.Config.HasContacts() && contacts == nil:
		m.Warn("no_contacts", "no usable row of contacts.files is of campaign %s: check contacts.columns.campaign", m.name())
	case strings.HasPrefix(money.Withheld, noContacts):
		m.Warn("no_contacts", "%s%s", money.Withheld, noVerdict)
	}
	var quarantined int64
	for _, count := range m.reasons {
		if isSetAside(count.Reason) {
			quarantined += count.Rows
		}
	}
	if quarantined > 0 {
		text := ""
		if money.Withheld == lostContacts {
			text = noVerdict
		}
		m.Warn("contacts_set_aside", "rows of the contacts in quarantine: %s, so sends, costs and discounts are too low: see contact_quarantine.parquet%s", humanize.Comma(quarantined), text)
	}
}

// warnOfContacts warns of contacts that are not as the design has them.
func (m *Measurement) warnOfContacts(contacts map[string]Contacts) {
	none, global := contacts[string(experiment.None)].Sent, contacts[string(experiment.GlobalHoldout)].Sent
	if none+global > 0 {
		m.Warn("contaminated_holdout", "messages went to %s of arm none and %s of the global holdout: everyone is compared as assigned, so the effect looks smaller than it is; have the sending tool leave them out",
			countCustomers(none), humanize.Comma(global))
	}
	var early, ofOtherArm, ofUnknownArm int64
	for arm, c := range contacts {
		early += c.Early
		ofUnknownArm += c.OfUnknownArm
		if arm == string(experiment.Champion) || arm == string(experiment.Challenger) {
			ofOtherArm += c.OfOtherArm
		}
	}
	if ofOtherArm > 0 {
		m.Warn("other_arm", "%s got the message of another arm than theirs: they count in the arm that they are assigned to, which blurs the difference", countCustomers(ofOtherArm))
	}
	if ofUnknownArm > 0 {
		m.Warn("unknown_arm", "contacts of %s name an arm other than none, champion, challenger and global_holdout, so nobody knows whether they got the message of theirs: map the names in contacts.columns.arm", countCustomers(ofUnknownArm))
	}
	if stray := contacts[Unassigned].Sent; stray > 0 {
		m.Warn("contacted_unassigned", "messages went to %s outside all arms, and neither they nor what they cost are in the comparison", countCustomers(stray))
	}
	if early > 0 {
		m.Warn("contacted_early", "messages went to %s before their assignment, so what the message did to them may lie before their window", countCustomers(early))
	}
}

// countCustomers writes a number of customers: 1 customer, 2 customers.
func countCustomers(n int64) string {
	if n == 1 {
		return "1 customer"
	}
	return humanize.Comma(n) + " customers"
}
