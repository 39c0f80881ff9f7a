package measurement

import (
	"slices"
	"strings"

	"cbv/valuation/experiment"
	"cbv/valuation/intake"
)

// messageArms are the arms that a campaign sends something to.
var messageArms = []experiment.Arm{experiment.Champion, experiment.Challenger}

// armContacts returns the contacts of an arm's people, if they are known. An arm that was
// to be sent to, and of which there is no contact, is one whose contacts are missing: its
// messages were not free.
func armContacts(contacts map[string]Contacts, arm experiment.Arm) (of Contacts, known bool) {
	of, known = contacts[string(arm)]
	return of, known || contacts != nil && !slices.Contains(messageArms, arm)
}

// money says what is known of the campaign's money. A margin of its own has the
// discounts taken off. Where a cost or a discount is missing there is no verdict: as 0 it
// would favour the arm that it is missing of.
func (m *Measurement) money(contacts map[string]Contacts, arms []armSums) experiment.Money {
	columns, isRate := m.Config.Contacts.Columns, m.Config.Value.MarginRate != nil
	money := experiment.Money{RevenueStandsIn: !m.Config.HasMargin(), HasCost: contacts != nil && columns.Cost != ""}
	if isRate && (contacts == nil || columns.Discount == "") {
		money.Withheld, money.HidesDiscounts = experiment.HiddenDiscounts, true
		return money
	}
	if contacts == nil || columns.Cost == "" && !isRate {
		return money // nothing of the contacts is in the money
	}
	var untold []string
	for _, arm := range messageArms {
		of, known := armContacts(contacts, arm)
		switch {
		case peopleOf(arms, arm) == 0:
		case !known:
			money.Withheld, money.HidesDiscounts = noContacts+string(arm)+", so nobody knows what was spent on them: give its contacts too", isRate
			return money
		case of.Discounts == 0:
			untold = append(untold, string(arm))
		}
	}
	switch {
	case m.hasLostContacts():
		money.Withheld, money.HidesDiscounts = lostContacts, isRate
	case isRate && len(untold) > 0:
		money.Withheld, money.HidesDiscounts = untoldDiscounts+strings.Join(untold, " and ")+", so nobody knows what was let off: write 0 where nothing was", true
	case len(m.missing) > 0 && !m.acceptsPartialContacts():
		money.Withheld, money.HidesDiscounts = partOfContacts+m.missing[0].of+", so nobody knows all that was spent: add the rest, or where as few were sent to set run.accept: "+partialContacts, isRate
	}
	return money
}

// partOfContacts begins the reason why there is no verdict on money where contacts are
// missing in part.
const partOfContacts = "contacts.files seem to have a part of the contacts of arm "

// noContacts begins the reason why there is no verdict on money where an arm's contacts
// are missing.
const noContacts = "no usable row of contacts.files is of the people of arm "

// untoldDiscounts begins the reason why there is no verdict on money where the column says
// nothing of an arm: as 0 the discounts of one arm alone would promote it.
const untoldDiscounts = "contacts.columns.discount has no value in any contact of the people of arm "

// lostContacts is why there is no verdict on money where some of it is in quarantine.
const lostContacts = "rows of the campaign's contacts are in quarantine, so nobody knows all that was spent: mend those that contact_quarantine.parquet names"

// hasLostContacts says whether a row of this campaign is in quarantine, and with it its
// cost and its discount.
func (m *Measurement) hasLostContacts() bool {
	return slices.ContainsFunc(m.reasons, func(count intake.ReasonCount) bool {
		return count.Rows > 0 && count.Reason != nullCampaign && isSetAside(count.Reason)
	})
}
