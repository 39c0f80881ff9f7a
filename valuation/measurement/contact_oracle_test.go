package measurement

import (
	"math"
	"math/rand/v2"
	"slices"

	"cbv/valuation/intake"
)

// contactOracle classifies the contacts and adds them up by arm.
func (s measuredShop) contactOracle() (map[string]Contacts, map[string]int64, spending) {
	spent := spending{map[string]int64{}, map[string]int64{}}
	arms, days := map[string]string{}, map[string]int{}
	for _, a := range s.people {
		if a.day <= s.asOf {
			arms[a.customer], days[a.customer] = string(a.arm), a.day
		}
	}
	reasons := map[string]int64{}
	byCustomer := map[string][]contact{}
	for _, c := range s.contacts {
		reason := s.contactReason(c)
		reasons[reason]++
		if reason == intake.Used {
			byCustomer[*c.Customer] = append(byCustomer[*c.Customer], c)
		}
	}
	contacts, costs := map[string]Contacts{}, map[string]int64{} // in ten-thousandths of a cent
	for customer, rows := range byCustomer {
		arm, isAssigned := arms[customer]
		if !isAssigned {
			arm = Unassigned
		}
		var delivered, opened, clicked, early, other, unknown, told int64
		total := contacts[arm]
		for _, c := range rows {
			total.Messages++
			costs[arm] += toMinorSQL(*c.Cost * 100 * 1e4)
			spent.cost[customer] += toMinorSQL(*c.Cost * 100 * 1e4)
			if c.Discount != nil && !s.hidesDiscounts {
				spent.discount[customer] += toMinorSQL(*c.Discount * 100 * 1e4)
				told = 1
			}
			delivered, opened, clicked = max(delivered, yes(c.Delivered)), max(opened, yes(c.Opened)), max(clicked, yes(c.Clicked))
			if isAssigned && *c.At < int64(days[customer])*86400e6 {
				early = 1
			}
			switch {
			case c.Arm == nil:
			case *c.Arm == unknownArm:
				unknown = 1
			case isAssigned && *c.Arm != arm:
				other = 1
			}
		}
		total.Sent++
		total.Delivered += delivered
		total.Opened += opened
		total.Responded += clicked
		total.Early += early
		total.Discounts += told
		total.OfOtherArm += other
		total.OfUnknownArm += unknown
		total.CostMinor = int64(math.Round(float64(costs[arm]) / 1e4))
		contacts[arm] = total
	}
	return contacts, reasons, spent
}

// unknownArm is how a tool may write an arm that is not so called.
const unknownArm = "Champion"

func yes(said *bool) int64 {
	if said != nil && *said {
		return 1
	}
	return 0
}

func (s measuredShop) contactReason(c contact) string {
	switch {
	case c.Campaign == nil:
		return "null_campaign"
	case *c.Campaign != s.terms.Design.Campaign:
		return otherCampaign
	case c.Customer == nil:
		return "null_customer"
	case c.At == nil:
		return "null_time"
	case *c.At < int64(dayNumber("1900-01-01"))*86400e6:
		return "unreadable_time"
	case c.Cost == nil:
		return "null_cost"
	case math.IsNaN(*c.Cost) || *c.Cost < 0 || *c.Cost > 1e12:
		return "unusable_cost"
	case !s.hidesDiscounts && c.Discount != nil && (math.IsNaN(*c.Discount) || *c.Discount < 0 || *c.Discount > 1e12):
		return "unusable_discount"
	case *c.At >= int64(s.asOf+1)*86400e6:
		return intake.AfterAsOf
	}
	return intake.Used
}

func (s *measuredShop) contact(random *rand.Rand, id string, from int) {
	for range random.IntN(4) {
		at := int64(from+random.IntN(6)-1)*86400e6 + int64(random.IntN(86400))*1e6
		cost := float64(random.IntN(300)) / 200 // half cents among them
		name, arm := "spring", string(s.terms.Design.Arm(id))
		if random.IntN(9) == 0 {
			arm = []string{"champion", "challenger"}[random.IntN(2)]
		}
		c := contact{Customer: &id, Campaign: &name, Arm: &arm, At: &at, Cost: &cost}
		for _, said := range []**bool{&c.Delivered, &c.Opened, &c.Clicked} {
			if random.IntN(5) > 0 {
				happened := random.IntN(2) == 0
				*said = &happened
			}
		}
		if random.IntN(3) == 0 {
			discount := float64(random.IntN(3000)) / 200
			c.Discount = &discount
		}
		other, nan, negative, ancient, unknown := "autumn", math.NaN(), -0.5, int64(-4e15), unknownArm
		edge := random.IntN(20)
		if s.isClean && slices.Contains([]int{2, 3, 4, 5, 6, 7, 10}, edge) {
			edge = 0
		}
		switch edge {
		case 0:
			c.Campaign = nil
		case 1:
			c.Campaign = &other
		case 2:
			c.Customer = nil
		case 3:
			c.At = nil
		case 4:
			c.At = &ancient
		case 5:
			c.Cost = nil
		case 6:
			c.Cost = &nan
		case 7:
			c.Cost = &negative
		case 8:
			c.Arm = nil
		case 9:
			c.Arm = &unknown
		case 10:
			c.Discount = &nan
		}
		s.contacts = append(s.contacts, c)
	}
}
