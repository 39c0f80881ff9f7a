package measurement

import (
	"fmt"
	"time"

	"cbv/valuation/campaign"
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

// otherTimes are vouchers that were sent a day before the people were assigned, and a day
// after their window, which let nothing off what is counted.
func otherTimes(vouchers []contact) (others []contact) {
	for _, voucher := range vouchers {
		for _, days := range []int64{-1, 31} {
			other, at := voucher, *voucher.At+days*86400e6
			other.At = &at
			others = append(others, other)
		}
	}
	return others
}
