package measurement

import (
	"slices"
	"strings"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/experiment"
	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
	"cbv/valuation/pipeline/pipelinetest"
)

// What is known of the money, by what the contacts tell.
func TestMoneyThatIsNotKnownIsNotZero(t *testing.T) {
	rate := 0.3
	both := func(of Contacts) map[string]Contacts { return map[string]Contacts{"champion": of, "challenger": of} }
	told, untold := both(Contacts{Sent: 9, Discounts: 1}), both(Contacts{Sent: 9})
	people := []armSums{{Arm: experiment.None, Customers: 9}, {Arm: experiment.Champion, Customers: 9}, {Arm: experiment.Challenger, Customers: 9}}
	byRow := func(c *config.Config) { c.Orders.Columns.Margin, c.Contacts.Columns.Discount = "margin", "" }
	byRate := func(c *config.Config) { c.Value.MarginRate = &rate }
	of := func(reason string) []intake.ReasonCount { return []intake.ReasonCount{{Reason: reason, Rows: 1}} }
	const missing = noContacts + "challenger, so nobody knows what was spent on them: give its contacts too"
	alone := contactsOf(experiment.Champion, Contacts{Sent: 9, Discounts: 9})
	for _, test := range []struct {
		name     string
		margin   func(*config.Config)
		contacts map[string]Contacts
		reasons  []intake.ReasonCount
		arms     []armSums
		want     string
		hides    bool
	}{
		{"all is told, by a margin", byRow, told, nil, people, "", false},
		{"all is told, by a rate", byRate, told, nil, people, "", false},
		{"by a margin discounts need not be told", byRow, untold, nil, people, "", false},
		{"by a rate they must", byRate, untold, nil, people, untoldDiscounts, true},
		{"of somebody outside the arms alone", byRate, map[string]Contacts{"champion": {Sent: 9}, "challenger": {Sent: 9}, Unassigned: {Sent: 9, Discounts: 9}}, nil, people, untoldDiscounts, true},
		{"one told discount of the challenger", byRate, map[string]Contacts{"champion": {Sent: 9}, "challenger": {Sent: 9, Discounts: 1}}, nil, people, "", false},
		{"no contacts, by a rate", byRate, nil, nil, people, experiment.HiddenDiscounts, true},
		{"no contacts, by a margin", byRow, nil, nil, people, "", false},
		{"an arm is missing, by a margin", byRow, alone, nil, people, missing, false},
		{"an arm is missing, by a rate", byRate, alone, nil, people, missing, true},
		{"an arm without anybody", byRow, alone, nil, people[:2], "", false},
		{"nothing of the contacts is in the money", func(c *config.Config) { byRow(c); c.Contacts.Columns.Cost = "" }, alone, of("unusable_discount"), people, "", false},
		{"only discounts are, and an arm is missing", func(c *config.Config) { byRate(c); c.Contacts.Columns.Cost = "" }, alone, nil, people, missing, true},
		{"a row without a cost", byRow, told, of("null_cost"), people, lostContacts, false},
		{"a row with a cost that is none", byRate, told, of("unusable_cost"), people, lostContacts, true},
		{"a row with a discount that is none", byRate, told, of("unusable_discount"), people, lostContacts, true},
		{"a row of nobody", byRow, told, of("null_customer"), people, lostContacts, false},
		{"a row without a time", byRow, told, of("null_time"), people, lostContacts, false},
		{"a row of who knows when", byRow, told, of("unreadable_time"), people, lostContacts, false},
		{"a row of who knows which campaign", byRow, told, of(nullCampaign), people, "", false},
		{"a row of another campaign", byRow, told, of(otherCampaign), people, "", false},
		{"a row of tomorrow", byRow, told, of(intake.AfterAsOf), people, "", false},
		{"rows that are used", byRow, told, of(intake.Used), people, "", false},
	} {
		m := &Measurement{Context: pipelinetest.NewContext(), reasons: test.reasons}
		m.Config.Contacts.Columns = contactColumns
		test.margin(&m.Config)
		got := m.money(test.contacts, test.arms)
		if got.Withheld != test.want || got.HidesDiscounts != test.hides {
			t.Errorf("%s: %+v, want %q, %t", test.name, got, test.want, test.hides)
		}
	}
}

// Messages of 2.00 of which those of one arm, or one of them alone, have no cost: as 0 they
// would promote the challenger.
func TestCostsThatAreMissingPromoteNobody(t *testing.T) {
	for _, test := range []struct {
		name   string
		lose   func(contacts []contact) []contact
		reason string
		code   string
		sent   bool // is known of the challenger
	}{
		{"none is", func(contacts []contact) []contact { return contacts }, "", "", true},
		{"the file of the challenger", func(contacts []contact) []contact {
			return slices.DeleteFunc(contacts, func(c contact) bool { return *c.Arm == "challenger" })
		}, "is of the people of arm challenger", "no_contacts", false},
		{"one cost", func(contacts []contact) []contact {
			contacts[5].Cost = nil
			return contacts
		}, "are in quarantine", "contacts_set_aside", true},
	} {
		s := simulatedCampaign(4, 0)
		s.marginRate, s.marginOfRow = 0, 0.3
		cost, name := 2.0, "spring"
		for _, a := range s.people {
			arm, at := string(a.arm), int64(a.day)*86400e6
			if a.arm != experiment.None {
				s.contacts = append(s.contacts, contact{Customer: &a.customer, Campaign: &name, Arm: &arm, At: &at, Cost: &cost})
			}
		}
		s.contacts = test.lose(s.contacts)
		d := measureShop(t, s.write(t), "spring").Document
		if isKnown := test.reason == ""; isKnown == strings.Contains(d.ThisLook.Reason, "nobody knows") || d.ThisLook.Verdict != experiment.Undecided || !strings.Contains(d.ThisLook.Reason, test.reason) {
			t.Errorf("%s: %+v", test.name, d.ThisLook)
		}
		for _, metric := range []string{"incremental_margin", "incremental_margin_less_cost", "return_per_unit_spent", "probability_it_pays"} {
			if f, _ := d.Find("challenger", "none", metric, Adjusted); f.Value == nil == (test.reason == "") || !strings.Contains(f.Reason, test.reason) {
				t.Errorf("%s: %s %+v", test.name, metric, f)
			}
		}
		for _, metric := range []string{"sent", "cost", "cost_per_conversion"} {
			if f, _ := d.Find("challenger", "", metric, ""); f.Value == nil == test.sent {
				t.Errorf("%s: %s %+v", test.name, metric, f)
			}
		}
		warned := slices.ContainsFunc(d.Warnings, func(w pipeline.Warning) bool {
			return w.Code == test.code && strings.HasSuffix(w.Message, "; until then there is no verdict on money")
		})
		if warned != (test.code != "") {
			t.Errorf("%s: warned of %v", test.name, d.Warnings)
		}
	}
}
