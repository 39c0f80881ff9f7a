package measurement

import (
	"path/filepath"
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
	untoldOf := func(arms string) string {
		return untoldDiscounts + arms + ", so nobody knows what was let off: write 0 where nothing was"
	}
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
		{"by a rate they must", byRate, untold, nil, people, untoldOf("champion and challenger"), true},
		{"of somebody outside the arms alone", byRate, map[string]Contacts{"champion": {Sent: 9}, "challenger": {Sent: 9}, Unassigned: {Sent: 9, Discounts: 9}}, nil, people, untoldOf("champion and challenger"), true},
		{"those of the champion alone", byRate, map[string]Contacts{"champion": {Sent: 9, Discounts: 9}, "challenger": {Sent: 9}}, nil, people, untoldOf("challenger"), true},
		{"those of the challenger alone", byRate, map[string]Contacts{"champion": {Sent: 9}, "challenger": {Sent: 9, Discounts: 9}}, nil, people, untoldOf("champion"), true},
		{"one told discount of each arm", byRate, map[string]Contacts{"champion": {Sent: 9, Discounts: 1}, "challenger": {Sent: 9, Discounts: 1}}, nil, people, "", false},
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

// The challenger costs more than it brings, and of its contacts a tenth are there: as
// free messages they would promote it, and the verdict would stand when the rest arrives.
// Where somebody says that as few were sent to, they are all.
func TestALateFileFindsNoVerdict(t *testing.T) {
	s := simulatedCampaign(4, 1)
	s.marginRate, s.marginOfRow = 0, 0.3
	cheap, dear, name := 0.1, 20.0, "spring"
	var late []contact
	for i, a := range s.people {
		arm, at, cost := string(a.arm), int64(a.day)*86400e6, &cheap
		if a.arm == experiment.Challenger {
			cost = &dear
		}
		c := contact{Customer: &a.customer, Campaign: &name, Arm: &arm, At: &at, Cost: cost}
		switch {
		case a.arm == experiment.None:
		case a.arm == experiment.Challenger && i%10 > 0:
			late = append(late, c)
		default:
			s.contacts = append(s.contacts, c)
		}
	}
	s.terms.PlannedPeople = 3001 // so that a later look may still decide
	c := s.write(t)
	accepting := c
	accepting.Out, accepting.Run.Accept = filepath.Join(t.TempDir(), "out"), []string{partialContacts}
	s.assign(t, accepting.Out)
	if d := measureShop(t, accepting, "spring").Document; d.ThisLook.Verdict != experiment.Promote {
		t.Errorf("as free messages: %+v", d.ThisLook)
	}
	d := measureShop(t, c, "spring").Document
	if d.ThisLook.Verdict != experiment.Undecided || !strings.HasPrefix(d.ThisLook.Reason, partOfContacts+"challenger, so nobody knows all that was spent: ") {
		t.Errorf("before the file came: %+v", d.ThisLook)
	}
	warned := slices.ContainsFunc(d.Warnings, func(w pipeline.Warning) bool {
		return w.Code == partialContacts && strings.HasSuffix(w.Message, "; until then there is no verdict on money, unless run.accept has partial_contacts")
	})
	if !warned {
		t.Errorf("warned of %v", d.Warnings)
	}
	c.Contacts.Files = config.Files{writeRows(t, "contacts.parquet", append(s.contacts, late...))}
	if d := measureShop(t, c, "spring").Document; d.Decision.Verdict != experiment.Keep {
		t.Errorf("after it: %+v", d.Decision)
	}
}
