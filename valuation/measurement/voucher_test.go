package measurement

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cbv/valuation/campaign"
	"cbv/valuation/config"
	"cbv/valuation/experiment"
)

// voucherShop is a campaign that gave 20 of a price of 100 away, with 10,000 people in
// each of two arms, and the contacts that tell who redeemed it.
func voucherShop() (measuredShop, []contact) {
	const started, window, aSide = 19_000, 30, 10_000
	s := measuredShop{
		asOf: started + window, zone: time.UTC, percentile: 99,
		terms: campaign.Terms{
			Audience: "retain", Started: time.Unix(started*86400, 0).UTC().Format(time.DateOnly), WindowDays: window, Nights: 1, Covariate: byPriorSpend,
			Design: experiment.Design{Campaign: "spring", Salt: "s", Shares: experiment.Shares{None: 5000, Champion: 5000}},
		},
	}
	at := func(day int) time.Time { return time.Unix(int64(day)*86400+36_000, 0) }
	var contacts []contact
	seen := map[experiment.Arm]int{}
	for i := 0; seen[experiment.None] < aSide || seen[experiment.Champion] < aSide; i++ {
		id := fmt.Sprintf("c%06d", i)
		arm := s.terms.Design.Arm(id)
		if seen[arm] == aSide {
			continue
		}
		seen[arm]++
		s.people = append(s.people, assigned{id, arm, 0, started})
		s.orders = append(s.orders, rawPurchase{id, at(started - 2*window), 500, ""})
		name, sent, free, discount := "spring", int64(started)*86400e6, 0.0, 0.0
		switch {
		case arm == experiment.None && seen[arm] <= 500:
			s.orders = append(s.orders, rawPurchase{id, at(started + 1 + i%window), 10_000, ""})
		case arm == experiment.Champion && seen[arm] <= 800:
			s.orders = append(s.orders, rawPurchase{id, at(started + 1 + i%window), 8000, ""})
			discount = 20
		}
		if arm == experiment.Champion {
			contacts = append(contacts, contact{Customer: &id, Campaign: &name, At: &sent, Cost: &free, Discount: &discount})
		}
	}
	for day := started - window; day <= s.asOf; day++ {
		s.orders = append(s.orders, rawPurchase{"everyday", at(day), 100, ""})
	}
	return s, contacts
}

// sentLater are the contacts as they are where the messages went out so many days later.
func sentLater(contacts []contact, days int64) (others []contact) {
	for _, c := range contacts {
		at := *c.At + days*86400e6
		c.At = &at
		others = append(others, c)
	}
	return others
}

// withDiscounts are the contacts with another discount of those that have one.
func withDiscounts(contacts []contact, of func(discount float64) *float64) (others []contact) {
	for _, c := range contacts {
		c.Discount = of(*c.Discount)
		others = append(others, c)
	}
	return others
}

// The pin of the voucher: of 10,000 a side 500 buy at a list price of 100, and 800 at 80
// with a voucher. By a rate of 30 % the margin is 4,200 more, and in truth 7,000 less.
func TestVoucherPin(t *testing.T) {
	s, vouchers := voucherShop()
	for _, test := range []struct {
		name    string
		prepare func(*measuredShop)
		want    *float64
		because string // where none is wanted
		so      string // what the conclusion says of it
	}{
		{"by a flat rate", func(s *measuredShop) { s.marginRate = 0.3 }, nil, "hides the discounts", "value.margin_rate hides discounts"},
		{"by the discount of the contacts", func(s *measuredShop) { s.marginRate, s.contacts = 0.3, vouchers }, amount(-7000), "", ""},
		{"sent before the assignment", func(s *measuredShop) { s.marginRate, s.contacts = 0.3, sentLater(vouchers, -3) }, amount(-7000), "", ""},
		{"sent as the window ends", func(s *measuredShop) { s.marginRate, s.contacts = 0.3, sentLater(vouchers, 30) }, amount(-7000), "", ""},
		{"by a margin of each row", func(s *measuredShop) { s.marginOfRow = 1 }, amount(-7000), "", ""},
		{"written as less than 0", func(s *measuredShop) {
			s.marginRate, s.contacts = 0.3, withDiscounts(vouchers, func(discount float64) *float64 { return amount(-discount) })
		}, nil, "are in quarantine", "rows of the campaign's contacts are in quarantine, so nobody knows all that was spent"},
		{"without a value", func(s *measuredShop) {
			s.marginRate, s.contacts = 0.3, withDiscounts(vouchers, func(float64) *float64 { return nil })
		}, nil, "has no value in any contact", "contacts.columns.discount has no value in any contact of the people of arm champion, so nobody knows what was let off"},
	} {
		shop := s
		test.prepare(&shop)
		c := shop.write(t)
		if shop.marginOfRow > 0 { // paid less what it cost: 70 of the list price of 100
			c.Orders.Columns.Margin = "case when amount < 70 then 0e0 else amount - 70 end"
		}
		d := measureShop(t, c, "spring").Document
		for _, metric := range []string{"incremental_margin", "incremental_margin_less_cost", "probability_it_pays"} {
			f, _ := d.Find("champion", "none", metric, Adjusted)
			switch {
			case test.want == nil && (f.Value != nil || f.Low != nil || !strings.Contains(f.Reason, test.because)):
				t.Errorf("%s: %s %+v, want none", test.name, metric, f)
			case test.want != nil && metric == "incremental_margin" && (f.Value == nil || *f.Value < *test.want-0.01 || *f.Value > *test.want+0.01 || *f.High >= 0):
				t.Errorf("%s: %s %v to %v, %s, want %g", test.name, metric, f.Value, f.High, f.Reason, *test.want)
			}
		}
		if test.want == nil != strings.HasPrefix(d.Conclusion, "Whether sending paid is not known, since "+test.so+": conversion changed by +2.") {
			t.Errorf("%s: %s", test.name, d.Conclusion)
		}
		if test.want != nil && !strings.HasPrefix(d.Conclusion, "Sending ") {
			t.Errorf("%s: %s", test.name, d.Conclusion)
		}
	}
}

// A last look whose discounts were missing is the last of what it told. Once they are there,
// the same people are the same look on any day. Where more have come than were planned, a
// later measurement says that the day can be measured again: it says what the money was, and
// that is what stands from then on.
func TestMoneyThatArrivesAfterTheLastLook(t *testing.T) {
	s, vouchers := voucherShop()
	s.marginRate, s.contacts = 0.3, vouchers
	last := time.Unix(int64(s.asOf)*86400, 0).UTC()
	for day := range 2 {
		s.orders = append(s.orders, rawPurchase{"everyday", last.AddDate(0, 0, day+1).Add(10 * time.Hour), 100, ""})
	}
	measured := func(c config.Config, hasContacts bool, days int) Document {
		if !hasContacts {
			c.Contacts.Files = nil
		}
		c.Time.AsOf = &config.Day{Time: last.AddDate(0, 0, days)}
		return measureShop(t, c, "spring").Document
	}
	const untold, again = "Whether sending paid is not known, since value.margin_rate hides discounts", "measure that day again (with --as-of 2022-02-07 "
	same := s.write(t)
	if d := measured(same, false, 0); !d.IsLastLook() || !strings.HasPrefix(d.Conclusion, untold) {
		t.Errorf("look %d: %s", d.Look, d.Conclusion)
	}
	if d := measured(same, true, 1); d.Look != 1 || !d.IsLastLook() || !strings.HasPrefix(d.Conclusion, "Sending lost: ") {
		t.Errorf("the same people, look %d: %s", d.Look, d.Conclusion)
	}

	s.terms.PlannedPeople = 18_000
	for i := range s.people[18_000:] {
		s.people[18_000+i].day++
	}
	more := s.write(t)
	if d := measured(more, false, 0); !d.IsLastLook() || !strings.HasPrefix(d.Conclusion, untold) {
		t.Errorf("look %d: %s", d.Look, d.Conclusion)
	}
	if d := measured(more, true, 1); !d.LooksAreOver || !strings.Contains(d.Conclusion, untold) || !strings.Contains(d.Conclusion, again) {
		t.Errorf("the contacts have come: %s", d.Conclusion)
	}
	day := measured(more, true, 0)
	if day.Look != 1 || !day.IsLastLook() || !strings.HasPrefix(day.Conclusion, "Sending lost: ") {
		t.Errorf("the last look with contacts, look %d: %s", day.Look, day.Conclusion)
	}
	if d := measured(more, true, 2); !d.LooksAreOver || d.Conclusion != "The looks are over. At the last, on 2022-02-07: "+day.Conclusion {
		t.Errorf("after it: %s", d.Conclusion)
	}
}
